"""No request may be bigger than anything that we ask for, nor written as no browser writes: it is refused unread."""

from collections.abc import Callable

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.errors import trouble
from search_api.manners import MACHINES

MOST_BYTES = 6 * 1024 * 1024
"""A form with the largest file that staff may send."""
TOO_BIG = (
    f"受け取れるのは{MOST_BYTES // 1024 // 1024} MBまでです。"
    "何も変わっていません。前の画面に戻り、小さくしてから送り直してください。"
)


Told = Callable[[Request, int, str, str], Response]
"""The page of an error, of its status, title and text."""


def plainly(request: Request, status: int, what: str, why: str) -> Response:
    return PlainTextResponse(f"{what}。{why}", status)


class TooBig(Exception):
    """More came than anybody may send: who reads it is stopped, lest a part is taken for the whole."""


class Bounded:
    """Answers 413 to a body that is too big, whether it says so or not, and 415 to a form in a strange encoding.

    `told` makes the page that says so, to who asks for pages.
    """

    def __init__(self, app: ASGIApp, told: Told = plainly) -> None:
        self.app, self.told = app, told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        told = headers.get("content-length", "")
        if told.isdecimal() and int(told) > MOST_BYTES:
            await self._too_big(scope)(scope, receive, send)
            return
        if _strange(headers.get("content-type", "")):
            refusal = self._refusal(scope, 415, "フォームの文字コードを扱えません", "UTF-8だけを扱えます。")
            await refusal(scope, receive, send)
            return
        read, begun = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                raise TooBig
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            # What somebody made of being stopped is no answer.
            if begun or read <= MOST_BYTES:
                begun = True
                await send(message)

        try:
            await self.app(scope, counted, noted)
        except Exception:
            if begun or read <= MOST_BYTES:
                raise
        if not begun and read > MOST_BYTES:
            await self._too_big(scope)(scope, receive, send)

    def _too_big(self, scope: Scope) -> Response:
        return self._refusal(scope, 413, "送られたものが大きすぎます", TOO_BIG)

    def _refusal(self, scope: Scope, status: int, what: str, why: str) -> Response:
        if scope["path"].startswith(MACHINES):
            return trouble(status, what, why)
        return self.told(Request(scope), status, what, why)


def _strange(kind: str) -> bool:
    """Is it a form that names another encoding than UTF-8? Python knows some that take hours to read (punycode).

    >>> _strange("multipart/form-data; boundary=x; charset=punycode"), _strange("multipart/form-data; boundary=x")
    (True, False)
    """
    kind_itself, options = parse_options_header(kind)
    return kind_itself == b"multipart/form-data" and options.get(b"charset", b"utf-8").lower() not in _UTF_8


_UTF_8 = (b"utf-8", b"utf8")

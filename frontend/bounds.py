"""No request may be bigger than anything that we ask for: what is, is refused before it is held."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 6 * 1024 * 1024
"""A form with the largest file that staff may send."""


class Bounded:
    """Answers 413 to a body that is too big, whether it says so or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"")
        if told.isdigit() and int(told) > MOST_BYTES:
            await _too_big(scope, receive, send)
            return
        read, answered = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # What follows is not waited for; the answer is replaced below.
            return message if read <= MOST_BYTES else {"type": "http.request", "body": b"", "more_body": False}

        async def replaced(message: Message) -> None:
            nonlocal answered
            if read <= MOST_BYTES or answered:
                await send(message)
            elif message["type"] == "http.response.start":
                await _too_big(scope, receive, send)
            answered = answered or (read <= MOST_BYTES and message["type"] == "http.response.start")

        await self.app(scope, counted, replaced)


async def _too_big(scope: Scope, receive: Receive, send: Send) -> None:
    answer = PlainTextResponse(f"送られたものが大きすぎます（{MOST_BYTES // 1024 // 1024} MBまで）。", 413)
    await answer(scope, receive, send)

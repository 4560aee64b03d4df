"""Answers as small as the client can take them: br, else gzip, else as they are (RFC 9110, 12.5.3)."""

import brotli
from starlette.datastructures import Headers
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

COMPRESSED_FROM_BYTES = 1000
AS_THEY_ARE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
"""What is packed already, and streams of events."""
BROTLI_QUALITY = 4
"""Of 11: as small as gzip at its best, in a fraction of the time."""


def accepted(header: str) -> dict[str, float]:
    """The codings of an Accept-Encoding, with how much each is wanted, from 0 (not at all) to 1.

    >>> accepted("gzip, br;q=0.5, zstd; q=0")
    {'gzip': 1.0, 'br': 0.5, 'zstd': 0.0}
    """
    found: dict[str, float] = {}
    for each in header.split(","):
        name, _, weight = each.partition(";")
        try:
            found[name.strip().lower()] = float(weight.strip().lower().removeprefix("q=") or 1)
        except ValueError:
            found[name.strip().lower()] = 0.0
    return found


def best(header: str) -> str:
    """The coding to answer an Accept-Encoding with: "br", "gzip", or "" for none.

    >>> best("gzip, br"), best("gzip, br;q=0.5"), best("br;q=0"), best("")
    ('br', 'gzip', '', '')
    """
    wanted = accepted(header)
    found = max(("br", "gzip"), key=lambda each: wanted.get(each, 0))
    return found if wanted.get(found) else ""


class BrotliResponder(IdentityResponder):
    """As Starlette's responder for gzip."""

    content_encoding = "br"

    def __init__(self, app: ASGIApp, minimum_size: int, *, exclude_content_types: tuple[str, ...]) -> None:
        super().__init__(app, minimum_size, exclude_content_types=exclude_content_types)
        self.compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        packed = self.compressor.process(body)
        return bytes(packed + (self.compressor.flush() if more_body else self.compressor.finish()))


RESPONDERS = {"br": BrotliResponder, "gzip": GZipResponder, "": IdentityResponder}


class Encoded:
    """Compresses answers. `Vary` says that others may get them otherwise, to the client that takes no coding too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        responder = RESPONDERS[best(Headers(scope=scope).get("Accept-Encoding", ""))]
        await responder(self.app, COMPRESSED_FROM_BYTES, exclude_content_types=AS_THEY_ARE)(scope, receive, send)

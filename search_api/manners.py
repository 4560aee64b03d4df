"""Manners of open data: anyone's page may ask, and what did not change is not sent twice."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.requests import REQUEST_ID

OPEN = ("/api/", "/feeds/", "/export/", "/common-grants/", "/sitemap", "/openapi.json", "/llms.txt")
"""What programs read; pages and staff are none of it."""
TOOLS = "/mcp"
"""Where assistants ask, which they do with POST."""


class Shared:
    """CORS for reading, on the paths in OPEN and on TOOLS: what is refused can be read by another page too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        told = ["ETag", "Retry-After", "Content-Disposition", REQUEST_ID]
        self.reading, self.asking = (
            CORSMiddleware(app, allow_origins=["*"], allow_methods=[method], allow_headers=["*"], expose_headers=told)
            for method in ("GET", "POST")
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        if scope["type"] == "http" and scope["path"].startswith(OPEN):
            answer = self.reading
        elif scope["type"] == "http" and scope["path"] == TOOLS:
            answer = self.asking
        await answer(scope, receive, send)


MACHINES = ("/api/", "/feeds/", "/export/", "/common-grants/", "/healthz", "/readyz", "/metrics", "/mcp")
"""What answers with a problem document where something is wrong; all else with a page."""


LIVE = ("/api/sources", "/api/coverage")
"""What tells how old things are: it changes with every run of a source, and by itself."""


class OpenData:
    """ETag and Cache-Control by `version`, on the paths in OPEN; those in LIVE have no ETag.

    `version` is asked on each request: it changes when something is published, corrected or a minute passes, because
    a deadline that passes changes answers.
    """

    def __init__(self, app: ASGIApp, version: Callable[[], Awaitable[str]]) -> None:
        self.app = app
        self.version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(OPEN):
            await self._answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        version = "" if scope["path"] in LIVE else await self.version()
        tag = f'W/"{version}"' if version else ""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] in (200, 304) and scope["method"] in ("GET", "HEAD"):
                    if tag:
                        headers["ETag"] = tag
                    # Kept by anyone, but asked for again: a deadline may have passed.
                    headers["Cache-Control"] = "public, no-cache"
            await send(message)

        known = [each.strip() for each in asked.get("If-None-Match", "").split(",")]
        if scope["method"] in ("GET", "HEAD") and tag and tag in known:
            await marked({"type": "http.response.start", "status": 304, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, marked)

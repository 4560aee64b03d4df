"""Every answer has a number, and is told once in the log: by its route, never with what was asked."""

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.logs import get_logger
from search_api.metrics import OTHER

REQUEST_ID = "X-Request-ID"
SLOW_SECONDS = 2.0
"""An answer that took longer is a warning."""
QUIET = ("/healthz", "/readyz", "/metrics")
"""What watches the site asks every few seconds."""
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

logger = get_logger("shien.requests")


class Logged:
    """Gives each answer its number, the one that came with the question where that is harmless."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        started, status = time.perf_counter(), 500

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=id):
            try:
                await self.app(scope, receive, numbered)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", OTHER)
                told = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000)}
                if status >= 500 or seconds >= SLOW_SECONDS:
                    logger.warning("request", **told)
                elif route not in QUIET:
                    logger.info("request", **told)

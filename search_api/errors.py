"""What can go wrong for a caller; app.py turns each into a problem document (RFC 9457), the pages into a page."""

from typing import Any

from fastapi.responses import JSONResponse

from search_api.models import Trouble

RETRY_SECONDS = 5
NO_STORE = "データを一時的に読み出せません。しばらくしてからもう一度お試しください。"
PROBLEM = "application/problem+json"
"""The media type of every error (RFC 9457)."""

UNKNOWN_ID: dict[int | str, dict[str, Any]] = {404: {"model": Trouble}}
"""For the description of a route whose path has an id."""


class Unavailable(Exception):
    """The engine does not answer, or nothing has been published yet. `reason` is Japanese, for users."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotFound(Exception):
    """There is no such programme."""


def trouble(
    status: int,
    title: str,
    detail: str = "",
    errors: tuple[dict[str, Any], ...] = (),
    retry_seconds: int | None = None,
) -> JSONResponse:
    """A problem document (RFC 9457). `retry_seconds`: when to come back; a 503 says so by itself."""
    again = retry_seconds or (RETRY_SECONDS if status == 503 else None)
    headers = {"Retry-After": str(again)} if again else None
    return JSONResponse(
        Trouble(title=title, status=status, detail=detail, errors=errors).model_dump(),
        status,
        headers,
        media_type=PROBLEM,
    )

"""What we have read before: asked for again only if it changed, and not twice in a crawl that was broken off."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.http import Response
from scrapy.settings import BaseSettings

RESUMED_HOURS = 12
"""A crawl that was broken off longer ago begins anew."""


class Cache(HttpCacheMiddleware):
    """Scrapy's cache, which here never hides that a site does not answer."""

    def process_exception(self, request: Request, exception: Exception, spider: Spider | None = None) -> None:
        request.meta.pop("cached_response", None)


class Revalidate:
    """Every page is asked for, with the ETag and Last-Modified it came with; 304 stands for what we hold.

    Where the crawl before was broken off, what it read (since `RESUME_SINCE`) is taken as read.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self.since = datetime.fromisoformat(settings["RESUME_SINCE"]) if settings.get("RESUME_SINCE") else None

    def should_cache_request(self, request: Request) -> bool:
        return request.method == "GET"

    def should_cache_response(self, response: Response, request: Request) -> bool:
        return response.status == 200

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        if self.since and _date(cachedresponse) >= self.since:
            return True
        for name, header in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            if name in cachedresponse.headers:
                request.headers[header] = cachedresponse.headers[name]
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        return response.status == 304


def _date(response: Response) -> datetime:
    """When a response came. The middleware sees to it that each has a Date."""
    try:
        return parsedate_to_datetime((response.headers.get("Date") or b"").decode("latin-1"))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


class Mark:
    """Says on disk that a crawl of a source is under way; it stays where the crawl was broken off."""

    def __init__(self, folder: Path, source: str) -> None:
        self.path = folder / f"{source}.started"

    def start(self, now: datetime) -> datetime | None:
        """Sets the mark; returns since when what was read counts, if the crawl before was broken off lately."""
        before = datetime.fromisoformat(self.path.read_text()) if self.path.exists() else None
        if before and (now - before).total_seconds() < RESUMED_HOURS * 3600:
            return before
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Headers have whole seconds.
        self.path.write_text(now.replace(microsecond=0).isoformat())
        return None

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)

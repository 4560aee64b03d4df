"""Manners towards the sites we read: their robots.txt, their Crawl-delay, their Retry-After."""

import asyncio
import logging
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

logger = logging.getLogger(__name__)

FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
LONGEST_DELAY = 60.0


class _Closed(RobotParser):
    """What counts where robots.txt cannot be had: nothing may be read (RFC 9309, 2.3.1.4)."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> "_Closed":
        return cls()

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return False


class _Open(_Closed):
    """What counts where a site has no robots.txt: everything may be read (RFC 9309, 2.3.1.3)."""

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return True


class Robots(RobotsTxtMiddleware):
    """robots.txt as RFC 9309 says, which Scrapy's own does not in three points.

    401, 403, 5xx and no answer close the site for this run (403 is stricter than the RFC: a site that refuses us is
    left alone); a page in HTML in its place counts as none; Crawl-delay slows the host's slot down.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in (401, 403) or response.status >= 500 or response.status == 429:
            logger.error("robots.txt of %s answers %d: its pages are left alone", netloc, response.status)
            self._decide(netloc, _Closed())
        elif response.status != 200 or _is_page(response):
            self._decide(netloc, _Open())
        else:
            await super()._parse_robots(response, netloc, request)
            parser = self._parsers[netloc]
            self._slow_down(parser, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        logger.error("robots.txt of %s cannot be had (%r): its pages are left alone", netloc, exc)
        self._decide(netloc, _Closed())

    def _decide(self, netloc: str, parser: RobotParser) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = parser
        if waiting is not None and not isinstance(waiting, RobotParser):
            waiting.callback(parser)

    def _slow_down(self, parser: object, netloc: str, request: Request) -> None:
        delay = getattr(getattr(parser, "rp", None), "crawl_delay", lambda agent: None)(str(self._default_useragent))
        if not delay or self.crawler.settings.get("REPLAY"):
            return
        host = urlparse_cached(request).hostname
        assert self.crawler.engine is not None
        slot = self.crawler.engine.downloader.slots.get(host or "")
        if slot is not None:
            slot.delay = max(slot.delay, min(float(delay), LONGEST_DELAY))


def _is_page(response: Response) -> bool:
    head = response.body[:200].lstrip().lower()
    return head.startswith((b"<!doctype", b"<html"))


class Backoff(RetryMiddleware):
    """Retries after a wait that doubles, or as long as Retry-After asks, up to five minutes; longer is given up."""

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if request.meta.get("dont_retry") or response.status not in self.retry_http_codes:
            return response
        wait = retry_after(response) if response.headers.get("Retry-After") else None
        if wait is not None and wait > LONGEST_WAIT:
            return response
        again = self._retry(request, f"HTTP {response.status}")
        if again is None:
            return response
        await self._wait(again, wait)
        return again

    async def _wait(self, request: Request, wait: float | None) -> None:
        if self.crawler.settings.get("REPLAY"):
            return
        times = request.meta.get("retry_times", 1)
        pause = wait if wait is not None else min(LONGEST_WAIT, FIRST_WAIT * 2 ** (times - 1)) * random.uniform(1, 1.3)
        await asyncio.sleep(pause)


def retry_after(response: Response, now: datetime | None = None) -> float | None:
    """Seconds that a response asks us to wait: a number, or an HTTP date. None where it cannot be read."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())

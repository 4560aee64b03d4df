"""Manners towards the sites we read: their robots.txt, their Crawl-delay, their Retry-After.

The table of what each kind of robots.txt leads to is tests/crawlers/test_robots.py.
"""

import logging
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import _schedule_coro
from scrapy.utils.httpobj import urlparse_cached

from crawlers.base import SourceSpider

logger = logging.getLogger(__name__)

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
    """robots.txt as RFC 9309 says, which Scrapy's own does not in four points.

    401, 403, 429, 5xx and no answer close the site for this run (401 and 403 are stricter than the RFC: a site that
    refuses us is left alone); a page in HTML in its place counts as none; Crawl-delay slows the host down; and what
    was left alone is told to the spider, so that the run report names it.
    """

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        await super().process_request(request)
        if urlparse_cached(request).hostname in self._slowed():
            # AutoThrottle knows nothing of Crawl-delay, and would go below it.
            request.meta["autothrottle_dont_adjust_delay"] = True

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in (401, 403, 429) or response.status >= 500:
            self._close(netloc, f"HTTP {response.status}")
        elif response.status != 200 or is_page(response):
            self._decide(netloc, _Open())
        else:
            await super()._parse_robots(response, netloc, request)
            self._slow_down(self._parsers[netloc], request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._close(netloc, f"{type(exc).__name__}: {exc}")

    def _close(self, netloc: str, why: str) -> None:
        logger.error("robots.txt of %s cannot be had (%s): its pages are left alone", netloc, why)
        self._stats.set_value(
            "robots_closed", f"robots.txt of {netloc} cannot be had ({why}): its pages are left alone"
        )
        self._decide(netloc, _Closed())

    def _decide(self, netloc: str, parser: RobotParser) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = parser
        if waiting is not None and not isinstance(waiting, RobotParser):
            waiting.callback(parser)

    def _slowed(self) -> dict[str, dict[str, Any]]:
        assert self.crawler.engine is not None
        return self.crawler.engine.downloader.per_slot_settings

    def _slow_down(self, parser: object, request: Request) -> None:
        delay = getattr(getattr(parser, "rp", None), "crawl_delay", lambda agent: None)(str(self._default_useragent))
        host = urlparse_cached(request).hostname or ""
        least = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        if not delay or float(delay) <= least or self.crawler.settings.get("REPLAY"):
            return
        # For slots to come, because an idle one is thrown away, and for the one that fetched robots.txt.
        delay = min(float(delay), LONGEST_DELAY)
        self._slowed()[host] = {"delay": delay, "jitter": 0.0}
        assert self.crawler.engine is not None
        if slot := self.crawler.engine.downloader.slots.get(host):
            slot.delay, slot.jitter = delay, 0.0


def is_page(response: Response) -> bool:
    """Is it HTML, whatever it says it is?"""
    return response.body[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html"))


class Backoff(RetryMiddleware):
    """Retries after a wait that doubles, or as long as Retry-After asks.

    Who waits is the host, not the request: nothing else is asked of it meanwhile. A site that asks for more than five
    minutes ends the run, which then counts as failed.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Backoff":
        made = super().from_crawler(crawler)
        # The signal comes before the host's next request leaves; process_response would come after it.
        crawler.signals.connect(made.answered, signals.response_downloaded)
        return made

    def answered(self, response: Response, request: Request) -> None:
        if response.status in self.retry_http_codes:
            self._hold(request, retry_after(response))

    def process_exception(self, request: Request, exception: Exception, spider: Spider | None = None) -> Any:
        if isinstance(exception, self.exceptions_to_retry):
            self._hold(request, None)
        return super().process_exception(request, exception)

    def _hold(self, request: Request, wait: float | None) -> None:
        """Keeps the host's slot closed for `wait` seconds, None: for a time that grows with the tries."""
        engine, settings = self.crawler.engine, self.crawler.settings
        if settings.get("REPLAY") or engine is None:
            return
        if wait is None:
            first = settings.getfloat("FIRST_WAIT") * random.uniform(1, 1.3)
            wait = min(LONGEST_WAIT, first * 2 ** request.meta.get("retry_times", 0))
        if wait > LONGEST_WAIT:
            request.meta["dont_retry"] = True
            logger.error("%s asks us to wait %d s: the run ends", request.url, wait)
            _schedule_coro(engine.close_spider_async(reason=f"asked to wait {wait:.0f} s"))
        elif slot := engine.downloader.slots.get(urlparse_cached(request).hostname or ""):
            slot.lastseen = max(slot.lastseen, monotonic() + wait)


def retry_after(response: Response, now: datetime | None = None) -> float | None:
    """Seconds that a response asks us to wait: a number, or an HTTP date. None where it says nothing that can be read.

    >>> retry_after(Response("http://x.test/", headers={"Retry-After": "120"}))
    120.0
    """
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


class Redirect(RedirectMiddleware):
    """Redirects that leave the spider's hosts, or come back to where they were, fail; Scrapy drops them in silence.

    All others are followed, also to a page that another request has read, and only as robots.txt there allows.
    """

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        host = urlparse_cached(redirected).hostname or ""
        allowed = getattr(self.crawler.spider, "allowed_domains", None) or [urlparse_cached(request).hostname or ""]
        if not any(host == each or host.endswith(f".{each}") for each in allowed):
            raise IgnoreRequest(f"is redirected to another host: {redirected.url}")
        if redirected.url in {request.url, *request.meta.get("redirect_urls", ())}:
            raise IgnoreRequest(f"is redirected in a circle: {redirected.url}")
        following = super()._redirect(redirected, request, reason)
        assert isinstance(following, Request)
        return following.replace(dont_filter=True)


class Guard:
    """Spider middleware: a request that fails, and whose spider does not say what then, is an error of the run.

    No request, and no redirect of one, leaves the spider's allowed_domains.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Guard":
        return cls(crawler)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for each in start:
            yield self._guarded(each)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for each in result:
            yield self._guarded(each)

    def _guarded(self, each: Any) -> Any:
        spider = self.crawler.spider
        if isinstance(each, Request) and isinstance(spider, SourceSpider):
            # Scrapy lets start requests, and what they are redirected to, leave the allowed hosts.
            return each.replace(errback=each.errback or spider.lost, dont_filter=False)
        return each

"""Serves Scrapy's requests from a recording: a real run of a real spider, and no network."""

from pathlib import Path

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawlers.recordings import Recording


class NotRecorded(IgnoreRequest):
    """A request that the recording does not hold; the message names its URL."""


class ReplayHandler(BaseDownloadHandler):
    """Download handler for http and https. A robots.txt that was not recorded is a 404."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.recording = Recording.read(Path(crawler.settings["REPLAY"]))

    async def download_request(self, request: Request) -> Response:
        answer = self.recording.find(request.method, request.url)
        if answer is None:
            if request.url.endswith("/robots.txt"):
                return Response(request.url, status=404, request=request)
            assert self.crawler.stats is not None
            self.crawler.stats.set_value("not_recorded", request.url)
            raise NotRecorded(f"not in the recording: {request.method} {request.url}")
        headers = Headers(answer.headers)
        body = answer.body
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return kind(request.url, status=answer.status, headers=headers, body=body, request=request)

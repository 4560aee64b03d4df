"""What a crawl met, kept so that people can see what went wrong: its first answers, and those that broke it."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response, TextResponse

NAME = "pages.json.gz"
FIRST = 2
"""A list that changed its layout breaks no page: what it looks like now shows in the first answers."""

BROKEN = 5
LONGEST = 500_000
"""Characters of a page that are kept."""


class Pages:
    """Follows one crawl. `why` of a page is first, status (it answered with an error) or unread (we broke on it)."""

    def __init__(self, crawler: Crawler) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        crawler.signals.connect(self.answered, signals.response_received)
        crawler.signals.connect(self.failed, signals.spider_error)

    def answered(self, response: Response, request: Request) -> None:
        if request.url.endswith("/robots.txt"):
            return
        if response.status >= 400:
            self._keep("status", response, BROKEN)
        else:
            self._keep("first", response, FIRST)

    def failed(self, failure: Any, response: Response) -> None:
        self._keep("unread", response, BROKEN)

    def _keep(self, why: str, response: Response, most: int) -> None:
        if Counter(each["why"] for each in self.kept.values())[why] < most:
            text = response.text[:LONGEST] if isinstance(response, TextResponse) else ""
            kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
            page = {"url": response.url, "status": response.status, "why": why, "kind": kind, "text": text}
            self.kept[response.url] = page

    def write(self, folder: Path) -> None:
        """Writes <folder>/pages.json.gz."""
        fresh = folder / f"{NAME}.new"
        with gzip.open(fresh, "wt", encoding="utf-8", errors="replace") as file:
            json.dump(list(self.kept.values()), file, ensure_ascii=False)
        fresh.replace(folder / NAME)

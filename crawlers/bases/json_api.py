"""Sources that are a JSON API in pages.

Recipe: extend `JsonApiSpider`, set `name`, `source`, `expect`, `allowed_domains` and `start_urls` (the first page), and
write `rows(values)` (the list inside an answer), `more(values, url)` (the addresses of further pages, told by the first
one) and `notice(row)`. A page that cannot be had is an error of the run.
"""

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import JsonResponse, Response

from crawlers.base import SourceSpider
from crawlers.items import Notice


class JsonApiSpider(SourceSpider):
    """One notice a row of any page."""

    def parse(self, response: Response) -> Iterator[Notice | Request]:
        assert isinstance(response, JsonResponse), f"{response.url} is no JSON"
        values = response.json()
        for url in self.more(values, response.url):
            yield Request(url, self.parse_page)
        yield from self.parse_page(response)

    def parse_page(self, response: Response) -> Iterator[Notice]:
        assert isinstance(response, JsonResponse), f"{response.url} is no JSON"
        for row in self.rows(response.json()):
            yield self.notice(row)

    def rows(self, values: Any) -> list[dict[str, Any]]:
        raise NotImplementedError

    def more(self, values: Any, url: str) -> Iterator[str]:
        """No further page, unless a source says so."""
        yield from ()

    def notice(self, row: dict[str, Any]) -> Notice:
        raise NotImplementedError

"""Sources that are a list of links to articles.

Recipe: extend `ArticlesSpider`, set `name`, `source`, `expect`, `allowed_domains` and `start_urls` (the list pages),
and write two methods: `links(response)` yields each article's address with what the list knows of it, and
`article(response, **known)` makes the notice. An article that cannot be fetched is counted as missed.
`markup(node)` gives the text of a page without its navigation.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawlers.base import SourceSpider, reason
from crawlers.items import Notice

NO_TEXT = "script, style, noscript, template, iframe, svg, form, nav, header nav, footer, button"


class ArticlesSpider(SourceSpider):
    """List pages, and one page an article."""

    async def start(self) -> AsyncIterator[Request]:
        for url in self.first_urls():
            yield Request(url, self.parse_list, priority=1)

    def parse_list(self, response: Response) -> Iterator[Request]:
        assert isinstance(response, HtmlResponse), f"{response.url} is no page"
        found = dict(self.links(response))
        if not found:
            raise ValueError(f"no article on {response.url}: its layout changed")
        for url, known in found.items():
            yield Request(url, self.parse_article, errback=self.no_article, cb_kwargs={"known": known})

    def parse_article(self, response: Response, known: dict[str, Any]) -> Iterator[Notice]:
        assert isinstance(response, HtmlResponse), f"{response.url} is no page"
        yield self.article(response, **known)

    def no_article(self, failure: Any) -> None:
        self.missed("article", f"{failure.request.url}: {reason(failure)}")

    def links(self, response: HtmlResponse) -> Iterator[tuple[str, dict[str, Any]]]:
        raise NotImplementedError

    def article(self, response: HtmlResponse, **known: Any) -> Notice:
        raise NotImplementedError


def soup(response: HtmlResponse) -> BeautifulSoup:
    return BeautifulSoup(response.text, "lxml")


def words(node: Tag | None) -> str:
    """The text of an element in one line, "" for none."""
    return " ".join(node.get_text(" ").split()) if node else ""


def markup(node: Tag) -> str:
    """The HTML inside an element without scripts, forms and navigation. The element loses them."""
    for each in node.select(NO_TEXT):
        each.decompose()
    return node.decode_contents().strip()

"""Sources that are a feed.

Recipe: extend `RssSpider`, set `name`, `source`, `expect(complete=False)` and `start_urls`, and write
`notice(self, item)`: it gets an `Item` with the element's texts. A feed shows only the latest items, so nothing that is
absent from it is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from scrapy.http import Response

from crawlers.base import SourceSpider
from crawlers.items import Notice

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "content": "http://purl.org/rss/1.0/modules/content/",
}


@dataclass(frozen=True)
class Item:
    """An item of a feed; paths are XPath below it, with the prefixes dc, rdf and content."""

    element: etree._Element

    def text(self, path: str) -> str:
        """The text of the first match, "" if there is none."""
        return next(iter(self.texts(path)), "")

    def texts(self, path: str) -> tuple[str, ...]:
        found = self.element.xpath(path, namespaces=NAMESPACES)
        assert isinstance(found, list)
        return tuple("".join(map(str, each.itertext())).strip() for each in found if isinstance(each, etree._Element))


class RssSpider(SourceSpider):
    """One feed, one notice an item."""

    def parse(self, response: Response) -> Iterator[Notice]:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
        root = etree.fromstring(response.body, parser)
        items = root.xpath("//item")
        assert isinstance(items, list)
        if not items:
            raise ValueError("a feed without an item")
        for element in items:
            assert isinstance(element, etree._Element)
            yield self.notice(Item(element))

    def notice(self, item: Item) -> Notice:
        raise NotImplementedError

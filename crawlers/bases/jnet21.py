"""The feeds of J-Net21 支援情報ヘッドライン (中小機構): one format, a feed a category.

Recipe: extend `HeadlineSpider`, set `name`, `source`, `expect` and `start_urls`.
"""

import re
from typing import ClassVar

from crawlers.bases.rss import Item, RssSpider
from crawlers.items import Notice

LICENCE = "J-Net21 サイト利用規約"
PUBLISHER = "中小企業基盤整備機構"
ATTRIBUTION = "出典：中小機構 J-Net21"

_ISSUER = re.compile(r"^\s*【([^】]{1,80})】\s*[（(]([^）)]*)[）)]")
_NUMBER = re.compile(r"/articles/(\d+)")
_VENUE = re.compile(r"^[\u3000 ■●◆○・【]*(?:会場|開催場所|開催会場|場所)】?\s*[：:]\s*(.{2,120})$", re.MULTILINE)


class HeadlineSpider(RssSpider):
    """Every item: 【実施機関】（地域,地域…） and free text with the period inside."""

    allowed_domains: ClassVar[list[str]] = ["j-net21.smrj.go.jp"]

    def notice(self, item: Item) -> Notice:
        # The feed is also served by another host, and the pages by two paths: one address for all.
        url = re.sub(r"^https?://jnet21-snavi\.", "https://j-net21.", item.text("link")).replace("/snavi2/", "/snavi/")
        text = item.text("description")
        head = _ISSUER.match(text)
        number = _NUMBER.search(url)
        venue = _VENUE.search(text)
        return Notice(
            source=self.name,
            key=number[1] if number else "",
            url=url,
            title=item.text("title"),
            kind=item.text("dc:subject").rpartition(" - ")[2],
            issuer=head[1] if head else "",
            body=text,
            published=item.text("dc:date") or item.text("pubDate"),
            areas=tuple(part.strip() for part in re.split(r"[,、，]", head[2]) if part.strip())
            if head
            else item.texts("dc:coverage/rdf:label"),
            venue=venue[1].strip() if venue else "",
        )

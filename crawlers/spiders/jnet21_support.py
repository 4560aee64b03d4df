"""J-Net21 支援情報ヘッドライン: subsidies, loans and tax measures from the whole country, as a feed."""

import re

from crawlers.base import Expect, Source
from crawlers.bases.rss import Item, RssSpider
from crawlers.items import Notice

_ISSUER = re.compile(r"^\s*【([^】]{1,80})】\s*[（(]([^）)]*)[）)]")
_NUMBER = re.compile(r"/articles/(\d+)")


class jnet21_support(RssSpider):
    """Every item: 【実施機関】（地域,地域…） and free text with the period inside."""

    name = "jnet21_support"
    allowed_domains = ["j-net21.smrj.go.jp"]
    start_urls = ["https://j-net21.smrj.go.jp/snavi/support/support.xml"]
    source = Source(
        title="J-Net21 支援情報ヘッドライン",
        publisher="中小企業基盤整備機構",
        url="https://j-net21.smrj.go.jp/snavi/",
        licence="J-Net21 サイト利用規約",
        attribution="出典：中小機構 J-Net21",
        after="18:30",
    )
    expect = Expect(min=5, max=200, filled={"title": 1.0, "issuer": 0.8, "kind": 0.9}, complete=False)

    def notice(self, item: Item) -> Notice:
        # The feed is also served by another host: one address for both.
        url = re.sub(r"^https?://jnet21-snavi\.", "https://j-net21.", item.text("link")).replace("/snavi2/", "/snavi/")
        text = item.text("description")
        head = _ISSUER.match(text)
        number = _NUMBER.search(url)
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
        )

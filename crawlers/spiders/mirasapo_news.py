"""ミラサポplus お知らせ: news of the ministry's programmes for small firms, as a WordPress feed."""

from crawlers.base import Expect, Source
from crawlers.bases.rss import Item, RssSpider
from crawlers.items import Notice

# Categories that say nothing of what an entry is about.
GENERAL = {"お知らせ", "その他情報", "重要なお知らせ", "情報", "支援制度"}


class mirasapo_news(RssSpider):
    """An entry keeps its number when it comes back with a new date: the number is its key."""

    name = "mirasapo_news"
    allowed_domains = ["mirasapo-plus.go.jp"]
    start_urls = ["https://mirasapo-plus.go.jp/category/infomation/feed/"]
    source = Source(
        title="ミラサポplus お知らせ",
        publisher="中小企業庁",
        url="https://mirasapo-plus.go.jp/category/infomation/",
        licence="公共データ利用規約（第1.0版）",
        attribution="出典：ミラサポplus（中小企業庁）のデータを加工して作成",
        second_hand=True,
    )
    expect = Expect(min=3, max=100, filled={"title": 1.0, "body": 0.9, "published": 1.0}, complete=False)

    def notice(self, item: Item) -> Notice:
        return Notice(
            source=self.name,
            key=item.text("guid").rpartition("?p=")[2],
            url=item.text("link"),
            title=item.text("title"),
            issuer="中小企業庁",
            body=item.text("content:encoded") or item.text("description"),
            published=item.text("pubDate"),
            fields=tuple(each for each in item.texts("category") if each not in GENERAL),
        )

"""農水省 補助事業: calls of the ministry of agriculture, in a table of days in the Japanese calendar."""

from dataclasses import replace

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider
from crawlers.items import Notice, Period
from crawlers.reading import Entry, Page


class maff_subsidies(ListSpider):
    """Table: 開始日, 締切日, 公募名."""

    name = "maff_subsidies"
    allowed_domains = ["maff.go.jp"]
    start_urls = ["https://www.maff.go.jp/j/supply/hozyo/"]
    source = Source(
        title="農林水産省 補助事業の公募",
        publisher="農林水産省",
        url="https://www.maff.go.jp/j/supply/hozyo/",
        licence="公共データ利用規約（第1.0版）",
        attribution="出典：農林水産省ホームページを加工して作成",
        kind="補助金",
        verified=False,
    )
    expect = Expect(min=1, max=500, filled={"title": 1.0, "periods": 0.9})
    issuer = "農林水産省"
    areas = ("全国",)

    def notice(self, entry: Entry, page: Page | None, missing: tuple[str, ...] = ()) -> Notice:
        period = Period(opens=entry.cells.get("開始日", ""), closes=entry.cells.get("締切日", ""))
        notice = super().notice(entry, page, missing)
        return replace(notice, periods=(period,) if period.opens or period.closes else ())

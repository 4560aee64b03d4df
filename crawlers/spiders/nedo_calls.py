"""NEDO: calls for research and demonstration, by year and field in tables."""

from dataclasses import replace

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider
from crawlers.items import Notice
from crawlers.reading import Entry, Page


class nedo_calls(ListSpider):
    """Table: name, day of the call, day of the decision, state. A call that is decided is over, and is left out."""

    name = "nedo_calls"
    allowed_domains = ["nedo.go.jp"]
    start_urls = ["https://www.nedo.go.jp/koubo/index.html"]
    source = Source(
        title="NEDO 公募",
        publisher="新エネルギー・産業技術総合開発機構",
        url="https://www.nedo.go.jp/koubo/",
        licence="NEDO サイトポリシー",
        attribution="出典：国立研究開発法人新エネルギー・産業技術総合開発機構（NEDO）",
        kind="公募",
        verified=False,
    )
    expect = Expect(min=1, max=500, filled={"title": 1.0, "body": 0.9})
    issuer = "NEDO"
    areas = ("全国",)
    list_pages = 1

    def wants(self, entry: Entry) -> bool:
        return super().wants(entry) and not entry.cells.get("決定")

    def notice(self, entry: Entry, page: Page | None, missing: tuple[str, ...] = ()) -> Notice:
        # These columns tell of the call itself: as facts of the programme their days would be read as its ends.
        bare = replace(entry, cells={})
        return replace(super().notice(bare, page, missing), published=entry.cells.get("公募", ""))

"""よろず支援拠点: free consultation on any question of management, a base a prefecture."""

import re
from dataclasses import replace

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider
from crawlers.items import Notice
from crawlers.reading import Entry, Page

_PREFECTURE = re.compile(r"^(北海道|東京都|(?:大阪|京都)府|.{2,3}県)")


class yorozu_bases(ListSpider):
    """A list of bases, named after their prefectures; each has a site of its own, which is not read."""

    name = "yorozu_bases"
    allowed_domains = ["yorozu.smrj.go.jp"]
    start_urls = ["https://yorozu.smrj.go.jp/base/"]
    source = Source(
        title="よろず支援拠点",
        publisher="中小企業基盤整備機構",
        url="https://yorozu.smrj.go.jp/",
        licence="よろず支援拠点全国本部 サイトポリシー",
        attribution="出典：よろず支援拠点全国本部（独立行政法人中小企業基盤整備機構）",
        kind="相談窓口",
        verified=False,
        days=30,
    )
    expect = Expect(min=1, max=60, filled={"title": 1.0, "areas": 0.95})
    only = "よろず支援拠点"
    kind = "相談窓口"
    follow = False

    def notice(self, entry: Entry, page: Page | None, missing: tuple[str, ...] = ()) -> Notice:
        place = _PREFECTURE.match(entry.title)
        notice = super().notice(entry, page, missing)
        return replace(notice, issuer=entry.title, areas=(place[1],) if place else ())

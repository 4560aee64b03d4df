"""東京都中小企業振興公社: its grants. The list glues state, title and 【申請受付期間】 into one link."""

import re
from dataclasses import replace

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider
from crawlers.items import Notice
from crawlers.reading import Entry, Page

_STATE = re.compile(r"^(?:募集中|申請受付中|受付中|受付前|募集予定|受付予定|受付終了|募集終了|終了|NEW)\s*")
_PERIOD = re.compile(r"\s*【(?P<label>[^】]*期間)】\s*(?P<value>.*)$")


class tokyo_kosha(ListSpider):
    name = "tokyo_kosha"
    allowed_domains = ["tokyo-kosha.or.jp"]
    start_urls = ["https://www.tokyo-kosha.or.jp/support/josei/index.html"]
    source = Source(
        title="東京都中小企業振興公社 助成金",
        publisher="東京都中小企業振興公社",
        url="https://www.tokyo-kosha.or.jp/support/josei/",
        licence="東京都中小企業振興公社 サイトポリシー",
        attribution="出典：公益財団法人東京都中小企業振興公社",
        kind="助成金",
        verified=False,
    )
    expect = Expect(min=1, max=300, filled={"title": 1.0, "body": 0.9})
    issuer = "東京都中小企業振興公社"
    areas = ("東京都",)

    def notice(self, entry: Entry, page: Page | None, missing: tuple[str, ...] = ()) -> Notice:
        rest = _STATE.sub("", entry.title)
        period = _PERIOD.search(rest)
        notice = super().notice(replace(entry, title=_PERIOD.sub("", rest)), page, missing)
        facts = {period["label"]: period["value"]} if period else {}
        return replace(notice, title=_PERIOD.sub("", _STATE.sub("", notice.title)), facts=facts | notice.facts)

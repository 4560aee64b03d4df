"""Jグランツ: subsidies of ministries, prefectures and municipalities, from the portal's public JSON API."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote, urlencode

from scrapy import Request
from scrapy.http import JsonResponse, Response

from crawlers.base import Expect, Source, SourceSpider, reason
from crawlers.items import Link, Notice, Period

BASE = "https://api.jgrants-portal.go.jp/exp"
# The API has no "all" and no paging: what it holds is the union over broad words.
KEYWORDS = ("補助金", "助成金", "支援金", "奨励金", "給付金", "補助", "助成", "支援", "事業", "公募")
ATTACHMENTS = ("application_guidelines", "outline_of_grant", "application_form")


class jgrants(SourceSpider):
    """Lists by keyword, then the detail of each id. A detail that fails leaves the list's facts."""

    name = "jgrants"
    allowed_domains = ["api.jgrants-portal.go.jp"]
    source = Source(
        title="Jグランツ",
        publisher="デジタル庁",
        url="https://www.jgrants-portal.go.jp/",
        licence="公共データ利用規約（第1.0版）",
        attribution="出典：Jグランツ（デジタル庁）のデータを加工して作成",
        kind="補助金・助成金",
    )
    expect = Expect(min=5, max=6000, filled={"title": 1.0, "areas": 0.9, "periods": 0.95, "body": 0.7})
    variants = ({"acceptance": "1"}, {"acceptance": "0"})
    custom_settings = {"DOWNLOAD_DELAY": 1.0}

    def first_urls(self) -> list[str]:
        return [self._list(keyword) for keyword in KEYWORDS]

    def _list(self, keyword: str) -> str:
        acceptance = self.variant["acceptance"]
        query = {"keyword": keyword, "sort": "created_date", "order": "DESC", "acceptance": acceptance}
        return f"{BASE}/v1/public/subsidies?{urlencode(query)}"

    async def start(self) -> AsyncIterator[Request]:
        self.seen: set[str] = set()
        for url in self.first_urls():
            yield Request(url, self.parse_list, priority=1)

    def parse_list(self, response: Response) -> Iterator[Request]:
        assert isinstance(response, JsonResponse)
        for row in response.json()["result"]:
            if row["id"] not in self.seen:
                self.seen.add(row["id"])
                url = f"{BASE}/v2/public/subsidies/id/{quote(row['id'], safe='')}"
                yield Request(url, self.parse_detail, errback=self.no_detail, cb_kwargs={"row": row})

    def parse_detail(self, response: Response, row: dict[str, Any]) -> Iterator[Notice]:
        assert isinstance(response, JsonResponse)
        found = response.json()["result"]
        if not found:
            self.missed("detail", f"{row['id']}: empty")
        yield notice(row, found[0] if found else {}, () if found else ("detail: empty",))

    def no_detail(self, failure: Any) -> Iterator[Notice]:
        row = failure.request.cb_kwargs["row"]
        why = reason(failure)
        self.missed("detail", f"{row['id']}: {why}")
        yield notice(row, {}, (f"detail: {why}",))


def notice(row: dict[str, Any], detail: dict[str, Any], missing: tuple[str, ...]) -> Notice:
    """The listing's row with its detail, {} where that could not be had."""

    def text(name: str) -> str:
        value = detail.get(name)
        value = row.get(name) if value is None else value
        return "" if value is None else str(value)

    rounds = detail.get("workflow") or [row]
    return Notice(
        source="jgrants",
        key=row["id"],
        url=f"https://www.jgrants-portal.go.jp/subsidy/{row['id']}",
        title=text("title"),
        kind="補助金・助成金",
        summary=text("subsidy_catch_phrase"),
        body=text("detail"),
        areas=_areas(text("target_area_search")) or tuple(dict.fromkeys(_each_area(rounds))),
        periods=tuple(_period(each) for each in rounds),
        contradicting=() if _agrees(row, rounds) else (_period(row),),
        amount=text("subsidy_max_limit"),
        rate=text("subsidy_rate"),
        employees=text("target_number_of_employees"),
        industries=_split(text("industry")),
        fields=_split(text("use_purpose")),
        facts={
            label: value
            for name, label in (
                ("institution_name", "制度名"),
                ("use_purpose", "利用目的"),
                ("granttype", "補助金の種別"),
                ("request_reception_presence", "要望受付"),
            )
            if (value := text(name))
        },
        attachments=tuple(
            Link(name=each["name"], url="")
            for kind in ATTACHMENTS
            for each in detail.get(kind) or ()
            if each.get("name")
        ),
        missing=missing,
    )


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(" / ") if part.strip())


def _areas(value: str) -> tuple[str, ...]:
    # The list joins with " / ", the detail with "/"; names hold 、 and ・ but no slash.
    return tuple(part.strip() for part in value.split("/") if part.strip())


def _each_area(rounds: list[dict[str, Any]]) -> Iterator[str]:
    for each in rounds:
        yield from _areas(each.get("target_area_search") or "")


def _agrees(row: dict[str, Any], rounds: list[dict[str, Any]]) -> bool:
    # To the minute: the list writes seconds, the detail does not. Over several rounds the list spans them all.
    return all(
        (row.get(end) or "")[:16] in {(each.get(end) or "")[:16] for each in rounds}
        for end in ("acceptance_start_datetime", "acceptance_end_datetime")
    )


def _period(each: dict[str, Any]) -> Period:
    return Period(
        opens=each.get("acceptance_start_datetime") or "",
        closes=each.get("acceptance_end_datetime") or "",
        label=each.get("fiscal_year_round") or "",
        area=each.get("target_area_search") or "",
    )

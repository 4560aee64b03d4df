"""ミラサポplus 事例ナビ: case studies of small firms from the whole country, from the site's JSON API."""

from collections.abc import Iterator
from typing import Any

from w3lib.url import add_or_replace_parameter

from crawlers.base import Expect, Source
from crawlers.bases.json_api import JsonApiSpider
from crawlers.items import Link, Notice

PAGE = 100


class mirasapo_cases(JsonApiSpider):
    name = "mirasapo_cases"
    allowed_domains = ["mirasapo-plus.go.jp"]
    start_urls = [
        f"https://mirasapo-plus.go.jp/jirei-api/case_studies?keywords=&limit={PAGE}&offset=0&sort=timestamp&order=desc"
    ]
    source = Source(
        title="ミラサポplus 事例ナビ",
        publisher="中小企業庁",
        url="https://mirasapo-plus.go.jp/jirei-navi/",
        licence="公共データ利用規約（第1.0版）",
        attribution="出典：ミラサポplus（中小企業庁）のデータを加工して作成",
        kind="事例",
        days=7,
    )
    expect = Expect(min=3, max=10000, filled={"title": 1.0, "summary": 0.95, "areas": 0.95})

    def rows(self, values: Any) -> list[dict[str, Any]]:
        return list(values["items"])

    def more(self, values: Any, url: str) -> Iterator[str]:
        # A server may give fewer than it was asked for.
        for offset in range(len(values["items"]), values["total"], len(values["items"]) or PAGE):
            yield add_or_replace_parameter(url, "offset", str(offset))

    def notice(self, row: dict[str, Any]) -> Notice:
        company = row.get("organization") or {}
        place = (row.get("location") or {}).get("name")
        parts = [("", "background"), ("■課題\n", "challenges"), ("■成果\n", "results")]
        facts = {"企業": company.get("name"), "業種": company.get("industry"), "企業の種類": company.get("type")}
        return Notice(
            source=self.name,
            key=str(row["id"]),
            url=f"https://mirasapo-plus.go.jp/jirei-navi/case_studies/{row['id']}",
            title=row["title"],
            kind="事例",
            summary=row.get("summary") or "",
            body="\n\n".join(heading + row[name] for heading, name in parts if row.get(name)),
            published=row.get("published_at") or "",
            areas=(place,) if place else (),
            industries=(company["industry"],) if company.get("industry") else (),
            fields=tuple(row.get("patterns") or ()),
            facts={label: value for label, value in facts.items() if value},
            links=tuple(Link(name=each["title"], url=each["url"]) for each in row.get("used_support_refs") or ()),
        )

"""Municipal open data in CSV, by the national standard (自治体標準オープンデータセット, デジタル庁).

Recipe: a municipality is one line of `municipalities.csv` beside this file: the name of the family (`opendata_support`
or `opendata_events`), the code (JIS X 0402, five digits, or 47 prefectures with two), prefecture, name, the address of
the CSV, its licence, and `yes` once it was read. Each line becomes a source of its own, `<family>_<code>`, with its
own health. Lines of hosts under .example are examples, which tests read. A new dataset is a new family: extend
`CsvFamily` and write `concerns_firms(row)`, `key(row)` and `notice(row, key)`.

What a file may look like: crawlers/tables.py.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers.base import Expect, Source, SourceSpider
from crawlers.items import Notice
from crawlers.politeness import is_page
from crawlers.tables import Row, decoded, rows

MUNICIPALITIES = Path(__file__).with_name("municipalities.csv")


@dataclass(frozen=True)
class Municipality:
    """A line of municipalities.csv."""

    code: str
    prefecture: str
    name: str
    url: str
    licence: str
    verified: bool

    @property
    def place(self) -> str:
        """The name that no other municipality has: 東京都府中市."""
        return self.name if self.name == self.prefecture else self.prefecture + self.name


class CsvFamily(SourceSpider):
    """The sources of one dataset, a municipality each. Subclasses set `dataset` (its Japanese name) and `needed`."""

    dataset: ClassVar[str]
    kind: ClassVar[str] = ""
    needed: ClassVar[tuple[str, ...]]
    """Wordings of the column without which a file is none of this dataset."""
    municipality: ClassVar[Municipality]

    @classmethod
    def members(cls) -> Iterator[type[SourceSpider]]:
        with MUNICIPALITIES.open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                if line["family"] == cls.name:
                    place = Municipality(
                        line["code"],
                        line["prefecture"],
                        line["name"],
                        line["url"],
                        line["licence"],
                        line["verified"] == "yes",
                    )
                    yield cls.of(place)

    @classmethod
    def of(cls, place: Municipality) -> type[SourceSpider]:
        source = Source(
            title=f"{place.name} {cls.dataset}",
            publisher=place.name,
            url=place.url,
            licence=place.licence,
            attribution=f"出典：{place.name}オープンデータ「{cls.dataset}」（{place.licence}）を加工して作成",
            kind=cls.kind,
            verified=place.verified,
            days=7,
        )
        return type(
            f"{cls.name}_{place.code}",
            (cls,),
            {
                "name": f"{cls.name}_{place.code}",
                "family": cls.name,
                "source": source,
                "start_urls": [place.url],
                "allowed_domains": [urlsplit(place.url).hostname],
                "municipality": place,
            },
        )

    expect = Expect(min=1, max=5000, filled={"title": 1.0, "body": 0.5})

    def parse(self, response: Response) -> Iterator[Notice]:
        if is_page(response):
            raise ValueError("a page came instead of the CSV")
        seen: set[str] = set()
        for _, row, _ in rows(decoded(response.body), self.needed):
            if row.text(*self.needed) and self.concerns_firms(row):
                key = self.key(row)
                # Some files give one number to several rows.
                key = key if key and key not in seen else f"{key} {row.text(*self.needed)}".strip()
                seen.add(key)
                yield self.notice(row, key)

    def concerns_firms(self, row: Row) -> bool:
        """These datasets also list what is for families and neighbours."""
        raise NotImplementedError

    def key(self, row: Row) -> str:
        raise NotImplementedError

    def notice(self, row: Row, key: str) -> Notice:
        raise NotImplementedError

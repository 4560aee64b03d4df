"""Municipal open data in CSV, by the national standard (自治体標準オープンデータセット, デジタル庁).

Recipe: a municipality is one line of `municipalities.csv` beside this file: the name of the family (`opendata_support`
or `opendata_events`), the code (JIS X 0402, five digits, or 47 prefectures with two), prefecture, name, the address of
the CSV, its licence, and `yes` once it was read. Each line becomes a source of its own, `<family>_<code>`, with its
own health. Lines of hosts under .example are examples, which tests read. A new dataset is a new family: extend
`CsvFamily` and write `concerns_firms(row)`, `key(row)` and `notice(row, key)`.

Files come in UTF-8 with or without a mark, or in cp932; headers in old and new wording, with full- or half-width
brackets: `Row.text()` takes all wordings of a column. Several values in a cell are joined by `;`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers.base import Expect, Source, SourceSpider
from crawlers.items import Notice
from crawlers.politeness import is_page

MUNICIPALITIES = Path(__file__).with_name("municipalities.csv")
_URL = re.compile(r"https?://[^\s;；、。」）)]+")


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


@dataclass(frozen=True)
class Row:
    """A line of a dataset, by folded column names."""

    cells: Mapping[str, str]

    def text(self, *columns: str) -> str:
        """The first of these columns that says something, "" for none."""
        return next((value for name in columns if (value := self.cells.get(folded(name), ""))), "")

    def list(self, *columns: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in re.split("[;；]", self.text(*columns)) if part.strip())

    def url(self, *columns: str) -> str:
        """The first address in these columns; some hold words around it."""
        found = (_URL.search(self.text(name)) for name in columns)
        return next((each[0] for each in found if each), "")

    def facts(self, *columns: str) -> dict[str, str]:
        return {name: value for name in columns if (value := self.text(name))}

    def any(self, part: str) -> bool:
        """Is a column filled whose name holds `part`?"""
        return any(value for name, value in self.cells.items() if part in name)


def folded(name: str) -> str:
    """A column's name without its variants of width and spacing.

    >>> folded("料金（基本）"), folded("料金(基本) "), folded("イベント名＿カナ")
    ('料金(基本)', '料金(基本)', 'イベント名_カナ')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).lower()


def decoded(body: bytes) -> str:
    """The text of a file in UTF-8 or cp932. ValueError for anything else."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor cp932")


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
        lines = csv.reader(io.StringIO(decoded(response.body), newline=""))
        header = [folded(name) for name in next(lines, [])]
        if not any(folded(name) in header for name in self.needed):
            raise ValueError(f"no column {self.needed[0]} among {', '.join(header)[:200]}")
        seen: set[str] = set()
        for cells in lines:
            row = Row({name: value.strip() for name, value in zip(header, cells, strict=False)})
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

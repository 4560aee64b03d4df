"""Open data in CSV as municipalities publish it: encodings, headers in every wording, rows. Nothing of Scrapy's.

Files come in UTF-8 with or without a mark, or in cp932; headers in old and new wording, with full- or half-width
brackets: `Row.text()` takes all wordings of a column. Several values in a cell are joined by `;`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_URL = re.compile(r"https?://[^\s;；、。」）)]+")


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


class WrongTable(ValueError):
    """A table of another dataset; `header` is what it has."""

    def __init__(self, needed: str, header: Sequence[str]) -> None:
        super().__init__(f"no column {needed} among {', '.join(header)[:200]}")
        self.header = header


def rows(text: str, needed: Sequence[str]) -> Iterator[tuple[int, Row, int]]:
    """Each row below the header: (its line in the file, the row, cells beyond the header).

    WrongTable where the header has none of the `needed` wordings, csv.Error where the file is none.
    """
    lines = csv.reader(io.StringIO(text, newline=""))
    header = [folded(name) for name in next(lines, [])]
    if not any(folded(name) in header for name in needed):
        raise WrongTable(needed[0], header)
    for cells in lines:
        beyond = sum(bool(each.strip()) for each in cells[len(header) :])
        yield lines.line_num, Row({name: value.strip() for name, value in zip(header, cells, strict=False)}), beyond

"""Pages of crawls that went wrong, as their sites answered."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

KEPT_RUNS = 3
"""So many crawls of a source whose pages are kept."""

pages = sa.Table(
    "pages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", Text, nullable=False, index=True),
    sa.Column("at", Text, nullable=False),
    sa.Column("url", Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("why", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What an address answered in the crawl of `at`. `why` as in crawlers/pages.py, `kind` the media type.

    `text` is empty in lists, and where the answer is no text.
    """

    id: int
    source: str
    at: str
    url: str
    status: int
    why: str
    kind: str
    text: str = ""


class PageReading(Reading):
    """Readers of pages."""

    def pages(self, source: str) -> list[Page]:
        """Those of a source, without their text; of the newest crawl first, what broke it before its first answers."""
        columns = [each for each in pages.c if each.name != "body"]
        order = (pages.c.at.desc(), pages.c.why.desc(), pages.c.id)
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(*columns).where(pages.c.source == source).order_by(*order))
            return [Page(**row._mapping) for row in found]

    def page(self, id: int) -> Page | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(pages).where(pages.c.id == id)).first()
        if row is None:
            return None
        values = dict(row._mapping)
        text = zlib.decompress(values.pop("body")).decode()
        return Page(**values, text=text)


class PageWriting(Writing):
    """Writers of pages."""

    def keep_pages(self, source: str, at: str, found: Sequence[Mapping[str, Any]]) -> None:
        """Keeps the pages of a crawl, and those of the last few before it."""
        mine = pages.c.source == source
        self.connection.execute(sa.delete(pages).where(mine, pages.c.at == at))
        rows = [
            {name: each[name] for name in ("url", "status", "why", "kind")}
            | {"source": source, "at": at, "body": zlib.compress(each["text"].encode(), 6)}
            for each in found
        ]
        if rows:
            self.connection.execute(sa.insert(pages), rows)
        times = sa.select(pages.c.at).where(mine).distinct().order_by(pages.c.at.desc()).limit(KEPT_RUNS)
        kept = list(self.connection.execute(times).scalars())
        self.connection.execute(sa.delete(pages).where(mine, pages.c.at.not_in(kept)))

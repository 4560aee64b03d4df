"""What publication remembers, so that an unchanged programme costs it nothing. All of it can be computed again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from indexer.store.base import CACHE, Reading, Text, Writing, chunks, metadata, stamp
from indexer.store.programmes import history, programmes

prepared = sa.Table(
    "prepared",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("made_of", Text, nullable=False),
    sa.Column("facts", sa.LargeBinary, nullable=False),
    sa.Column("fresh", sa.Boolean, nullable=False),
    info=CACHE,
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("made_of", Text, nullable=False),
    sa.Column("hash", Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("differs", sa.Boolean, nullable=False),
    info=CACHE,
)

matches = sa.Table(
    "matches",
    metadata,
    sa.Column("one", Text, primary_key=True),
    sa.Column("other", Text, primary_key=True, index=True),
    sa.Column("likeness", sa.Float, nullable=False),
    sa.Column("why", Text, nullable=False),
    sa.Column("quoted", sa.Boolean, nullable=False),
    info=CACHE,
)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a programme's row tells without being read: `digest` is of all that we say about it."""

    id: str
    source: str
    digest: str
    listed: bool
    first_seen: str
    changed: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What has to be known of a programme to compare it with others. `made_of` names all it was made of; `facts` are
    JSON; `fresh`: its matches are not known yet.
    """

    id: str
    made_of: str
    facts: bytes
    fresh: bool


@dataclass(frozen=True, slots=True)
class Document:
    """The engine's document of a programme: its hash, true from `since` until `until` (Unix seconds).

    `differs`: its sources name different closing days.
    """

    id: str
    made_of: str
    hash: str
    since: int
    until: int
    differs: bool


Pair = tuple[str, str, float, str, bool]
"""Two listings of one programme: one, other, likeness, why, quoted (see duplicates.Match)."""


class PublicationReading(Reading):
    """Readers of what publication remembers."""

    def glimpses(self) -> Iterator[Glimpse]:
        """Every programme, in order of id."""
        c = programmes.c
        query = sa.select(c.id, c.source, c.digest, c.listed, c.first_seen, c.changed, c.last_seen).order_by(c.id)
        for row in self._rows(query):
            yield Glimpse(*row)

    def made_of(self) -> dict[str, str]:
        """What each programme that is prepared was made of, by id."""
        return {row[0]: row[1] for row in self._rows(sa.select(prepared.c.id, prepared.c.made_of))}

    def prepared(self) -> Iterator[Prepared]:
        """In order of id."""
        for row in self._rows(sa.select(prepared).order_by(prepared.c.id)):
            yield Prepared(*row)

    def documents(self) -> Iterator[Document]:
        """In order of id."""
        for row in self._rows(sa.select(documents).order_by(documents.c.id)):
            yield Document(*row)

    def matches(self) -> Iterator[Pair]:
        for row in self._rows(sa.select(matches).order_by(matches.c.one, matches.c.other)):
            yield tuple(row)

    def latest_changes(self, since: datetime, fields: Sequence[str]) -> dict[str, int]:
        """The number of the last change that its source made to these fields since then, by programme."""
        c = history.c
        query = (
            sa.select(c.programme, sa.func.max(c.id))
            .where(c.at >= stamp(since), c.cause == "source", c.field.in_(fields))
            .group_by(c.programme)
        )
        return {row[0]: row[1] for row in self._rows(query)}

    def _rows(self, query: sa.Select[Any]) -> Iterator[Any]:
        with self.engine.connect().execution_options(yield_per=2000) as connection:
            yield from connection.execute(query)


class PublicationWriting(Writing):
    """Writers of what publication remembers."""

    def put_prepared(self, found: Sequence[Prepared], gone: Sequence[str] = ()) -> None:
        """In the place of what was prepared of the same; what is gone matches nothing any more."""
        self._replace(prepared, prepared.c.id, [asdict(each) for each in found], gone)
        self._unmatch(gone)

    def put_documents(self, found: Sequence[Document], gone: Iterable[str] = ()) -> None:
        self._replace(documents, documents.c.id, [asdict(each) for each in found], gone)

    def put_matches(self, found: Iterable[Pair], of: Sequence[str] | None) -> None:
        """In the place of all matches of these listings; None: of all there are. Then nothing is fresh any more."""
        if of is None:
            self.connection.execute(sa.delete(matches))
        else:
            self._unmatch(of)
        self.connection.execute(sa.update(prepared).where(prepared.c.fresh).values(fresh=False))
        names = matches.c.keys()
        rows = [dict(zip(names, pair, strict=True)) for pair in found]
        if rows:
            self.connection.execute(sa.insert(matches), rows)

    def _unmatch(self, ids: Sequence[str]) -> None:
        for batch in chunks(ids):
            self.connection.execute(sa.delete(matches).where(matches.c.one.in_(batch)))
            self.connection.execute(sa.delete(matches).where(matches.c.other.in_(batch)))

    def _replace(
        self, table: sa.Table, key: sa.Column[str], rows: Sequence[dict[str, object]], gone: Iterable[str]
    ) -> None:
        """Puts the rows in the place of those with the same keys, and deletes what is gone."""
        for batch in chunks([*(str(row[key.name]) for row in rows), *gone]):
            self.connection.execute(sa.delete(table).where(key.in_(batch)))
        if rows:
            self.connection.execute(sa.insert(table), rows)

"""Programmes as last understood, with their history, their listings at several sources, relations and links."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from indexer.schema import Change, Link, LinkState, Programme, Relation
from indexer.store.base import Reading, Text, Writing, canonical, chunks, metadata, stamp

programmes = sa.Table(
    "programmes",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("source", Text, nullable=False, index=True),
    sa.Column("variant", Text, nullable=False),
    sa.Column("notice_hash", Text, nullable=False),
    sa.Column("rules", Text, nullable=False),
    sa.Column("notice", sa.LargeBinary, nullable=False),
    sa.Column("read_on", Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("problems", sa.Integer, nullable=False),
    sa.Column("first_seen", Text, nullable=False),
    sa.Column("changed", Text, nullable=False),
    sa.Column("last_seen", Text, nullable=False),
    # Of all that we say about it; empty where it was last written before there was one.
    sa.Column("digest", Text, nullable=False, server_default=""),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", Text, nullable=False, index=True),
    sa.Column("at", Text, nullable=False, index=True),
    sa.Column("field", Text, nullable=False),
    sa.Column("was", sa.JSON),
    sa.Column("now", sa.JSON),
    sa.Column("cause", Text, nullable=False),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("programme", Text, primary_key=True),
    sa.Column("url", Text, nullable=False),
    sa.Column("state", Text, nullable=False, index=True),
    sa.Column("told", Text, nullable=False),
    sa.Column("checked", Text, nullable=False),
)

same = sa.Table(
    "same",
    metadata,
    sa.Column("programme", Text, primary_key=True),
    sa.Column("lead", Text, nullable=False, index=True),
    sa.Column("why", Text, nullable=False),
    sa.Column("differs", sa.Boolean, nullable=False),
)
"""Listings of one programme at several sources, as of the publication: each with the one that leads."""

relations = sa.Table(
    "relations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", Text, nullable=False, index=True),
    sa.Column("relation", sa.JSON, nullable=False),
)
"""How programmes stand to each other, as of the publication, on both sides."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A programme with what the store knows about it. Instants are ISO strings, Asia/Tokyo.

    `notice` is the source's words as JSON bytes, `read_on` the day on which these words were first seen.
    `rules` names the version of our reading that made `programme` from them. `changed` is when its source last changed
    it or first listed it, "" where that is not known: what came when we began to read a source was there before.
    """

    programme: Programme
    source: str
    variant: str
    notice_hash: str
    rules: str
    notice: bytes
    read_on: str
    listed: bool
    first_seen: str
    changed: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a source says something else of a programme than it did (see Record)."""

    id: str
    variant: str
    notice_hash: str
    rules: str
    listed: bool
    last_seen: str


class ProgrammeReading(Reading):
    """Readers of programmes."""

    def get(self, id: str) -> Record | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(programmes).where(programmes.c.id == id)).first()
        return _record(row) if row else None

    def some(self, ids: Sequence[str]) -> dict[str, Record]:
        """Those of the ids that are there, in order of id."""
        found: dict[str, Record] = {}
        with self.engine.connect() as connection:
            for batch in chunks(ids):
                query = sa.select(programmes).where(programmes.c.id.in_(batch))
                found.update((row.id, _record(row)) for row in connection.execute(query))
        return dict(sorted(found.items()))

    def known(self, source: str) -> dict[str, Known]:
        """Every programme of the source, by id."""
        c = programmes.c
        query = sa.select(c.id, c.variant, c.notice_hash, c.rules, c.listed, c.last_seen).where(c.source == source)
        with self.engine.connect() as connection:
            return {row.id: Known(*row) for row in connection.execute(query)}

    def read_by_other_rules(self, rules: str) -> dict[str, list[str]]:
        """The ids of what was read by other rules than these, by source."""
        c = programmes.c
        query = sa.select(c.source, c.id).where(c.rules != rules).order_by(c.source, c.id)
        found: dict[str, list[str]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.source, []).append(row.id)
        return found

    def records(self, source: str | None = None) -> Iterator[Record]:
        """All records in order of id, read a few hundred at a time."""
        query = sa.select(programmes).order_by(programmes.c.id)
        if source is not None:
            query = query.where(programmes.c.source == source)
        with self.engine.connect().execution_options(yield_per=200) as connection:
            for row in connection.execute(query):
                yield _record(row)

    def count(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(programmes)).scalar_one()

    def counts(self) -> dict[str, int]:
        """How many programmes each source lists now."""
        asked = sa.select(programmes.c.source, sa.func.count()).where(programmes.c.listed).group_by(programmes.c.source)
        with self.engine.connect() as connection:
            return {row.source: row[1] for row in connection.execute(asked)}

    def group(self, programme: str) -> list[str]:
        """The listings that are one programme with this one, the one that leads first; empty where it stands alone."""
        return self.groups([programme]).get(programme, [])

    def groups(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The same of each of the programmes that does not stand alone."""
        own = sa.alias(same)
        query = sa.select(own.c.programme.label("asked"), same.c.programme, same.c.lead).join(
            same, same.c.lead == own.c.lead
        )
        found: dict[str, list[str]] = {}
        with self.engine.connect() as connection:
            for batch in chunks(ids):
                rows = connection.execute(query.where(own.c.programme.in_(batch))).all()
                for row in sorted(rows, key=lambda each: (each.programme != each.lead, each.programme)):
                    found.setdefault(row.asked, []).append(row.programme)
        return found

    def relations(self, programme: str) -> list[Relation]:
        """How it stands to other programmes, as of the publication."""
        query = sa.select(relations.c.relation).where(relations.c.programme == programme).order_by(relations.c.id)
        with self.engine.connect() as connection:
            return [Relation.model_validate(each) for each in connection.execute(query).scalars()]

    def differing(self) -> list[str]:
        """The leads of programmes whose sources name different closing days."""
        query = sa.select(same.c.lead).where(same.c.differs).distinct().order_by(same.c.lead)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def changes(self, ids: Sequence[str], since: datetime) -> dict[str, list[Change]]:
        """What changed since then of these programmes, by programme."""
        found: dict[str, list[Change]] = {}
        query = sa.select(history).where(history.c.at >= stamp(since)).order_by(history.c.id)
        with self.engine.connect() as connection:
            for batch in chunks(ids):
                for row in connection.execute(query.where(history.c.programme.in_(batch))):
                    change = Change(at=row.at, field=row.field, was=row.was, now=row.now, cause=row.cause)
                    found.setdefault(row.programme, []).append(change)
        return found

    def history(self, id: str) -> list[Change]:
        """What changed, newest first."""
        query = sa.select(history).where(history.c.programme == id).order_by(history.c.id.desc())
        with self.engine.connect() as connection:
            return [
                Change(at=row.at, field=row.field, was=row.was, now=row.now, cause=row.cause)
                for row in connection.execute(query)
            ]

    def unread(self) -> int:
        """How many programmes have something that could not be read, or contradicts itself."""
        query = sa.select(sa.func.count()).select_from(programmes).where(programmes.c.problems > 0)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def links(self) -> dict[str, Link]:
        """What the last look at the official page of each programme found, by its id."""
        with self.engine.connect() as connection:
            return {row.programme: Link(**row._mapping) for row in connection.execute(sa.select(links))}

    def link(self, programme: str) -> Link | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(links).where(links.c.programme == programme)).first()
        return Link(**row._mapping) if row else None

    def with_dead_link(self, limit: int = 50, after: str = "") -> list[Record]:
        """Listed programmes whose official page was not there, in order of id, from behind `after`."""
        query = (
            sa.select(programmes)
            .join(links, links.c.programme == programmes.c.id)
            .where(links.c.state == LinkState.INVALID, programmes.c.listed, programmes.c.id > after)
        )
        with self.engine.connect() as connection:
            return [_record(row) for row in connection.execute(query.order_by(programmes.c.id).limit(limit))]


class ProgrammeWriting(Writing):
    """Writers of programmes."""

    def put(self, records: Sequence[Record], known: set[str]) -> None:
        """Inserts the records, or replaces those whose id is `known`."""
        if records:
            self.touch()
        new = [_row(each) for each in records if each.programme.id not in known]
        old = [_row(each) for each in records if each.programme.id in known]
        if new:
            self.connection.execute(sa.insert(programmes), new)
        if old:
            mine = programmes.c.id == sa.bindparam("_id")
            self.connection.execute(sa.update(programmes).where(mine), [{**row, "_id": row["id"]} for row in old])

    def seen(self, ids: Sequence[str], variant: str, at: str, present: str = "9999") -> None:
        """Notes that the programmes were met again. Nothing is written where that is known already, unless of an
        instant after `present`, which cannot be.
        """
        for batch in chunks(ids):
            self.connection.execute(
                sa.update(programmes)
                .where(
                    programmes.c.id.in_(batch), sa.or_(programmes.c.last_seen < at, programmes.c.last_seen > present)
                )
                .values(last_seen=at, variant=variant)
            )

    def list_again(self, ids: Sequence[str], listed: bool, at: str | None = None) -> None:
        """Marks the programmes as listed by their source, or as vanished from it; `at` if its source changed that."""
        values = {"listed": listed} | ({"changed": at} if at else {})
        if ids:
            self.touch()
        for batch in chunks(ids):
            self.connection.execute(sa.update(programmes).where(programmes.c.id.in_(batch)).values(values))

    def remember(self, changes: Iterable[tuple[str, Change]]) -> None:
        """Appends to the history: pairs of programme id and change."""
        rows = [{"programme": id, **change.model_dump()} for id, change in changes]
        if rows:
            self.connection.execute(sa.insert(history), rows)

    def put_links(self, found: Sequence[Link]) -> None:
        """Keeps what was found, in the place of what was known of the same programmes."""
        ids = [each.programme for each in found]
        for batch in chunks(ids):
            self.connection.execute(sa.delete(links).where(links.c.programme.in_(batch)))
        if found:
            self.connection.execute(sa.insert(links), [each.model_dump(mode="json") for each in found])

    def put_groups(self, groups: Iterable[tuple[Mapping[str, str], str, bool]]) -> None:
        """Replaces all groups of listings: (why each listing belongs to it, by id; the lead; days differ)."""
        self.connection.execute(sa.delete(same))
        rows = [
            {"programme": id, "lead": lead, "why": why, "differs": differs}
            for members, lead, differs in groups
            for id, why in members.items()
        ]
        if rows:
            self.connection.execute(sa.insert(same), rows)

    def put_relations(self, found: Mapping[str, Iterable[Relation]]) -> None:
        """Replaces all relations, by programme."""
        self.connection.execute(sa.delete(relations))
        rows = [
            {"programme": id, "relation": each.model_dump(mode="json")}
            for id, several in found.items()
            for each in several
        ]
        if rows:
            self.connection.execute(sa.insert(relations), rows)


def _record(row: Any) -> Record:
    return Record(
        programme=Programme.model_validate_json(zlib.decompress(row.data)),
        source=row.source,
        variant=row.variant,
        notice_hash=row.notice_hash,
        rules=row.rules,
        notice=zlib.decompress(row.notice),
        read_on=row.read_on,
        listed=row.listed,
        first_seen=row.first_seen,
        changed=row.changed,
        last_seen=row.last_seen,
    )


_MADE = {"id", "data", "notice", "problems", "digest"}


def _row(record: Record) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in programmes.c.keys() if name not in _MADE}  # noqa: SIM118
    said = canonical(record.programme.model_dump(mode="json"))
    return values | {
        "id": record.programme.id,
        "problems": len(record.programme.problems),
        "data": zlib.compress(said, 3),
        "notice": zlib.compress(record.notice, 3),
        "digest": hashlib.blake2b(said, digest_size=16).hexdigest(),
    }

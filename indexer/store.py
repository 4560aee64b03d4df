"""The store, and the only SQL: programmes as last understood, their history, runs, sources."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from indexer.schema import JST, Change, Link, LinkState, Programme, Relation

metadata = sa.MetaData()

programmes = sa.Table(
    "programmes",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("variant", sa.String, nullable=False),
    sa.Column("notice_hash", sa.String, nullable=False),
    sa.Column("rules", sa.String, nullable=False),
    sa.Column("notice", sa.LargeBinary, nullable=False),
    sa.Column("read_on", sa.String, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("problems", sa.Integer, nullable=False),
    sa.Column("first_seen", sa.String, nullable=False),
    sa.Column("changed", sa.String, nullable=False),
    sa.Column("last_seen", sa.String, nullable=False),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.String, nullable=False, index=True),
    sa.Column("at", sa.String, nullable=False, index=True),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("was", sa.JSON),
    sa.Column("now", sa.JSON),
    sa.Column("cause", sa.String, nullable=False),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("facts", sa.JSON, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String, nullable=False, index=True),
    sa.Column("variant", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("errors", sa.JSON, nullable=False),
    sa.Column("warnings", sa.JSON, nullable=False),
    sa.Column("stats", sa.JSON, nullable=False),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)


decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.String, nullable=False, index=True),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("was", sa.JSON),
    sa.Column("now", sa.JSON),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False, default=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False, index=True),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("target", sa.String, nullable=False, index=True),
    sa.Column("was", sa.JSON),
    sa.Column("now", sa.JSON),
    sa.Column("note", sa.String, nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("password", sa.String, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", sa.String, nullable=False, default=""),
)

sessions = sa.Table(
    "sessions",
    metadata,
    # Only the hash of the cookie: who reads the store cannot sign in with it.
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("user", sa.String, nullable=False, index=True),
    sa.Column("csrf", sa.String, nullable=False),
    sa.Column("expires", sa.String, nullable=False),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.String, nullable=False, index=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False, default=False),
)


links = sa.Table(
    "links",
    metadata,
    sa.Column("programme", sa.String, primary_key=True),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("told", sa.String, nullable=False),
    sa.Column("checked", sa.String, nullable=False),
)


same = sa.Table(
    "same",
    metadata,
    sa.Column("programme", sa.String, primary_key=True),
    sa.Column("lead", sa.String, nullable=False, index=True),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("differs", sa.Boolean, nullable=False),
)
"""Listings of one programme at several sources, as of the publication: each with the one that leads."""

relations = sa.Table(
    "relations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", sa.String, nullable=False, index=True),
    sa.Column("relation", sa.JSON, nullable=False),
)
"""How programmes stand to each other, as of the publication, on both sides."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A person's patch: while the machine reads `was`, `now` counts. `id` grows with every decision."""

    programme: str
    field: str
    was: Any
    now: Any
    by: str
    at: str
    note: str = ""
    undone: bool = False
    id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something a person did. Entries are only ever added."""

    at: str
    by: str
    action: str
    target: str
    was: Any = None
    now: Any = None
    note: str = ""
    id: int | None = None


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody of the staff. `role`: editor or admin. `password` is an argon2 hash."""

    name: str
    role: str
    password: str
    failures: int = 0
    locked_until: str = ""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A sign-in; `key` is the SHA-256 of the cookie."""

    key: str
    user: str
    csrf: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """A programme with what the store knows about it. Instants are ISO strings, Asia/Tokyo.

    `notice` is the source's words as JSON bytes, `read_on` the day on which these words were first seen.
    `rules` names the version of our reading that made `programme` from them.
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


@dataclass(frozen=True, kw_only=True)
class Run:
    """One crawl of one source, as ingested. `counts` has seen, new, changed, reread, gone, reopened, missed."""

    source: str
    variant: str
    at: str
    ok: bool
    counts: dict[str, int]
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    id: int | None = None


def stamp(at: datetime) -> str:
    """The instant as text that sorts: ISO, Asia/Tokyo, whole seconds."""
    return at.astimezone(JST).isoformat(timespec="seconds")


class Store:
    """Opens the database at `url` (SQLAlchemy URL) and makes its tables where they are missing."""

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url)
        if parsed.drivername.startswith("sqlite") and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(parsed)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _sqlite_manners)
        metadata.create_all(self.engine)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator["Writer"]:
        """Everything or nothing: an exception inside leaves the store as it was."""
        with self.engine.begin() as connection:
            yield Writer(connection)

    # Readers

    def get(self, id: str) -> Record | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(programmes).where(programmes.c.id == id)).first()
        return _record(row) if row else None

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

    def listed(self) -> list[tuple[str, str]]:
        """(id, when it last changed) of what its sources list and staff did not hide, in order of id."""
        query = sa.select(programmes.c.id, programmes.c.changed).where(programmes.c.listed).order_by(programmes.c.id)
        asked = sa.select(decisions.c.programme, decisions.c.now).where(
            decisions.c.field == "hidden", decisions.c.undone.is_(False)
        )
        with self.engine.connect() as connection:
            hidden = {row.programme for row in connection.execute(asked.order_by(decisions.c.id)) if row.now}
            hidden.update(
                connection.execute(sa.select(same.c.programme).where(same.c.programme != same.c.lead)).scalars()
            )
            return [(row.id, row.changed) for row in connection.execute(query) if row.id not in hidden]

    def group(self, programme: str) -> list[str]:
        """The listings that are one programme with this one, the one that leads first; empty where it stands alone."""
        own = sa.select(same.c.lead).where(same.c.programme == programme).scalar_subquery()
        query = sa.select(same.c.programme, same.c.lead).where(same.c.lead == own).order_by(same.c.programme)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return sorted((row.programme for row in rows), key=lambda each: each != rows[0].lead)

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

    def recent(self, since: datetime) -> dict[str, list[Change]]:
        """What changed since then, by programme."""
        found: dict[str, list[Change]] = {}
        query = sa.select(history).where(history.c.at >= stamp(since)).order_by(history.c.id)
        with self.engine.connect() as connection:
            for row in connection.execute(query):
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

    def sources(self) -> dict[str, dict[str, Any]]:
        """Facts of every source that ever ran, by name."""
        with self.engine.connect() as connection:
            return {row.name: row.facts for row in connection.execute(sa.select(sources).order_by(sources.c.name))}

    def last_run(self, source: str, variant: str, *, ok: bool | None = None) -> Run | None:
        query = sa.select(runs).where(runs.c.source == source, runs.c.variant == variant)
        if ok is not None:
            query = query.where(runs.c.ok == ok)
        with self.engine.connect() as connection:
            row = connection.execute(query.order_by(runs.c.at.desc(), runs.c.id.desc()).limit(1)).first()
        return _run(row) if row else None

    def has_run(self, run: "Run") -> bool:
        """Whether this crawl was taken in before, with the same outcome."""
        alike = (runs.c.source == run.source, runs.c.variant == run.variant, runs.c.at == run.at, runs.c.ok == run.ok)
        with self.engine.connect() as connection:
            return connection.execute(sa.select(runs.c.id).where(*alike).limit(1)).first() is not None

    def runs(self, source: str | None = None, limit: int = 100) -> list[Run]:
        """The latest runs, newest first: by the instant of the crawl, not of its taking in."""
        query = sa.select(runs).order_by(runs.c.at.desc(), runs.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(runs.c.source == source)
        with self.engine.connect() as connection:
            return [_run(row) for row in connection.execute(query)]

    def decisions(self, programme: str | None = None) -> list[Decision]:
        """Decisions that nobody has undone, in the order in which they were made."""
        query = sa.select(decisions).where(decisions.c.undone.is_(False)).order_by(decisions.c.id)
        if programme is not None:
            query = query.where(decisions.c.programme == programme)
        with self.engine.connect() as connection:
            return [Decision(**row._mapping) for row in connection.execute(query)]

    def decision(self, id: int) -> Decision | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(decisions).where(decisions.c.id == id)).first()
        return Decision(**row._mapping) if row else None

    def audit(self, text: str = "", limit: int = 200, before: int | None = None) -> list[Entry]:
        """What people did, newest first; `text` is looked for in who, what and on what."""
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if text:
            columns = (audit.c.by, audit.c.action, audit.c.target, audit.c.note)
            query = query.where(sa.or_(*(each.contains(text, autoescape=True) for each in columns)))
        if before is not None:
            query = query.where(audit.c.id < before)
        with self.engine.connect() as connection:
            return [Entry(**row._mapping) for row in connection.execute(query)]

    def user(self, name: str) -> User | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(users).where(users.c.name == name)).first()
        return User(**row._mapping) if row else None

    def users(self) -> list[User]:
        with self.engine.connect() as connection:
            return [User(**row._mapping) for row in connection.execute(sa.select(users).order_by(users.c.name))]

    def session(self, key: str) -> Session | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.key == key)).first()
        return Session(**row._mapping) if row else None

    def with_problems(self, code: str = "", limit: int = 50, after: str = "") -> list[Record]:
        """Programmes in which something could not be read, in order of id, from behind `after`."""
        query = sa.select(programmes).where(programmes.c.problems > 0, programmes.c.id > after)
        found: list[Record] = []
        with self.engine.connect().execution_options(yield_per=100) as connection:
            for row in connection.execute(query.order_by(programmes.c.id)):
                record = _record(row)
                if not code or any(each.code == code for each in record.programme.problems):
                    found.append(record)
                if len(found) >= limit:
                    break
        return found

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

    def reports(self) -> list[dict[str, Any]]:
        """Errors that users reported and nobody has dealt with yet."""
        query = sa.select(reports).where(reports.c.done.is_(False)).order_by(reports.c.id)
        with self.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def fact(self, key: str) -> Any:
        """A small remembered value (the publication's version), None where there is none."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(facts.c.value).where(facts.c.key == key)).scalar()

    def unread(self) -> int:
        """How many programmes have something that could not be read, or contradicts itself."""
        query = sa.select(sa.func.count()).select_from(programmes).where(programmes.c.problems > 0)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def content(self) -> int:
        """A number that grows whenever something that is published changed."""
        return int(self.fact("content") or 0)


class Writer:
    """What one transaction can do."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def known(self, source: str) -> dict[str, Record]:
        """Every record of the source, by id."""
        rows = self.connection.execute(sa.select(programmes).where(programmes.c.source == source))
        return {row.id: _record(row) for row in rows}

    def touch(self) -> None:
        """Notes that what is published has changed."""
        current = self.connection.execute(sa.select(facts.c.value).where(facts.c.key == "content")).scalar()
        self.set_fact("content", int(current or 0) + 1)

    def put(self, records: Sequence[Record], known: set[str]) -> None:
        """Inserts the records, or replaces those whose id is `known`."""
        if records:
            self.touch()
        new = [_row(each) for each in records if each.programme.id not in known]
        old = [_row(each) for each in records if each.programme.id in known]
        if new:
            self.connection.execute(sa.insert(programmes), new)
        for row in old:
            self.connection.execute(sa.update(programmes).where(programmes.c.id == row["id"]).values(row))

    def seen(self, ids: Sequence[str], variant: str, at: str) -> None:
        """Notes that the programmes were met again. Nothing is written where that is known already."""
        for start in range(0, len(ids), 500):
            self.connection.execute(
                sa.update(programmes)
                .where(programmes.c.id.in_(ids[start : start + 500]), programmes.c.last_seen < at)
                .values(last_seen=at, variant=variant)
            )

    def list_again(self, ids: Sequence[str], listed: bool) -> None:
        """Marks the programmes as listed by their source, or as vanished from it."""
        if ids:
            self.touch()
        for start in range(0, len(ids), 500):
            batch = ids[start : start + 500]
            self.connection.execute(sa.update(programmes).where(programmes.c.id.in_(batch)).values(listed=listed))

    def remember(self, changes: Iterable[tuple[str, Change]]) -> None:
        """Appends to the history: pairs of programme id and change."""
        rows = [{"programme": id, **change.model_dump()} for id, change in changes]
        if rows:
            self.connection.execute(sa.insert(history), rows)

    def decide(self, decision: Decision) -> None:
        """Puts a decision in force; an earlier one on the same field is undone by it."""
        self.touch()
        before = (decisions.c.programme == decision.programme, decisions.c.field == decision.field)
        self.connection.execute(sa.update(decisions).where(*before, decisions.c.undone.is_(False)).values(undone=True))
        values = {name: getattr(decision, name) for name in decisions.c.keys() if name != "id"}  # noqa: SIM118
        self.connection.execute(sa.insert(decisions), [values])

    def undo(self, id: int) -> None:
        self.touch()
        self.connection.execute(sa.update(decisions).where(decisions.c.id == id).values(undone=True))

    def current(self, programme: str, field: str) -> Decision | None:
        """The decision in force on a field, seen from inside this transaction."""
        query = sa.select(decisions).where(
            decisions.c.programme == programme, decisions.c.field == field, decisions.c.undone.is_(False)
        )
        row = self.connection.execute(query).first()
        return Decision(**row._mapping) if row else None

    def note(self, entry: Entry) -> None:
        """Adds to the audit."""
        values = {name: getattr(entry, name) for name in audit.c.keys() if name != "id"}  # noqa: SIM118
        self.connection.execute(sa.insert(audit), [values])

    def put_user(self, user: User) -> None:
        values = {name: getattr(user, name) for name in users.c.keys()}  # noqa: SIM118
        self._upsert(users, users.c.name, user.name, {key: value for key, value in values.items() if key != "name"})

    def drop_user(self, name: str) -> None:
        self.connection.execute(sa.delete(sessions).where(sessions.c.user == name))
        self.connection.execute(sa.delete(users).where(users.c.name == name))

    def put_session(self, session: Session) -> None:
        values = {name: getattr(session, name) for name in sessions.c.keys()}  # noqa: SIM118
        self.connection.execute(sa.insert(sessions), [values])

    def drop_sessions(self, *, key: str = "", user: str = "", expired: str = "") -> None:
        """Ends one session, all of a user's, or those that expired before an instant."""
        query = sa.delete(sessions)
        conditions = [sessions.c.key == key] if key else []
        conditions += [sessions.c.user == user] if user else []
        conditions += [sessions.c.expires < expired] if expired else []
        if conditions:
            self.connection.execute(query.where(*conditions))

    def report(self, programme: str, at: str, text: str) -> None:
        self.connection.execute(sa.insert(reports), [{"programme": programme, "at": at, "text": text, "done": False}])

    def close_report(self, id: int) -> None:
        self.connection.execute(sa.update(reports).where(reports.c.id == id).values(done=True))

    def put_links(self, found: Sequence[Link]) -> None:
        """Keeps what was found, in the place of what was known of the same programmes."""
        ids = [each.programme for each in found]
        for start in range(0, len(ids), 500):
            self.connection.execute(sa.delete(links).where(links.c.programme.in_(ids[start : start + 500])))
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

    def add_run(self, run: Run) -> None:
        values = {name: getattr(run, name) for name in runs.c.keys() if name != "id"}  # noqa: SIM118
        self.connection.execute(sa.insert(runs), [values])

    def set_source(self, name: str, values: dict[str, Any]) -> None:
        self._upsert(sources, sources.c.name, name, {"facts": values})

    def set_fact(self, key: str, value: Any) -> None:
        self._upsert(facts, facts.c.key, key, {"value": value})

    def _upsert(self, table: sa.Table, column: sa.Column[Any], key: str, values: dict[str, Any]) -> None:
        if not self.connection.execute(sa.update(table).where(column == key).values(values)).rowcount:
            self.connection.execute(sa.insert(table), [{column.name: key, **values}])


def _sqlite_manners(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


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


_MADE = {"id", "data", "notice", "problems"}


def _row(record: Record) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in programmes.c.keys() if name not in _MADE}  # noqa: SIM118
    return values | {
        "id": record.programme.id,
        "problems": len(record.programme.problems),
        "data": zlib.compress(canonical(record.programme.model_dump(mode="json")), 3),
        "notice": zlib.compress(record.notice, 3),
    }


def _run(row: Any) -> Run:
    return Run(**row._mapping)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys: equal values give equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)

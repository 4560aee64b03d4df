"""What people do: decisions about programmes, the audit of it, errors that users report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, chunks, metadata

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", Text, nullable=False, index=True),
    sa.Column("field", Text, nullable=False),
    sa.Column("was", sa.JSON),
    sa.Column("now", sa.JSON),
    sa.Column("by", Text, nullable=False),
    sa.Column("at", Text, nullable=False),
    sa.Column("note", Text, nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False, default=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Text, nullable=False),
    sa.Column("by", Text, nullable=False, index=True),
    sa.Column("action", Text, nullable=False),
    sa.Column("target", Text, nullable=False, index=True),
    sa.Column("was", sa.JSON),
    sa.Column("now", sa.JSON),
    sa.Column("note", Text, nullable=False),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", Text, nullable=False, index=True),
    sa.Column("at", Text, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False, default=False),
)


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


class StaffReading(Reading):
    """Readers of decisions, the audit and reports."""

    def decisions(self, programme: str | None = None) -> list[Decision]:
        """Decisions that nobody has undone, in the order in which they were made."""
        query = sa.select(decisions).where(decisions.c.undone.is_(False)).order_by(decisions.c.id)
        if programme is not None:
            query = query.where(decisions.c.programme == programme)
        with self.engine.connect() as connection:
            return [Decision(**row._mapping) for row in connection.execute(query)]

    def decisions_on(self, ids: Sequence[str]) -> list[Decision]:
        """Those on these programmes, likewise."""
        query = sa.select(decisions).where(decisions.c.undone.is_(False))
        found: list[Decision] = []
        with self.engine.connect() as connection:
            for batch in chunks(ids):
                rows = connection.execute(query.where(decisions.c.programme.in_(batch)))
                found += [Decision(**row._mapping) for row in rows]
        return sorted(found, key=lambda each: each.id or 0)

    def decision(self, id: int) -> Decision | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(decisions).where(decisions.c.id == id)).first()
        return Decision(**row._mapping) if row else None

    def audit(
        self,
        text: str = "",
        limit: int = 200,
        before: int | None = None,
        *,
        by: str = "",
        verb: str = "",
        since: str = "",
        until: str = "",
    ) -> list[Entry]:
        """What people did, newest first; `text` is looked for in who, what, on what and why.

        `before` is an id; `verb` the first word of the action, or all of it; `since` to before `until` are ISO instants
        or days.
        """
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if text:
            columns = (audit.c.by, audit.c.action, audit.c.target, audit.c.note)
            query = query.where(sa.or_(*(each.icontains(text, autoescape=True) for each in columns)))
        if before is not None:
            query = query.where(audit.c.id < before)
        if by:
            query = query.where(audit.c.by == by)
        if verb:
            query = query.where(sa.or_(audit.c.action == verb, audit.c.action.startswith(f"{verb} ", autoescape=True)))
        if since:
            query = query.where(audit.c.at >= since)
        if until:
            query = query.where(audit.c.at < until)
        with self.engine.connect() as connection:
            return [Entry(**row._mapping) for row in connection.execute(query)]

    def audited(self) -> list[str]:
        """Everybody who ever did something once signed in."""
        query = sa.select(audit.c.by).where(audit.c.action != "sign-in refused").distinct().order_by(audit.c.by)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def reports(self, programme: str | None = None) -> list[dict[str, Any]]:
        """Errors that users reported and nobody has dealt with yet, of one programme or of all."""
        query = sa.select(reports).where(reports.c.done.is_(False)).order_by(reports.c.id)
        if programme is not None:
            query = query.where(reports.c.programme == programme)
        with self.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


class StaffWriting(Writing):
    """Writers of decisions, the audit and reports."""

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

    def report(self, programme: str, at: str, text: str) -> None:
        self.connection.execute(sa.insert(reports), [{"programme": programme, "at": at, "text": text, "done": False}])

    def close_report(self, id: int) -> bool:
        """False where somebody has dealt with it already."""
        open_one = (reports.c.id == id, reports.c.done.is_(False))
        return bool(self.connection.execute(sa.update(reports).where(*open_one).values(done=True)).rowcount)

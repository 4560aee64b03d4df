"""Nights: what each set out to read, how far it came, and what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

nights = sa.Table(
    "nights",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("started", Text, nullable=False),
    sa.Column("finished", Text, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
)

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("night", sa.Integer, primary_key=True),
    sa.Column("source", Text, primary_key=True),
    # The run that this visit brought; none yet where it has not been done.
    sa.Column("run", sa.Integer),
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A night. Instants are ISO strings; `finished` is "" and `summary` empty until it came to its end.

    `stopped`: somebody stopped it, and the next one goes on with it.
    """

    id: int
    started: str
    finished: str
    summary: dict[str, Any]

    @property
    def stopped(self) -> bool:
        return not self.finished and bool(self.summary.get("stopped"))


class NightReading(Reading):
    """Readers of nights."""

    def nights(self, limit: int = 30) -> list[Plan]:
        """The latest ones, newest first."""
        query = sa.select(nights).order_by(nights.c.id.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [Plan(**row._mapping) for row in connection.execute(query)]

    def unfinished(self) -> Plan | None:
        """The night that did not come to its end, if there is one."""
        return next((each for each in self.nights(1) if not each.finished), None)

    def finished(self) -> Plan | None:
        """The latest night that came to its end."""
        query = sa.select(nights).where(nights.c.finished != "").order_by(nights.c.id.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return Plan(**row._mapping) if row else None

    def visits(self, night: int) -> dict[str, int | None]:
        """The sources that a night set out to read, with the run that each visit brought, if it was done."""
        query = sa.select(visits.c.source, visits.c.run).where(visits.c.night == night).order_by(visits.c.source)
        with self.engine.connect() as connection:
            return {row.source: row.run for row in connection.execute(query)}


class NightWriting(Writing):
    """Writers of nights."""

    def begin_night(self, at: str, sources: Sequence[str]) -> int:
        """A night that will visit these; returns its number."""
        made = sa.insert(nights).values(started=at, finished="", summary={}).returning(nights.c.id)
        night = int(self.connection.execute(made).scalar_one())
        self.add_visits(night, sources)
        return night

    def add_visits(self, night: int, sources: Sequence[str]) -> None:
        if sources:
            self.connection.execute(sa.insert(visits), [{"night": night, "source": each} for each in sources])

    def visited(self, night: int, source: str, run: int) -> bool:
        """Notes that a visit is done; False where it was done before: then nothing of this one may be kept."""
        mine = (visits.c.night == night, visits.c.source == source, visits.c.run.is_(None))
        return bool(self.connection.execute(sa.update(visits).where(*mine).values(run=run)).rowcount)

    def stop_night(self, night: int) -> None:
        self.connection.execute(sa.update(nights).where(nights.c.id == night).values(summary={"stopped": True}))

    def finish_night(self, night: int, at: str, summary: dict[str, Any]) -> None:
        self.connection.execute(sa.update(nights).where(nights.c.id == night).values(finished=at, summary=summary))

    def erase_nights(self, before: str) -> int:
        """Forgets nights that ended before then; returns how many."""
        old = sa.and_(nights.c.finished != "", nights.c.finished < before)
        self.connection.execute(sa.delete(visits).where(visits.c.night.in_(sa.select(nights.c.id).where(old))))
        return self.connection.execute(sa.delete(nights).where(old)).rowcount

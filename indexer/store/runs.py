"""Sources, and the crawls of them that were taken in."""

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("facts", sa.JSON, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", Text, nullable=False, index=True),
    sa.Column("variant", Text, nullable=False),
    sa.Column("at", Text, nullable=False),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("errors", sa.JSON, nullable=False),
    sa.Column("warnings", sa.JSON, nullable=False),
    sa.Column("stats", sa.JSON, nullable=False),
)


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


class RunReading(Reading):
    """Readers of sources and runs."""

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

    def run(self, id: int) -> Run | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == id)).first()
        return _run(row) if row else None

    def runs_after(self, id: int) -> list[Run]:
        """The runs taken in behind one, in the order in which they were."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(runs).where(runs.c.id > id).order_by(runs.c.id))
            return [_run(row) for row in rows]

    def newest_run(self) -> int:
        """The id of the run that was taken in last; 0 without any."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(sa.func.max(runs.c.id))).scalar() or 0

    def runs(self, source: str | None = None, limit: int = 100) -> list[Run]:
        """The latest runs, newest first: by the instant of the crawl, not of its taking in."""
        query = sa.select(runs).order_by(runs.c.at.desc(), runs.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(runs.c.source == source)
        with self.engine.connect() as connection:
            return [_run(row) for row in connection.execute(query)]

    def latest_runs(self) -> dict[str, tuple[Run, Run | None]]:
        """Of each source that ever ran, by name: its latest run, and the latest that was taken in."""
        rank = sa.func.row_number().over(
            partition_by=(runs.c.source, runs.c.ok), order_by=(runs.c.at.desc(), runs.c.id.desc())
        )
        ranked = sa.select(runs.c.id, rank.label("rank")).subquery()
        latest = sa.select(runs).join(ranked, ranked.c.id == runs.c.id).where(ranked.c.rank == 1)
        found: dict[str, tuple[Run, Run | None]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(latest.order_by(runs.c.at, runs.c.id)):
                run = _run(row)
                found[run.source] = (run, run if run.ok else found.get(run.source, (run, None))[1])
        return found


class RunWriting(Writing):
    """Writers of sources and runs."""

    def add_run(self, run: Run) -> Run:
        """Keeps a run, and returns it with its number. The same crawl taken in twice, after an interruption, is one."""
        alike = (runs.c.source == run.source, runs.c.variant == run.variant, runs.c.at == run.at, runs.c.ok == run.ok)
        found = self.connection.execute(sa.select(runs.c.id).where(*alike).limit(1)).scalar()
        if found is None:
            values = {name: getattr(run, name) for name in runs.c.keys() if name != "id"}  # noqa: SIM118
            found = self.connection.execute(sa.insert(runs).values(values).returning(runs.c.id)).scalar_one()
        return replace(run, id=found)

    def erase_runs(self, before: str) -> int:
        """Forgets runs of before then, but not what the next one is compared with: the last good one of each kind, and
        the last ones of a source that still fails. Returns how many.
        """
        last = sa.select(sa.func.max(runs.c.id)).group_by(runs.c.source, runs.c.variant)
        old = sa.delete(runs).where(runs.c.at < before, runs.c.id.not_in(last), runs.c.id.not_in(last.where(runs.c.ok)))
        return self.connection.execute(old).rowcount

    def set_source(self, name: str, values: dict[str, Any]) -> None:
        self._upsert(sources, sources.c.name, name, {"facts": values})


def _run(row: Any) -> Run:
    return Run(**row._mapping)

"""The store, and the only SQL: programmes as last understood, their history, runs, sources, what people decided."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from indexer.store.base import canonical, metadata, stamp
from indexer.store.programmes import ProgrammeReading, ProgrammeWriting, Record, programmes, same
from indexer.store.runs import Run, RunReading, RunWriting
from indexer.store.staff import Decision, Entry, Session, StaffReading, StaffWriting, User, decisions

__all__ = ["Decision", "Entry", "Record", "Run", "Session", "Store", "User", "Writer", "canonical", "stamp"]


class Writer(ProgrammeWriting, RunWriting, StaffWriting):
    """What one transaction can do."""


class Store(ProgrammeReading, RunReading, StaffReading):
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
    def transaction(self) -> Iterator[Writer]:
        """Everything or nothing: an exception inside leaves the store as it was."""
        with self.engine.begin() as connection:
            yield Writer(connection)

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


def _sqlite_manners(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()

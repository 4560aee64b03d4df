"""A store into another one, table by table, whichever databases they are in."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from indexer.store.base import metadata

if TYPE_CHECKING:
    from indexer.store import Store

Progress = Callable[[str, int, int], None]

ROWS = 1000


def tables() -> list[sa.Table]:
    """Those that cannot be computed again."""
    return [each for each in metadata.sorted_tables if not each.info.get("cache")]


def counted(store: "Store") -> dict[str, int]:
    """How many rows each table has."""
    with store.engine.connect() as connection:
        return {
            each.name: connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one()
            for each in tables()
        }


def copied(
    here: "Store", there: "Store", progress: Progress | None = None, expected: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Copies every table as of one instant into an empty store, in one transaction; returns how many rows each has.

    ValueError where they are not as many as `expected`.
    """
    counts: dict[str, int] = {}
    total = sum(counted(here).values())
    # One snapshot for all tables, while others write: SQLite's readers have that by themselves.
    level = {"isolation_level": "REPEATABLE READ"} if here.engine.dialect.name == "postgresql" else {}
    with (
        here.engine.connect().execution_options(yield_per=ROWS, **level) as reading,
        there.transaction() as writer,
    ):
        for table in tables():
            name = str(table.name)
            counts[name] = 0
            rows = (dict(row._mapping) for row in reading.execute(sa.select(table)))
            while batch := list(islice(rows, ROWS)):
                writer.connection.execute(sa.insert(table), batch)
                counts[name] += len(batch)
                if progress:
                    progress("rows", sum(counts.values()), total)
            _count_on(writer.connection, table)
        if expected is not None and expected != {name: counts.get(name) for name in expected}:
            raise ValueError(f"the copy is not whole: {counts} rows instead of {dict(expected)}")
    return counts


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL numbers new rows by a counter that knows nothing of rows that came with their numbers."""
    column = table.autoincrement_column
    if connection.dialect.name == "postgresql" and column is not None:
        last = connection.execute(sa.select(sa.func.max(column))).scalar()
        if last:
            name = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            connection.execute(sa.select(sa.func.setval(name, last)))

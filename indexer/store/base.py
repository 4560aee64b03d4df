"""What every part of the store stands on: the tables' metadata, a reader's engine, a writer's connection."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from indexer.schema import JST

metadata = sa.MetaData()

CACHE = {"cache": True}
"""Marks a table that can be computed again from the others."""


class Text(sa.TypeDecorator[str]):
    """Text that compares and sorts by code point in every database, as Python does.

    NUL is left out: PostgreSQL cannot hold it, and nobody means it.
    """

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[str]:
        return sa.String(collation="C") if dialect.name == "postgresql" else sa.String()

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value.replace("\0", "") if value else value


facts = sa.Table(
    "facts",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)


def stamp(at: datetime) -> str:
    """The instant as text that sorts: ISO, Asia/Tokyo, whole seconds."""
    return at.astimezone(JST).isoformat(timespec="seconds")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys: equal values give equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


CHUNK = 500
"""So many values a statement names at the most."""


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many at a time that a statement can name them."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


class Reading:
    """Reads; every method on a connection of its own. Holds the small remembered values too."""

    engine: Engine

    def fact(self, key: str) -> Any:
        """A small remembered value (the publication's version), None where there is none."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(facts.c.value).where(facts.c.key == key)).scalar()

    def content(self) -> int:
        """A number that grows whenever something that is published changed."""
        return int(self.fact("content") or 0)


class Writing:
    """What one transaction can do."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def touch(self) -> None:
        """Notes that what is published has changed."""
        self.set_fact("content", int(self.fact("content") or 0) + 1)

    def fact(self, key: str) -> Any:
        """A small remembered value, seen from inside this transaction."""
        return self.connection.execute(sa.select(facts.c.value).where(facts.c.key == key)).scalar()

    def set_fact(self, key: str, value: Any) -> None:
        self._upsert(facts, facts.c.key, key, {"value": value})

    def _upsert(self, table: sa.Table, column: sa.Column[Any], key: str, values: dict[str, Any]) -> None:
        if not self.connection.execute(sa.update(table).where(column == key).values(values)).rowcount:
            self.connection.execute(sa.insert(table), [{column.name: key, **values}])

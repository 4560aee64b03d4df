"""Collections of featured cases: what staff prepare (a draft each), and what was given to the public, and for when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

collections = sa.Table(
    "collections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("draft", sa.JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed", Text, nullable=False),
    sa.Column("by", Text, nullable=False),
)

editions = sa.Table(
    "editions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("collection", sa.Integer, nullable=False, index=True),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("shows_from", Text, nullable=False),
    sa.Column("shows_until", Text, nullable=False),
    sa.Column("at", Text, nullable=False),
    sa.Column("by", Text, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False, default=False),
)


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What staff prepare. `version` grows with every change of the draft, so that nobody writes over another's."""

    id: int
    draft: dict[str, Any]
    position: int
    version: int
    changed: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A collection as it was published. Instants are ISO strings, Asia/Tokyo; without `shows_until` it has no end."""

    id: int
    collection: int
    content: dict[str, Any]
    shows_from: str
    shows_until: str
    at: str
    by: str
    withdrawn: bool = False


class CollectionReading(Reading):
    """Readers of collections."""

    def collections(self) -> list[Collection]:
        """In the order in which they show."""
        query = sa.select(collections).order_by(collections.c.position, collections.c.id)
        with self.engine.connect() as connection:
            return [Collection(**row._mapping) for row in connection.execute(query)]

    def collection(self, id: int) -> Collection | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(collections).where(collections.c.id == id)).first()
        return Collection(**row._mapping) if row else None

    def editions(self) -> list[Edition]:
        """Those that nobody has taken down, of every collection, the earliest first."""
        query = (
            sa.select(editions).where(editions.c.withdrawn.is_(False)).order_by(editions.c.shows_from, editions.c.id)
        )
        with self.engine.connect() as connection:
            return [Edition(**row._mapping) for row in connection.execute(query)]


class CollectionWriting(Writing):
    """Writers of collections."""

    def add_collection(self, draft: dict[str, Any], at: str, by: str) -> int:
        """A new one behind all others; returns its id."""
        last = self.connection.execute(sa.select(sa.func.max(collections.c.position))).scalar() or 0
        values = {"draft": draft, "position": last + 1, "version": 1, "changed": at, "by": by}
        made = self.connection.execute(sa.insert(collections).values(values).returning(collections.c.id))
        return int(made.scalar_one())

    def redraft(self, id: int, seen: int, draft: dict[str, Any], at: str, by: str) -> bool:
        """Replaces the draft; False, and nothing is written, where it is no longer the version that was seen."""
        values = {"draft": draft, "version": seen + 1, "changed": at, "by": by}
        mine = (collections.c.id == id, collections.c.version == seen)
        return bool(self.connection.execute(sa.update(collections).where(*mine).values(values)).rowcount)

    def order_collections(self, ids: Sequence[int]) -> None:
        """Gives them the places of this order."""
        self.touch()
        for position, id in enumerate(ids, 1):
            self.connection.execute(sa.update(collections).where(collections.c.id == id).values(position=position))

    def drop_collection(self, id: int) -> None:
        """Deletes what was being prepared, and takes down what was published of it."""
        self.withdraw(id)
        self.connection.execute(sa.delete(collections).where(collections.c.id == id))

    def add_edition(self, edition: Edition) -> None:
        """Publishes. Its `id` is given by the store."""
        self.touch()
        values = {name: getattr(edition, name) for name in editions.c.keys() if name != "id"}  # noqa: SIM118
        self.connection.execute(sa.insert(editions), [values])

    def withdraw(self, collection: int, *, later_than: str = "") -> None:
        """Takes down all editions of a collection, or only those that are to show after an instant."""
        self.touch()
        query = sa.update(editions).where(editions.c.collection == collection)
        if later_than:
            query = query.where(editions.c.shows_from > later_than)
        self.connection.execute(query.values(withdrawn=True))

"""How much each address was answered in this minute, counted for all web processes together."""

import random

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from indexer.store.base import CACHE, Reading, Text, metadata

hits = sa.Table(
    "hits",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("until", sa.BigInteger, nullable=False, index=True),
    sa.Column("count", sa.Integer, nullable=False),
    info=CACHE,
)

SWEPT = 0.01
"""One of so many questions clears away what is over."""


class HitCounting(Reading):
    """Counts in a statement of its own: who asks waits for no writer."""

    def take(self, key: str, cost: int, most: int, seconds: float, window: int = 60) -> bool:
        """Counts `cost` for a key in the window of `seconds` (Unix), unless that would be more than `most`."""
        until = (int(seconds) // window + 1) * window
        insert = sqlite.insert if self.engine.dialect.name == "sqlite" else postgresql.insert
        new = insert(hits).values(key=key, until=until, count=cost)
        over = hits.c.until != until
        taken = new.on_conflict_do_update(
            index_elements=[hits.c.key],
            set_={"until": until, "count": sa.case((over, cost), else_=hits.c.count + cost)},
            where=sa.or_(over, hits.c.count + cost <= most),
        ).returning(hits.c.count)
        with self.engine.begin() as connection:
            if random.random() < SWEPT:
                connection.execute(sa.delete(hits).where(hits.c.until < int(seconds)))
            return connection.execute(taken).first() is not None

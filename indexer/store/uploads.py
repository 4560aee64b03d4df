"""Files that staff have sent and not taken in yet: kept here so that any web process can go on with them."""

import zlib
from dataclasses import dataclass

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Text, nullable=False),
    sa.Column("by", Text, nullable=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("place", Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file, with its name and the code of the municipality that was chosen for it ("" for none)."""

    id: int
    at: str
    by: str
    name: str
    place: str
    body: bytes


class UploadReading(Reading):
    """Readers of uploads."""

    def upload(self, id: int) -> Upload | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(uploads).where(uploads.c.id == id)).first()
        return Upload(**{**row._mapping, "body": zlib.decompress(row.body)}) if row else None


class UploadWriting(Writing):
    """Writers of uploads."""

    def add_upload(self, *, at: str, by: str, name: str, place: str, body: bytes) -> int:
        """Keeps a file; returns its id."""
        values = {"at": at, "by": by, "name": name, "place": place, "body": zlib.compress(body, 3)}
        made = self.connection.execute(sa.insert(uploads).values(values).returning(uploads.c.id))
        return int(made.scalar_one())

    def drop_upload(self, id: int) -> None:
        self.connection.execute(sa.delete(uploads).where(uploads.c.id == id))

    def drop_uploads(self, before: str) -> None:
        """Drops those that nobody took in."""
        self.connection.execute(sa.delete(uploads).where(uploads.c.at < before))

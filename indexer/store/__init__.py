"""The store, and the only SQL: programmes as last understood, their history, runs, sources, what people decided."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa

from indexer.store import databases, layout
from indexer.store.accounts import AccountReading, AccountWriting, Attempts, Session, SignIn, User
from indexer.store.alerts import AlertReading, AlertWriting, Delivery, Subscription
from indexer.store.base import canonical, chunks, metadata, stamp
from indexer.store.collections import Collection, CollectionReading, CollectionWriting, Edition
from indexer.store.hits import HitCounting
from indexer.store.layout import LayoutError
from indexer.store.locks import Busy, Check, Lost, alone
from indexer.store.nights import NightReading, NightWriting, Plan
from indexer.store.pages import Page, PageReading, PageWriting
from indexer.store.programmes import Known, ProgrammeReading, ProgrammeWriting, Record, programmes, same
from indexer.store.publication import Document, Glimpse, Prepared, PublicationReading, PublicationWriting
from indexer.store.review import Finding, Item, ReviewReading, ReviewWriting
from indexer.store.runs import Run, RunReading, RunWriting
from indexer.store.staff import Decision, Entry, StaffReading, StaffWriting, decisions
from indexer.store.uploads import Upload, UploadReading, UploadWriting

__all__ = [
    "Attempts", "Busy", "Check", "Collection", "Decision", "Delivery", "Document", "Edition", "Entry", "Finding",
    "Glimpse", "Item", "Known", "LayoutError", "Lost", "Page", "Plan", "Prepared", "Record", "Run", "Session",
    "SignIn", "Store", "StoreError", "Subscription", "Upload", "User", "Writer", "canonical", "chunks", "metadata",
    "stamp",
]  # fmt: skip

StoreError = sa.exc.SQLAlchemyError
"""Whatever goes wrong between us and the database."""


class Writer(
    ProgrammeWriting, RunWriting, StaffWriting, AccountWriting, CollectionWriting, ReviewWriting, UploadWriting,
    PublicationWriting, NightWriting, AlertWriting, PageWriting,
):  # fmt: skip
    """What one transaction can do."""


class Store(
    ProgrammeReading, RunReading, StaffReading, AccountReading, CollectionReading, ReviewReading, UploadReading,
    PublicationReading, NightReading, HitCounting, AlertReading, PageReading,
):  # fmt: skip
    """Opens the database at `url` (SQLAlchemy URL) and brings its tables to the newest layout.

    LayoutError where a newer version wrote it, or where it is of an older layout and `upgrade` is False.
    """

    def __init__(self, url: str, *, upgrade: bool = True) -> None:
        self.engine = databases.opened(url)
        try:
            self._lay_out(upgrade)
        except BaseException:
            self.engine.dispose()
            raise

    def _lay_out(self, upgrade: bool) -> None:
        with self.engine.connect() as connection:
            now = layout.current(connection)
        if now == layout.newest():
            return
        if not upgrade:
            told = (
                f"layout {now} is behind {layout.newest()}: run `shien publish`"
                if now
                else "empty: run `shien nightly`"
            )
            raise LayoutError(told)
        with self._writing() as connection:
            layout.upgrade(connection)

    @property
    def shared(self) -> bool:
        """May processes of several machines use it at once?"""
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """Everything or nothing: an exception inside leaves the store as it was. One at a time, on every machine."""
        with self._writing() as connection:
            yield Writer(connection)

    def alone(self, name: str, *, wait: bool = False) -> AbstractContextManager[Check]:
        """Holds a lock that no crash leaves behind. Busy where somebody else holds it, or waits (see locks.py)."""
        return alone(self.engine, name, wait=wait)

    def listed(self) -> list[tuple[str, str]]:
        """(id, when it last changed, else was first seen) of what sources list and staff did not hide, by id."""
        known = (programmes.c.id, programmes.c.changed, programmes.c.first_seen)
        query = sa.select(*known).where(programmes.c.listed).order_by(programmes.c.id)
        asked = sa.select(decisions.c.programme, decisions.c.now).where(
            decisions.c.field == "hidden", decisions.c.undone.is_(False)
        )
        with self.engine.connect() as connection:
            hidden = {row.programme for row in connection.execute(asked.order_by(decisions.c.id)) if row.now}
            hidden.update(
                connection.execute(sa.select(same.c.programme).where(same.c.programme != same.c.lead)).scalars()
            )
            return [
                (row.id, row.changed or row.first_seen) for row in connection.execute(query) if row.id not in hidden
            ]

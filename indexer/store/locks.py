"""Who is at work: locks that end with their holder, however it ends, so that no crash leaves one behind.

For a PostgreSQL store they are the database's (advisory locks), and hold for every machine; for an SQLite store they
are the kernel's, on files beside it.
"""

import contextlib
import fcntl
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from indexer.store import databases

Check = Callable[[], None]
"""Raises Lost where the lock is no longer held."""


class Busy(RuntimeError):
    """Somebody else holds the lock; the message says who."""


class Lost(RuntimeError):
    """The connection that held the lock broke: somebody else may hold it by now."""


@contextlib.contextmanager
def alone(engine: sa.Engine, name: str, *, wait: bool = False) -> Iterator[Check]:
    """Holds the lock of this name. Busy where somebody else holds it, or waits for as long as it takes."""
    held = (
        _database_lock(engine, name, wait) if engine.dialect.name == "postgresql" else _kernel_lock(engine, name, wait)
    )
    with held as check:
        yield check


@contextlib.contextmanager
def _kernel_lock(engine: sa.Engine, name: str, wait: bool) -> Iterator[Check]:
    path = Path(engine.url.database or "store").parent / f"{name}.lock"
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            file.seek(0)
            raise Busy(_told(name, file.read().decode(errors="replace"))) from None
        file.truncate(0)
        file.write(databases.name().encode())
        file.flush()
        yield lambda: None
        file.truncate(0)


@contextlib.contextmanager
def _database_lock(engine: sa.Engine, name: str, wait: bool) -> Iterator[Check]:
    key = int.from_bytes(hashlib.sha256(f"shien {name}".encode()).digest()[:8], signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if wait:
            connection.execute(sa.select(sa.func.pg_advisory_lock(key)))
        elif not connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar():
            raise Busy(_told(name, _holder(connection, key)))

        backend = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar()

        def check() -> None:
            told = "another one was opened"
            try:
                # Of a connection that was opened anew nothing but its number tells that it holds no lock.
                if connection.execute(sa.select(sa.func.pg_backend_pid())).scalar() == backend:
                    return
            except sa.exc.SQLAlchemyError as error:
                told = str(error).splitlines()[0]
            raise Lost(f"the connection that held the lock {name!r} broke: {told}")

        try:
            yield check
        finally:
            try:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
            except sa.exc.SQLAlchemyError:
                # With the connection the lock is gone too.
                connection.invalidate()


def _holder(connection: sa.Connection, key: int) -> str:
    unsigned = key % 2**64
    asked = sa.text(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
        " AND granted AND objsubid = 1 AND classid::bigint = :high AND objid::bigint = :low"
    )
    return str(connection.execute(asked, {"high": unsigned >> 32, "low": unsigned % 2**32}).scalar() or "")


def _told(name: str, holder: str) -> str:
    return f"another {name} is at work" + (f" ({holder})" if holder.strip() else "")

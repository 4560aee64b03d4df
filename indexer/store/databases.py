"""The two databases that a store can live in, brought to behave alike: SQLite, and PostgreSQL for several machines.

One writer at a time, readers never wait for it, and who waits longer than a minute is told.
"""

import os
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

WAIT_SECONDS = 60
"""So long a writer waits for another."""

WRITER = 0x5_4849_454E
"""The advisory lock that writers of a PostgreSQL store take in turn."""

KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A peer that vanished without a word is noticed within a minute, on both ends: its locks must not outlive it."""


def opened(url: str) -> sa.Engine:
    """The database at `url` (SQLAlchemy URL). ValueError for one of a kind that we do not know."""
    parsed = sa.make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql":
            return _postgresql(parsed)
    raise ValueError(f"SHIEN_DATABASE_URL names {parsed.drivername}: sqlite:/// and postgresql+psycopg:// are known")


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _sqlite_manners)
    sa.event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_manners(connection: Any, _: object) -> None:
    # Transactions begin where we say so: the driver's own ones leave reads and changes of tables outside.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    # Whoever opens a new file turns it to write-ahead logging. SQLite refuses that at once, whatever the busy timeout,
    # where another one is about to do the same.
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _sqlite_begin(connection: sa.Connection) -> None:
    # A reader that becomes a writer is refused at once where somebody else wrote meanwhile: writers begin as such.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: sa.URL) -> sa.Engine:
    server = "".join(f" -c tcp_{name}={value}" for name, value in KEEPALIVE.items())
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        # As many as the web server has threads; a connection that the server closed is replaced before it is used.
        pool_size=5,
        max_overflow=40,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "application_name": name(), "options": server.strip(), **KEEPALIVE},
    )
    sa.event.listen(engine, "begin", _postgresql_begin)
    return engine


def _postgresql_begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER})")


def name() -> str:
    """How a connection of this process is called where the database lists them: machine and process."""
    return f"shien {socket.gethostname()}:{os.getpid()}"[:63]

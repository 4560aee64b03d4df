"""The layout of the store: every step from the first one on, in both databases."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.store import LayoutError, Store, databases, layout
from tests.postgres import Cluster
from tests.samples import EVERYTHING, record

FIRST_STORE = """
CREATE TABLE facts (key VARCHAR NOT NULL PRIMARY KEY, value JSON NOT NULL);
CREATE TABLE users (name VARCHAR NOT NULL PRIMARY KEY, role VARCHAR NOT NULL, password VARCHAR NOT NULL,
  failures INTEGER NOT NULL, locked_until VARCHAR NOT NULL);
CREATE TABLE programmes (id VARCHAR NOT NULL PRIMARY KEY, source VARCHAR NOT NULL, variant VARCHAR NOT NULL,
  notice_hash VARCHAR NOT NULL, rules VARCHAR NOT NULL, notice BLOB NOT NULL, read_on VARCHAR NOT NULL,
  data BLOB NOT NULL, listed BOOLEAN NOT NULL, problems INTEGER NOT NULL, first_seen VARCHAR NOT NULL,
  changed VARCHAR NOT NULL, last_seen VARCHAR NOT NULL);
CREATE INDEX ix_programmes_source ON programmes (source);
INSERT INTO facts VALUES ('paused', '["a"]');
INSERT INTO users VALUES ('ann', 'admin', 'x', 0, '');
"""
"""Some of the tables of a store before layouts were noted, as SQLAlchemy made them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.empty()


def test_every_step_leads_to_the_tables_of_the_code_and_keeps_what_is_there(empty: str) -> None:
    engine = databases.opened(empty)
    versions = layout.script(layout.VERSIONS)
    steps = [each.revision for each in reversed(list(versions.walk_revisions()))]
    for step in steps:
        with engine.begin() as connection:
            layout.upgrade(connection, step)
            if step == steps[0]:
                connection.execute(sa.text("insert into facts values ('paused', '[\"a\"]')"))
                connection.execute(sa.text("insert into users values ('ann', 'admin', 'x', 0, '')"))
    with engine.connect() as connection:
        assert layout.current(connection) == layout.newest()
        assert layout.differences(connection) == []
    engine.dispose()
    store = Store(empty)
    user = store.user("ann")
    assert user and user.role == "admin" and store.fact("paused") == ["a"]
    with store.transaction() as writer:
        writer.put([record(each) for each in EVERYTHING], set())
    assert store.count() == len(EVERYTHING)
    store.close()


def test_a_store_of_before_layouts_were_noted_keeps_everything(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    engine = databases.opened(url)
    with engine.begin() as connection:
        for each in FIRST_STORE.split(";"):
            connection.execute(sa.text(each))
    engine.dispose()
    store = Store(url)
    user = store.user("ann")
    assert user and user.role == "admin" and store.fact("paused") == ["a"]
    with store.engine.connect() as connection:
        assert layout.differences(connection) == []
    store.close()


BROKEN = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999", {before!r}
def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("users", sa.Column("half", sa.Integer))
    raise RuntimeError("in the middle")
"""


def test_a_step_that_fails_leaves_the_store_as_it_was(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(empty).close()
    before = layout.newest()
    folder = tmp_path / "versions"
    folder.mkdir()
    for each in layout.VERSIONS.glob("*.py"):
        (folder / each.name).write_text(each.read_text())
    (folder / "v9999.py").write_text(BROKEN.format(before=before))
    monkeypatch.setattr(layout, "VERSIONS", folder)
    with pytest.raises(LayoutError, match=r"behind 9999: run `shien publish`"):
        Store(empty, upgrade=False)
    with pytest.raises(RuntimeError, match="in the middle"):
        Store(empty)
    monkeypatch.undo()
    store = Store(empty)
    with store.engine.connect() as connection:
        assert layout.current(connection) == before
        assert layout.differences(connection) == []
        assert not sa.inspect(connection).has_table("half")
    store.close()


def test_a_store_of_a_newer_version_is_left_alone(empty: str) -> None:
    store = Store(empty)
    with store.engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    store.close()
    with pytest.raises(LayoutError, match="a newer shien wrote this store"):
        Store(empty)


def test_many_who_open_an_empty_store_at_once_all_get_it(empty: str) -> None:
    ready, found = threading.Barrier(4), []

    def one() -> None:
        ready.wait()
        store = Store(empty)
        found.append(store.count())
        store.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [0, 0, 0, 0]


def test_who_opens_a_new_file_that_another_one_holds_waits(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.sqlite", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        letting_go = threading.Timer(0.5, other.execute, ["COMMIT"])
        letting_go.start()
        store = Store(f"sqlite:///{tmp_path / 'new.sqlite'}")
        letting_go.join()
        assert store.count() == 0
        store.close()


def test_a_change_of_a_table_becomes_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "versions"
    folder.mkdir()
    for each in layout.VERSIONS.glob("*.py"):
        (folder / each.name).write_text(each.read_text())
    monkeypatch.setattr(layout, "VERSIONS", folder)
    with pytest.raises(LayoutError, match="no table"):
        layout.new("Nothing")
    number = int(layout.newest())
    invented = sa.Table("invented", layout.metadata, sa.Column("name", layout.Text, primary_key=True))
    try:
        path = layout.new("Note what is invented")
        assert path.name == f"v{number + 1:04}_note_what_is_invented.py"
        assert "op.create_table('invented'" in path.read_text() and "Text()" in path.read_text()
        layout.script.cache_clear()
        store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
        with store.engine.connect() as connection:
            assert layout.differences(connection) == []
        store.close()
    finally:
        layout.metadata.remove(invented)
        layout.script.cache_clear()

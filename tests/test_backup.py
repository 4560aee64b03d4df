"""A backup of a store in either database, restored into either, is the same store, row by row."""

import io
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crawlers.recordings import Recording
from indexer.backup import backup, restore
from indexer.recorded import remember
from indexer.schema import Change
from indexer.store import Decision, Entry, Run, Session, Store, User, layout, stamp
from indexer.store.copying import tables
from tests.postgres import Cluster
from tests.samples import EVERYTHING, NOW, record

RECORDING = Path(__file__).parent / "spiders" / "jgrants"
Made = Callable[[str], Store]


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    """Opens an empty store in a database of this kind."""
    opened: list[Store] = []
    request.addfinalizer(lambda: [each.close() for each in opened])

    def make(kind: str) -> Store:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path / f'{len(opened)}.sqlite'}"
        else:
            cluster: Cluster = request.getfixturevalue("postgres")
            url = cluster.made()
        opened.append(Store(url))
        return opened[-1]

    return make


def filled(store: Store) -> Store:
    """Something in every table that has no default content."""
    at = stamp(NOW)
    with store.transaction() as writer:
        writer.put([record(each, notice='{"a": "\\u0000 ①"}'.encode()) for each in EVERYTHING], set())
        writer.remember([("invented-0001", Change(at=at, field="amount", was=None, now={"max_yen": 1}))])
        writer.set_source("invented", {"attribution": "出典：架空財団"})
        writer.add_run(
            Run(source="invented", variant="{}", at=at, ok=True, counts={"seen": 12}, stats={"a": [1.5, None]})
        )
        writer.decide(Decision(programme="invented-0001", field="gx", was=True, now=False, by="人", at=at))
        writer.decide(Decision(programme="invented-0001", field="gx", was=True, now=True, by="人", at=at))
        writer.note(Entry(at=at, by="人", action="a", target="t"))
        writer.put_user(User(name="人", role="admin", password="x" * 90))
        writer.put_session(Session(key="k", user="人", csrf="c", expires=at))
        writer.report("invented-0001", at, "違う")
        writer.finish_night(writer.begin_night(at, ["invented"]), at, {"new": 1})
        writer.set_fact("paused", ["x"])
    remember(store, Recording.read(RECORDING), "jgrants")
    return store


def rows(store: Store) -> dict[str, list[Any]]:
    with store.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in tables()
        }


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
@pytest.mark.parametrize("here", ["sqlite", "postgresql"])
def test_what_is_restored_equals_row_by_row(here: str, there: str, made: Made, tmp_path: Path) -> None:
    store, target = filled(made(here)), tmp_path / "backup.tgz"
    told: list[tuple[str, int, int]] = []
    assert backup(store, target, NOW, lambda *event: told.append(event)) == target.stat().st_size
    assert target.stat().st_mode & 0o077 == 0
    assert told[-1][1] == told[-1][2] > 20
    other = made(there)
    assert restore(target, other)["programmes"] == len(EVERYTHING)
    assert store.sessions() and other.sessions() == [], "a cookie of before opens nothing"
    assert rows(other) == rows(store) | {"sessions": []}
    assert list(other.records()) == list(store.records())
    [(folder, told)] = other.fact("recordings").items()
    assert (Path(folder), told["source"], len(told["sha256"])) == (RECORDING, "jgrants", 64)
    # New rows get numbers behind those that came.
    with other.transaction() as writer:
        writer.note(Entry(at=stamp(NOW), by="人", action="b", target="t"))
        writer.decide(Decision(programme="invented-0002", field="gx", was=False, now=True, by="人", at=stamp(NOW)))
    assert [each.action for each in other.audit()] == ["b", "a"]
    assert list(tmp_path.glob(".backup-*")) == []


def test_a_store_that_is_not_empty_keeps_what_it_has(made: Made, tmp_path: Path) -> None:
    backup(filled(made("sqlite")), tmp_path / "b.tgz", NOW)
    other = made("sqlite")
    with other.transaction() as writer:
        writer.put_user(User(name="other", role="editor", password="x"))
    with pytest.raises(ValueError, match=r"not empty \(1 users\): move it away first"):
        restore(tmp_path / "b.tgz", other)
    assert [each.name for each in other.users()] == ["other"]
    with pytest.raises(ValueError, match="never written over"):
        backup(other, tmp_path / "b.tgz", NOW)
    with pytest.raises(ValueError, match="nowhere is no folder"):
        backup(other, tmp_path / "nowhere" / "b.tgz", NOW)


def test_a_backup_is_of_one_instant_while_others_write(store: Store, tmp_path: Path) -> None:
    stop = threading.Event()
    writing = Store(store.engine.url.render_as_string(hide_password=False))

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with writing.transaction() as writer:
                # Always as many decisions as reports.
                writer.report("p", stamp(NOW), "違う")
                writer.decide(Decision(programme=f"p{number}", field="gx", was=0, now=1, by="人", at=stamp(NOW)))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            backup(store, tmp_path / f"{number}.tgz", NOW)
    finally:
        stop.set()
        thread.join()
        writing.close()
    for number in range(3):
        other = Store(f"sqlite:///{tmp_path / f'restored{number}.sqlite'}")
        counts = restore(tmp_path / f"{number}.tgz", other)
        assert counts["reports"] == counts["decisions"]
        other.close()


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return path


def test_what_is_no_backup_or_damaged_changes_nothing(made: Made, tmp_path: Path) -> None:
    whole = tmp_path / "whole.tgz"
    backup(filled(made("sqlite")), whole, NOW)
    half = tmp_path / "half.tgz"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    other = tmp_path / "other.tgz"
    other.write_bytes(b"nothing of the kind")
    with tarfile.open(whole) as archive:
        files = {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]
    page = files["store.sqlite"][:8192] + b"\xff" * 4096 + files["store.sqlite"][12288:]
    fewer = files["manifest.json"].replace(b'"programmes": 12', b'"programmes": 13')
    cases = [
        half,
        other,
        packed(tmp_path / "empty.tgz", {"x": b""}),
        packed(tmp_path / "page.tgz", files | {"store.sqlite": page}),
        packed(tmp_path / "fewer.tgz", files | {"manifest.json": fewer}),
    ]
    target = made("sqlite")
    for each in cases:
        with pytest.raises((ValueError, sqlite3.DatabaseError, OSError)):
            restore(each, target)
        assert target.count() == 0 and target.users() == []
    assert restore(whole, target)["programmes"] == 12


def test_a_backup_of_the_first_layout_is_brought_to_the_newest(tmp_path: Path, made: Made) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with engine.begin() as connection:
        layout.upgrade(connection, "0001")
        connection.execute(sa.text("insert into users values ('ann', 'admin', 'x', 0, '')"))
        connection.execute(sa.text("drop table alembic_version"))
    engine.dispose()
    old = packed(tmp_path / "old.tgz", {"store.sqlite": (tmp_path / "store.sqlite").read_bytes()})
    store = made("sqlite")
    assert restore(old, store)["users"] == 1
    assert store.user("ann")

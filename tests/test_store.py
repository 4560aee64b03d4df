"""What holds for a store in either database: one writer at a time, locks that no crash leaves behind, its order."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.store import Busy, Decision, Entry, Lost, Store, Writer
from tests.samples import programme, record

ROOT = Path(__file__).parent.parent


def at_once(store: Store, count: int, do: Callable[[Writer, int], None]) -> None:
    """Does it `count` times, each in a transaction of a store of its own, all at the same time."""
    ready = threading.Barrier(count)
    failures: list[BaseException] = []

    def one(number: int) -> None:
        own = Store(store.engine.url.render_as_string(hide_password=False))
        ready.wait()
        try:
            with own.transaction() as writer:
                do(writer, number)
        except Exception as error:  # The test reports it.
            failures.append(error)
        own.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []


def test_no_change_of_many_writers_goes_uncounted(store: Store) -> None:
    at_once(store, 8, lambda writer, number: writer.put([record(programme(number, "補助金"))], set()))
    assert store.count() == 8
    assert store.content() == 8


def test_of_many_decisions_at_once_on_one_field_one_is_in_force(store: Store) -> None:
    def decide(writer: Writer, number: int) -> None:
        before = writer.current("invented-0001", "gx")
        was = before.now if before else 0
        writer.decide(
            Decision(programme="invented-0001", field="gx", was=was, now=was + 1, by=f"p{number}", at="2026-08-22")
        )

    at_once(store, 6, decide)
    [found] = store.decisions()
    assert found.now == 6


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as writer:
        writer.set_fact("paused", ["a"])
        _ = 1 / 0
    assert store.fact("paused") is None


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was(store: Store) -> None:
    with store.transaction() as writer:
        writer.set_fact("paused", ["a"])
        assert store.fact("paused") is None
        assert writer.fact("paused") == ["a"]
    assert store.fact("paused") == ["a"]


def test_ids_come_in_the_order_of_their_code_points(store: Store) -> None:
    ids = ["B-1", "a-1", "a-10", "a-2", "a1", "ア-1", "a_1", "é"]
    with store.transaction() as writer:
        writer.put([record(programme(1, "補助金", id=each)) for each in ids], set())
    assert [each.programme.id for each in store.records()] == sorted(ids)
    assert [id for id, _ in store.listed()] == sorted(ids)


def test_no_byte_that_a_user_sends_breaks_the_store(store: Store) -> None:
    with store.transaction() as writer:
        writer.report("invented-0001", "2026-08-22", "金額が\0違う %_'\"\\ 😀")
        writer.note(Entry(at="2026-08-22", by="Ann", action="x", target="t", now={"a": "\0"}, note="n\0"))
    assert [each["text"] for each in store.reports()] == ["金額が違う %_'\"\\ 😀"]
    [entry] = store.audit("ANN")
    assert (entry.now, entry.note) == ({"a": "\0"}, "n")
    assert store.user("nobody\0") is None


HOLDER = """
import sys, time
sys.path.insert(0, {root!r})
from indexer.store import Store
with Store({url!r}).alone("nightly"):
    print("held", flush=True)
    time.sleep(600)
"""


def holder(store: Store) -> subprocess.Popen[bytes]:
    """Another process that holds the lock of nights."""
    url = store.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER.format(root=str(ROOT), url=url)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_a_lock_is_held_by_one_and_named_and_a_killed_holder_leaves_none_behind(store: Store) -> None:
    with holder(store) as process:
        with (
            pytest.raises(Busy, match=rf"another nightly is at work \(shien .*:{process.pid}\)"),
            store.alone("nightly"),
        ):
            pass
        with store.alone("publish"):
            pass
        got = threading.Event()

        def wait() -> None:
            with store.alone("nightly", wait=True):
                got.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(0.3)
        process.send_signal(signal.SIGKILL)
        assert got.wait(20)
        waiting.join()
    with store.alone("nightly") as held:
        held()


def test_who_lost_the_connection_that_held_a_lock_learns_it(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        pytest.skip("a lock of the kernel's has no connection")
    with store.alone("nightly") as held:
        held()
        with store.engine.connect() as connection:
            connection.execute(
                sa.text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
            )
        with pytest.raises(Lost, match="'nightly' broke"):
            held()
        with store.alone("nightly") as again:
            again()
    assert store.count() == 0


def test_what_many_count_at_once_is_never_more_than_is_allowed(store: Store) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    taken: list[bool] = []

    def ask() -> None:
        own = Store(url)
        taken.extend(own.take("a", 2, 25, 1_800_000_000.5) for _ in range(10))
        own.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert taken.count(True) == 12
    assert store.take("a", 1, 25, 1_800_000_001) and not store.take("a", 1, 25, 1_800_000_001)
    assert store.take("b", 25, 25, 1_800_000_001)
    assert store.take("a", 25, 25, 1_800_000_060), "a new minute"

"""Visits by workers: each source once, each site by one at a time, whichever worker dies."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer import queue
from indexer.engine import Endpoint
from indexer.nightly import Night
from indexer.settings import Settings
from indexer.store import LayoutError, Store, stamp, tasks
from tests import sites as local
from tests.postgres import Cluster

ROOT = Path(__file__).parent.parent

Nights = Callable[[Path, str, Any, Endpoint], Night]

WORKER = """
import sys
sys.path.insert(0, {root!r})
from functools import partial
from pathlib import Path
from indexer import queue
from indexer.crawl import crawl
from indexer.settings import Settings
from indexer.store import Store
from indexer.visits import Visits
queue.HEARTBEAT_SECONDS, queue.STALLED_SECONDS = 0.5, 4.0
fetch = partial(crawl, program="tests.crawlers.local")
queue.work(Visits(Settings(var=Path({var!r}), database_url={url!r}), Store({url!r}), {sources!r}, fetch), 2)
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HEARTBEAT_SECONDS", 0.5), ("STALLED_SECONDS", 4.0), ("LOOK_SECONDS", 0.2)):
        monkeypatch.setattr(queue, name, value)


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.made()


def start(
    count: int, folder: Path, url: str, sources: Sequence[Any], pages: dict[str, str]
) -> list[subprocess.Popen[bytes]]:
    """Workers, each on a machine (a folder) of its own."""
    Store(url).close()
    made = []
    for number in range(count):
        code = WORKER.format(root=str(ROOT), var=str(folder / f"machine{number}"), url=url, sources=sources)
        env = os.environ | {"SHIEN_TEST_SITES": orjson.dumps(pages).decode()}
        made.append(subprocess.Popen([sys.executable, "-c", code], env=env, cwd=ROOT))
    return made


def stop(workers: Sequence[subprocess.Popen[bytes]]) -> list[int]:
    for each in workers:
        if each.poll() is None:
            each.terminate()
    return [each.wait(60) for each in workers]


@pytest.fixture
def night() -> Iterator[Nights]:
    """Nights of a coordinator, whose stores are closed behind the test, also behind one that fails."""
    with contextlib.ExitStack() as opened:

        def made(folder: Path, url: str, sources: Any, where: Endpoint) -> Night:
            settings = Settings(
                var=folder / "coordinator",
                database_url=url,
                workers=True,
                link_minutes=0,
                meili_url=where.url,
                meili_key=where.key,
            )
            store = Store(url)
            opened.callback(store.close)
            return Night(settings, store, sources=sources)

        yield made


def busy(folder: Path, number: int) -> bool:
    """Is this worker in the middle of a crawl?"""
    return any((folder / f"machine{number}").glob("nights/*/.s*/s*/notices.jsonl"))


@pytest.mark.engine
def test_of_three_workers_one_is_killed_and_every_source_is_taken_in_once(
    quick: None, url: str, where: Endpoint, tmp_path: Path, night: Nights
) -> None:
    with local.sites(4, pages=12, seconds=0.1) as made:
        sources, pages = local.sources(made, 3)
        workers = start(3, tmp_path, url, sources, pages)
        dead = None

        def kill(what: str, done: int, total: int) -> None:
            nonlocal dead
            if dead is None and done >= 1:
                dead = next((number for number in range(3) if busy(tmp_path, number)), None)
                if dead is not None:
                    workers[dead].send_signal(signal.SIGKILL)

        try:
            made_night = night(tmp_path, url, sources, where)
            made_night.visits.progress = kill
            summary = made_night.run()
        finally:
            codes = stop(workers)
        assert dead is not None and codes[dead] == -signal.SIGKILL
        assert [code for number, code in enumerate(codes) if number != dead] == [0, 0]
        assert summary.failed == {}
        assert sorted(summary.read) == sorted(pages)
        store = made_night.store
        assert {name: [run.ok for run in store.runs(name)] for name in pages} == {name: [True] for name in pages}
        assert store.count() == 12 * 12 == store.fact("publication")["count"]
        assert store.history("") == []
        assert not any(site.together for site in made), [site.together for site in made]
        twice = {name for name, times in local.asked(made).items() if times > 1}
        # Only what the dead one had in hand was asked for again.
        assert 1 <= len(twice) <= 2
        assert not made_night._due()


@pytest.mark.engine
def test_a_worker_that_is_stopped_gives_back_what_it_has_in_hand(
    quick: None, url: str, where: Endpoint, tmp_path: Path, night: Nights
) -> None:
    with local.sites(2, pages=30, seconds=0.1) as made:
        sources, pages = local.sources(made, 1)
        workers = start(2, tmp_path, url, sources, pages)
        stopped: list[float] = []

        def end(what: str, done: int, total: int) -> None:
            number = next((number for number in range(2) if busy(tmp_path, number)), None)
            if not stopped and number is not None:
                began = time.monotonic()
                workers[number].terminate()
                workers[number].wait(60)
                stopped.append(time.monotonic() - began)

        try:
            made_night = night(tmp_path, url, sources, where)
            made_night.visits.progress = end
            assert made_night.run().failed == {}
        finally:
            codes = stop(workers)
        assert stopped and codes == [0, 0]
        assert made_night.store.count() == 60
        assert not any(site.together for site in made), [site.together for site in made]


@pytest.mark.engine
def test_a_night_that_is_killed_while_workers_are_at_work_is_finished_by_another_machine(
    quick: None, url: str, where: Endpoint, tmp_path: Path, night: Nights
) -> None:
    class Killed(Exception):
        pass

    def die(what: str, done: int, total: int) -> None:
        if done:
            raise Killed

    with local.sites(3, pages=4, seconds=0.1) as made:
        sources, pages = local.sources(made, 2)
        workers = start(2, tmp_path, url, sources, pages)
        try:
            first = night(tmp_path, url, sources, where)
            first.visits.progress = die
            with pytest.raises(Killed):
                first.run()
            assert first.store.unfinished()
            other = night(tmp_path / "other", url, sources, where)
            assert other.pending()
            summary = other.run()
        finally:
            stop(workers)
        assert sorted(summary.read) == sorted(pages)
        assert local.asked(made) == dict.fromkeys(pages, 1)
        assert other.store.unfinished() is None


def test_a_night_without_workers_says_so_and_stays_unfinished(
    quick: None, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, night: Nights
) -> None:
    monkeypatch.setattr(queue, "PATIENCE_SECONDS", 0.5)
    sources, _ = local.sources([], 1)
    sources = [{"name": "a", "facts": {"verified": True}, "variants": [{}], "hosts": ["a.test"]}]
    made = night(tmp_path, url, sources, Endpoint("http://127.0.0.1:9", ""))
    with pytest.raises(queue.NoWorkers, match=r"1 sources wait .* `shien worker`"):
        made.run()
    assert made.store.unfinished()


@pytest.mark.engine
def test_a_source_that_an_update_took_away_holds_up_no_night(
    url: str, where: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, night: Nights
) -> None:
    monkeypatch.setattr(queue, "PATIENCE_SECONDS", 0.5)
    made = night(tmp_path, url, [], where)
    with made.store.transaction() as writer:
        writer.begin_night(stamp(made.clock()), ["gone"])
    assert made.run().read == []
    assert made.store.unfinished() is None


def test_the_queue_is_made_anew_for_a_newer_library_and_left_alone_by_an_older(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(url)
    tasks.prepare(store.engine)
    tasks.prepare(store.engine)
    assert tasks.workers(store.engine, 60) == 0
    monkeypatch.setattr(tasks, "version", lambda name: "99.1")
    tasks.prepare(store.engine)
    monkeypatch.undo()
    with pytest.raises(LayoutError, match=r"a newer shien made the task queue \(procrastinate 99.1\)"):
        tasks.prepare(store.engine)
    store.close()


def test_workers_need_postgresql(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with pytest.raises(LayoutError, match="SHIEN_DATABASE_URL"):
        tasks.prepare(store.engine)
    store.close()

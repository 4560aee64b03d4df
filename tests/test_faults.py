"""The fault table: whatever dies, hangs or fills up in a night, the search goes on and the next night completes.

A client searches all the while: each answer is what one of the two publications holds, and none fails while the engine
lives.
"""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from indexer.engine import Endpoint, Engine
from indexer.publish import publish
from indexer.settings import Settings
from indexer.store import Decision, Store, stamp
from indexer.store.copying import copied
from search_api.edition import LOOK_SECONDS
from tests.nights import STAGES, Answer, Job, Public, Stage, answer, crawls, filler, instant, public, rows
from tests.postgres import Cluster

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parent.parent
BEFORE, AFTER = 0, 9


@dataclass(frozen=True)
class Calm:
    """Two nights without a fault: the folder as the first left it, what the second has, and what each publishes."""

    var: Path
    rows: dict[str, list[Any]]
    loose: dict[str, list[Any]]
    before: Answer
    after: Answer


def searched(var: Path, where: Endpoint) -> Answer:
    with public(Settings(var=var, rate=0), lambda: where, AFTER) as site, httpx.Client(timeout=20) as client:
        return answer(client, site.url)


@pytest.fixture(scope="module")
def calm(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Calm:
    first, var = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("calm") / "var"
    assert Job(first, engine.endpoint, BEFORE).code() == 0
    store = Store(Settings(var=first).store_url)
    was = "架空市 設備導入補助金 第3号"
    id = next(each.programme.id for each in store.records("first") if each.programme.title == was)
    with store.transaction() as writer:
        at = stamp(instant(BEFORE))
        writer.decide(Decision(programme=id, field="title", was=was, now="人が直した名称", by="人", at=at))
    publish(engine.endpoint, store, instant(BEFORE))
    store.close()
    before = searched(first, engine.endpoint)
    shutil.copytree(first, var)
    assert Job(var, engine.endpoint, AFTER).code() == 0
    after, url = searched(var, engine.endpoint), Settings(var=var).store_url
    assert before != after and "人が直した名称" in str(after)
    found = Calm(first, rows(url), rows(url, stamps=False), before, after)
    assert len(found.rows["history"]) > 10
    return found


@dataclass
class Nights:
    """A store in which the second night is due, and a site whose client searches all the time."""

    calm: Calm
    job: Job
    site: Public

    def ends(self, expected: int, **fault: Any) -> None:
        """The night with this fault ends so."""
        assert replace(self.job, **fault).code() == expected

    def completed(self, *, minutes: int = 0, stamps: bool = True) -> None:
        """The next night completes, and nothing is lost or doubled."""
        job = replace(self.job, minutes=minutes)
        made = job.night()
        assert made.pending()
        assert job.code() == 0
        assert not made.pending()
        made.store.close()
        self.equal(stamps=stamps)

    def equal(self, *, stamps: bool = True) -> None:
        assert rows(self.job.settings.store_url, stamps=stamps) == (self.calm.rows if stamps else self.calm.loose)
        assert self.answer() == self.calm.after

    def answer(self) -> Answer:
        """What the site answers as soon as it has looked whether another process has published."""
        time.sleep(2 * LOOK_SECONDS)
        with httpx.Client(timeout=20) as client:
            return answer(client, self.site.url)


@contextmanager
def begun(calm: Calm, job: Job, excused: Callable[[], bool] = lambda: False) -> Iterator[Nights]:
    with closing(Store(job.settings.store_url)) as store:
        publish(job.where, store, instant(BEFORE))
    with public(job.settings.model_copy(update={"rate": 0}), lambda: job.where, AFTER, excused) as site:
        yield Nights(calm, job, site)
    assert site.failed == []
    assert site.answers <= {calm.before, calm.after}
    assert site.asked >= 5


@pytest.fixture
def var(calm: Calm, tmp_path: Path) -> Path:
    """The folder as the first night left it."""
    return shutil.copytree(calm.var, tmp_path / "var")


@pytest.fixture
def nights(calm: Calm, var: Path, where: Endpoint) -> Iterator[Nights]:
    with begun(calm, Job(var, where, AFTER)) as made:
        yield made


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: f"{stage[0]}-{stage[1]}")
def test_the_night_is_killed(stage: Stage, nights: Nights) -> None:
    nights.ends(-signal.SIGKILL, killed=stage)
    nights.completed()


SCHEDULER = """
import sys
from pathlib import Path
from indexer import schedule
from indexer.settings import Settings
from indexer.store import Store
schedule.LOOK = (sys.executable, "-m", "tests.nights", {job!r})
made = schedule.scheduler
def at_once(settings):
    found = made(settings)
    found.add_job(schedule.look, id="at once")
    return found
schedule.scheduler = at_once
settings = Settings(var=Path({var!r}))
schedule.run(settings, Store(settings.store_url), lambda line: None)
"""


def test_the_scheduler_is_killed_in_a_night(nights: Nights) -> None:
    job = nights.job
    told = {"var": str(job.var), "where": vars(job.where), "day": AFTER, "slow": 60}
    code = SCHEDULER.format(job=orjson.dumps(told).decode(), var=str(job.var))
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as scheduler:
        _until(lambda: list(crawls(job.var)), scheduler)
        scheduler.send_signal(signal.SIGKILL)
    # Its night ends with it, within a moment: nothing holds the lock any more, and nothing was read.
    with closing(Store(Settings(var=job.var).store_url)) as store, store.alone("nightly", wait=True):
        pass
    nights.completed()


def _until(happened: Callable[[], object], process: subprocess.Popen[Any] | None = None) -> None:
    until = time.monotonic() + 200
    while not happened():
        assert time.monotonic() < until and (process is None or process.poll() is None)
        time.sleep(0.05)


def test_the_engine_is_killed_in_a_build(calm: Calm, var: Path, tmp_path: Path) -> None:
    engine, starting = Engine(tmp_path / "engine"), threading.Event()
    engine.start()
    try:
        job = Job(var, engine.endpoint, AFTER)
        with begun(calm, job, lambda: starting.is_set() or not engine.alive()) as nights:
            assert engine.process is not None
            nights.ends(1, kills=(("publish", 0), engine.process.pid))
            assert not engine.alive()
            starting.set()
            engine.restart()
            starting.clear()
            nights.completed()
    finally:
        engine.stop()


def test_a_worker_is_killed_in_a_crawl(calm: Calm, postgres: Cluster, where: Endpoint, tmp_path: Path) -> None:
    url = postgres.made()
    with closing(Store(Settings(var=calm.var).store_url)) as here, closing(Store(url)) as there:
        copied(here, there)
    job = Job(tmp_path / "machine", where, AFTER, database=url, workers=True)
    machines = [tmp_path / f"worker{number}" for number in range(3)]
    workers = [replace(job, var=each, slow=2).process("work") for each in machines]
    try:
        with begun(calm, job) as nights:
            night = job.process()
            _until(lambda: any(list(crawls(each)) for each in machines))
            dead = next(number for number, each in enumerate(machines) if list(crawls(each)))
            workers[dead].kill()
            night.join(250)
            assert night.exitcode == 0
            with closing(Store(url)) as store:
                assert store.unfinished() is None
            nights.equal()
    finally:
        for each in workers:
            each.terminate()
            each.join(60)
    assert sorted(str(each.exitcode) for each in workers) == ["-9", "0", "0"]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("stage", [("first", 0), ("publish", 0)], ids=["ingest", "publish"])
def test_the_disk_is_full(stage: Stage, calm: Calm, small: Path) -> None:
    """The store's, and that of the engine."""
    shutil.copytree(calm.var, small / "var")
    engine = Engine(small / "engine")
    engine.start()
    try:
        with begun(calm, Job(small / "var", engine.endpoint, AFTER)) as nights:
            nights.ends(1, fills=stage)
            filler(small / "var").unlink()
            nights.completed()
    finally:
        engine.stop()


def test_the_store_is_locked_for_a_while(nights: Nights) -> None:
    store, locked = Store(nights.job.settings.store_url), threading.Event()

    def lock() -> None:
        with store.transaction():
            locked.set()
            time.sleep(3)

    thread = threading.Thread(target=lock)
    thread.start()
    locked.wait()
    nights.ends(0)
    thread.join()
    store.close()
    nights.equal()


def test_the_clock_is_moved_back(nights: Nights) -> None:
    nights.ends(0, minutes=-60 * 24 * 40)
    nights.completed(stamps=False)


def test_a_source_hangs(calm: Calm, var: Path, where: Endpoint) -> None:
    """Its crawl is killed after a while, the others are read, and it is asked again later."""
    with begun(calm, Job(var, where, AFTER)) as nights:
        nights.ends(2, away="first")
        with closing(Store(nights.job.settings.store_url)) as store:
            assert [run.ok for run in store.runs("first", limit=1)] == [False]
            assert [run.ok for run in store.runs("second", limit=1)] == [True]
        partly = nights.answer()
        nights.completed(minutes=70)
        nights.site.answers.discard(partly)

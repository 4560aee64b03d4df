"""Visits: each source once a night, each site by one at a time, and nothing goes on when we are dead."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.crawl import CrawlError, crawl, spiders
from indexer.schema import JST
from indexer.settings import Settings
from indexer.store import Lost, Store
from indexer.visits import Interrupted, Visits, sites
from tests import sites as local
from tests.nights import write

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)
local_crawl = partial(crawl, program="tests.crawlers.local")


def source(name: str, *hosts: str) -> dict[str, Any]:
    return {"name": name, "facts": {"verified": True}, "variants": [{}], "hosts": list(hosts)}


def test_sources_whose_hosts_overlap_are_of_one_site() -> None:
    found = sites(
        [
            source("a", "x.test"), source("b", "www.x.test"), source("c", "y.test"), source("d", "z.test", "y.test"),
            source("e", "notx.test"), source("f"), source("g", "sub.z.test", "a.x.test"),
        ]
    )  # fmt: skip
    assert found["a"] == found["b"] == found["c"] == found["d"] == found["g"]
    assert len({found["a"], found["e"], found["f"]}) == 3


def test_the_real_sources_name_their_hosts() -> None:
    known = spiders()
    found = sites(known)
    assert len({found[name] for name in found if name.startswith("jnet21")}) == 1
    assert found["jgrants"] != found["mirasapo_news"] == found["mirasapo_cases"]
    assert all(each["hosts"] for each in known)


def visits(store: Store, var: Path, names: list[dict[str, Any]], fetch: Any) -> Visits:
    return Visits(Settings(var=var), store, names, fetch, lambda: NOW)


def begun(store: Store, names: list[dict[str, Any]]) -> int:
    with store.transaction() as writer:
        return writer.begin_night("2026-08-22T04:00:00+09:00", [each["name"] for each in names])


def test_what_two_do_at_once_is_taken_in_once(store: Store, tmp_path: Path) -> None:
    names = [source("a", "x.test")]
    night, crawled = begun(store, names), []

    def fetch(wanted: list[str], out: Path, **more: Any) -> None:
        crawled.append(wanted)
        time.sleep(0.3)
        write(out, "a", [{"source": "a", "url": "https://x.test/1", "title": "架空補助金"}], NOW)

    url = store.engine.url.render_as_string(hide_password=False)
    machines = [visits(Store(url), tmp_path / str(number), names, fetch) for number in range(3)]
    threads = [threading.Thread(target=each.visit, args=(night, "a")) for each in machines]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert crawled == [["a"]]
    assert [run.ok for run in store.runs("a")] == [True]
    assert store.count() == 1
    for machine in machines:
        machine.store.close()


@pytest.mark.parametrize(
    ("fetch", "told"),
    [
        (CrawlError("the site is away"), "the site is away"),
        ([], "the crawl left nothing"),
        (
            [{"source": "a", "url": "https://x.test/1", "title": "t", "no_such_field": 1}],
            "could not be taken in: TypeError",
        ),
        ([{"source": "a"}], "could not be taken in: TypeError"),
    ],
)
def test_a_source_that_breaks_is_a_run_that_failed(fetch: Any, told: str, store: Store, tmp_path: Path) -> None:
    def crawling(wanted: list[str], out: Path, **more: Any) -> None:
        if isinstance(fetch, Exception):
            raise fetch
        if fetch:
            write(out, "a", fetch, NOW)

    names = [source("a")]
    night = begun(store, names)
    visits(store, tmp_path, names, crawling).visit(night, "a")
    [run] = store.runs("a")
    assert not run.ok and told in run.errors[0]
    assert store.visits(night) == {"a": run.id}
    assert store.count() == 0


def test_a_disk_that_is_full_is_no_fault_of_the_source(store: Store, tmp_path: Path) -> None:
    def crawling(wanted: list[str], out: Path, **more: Any) -> None:
        raise OSError(28, "No space left on device")

    names = [source("a")]
    night = begun(store, names)
    with pytest.raises(OSError, match="No space"):
        visits(store, tmp_path, names, crawling).visit(night, "a")
    assert store.runs("a") == []
    assert store.visits(night) == {"a": None}


def test_a_visit_that_is_interrupted_is_still_to_be_done(store: Store, tmp_path: Path) -> None:
    names = [source("a")]
    night = begun(store, names)

    def crawling(wanted: list[str], out: Path, **more: Any) -> None:
        made.stopping.set()

    made = visits(store, tmp_path, names, crawling)
    with pytest.raises(Interrupted):
        made.visit(night, "a")
    assert store.visits(night) == {"a": None}
    assert store.runs("a") == []


ORPHAN = """
import sys
sys.path.insert(0, {root!r})
from functools import partial
from pathlib import Path
from indexer.crawl import crawl
crawl(["s0_0"], Path({out!r}), program="tests.crawlers.local", progress=lambda *told: print(*told, flush=True))
"""


def test_a_crawl_does_not_outlive_who_asked_for_it(tmp_path: Path) -> None:
    with local.sites(1, pages=200, seconds=0.02) as made:
        _names, pages = local.sources(made, 1)
        process = subprocess.Popen(
            [sys.executable, "-c", ORPHAN.format(root=str(ROOT), out=str(tmp_path))],
            env=os.environ | {"SHIEN_TEST_SITES": orjson.dumps(pages).decode()},
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        with process:
            assert process.stdout is not None and process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        time.sleep(1)
        before = len(made[0].asked)
        time.sleep(1)
        assert len(made[0].asked) == before < 200


STUBBORN = """
import signal, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{{"event": "finish", "source": "a", "items": 1}}', flush=True)
time.sleep(20)
Path({lived!r}).touch()
"""


def test_a_crawl_that_hangs_holds_up_nobody_who_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived = tmp_path / "lived"
    (tmp_path / "stubborn.py").write_text(STUBBORN.format(lived=str(lived)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("indexer.crawl.END_SECONDS", 0.5)

    def lost(what: str, done: int, total: int) -> None:
        raise Lost("the lock")

    with pytest.raises(Lost):
        crawl(["a"], tmp_path / "out", program="stubborn", progress=lost)
    assert not lived.exists()


def test_a_crawl_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.crawl.CRAWL_HOURS", 4 / 3600)
    with local.sites(1, pages=2000, seconds=0.05) as made:
        _, pages = local.sources(made, 1)
        monkeypatch.setenv("SHIEN_TEST_SITES", orjson.dumps(pages).decode())
        with pytest.raises(CrawlError, match="it did not end within"):
            local_crawl(["s0_0"], tmp_path)

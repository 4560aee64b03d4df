"""Nights: what is due, and nights that are killed at every stage and still lose and double nothing."""

import functools
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import meilisearch
import orjson
import pytest
import sqlalchemy as sa

from indexer.crawl import CrawlError, crawl
from indexer.due import JITTER_MINUTES, due, offset
from indexer.engine import Engine
from indexer.nightly import Night
from indexer.schema import JST
from indexer.settings import Settings
from indexer.store import Edition, Run, Store
from tests import sites as local

ROOT = Path(__file__).parent.parent
RECORDINGS = ROOT / "tests" / "spiders"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def source(name: str, **facts: Any) -> dict[str, Any]:
    return {"name": name, "facts": {"verified": True, "days": 1, "after": "02:00"} | facts}


def run(when: str, ok: bool = True) -> Run:
    return Run(source="a", variant="{}", at=at(when).isoformat(), ok=ok, counts={"seen": 1})


LATE = at("2026-08-22T03:59")


@pytest.mark.parametrize(
    ("runs", "now", "expected"),
    [
        ([], LATE, True),
        ([run("2026-08-21T03:59")], LATE, True),
        ([run("2026-08-22T03:58")], LATE, False),
        ([run("2026-08-21T03:59")], at("2026-08-22T01:59"), False),
        ([run("2026-05-01T03:59")], LATE, True),
        ([run("2026-08-22T03:40", ok=False), run("2026-08-21T03:59")], LATE, False),
        ([run("2026-08-22T03:40", ok=False), run("2026-08-21T03:59")], at("2026-08-22T04:41"), True),
        ([run("2026-08-22T04:41", ok=False), run("2026-08-22T03:40", ok=False)], at("2026-08-22T05:50"), False),
        ([run("2026-08-22T04:41", ok=False), run("2026-08-22T03:40", ok=False)], at("2026-08-22T06:42"), True),
        ([run("2027-01-01T00:00")], LATE, True),
    ],
)
def test_due(runs: list[Run], now: datetime, expected: bool) -> None:
    assert bool(due([source("a")], {"a": runs}, now)) is expected


def test_a_source_of_the_evening_waits_for_the_evening() -> None:
    feed = source("a", after="18:30")
    seen = {"a": [run("2026-08-21T20:30")]}
    assert not due([feed], seen, at("2026-08-22T18:29"))
    assert due([feed], seen, at("2026-08-22T20:05"))


def test_a_weekly_source_is_read_weekly() -> None:
    weekly = source("a", days=7)
    seen = {"a": [run("2026-08-15T03:59")]}
    assert not due([weekly], seen, at("2026-08-21T03:59"))
    assert due([weekly], seen, at("2026-08-22T03:59"))


def test_after_a_long_pause_each_is_due_once_and_most_overdue_first() -> None:
    sources = [source("a"), source("b"), source("c", verified=False), source("d")]
    found = due(sources, {"b": [run("2026-06-01T02:00", ok=False)]}, LATE, paused=["d"])
    assert sorted(each.name for each in found) == ["a", "b"]


def test_sources_are_spread_over_the_night() -> None:
    offsets = {offset(f"source{number}") for number in range(50)}
    assert len(offsets) > 20
    assert max(offsets) < timedelta(minutes=JITTER_MINUTES)


def test_what_is_not_published_yet_makes_a_night(tmp_path: Path) -> None:
    """A decision whose publication failed, and a collection whose time has come."""
    store = Store(Settings(var=tmp_path).store_url)
    idle = Night(Settings(var=tmp_path), store, clock=lambda: at("2026-08-22T04:00"), sources=[])
    with store.transaction() as writer:
        writer.set_fact("publication", {"at": at("2026-08-22T03:00").isoformat(), "content": 0})
    assert not idle.pending()
    times = {"at": "", "by": "hanako", "shows_until": ""}
    edition = Edition(id=0, collection=1, content={}, shows_from=at("2026-08-22T03:30").isoformat(), **times)
    with store.transaction() as writer:
        writer.add_edition(edition)
        writer.set_fact("publication", {"at": at("2026-08-22T03:00").isoformat(), "content": 1})
    assert idle.pending()
    with store.transaction() as writer:
        writer.set_fact("publication", {"at": at("2026-08-22T03:40").isoformat(), "content": 1})
    assert not idle.pending()
    with store.transaction() as writer:
        writer.touch()
    assert idle.pending()
    store.close()


NAMES = ["jgrants", "jnet21_support"]
NIGHT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.test_nightly import night
def die(what, done, total):
    if what.startswith({stage!r}):
        os.kill(os.getpid(), signal.SIGKILL)
night(Path({var!r}), {url!r}, {key!r}, progress=die).run()
"""


def fetch(names: list[str], out: Path, **more: Any) -> Any:
    [name] = names
    return crawl(names, out, replay=RECORDINGS / name, **more)


def night(var: Path, url: str, key: str, *, fetch: Any = fetch, progress: Any = None) -> Night:
    settings = Settings(var=var, meili_url=url, meili_key=key, link_minutes=0)
    return Night(
        settings,
        Store(settings.store_url),
        clock=lambda: at("2026-08-22T04:00"),
        sources=[source("jgrants"), source("jnet21_support", after="17:00")],
        fetch=fetch,
        progress=progress,
    )


def rows(var: Path) -> dict[str, list[Any]]:
    store = Store(f"sqlite:///{var / 'store.sqlite'}")
    with store.engine.connect() as connection:
        found = {
            table: [tuple(row) for row in connection.execute(sa.text(f"select * from {table} order by 1"))]
            for table in ("programmes", "history", "sources")
        }
        found["runs"] = [
            tuple(row) for row in connection.execute(sa.text("select source, variant, at, ok from runs order by 1"))
        ]
    store.close()
    return found


@pytest.fixture(scope="module")
def calm(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What a night without faults leaves in the store."""
    var = tmp_path_factory.mktemp("calm")
    made = night(var, engine.endpoint.url, engine.endpoint.key or "")
    summary = made.run()
    assert (summary.failed, summary.problem) == ({}, "")
    assert (made.store.fact("publication") or {})["count"] == 22
    assert not made.pending()
    made.store.close()
    return rows(var)


@pytest.mark.engine
@pytest.mark.parametrize("stage", ["crawl jgrants", "crawl jnet21"])
def test_a_night_that_is_killed_in_a_real_crawl_is_finished_by_the_next(
    stage: str, engine: Engine, calm: dict[str, list[Any]], tmp_path: Path
) -> None:
    where = engine.endpoint
    code = NIGHT.format(root=str(ROOT), stage=stage, var=str(tmp_path), url=where.url, key=where.key)
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    made = night(tmp_path, where.url, where.key or "")
    assert made.pending()
    summary = made.run()
    assert (summary.failed, summary.problem) == ({}, "")
    assert not made.pending()
    made.store.close()
    assert rows(tmp_path) == calm
    client = meilisearch.Client(where.url, where.key)
    assert client.index("programmes").get_stats().number_of_documents == 22
    assert {each.uid for each in client.get_indexes()["results"]} <= {"programmes", "programmes_next"}


@pytest.mark.engine
def test_a_second_night_writes_and_publishes_nothing(engine: Engine, tmp_path: Path) -> None:
    made = night(tmp_path, engine.endpoint.url, engine.endpoint.key or "")
    made.run()
    before = rows(tmp_path)
    again = made.run(NAMES)
    assert again.published is None
    assert again.read == NAMES
    made.store.close()
    assert rows(tmp_path) == before


@pytest.mark.engine
def test_one_source_that_breaks_takes_no_other_with_it(engine: Engine, tmp_path: Path) -> None:
    def broken(names: list[str], out: Path, **more: Any) -> Any:
        if names == ["jgrants"]:
            raise CrawlError("the site is away")
        return fetch(names, out, **more)

    made = night(tmp_path, engine.endpoint.url, engine.endpoint.key or "", fetch=broken)
    summary = made.run()
    assert summary.failed == {"jgrants": ["the site is away"]}
    assert summary.read == ["jgrants", "jnet21_support"]
    # Tried again in an hour, not at the next look.
    assert [(run.ok, run.errors) for run in made.store.runs("jgrants")] == [(False, ["the site is away"])]
    assert not made.pending()
    assert made.store.count() == 8
    assert any("jgrants FAILED: the site is away" in line for line in summary.lines())
    made.store.close()


def test_a_source_that_does_not_exist_is_named(tmp_path: Path) -> None:
    made = night(tmp_path, "http://127.0.0.1:9", "")
    with pytest.raises(ValueError, match="no such source: nonsense"):
        made.run(["nonsense"])
    assert made.store.nights() == []
    made.store.close()


@pytest.mark.engine
def test_what_is_asked_for_is_read_even_where_a_night_did_not_come_to_its_end(engine: Engine, tmp_path: Path) -> None:
    made = night(tmp_path, engine.endpoint.url, engine.endpoint.key or "")
    with made.store.transaction() as writer:
        left = writer.begin_night("2026-08-21T02:00:00+09:00", ["jnet21_support"])
    summary = made.run(["jgrants"])
    assert (summary.started, summary.read) == ("2026-08-21T02:00:00+09:00", ["jgrants", "jnet21_support"])
    [plan] = made.store.nights()
    assert (plan.id, plan.finished) == (left, "2026-08-22T04:00:00+09:00")
    assert plan.summary["new"] == 22
    made.store.close()


def test_the_sources_of_one_site_are_asked_one_behind_the_other(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local.sites(2, pages=4, seconds=0.05) as made:
        sources, pages = local.sources(made, 3)
        monkeypatch.setenv("SHIEN_TEST_SITES", orjson.dumps(pages).decode())
        where = engine.endpoint
        settings = Settings(var=tmp_path, meili_url=where.url, meili_key=where.key or "", link_minutes=0)
        found = Night(
            settings,
            Store(settings.store_url),
            sources=sources,
            fetch=functools.partial(crawl, program="tests.crawlers.local"),
        )
        assert sorted(found.run().read) == sorted(pages)
        assert not any(site.together for site in made), [site.together for site in made]
        assert found.store.count() == 24
        found.store.close()

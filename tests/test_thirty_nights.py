"""Thirty nights in a row with faults drawn at random: the store and the index are those of days without any."""

import random
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import meilisearch
import pytest

from indexer.engine import Endpoint
from indexer.ingest import ingest
from indexer.publish import LIVE, publish
from indexer.publish.index import Index
from indexer.settings import Settings
from indexer.store import Store
from tests.nights import STAGES, Job, instant, rows

pytestmark = pytest.mark.engine
NIGHTS = 30


def found(var: Path, where: Endpoint) -> tuple[dict[str, list[Any]], dict[str, str] | None]:
    """What the nights have left: rows of the store, and hashes of what is searched."""
    url = Settings(var=var).store_url
    with closing(Store(url)) as store:
        publish(where, store, instant(NIGHTS))
        assert store.unfinished() is None
    return rows(url), Index(meilisearch.Client(where.url, where.key), LIVE).hashes()


def faulty(job: Job, draw: random.Random) -> int:
    """A night that is broken off a few times, each time otherwise, and at last completes; returns how often."""
    minutes, times = 0, draw.choice((0, 0, 1, 1, 2))
    stages = [*((f"crawl {each}", 0) for each in job.names), *((each, 0) for each in job.names), *STAGES[-4:]]
    for _ in range(times):
        what = draw.choice(("killed", "killed", "killed", "engine", "away"))
        now = replace(job, minutes=minutes)
        if what == "killed":
            # At the end of a visit that an earlier try has made nothing is left to be killed in.
            assert replace(now, killed=draw.choice(stages)).code() in (-signal.SIGKILL, 0)
        elif what == "engine":
            assert replace(now, where=Endpoint("http://127.0.0.1:9", "")).code() == 1
        else:
            assert replace(now, away=draw.choice(job.names)).code() in (2, 0)
            # It is tried again in an hour or two.
            minutes += 150
    assert replace(job, minutes=minutes).code() == 0
    return times


def calm(var: Path, job: Job) -> None:
    """Takes in what every day says, day by day."""
    with closing(Store(Settings(var=var).store_url)) as store:
        for day in range(NIGHTS):
            own = replace(job, day=day)
            for name in job.names:
                own.fetch([name], var / str(day), progress=lambda *told: None)
            ingest(var / str(day), store)


@pytest.mark.timeout(900)
def test_thirty_nights_with_faults_leave_what_every_day_said(where: Endpoint, tmp_path: Path) -> None:
    job, draw = Job(tmp_path / "faulty", where, 0), random.Random(20260822)
    for day in range(NIGHTS):
        faulty(replace(job, day=day), draw)
    there = found(job.var, where)
    calm(tmp_path / "calm", job)
    assert found(tmp_path / "calm", where) == there
    assert len(there[0]["history"]) > 40

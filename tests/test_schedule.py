"""The scheduler: its job outlives it, missed looks become one, it stops when told to; of several one is active."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.triggers.cron import CronTrigger

from indexer import schedule
from indexer.schema import JST
from indexer.settings import Settings
from tests.conftest import ROOT

SCRIPT = """
import sys
from indexer import logs, schedule
from indexer.settings import Settings
from indexer.store import Store
schedule.LOOK = {look!r}
logs.configure(Settings())
schedule.run(Settings(), Store(Settings().store_url), print)
"""
QUICK = "open({path!r}, 'a').write('x')"
LONG = """
import signal, sys, time
def stop(number, frame):
    open({path!r}, 'a').write('stopped')
    sys.exit(143)
signal.signal(signal.SIGTERM, stop)
open({path!r}, 'a').write('began ')
time.sleep(60)
"""


def started(var: Path, look: str) -> subprocess.Popen[str]:
    """`shien schedule`, whose looks run this code and leave their traces in var/looks."""
    code = SCRIPT.format(look=[sys.executable, "-c", look.format(path=str(var / "looks"))])
    own = {"SHIEN_VAR": str(var), "SHIEN_LOG_LEVEL": "info"}
    return subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | own, cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


def until(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def job(var: Path) -> tuple[SQLAlchemyJobStore, Any]:
    settings = Settings(var=var)
    jobs = SQLAlchemyJobStore(url=settings.store_url, tablename="schedule")
    jobs.start(schedule.scheduler(settings), "default")
    return jobs, jobs.lookup_job("look")


def stopped(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 0 and "Traceback" not in told, told
    return told


def test_the_job_is_kept_in_japanese_time_and_misses_nothing(tmp_path: Path) -> None:
    process = started(tmp_path, QUICK)
    jobs, found = until(lambda: (kept := job(tmp_path))[1] and kept)
    told = stopped(process)
    assert not (tmp_path / "looks").exists() or "executed" in told
    assert (found.coalesce, found.max_instances, found.misfire_grace_time) == (True, 1, schedule.GRACE_SECONDS)
    assert isinstance(found.trigger, CronTrigger)
    now = datetime(2026, 8, 22, 4, 1, tzinfo=JST)
    assert found.trigger.get_next_fire_time(None, now) == datetime(2026, 8, 22, 4, 15, tzinfo=JST)
    # Nobody ran for two days.
    (tmp_path / "looks").unlink(missing_ok=True)
    found.next_run_time = datetime.now(JST) - timedelta(days=2)
    jobs.update_job(found)
    jobs.shutdown()
    process = started(tmp_path, QUICK)
    until((tmp_path / "looks").exists)
    told = stopped(process)
    assert len(re.findall("executed successfully", told)) == 1 and (tmp_path / "looks").read_text() == "x"
    assert "missed" not in told


def test_a_night_at_work_is_stopped_with_it(tmp_path: Path) -> None:
    process = started(tmp_path, LONG)
    jobs, found = until(lambda: (kept := job(tmp_path))[1] and kept)
    stopped(process)
    found.next_run_time = datetime.now(JST) - timedelta(minutes=20)
    jobs.update_job(found)
    jobs.shutdown()
    process = started(tmp_path, LONG)
    until(lambda: (tmp_path / "looks").exists() and (tmp_path / "looks").read_text())
    stopped(process)
    assert (tmp_path / "looks").read_text() == "began stopped"


def test_it_may_be_stopped_while_it_starts(tmp_path: Path) -> None:
    process = started(tmp_path, QUICK)
    assert process.stderr and any("Adding job" in line for line in process.stderr)
    stopped(process)


SCHEDULER = """
import sys
sys.path.insert(0, {root!r})
from datetime import datetime
from pathlib import Path
from indexer import schedule
from indexer.settings import Settings
from indexer.store import Store
# No look falls into this test.
schedule.MINUTES, schedule.STANDBY_SECONDS = str((datetime.now().minute + 30) % 60), 0.1
settings = Settings(var=Path({var!r}), database_url={url!r})
schedule.run(settings, Store({url!r}), lambda line: print(line, flush=True))
"""


def standing_by(url: str, var: Path) -> subprocess.Popen[str]:
    code = SCHEDULER.format(root=str(ROOT), var=str(var), url=url)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_is_active_and_another_takes_over(how: signal.Signals, store_url: str, tmp_path: Path) -> None:
    with standing_by(store_url, tmp_path) as first:
        assert told(first) == "scheduler: active"
        with standing_by(store_url, tmp_path) as second:
            waiting = told(second)
            assert "another schedule is at work (shien " in waiting and f":{first.pid})" in waiting
            first.send_signal(how)
            assert told(second) == "scheduler: active"
            second.terminate()
            assert second.wait(30) == 0
        assert first.wait(30) == (0 if how is signal.SIGTERM else -signal.SIGKILL)

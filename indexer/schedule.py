"""When nights happen: APScheduler in its own process. Any external timer that calls `shien nightly` does as well."""

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from indexer.asking import open_asks
from indexer.engine import die_with_parent
from indexer.schema import JST
from indexer.settings import Clock, Settings
from indexer.store import Busy, Check, Store

logger = logging.getLogger(__name__)

MINUTES = "*/15"
"""How often we look for what is due; what is due is decided by the sources' own times (indexer/nightly.py)."""

GRACE_SECONDS = 3600

STANDBY_SECONDS = 5.0
"""How often a scheduler that waits looks whether the active one is gone, and the active one whether it still is it."""


LOOK = [sys.executable, "-m", "indexer.cli", "nightly", "--if-due"]

_nights: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()


def look() -> None:
    """One look: a process of its own, so that a crawl's memory ends with it. Nothing due costs nothing."""
    with subprocess.Popen(LOOK, preexec_fn=die_with_parent) as night:
        _nights.add(night)
        if _stopping.is_set():
            night.terminate()
        code = night.wait()
        _nights.discard(night)
    if code and not _stopping.is_set():
        raise RuntimeError(f"`shien nightly` ended with {code}")


def scheduler(settings: Settings) -> BackgroundScheduler:
    """The scheduler with its one job; looks that were missed while nobody ran become one."""
    jobs = SQLAlchemyJobStore(url=settings.store_url, tablename="schedule")
    made = BackgroundScheduler(
        timezone=JST,
        jobstores={"default": jobs},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_SECONDS},
    )
    trigger = CronTrigger(minute=MINUTES, timezone=JST)
    jobs.start(made, "default")
    known = jobs.lookup_job("look")
    if known is None or str(known.trigger) != str(trigger):
        # One that is there is left as it is: it knows what was missed.
        made.add_job(look, trigger, id="look", replace_existing=True)
    made.add_listener(_told, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    return made


def run(settings: Settings, store: Store, say: Callable[[str], None]) -> None:
    """Looks until SIGTERM or SIGINT; a night at work stops too, and the next one goes on from there.

    Of several schedulers one is active, the others wait to take over.
    Raises Lost where we may not be the only active one any more.
    """
    for each in (signal.SIGTERM, signal.SIGINT):
        # A signal may come at any moment, even while the scheduler starts: it is noted, and acted upon below.
        signal.signal(each, lambda number, frame: _stopping.set())
    told = ""
    while not _stopping.is_set():
        try:
            with store.alone("schedule") as held:
                say("scheduler: active")
                _act(settings, store, held)
        except Busy as error:
            if str(error) != told:
                told = str(error)
                say(f"scheduler: {told}; waiting to take over")
            _stopping.wait(STANDBY_SECONDS)


def _act(settings: Settings, store: Store, held: Check) -> None:
    made, hurry = scheduler(settings), Hurry(store, settings.clock())
    made.start()
    try:
        while not _stopping.wait(STANDBY_SECONDS):
            held()
            if not _nights and hurry.wanted():
                made.modify_job("look", next_run_time=datetime.now(JST))
    finally:
        # A night can be ended at any time: the next one goes on where it was.
        for night in list(_nights):
            night.terminate()
        made.shutdown(wait=True)


class Hurry:
    """Whether staff asked for a source since we last looked. Once is enough: what failed has its time as any other."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.met: set[tuple[str, str]] = set()

    def wanted(self) -> bool:
        asked = {(name, each.at) for name, each in open_asks(self.store, self.clock()).items()}
        new = bool(asked - self.met)
        self.met = asked
        return new


def _told(event: JobEvent) -> None:
    logger.error("a look for due sources went wrong: %s", getattr(event, "exception", None) or "missed")

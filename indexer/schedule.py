"""When nights happen: APScheduler in its own process. Any external timer that calls `shien nightly` does as well."""

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from indexer.engine import die_with_parent
from indexer.schema import JST
from indexer.settings import Settings
from indexer.store import Busy, Check, Store

logger = logging.getLogger(__name__)

MINUTES = "*/15"
"""How often we look for what is due; what is due is decided by the sources' own times (indexer/nightly.py)."""

GRACE_SECONDS = 3600

STANDBY_SECONDS = 5.0
"""How often a scheduler that waits looks whether the active one is gone, and the active one whether it still is it."""


_nights: set[subprocess.Popen[bytes]] = set()


def look() -> None:
    """One look: a process of its own, so that a crawl's memory ends with it. Nothing due costs nothing."""
    command = [sys.executable, "-m", "indexer.cli", "nightly", "--if-due"]
    with subprocess.Popen(command, preexec_fn=die_with_parent) as night:
        _nights.add(night)
        code = night.wait()
        _nights.discard(night)
    if code:
        raise RuntimeError(f"`shien nightly` ended with {code}")


def scheduler(settings: Settings) -> BackgroundScheduler:
    """The scheduler with its one job; looks that were missed while nobody ran become one."""
    made = BackgroundScheduler(
        timezone=JST,
        jobstores={"default": SQLAlchemyJobStore(url=settings.store_url, tablename="schedule")},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_SECONDS},
    )
    made.add_job(look, CronTrigger(minute=MINUTES, timezone=JST), id="look", replace_existing=True)
    made.add_listener(_told, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    return made


def run(settings: Settings, store: Store, say: Callable[[str], None]) -> None:
    """Looks until SIGTERM or SIGINT. Of several schedulers one is active, the others wait to take over.

    Raises Lost where we may not be the only active one any more.
    """
    stopping = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stopping.set())
    told = ""
    while not stopping.is_set():
        try:
            with store.alone("schedule") as held:
                say("scheduler: active")
                _act(settings, held, stopping)
        except Busy as error:
            if str(error) != told:
                told = str(error)
                say(f"scheduler: {told}; waiting to take over")
            stopping.wait(STANDBY_SECONDS)


def _act(settings: Settings, held: Check, stopping: threading.Event) -> None:
    made = scheduler(settings)
    made.start()
    try:
        while not stopping.wait(STANDBY_SECONDS):
            held()
    finally:
        # A night can be ended at any time: the next one goes on where it was.
        for night in list(_nights):
            night.terminate()
        made.shutdown(wait=True)


def _told(event: JobEvent) -> None:
    logger.error("a look for due sources went wrong: %s", getattr(event, "exception", None) or "missed")

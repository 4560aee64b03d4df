"""When nights happen: APScheduler in its own process. Any external timer that calls `shien nightly` does as well."""

import logging
import signal
import subprocess
import sys
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from indexer.schema import JST
from indexer.settings import Settings

logger = logging.getLogger(__name__)

MINUTES = "*/15"
"""How often we look for what is due; what is due is decided by the sources' own times (indexer/nightly.py)."""

GRACE_SECONDS = 3600


def look() -> None:
    """One look: a process of its own, so that a crawl's memory ends with it. Nothing due costs nothing."""
    done = subprocess.run([sys.executable, "-m", "indexer.cli", "nightly", "--if-due"], check=False)
    if done.returncode:
        raise RuntimeError(f"`shien nightly` ended with {done.returncode}")


def scheduler(settings: Settings) -> BlockingScheduler:
    """The scheduler with its one job; looks that were missed while nobody ran become one."""
    made = BlockingScheduler(
        timezone=JST,
        jobstores={"default": SQLAlchemyJobStore(url=settings.store_url, tablename="schedule")},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_SECONDS},
    )
    made.add_job(look, CronTrigger(minute=MINUTES, timezone=JST), id="look", replace_existing=True)
    made.add_listener(_told, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    return made


def run(settings: Settings) -> None:
    """Looks until SIGTERM or SIGINT; a night that is at work is waited for."""
    made = scheduler(settings)

    def stop(number: int, frame: FrameType | None) -> None:
        made.shutdown(wait=False)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    made.start()


def _told(event: JobEvent) -> None:
    logger.error("a look for due sources went wrong: %s", getattr(event, "exception", None) or "missed")

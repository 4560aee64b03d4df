"""Visits by workers, on any number of machines: a task queue in the store (procrastinate).

A night puts a task for each source that is due into the queue, and waits. Workers take them; of the sources of one site
one at a time. The task of a worker that died is given to another one.
"""

import asyncio
import contextlib
import math
import signal
import time
from collections.abc import Sequence

import procrastinate
import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job, Status

from indexer.crawl import stop_all
from indexer.retention import tidy_files
from indexer.settings import Settings
from indexer.store import databases, tasks
from indexer.visits import Interrupted, Visits

QUEUE = TASK = "visits"
HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 40.0
"""A worker that was silent for so long is dead. Longer than it takes the database to notice that too."""

LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
"""So long a night waits for the first worker."""

TIDY_SECONDS = 20 * 3600
"""How often a worker erases what it need not keep of its crawls."""

TRIES = 3
RETRY_SECONDS = 60


class NoWorkers(RuntimeError):
    """Nobody takes what is in the queue."""


class _Again(procrastinate.BaseRetryStrategy):
    """A visit that was interrupted is done at once by somebody else; one that failed is tried a few times."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        if isinstance(exception, Interrupted):
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        if job.attempts + 1 < TRIES:
            return procrastinate.RetryDecision(retry_in={"seconds": RETRY_SECONDS})
        return None


def _app(settings: Settings) -> procrastinate.App:
    url = sa.make_url(settings.store_url).set(drivername="postgresql")
    options = {"options": f"-c search_path={tasks.SCHEMA}", "application_name": databases.name()}
    return procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False),
            kwargs=options | databases.KEEPALIVE,
            min_size=1,
            max_size=4,
        )
    )


def carry_out(visits: Visits, night: int) -> None:
    """Has workers do all visits of the night, and waits for them. NoWorkers where there are none."""
    tasks.prepare(visits.store.engine)
    asyncio.run(_carry_out(visits, night))


async def _carry_out(visits: Visits, night: int) -> None:
    app, met = _app(visits.settings), time.monotonic()
    async with app.open_async():
        manager = app.job_manager
        # A source that an update took away meanwhile is nobody's to visit.
        while left := [
            name for name, run in visits.store.visits(night).items() if run is None and name in visits.sites
        ]:
            for dead in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
                await manager.retry_job(dead)
            jobs = [each for each in await manager.list_jobs_async(queue=QUEUE) if each.task_kwargs["night"] == night]
            waiting = _sources(jobs, Status.TODO, Status.DOING)
            for name in left:
                if name in waiting:
                    continue
                if name in _sources(jobs, Status.FAILED):
                    visits.give_up(night, name, f"workers failed in {TRIES} tries: see their logs")
                    continue
                task = app.configure_task(TASK, queue=QUEUE, lock=visits.sites[name], queueing_lock=name)
                with contextlib.suppress(AlreadyEnqueued):
                    await task.defer_async(night=night, source=name)
            if tasks.workers(visits.store.engine, STALLED_SECONDS):
                met = time.monotonic()
            elif time.monotonic() - met > PATIENCE_SECONDS:
                raise NoWorkers(f"{len(left)} sources wait and no worker is at work: start `shien worker`")
            if visits.progress:
                visits.progress("visits", len(visits.store.visits(night)) - len(left), len(visits.store.visits(night)))
            await asyncio.sleep(LOOK_SECONDS)
        await manager.delete_old_jobs(nb_hours=24, queue=QUEUE, include_failed=True, include_aborted=True)


def _sources(jobs: Sequence[Job], *states: Status) -> set[str]:
    return {str(each.task_kwargs["source"]) for each in jobs if each.status in {state.value for state in states}}


def work(visits: Visits, side_by_side: int) -> None:
    """Takes visits from the queue, so many at a time, until SIGTERM or SIGINT; then what is at work goes back to it."""
    tasks.prepare(visits.store.engine)
    asyncio.run(_work(visits, side_by_side))


async def _work(visits: Visits, side_by_side: int) -> None:
    app, tidied = _app(visits.settings), -math.inf

    @app.task(name=TASK, queue=QUEUE, retry=_Again())
    async def visit(night: int, source: str) -> None:
        nonlocal tidied
        await asyncio.to_thread(visits.visit, night, source)
        if time.monotonic() - tidied > TIDY_SECONDS:
            tidied = time.monotonic()
            await asyncio.to_thread(tidy_files, visits.settings)

    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=side_by_side,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
        )

        def stop() -> None:
            visits.stopping.set()
            stop_all()
            worker.cancel()

        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await worker

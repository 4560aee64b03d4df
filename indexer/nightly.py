"""The night: visit what is due, publish, look after links. Any interruption can be picked up where it stopped."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
from structlog.contextvars import bound_contextvars

from indexer import links, queue
from indexer.alerts import night as alerts
from indexer.alerts import staff
from indexer.asking import open_asks
from indexer.crawl import crawl, spiders, stop_all
from indexer.due import due
from indexer.engine import running
from indexer.featuring import boundary
from indexer.ingest import reread
from indexer.logs import get_logger, stage
from indexer.publish import publish
from indexer.retention import tidy
from indexer.schema import LinkState
from indexer.settings import Clock, Settings
from indexer.store import Check, Lost, Plan, Store, stamp
from indexer.summary import Summary
from indexer.visits import Visits

Progress = Callable[[str, int, int], None]

SIDE_BY_SIDE = 4
"""So many sites are asked at once, each source in a process of its own: one that dies takes no other with it."""

PUBLICATION_HOURS = 20


log = get_logger("shien.nightly")


class Stopped(SystemExit):
    """Somebody stopped the night (SIGTERM); the next one goes on from here."""


class Night:
    """One night. `sources` and `fetch` are what there is to read and how.

    `ask`: alerts go out whatever the hour, because somebody asked for this night.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Clock | None = None,
        ask: bool = False,
        sources: Sequence[Mapping[str, Any]] | None = None,
        fetch: Callable[..., Any] = crawl,
        progress: Progress | None = None,
    ) -> None:
        self.settings, self.store, self.progress = settings, store, progress
        self.clock = clock or settings.clock()
        self.ask = ask
        self.sources = spiders() if sources is None else sources
        self.visits = Visits(settings, store, self.sources, fetch, self.clock, progress)

    def run(self, only: Sequence[str] = ()) -> Summary:
        """Does what is due (or `only` these), and what an interrupted night left undone. Busy if one is at work."""
        unknown = set(only) - {each["name"] for each in self.sources}
        if unknown:
            raise ValueError(f"no such source: {', '.join(sorted(unknown))} (see `shien sources`)")
        with self.store.alone("nightly") as held:
            left = self.store.unfinished()
            night, summary = self._begin(only, left)
            with bound_contextvars(night=night):
                try:
                    if left and not left.stopped:
                        self._tell(staff.Report(broken=left.started))
                    self._work(night, summary, held)
                except Stopped:
                    with self.store.transaction() as writer:
                        writer.stop_night(night)
                    raise
                except Lost:
                    # Somebody else may be at it by now.
                    raise
                except Exception as error:
                    summary.problem = f"{type(error).__name__}: {error}"[:500]
                    self._tell(_report(summary))
                    raise
                self._tell(_report(summary))
                self._finish(night, summary)
            return summary

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Ends crawls and the night, from a signal."""
        self.visits.stopping.set()
        stop_all()
        raise Stopped(128 + number)

    def _work(self, night: int, summary: Summary, held: Check) -> None:
        if self.settings.workers:
            queue.carry_out(self.visits, night)
        else:
            self._visit(night)
        held()
        for run in self.store.visits(night).values():
            if run is not None and (found := self.store.run(run)):
                summary.add(found)
        with stage("reread"):
            reread(self.store, self.clock(), self.progress)
        with stage("publish"):
            self._publish(summary)
        self._alert(summary)
        with stage("links"):
            self._links(summary)
        with stage("tidy"):
            summary.erased = asdict(tidy(self.settings, self.store, self.clock()))
        held()

    def pending(self) -> bool:
        """Is anything due, did a night not come to its end, or is something not published yet?"""
        telling = alerts.due(self.settings, self.store, self.clock())
        return bool(telling or self.store.unfinished() or self._due() or self._unpublished())

    def _unpublished(self) -> bool:
        """Is the store newer than its publication, that one so old that its order by deadlines is stale, or did a
        collection of cases begin or cease to show since?
        """
        published = self.store.fact("publication")
        if not published:
            return False
        since, now = datetime.fromisoformat(published["at"]), self.clock()
        old = abs(now - since) > timedelta(hours=PUBLICATION_HOURS)
        return old or published.get("content") != self.store.content() or boundary(self.store, since, now)

    def _due(self) -> list[str]:
        runs = {each["name"]: self.store.runs(each["name"], limit=20) for each in self.sources}
        paused = self.store.fact("paused") or []
        asked = {name: each.at for name, each in open_asks(self.store, self.clock()).items()}
        return [each.name for each in due(self.sources, runs, self.clock(), paused=paused, asked=asked)]

    def _begin(self, only: Sequence[str], left: Plan | None) -> tuple[int, Summary]:
        """The night that did not come to its end, with what is due by now as well, else a new one."""
        wanted = list(only) or self._due()
        with self.store.transaction() as writer:
            if left is None:
                started = stamp(self.clock())
                return writer.begin_night(started, wanted), Summary(started)
            writer.add_visits(left.id, [each for each in wanted if each not in self.store.visits(left.id)])
        return left.id, Summary(left.started, resumed=True)

    def _visit(self, night: int) -> None:
        """Every source of the night; sites side by side, the sources of one behind each other."""
        groups: dict[str, list[str]] = {}
        for name, run in self.store.visits(night).items():
            if run is None and name in self.visits.sites:
                groups.setdefault(self.visits.sites[name], []).append(name)
        failures: list[Exception] = []

        def site(names: Sequence[str]) -> None:
            for each in names:
                try:
                    self.visits.visit(night, each)
                except Exception as error:  # The others are visited all the same; then the night fails with it.
                    failures.append(error)

        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            # What is bound to the log of this night goes along.
            contexts = [copy_context() for _ in groups]
            list(pool.map(lambda own, names: own.run(site, names), contexts, groups.values()))
        if failures:
            raise failures[0]

    def _publish(self, summary: Summary) -> None:
        summary.unread = self.store.unread()
        with running(self.settings) as where:
            found = publish(where, self.store, self.clock(), self.progress)
        summary.published = found.count if found.written or found.removed else None

    def _links(self, summary: Summary) -> None:
        if self.settings.link_minutes:
            found = links.check(
                self.store,
                self.clock(),
                self.progress,
                minutes=self.settings.link_minutes,
                guard=self.visits.guard,
            )
            summary.dead_links = sum(each.state is LinkState.INVALID for each in found)

    def _alert(self, summary: Summary) -> None:
        """Tells subscribers what there is to tell today, once its hour has come."""
        if not alerts.due(self.settings, self.store, self.clock(), early=self.ask):
            return
        with stage("alerts"), running(self.settings):
            done = alerts.send(self.settings, plan=True)
        summary.problem = str(done.pop("problem", ""))
        summary.alerts = done

    def _tell(self, report: staff.Report) -> None:
        """Tells the staff what they should know."""
        if staff.tell(self.settings, self.store, report, self.clock()):
            alerts.send(self.settings, plan=False)

    def _finish(self, night: int, summary: Summary) -> None:
        summary.finished = stamp(self.clock())
        with self.store.transaction() as writer:
            writer.finish_night(night, summary.finished, summary.told())
        log.info("night", **{name: each for name, each in summary.told().items() if each not in ([], {}, "", None)})


def _report(summary: Summary) -> staff.Report:
    return staff.Report(failed=summary.failed, read=summary.read, problem=summary.problem)


def write(path: Path, value: Any) -> None:
    """JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)

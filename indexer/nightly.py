"""The night: visit what is due, publish, look after links. Any interruption can be picked up where it stopped."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from indexer import links, queue
from indexer.crawl import crawl, spiders
from indexer.due import due
from indexer.engine import running
from indexer.featuring import boundary
from indexer.ingest import reread
from indexer.publish import publish
from indexer.schema import LinkState
from indexer.settings import Clock, Settings
from indexer.store import Run, Store, stamp
from indexer.visits import Visits

Progress = Callable[[str, int, int], None]

SIDE_BY_SIDE = 4
"""So many sites are asked at once, each source in a process of its own: one that dies takes no other with it."""

PUBLICATION_HOURS = 20


@dataclass
class Summary:
    """What a night brought. `counts` sums over its sources: new, changed, gone, reopened, partial, reread."""

    started: str
    finished: str = ""
    read: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unread: int = 0
    published: int | None = None
    dead_links: int = 0
    problem: str = ""

    def add(self, run: Run) -> None:
        self.read.append(run.source)
        if not run.ok:
            self.failed[run.source] = run.errors
        if run.warnings:
            self.warnings[run.source] = run.warnings
        for name, value in run.counts.items():
            self.counts[name] = self.counts.get(name, 0) + value

    def lines(self) -> list[str]:
        """The summary for people."""
        counted = ", ".join(f"{value} {name}" for name, value in self.counts.items())
        told = [f"night of {self.started[:16]}: {len(self.read)} sources read, {len(self.failed)} failed"]
        told += [f"  {counted}"] if counted else []
        told += [f"  {name} FAILED: {error}" for name, errors in self.failed.items() for error in errors]
        told += [f"  {name}: {line}" for name, lines in self.warnings.items() for line in lines]
        told.append(f"  {self.unread} programmes with something unread")
        told.append(f"  published: {self.published if self.published is not None else 'nothing had changed'}")
        told += [f"  {self.dead_links} official pages are gone"] if self.dead_links else []
        return told + ([f"  PROBLEM: {self.problem}"] if self.problem else [])


class Night:
    """One night. `sources` and `fetch` are what there is to read and how."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Clock | None = None,
        sources: Sequence[Mapping[str, Any]] | None = None,
        fetch: Callable[..., Any] = crawl,
        progress: Progress | None = None,
    ) -> None:
        self.settings, self.store, self.progress = settings, store, progress
        self.clock = clock or settings.clock()
        self.sources = spiders() if sources is None else sources
        self.visits = Visits(settings, store, self.sources, fetch, self.clock, progress)

    def run(self, only: Sequence[str] = ()) -> Summary:
        """Does what is due (or `only` these), and what an interrupted night left undone. Busy if one is at work."""
        unknown = set(only) - {each["name"] for each in self.sources}
        if unknown:
            raise ValueError(f"no such source: {', '.join(sorted(unknown))} (see `shien sources`)")
        with self.store.alone("nightly") as held:
            night, summary = self._begin(only)
            if self.settings.workers:
                queue.carry_out(self.visits, night)
            else:
                self._visit(night)
            held()
            for run in self.store.visits(night).values():
                if run is not None and (found := self.store.run(run)):
                    summary.add(found)
            reread(self.store, self.clock(), self.progress)
            self._publish(summary)
            self._links(summary)
            held()
            self._finish(night, summary)
            return summary

    def pending(self) -> bool:
        """Is anything due, did a night not come to its end, or is something not published yet?"""
        return bool(self.store.unfinished() or self._due() or self._unpublished())

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
        return [each.name for each in due(self.sources, runs, self.clock(), paused=paused)]

    def _begin(self, only: Sequence[str]) -> tuple[int, Summary]:
        """The night that did not come to its end, with what is due by now as well, else a new one."""
        wanted, left = list(only) or self._due(), self.store.unfinished()
        with self.store.transaction() as writer:
            if left is None:
                started = stamp(self.clock())
                return writer.begin_night(started, wanted), Summary(started)
            writer.add_visits(left.id, [each for each in wanted if each not in self.store.visits(left.id)])
        return left.id, Summary(left.started)

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
            list(pool.map(site, groups.values()))
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

    def _finish(self, night: int, summary: Summary) -> None:
        summary.finished = stamp(self.clock())
        with self.store.transaction() as writer:
            writer.finish_night(night, summary.finished, asdict(summary))


def write(path: Path, value: Any) -> None:
    """JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)

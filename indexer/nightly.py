"""The night: crawl what is due, take it in, publish. Any interruption can be picked up where it stopped."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from indexer import links
from indexer.crawl import CrawlError, crawl, spiders
from indexer.engine import running
from indexer.featuring import boundary
from indexer.ingest import ingest, reread
from indexer.publish import publish
from indexer.schema import JST, LinkState
from indexer.settings import Clock, Settings
from indexer.store import Run, Store, stamp

Progress = Callable[[str, int, int], None]

NIGHT = time(2, 0)
"""When a source is read that names no time of its own (Asia/Tokyo)."""

JITTER_MINUTES = 90
"""Sources are spread over so many minutes after their time, each always by the same."""

RETRY_HOURS = (1, 2, 4, 8, 16)
"""After so many hours a source that failed is tried again before its next regular time."""

SIDE_BY_SIDE = 4
"""So many sources are read at once, each in a process of its own: one that hangs or dies takes no other with it."""

KEPT_NIGHTS = 14


@dataclass(frozen=True)
class Due:
    """A source that is to be read, and since when."""

    name: str
    since: datetime
    reason: str


def offset(name: str) -> timedelta:
    """The source's own share of the jitter: the same every night.

    >>> offset("jgrants") == offset("jgrants"), offset("jgrants") < timedelta(minutes=JITTER_MINUTES)
    (True, True)
    """
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    return timedelta(minutes=int(share * JITTER_MINUTES))


def regular(name: str, facts: Mapping[str, Any], now: datetime) -> datetime:
    """The last regular time of a source that is not after `now`."""
    hour, _, minute = (facts.get("after") or "").partition(":")
    at = time(int(hour), int(minute)) if hour else NIGHT
    today = datetime.combine(now.astimezone(JST).date(), at, tzinfo=JST) + offset(name)
    return today if today <= now else today - timedelta(days=1)


def due(
    sources: Sequence[Mapping[str, Any]],
    runs: Mapping[str, Sequence[Run]],
    now: datetime,
    *,
    paused: Sequence[str] = (),
) -> list[Due]:
    """What is to be read at `now`, most overdue first. A pure function of what there is.

    `sources` are as `indexer.crawl.spiders()` lists them, `runs` the latest runs of each source, newest first. An
    unverified or paused source is never due. However many nights were missed, a source is due once.
    """
    found: list[Due] = []
    for each in sources:
        name, facts = each["name"], each["facts"]
        if not facts.get("verified", True) or name in paused:
            continue
        own = [run for run in runs.get(name, ()) if datetime.fromisoformat(run.at) <= now]
        good = next((datetime.fromisoformat(run.at) for run in own if run.ok), None)
        last = datetime.fromisoformat(own[0].at) if own else None
        since = regular(name, facts, now)
        if good is not None and good >= since - timedelta(days=int(facts.get("days", 1)) - 1):
            continue
        if last is None or last < since:
            found.append(Due(name, since if good else now, "its time has come" if last else "never read"))
            continue
        failures = 0
        for run in own:
            if run.ok:
                break
            failures += 1
        wait = timedelta(hours=RETRY_HOURS[min(failures, len(RETRY_HOURS)) - 1])
        if last + wait <= now:
            found.append(Due(name, last + wait, f"failed {failures} times, tried again"))
    return sorted(found, key=lambda each: (each.since, each.name))


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
    """One night over a var folder. `sources` and `fetch` are what there is to read and how."""

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
        self.fetch = fetch
        self.folder = settings.var / "nights"

    def run(self, only: Sequence[str] = ()) -> Summary:
        """Does what is due (or `only` these), and what an interrupted night left undone. Busy if one is at work."""
        with self.store.alone("nightly"):
            plan = self._plan(only)
            summary = Summary(started=plan["started"])
            folder = self.folder / plan["name"]
            missing = [name for name in plan["sources"] if not (folder / name / "stats.json").exists()]
            with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
                for name, problem in zip(
                    missing, pool.map(lambda each: self._crawl(each, folder), missing), strict=True
                ):
                    if problem:
                        summary.failed[name] = [problem]
            self._ingest(folder, plan["sources"], summary)
            self._publish(summary)
            self._links(summary)
            self._finish(plan, summary)
            return summary

    def pending(self) -> bool:
        """Is anything due, did a night not come to its end, or is something not published yet?"""
        return (self.folder / "plan.json").exists() or bool(self._due()) or self._unpublished()

    def _unpublished(self) -> bool:
        """Is the store newer than its publication, or did a collection of cases begin or cease to show since?"""
        published = self.store.fact("publication")
        if not published:
            return False
        since = datetime.fromisoformat(published["at"])
        return published.get("content") != self.store.content() or boundary(self.store, since, self.clock())

    def _due(self) -> list[str]:
        runs = {each["name"]: self.store.runs(each["name"], limit=20) for each in self.sources}
        paused = self.store.fact("paused") or []
        return [each.name for each in due(self.sources, runs, self.clock(), paused=paused)]

    def _plan(self, only: Sequence[str]) -> dict[str, Any]:
        path = self.folder / "plan.json"
        if path.exists():
            # The last night did not come to its end.
            with contextlib.suppress(ValueError):
                return dict(orjson.loads(path.read_bytes()))
        now = self.clock()
        plan = {"name": f"{now:%Y%m%d-%H%M%S}", "started": stamp(now), "sources": list(only) or self._due()}
        write(path, plan)
        return plan

    def _crawl(self, name: str, folder: Path) -> str:
        # A folder of its own, moved into place when it is whole: what a crash leaves is never taken for a crawl.
        partial = folder / f".{name}"
        try:
            self.fetch([name], partial, cache=self.settings.var / "http", progress=self.progress)
        except CrawlError as error:
            return str(error)
        if not (partial / name / "stats.json").exists():
            return "the crawl left nothing"
        shutil.rmtree(folder / name, ignore_errors=True)
        (partial / name).rename(folder / name)
        shutil.rmtree(partial, ignore_errors=True)
        return ""

    def _ingest(self, folder: Path, names: Sequence[str], summary: Summary) -> None:
        if not any((folder / name / "stats.json").exists() for name in names):
            return
        for run in ingest(folder, self.store, progress=self.progress):
            summary.add(run)
        reread(self.store, self.clock(), self.progress)

    def _publish(self, summary: Summary) -> None:
        summary.unread = self.store.unread()
        published = self.store.fact("publication")
        if published and not self._unpublished() and not due_again(published["at"], self.clock()):
            return
        with running(self.settings) as where:
            summary.published = publish(where, self.store, self.clock(), self.progress).count

    def _links(self, summary: Summary) -> None:
        if self.settings.link_minutes:
            found = links.check(self.store, self.clock(), self.progress, minutes=self.settings.link_minutes)
            summary.dead_links = sum(each.state is LinkState.INVALID for each in found)

    def _finish(self, plan: Mapping[str, Any], summary: Summary) -> None:
        summary.finished = stamp(self.clock())
        write(self.folder / plan["name"] / "summary.json", asdict(summary))
        (self.folder / "plan.json").unlink(missing_ok=True)
        nights = sorted(each for each in self.folder.iterdir() if each.is_dir())
        for old in nights[:-KEPT_NIGHTS]:
            shutil.rmtree(old, ignore_errors=True)


PUBLICATION_HOURS = 20


def due_again(at: str, now: datetime) -> bool:
    """Even without a change an index grows stale: its order by deadline is of the instant it was built."""
    return abs(now - datetime.fromisoformat(at)) > timedelta(hours=PUBLICATION_HOURS)


def write(path: Path, value: Any) -> None:
    """JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)

"""A visit: one source is crawled and taken in. Each is done once a night, whoever is asked to and however often."""

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from indexer.crawl import CrawlError, crawl, spiders
from indexer.ingest import take_in
from indexer.logs import get_logger, stage
from indexer.settings import Clock, Settings
from indexer.store import Busy, Check, Run, Store, StoreError, Writer, canonical, stamp

log = get_logger("shien.visits")

Progress = Callable[[str, int, int], None]

SITE_SECONDS = 1.0
"""How often we look whether a site is free."""

CHECK_SECONDS = 30.0
"""How often we look whether we still are the only one who asks it."""


class Interrupted(Exception):
    """We are asked to stop: the visit is still to be done."""


class Done(Exception):
    """Somebody else has done this visit meanwhile."""


def sites(sources: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The site that each source asks, by its name: sources whose hosts overlap, or lie within each other, share one."""
    hosts = {each["name"]: tuple(each.get("hosts") or (each["name"],)) for each in sources}
    found: dict[str, set[str]] = {}
    for name, own in hosts.items():
        joined = {name}
        for other in [each for each in found if any(_one_site(a, b) for a in own for b in hosts[each])]:
            joined |= found[other]
        for each in joined:
            found[each] = joined
    return {name: min(host for each in joined for host in hosts[each]) for name, joined in found.items()}


def _one_site(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@dataclass
class Visits:
    """Visits to the `sources` (as `indexer.crawl.spiders()` lists them). `fetch` crawls one of them into a folder."""

    settings: Settings
    store: Store
    sources: Sequence[Mapping[str, Any]] = field(default_factory=spiders)
    fetch: Callable[..., Any] = crawl
    clock: Clock = lambda: datetime.now().astimezone()
    progress: Progress | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.sites = sites(self.sources)
        self.folder = self.settings.var / "nights"

    def visit(self, night: int, name: str) -> None:
        """Crawls the source and takes it in, unless this night has done so. What goes wrong is a run that failed.

        Of those who ask one site, on all machines, one does so at a time. Raises Lost where we no longer know whether
        we are the one: then somebody else does the visit.
        """
        with self._alone(self.sites[name]) as held:
            if self.store.visits(night).get(name) is not None:
                return
            folder = self.folder / str(night) / name
            # A crawl that an earlier try brought to its end need not be made again.
            problem = "" if (folder / "stats.json").exists() else self._crawl(name, folder, held)
            if self.stopping.is_set():
                raise Interrupted
            held()
            with contextlib.suppress(Done):
                self._keep(night, name, folder, problem)

    def guard(self, host: str) -> AbstractContextManager[object]:
        """Holds the site of a host, where one of the sources asks it; Busy where somebody else holds it."""
        for each in self.sources:
            if any(_one_site(host, own) for own in each.get("hosts") or ()):
                return self.store.alone(f"site {self.sites[each['name']]}")
        return contextlib.nullcontext()

    def give_up(self, night: int, name: str, problem: str) -> None:
        """Notes that the visit cannot be done."""
        with contextlib.suppress(Done):
            self._failed(night, name, problem)

    @contextlib.contextmanager
    def _alone(self, site: str) -> Iterator[Check]:
        """The only one who asks this site."""
        while not self.stopping.is_set():
            try:
                with self.store.alone(f"site {site}") as held:
                    yield held
                    return
            except Busy:
                self.stopping.wait(SITE_SECONDS)
        raise Interrupted

    def _keep(self, night: int, name: str, folder: Path, problem: str) -> None:
        """Takes in what was crawled. A source that breaks us is its own failure; a store or disk that fails is not."""
        if not problem:
            try:
                with stage("ingest", source=name):
                    run = take_in(
                        folder, self.store, progress=self.progress, also=partial(_note, night), present=self.clock()
                    )
                counted = {what: count for what, count in run.counts.items() if count}
                log.info("source taken in" if run.ok else "source failed", source=name, **counted)
                return
            except (Done, StoreError, OSError):
                raise
            except Exception as error:  # Whatever a page made of our rules: the other sources have to go on.
                log.exception("could not be taken in", source=name)
                problem = f"could not be taken in: {type(error).__name__}: {error}"
        self._failed(night, name, problem)

    def _crawl(self, name: str, folder: Path, held: Check) -> str:
        """Why it did not work, or nothing."""
        checked = time.monotonic()

        def told(what: str, done: int, total: int) -> None:
            nonlocal checked
            if time.monotonic() - checked > CHECK_SECONDS:
                held()
                checked = time.monotonic()
            if self.progress:
                self.progress(what, done, total)

        # A folder of its own, moved into place when it is whole: what a crash leaves is never taken for a crawl.
        half = folder.with_name(f".{name}")
        try:
            with stage("crawl", source=name):
                self.fetch([name], half, cache=self.settings.var / "http", progress=told)
        except CrawlError as error:
            return str(error)
        if not (half / name / "stats.json").exists():
            return "the crawl left nothing"
        shutil.rmtree(folder, ignore_errors=True)
        (half / name).rename(folder)
        shutil.rmtree(half, ignore_errors=True)
        return ""

    def _failed(self, night: int, name: str, problem: str) -> None:
        [source] = [each for each in self.sources if each["name"] == name]
        variant = canonical((source.get("variants") or [{}])[0]).decode()
        run = Run(source=name, variant=variant, at=stamp(self.clock()), ok=False, counts={}, errors=[problem])
        unknown = name not in self.store.sources()
        with self.store.transaction() as writer:
            if unknown:
                writer.set_source(name, dict(source["facts"]))
            _note(night, writer.add_run(run), writer)


def _note(night: int, run: Run, writer: Writer) -> None:
    assert run.id is not None
    if not writer.visited(night, run.source, run.id):
        raise Done

"""`shien up`: engine, data, publication and web in one command, kept running until it is stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType

from crawlers.recordings import Recording, recordings
from indexer.crawl import CrawlError, crawl, spiders
from indexer.engine import Engine, EngineError, endpoint, healthy
from indexer.ingest import ingest, reread
from indexer.progress import Reporter
from indexer.publish import publish
from indexer.recorded import remember
from indexer.schema import JST
from indexer.settings import REPLAY_BANNER, SAMPLE_BANNER, Settings
from indexer.store import Run, Store
from indexer.web import STOP_SECONDS

SAMPLE = Path(__file__).parent.parent / "tests" / "spiders"
RESTART_SECONDS = 2


class UpError(RuntimeError):
    """The site cannot come up; the message says what to do."""


def replayed(settings: Settings, folder: Path, sample: bool) -> Settings:
    """Settings of a replay: its own folder to write to, the recording's clock, and a banner that says so."""
    found = recordings(folder)
    if not found:
        raise UpError(f"{folder} holds no recording (no recording.json in it or one level below)")
    at = max(each.recorded_at for each in found).astimezone(JST)
    own = settings.var if "var" in settings.model_fields_set else settings.var / f"replay-{folder.resolve().name}"
    banner = SAMPLE_BANNER if sample else REPLAY_BANNER.format(at=f"{at:%Y年%-m月%-d日}")
    changes = {"var": own, "now": settings.now or at, "banner": settings.banner or banner}
    return Settings.model_validate(settings.model_dump() | changes)


def fill(store: Store, found: Sequence[Recording], var: Path, report: Reporter) -> list[Run]:
    """Replays every recording, as many side by side as there are processors, and takes them in in the order of time."""
    runs: list[Run] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # Each replay is a process of its own: what waits here is only its answer.
        outs = [var / "crawl" / each.folder.name for each in found]
        done = [
            pool.submit(crawl, [], out, replay=each.folder, progress=report)
            for each, out in zip(found, outs, strict=True)
        ]
        for each, out, crawled in zip(found, outs, done, strict=True):
            crawled.result()
            runs += ingest(out, store, each.recorded_at, report)
            remember(store, each)
    return runs


def fill_live(store: Store, var: Path, now: datetime, report: Reporter) -> list[Run]:
    """The first crawl of every verified source."""
    names = [each["name"] for each in spiders() if each["facts"]["verified"]]
    out = var / "crawl" / f"{now:%Y%m%d-%H%M%S}"
    crawl(names, out, cache=var / "http", progress=report)
    return ingest(out, store, now, report)


def told(runs: Sequence[Run]) -> list[str]:
    """What the runs brought, a line each, and their problems."""
    lines = []
    for run in runs:
        counts = ", ".join(f"{value} {name}" for name, value in run.counts.items() if value or name == "seen")
        lines.append(f"{run.source} ({run.at[:16]}): {counts or 'nothing'}" + ("" if run.ok else " — NOT TAKEN IN"))
        lines += [f"  error: {each}" for each in run.errors]
        lines += [f"  warning: {each}" for each in run.warnings]
    return lines


@dataclass
class Site:
    """The processes of one site. They end with it."""

    settings: Settings
    report: Reporter
    engine: Engine | None = None
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def run(self, replay: Path | None = None) -> None:
        """Comes up, and stays until SIGINT or SIGTERM. UpError, EngineError, CrawlError where it cannot."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        self._port_is_free()
        try:
            self._start_engine()
            self._fill(replay)
            self._start_web()
            if replay is None:
                self._spawn("schedule", [sys.executable, "-m", "indexer.cli", "schedule"])
            self._watch()
        except KeyboardInterrupt:
            pass
        finally:
            self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        raise KeyboardInterrupt

    def _port_is_free(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.settings.host, self.settings.port))
            except OSError as error:
                raise UpError(
                    f"port {self.settings.port} of {self.settings.host} cannot be used ({error.strerror}): "
                    "set another one with SHIEN_PORT"
                ) from None

    def _start_engine(self) -> None:
        if self.settings.meili_url:
            if not healthy(endpoint(self.settings), timeout=5):
                raise EngineError(f"{self.settings.meili_url} does not answer, or refuses SHIEN_MEILI_KEY")
            return
        self.engine = Engine(self.settings.var)
        self.engine.start()
        self.report.say(f"engine: Meilisearch at {self.engine.endpoint.url}")

    def _fill(self, replay: Path | None) -> None:
        store = Store(self.settings.store_url)
        now = self.settings.clock()
        try:
            runs: list[Run] = []
            if replay is not None:
                runs = fill(store, recordings(replay), self.settings.var, self.report)
            elif store.count() == 0:
                self.report.say("the store is empty: first crawl (minutes, because sites are asked gently)")
                try:
                    runs = fill_live(store, self.settings.var, now(), self.report)
                except (CrawlError, FileNotFoundError) as error:
                    self.report.say(f"  error: {error}")
            for line in told(runs):
                self.report.say(line)
            if store.count() == 0:
                raise UpError(
                    "no source could be reached and the store is empty. Look at the site with invented programmes: "
                    'make up ARGS="--sample" (shien up --sample)'
                )
            reread(store, now(), self.report)
            where = self.engine.endpoint if self.engine else endpoint(self.settings)
            published = publish(where, store, now(), self.report)
            self.report.say(f"published: {published.count} programmes")
        finally:
            store.close()

    def _start_web(self) -> None:
        self._spawn("web", [sys.executable, "-m", "indexer.cli", "serve"])
        address = f"http://{self.settings.host}:{self.settings.port}/"
        self.report.say(f"the site is at {address}  (Ctrl+C stops it)")

    def _spawn(self, name: str, command: list[str]) -> None:
        self.children[name] = subprocess.Popen(command, env=self.settings.environment(), stdin=subprocess.DEVNULL)

    def _watch(self) -> None:
        """Brings back what died."""
        while True:
            time.sleep(0.5)
            if self.engine and not self.engine.alive():
                self.report.say("the engine died: starting it again")
                time.sleep(RESTART_SECONDS)
                self.engine.restart()
                self.report.say("the engine is back")
            for name, process in list(self.children.items()):
                if process.poll() is not None:
                    self.report.say(f"{name} ended with {process.returncode}: starting it again")
                    time.sleep(RESTART_SECONDS)
                    self._spawn(name, list(process.args))  # type: ignore[arg-type]

    def _end(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for process in self.children.values():
            if process.poll() is None:
                process.terminate()
        for process in self.children.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.engine:
            self.engine.stop()

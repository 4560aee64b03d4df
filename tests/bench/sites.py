"""Sites to measure: programmes stored and published as they are for users, behind a web process of its own.

What takes long to build is kept under var/bench until the code that builds it changes.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from crawlers.recordings import recordings
from indexer.engine import Endpoint, Engine
from indexer.publish import publish
from indexer.publish.prepared import code
from indexer.schema import Programme
from indexer.store import Store
from tests.bench import generated
from tests.bench.coverage import RECORDINGS
from tests.real import read_recording
from tests.running import free_port
from tests.samples import record

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("SHIEN_VAR", ROOT / "var")) / "bench"
REAL = "jgrants-all-2026-01-23"
BATCH = 1000
START_SECONDS = 60


@dataclass(frozen=True)
class Source:
    """Programmes by the name of the site, and the clock they are shown at."""

    name: str
    now: datetime
    programmes: Callable[[], Iterator[Programme]]


def real() -> Source | None:
    """All of Jグランツ as recorded; None where there is no recording."""
    found = [each for each in recordings(RECORDINGS) if each.folder.name == REAL] if RECORDINGS.is_dir() else []
    if not found:
        return None

    def programmes() -> Iterator[Programme]:
        out = KEPT / "crawl"
        shutil.rmtree(out, ignore_errors=True)
        for each in read_recording(found[0], out):
            yield each.programme

    return Source("real", found[0].recorded_at, programmes)


def invented(count: int) -> Source:
    return Source(f"{count:,}", generated.NOW, lambda: generated.programmes(count))


@dataclass(frozen=True)
class Running:
    source: Source
    store: str
    engine: Endpoint
    engine_pid: int
    web: str
    web_pid: int


@contextmanager
def running(source: Source) -> Iterator[Running]:
    """The site, published and served, for as long as it is measured."""
    folder = KEPT / f"{source.name.replace(',', '')}-{_made_by()}"
    engine = Engine(folder)
    engine.start()
    try:
        if not (folder / "published").exists():
            _publish(source, folder, engine.endpoint)
        with _served(source, folder) as (address, pid):
            assert engine.process
            yield Running(source, _store(folder), engine.endpoint, engine.process.pid, address, pid)
    finally:
        engine.stop()


def _made_by() -> str:
    """Of the code that decides what is stored and indexed."""
    return hashlib.sha256(Path(generated.__file__).read_bytes() + code().encode()).hexdigest()[:12]


def _store(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.sqlite'}"


def _publish(source: Source, folder: Path, where: Endpoint) -> None:
    started = time.monotonic()
    (folder / "store.sqlite").unlink(missing_ok=True)
    store = Store(_store(folder))
    programmes = source.programmes()
    with store.transaction() as writer:
        while batch := list(islice(programmes, BATCH)):
            writer.put([record(each) for each in batch], set())

    def told(_: str, done: int, total: int) -> None:
        if not done % (20 * BATCH) or done == total:
            print(f"  {source.name}: {done:,} of {total:,} after {time.monotonic() - started:,.0f} s", flush=True)

    publish(where, store, source.now, told)
    store.close()
    (folder / "published").touch()
    print(f"  {source.name}: stored and published in {time.monotonic() - started:,.0f} s", flush=True)


@contextmanager
def _served(source: Source, folder: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    own = {"SHIEN_VAR": str(folder), "SHIEN_PORT": str(port), "SHIEN_RATE": "0", "SHIEN_NOW": source.now.isoformat()}
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer.cli", "serve"], env=os.environ | own, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the web process of {source.name} does not answer") from None
                time.sleep(0.2)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

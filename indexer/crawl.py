"""Runs crawls as processes of their own: Scrapy's reactor starts once in a process, and its memory ends with it."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

Progress = Callable[[str, int, int], None]


CRAWL_HOURS = 4.0

END_SECONDS = 30.0
"""So long a crawl may take to end when it is told to; one that hangs does not hear it, and is killed."""


class CrawlError(RuntimeError):
    """The crawl could not run; the message says why."""


def spiders() -> list[dict[str, Any]]:
    """Every source there is: name, facts, expect, variants, verified."""
    done = subprocess.run([sys.executable, "-m", "crawlers.run", "--list"], capture_output=True, check=False)
    if done.returncode:
        raise CrawlError(_last_line(done.stderr))
    return list(orjson.loads(done.stdout))


def crawl(
    names: Sequence[str],
    out: Path,
    *,
    replay: Path | None = None,
    record: Path | None = None,
    cache: Path | None = None,
    arguments: Sequence[str] = (),
    progress: Progress | None = None,
    program: str = "crawlers.run",
) -> list[dict[str, Any]]:
    """Crawls into `out`; returns the final event of each source. CrawlError where the crawl as a whole did not run.

    `cache` is a folder of pages read before; they are asked for again only if they changed. A crawl that does not end
    in CRAWL_HOURS is killed, and none outlives us.
    """
    command = [sys.executable, "-m", program, "--leashed", "--out", str(out)]
    if replay:
        command += ["--replay", str(replay)]
    if record:
        command += ["--record", str(record)]
    if cache:
        command += ["--cache", str(cache)]
    for each in arguments:
        command += ["--arg", each]
    out.mkdir(parents=True, exist_ok=True)
    finished: list[dict[str, Any]] = []
    with (
        (out / "crawl.log").open("wb") as log,
        subprocess.Popen([*command, *names], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as process,
        _kept(process, CRAWL_HOURS * 3600),
    ):
        assert process.stdout is not None
        try:
            if _stopping.is_set():
                _end(process)
            for line in process.stdout:
                event = orjson.loads(line)
                if event["event"] == "finish":
                    finished.append(event)
                if progress:
                    done = event["items"] if event["event"] == "finish" else 0
                    progress(f"crawl {event['source']}", event["items"], done)
            code = process.wait()
        except BaseException:
            _end(process)
            raise
    if _stopping.is_set():
        raise CrawlError("stopped")
    if code == -signal.SIGKILL:
        raise CrawlError(f"it was killed: it did not end within {CRAWL_HOURS} hours, or somebody ended it")
    if code and not finished:
        raise CrawlError(_last_line((out / "crawl.log").read_bytes()))
    return finished


_running: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()


def stop_all() -> None:
    """Ends every crawl of this process, and any that it would still begin; the next one of the same source goes on
    with what they have read.
    """
    _stopping.set()
    for each in list(_running):
        _end(each)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    timer = threading.Timer(END_SECONDS, process.kill)
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def _kept(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Can be stopped, and is killed after so long: Scrapy's own limit does not end a spider that hangs in our code."""
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    _running.add(process)
    try:
        yield
    finally:
        _running.discard(process)
        timer.cancel()


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"

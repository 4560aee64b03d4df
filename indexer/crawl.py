"""Runs crawls as processes of their own: Scrapy's reactor starts once in a process, and its memory ends with it."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

Progress = Callable[[str, int, int], None]


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
) -> list[dict[str, Any]]:
    """Crawls into `out`; returns the final event of each source. CrawlError where the crawl as a whole did not run.

    `cache` is a folder of pages read before; they are asked for again only if they changed.
    """
    command = [sys.executable, "-m", "crawlers.run", "--out", str(out)]
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
        subprocess.Popen([*command, *names], stdout=subprocess.PIPE, stderr=log) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                event = orjson.loads(line)
                if event["event"] == "finish":
                    finished.append(event)
                if progress:
                    done = event["items"] if event["event"] == "finish" else 0
                    progress(f"crawl {event['source']}", event["items"], done)
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
    if code and not finished:
        raise CrawlError(_last_line((out / "crawl.log").read_bytes()))
    return finished


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"

"""What is kept for how long: disks fill up one page a night. Programmes, their history and decisions stay for ever."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from indexer.alerts.subscriptions import tidy as tidy_alerts
from indexer.settings import Settings
from indexer.store import Store, stamp

DAY = 86400


@dataclass(frozen=True)
class Erased:
    """How many pages, crawls, nights, runs and addresses went."""

    pages: int
    crawls: int
    nights: int
    runs: int
    addresses: int


def tidy(settings: Settings, store: Store, now: datetime) -> Erased:
    """Erases what is older, or more, than the settings keep: of the store, and of this machine's files."""
    pages, crawls = tidy_files(settings)
    before = stamp(now - timedelta(days=settings.keep_runs_days))
    with store.transaction() as writer:
        nights, runs = writer.erase_nights(before), writer.erase_runs(before)
    return Erased(pages=pages, crawls=crawls, nights=nights, runs=runs, addresses=tidy_alerts(store, now))


def tidy_files(settings: Settings) -> tuple[int, int]:
    """Of what this machine has crawled; returns how many pages and how many crawls went."""
    pages = _pages(settings.var / "http", settings.keep_pages_days, settings.keep_pages_gigabytes)
    return pages, _crawls(settings.var, settings.keep_nights)


def _pages(folder: Path, days: float, gigabytes: float) -> int:
    """Pages that were read long ago, then the oldest ones, until what is left is small enough."""
    pages = sorted(_stored(folder))
    left, most, before = sum(size for _, size, _ in pages), gigabytes * 1e9, time.time() - days * DAY
    gone = 0
    for at, size, page in pages:
        if at >= before and left <= most:
            break
        shutil.rmtree(page, ignore_errors=True)
        left -= size
        gone += 1
    return gone


def _stored(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """(when it was read, its bytes, its folder) of each page, as Scrapy keeps them: <source>/<two letters>/<page>/."""
    for page in folder.glob("*/*/*"):
        files = []
        # Crawls at work on this machine write and replace pages meanwhile.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            files = [each.stat() for each in page.iterdir()]
        if files:
            yield max(each.st_mtime for each in files), sum(each.st_size for each in files), page


def _crawls(var: Path, nights: int) -> int:
    """Of nights the latest; of crawls by hand what is not older than these."""
    folders = sorted(
        (each for each in (var / "nights").glob("*") if each.name.isdigit()), key=lambda each: int(each.name)
    )
    old = folders[:-nights]
    before = time.time() - nights * DAY
    old += [each for each in (var / "crawl").glob("*") if each.is_dir() and each.stat().st_mtime < before]
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    return len(old)

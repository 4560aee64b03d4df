"""Runs spiders in a process of their own: `python -m crawlers.run --out DIR [--replay FOLDER] NAME...`

Each source writes <out>/<source>/notices.jsonl (Scrapy's feed export) and, when everything is done, pages.json.gz and
stats.json. Events for whoever started the run are JSON lines on standard output; the log goes to standard error.
"""

import argparse
import hashlib
import importlib
import inspect
import json
import logging
import os
import pkgutil
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response

import crawlers.items
import crawlers.municipal
import crawlers.reading
import crawlers.spiders
import crawlers.tables
from crawlers.base import EXAMPLES, SourceSpider
from crawlers.cache import Mark
from crawlers.pages import Pages
from crawlers.record import check_is_free
from crawlers.recordings import Recording
from crawlers.settings import cache_settings, replay_settings, settings

EVENT_EVERY = 25


def spiders() -> dict[str, type[SourceSpider]]:
    """Every spider there is, by name: a file of crawlers/spiders holds the spider of its own name."""
    found: dict[str, type[SourceSpider]] = {}
    for module in pkgutil.iter_modules(crawlers.spiders.__path__):
        contents = vars(importlib.import_module(f"crawlers.spiders.{module.name}"))
        for each in contents.values():
            if isinstance(each, type) and issubclass(each, SourceSpider) and each.__dict__.get("name") == module.name:
                found |= {member.name: member for member in each.members()}
    return dict(sorted(found.items()))


def described(spider: type[SourceSpider]) -> dict[str, Any]:
    return {
        "name": spider.name,
        "family": spider.family,
        "facts": asdict(spider.source),
        "expect": asdict(spider.expect) | {"filled": dict(spider.expect.filled)},
        "variants": list(spider.variants),
        "hosts": list(spider.allowed_domains),
    }


def code(spider: type[SourceSpider]) -> str:
    """The version of how a source is read: where it differs between two crawls, what differs may be our doing."""
    read_by = {inspect.getfile(each) for each in spider.__mro__ if each.__module__.startswith("crawlers.")}
    digest = hashlib.sha256()
    shared = (crawlers.reading, crawlers.items, crawlers.tables, crawlers.municipal)
    for path in sorted({*map(Path, read_by), *(Path(str(each.__file__)) for each in shared)}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def served(recording: Recording) -> Iterator[tuple[str, dict[str, str]]]:
    """The spiders, with the variant, whose first requests the recording holds."""
    for name, spider in spiders().items():
        for variant in spider.variants:
            urls = spider(**variant).first_urls()
            if urls and recording.holds(urls):
                yield name, variant
                break


class Reporter:
    """Follows one spider and tells about it."""

    def __init__(self, crawler: Crawler, out: Path, at: datetime) -> None:
        self.crawler, self.out, self.at = crawler, out, at
        self.items = self.answers = 0
        self.errors: list[str] = []
        self.reason = "did not start"
        self.pages = Pages(crawler)
        connect = crawler.signals.connect
        connect(self.scraped, signals.item_scraped)
        connect(self.failed, signals.spider_error)
        connect(self.answered, signals.response_received)
        connect(self.closed, signals.spider_closed)

    def scraped(self) -> None:
        self.items += 1
        if self.items % EVENT_EVERY == 0:
            self.tell("progress")

    def answered(self) -> None:
        self.answers += 1

    def failed(self, failure: Any, response: Response) -> None:
        self.errors.append(f"{failure.value!r} on {response.url}"[:500])

    def closed(self, spider: SourceSpider, reason: str) -> None:
        self.reason = reason

    def tell(self, event: str, **more: Any) -> None:
        line = {"event": event, "source": self.crawler.spidercls.name, "items": self.items, "answers": self.answers}
        print(json.dumps(line | more, ensure_ascii=False), flush=True)

    def finish(self) -> bool:
        """Writes stats.json; says whether the crawl as such went well."""
        spider = self.crawler.spider
        values = self.crawler.stats.get_stats() if self.crawler.stats else {}
        lost = spider.failures if isinstance(spider, SourceSpider) else []
        if values.get("not_recorded") and not any("not in the recording" in each for each in lost):
            self.errors.append(f"not in the recording: {values['not_recorded']}")
        if values.get("robots_closed"):
            self.errors.append(values["robots_closed"])
        if isinstance(spider, SourceSpider):
            self.errors += spider.failures[:EXAMPLES]
        else:
            self.errors.append("the spider did not start: see the log")
        variant = spider.variant if isinstance(spider, SourceSpider) else {}
        kind = self.crawler.spidercls
        assert issubclass(kind, SourceSpider)
        stats = {
            "source": kind.name,
            "facts": asdict(kind.source),
            "expect": described(kind)["expect"],
            "variant": variant,
            "code": code(kind),
            "default": variant == kind.variants[0],
            "at": self.at.isoformat(timespec="seconds"),
            "items": self.items,
            "answers": self.answers,
            "missed": spider.misses if isinstance(spider, SourceSpider) else {},
            "statuses": {
                key.rpartition("/")[2]: value
                for key, value in values.items()
                if key.startswith("downloader/response_status_count/")
            },
            "unchanged": values.get("httpcache/revalidate", 0),
            "bytes": values.get("downloader/response_bytes", 0),
            "seconds": values.get("elapsed_time_seconds"),
            "finish_reason": self.reason,
            "errors": self.errors,
        }
        folder = self.out / kind.name
        folder.mkdir(parents=True, exist_ok=True)
        self.pages.write(folder)
        fresh = folder / "stats.json.new"
        fresh.write_text(json.dumps(stats, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
        fresh.replace(folder / "stats.json")
        ok = self.reason == "finished" and not self.errors
        self.tell("finish", ok=ok, errors=self.errors, reason=self.reason)
        return ok


def run(
    jobs: list[tuple[type[SourceSpider], dict[str, str]]],
    out: Path,
    *,
    replay: Recording | None = None,
    record: Path | None = None,
    cache: Path | None = None,
) -> bool:
    """Crawls; True where every spider finished without an error. ValueError where a recording cannot be written."""
    values = settings()
    if record:
        check_is_free(record)
        if len(jobs) > 1:
            raise ValueError("a recording is of one source: name one")
        values |= {"RECORD": str(record)}
        values["DOWNLOADER_MIDDLEWARES"] = values["DOWNLOADER_MIDDLEWARES"] | {"crawlers.record.Recorder": 950}
    at = replay.recorded_at if replay else datetime.now(UTC).astimezone()
    process = AsyncCrawlerProcess(values)
    reporters, marks = [], []
    for spider, arguments in jobs:
        folder = out / spider.name
        shutil.rmtree(folder, ignore_errors=True)
        crawler = process.create_crawler(spider)
        crawler.settings.set(
            "FEEDS", {str(folder / "notices.jsonl"): {"format": "jsonlines", "overwrite": True}}, priority="cmdline"
        )
        if replay:
            # Stronger than a spider's own settings: a recording needs no manners.
            crawler.settings.setdict(replay_settings(str(replay.folder)), priority="cmdline")
        if cache and not replay and not record:
            mark = Mark(cache, spider.name)
            marks.append(mark)
            since = mark.start(at)
            crawler.settings.setdict(cache_settings(str(cache)), priority="cmdline")
            crawler.settings.set("RESUME_SINCE", since.isoformat() if since else "", priority="cmdline")
        reporters.append(Reporter(crawler, out, at))
        process.crawl(crawler, **arguments)
    process.start()
    # Every one finishes, also behind one that failed.
    results = [each.finish() for each in reporters]
    if all(each.reason not in ("shutdown", "did not start") for each in reporters):
        for mark in marks:
            mark.clear()
    return all(results)


def _end_with_parent() -> None:
    """A crawl whose parent was killed would go on asking the site beside the one that takes its place."""
    while sys.stdin.buffer.read(1):
        pass
    os._exit(1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m crawlers.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print every source as JSON")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--replay", type=Path)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--cache", type=Path, help="pages read before, asked for again if they changed")
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--leashed", action="store_true", help="end with whoever holds our standard input open")
    options = parser.parse_args()
    if options.leashed:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    known = spiders()
    if options.list:
        print(json.dumps([described(each) for each in known.values()], ensure_ascii=False))
        return 0
    try:
        replay = Recording.read(options.replay) if options.replay else None
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    arguments = dict(each.split("=", 1) for each in options.arg)
    wanted = [(name, arguments) for name in options.names]
    if not wanted and replay:
        wanted = list(served(replay))
    unknown = [name for name, _ in wanted if name not in known]
    if unknown:
        print(f"no such source: {', '.join(unknown)} (there are {', '.join(known)})", file=sys.stderr)
        return 2
    if not wanted or options.out is None:
        print("nothing to crawl: no source is named, and none was made of this recording", file=sys.stderr)
        return 2
    if replay and not arguments:
        made_of = dict(served(replay))
        wanted = [(name, made_of.get(name, {})) for name, _ in wanted]
    logging.getLogger("scrapy").setLevel(logging.INFO)
    jobs = [(known[name], each) for name, each in wanted]
    try:
        return 0 if run(jobs, options.out, replay=replay, record=options.record, cache=options.cache) else 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

"""Crawls pages of a test's own site, with spiders made for the purpose: a job as JSON on standard input."""

import json
import sys
from pathlib import Path
from typing import ClassVar

from scrapy.http import Response

import crawlers.run as runner
from crawlers.base import Expect, Source, SourceSpider
from crawlers.bases.list_page import ListSpider
from crawlers.items import Notice
from crawlers.recordings import Recording


class Probe(SourceSpider):
    source = Source(title="t", publisher="p", url="http://127.0.0.1/", licence="l", attribution="a")
    expect = Expect(min=1, max=10)
    allowed_domains: ClassVar[list[str]] = ["127.0.0.1"]

    def parse(self, response: Response) -> object:
        links = response.css("a::attr(href)").getall() if b"<a" in response.body else []
        if not links:
            yield Notice(source=self.name, url=response.url, title=response.text.strip())
        for each in links:
            yield response.follow(each, self.parse)


class ListProbe(ListSpider):
    source = Probe.source
    expect = Expect(min=2, max=100, filled={"title": 1.0, "facts": 0.5})
    allowed_domains: ClassVar[list[str]] = ["127.0.0.1"]


if __name__ == "__main__":
    job = json.load(sys.stdin)
    quick = {"DOWNLOAD_DELAY": 0.01, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 1, "DOWNLOAD_TIMEOUT": 2}
    values = runner.settings() | quick | job["settings"]
    runner.settings = lambda: values
    base = ListProbe if job["lists"] else Probe
    jobs = [(type(name, (base,), {"name": name, "start_urls": [url]}), {}) for name, url in job["urls"].items()]
    replay = Recording.read(Path(job["replay"])) if job["replay"] else None
    record = Path(job["record"]) if job["record"] else None
    cache = Path(job["cache"]) if job["cache"] else None
    try:
        sys.exit(0 if runner.run(jobs, Path(job["out"]), replay=replay, record=record, cache=cache) else 1)
    except ValueError as error:
        print(error, file=sys.stderr)
        sys.exit(2)

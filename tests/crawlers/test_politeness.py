"""Manners on the wire, against a real server on loopback: robots.txt, Crawl-delay, Retry-After, one at a time."""

import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Response

from crawlers.politeness import retry_after

PROBE = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from crawlers.settings import settings

class Probe(Spider):
    name = "probe"
    def __init__(self, urls, **rest):
        super().__init__(**rest)
        self.urls, self.got = urls, []
    async def start(self):
        for url in self.urls:
            yield Request(url, errback=self.failed, dont_filter=True)
    def parse(self, response):
        self.got.append([response.url, response.status])
    def failed(self, failure):
        self.got.append([failure.request.url, type(failure.value).__name__])
    def closed(self, reason):
        print(json.dumps(self.got))

import crawlers.politeness
crawlers.politeness.FIRST_WAIT = 0.2
process = AsyncCrawlerProcess(settings() | {"DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR"} | json.loads(sys.argv[2]))
process.crawl(Probe, urls=json.loads(sys.argv[1]))
process.start()
"""


class Site:
    """A server whose answers a test sets; it notes who asked for what, when, and how many at once."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[tuple[str, float, str]] = []
        self.busy = self.most = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.busy += 1
                site.most = max(site.most, site.busy)
                site.asked.append((self.path, time.monotonic(), self.headers["User-Agent"]))
                time.sleep(0.02)
                queue = site.answers.get(self.path, [(404, {}, b"")])
                status, headers, body = queue.pop(0) if len(queue) > 1 else queue[0]
                site.busy -= 1
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def crawl(self, *paths: str, **settings: Any) -> dict[str, Any]:
        urls = json.dumps([self.url(path) for path in paths])
        done = subprocess.run(
            [sys.executable, "-c", PROBE, urls, json.dumps(settings)], capture_output=True, text=True, check=True
        )
        return {url.removeprefix(self.url("")): got for url, got in json.loads(done.stdout)}

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site()
    opened.answers["/a"] = opened.answers["/b"] = [(200, {}, b"fine")]
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (200, {}, b"User-agent: *\nDisallow: /a\n", {"/a": "IgnoreRequest", "/b": 200}),
        (200, {}, b"User-agent: shien\nDisallow: /\n", {"/a": "IgnoreRequest", "/b": "IgnoreRequest"}),
        (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>Disallow: /", {"/a": 200, "/b": 200}),
        (404, {}, b"", {"/a": 200, "/b": 200}),
        (403, {}, b"", {"/a": "IgnoreRequest", "/b": "IgnoreRequest"}),
        (401, {}, b"", {"/a": "IgnoreRequest", "/b": "IgnoreRequest"}),
        (500, {}, b"", {"/a": "IgnoreRequest", "/b": "IgnoreRequest"}),
    ],
)
def test_robots(site: Site, status: int, headers: dict[str, str], body: bytes, expected: dict[str, Any]) -> None:
    site.answers["/robots.txt"] = [(status, headers, body)]
    assert site.crawl("/a", "/b", RETRY_TIMES=0) == expected


def test_a_robots_that_breaks_off_closes_the_site(site: Site) -> None:
    site.server.RequestHandlerClass.do_GET = lambda self: self.connection.close()  # type: ignore[attr-defined]
    assert site.crawl("/a", RETRY_TIMES=0, DOWNLOAD_TIMEOUT=5) == {"/a": "IgnoreRequest"}


def test_crawl_delay_is_kept_and_requests_come_one_by_one(site: Site) -> None:
    site.answers["/robots.txt"] = [(200, {}, b"User-agent: *\nCrawl-delay: 1\n")]
    site.crawl("/a", "/b", "/a?2", RANDOMIZE_DOWNLOAD_DELAY=False)
    times = [at for path, at, _ in site.asked if path != "/robots.txt"]
    assert min(b - a for a, b in itertools.pairwise(times)) > 0.9
    assert site.most == 1


def test_who_we_are(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIEN_CONTACT", "https://shien.example/bot")
    site.crawl("/a")
    assert {agent for *_, agent in site.asked} == {"shien/0.1 (+https://shien.example/bot)"}


def test_retry_after_is_honoured(site: Site) -> None:
    site.answers["/a"] = [(429, {"Retry-After": "1"}, b""), (200, {}, b"fine")]
    assert site.crawl("/a") == {"/a": 200}
    first, second = (at for path, at, _ in site.asked if path == "/a")
    assert second - first > 0.95


def test_errors_are_tried_again_with_growing_waits(site: Site) -> None:
    site.answers["/a"] = [(503, {}, b""), (503, {}, b""), (200, {}, b"fine")]
    assert site.crawl("/a") == {"/a": 200}
    times = [at for path, at, _ in site.asked if path == "/a"]
    assert times[2] - times[1] > times[1] - times[0] > 0.15


def test_a_wait_of_hours_is_given_up(site: Site) -> None:
    site.answers["/a"] = [(503, {"Retry-After": "7200"}, b"")]
    assert site.crawl("/a") == {"/a": "HttpError"}
    assert [path for path, *_ in site.asked].count("/a") == 1


def test_a_body_that_is_too_long_is_cut_off(site: Site) -> None:
    site.answers["/a"] = [(200, {}, b"x" * (9 * 2**20))]
    assert site.crawl("/a", RETRY_TIMES=0)["/a"] != 200


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Sat, 22 Aug 2026 04:01:00 GMT", 60.0), ("Sat, 22 Aug 2026 03:00:00 GMT", 0.0), ("soon", None)],
)
def test_retry_after_values(value: str, seconds: float | None) -> None:
    response = Response("http://127.0.0.1/", headers={"Retry-After": value})
    assert retry_after(response, datetime(2026, 8, 22, 4, 0, tzinfo=UTC)) == seconds


def test_the_command_names_what_it_does_not_know(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawlers.run", "--out", str(tmp_path), "nowhere"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no such source: nowhere" in done.stderr

"""A site on this machine that behaves as badly as it is told to, and crawls of it in a process of their own."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest


@dataclass
class Page:
    """What a path answers: in turn each of `then`, and the last one ever after."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then: tuple["Page", ...] = ()
    hang: float = 0.0
    """Seconds before it answers."""
    cut: bool = False
    """Promises more bytes than it sends."""

    @property
    def raw(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


class Site:
    """Serves `pages` by path; `asked` holds (path, seconds, headers) of each request."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, float, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                before = sum(path == self.path for path, _, _ in site.asked)
                site.asked.append((self.path, monotonic(), dict(self.headers)))
                page = site.pages.get(self.path, Page("nothing here", 404))
                page = (page, *page.then)[min(before, len(page.then))]
                if page.hang:
                    sleep(page.hang)
                etag = page.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    page = Page(status=304, headers=page.headers)
                with suppress(OSError):  # The crawler had enough.
                    self.answer(page)

            def answer(self, page: Page) -> None:
                self.send_response(page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(page.raw) + 1000 * page.cut))
                self.end_headers()
                self.wfile.write(page.raw)
                self.close_connection = page.cut

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def times(self, path: str) -> list[float]:
        return [at for each, at, _ in self.asked if each == path]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    yield served
    served.close()


def crawling(
    folder: Path,
    urls: dict[str, str],
    *,
    replay: str | None = None,
    record: str | None = None,
    cache: str | None = None,
    lists: bool = False,
    **values: Any,
) -> dict[str, Any]:
    """Crawls `{name: url}` with the project's settings and those given; the reports by name, with their notices."""
    job: dict[str, Any] = {"urls": urls, "settings": values, "out": str(folder), "lists": lists}
    job |= {"replay": replay, "record": record, "cache": cache}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "probe.py")],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    reports = {}
    for name in urls:
        reports[name] = json.loads((folder / name / "stats.json").read_bytes())
        path = folder / name / "notices.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        reports[name] |= {"notices": [json.loads(line) for line in lines], "log": done.stderr}
    return reports


Crawl = Callable[..., dict[str, Any]]


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    return partial(crawling, tmp_path / "crawl")

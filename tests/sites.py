"""Sites of a test's own on loopback that notice when they are asked by two at once."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Site(ThreadingHTTPServer):
    """Serves `/<source>`, a list of the source's pages, and `/<source>/<number>`, each after a while."""

    daemon_threads = True

    def __init__(self, pages: int, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages, self.seconds = pages, seconds
        self.lock = threading.Lock()
        self.serving: dict[socket.socket, str] = {}
        self.together: list[set[str]] = []
        self.asked: list[str] = []
        self.last = 0.0

    def begin(self, connection: socket.socket, path: str) -> None:
        """Notes a request, and those of other clients that wait for their answers."""
        with self.lock:
            self.serving = {other: asked for other, asked in self.serving.items() if not _left(other)}
            if self.serving:
                self.together.append({path, *self.serving.values()})
            self.serving[connection] = path
            self.asked.append(path)
            self.last = time.monotonic()

    def end(self, connection: socket.socket) -> None:
        with self.lock:
            self.serving.pop(connection, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        site = self.server
        if self.path == "/robots.txt":
            self._answer(404, "")
            return
        site.begin(self.connection, self.path)
        time.sleep(site.seconds)
        source = self.path.split("/")[1]
        links = "".join(f'<a href="/{source}/{number}">x</a>' for number in range(1, site.pages + 1))
        # Before the answer goes out: who has it may ask again before this thread runs on.
        site.end(self.connection)
        self._answer(200, f"<p>{links}</p>" if self.path.count("/") == 1 else f"架空補助金 {self.path}")

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def _left(connection: socket.socket) -> bool:
    """Has the client hung up? One that was killed waits for nothing, however late its request ends here."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def sites(count: int, pages: int = 5, seconds: float = 0.1) -> Iterator[list[Site]]:
    """So many sites, while the block lasts."""
    with ExitStack() as stack:
        made = [stack.enter_context(Site(pages, seconds)) for _ in range(count)]
        for each in made:
            threading.Thread(target=each.serve_forever, daemon=True).start()
            stack.callback(each.shutdown)
        yield made


def sources(made: Sequence[Site], each: int) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """So many sources at each site, as `indexer.crawl.spiders()` lists them, and their first pages by name."""
    found: list[dict[str, Any]] = []
    pages: dict[str, str] = {}
    for number, site in enumerate(made):
        for own in range(each):
            name = f"s{number}_{own}"
            found.append(
                {
                    "name": name,
                    "facts": {"verified": True, "days": 1},
                    "variants": [{}],
                    "hosts": [f"site{number}.test"],
                }
            )
            pages[name] = f"{site.url}/{name}"
    return found, pages


def asked(made: Sequence[Site]) -> Mapping[str, int]:
    """How often the list of each source was asked for."""
    counted: dict[str, int] = {}
    for site in made:
        for path in site.asked:
            if path.count("/") == 1:
                counted[path[1:]] = counted.get(path[1:], 0) + 1
    return counted

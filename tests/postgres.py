"""A PostgreSQL of the tests' own: on a socket in a folder of its own, without rights, and ended with them."""

import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from indexer.engine import die_with_parent
from indexer.store import Store

NOBODY = "nobody"
START_SECONDS = 60


class Missing(RuntimeError):
    """No PostgreSQL can be started here; the message says why."""


def programs() -> Path:
    """The folder of `initdb` and `postgres`: on PATH, or the newest of Debian's. Missing if there is none."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if not found and not debian:
        raise Missing("PostgreSQL is not installed (apt-get install postgresql)")
    return Path(found).parent if found else debian[-1].parent


class Cluster:
    """A server with a database for whoever asks: `made()` gives the URL of a new one with the newest layout."""

    def __init__(self) -> None:
        self.bin = programs()
        # It refuses to run as root, and the folders of pytest are closed to others.
        self.user = NOBODY if os.geteuid() == 0 else getpass.getuser()
        self.folder = Path(tempfile.mkdtemp(prefix="shien-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            owner = pwd.getpwnam(self.user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self.data = self.folder / "data"
        self.process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def start(self) -> None:
        self._run("initdb", "-D", str(self.data), "-U", "shien", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.boot()
        url = self.url("template")
        self.create("template")
        Store(url).close()

    def boot(self) -> None:
        """Starts the server on the data that is there."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-h", "", "-F"],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
                **self._as_user(),
            )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._conninfo("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise Missing((self.folder / "log").read_text(errors="replace")[-500:]) from None
                time.sleep(0.05)

    def halt(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the server: SIGINT breaks off all connections, SIGQUIT is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def stop(self) -> None:
        self.halt(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name: str, template: str = "template0") -> None:
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())

    def made(self) -> str:
        """The URL of a database with the newest layout, and nothing in it."""
        name = f"store_{next(self._numbers)}"
        self.create(name, "template")
        return self.url(name)

    def empty(self) -> str:
        """The URL of a database without any tables."""
        name = f"empty_{next(self._numbers)}"
        self.create(name)
        return self.url(name)

    def url(self, name: str) -> str:
        return sa.URL.create(
            "postgresql+psycopg", "shien", database=name, query={"host": str(self.folder)}
        ).render_as_string()

    def _conninfo(self, name: str) -> str:
        return f"host={self.folder} user=shien dbname={name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        done = subprocess.run(command, capture_output=True, check=False, **self._as_user())
        if done.returncode:
            raise Missing(f"{program} failed: {done.stderr.decode(errors='replace').strip()[-500:]}")

    def _as_user(self) -> dict[str, str | Path | list[str]]:
        if os.geteuid() != 0:
            return {"cwd": self.folder}
        group = pwd.getpwnam(self.user).pw_gid
        return {"user": self.user, "group": group, "extra_groups": [], "cwd": self.folder}


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty store in a PostgreSQL that is there while the block lasts. Missing where none can be."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster.made()
    finally:
        cluster.stop()

"""The engine's keeper: starts, locks, recovers, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.engine import NPM_BINARY, Endpoint, Engine, EngineError, binary, endpoint, healthy, running
from indexer.settings import Settings

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def _needs_the_program() -> None:
    try:
        binary()
    except EngineError as error:
        pytest.skip(str(error))


def test_starts_answers_and_stops(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.start()
    where = endpoint(Settings(var=tmp_path))
    assert where == engine.endpoint
    assert healthy(where)
    assert not healthy(Endpoint(where.url, "wrong"))
    assert (tmp_path / "engine.json").stat().st_mode & 0o777 == 0o600
    arguments = Path(f"/proc/{engine.process.pid}/cmdline").read_bytes()  # type: ignore[union-attr]
    assert engine.key.encode() not in arguments
    engine.stop()
    assert not healthy(where)
    with pytest.raises(EngineError, match="shien up"):
        endpoint(Settings(var=tmp_path))


def test_a_second_one_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    first, second = Engine(tmp_path), Engine(tmp_path)
    first.start()
    with pytest.raises(EngineError, match="already runs"):
        second.start()
    assert healthy(first.endpoint)
    first.stop()
    second.start()
    second.stop()


def test_a_stale_lock_and_address_mean_nothing(tmp_path: Path) -> None:
    (tmp_path / "engine.lock").write_bytes(b"4711")
    (tmp_path / "engine.json").write_bytes(b'{"url": "http://127.0.0.1:9", "key": "old"}')
    with running(Settings(var=tmp_path)) as where:
        assert healthy(where)


def test_a_taken_port_is_left_alone(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        engine = Engine(tmp_path)
        engine.port = other.getsockname()[1]
        engine.start()
        assert engine.port != other.getsockname()[1]
        engine.stop()


def test_after_a_kill_it_comes_back_where_it_was(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.start()
    before = engine.endpoint
    os.kill(engine.process.pid, signal.SIGKILL)  # type: ignore[union-attr]
    engine.process.wait()  # type: ignore[union-attr]
    assert not engine.alive()
    engine.restart()
    assert engine.endpoint == before
    assert healthy(before)
    engine.stop()


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from indexer.engine import Engine; import time\ne = Engine(Path({str(tmp_path)!r})); e.start(); print(e.process.pid, flush=True); time.sleep(60)"  # noqa: E501
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    raise AssertionError("the engine outlived its parent")


def test_a_binary_that_is_not_the_release_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    wrong = tmp_path / NPM_BINARY
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b"#!/bin/sh\n")
    with pytest.raises(EngineError, match="not the official release"):
        binary(tmp_path)
    assert not os.access(wrong, os.X_OK)
    wrong.unlink()
    with pytest.raises(EngineError, match="SHIEN_MEILI_URL"):
        binary(tmp_path)

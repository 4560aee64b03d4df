"""`shien up` as a user runs it: fills itself, serves, survives the engine's death, and stops without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.engine import EngineError, binary

# A busy machine takes minutes for the replays, each a process.
pytestmark = [pytest.mark.engine, pytest.mark.timeout(1500)]
ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(var: Path, port: int, *arguments: str) -> subprocess.Popen[str]:
    try:
        binary()
    except EngineError as error:
        pytest.skip(str(error))
    return subprocess.Popen(
        [sys.executable, "-m", "indexer.cli", "up", *arguments],
        env=os.environ | {"SHIEN_VAR": str(var), "SHIEN_PORT": str(port), "SHIEN_HOST": "127.0.0.1"},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def until(port: int, path: str, status: int, seconds: float = 1200) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, text = get(port, path)
        if found == status:
            return text
        time.sleep(0.1)
    raise AssertionError(f"{path} did not answer {status}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    var, port = tmp_path_factory.mktemp("up"), free_port()
    process = start(var, port, "--sample")
    try:
        until(port, "/readyz", 200)
        yield port, var
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert "published: " in told
    assert not (var / "engine.json").exists()


def test_the_sample_says_that_it_is_one(site: tuple[int, Path]) -> None:
    port, _ = site
    for path in ("/", "/search", "/programmes/jgrants-a0WXX000000001AAA"):
        assert "架空" in until(port, path, 200)


def test_the_whole_line_from_recording_to_answer(site: tuple[int, Path]) -> None:
    port, _ = site
    found = json.loads(until(port, "/api/programmes?area=40130&state=any&source=jgrants&per_page=50", 200))
    by_id = {each["id"]: each for each in found["hits"]}
    fukuoka = by_id["jgrants-a0WXX000000002AAA"]
    assert fukuoka["closes"] == "2026-09-11T17:00:00+09:00"
    assert [each["round"] for each in fukuoka["windows"]] == [1, 2]
    assert by_id["jgrants-a0WXX000000007AAA".replace("07", "06")]["amount"] is None
    detail: dict[str, Any] = json.loads(until(port, "/api/programmes/jgrants-a0WXX000000007AAA", 200))
    assert detail["amount"] is None or detail["amount"]["max_yen"] is None
    assert detail["windows"][0]["closes"] == "2027-03-31T23:59"
    failed = json.loads(until(port, "/api/programmes/jgrants-a0WXX000000011AAA", 200))
    assert [each["raw"] for each in failed["problems"] if each["code"] == "missing"] == ["detail: HTTP 500"]


def test_the_engine_dies_and_everything_recovers(site: tuple[int, Path]) -> None:
    port, var = site
    [pid] = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and str(var).encode() in _command(entry) and b"--db-path" in _command(entry)
    ]
    os.kill(pid, signal.SIGKILL)
    # What was answered before is kept and answered still: a question that nobody has asked yet.
    assert json.loads(until(port, "/api/programmes?q=new", 503, 10))["status"] == 503
    assert "利用できません" in get(port, "/search?q=new")[1]
    until(port, "/api/programmes", 200)
    until(port, "/search", 200)


def _command(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = start(tmp_path, other.getsockname()[1], "--sample")
        _, told = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "SHIEN_PORT" in told and "Traceback" not in told


def test_a_folder_without_a_recording_is_named(tmp_path: Path) -> None:
    process = start(tmp_path / "var", free_port(), "--replay", str(tmp_path))
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "holds no recording" in told and "Traceback" not in told

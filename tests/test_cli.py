"""The command line, as an operator meets it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from indexer.cli import app
from indexer.store import Store


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("SHIEN_VAR", str(tmp_path))
    monkeypatch.delenv("SHIEN_CONTACT", raising=False)
    return lambda *words: CliRunner().invoke(app, list(words))


def test_sources_are_listed_before_anything_was_read(run: Callable[..., Result]) -> None:
    told = run("sources")
    assert told.exit_code == 0
    assert re.search(r"jgrants +unread", told.output) and re.search(r"sii_calls +unverified", told.output)


def test_what_is_at_work_is_said_in_a_line(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.sqlite")
    with store.alone("nightly"):
        told = subprocess.run(
            [sys.executable, "-m", "indexer.cli", "alerts"],
            env=os.environ | {"SHIEN_VAR": str(tmp_path)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    store.close()
    assert told.returncode == 1 and re.fullmatch(r"shien: another nightly is at work \(.+\)\n", told.stderr)


def test_all_cannot_be_named_too(run: Callable[..., Result]) -> None:
    told = run("crawl", "--all", "jgrants")
    assert told.exit_code == 2 and "--all names every source itself" in told.output

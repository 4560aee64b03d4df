"""Fixtures for all tests: the real engine, a store, and the folder of real input where it is there."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from indexer.engine import Endpoint, Engine, EngineError, binary
from indexer.schema import JST
from indexer.store import Store

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real recordings and gold lines; they are not part of the project."""
    folder = Path(os.environ.get("SHIEN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("real input (../shared) is not here")
    return folder


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A Meilisearch of our own for all tests; each takes what indexes it needs."""
    try:
        binary()
    except EngineError as error:
        pytest.skip(str(error))
    running = Engine(tmp_path_factory.mktemp("engine"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def where(engine: Engine) -> Endpoint:
    return engine.endpoint


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()

"""Fixtures for all tests: the real engine, a store, and the folder of real input where it is there."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from indexer.engine import Endpoint, Engine, EngineError, binary
from indexer.schema import JST
from indexer.store import Store
from tests.postgres import Cluster, Missing

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of our own for all tests; each takes databases of its own."""
    cluster = None
    try:
        cluster = Cluster()
        cluster.start()
    except Missing as error:
        if cluster is not None:
            cluster.stop()
        pytest.skip(str(error))
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store is to be; a test that asks for it runs once for each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.made()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()

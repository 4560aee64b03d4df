"""A site on the invented programmes, for each file of tests."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer.engine import Engine
from tests.running import Site
from tests.samples import EVERYTHING


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site.made(engine.endpoint, tmp_path_factory.mktemp("site"), EVERYTHING)


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=site.services), raise_server_exceptions=False) as opened:
        yield opened

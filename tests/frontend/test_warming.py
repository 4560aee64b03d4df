"""Before a site answers anybody it has asked itself what its first readers will."""

import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from frontend import language, warming
from frontend.app import create_app
from frontend.language import Language
from indexer.engine import Endpoint
from search_api.services import Services
from tests.frontend.conftest import TOWN
from tests.running import Site
from tests.samples import EVERYTHING, NOW


@pytest.fixture
def silent() -> Iterator[Endpoint]:
    """An engine that takes questions and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Endpoint(f"http://127.0.0.1:{listening.getsockname()[1]}", "")


@pytest.mark.engine
def test_the_first_reader_finds_all_loaded(where: Endpoint, tmp_path: Path, rendered: list[str]) -> None:
    site = Site.made(where, tmp_path, [TOWN, *EVERYTHING])
    language.catalogue.cache_clear()
    with TestClient(create_app(own=site.services, publishes=False, warmed=True)) as reader:
        assert {"home.html", "search.html", "programme.html"} <= set(rendered)
        assert language.catalogue.cache_info().currsize == len(Language)
        assert gc.get_freeze_count() > 0
        # The languages that it asked in are not those of who comes.
        assert 'lang="ja"' in reader.get("/").text


def test_an_engine_that_never_answers_does_not_keep_a_site_from_starting(
    silent: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warming, "MOST_SECONDS", 0.5)
    services = Services(Site.settings(tmp_path), lambda: NOW, lambda: silent)
    with TestClient(create_app(own=services, publishes=False, warmed=True)) as reader:
        assert reader.get("/healthz").status_code == 200
    assert "not all is loaded" in caplog.text


def test_an_engine_that_is_not_there_does_not_keep_a_site_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = Endpoint("http://127.0.0.1:9", "")
    services = Services(Site.settings(tmp_path), lambda: NOW, lambda: gone)
    with TestClient(create_app(own=services, publishes=False, warmed=True)) as reader:
        assert reader.get("/healthz").status_code == 200
    assert "/search?q=省エネ 503" in caplog.text

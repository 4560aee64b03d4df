"""While a PostgreSQL store is away the search answers, the rest says so, and all is well when it comes back."""

import signal

import pytest
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer.publish import publish
from indexer.settings import Settings
from indexer.state import MAX_INTERVALS
from indexer.store import Store
from search_api import edition
from search_api.services import Services
from tests.postgres import Cluster
from tests.running import Site
from tests.samples import EVERYTHING, NOW, record

pytestmark = pytest.mark.engine


def test_the_search_outlives_the_store(site: Site, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each answer looks whether the store is there: what it knew half a second ago it may tell.
    monkeypatch.setattr(edition, "LOOK_SECONDS", 0)
    url = postgres.made()
    store = Store(url)
    with store.transaction() as writer:
        writer.put([record(each) for each in EVERYTHING], set())
        writer.set_source("invented", {"attribution": "出典：架空財団"})
    publish(site.where, store, NOW)
    store.close()
    settings = Settings(var=site.services.settings.var, database_url=url)
    own = Services(settings, site.services.clock, site.find)
    app = create_app(own=own)
    id = EVERYTHING[0].id
    paths = {f"/api/programmes/{id}": 503, f"/programmes/{id}": 503, "/api/programmes?q=省エネ": 200}
    with TestClient(app, raise_server_exceptions=False) as client:
        before = {path: client.get(path) for path in paths}
        assert {each.status_code for each in before.values()} == {200}
        assert own.searcher.rounds(NOW) < MAX_INTERVALS
        postgres.halt(signal.SIGQUIT)
        try:
            for path, status in paths.items():
                answer = client.get(path)
                assert answer.status_code == status, path
                assert "ETag" not in answer.headers
                if status == 503:
                    assert "読み出せません" in answer.text and int(answer.headers["Retry-After"]) > 0
                else:
                    assert answer.json()["total"] == before[path].json()["total"] > 0
            # Another process may publish meanwhile unseen: what was learned of the index may be wrong by now.
            assert own.searcher.rounds(NOW) == MAX_INTERVALS
        finally:
            postgres.boot()
        again = {path: client.get(path) for path in paths}
        assert {each.status_code for each in again.values()} == {200}
        assert again[f"/api/programmes/{id}"].json() == before[f"/api/programmes/{id}"].json()

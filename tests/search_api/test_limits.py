"""Too many questions of one address are refused with the time to wait; nobody else is."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer.settings import Settings
from search_api.services import Services
from tests.postgres import Cluster
from tests.running import Site

pytestmark = pytest.mark.engine


def opened(site: Site, rate: int) -> TestClient:
    settings = Settings(var=site.services.settings.var, rate=rate)
    return TestClient(create_app(own=Services(settings, site.services.clock, site.find)), follow_redirects=False)


def beside(client: TestClient, address: str) -> TestClient:
    """Asks the same running site from another address."""
    other = TestClient(client.app, client=(address, 1), follow_redirects=False)
    other.portal = client.portal
    return other


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    """May ask 25 times a minute."""
    with opened(site, 25) as made:
        yield made


def test_too_many_questions_are_refused_with_the_time_to_wait(client: TestClient) -> None:
    path = "/api/areas"
    assert {client.get(path).status_code for _ in range(25)} == {200}
    refused = client.get(path, headers={"Origin": "https://other.example"})
    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == "*", "a page of another site is told too"
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == 429 and refused.headers["Retry-After"] in refused.json()["detail"]
    assert client.get("/healthz").status_code == 200, "what watches the site gets through"
    page = client.get("/guide")
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert "お試しください" in page.text


def test_web_processes_of_several_machines_count_together(site: Site, postgres: Cluster) -> None:
    settings = Settings(var=site.services.settings.var, rate=10, database_url=postgres.made())
    with ExitStack() as running:
        machines = [
            running.enter_context(
                TestClient(create_app(own=Services(settings, site.services.clock, site.find)), client=("192.0.2.7", 1))
            )
            for _ in range(3)
        ]
        answers = [machines[number % 3].get("/api/areas").status_code for number in range(30)]
        # A minute may begin in between.
        assert sorted(answers).count(200) in (10, 20)
        assert answers[:10] == [200] * 10
        refused = machines[0].get("/api/areas")
        assert refused.status_code == 429 or answers.count(200) == 20
        with machines[0].app.state.services.store.engine.connect() as connection:
            assert "192.0.2.7" not in str(connection.execute(sa.text("select * from hits")).all())


def test_another_address_is_not_touched(site: Site, client: TestClient) -> None:
    other = beside(client, "192.0.2.7")
    while client.get("/api/areas").status_code == 200:
        pass
    assert other.get("/api/areas").status_code == 200


def test_addresses_of_one_network_are_one(client: TestClient) -> None:
    answers = []
    for number in range(30):
        answers.append(beside(client, f"2001:db8::{number:x}").get("/api/areas").status_code)
    assert answers == [200] * 25 + [429] * 5


def test_a_sitemap_counts_for_several(client: TestClient) -> None:
    assert [client.get("/sitemap-1.xml").status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_file_is_possible_however_few_are_allowed(site: Site) -> None:
    with opened(site, 10) as client:
        assert client.get("/export/programmes.csv").status_code == 200
        assert client.get("/export/programmes.csv").status_code == 429


def test_an_export_counts_for_many(client: TestClient) -> None:
    assert client.get("/export/programmes.csv").status_code == 200
    assert client.get("/export/programmes.csv").status_code == 429
    assert client.get("/api/areas").status_code == 200


def test_no_limit_where_none_is_set(site: Site) -> None:
    with opened(site, 0) as free:
        assert {free.get("/api/areas").status_code for _ in range(700)} == {200}

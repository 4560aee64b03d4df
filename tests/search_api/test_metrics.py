"""What operators see: counts by route, freshness of sources; what is closed is not there; answers are compressed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from frontend.app import create_app
from indexer.alerts.subscriptions import Desk, queued
from indexer.keys import Keys
from indexer.settings import Settings
from indexer.store import Run, stamp
from search_api.services import Services
from tests.running import Site

pytestmark = pytest.mark.engine


def opened(site: Site, **settings: Any) -> TestClient:
    made = Settings(var=site.services.settings.var, rate=0, **settings)
    return TestClient(create_app(own=Services(made, site.services.clock, site.find)), follow_redirects=False)


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with opened(site) as made:
        yield made


def samples(client: TestClient) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    text = client.get("/metrics").text
    families = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_answers_are_counted_by_route_not_by_address(client: TestClient) -> None:
    for id in ("invented:none", "invented:neither"):
        assert client.get(f"/api/programmes/{id}").status_code == 404
    assert client.get("/nowhere/at/all").status_code == 404
    assert client.get("/api/programmes?kindd=x").status_code == 422
    found = samples(client)
    assert found["shien_requests_total", "/api/programmes/{id}", "404"] == 2
    assert found["shien_requests_total", "/api/programmes", "422"] == 1
    assert found["shien_requests_total", "other", "404"] == 1
    assert found["shien_request_seconds_count", "/api/programmes/{id}"] == 2
    assert not [name for name in found if "nowhere" in "".join(name)]


def test_freshness_is_told(client: TestClient, site: Site) -> None:
    found = samples(client)
    published = site.services.store.fact("publication")
    assert published and found["shien_published_programmes",] == published["count"] > 0
    assert found["shien_published_timestamp_seconds",] == site.services.now().timestamp()
    assert found["shien_source_failed", "invented"] == 0
    assert found["shien_source_programmes", "invented"] > 0


def test_sources_nights_searches_and_alerts_are_told(client: TestClient, site: Site) -> None:
    store, now = site.services.store, site.services.now()
    run = Run(source="invented", variant="{}", at=stamp(now - timedelta(hours=2)), ok=True, counts={"seen": 40})
    with store.transaction() as writer:
        writer.add_run(replace(run, stats={"filled": {"title": 1.0, "areas": 0.25}}))
        writer.finish_night(writer.begin_night(stamp(now), []), stamp(now - timedelta(hours=1)), {})
        writer.set_fact("look", {"at": stamp(now)})
        writer.set_fact("alerts", {"at": stamp(now), "day": "2026-08-22"})
    hook = Desk(store, Keys(b"k" * 32), now).add_webhook("https://hooks.example.jp/", "", True)
    with store.transaction() as writer:
        made = queued(hook, "digest", {"items": []}, now)
        writer.queue([made, replace(made, id="old", made=stamp(now - timedelta(days=3)))])
        writer.move(made, state="failed")
    client.get("/api/programmes")
    found = samples(client)
    assert found["shien_source_items", "invented"] == 40
    assert found["shien_source_age_seconds", "invented"] == 7200
    assert found["shien_source_filled_ratio", "areas", "invented"] == 0.25
    assert found["shien_night_timestamp_seconds",] == now.timestamp() - 3600
    assert found["shien_look_timestamp_seconds",] == found["shien_alerts_timestamp_seconds",] == now.timestamp()
    assert found["shien_search_seconds_count",] == 1
    assert found["shien_alert_subscriptions", "webhook"] == 1
    assert found["shien_alert_deliveries", "webhook", "digest", "failed"] == 1
    assert ("shien_alert_deliveries", "webhook", "digest", "waiting") not in found


@pytest.mark.parametrize("path", ["/metrics", "/api/docs", "/openapi.json"])
def test_what_is_closed_is_not_there(site: Site, path: str) -> None:
    with opened(site) as client:
        assert client.get(path).status_code == 200
        assert "/api/docs" in client.get("/developers").text
    with opened(site, metrics=False, docs=False) as client:
        assert client.get(path).status_code == 404
        assert "/api/docs" not in client.get("/developers").text
        assert client.get("/api/programmes").status_code == 200

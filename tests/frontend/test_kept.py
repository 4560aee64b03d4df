"""A page is made once as long as it holds, for each place, language and part of it; never longer."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from frontend import origins, rendering
from frontend.app import create_app
from indexer.engine import Endpoint
from indexer.schema import JST
from indexer.store import Decision, StoreError
from search_api.services import Services
from tests.frontend.conftest import TOWN
from tests.running import Site
from tests.samples import EVERYTHING, NOW

pytestmark = pytest.mark.engine


class Kept:
    """A site whose clock can be moved, and which templates were rendered."""

    now: datetime = NOW

    def __init__(self, where: Endpoint, folder: Path, rendered: list[str]) -> None:
        site = Site.made(where, folder, [TOWN, *EVERYTHING])
        self.services = Services(site.services.settings, lambda: self.now, lambda: where)
        self.rendered = rendered


@pytest.fixture
def kept(where: Endpoint, tmp_path: Path, rendered: list[str]) -> Kept:
    return Kept(where, tmp_path, rendered)


@pytest.fixture
def reader(kept: Kept) -> Iterator[TestClient]:
    with TestClient(create_app(own=kept.services, publishes=False), follow_redirects=False) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/search?q=補助金", "/search?area=40130&page=2", "/map", "/calendar", "/cases"])
def test_a_page_is_made_once_and_stays_the_same(kept: Kept, reader: TestClient, path: str) -> None:
    first = reader.get(path)
    reader.cookies.clear()
    again = reader.get(path)
    assert first.text == again.text and first.headers["Vary"] == again.headers["Vary"]
    assert first.headers["Content-Type"] == again.headers["Content-Type"] and len(kept.rendered) == 1


def test_each_reader_gets_what_is_theirs(kept: Kept, reader: TestClient) -> None:
    whole = reader.get("/search").text
    part = reader.get("/search", headers={"HX-Request": "true"}).text
    placed = reader.get("/search", headers={"Cookie": "place=40130"}).text
    english = reader.get("/search", headers={"Cookie": "lang=en"}).text
    elsewhere = reader.get("/search", headers={"Host": "other.example"}).text
    assert "<html" in whole and "<html" not in part
    assert "福岡市の会社が使えるもの" in placed and "福岡市の会社が使えるもの" not in whole
    assert '<html lang="en"' in english and "http://other.example/search" in elsewhere
    assert len(kept.rendered) == 5


def test_what_sets_a_cookie_is_made_each_time(kept: Kept, reader: TestClient) -> None:
    for _ in range(2):
        assert "place=40130" in reader.get("/?area=40130").headers["Set-Cookie"]
    assert reader.get("/search?lang=en").headers["Set-Cookie"] and reader.get("/search?lang=en").headers["Set-Cookie"]


def test_a_page_changes_when_a_deadline_passes_and_when_a_day_begins(kept: Kept, reader: TestClient) -> None:
    search = f"/search?q={TOWN.title}"
    before = reader.get(search).text
    kept.now = datetime(2026, 8, 28, 23, 59, 59, tzinfo=JST)
    today = reader.get(search).text
    assert f"/programmes/{TOWN.id}" in today and today != before, "it ends today"
    kept.now += timedelta(seconds=1)
    assert f"/programmes/{TOWN.id}" not in reader.get(search).text, "it is over"


def test_a_page_changes_when_staff_feature_something(kept: Kept, reader: TestClient) -> None:
    assert "春の特集" not in reader.get("/cases").text
    Site.collect(kept, "春の特集", {TOWN.id: ""})  # type: ignore[arg-type]
    assert "春の特集" in reader.get("/cases").text and len(kept.rendered) == 2


def test_a_page_changes_when_a_source_is_late(kept: Kept, reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = reader.get("/search").text
    late = origins.Sources({"invented": "架空財団"}, {"invented": origins.Late("架空財団", None)})
    monkeypatch.setattr(origins, "_sources", lambda *_: late)
    assert reader.get("/search").text != before


def test_errors_and_redirects_are_not_kept(kept: Kept, reader: TestClient) -> None:
    for _ in range(2):
        assert reader.get("/map?area=40130").status_code == 303
        assert reader.get("/nowhere").status_code == 404
    assert len(kept.rendered) == 2


@pytest.mark.parametrize("path", ["/search?q=太陽光", "/api/programmes?q=太陽光"])
def test_what_was_made_without_the_decisions_of_staff_is_not_kept(
    kept: Kept, reader: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    store = kept.services.store
    with store.transaction() as writer:
        named = {"was": TOWN.title, "now": "正しい太陽光の名称"}
        writer.decide(Decision(programme=TOWN.id, field="title", **named, by="hanako", at=NOW.isoformat()))
    with monkeypatch.context() as patched:

        def away(*_: object) -> None:
            raise StoreError("away")

        patched.setattr(store, "get", away)
        without = reader.get(path)
    assert TOWN.title in without.text and "正しい太陽光の名称" not in without.text
    for headers in ({}, {"If-None-Match": without.headers.get("ETag", "")}):
        again = reader.get(path, headers=headers)
        assert again.status_code == 200 and "正しい太陽光の名称" in again.text


def test_no_reader_waits_for_a_template(kept: Kept) -> None:
    cache = rendering.templates.env.cache
    assert cache is not None
    cache.clear()
    with TestClient(create_app(own=kept.services, publishes=False)):
        assert len(cache) == len(rendering.templates.env.list_templates())


def test_no_reader_waits_until_every_programme_is_counted(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(*_: object) -> None:
        raise AssertionError("in a big store it takes a third of a second")

    monkeypatch.setattr(kept.services.store, "counts", counted)
    assert asyncio.run(origins.sources(kept.services)).names == {"invented": "invented"}

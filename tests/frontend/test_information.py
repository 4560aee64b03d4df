"""What the site says of itself: sources with their state, coverage of places, and developers' examples that run."""

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend import place
from frontend.app import create_app
from frontend.developers import examples, snippet
from frontend.language import choosing
from indexer.engine import Engine
from indexer.store import Run, stamp
from search_api.services import Services
from tests.running import Site, served
from tests.samples import CLOSING, EVERYTHING, NOW, programme

pytestmark = pytest.mark.engine

OTHER = programme(401, "架空町 設備補助金", areas=["40130"], windows=CLOSING, source={
    "name": "other", "publisher": "架空町", "url": "https://other.example/", "licence": "CC BY 4.0",
    "fetched_at": stamp(NOW),
})  # fmt: skip


@pytest.fixture(scope="module")
def own(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site.made(engine.endpoint, tmp_path_factory.mktemp("information"), [*EVERYTHING, OTHER])
    with site.services.store.transaction() as writer:
        writer.set_source("invented", {"title": "架空財団の一覧", "attribution": "出典：架空財団", "days": 1})
        writer.set_source("other", {"title": "架空町の一覧", "attribution": "出典：架空町", "days": 1})
        writer.add_run(run("invented", good=True, days=0))
        writer.add_run(run("other", good=True, days=1))
    return site


def run(source: str, *, good: bool, days: float) -> Run:
    return Run(source=source, variant="", at=stamp(NOW - timedelta(days=days)), ok=good, counts={})


@pytest.fixture
def reader(own: Site) -> Iterator[TestClient]:
    with asked(own) as opened:
        yield opened


def asked(own: Site) -> TestClient:
    """A site of its own on the same data, which has not looked at its sources yet."""
    services = Services(own.services.settings, lambda: NOW, own.find)
    return TestClient(create_app(own=services), follow_redirects=False)


def seen(reader: TestClient, path: str) -> BeautifulSoup:
    answer = reader.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def test_sources_say_their_state_and_what_is_missing(reader: TestClient) -> None:
    page = seen(reader, "/sources")
    text = page.get_text(" ", strip=True)
    assert "すべての情報源を、決めた間隔で取得できています" in text
    assert "架空財団の一覧 取得できています" in text and "出典：架空財団" in text
    assert "独自の支援が載っていない市区町村が 1,73" in text
    [row] = [each for each in page.select(".coverage tr") if "福岡県" in each.get_text()]
    assert [each.get_text() for each in row.select("td")][1] == "3 / 60"


def test_a_place_names_what_is_listed_and_what_is_not(reader: TestClient) -> None:
    page = seen(reader, "/sources/places/40")
    rows = {
        each.th.contents[0]: each.get_text(" ", strip=True) for each in page.select(".coverage tbody tr") if each.th
    }
    assert len(rows) == 60
    assert "架空財団の一覧、架空町の一覧" in rows["福岡市"] and "2 件（福岡市） 2026年8月22日" in rows["福岡市"]
    assert rows["大牟田市"].endswith("載っていません")
    for wrong in ("40130", "99", "JP", "x"):
        assert reader.get(f"/sources/places/{wrong}").status_code == 404


SHOWING = ["/", "/search?area=40130", "/programmes/invented-0401", "/calendar?area=40130&month=2026-08",
           "/list?id=invented-0401", "/compare?id=invented-0401&id=invented-0001"]  # fmt: skip
NOT_SHOWING = ["/search?area=13", "/programmes/invented-0001", "/about"]


def test_a_source_that_is_down_says_so_on_every_page_that_shows_its_data(own: Site, reader: TestClient) -> None:
    told = "架空町の一覧（2026年8月21日（金）の内容）からの取得が止まっています。"
    for path in SHOWING:
        assert told not in seen(reader, path).get_text()
    with own.services.store.transaction() as writer:
        writer.add_run(run("other", good=False, days=0))
    with asked(own) as later:
        for path in SHOWING:
            assert told in seen(later, path).get_text(), path
        for path in NOT_SHOWING:
            assert told not in seen(later, path).get_text(), path
        sources = seen(later, "/sources")
        assert "架空町の一覧" in sources.select_one("#down ~ ul").get_text()  # type: ignore[union-attr]


def test_every_example_for_developers_runs(reader: TestClient) -> None:
    page = seen(reader, "/developers")
    commands = [each.get_text() for each in page.select(".examples code")]
    assert len(commands) == len(examples()) > 10
    for each, command in zip(examples(), commands, strict=True):
        link = command.removeprefix("curl 'http://testserver").removesuffix("'")
        assert "{id}" not in link and reader.get(link).status_code == each.status, link
    links = [str(each["href"]) for each in page.select(".examples h3 a")]
    assert len(links) == sum(each.status == 200 for each in examples())
    configuration = json.loads(page.select("pre code")[-1].get_text())
    assert configuration["mcpServers"]["shien"]["url"] == "http://testserver/mcp"


def test_the_program_for_developers_runs(own: Site) -> None:
    services = Services(own.services.settings, lambda: NOW, own.find)
    with served(create_app(own=services)) as address, contextlib.redirect_stdout(io.StringIO()) as told:
        exec(snippet(address), {})
    lines = told.getvalue().splitlines()
    assert lines[0] == "1 件" and "福岡市 太陽光発電設備補助金" in lines[1]


def test_developers_are_told_every_parameter(reader: TestClient) -> None:
    page = seen(reader, "/developers")
    for each in page.select(".parameters > div"):
        assert each.dd is not None and each.dd.get_text(strip=True), each.get_text()


def test_who_is_to_be_named_is_named_once(own: Site, reader: TestClient) -> None:
    with own.services.store.transaction() as writer:
        writer.set_source("third", {"title": "架空町の別の一覧", "attribution": "出典：架空町", "days": 1})
    credits = [each.get_text() for each in seen(reader, "/about").select("li") if "出典：" in each.get_text()]
    assert sorted(credits) == ["出典：架空町", "出典：架空財団"]


def test_every_cookie_of_readers_is_told_of(reader: TestClient) -> None:
    told = seen(reader, "/about").get_text()
    assert all(f"クッキー「{each}」" in told for each in (place.COOKIE, choosing.COOKIE))

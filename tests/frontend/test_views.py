"""Calendar and map of a question."""

import json
import re
from datetime import date, datetime

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend import build_japan
from frontend.months import ends
from indexer.schema import JST
from search_api.search import as_shown
from tests.samples import NOW, ROUNDS, programme, window

engine = pytest.mark.engine


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "lxml")


@engine
def test_a_calendar_holds_every_deadline_of_its_month(client: TestClient) -> None:
    text = client.get("/calendar?month=2026-12").text
    wanted = client.get("/api/programmes?per_page=100").json()["hits"]
    due = [each["title"] for each in wanted if "2026-12-01T00:00" < (each["closes"] or "")[:16] <= "2027-01-01T00:00"]
    titles = {each.get_text() for each in soup(text).select(".day .brief a")}
    assert due and titles == set(due)
    for odd in ("1999-01", "2099-01", "x", "2026-13"):
        assert "2026年8月" in client.get("/calendar", params={"month": odd}).text


@engine
def test_a_later_round_stands_in_its_own_month(client: TestClient) -> None:
    august, october = (
        soup(client.get(f"/calendar?area=40130&month=2026-{month}").text).select(".day") for month in ("08", "10")
    )
    by_day = {str(each.h3["id"]): each.get_text() for each in (*august, *october) if each.h3}
    assert "第2回" in by_day["day-22"] and "17:00まで" in by_day["day-22"]
    assert "福岡市 太陽光発電設備補助金" in by_day["day-30"] and "第3回" in by_day["day-30"]


@engine
def test_a_calendar_keeps_to_the_days_of_the_question(client: TestClient) -> None:
    page = soup(client.get("/calendar?month=2026-12&closes_to=2026-12-24").text)
    assert not page.select(".day")
    assert soup(client.get("/calendar?month=2026-12&closes_from=2026-12-25").text).select(".day")


def test_ends_are_those_ahead_by_the_day_on_which_one_can_still_apply() -> None:
    entry = programme(1, "三回募集", windows=(*ROUNDS, window("2026-11-01", "2026-11-15")))
    values = entry.model_dump(mode="json") | {"listed": True, "featured": False}
    found = list(ends(as_shown(values, NOW), NOW))
    assert [each.day for each in found] == [date(2026, 8, 22), date(2026, 10, 30), date(2026, 11, 15)]
    assert [each.window.round if each.window else 0 for each in found] == [2, 3, None]
    late = datetime(2026, 8, 22, 17, 0, tzinfo=JST)
    assert next(ends(as_shown(values, late), late)).day == date(2026, 10, 30)


@engine
def test_the_map_counts_what_the_search_finds(client: TestClient) -> None:
    page = soup(client.get("/map").text)
    rows = {str(each.a["href"]): each.select("td") for each in page.select("tbody tr") if each.a}
    shapes = {str(each["href"]): str(each["aria-label"]) for each in page.select(".map a[aria-label]")}
    assert len(rows) == 47 and set(shapes) == set(rows)
    for link in ("/search?area=05", "/search?area=13", "/search?area=31"):
        total = client.get(link.replace("/search", "/api/programmes")).json()["total"]
        assert rows[link][1].get_text() == f"{total:,}"
        assert shapes[link].endswith(f" {rows[link][0].get_text()}件")
    assert "CC BY 4.0" in page.get_text()


@engine
def test_the_map_keeps_the_conditions_but_the_place(client: TestClient) -> None:
    assert client.get("/map?gx=true&area=40").headers["location"] == "/map?gx=true"
    page = soup(client.get("/map?gx=true&nonsense=1").text)
    assert page.select_one(".map a[href='/search?area=40&gx=true']")
    assert [str(each["href"]) for each in page.select(".chips a")] == ["/map"]
    assert "分からない指定がありました（nonsense）" in page.get_text()


def test_the_outlines_are_those_of_the_package() -> None:
    if not build_japan.SOURCE.is_file():
        pytest.skip("@svg-maps/japan is not installed")
    made = build_japan.outlines(build_japan.SOURCE.read_text(encoding="utf-8"))
    kept = json.loads(build_japan.TARGET.read_text(encoding="utf-8"))["paths"]
    assert made == kept
    assert list(kept) == [f"{number:02}" for number in range(1, 48)]
    assert all(re.fullmatch(r"(M\d+ \d+l[-\d ]+z)+", path) for path in kept.values())

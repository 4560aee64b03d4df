"""Feeds and exports, read back with what other people read them with."""

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from indexer.schema import Role
from search_api import feeds
from search_api.exports import COLUMNS, harmless
from search_api.models import Hit
from search_api.query import Query
from search_api.search import as_shown, searcher
from search_api.search.engine import Answer, Request
from tests.running import Site
from tests.samples import NOW, programme, window

pytestmark = pytest.mark.engine
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def test_an_atom_feed_of_a_search(client: TestClient) -> None:
    answer = client.get("/feeds/programmes.atom?area=40130")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    entries = root.findall("a:entry", NAMES)
    total = client.get("/api/programmes?area=40130").json()["total"]
    assert len(entries) == total
    ids = [each.findtext("a:id", namespaces=NAMES) for each in entries]
    assert len(set(ids)) == len(ids)
    for each in entries:
        assert datetime.fromisoformat(each.findtext("a:updated", "", NAMES)).tzinfo
        assert each.findtext("a:title", namespaces=NAMES)


def test_a_calendar_of_deadlines(client: TestClient) -> None:
    answer = client.get("/feeds/deadlines.ics?state=any")
    made = Calendar.from_ical(answer.content)
    events = {str(each["uid"]): each for each in made.walk("VEVENT")}
    assert made.walk("VTIMEZONE")
    second = events["invented-0005-apply-2@shien"]
    assert second.decoded("dtstart").isoformat() == "2026-08-22T17:00:00+09:00"
    assert [each.decoded("trigger") for each in second.walk("VALARM")] == [timedelta(days=-7), timedelta(days=-1)]
    assert "invented-0005-apply-1@shien" not in events, "a round that is over"
    day = events["invented-0003-apply-1@shien"]
    assert day.decoded("dtstart") == date(2026, 8, 28)
    seminar = events["invented-0006-event-1@shien"]
    assert seminar.decoded("dtend").isoformat() == "2026-09-10T16:00:00+09:00"
    assert not seminar.walk("VALARM")
    one = Calendar.from_ical(client.get("/feeds/programmes/invented-0005.ics").content)
    assert {str(each["uid"]) for each in one.walk("VEVENT")} <= set(events)
    assert client.get("/feeds/programmes/none.ics").status_code == 404


def test_each_deadline_has_an_identifier_of_its_own_and_no_end_at_its_start() -> None:
    round_twice = (window(None, "2026-09-30", round=2), window(None, "2026-10-02T17:00", round=2))
    beside = (window(None, "2026-10-30", round=4), window(None, "2026-11-30"), window(None, "2026-12-25", round=3))
    held = (window("2026-09-10T14:00", "2026-09-10", role=Role.EVENT),)
    values = programme(1, "設備補助金", windows=(*round_twice, *beside, *held)).model_dump(mode="json")
    hit = as_shown(values | {"listed": True, "featured": False}, NOW)
    events = Calendar.from_ical(feeds.calendar([hit], "https://shien.example", NOW)).walk("VEVENT")
    assert len({str(each["uid"]) for each in events}) == len(events) == 6
    assert "invented-0001-apply-2@shien" in {str(each["uid"]) for each in events}
    ends = [each.decoded("dtend", None) for each in events]
    assert [each is None for each in ends] == [False, True, False, False, False, True]


def test_many_files_at_once_leave_room_for_other_questions(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searcher, "STREAM_PAGE", 2)
    running, most = 0, 0

    async def ask() -> set[int]:
        asked = searcher.Searcher(site.find, site.services.clock)
        multi = asked.engine.multi

        async def counted(requests: Sequence[Request]) -> list[Answer]:
            nonlocal running, most
            running += bool(requests)
            most = max(most, running)
            try:
                return await multi(requests)
            finally:
                running -= bool(requests)

        async def whole() -> int:
            return sum([len(page) async for page in asked.pages(Query(), NOW)])

        monkeypatch.setattr(asked.engine, "multi", counted)
        try:
            slow = asked.pages(Query(), NOW)
            assert len(await anext(slow)) == 2, "and is not read on"
            return set(await asyncio.gather(*(whole() for _ in range(8))))
        finally:
            await asked.close()

    [count] = asyncio.run(ask())
    assert count > 4 and most == searcher.STREAMS


@pytest.mark.parametrize(
    ("precision", "count"), [("minute", 1), ("day", 1), ("part", 0), ("month", 0), ("fiscal_year", 0)]
)
def test_an_event_whose_day_is_not_said_has_none_in_a_calendar(client: TestClient, precision: str, count: int) -> None:
    [seminar] = client.get("/api/programmes?kind=seminar&state=any").json()["hits"]
    when = {"role": "event", "opens": "2026-10-31", "closes": "2026-10-31", "precision": precision, "raw": "10月"}
    made = feeds.calendar([Hit.model_validate(seminar | {"windows": [when]})], "http://testserver", NOW)
    assert len(Calendar.from_ical(made).walk("VEVENT")) == count


def test_json_lines_hold_the_fields_that_are_wanted(client: TestClient) -> None:
    everything, some = (
        [json.loads(line) for line in client.get(f"/export/programmes.jsonl?state=any{each}").text.splitlines()]
        for each in ("", "&fields=title,closes")
    )
    assert len(everything) == client.get("/api/programmes?state=any").json()["total"] > 10
    assert some == [{name: each[name] for name in ("id", "title", "closes")} for each in everything]


def test_csv_for_japanese_spreadsheets(client: TestClient) -> None:
    answer = client.get("/export/programmes.csv?state=any&sort=newest")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == list(COLUMNS)
    assert len(rows) - 1 == client.get("/api/programmes?state=any").json()["total"]
    assert len({each[0] for each in rows}) == len(rows)


def test_json_lines_and_excel(client: TestClient) -> None:
    lines = client.get("/export/programmes.jsonl?kind=seminar&state=any").text.splitlines()
    assert len(lines) == client.get("/api/programmes?kind=seminar&state=any").json()["total"]
    answer = client.get("/export/programmes.xlsx?state=any")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert sheet.count("<row ") - 1 == client.get("/api/programmes?state=any").json()["total"]


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-5", "@SUM(A1)", "\t=x", "\n=x", "＝1+1", "＋81", "－5", "＠x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert str(harmless(cell)).startswith("'")


def test_bad_parameters_and_an_engine_that_is_away(client: TestClient, site: Site) -> None:
    for path in ("/feeds/programmes.atom", "/feeds/deadlines.ics", "/export/programmes.csv", "/export/programmes.xlsx"):
        assert client.get(f"{path}?aera=13").status_code == 422
        site.gone = True
        site.services.searcher.engine.forget()
        try:
            assert client.get(path).status_code == 503
        finally:
            site.gone = False


def test_places_vocabulary_sources_and_suggestions(client: TestClient) -> None:
    assert len(client.get("/api/areas").json()) == 47
    assert client.get("/api/areas?q=ふくおかし").json()[0]["code"] == "40130"
    assert {"value", "label", "help"} <= set(client.get("/api/vocab").json()["theme"][0])
    assert client.get("/api/sources").json()[0]["attribution"] == "出典：架空財団"
    assert client.get("/api/stats").json()["programmes"] > 0
    found = client.get("/api/suggest?q=省エネ").json()
    assert found["programmes"] and found["labels"]
    assert not any(client.get("/api/suggest?q=").json().values())
    assert client.get("/api/suggest?q=fukuoka").json()["areas"]


@pytest.mark.parametrize(
    ("q", "facet", "expected"),
    [
        ("taiyou", "programmes", "福岡市 太陽光発電設備補助金"),
        ("たいよ", "programmes", "福岡市 太陽光発電設備補助金"),
        ("太陽", "programmes", "福岡市 太陽光発電設備補助金"),
        ("ものづ", "schemes", "ものづくり補助金"),
        ("monozu", "schemes", "ものづくり補助金"),
        ("じぞくか", "schemes", "持続化補助金"),
        ("しょうえ", "labels", "省エネ"),
        ("だつたん", "labels", "脱炭素経営"),
        ("ちく", "labels", "蓄電池"),
        # by a synonym, and while an input method has not made kana of the last letters yet
        ("たいよ", "labels", "再生可能エネルギー"),
        ("たいようｋ", "labels", "再生可能エネルギー"),
        ("くr", "areas", "北海道釧路市"),
    ],
)
def test_suggestions_begin_as_it_is_typed_or_sounds(client: TestClient, q: str, facet: str, expected: str) -> None:
    found = client.get("/api/suggest", params={"q": q}).json()[facet]
    names = [each.get("title") or each.get("label") or each["name"] for each in found]
    assert any(expected in name for name in names), names


def test_the_last_of_several_words_is_completed_and_the_others_are_kept(client: TestClient) -> None:
    found = client.get("/api/suggest", params={"q": "太陽光　ふくお"}).json()
    assert found["q"] == "太陽光" and found["areas"][0]["name"] == "福岡県"
    assert client.get("/api/suggest?q=ふくお").json()["q"] == ""


def test_a_name_that_has_no_reading_is_not_taken_by_the_rest_of_it(client: TestClient) -> None:
    assert client.get("/api/suggest?q=ほじょ").json()["schemes"] == []  # CEV補助金


def test_nothing_is_suggested_that_only_mentions_it(client: TestClient) -> None:
    assert client.get("/api/programmes?q=気化熱").json()["total"] == 1
    assert client.get("/api/suggest?q=気化熱").json()["programmes"] == []

"""Words that mean a place or a deadline."""

from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from indexer.schema import JST
from search_api.query import Query
from search_api.understand import understand

NOW = datetime(2026, 8, 20, 12, 0, tzinfo=JST)  # A Thursday.


@pytest.mark.parametrize(
    ("q", "left", "area"),
    [
        ("福岡市 太陽光", "太陽光", "40130"),
        ("太陽光　福岡市", "太陽光", "40130"),
        ("福岡市の太陽光", "太陽光", "40130"),
        ("福岡市内で使える補助金", "補助金", "40130"),
        ("福岡 太陽光", "太陽光", "40"),
        ("浜松 省エネ", "省エネ", "22130"),
        ("石狩郡当別町 農業", "農業", "01303"),
        # A name within a name, and names that are shared.
        ("東久留米市 創業", "創業", "13222"),
        ("東久留米 創業", "創業", "13222"),
        ("久留米 創業", "創業", "40203"),
        ("京都 観光", "観光", "26"),
        ("東京都 観光", "観光", "13"),
        ("三田 カフェ", "カフェ", "28219"),
        ("府中 創業", "府中 創業", None),
        ("府中市 創業", "府中市 創業", None),
        # No places: a word that some place also bears, or that only holds one.
        ("みどりの食料", "みどりの食料", None),
        ("三重の断熱", "三重の断熱", None),
        ("中央 商店街", "中央 商店街", None),
        ("北海道電力", "北海道電力", None),
        ("北海道の電力", "電力", "01"),
        ("太陽光", "太陽光", None),
    ],
)
def test_places(q: str, left: str, area: str | None) -> None:
    said = understand(Query(q=q), NOW)
    assert (said.query.q, said.query.area) == (left, (area,) if area else ())
    assert ("area" in said.words) == bool(area)


@pytest.mark.parametrize(
    ("q", "left", "days"),
    [
        ("補助金 今月締切", "補助金", 11),
        ("今月末までの補助金", "補助金", 11),
        ("今週締め切り", "", 3),
        ("今日締切 補助金", "補助金", 0),
        ("締切", "締切", None),
        ("今月の補助金", "今月の補助金", None),
    ],
)
def test_deadlines(q: str, left: str, days: int | None) -> None:
    said = understand(Query(q=q), NOW)
    assert (said.query.q, said.query.closes_within) == (left, days)


def test_states() -> None:
    assert understand(Query(q="募集中の 補助金"), NOW).query.state == ("open", "closing")
    assert understand(Query(q="補助金 締切間近"), NOW).query.state == ("closing",)


def test_what_is_chosen_beats_a_word() -> None:
    query = Query(q="福岡市 太陽光 今月締切", area=("13",), closes_within=30)
    assert understand(query, NOW).query == query


def test_words_stay_words_on_demand() -> None:
    query = Query(q="福岡市 太陽光", literal=True)
    assert understand(query, NOW).query == query


def test_understanding_twice_changes_nothing() -> None:
    once = understand(Query(q="福岡市 太陽光 今月締切", page=3), NOW).query
    assert understand(once, NOW).query == once and once.page == 3


@pytest.mark.engine
def test_the_answer_tells_what_it_understood(client: TestClient) -> None:
    body = client.get("/api/programmes", params={"q": "福岡市 太陽光"}).json()
    assert body["words"] == {"area": "福岡市"} and body["query"]["area"] == ["40130"]
    assert "invented-0005" in [each["id"] for each in body["hits"]]
    page = client.get("/search", params={"q": "福岡市 太陽光"}).text
    assert "「福岡市」を場所として探しています" in page and "literal=true" in page

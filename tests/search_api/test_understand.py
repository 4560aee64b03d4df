"""Words that mean a place or a deadline."""

from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from indexer.schema import JST
from search_api.query import Query, Sort
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
        # Names that people shorten: a ward of Tokyo, a city in kana, a city with a ward of its name.
        ("品川 創業", "創業", "13109"),
        ("つくば 研究開発", "研究開発", "08220"),
        ("川崎 LED", "LED", "14130"),
        # No places: a word that some place also bears, or that only holds one.
        ("みどりの食料", "みどりの食料", None),
        ("三重の断熱", "三重の断熱", None),
        ("中央 商店街", "中央 商店街", None),
        ("北海道電力", "北海道電力", None),
        ("九州電力", "九州電力", None),
        ("中国 輸出", "中国 輸出", None),
        ("さくら 植樹", "さくら 植樹", None),
        ("北海道の電力", "電力", "01"),
        ("太陽光", "太陽光", None),
    ],
)
def test_places(q: str, left: str, area: str | None) -> None:
    said = understand(Query(q=q), NOW)
    assert (said.query.q, said.query.area) == (left, (area,) if area else ())
    assert ("area" in said.words) == bool(area)


@pytest.mark.parametrize(
    ("q", "left", "area"),
    [
        # Another place that is named decides which one is meant, and the narrowest counts.
        ("札幌 北区 補助金", "補助金", "01102"),
        ("札幌北区 補助金", "補助金", "01102"),
        ("大阪市 中央区 補助金", "補助金", "27128"),
        ("名古屋 港区 太陽光", "太陽光", "23111"),
        ("広島県府中市 補助金", "補助金", "34208"),
        ("福島県 伊達市 創業", "創業", "07213"),
        ("福岡県 福岡市 中央区", "", "40133"),
        ("東京 港区 助成金", "助成金", "13103"),
        # A ward that is the only one of its name.
        ("港北区 省エネ", "省エネ", "14109"),
        # By the sound; a sound that is another word too stays one.
        ("ふくおか 補助金", "補助金", "40"),
        ("yokohama 補助金", "補助金", "14100"),
        ("おおさかし 補助金", "補助金", "27100"),
        ("hikari 補助金", "hikari 補助金", None),
        ("みえ 補助金", "みえ 補助金", None),
        ("川崎重工", "川崎重工", None),
    ],
)
def test_places_decide_each_other(q: str, left: str, area: str | None) -> None:
    said = understand(Query(q=q), NOW)
    assert (said.query.q, said.query.area) == (left, (area,) if area else ())


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("府中市 創業", "13206"),
        ("府中 創業", "13206"),
        ("金沢 創業", "17201"),
        ("中野 創業", "13114"),
        ("中央区 創業", "01101"),
    ],
)
def test_a_name_of_several_places_is_offered_not_guessed(q: str, first: str) -> None:
    said = understand(Query(q=q), NOW)
    assert (said.query.q, said.query.area, said.choices[0]) == ("創業", (), first)
    assert len(said.choices) > 1 and said.words["choices"] == q.split()[0]


def test_several_places_are_all_meant() -> None:
    assert understand(Query(q="福岡市 北九州市 補助金"), NOW).query.area == ("40100", "40130")


@pytest.mark.parametrize(
    ("q", "left", "areas"),
    [
        ("四国 観光", "観光", ("36", "37", "38", "39")),
        ("東海地方の補助金", "補助金", ("21", "22", "23", "24")),
        ("中国地方で使える補助金", "補助金", ("31", "32", "33", "34", "35")),
        ("九州 福岡市 EV", "EV", ("40130",)),
        ("府中 関東", "", ("13206",)),
    ],
)
def test_a_region_is_its_prefectures(q: str, left: str, areas: tuple[str, ...]) -> None:
    said = understand(Query(q=q), NOW)
    assert (said.query.q, said.query.area, said.choices) == (left, areas, ())


def test_a_city_without_its_ending_may_be_something_else() -> None:
    assert understand(Query(q="日立 エアコン"), NOW).short
    assert not understand(Query(q="日立市 エアコン"), NOW).short
    assert understand(Query(q="日立 エアコン"), NOW, short=False).query.area == ()
    assert understand(Query(q="福岡 エアコン"), NOW, short=False).query.area == ("40",)


@pytest.mark.parametrize(
    ("q", "left", "first", "last"),
    [
        ("補助金 今月締切", "補助金", None, "2026-08-31"),
        ("今月末までの補助金", "補助金", None, "2026-08-31"),
        ("今月末 補助金", "補助金", "2026-08-21", "2026-08-31"),
        ("今週締め切り", "", None, "2026-08-23"),
        ("今週中に締め切られる補助金", "補助金", None, "2026-08-23"),
        ("今日締切 補助金", "補助金", None, "2026-08-20"),
        ("来週までに締切の補助金", "補助金", None, "2026-08-30"),
        ("来月締切 省エネ", "省エネ", "2026-09-01", "2026-09-30"),
        ("来月末締切", "", "2026-09-21", "2026-09-30"),
        ("再来月締切", "", "2026-10-01", "2026-10-31"),
        ("8月末まで 補助金", "補助金", None, "2026-08-31"),
        ("９月締切", "", "2026-09-01", "2026-09-30"),
        ("9月上旬締切", "", "2026-09-01", "2026-09-10"),
        ("9月30日締切 太陽光", "太陽光", "2026-09-30", "2026-09-30"),
        ("9/30締切 太陽光", "太陽光", "2026-09-30", "2026-09-30"),
        ("09/05〆切", "", "2026-09-05", "2026-09-05"),
        ("9/30まで", "", None, "2026-09-30"),
        ("3月締切", "", "2027-03-01", "2027-03-31"),
        ("令和9年3月まで 設備", "設備", None, "2027-03-31"),
        ("年度内 設備投資", "設備投資", None, "2027-03-31"),
        ("年内の補助金", "補助金", None, "2026-12-31"),
        # Words apart, and the other way round.
        ("今月 締切 補助金", "補助金", None, "2026-08-31"),
        ("年度末　締切", "", None, "2027-03-31"),
        ("締切 来月 補助金", "補助金", "2026-09-01", "2026-09-30"),
        ("締切が9月末の補助金", "補助金", "2026-09-21", "2026-09-30"),
        # A time that is no deadline.
        ("締切", "締切", None, None),
        ("今月の補助金", "今月の補助金", None, None),
        ("10月 展示会", "10月 展示会", None, None),
        ("3年以内", "3年以内", None, None),
        ("2/3まで補助", "2/3 補助", None, None),
        ("1/2 補助", "1/2 補助", None, None),
        ("5年内", "5年内", None, None),
        ("令和8年度 補助金", "令和8年度 補助金", None, None),
        ("2025年3月まで", "2025年3月", None, None),
        ("今月 太陽光 締切", "今月 太陽光 締切", None, None),
        # Later than any day that can be asked for.
        ("令和99年3月締切", "令和99年3月締切", None, None),
        ("令和83年1月まで 設備", "令和83年1月 設備", None, None),
    ],
)
def test_deadlines(q: str, left: str, first: str | None, last: str | None) -> None:
    said = understand(Query(q=q, literal=None), NOW).query
    days = [str(each) if each else None for each in (said.closes_from, said.closes_to)]
    assert (said.q, *days) == (left, first, last)
    assert said.sort is (Sort.DEADLINE if last else Sort.RELEVANCE)


@pytest.mark.parametrize(
    ("q", "left"),
    [
        ("賃上げ 助成金 使いたい", "賃上げ 助成金"),
        ("従業員の賃上げをしたいが使える助成金はあるか", "従業員 賃上げ 助成金"),
        ("LEDに変えたい", "LED"),
        ("脱炭素 何から始めれば", "脱炭素"),
        ("小規模事業者持続化補助金 次回", "小規模事業者持続化補助金"),
        # Words typed by their sound are no sentence, nor is what many write otherwise.
        ("そーらーぱねる", "ソーラーパネル"),
        ("でぃーえっくす", "DX"),
        ("ものずくり補助金", "ものづくり補助金"),
        ("継続化補助金 2回目", "持続化補助金 2回目"),
        # Names and words that only look like grammar.
        ("見える化", "見える化"),
        ("みどりの食料", "みどりの食料"),
        ("ものづくり・商業・サービス", "ものづくり・商業・サービス"),
        ("空き家", "空き家"),
    ],
)
def test_what_only_asks_goes(q: str, left: str) -> None:
    assert understand(Query(q=q), NOW).query.q == left


def test_longer_words_never_make_a_question_too_long() -> None:
    q = "ソーラ " * 50
    assert understand(Query(q=q.strip()), NOW).query.q


def test_states() -> None:
    assert understand(Query(q="募集中の補助金"), NOW).query.state == ("open", "closing")
    for q in ("補助金 締切間近", "締切が近い補助金"):
        said = understand(Query(q=q), NOW)
        assert (said.query.q, said.query.state) == ("補助金", ("closing",))


def test_what_is_chosen_beats_a_word() -> None:
    query = Query(q="福岡市 太陽光 今月締切", area=("13",), closes_within=30)
    assert understand(query, NOW).query == query
    assert understand(Query(q="今月締切", closes_to="2026-12-01"), NOW).query.q == "今月締切"


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

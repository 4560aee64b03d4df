"""Cases, answers and guides: what staff feature comes first and at once, then everything, narrowed by a form."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer.engine import Engine
from indexer.schema import Eligibility, Kind
from tests.running import Site
from tests.samples import EVERYTHING, programme

pytestmark = pytest.mark.engine

CASES = [
    programme(201, "架空食品 ボイラーの更新", kind=Kind.CASE, areas=["22130"], gx=True, themes=["energy_saving"],
              workforce=42, eligibility=Eligibility(industries=("E",), raw="食料品製造業"), published="2026-05-01"),
    programme(202, "架空旅館 浴場の熱を拾う", kind=Kind.CASE, areas=["22"], gx=True, themes=["circular"],
              workforce=12, eligibility=Eligibility(industries=("M",), raw="宿泊業"), published="2026-07-01"),
    programme(203, "架空商店 販路を広げる", kind=Kind.CASE, areas=["40130"], fields=["sales"], published="2026-06-01"),
    programme(204, "補助金の経理はどうしますか", kind=Kind.QA, fields=["improvement"]),
    programme(205, "省エネの手引き", kind=Kind.GUIDE, areas=["JP"], fields=["environment"]),
    *(programme(300 + each, f"架空の事例 第{each}号", kind=Kind.CASE, areas=["05"], published="2026-01-01")
      for each in range(25)),
]  # fmt: skip


@pytest.fixture(scope="module")
def own(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site.made(engine.endpoint, tmp_path_factory.mktemp("reading"), [*EVERYTHING, *CASES])


@pytest.fixture(scope="module")
def reader(own: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=own.services), follow_redirects=False) as opened:
        yield opened


def seen(reader: TestClient, path: str) -> BeautifulSoup:
    answer = reader.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def titles(page: BeautifulSoup) -> list[str]:
    return [each.get_text(strip=True) for each in page.select("ol.entries .card-title")]


def test_all_cases_newest_first_with_what_they_tell_of(reader: TestClient) -> None:
    page = seen(reader, "/cases")
    assert titles(page)[:4] == [
        "省エネ設備の導入事例", "架空旅館 浴場の熱を拾う", "架空商店 販路を広げる", "架空食品 ボイラーの更新",
    ]  # fmt: skip
    assert "29件" in page.select_one("#all").get_text()  # type: ignore[union-attr]
    [entry] = [each for each in page.select(".entry") if "架空食品" in each.get_text()]
    facts = entry.get_text(" ", strip=True)
    assert "静岡県浜松市" in facts and "製造業" in facts and "従業員42人" in facts


NARROWED = [
    ("?industry=M", {"架空旅館 浴場の熱を拾う"}),
    ("?size=upto50", {"架空食品 ボイラーの更新"}),
    ("?theme=circular", {"架空旅館 浴場の熱を拾う"}),
    ("?field=sales", {"架空商店 販路を広げる"}),
    ("?q=ボイラー", {"架空食品 ボイラーの更新"}),
    ("?gx=true&industry=E", {"架空食品 ボイラーの更新"}),
    ("?industry=M&size=upto50", set()),
]


@pytest.mark.parametrize(("query", "expected"), NARROWED)
def test_narrowing_by_trade_size_theme_field_and_words(reader: TestClient, query: str, expected: set[str]) -> None:
    page = seen(reader, f"/cases{query}")
    assert set(titles(page)) == expected
    assert bool(page.select_one(".empty")) == (not expected)


def test_narrowing_by_place_shows_what_is_told_of_it_and_of_everywhere(reader: TestClient) -> None:
    assert set(titles(seen(reader, "/cases?area=22"))) == {
        "架空食品 ボイラーの更新", "架空旅館 浴場の熱を拾う", "省エネ設備の導入事例",
    }  # fmt: skip


def test_choices_say_what_they_would_give(reader: TestClient) -> None:
    page = seen(reader, "/cases")
    sizes = {str(each["value"]): each.get_text() for each in page.select('select[name="size"] option')}
    assert sizes == {"": "すべて", "upto20": "20人以下（2）", "upto50": "21〜50人（1）"}


def test_pages_of_cases_and_bad_addresses(reader: TestClient) -> None:
    second = seen(reader, "/cases?page=2")
    assert len(titles(second)) == 9 and second.select_one("a[rel=prev]")
    beyond = seen(reader, "/cases?page=99")
    assert "最初のページへ" in beyond.get_text()
    odd = seen(reader, "/cases?nonsense=1&industry=Z&kind=loan")
    told = odd.select_one(".notice").get_text()  # type: ignore[union-attr]
    assert all(each in told for each in ("industry", "kind", "nonsense"))
    blank = reader.get("/cases?q=&industry=M&area=&nonsense=1")
    assert (blank.status_code, blank.headers["location"]) == (303, "/cases?industry=M&nonsense=1")


def test_answers_and_guides(reader: TestClient) -> None:
    assert titles(seen(reader, "/answers")) == ["補助金の経理はどうしますか"]
    assert titles(seen(reader, "/guides")) == ["省エネの手引き"]
    assert seen(reader, "/answers").select_one('select[name="area"]') is None


def test_what_staff_feature_shows_first_unless_a_question_is_asked(own: Site, reader: TestClient) -> None:
    assert seen(reader, "/cases").select_one(".tiles") is None
    id = own.collect("夏の省エネ", {"invented-0201": "ボイラーの費用が半分になりました"})
    page = seen(reader, "/cases")
    headings = [each.get_text(" ", strip=True) for each in page.select("main h2")]
    assert headings[0] == "夏の省エネ" and headings[-1].startswith("すべての事例")
    [collection] = page.select(".tiles")
    assert "架空食品 ボイラーの更新" in collection.get_text() and "費用が半分" in collection.get_text()
    for path in ("/cases", "/"):
        [english] = BeautifulSoup(reader.get(path, headers={"Cookie": "lang=en"}).text, "lxml").select(".tiles")
        assert "Case" in english.get_text() and "取組事例" not in english.get_text()
        assert english.select_one("h3, h4")["lang"] == "ja"  # type: ignore[index]
    for narrowed in ("/cases?industry=M", "/cases?page=2", "/guides"):
        assert seen(reader, narrowed).select_one(".tiles") is None
    with own.services.store.transaction() as writer:
        writer.drop_collection(id)
    assert seen(reader, "/cases").select_one(".tiles") is None

"""What a programme's page tells of other programmes: rounds, top-ups, what excludes it, and other towns'."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend.app import create_app
from frontend.place import Place
from frontend.related import MOST, related
from indexer.engine import Engine
from indexer.schema import Programme, Relation, RelationKind
from indexer.vocab import regions
from search_api.detail import detail
from tests.running import Site
from tests.samples import NOW, PAST, programme, window

pytestmark = pytest.mark.engine

NOW_OPEN = (window("2026-08-01", "2026-09-30T17:00"),)


def gx(number: int, title: str, area: str, **values: object) -> Programme:
    return programme(
        number, title, **({"areas": [area], "windows": NOW_OPEN, "themes": ["renewables"], "gx": True} | values)
    )


ENTRIES = [
    gx(1, "令和7年度 架空市太陽光応援補助金", "40130", windows=(window("2025-04-01", "2025-06-30"),)),
    gx(2, "令和8年度 架空市太陽光応援補助金", "40130", 
       body="国の「全国太陽光応援事業補助金」に上乗せします。他の補助金と併用できません。"),
    gx(3, "全国太陽光応援事業補助金", "JP"),
    gx(4, "隣町太陽光補助金", "40218"),
    gx(5, "隣町終了太陽光補助金", "40218", windows=PAST),
    gx(6, "遠い町の太陽光補助金", "13222"),
    gx(7, "県内でも離れた町の太陽光補助金", "40100"),
    gx(8, "基山町太陽光補助金", "41341"),
    gx(9, "島の太陽光補助金", "13421"),
    gx(10, "隣町再エネ設備導入補助金", "40218", body="屋根に載せる太陽光の設備に。"),
    gx(11, "架空市工場等建設奨励金", "40130", gx=False, themes=[], fields=["region", "equipment"]),
    gx(12, "架空市移転奨励金", "40130", gx=False, themes=[], fields=["region", "equipment", "people"]),
    gx(13, "架空市展示会出展助成金", "40130", gx=False, themes=[], fields=["sales"]),
    gx(14, "隣町空き店舗奨励金", "40218", gx=False, themes=[], fields=["region", "equipment"]),
    gx(15, "隣町随時の太陽光補助金", "40218", windows=(window(None, None, basis="rolling"),)),
    gx(17, "問い合わせ先のある支援", "13421", gx=False, themes=[],
       body="■申請方法\n郵送してください。\n■問合せ先\n架空市商工課\nhttps://invented.example/ask\n■その他\nなし"),
    gx(16, "秋の催し", "40130", kind="seminar",
       windows=(window("2026-10-31", "2026-10-31", role="event", precision="month"),)),
]  # fmt: skip


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site.made(engine.endpoint, tmp_path_factory.mktemp("related"), ENTRIES)


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=site.services), follow_redirects=False) as opened:
        yield opened


def read(client: TestClient, number: int) -> BeautifulSoup:
    return BeautifulSoup(client.get(f"/programmes/invented-{number:04}").text, "lxml")


def section(page: BeautifulSoup, id: str) -> str:
    heading = page.find(id=id)
    assert heading is not None and heading.parent is not None, id
    return heading.parent.get_text()


def test_a_closed_round_leads_to_the_open_one(client: TestClient) -> None:
    page = read(client, 1)
    (notice,) = page.select(".notice")
    assert notice.a is not None
    assert notice.a["href"] == "/programmes/invented-0002"
    assert "2026年9月30日" in notice.get_text()
    assert "令和8年度" in section(page, "rounds")


def test_an_open_round_shows_the_last_without_a_notice(client: TestClient) -> None:
    page = read(client, 2)
    assert page.select(".notice") == []
    assert "令和7年度" in section(page, "rounds")
    assert "2025年6月30日" in section(page, "rounds"), "a day of another year says its year"


def test_a_month_is_no_day(client: TestClient) -> None:
    standing = read(client, 16).select_one(".standing")
    assert standing is not None
    assert "2026年10月から" in standing.get_text() and "あと" not in standing.get_text()


def facts(page: BeautifulSoup) -> dict[str, str]:
    return {row.dt.get_text(): row.dd.get_text() for row in page.select("dl.facts > div") if row.dt and row.dd}


def test_how_to_apply_and_whom_to_ask_are_found_in_the_text(client: TestClient) -> None:
    told = facts(read(client, 17))
    assert told["申し込み方法"] == "郵送してください。"
    assert told["問い合わせ"] == "架空市商工課\nhttps://invented.example/ask"


def test_top_ups_and_exclusions_stand_in_their_words_on_both_sides(client: TestClient) -> None:
    town, nation = facts(read(client, 2)), facts(read(client, 3))
    assert "ほかの制度に上乗せする" in town["上乗せ"] and "全国太陽光応援事業補助金" in town["上乗せ"]
    assert "この制度に上乗せする支援" in nation["上乗せ"] and "架空市太陽光応援補助金" in nation["上乗せ"]
    assert "他の補助金と併用できません" in town["併用"]
    assert "併用" not in nation


def test_open_support_of_the_towns_around_the_nearest_first(client: TestClient) -> None:
    told = section(read(client, 2), "elsewhere")
    assert told.strip().startswith("近くの市区町村")
    assert told.index("隣町太陽光補助金") < told.index("基山町"), "over the border of the prefecture, but further"
    assert not any(each in told for each in ("隣町終了", "遠い町", "離れた町", "架空市"))
    assert read(client, 3).find(id="elsewhere") is None


def test_what_shares_no_word_of_the_title_is_alike_by_its_themes_or_most_of_its_fields(client: TestClient) -> None:
    assert "隣町再エネ設備導入補助金" in section(read(client, 4), "similar")
    told = section(read(client, 11), "similar")
    assert "架空市移転奨励金" in told and "展示会" not in told
    assert read(client, 11).find(id="elsewhere") is None, "in another town a field alone is not the same support"


def test_support_of_other_towns_that_is_always_open_counts(client: TestClient) -> None:
    assert "隣町随時の太陽光補助金" in section(read(client, 2), "elsewhere")


def test_where_no_town_is_near_the_prefectures_others(client: TestClient) -> None:
    told = section(read(client, 9), "elsewhere")
    assert told.strip().startswith("同じ都道府県のほかの市区町村")
    assert "遠い町" in told


def test_the_api_gives_the_relations(client: TestClient) -> None:
    told = client.get("/api/programmes/invented-0002").json()["relations"]
    assert [(each["kind"], each["id"]) for each in told] == [
        ("round", "invented-0001"), ("top_up", "invented-0003"), ("exclusive", ""),
    ]  # fmt: skip


def test_of_hundreds_of_towns_that_add_to_it_those_near_the_reader_are_read(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    towns = [each.code for each in regions.children("40")][: MOST + 5]
    tops = [gx(100 + at, f"架空の上乗せ{at}", code) for at, code in enumerate(towns)]
    entries = [gx(99, "架空の全国補助金", "JP"), *tops]
    made = Site.made(engine.endpoint, tmp_path_factory.mktemp("towns"), entries)
    store = made.services.store
    told = [Relation(kind=RelationKind.TOP_UP, id=each.id, raw="に上乗せ", told_by=each.id) for each in tops]
    found = detail(store, entries[0].id, NOW)
    assert found is not None
    found = found.model_copy(update={"relations": tuple(told)})
    group = related(store, found, NOW, Place("40", towns[-1])).top_ups
    assert (len(group.items), group.more) == (MOST, 5)
    assert group.items[0].item is not None and group.items[0].item.areas == (towns[-1],)
    few = related(store, found.model_copy(update={"relations": tuple(told[:3])}), NOW, Place()).top_ups
    assert [each.item.id for each in few.items if each.item] == [each.id for each in tops[:3]] and few.more == 0


@pytest.mark.parametrize("path", ["/programmes/invented-0002", "/guide"])
def test_nothing_is_counted_that_nobody_is_shown(site: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    fresh = Site(site.where, site.services.settings).services
    plain, asked = fresh.searcher.engine.multi, list[dict[str, Any]]()

    async def noted(requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        asked.extend(requests)
        return list(await plain(requests))

    monkeypatch.setattr(fresh.searcher.engine, "multi", noted)
    with TestClient(create_app(own=fresh, publishes=False)) as reader:
        assert reader.get(path).status_code == 200
    counted = {facet for each in asked for facet in each.get("facets", [])}
    assert asked and not counted & {"kind", "theme", "source", "prefectures", "posted"}

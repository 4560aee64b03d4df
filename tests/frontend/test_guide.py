"""The guide: its file is whole, each measure leads to support that is open, and desks near the reader come first."""

from collections.abc import Sequence

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend.counts import question
from frontend.guide import content
from indexer.vocab import labels
from search_api.search.engine import Answer, Request
from tests.running import Site

pytestmark = pytest.mark.engine


def seen(client: TestClient, path: str = "/guide") -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def links(client: TestClient, path: str) -> set[str]:
    return {str(each["href"]) for each in seen(client, path).select(".trades a")}


def test_the_file_is_whole() -> None:
    file = content()
    trades = {each.id for each in file.trades}
    assert list(file.views) == list(labels.labels("lever"))
    assert len(file.path) == 5
    for view in file.views.values():
        assert view.ask and len(view.measures) >= 5
        for each in view.measures:
            assert set(each.trades) <= trades and each.cost in file.costs
            assert bool(each.support) or each.cost != "invest", each.what
            for spec in each.support:
                assert spec["name"] and question(spec)
    for trade in trades:
        for name, view in file.views.items():
            mine = [each for each in view.measures if not each.trades or trade in each.trades]
            assert mine, f"nothing for {trade} in {name}"


def test_six_views_five_steps_and_desks(client: TestClient) -> None:
    page = seen(client)
    assert [each.contents[0] for each in page.select(".levers h3")] == [
        "ヤメル", "サゲル", "ナオス", "トメル", "カエル", "ヒロウ",
    ]  # fmt: skip
    assert len(page.select(".path > li")) == 5
    assert page.select_one('a[href="/estimate"]')
    assert page.find(id="desks") is not None


def test_a_trade_narrows_measures_and_searches(client: TestClient) -> None:
    everything, shop = seen(client), seen(client, "/guide?trade=shop")
    measures = {each.get_text() for each in shop.select(".measures p:first-child")}
    assert measures < {each.get_text() for each in everything.select(".measures p:first-child")}
    assert any("ナイトカバー" in each for each in measures) and not any("ドレン" in each for each in measures)
    links = [str(each["href"]) for each in shop.select(".measures .to a")]
    assert links and all("industry=I" in each for each in links)
    assert shop.select_one('.trades [aria-current="true"]').get_text() == "お店"  # type: ignore[union-attr]
    assert seen(client, "/guide?trade=nonsense").select_one('.trades [aria-current="true"]').get_text() == "すべて"  # type: ignore[union-attr]


def test_counts_are_of_what_is_open_where_the_reader_is(client: TestClient) -> None:
    """太陽光: two programmes of 福岡市 are open; in 札幌市 there is none, and the page says so and shows what was."""
    client.cookies.set("place", "40130")
    try:
        page = seen(client)
        counted = 0
        for each in page.select(".measures .to"):
            link, count = each.select_one("a"), each.select_one(".count")
            assert link is not None
            if count is None:
                assert "state=any" in str(link["href"]) and "見つかりません" in each.get_text()
                continue
            total = client.get(str(link["href"]).replace("/search", "/api/programmes")).json()["total"]
            assert count.get_text(strip=True) == f"受付中 {total:,}件" and total
            counted += 1
        assert counted
        solar = next(each for each in page.select(".measures li") if "太陽光" in each.get_text())
        assert "受付中 2件" in solar.get_text()
        assert "福岡県福岡市で使える相談窓口" in page.get_text()
        client.cookies.set("place", "01100")
        solar = next(each for each in seen(client).select(".measures li") if "太陽光" in each.get_text())
        assert "いま受付中のものが見つかりません" in solar.get_text()
    finally:
        client.cookies.clear()


def test_a_place_is_asked_for_and_remembered(client: TestClient) -> None:
    answer = client.get("/guide?area=40&trade=shop")
    assert "福岡県で使える相談窓口" in answer.text and 'value="shop"' in answer.text
    assert "place=40" in answer.headers["set-cookie"]
    assert "福岡県で使える相談窓口" in client.get("/guide").text
    assert "/guide?area=40&trade=inn#views" in links(client, "/guide?area=40&trade=shop")
    assert "/guide?area=40#views" in links(client, "/guide?area=40&trade=shop")
    assert "/guide?trade=inn#views" in links(client, "/guide?area=nonsense&trade=shop")
    client.get("/guide?area=40")
    assert 'place=""' in client.get("/guide?area=").headers["set-cookie"]
    assert "全国の相談窓口" in client.get("/guide?area=nonsense").text
    client.cookies.clear()


def test_the_engine_is_asked_once_for_all_counts(site: Site, client: TestClient) -> None:
    searcher, trips = site.services.searcher, list[int]()
    plain = searcher.engine.multi

    async def counted(queries: Sequence[Request]) -> list[Answer]:
        trips.extend([1] if queries else [])
        return await plain(queries)

    searcher.engine.multi = counted  # type: ignore[method-assign]
    try:
        client.cookies.set("place", "13")
        for expected in (6, 2):  # the words in three steps, the counts, and the desks twice; then the desks alone
            trips.clear()
            seen(client)
            assert len(trips) <= expected
    finally:
        del searcher.engine.multi
        client.cookies.clear()

"""Pages as answers: strict HTML, links that lead somewhere, fragments, ways out, and nothing of a source that runs."""

import gzip
import re
import warnings
from itertools import pairwise
from urllib.parse import urljoin

import html5lib
import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend import origins
from frontend.assets import asset_url
from indexer.publish import publish
from indexer.schema import Change, Link, LinkState
from indexer.store import Run
from tests.running import Site

pytestmark = pytest.mark.engine

PAGES = [
    "/",
    "/?area=40130",
    "/search",
    "/search?area=40130&q=太陽光",
    "/search?area=05&page=2",
    "/search?page=99",
    "/search?q=どこにもない&kind=seminar&area=40130&nonsense=1",
    "/programmes/invented-0001",
    "/programmes/invented-0005",
    "/programmes/invented-0010",
    "/programmes/invented-0011",
    "/programmes/invented-0001/report",
    "/programmes/invented-0090",
    "/programmes/invented-0091",
    "/programmes/none",
    "/calendar",
    "/calendar?area=13&month=2026-12",
    "/map?gx=true",
    "/compare",
    "/compare?id=invented-0001&id=invented-0090&id=none&id=invented-0005&id=invented-0006",
    "/list",
    "/list?id=invented-0001&id=invented-0090",
    "/guide",
    "/guide?trade=factory",
    "/estimate",
    "/estimate?per=year&electricity=1000&lpg=20&area=40130",
    "/estimate?per=month&electricity=abc&gasoline=-1",
    "/cases",
    "/cases?industry=E&nonsense=1",
    "/answers",
    "/guides",
    "/sources/places/40",
    "/developers",
    "/words",
    "/sources",
    "/about",
    "/accessibility",
    "/nowhere",
]


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "lxml")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_strict_html_with_one_heading_and_unique_ids(client: TestClient, path: str) -> None:
    text = client.get(path).text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        html5lib.HTMLParser(strict=True).parse(text)
    page = soup(text)
    assert len(page.find_all("h1")) == 1
    ids = [each["id"] for each in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert page.html is not None and page.html["lang"] == "ja"
    assert page.title is not None and page.title.get_text().endswith("| 支援さがし")
    levels = [int(each.name[1]) for each in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert not page.find_all(style=True)
    assert not [
        each for each in page.find_all("script") if not each.get("src") and each.get("type") != "application/ld+json"
    ]


def test_links_within_the_site_lead_somewhere(client: TestClient) -> None:
    seen: set[str] = set()
    for path in PAGES:
        page = soup(client.get(path).text)
        for each in page.select("a[href], link[href], script[src], form[action]"):
            target = str(each.get("href") or each.get("src") or each.get("action"))
            if target.startswith("#"):
                assert page.find(id=target[1:]), f"{path} has no {target}"
            elif target.startswith(("/", "?")) and not target.startswith("/static/vendor"):
                seen.add(urljoin(path, target).partition("#")[0])
    assert len(seen) > 100
    bad = {each: code for each in seen if (code := client.get(each).status_code) not in (200, 303)}
    client.cookies.delete("lang")
    assert bad == {}


def test_the_form_becomes_an_address_to_keep_and_the_place_is_remembered(client: TestClient) -> None:
    answer = client.get("/search?q=太陽光&prefecture=40&town=40130&kind=&gx=true")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/search?q=%E5%A4%AA%E9%99%BD%E5%85%89&area=40130&gx=true"
    assert "place=40130" in answer.headers["set-cookie"] and "HttpOnly" in answer.headers["set-cookie"]
    assert "福岡県福岡市で使える" in client.get("/").text
    assert client.get("/search?prefecture=13&town=40130").headers["location"] == "/search?area=13"
    forgotten = client.get("/search?prefecture=&town=")
    assert forgotten.headers["location"] == "/search"
    assert 'place=""' in forgotten.headers["set-cookie"]
    assert "場所の記憶を消す" not in client.get("/").text


def test_what_is_not_understood_goes_along_when_empty_fields_are_dropped(client: TestClient) -> None:
    answer = client.get("/search?q=太陽光&area=&nonsense=1")
    assert answer.status_code == 303
    assert "アドレスに分からない指定がありました（nonsense）" in client.get(answer.headers["location"]).text


def test_the_form_keeps_several_places_until_another_is_chosen(client: TestClient) -> None:
    page = client.get("/search?q=四国 太陽光").text
    assert '<option value="several" selected>徳島県・香川県・愛媛県・高知県</option>' in page
    kept = client.get("/search?q=太陽光&area=36&area=37&prefecture=several&town=")
    assert kept.headers["location"].endswith("&area=36&area=37")
    assert client.get("/search?area=36&area=37&prefecture=40&town=").headers["location"] == "/search?area=40"


def test_towns_of_a_prefecture(client: TestClient) -> None:
    assert '<option value="40130">福岡市</option>' in client.get("/places/towns?prefecture=40").text
    for wrong in ("", "99", "40130", "'"):
        assert client.get("/places/towns", params={"prefecture": wrong}).text.count("<option") == 1


def test_one_address_gives_the_page_and_its_fragment(client: TestClient) -> None:
    page = client.get("/search?area=13")
    part = client.get("/search?area=13", headers={"HX-Request": "true"})
    back = client.get("/search?area=13", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "HX-Request" in page.headers["vary"] and "HX-Request" in part.headers["vary"]
    assert "<html" in page.text and "<html" in back.text and "<html" not in part.text
    assert soup(part.text).select_one("#found .card-title") is not None


def test_an_empty_result_says_what_to_drop_and_what_it_would_give(client: TestClient) -> None:
    page = soup(client.get("/search?q=太陽光&area=40130&kind=seminar").text)
    ways = {str(each["href"]): each.get_text(" ", strip=True) for each in page.select(".ways a")}
    assert ways
    for link, words in ways.items():
        total = client.get("/api" + link.replace("/search", "/programmes")).json()["total"]
        assert f"{total}件" in words
    assert any("セミナー・イベント の条件を外す" in each for each in ways.values())


def test_chips_drop_what_they_name(client: TestClient) -> None:
    page = soup(client.get("/search?q=補助金&area=13&theme=energy_saving&kind=-loan").text)
    chips = {each.get_text(strip=True): each["href"] for each in page.select(".chips a")}
    assert chips["「補助金」を外す"] == "/search?area=13&kind=-loan&theme=energy_saving"
    assert chips["融資・保証を除くを外す"] == "/search?q=%E8%A3%9C%E5%8A%A9%E9%87%91&area=13&theme=energy_saving"


def test_a_programme_shows_the_words_of_the_source_and_what_changed(client: TestClient) -> None:
    page = client.get("/programmes/invented-0091").text
    for words in (
        "従業員20人以下の製造業",
        "太陽光パネル",
        "あと6日",
        "2026-08-01から2026-08-28まで",
        "公式ページを見る",
    ):
        assert words in page
    labelled = [each.get_text(" ", strip=True) for each in soup(page).select(".labels li")]
    assert labelled[:2] == ["補助金・助成金 原文の語：補助金", "GX 原文の語：太陽光パネル"]
    assert "再生可能エネルギー 原文の語：太陽光パネル" in labelled
    assert client.get("/search?gx=true").status_code == 200 and 'href="/search?gx=true"' in page
    changed = soup(client.get("/programmes/invented-0001").text).select_one(".changes")
    assert changed is not None and "旧から → 新に変わりました" in changed.get_text(" ", strip=True).replace(
        " ", ""
    ).replace("から→", "から → ")
    assert soup(client.get("/programmes/invented-0005").text).select(".timeline .bar.over")


def test_a_name_in_one_endless_word_has_a_page(client: TestClient) -> None:
    assert client.get("/programmes/invented-0092").status_code == 200


@pytest.mark.parametrize(
    "path", [each for each in PAGES if "invented-0090" in each] + ["/search?q=悪意", "/calendar?month=2026-12"]
)
def test_nothing_of_a_source_can_run(client: TestClient, path: str) -> None:
    answer = client.get(path)
    page = soup(answer.text)
    assert "悪意のある名称" in answer.text
    assert not page.select("img, svg[onload], main script, [onerror], b")
    links = [str(each["href"]) for each in page.select("a[href]")]
    assert not [each for each in links if each.strip().lower().startswith(("javascript:", "data:", "vbscript:"))]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_are_light(client: TestClient) -> None:
    pages = {path: len(gzip.compress(client.get(path).text.encode(), 5)) for path in PAGES}
    assert max(pages.values()) <= 40_000, pages
    head = soup(client.get("/search").text).select("link[rel=stylesheet], script[src]")
    static = [str(each.get("href") or each.get("src")) for each in head]
    assert len(static) == 3
    assert sum(len(gzip.compress(client.get(each).content, 5)) for each in static) <= 60_000
    assert client.get("/search").headers["content-encoding"] == "br"


def test_styles_and_scripts_are_kept_for_ever_until_they_change(client: TestClient) -> None:
    address = asset_url("site.css")
    kept = client.get(address)
    assert "immutable" in kept.headers["cache-control"] and kept.headers["content-type"].startswith("text/css")
    assert kept.headers["content-encoding"] == "br"
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.content == kept.content and "content-encoding" not in plain.headers
    unwilling = client.get(address, headers={"Accept-Encoding": "br;q=0"})
    assert unwilling.content == kept.content and "content-encoding" not in unwilling.headers
    old = client.get("/static/made/site-000000000000.css")
    assert old.content == kept.content and old.headers["cache-control"] == "no-cache"
    assert client.get("/static/made/none-0.css").status_code == 404


def test_the_place_that_is_remembered_goes_along(client: TestClient) -> None:
    client.cookies.set("place", "40130")
    try:
        page = soup(client.get("/words").text)
        links = [str(each["href"]) for each in page.select(".site-nav a")]
        assert links[:3] == ["/search?area=40130", "/calendar?area=40130", "/map"]
        everywhere = client.get("/search?q=補助金").text
        assert "福岡県福岡市の会社が使えるものに絞る" in everywhere
        assert "使えるものに絞る" not in client.get("/search?q=補助金&area=13").text
    finally:
        client.cookies.clear()


def test_a_source_that_is_down_is_said_where_its_data_is_shown(client: TestClient, site: Site) -> None:
    def run(ok: bool) -> Run:
        at = "2026-08-20T04:00:00+09:00" if ok else "2026-08-21T04:00:00+09:00"
        return Run(source="invented", variant="{}", at=at, ok=ok, counts={})

    shown = (
        "/",
        "/search",
        "/map",
        "/programmes/invented-0001",
        "/calendar",
        "/list?id=invented-0001",
        "/compare?id=invented-0001",
        "/cases",
    )
    with site.services.store.transaction() as writer:
        writer.add_run(run(True))
        writer.add_run(run(False))
    origins._sources.cache_clear()
    for path in shown:
        told = soup(client.get(path).text).get_text()
        assert "invented（2026年8月20日（木）の内容）からの取得が止まっています" in told, path
    assert "取得が止まっています" not in client.get("/list").text
    with site.services.store.transaction() as writer:
        writer.add_run(run(True).__class__(**run(True).__dict__ | {"at": "2026-08-22T03:00:00+09:00"}))
    origins._sources.cache_clear()
    assert "取得が止まっています" not in client.get("/search").text


def test_what_was_not_read_without_doubt_is_said_to_readers_and_to_staff_alone_what_is_theirs(
    client: TestClient,
) -> None:
    page = soup(client.get("/programmes/invented-0090").text)
    told = [each.get_text() for each in page.select(".programme-main .notice")]
    assert len(told) == 1 and "原文の日付と曜日が合っていません" in told[0] and "<script>" in told[0]
    assert "staff alone" not in page.get_text()


def test_addresses_in_a_text_are_links_and_nothing_else_is(client: TestClient) -> None:
    body = soup(client.get("/programmes/invented-0091").text).select_one(".body")
    assert body is not None
    assert [str(each["href"]) for each in body.select("a")] == ["https://invented.example/a(b)"]


def test_what_cannot_be_read_is_quoted_or_said(client: TestClient) -> None:
    cards = {
        str(each.a["href"]): each.select_one(".card-facts").get_text(" ", strip=True)  # type: ignore[union-attr]
        for each in soup(client.get("/search?area=40130&per_page=100").text).select(".card")
        if each.a
    }
    assert "対象 製造業・従業員20人以下" in cards["/programmes/invented-0091"]
    assert "対象 公式ページでご確認ください" in cards["/programmes/invented-0005"]
    assert "金額 記載なし" in cards["/programmes/invented-0005"]


def test_a_case_tells_of_its_firm(client: TestClient) -> None:
    page = soup(client.get("/programmes/invented-0011").text)
    facts = {
        each.dt.get_text(): each.dd.get_text(" ", strip=True)
        for each in page.select(".facts > div")
        if each.dt and each.dd
    }
    assert (
        "従業員" in facts["会社"] and facts["地域"].startswith("全国") and "対象者" not in facts and "金額" not in facts
    )


def test_while_the_engine_is_away_pages_that_need_it_say_so(client: TestClient, site: Site) -> None:
    site.gone = True
    site.services.searcher.engine.forget()
    try:
        # Of a place that nobody has asked for yet: what was answered before still is.
        for path in ("/?area=47382", "/search?area=47382", "/calendar?area=47382", "/map?amount_min=7"):
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert "ただいま検索を利用できません" in answer.text
        for path in ("/programmes/invented-0091", "/compare?id=invented-0001", "/list", "/sources", "/about"):
            assert client.get(path).status_code == 200
    finally:
        site.gone = False
    assert client.get("/").status_code == 200


def test_a_dead_official_page_is_said(client: TestClient, site: Site) -> None:
    url = "https://kyoto.example/nigiwai.html"
    gone = Link(
        programme="invented-0002", url=url, state=LinkState.INVALID, told="HTTP 404", checked="2026-08-20T04:00"
    )
    with site.services.store.transaction() as writer:
        writer.put_links([gone])
    page = client.get("/programmes/invented-0002").text
    assert "公式ページは、2026年8月20日（木）に確かめたときには見つかりませんでした" in page
    assert client.get("/api/programmes/invented-0002").json()["link"]["told"] == "HTTP 404"
    # What was seen of an older address says nothing about this one.
    with site.services.store.transaction() as writer:
        writer.put_links([gone.model_copy(update={"url": "https://kyoto.example/old.html"})])
    assert "見つかりませんでした" not in client.get("/programmes/invented-0002").text


def test_a_deadline_that_was_put_off_is_said(client: TestClient, site: Site) -> None:
    def ends(day: str) -> list[dict[str, str]]:
        return [{"role": "apply", "closes": day, "raw": day}]

    moved = Change(
        at="2026-08-21T04:00:00+09:00", field="windows", was=ends("2026-11-30"), now=ends("2026-12-25T17:00")
    )
    with site.services.store.transaction() as writer:
        writer.remember([("invented-0004", moved)])
        writer.touch()
    publish(site.where, site.services.store, site.services.now())
    page = client.get("/programmes/invented-0004").text
    assert "締切が2026年11月30日（月）から2026年12月25日（金）17:00に延びました" in page
    assert "締切延長" in client.get("/search?q=販路開拓&area=27").text
    [found] = [each for each in client.get("/api/programmes?area=27").json()["hits"] if each["id"] == "invented-0004"]
    assert found["news"]["kind"] == "extended" and found["news"]["was"] == "2026-11-30"
    assert "【締切延長】大阪府" in client.get("/feeds/programmes.atom?area=27").text

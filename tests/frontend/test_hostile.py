"""Sources full of script: crawled, taken in, published and shown, they are text and nothing else.

The project's own recordings, in the structure of the real sources, are poisoned wherever a source writes words or
addresses: as markup, as text that means markup, broken, and with marks that turn the direction of writing.
"""

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup, NavigableString
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer.crawl import crawl
from indexer.engine import Engine
from indexer.ingest import ingest
from indexer.publish import publish
from indexer.schema import JST
from indexer.settings import Settings
from indexer.store import Store
from tests.conftest import ROOT
from tests.frontend.conftest import Open
from tests.running import Site

pytestmark = pytest.mark.engine
NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)

MARKUP = (
    '<script>window.ran=1</script><img src=x onerror="window.ran=1">'
    '<img src="data:image/svg+xml,<svg/onload=alert(1)>"><svg/onload=window.ran=1>'
    '<a href="javascript:window.ran=1">押す</a><iframe srcdoc="<script>parent.ran=1</script>"></iframe>'
    "<style>*{display:none}</style><base href=//evil.example/><form action=//evil.example/><b onmouseover=ran=1>"
)
BROKEN = (
    "</title></script></textarea></template>\"'><!-- <<p <scr<script>ipt>window.ran=1</scr</script>ipt>"
    "{{ 7*7 }} {% x %}"
)
TURNED = "\u202eれさ逆\u2066\u200f"
# What means markup comes before what is markup: reading that ends with the first element that is never closed.
POISON = "<b>太字</b>" + html.escape(MARKUP) + html.escape(BROKEN) + TURNED + MARKUP + BROKEN
ADDRESS = "javascript:window.ran=1//https://evil.example/"


def poisoned(text: str, key: str = "") -> str:
    """Words with poison behind them; what a program reads (ids, days, numbers, codes) is left as it is."""
    if re.search(r"url|link", key, re.I):
        return ADDRESS
    return text + POISON if re.search(r"[぀-ヿ一-鿿]", text) else text


def of_json(content: str) -> str:
    kept = {"target_area_search", "industry", "subsidy_rate", "target_number_of_employees", "granttype"}

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: walk(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [walk(each, key) for each in value]
        return poisoned(value, key) if isinstance(value, str) and key not in kept else value

    return json.dumps(walk(json.loads(content), ""), ensure_ascii=False)


def of_rss(content: str) -> str:
    soup = BeautifulSoup(content, "xml")
    for item in soup.find_all("item"):
        for name in ("title", "description", "subject"):
            for each in item.find_all(name):
                each.string = each.get_text() + POISON
    # One that is no address at all; the others are needed to tell the entries apart.
    soup.find_all("item")[-1].link.string = ADDRESS
    return str(soup)


def of_html(content: str) -> str:
    soup = BeautifulSoup(content, "html.parser")
    for text in list(soup.find_all(string=True)):
        if isinstance(text, NavigableString) and text.find_parent(("h1", "h3", "p", "td", "dd")):
            text.replace_with(text + POISON)
    page = str(soup)
    return page.replace("</article>", MARKUP + BROKEN + "</article>")


def of_csv(content: str) -> str:
    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    kept = {"支援制度種別", "給付金額", "補助率", "標準産業分類", "【事業者の制度】事業ステージ分類"}
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(rows[0])
    for row in rows[1:]:
        cells = zip(rows[0], row, strict=False)
        writer.writerow([cell if name in kept else poisoned(cell, name) for name, cell in cells])
    return "\ufeff" + target.getvalue()


SOURCES: dict[str, Callable[[str], str]] = {
    "jgrants": of_json,
    "jnet21_support": of_rss,
    "jnet21_articles": of_html,
    "opendata_support_13104": of_csv,
}


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(var=folder, rate=0)
    store = Store(settings.store_url)
    for name, poison in SOURCES.items():
        recording = folder / "recordings" / name
        shutil.copytree(ROOT / "tests" / "spiders" / name, recording)
        for page in (recording / "pages").iterdir():
            page.write_text(poison(page.read_text(encoding="utf-8")), encoding="utf-8")
        finished = crawl([name], folder / "crawled" / name, replay=recording)
        assert finished and all(each["items"] for each in finished), name
        assert all(run.ok and run.counts["seen"] for run in ingest(folder / "crawled" / name, store, NOW)), name
    publish(engine.endpoint, store, NOW)
    store.close()
    return Site(engine.endpoint, settings)


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=site.services), follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def ids(site: Site) -> list[str]:
    return [id for id, _ in site.services.store.listed()]


def pages(ids: list[str]) -> list[str]:
    chosen = "&".join(f"id={each}" for each in ids)
    return [
        "/",
        "/search?state=any&per_page=100",
        "/search?q=script",
        "/search?q=" + "%3Cscript%3Ewindow.ran=1%3C/script%3E",
        "/search?source=%3Cscript%3E&nonsense=%3Cscript%3E",
        "/calendar",
        "/map",
        f"/compare?{chosen}",
        f"/list?{chosen}",
        "/sources",
        *(f"/programmes/{each}" for each in ids),
        f"/programmes/{ids[0]}/report",
    ]


def test_the_poison_came_through_the_crawl(client: TestClient, ids: list[str]) -> None:
    """Else nothing that follows proves anything."""
    found = [client.get(f"/api/programmes/{each}").json() for each in ids]
    for name in SOURCES:
        own = [each for each in found if each["source"]["name"] == name]
        assert any("<script>window.ran=1</script>" in each["title"] + each["body"] for each in own), name
        assert any("\u202e" in each["title"] + each["body"] for each in own), name


def test_every_page_shows_text_and_keeps_its_own_markup(client: TestClient, ids: list[str]) -> None:
    for path in pages(ids):
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = BeautifulSoup(answer.text, "lxml")
        assert not page.select(
            "img, iframe, style, base, object, embed, [srcdoc], main script, main form[action^='//']"
        ), path
        handlers = [name for each in page.find_all(True) for name in each.attrs if name.startswith("on")]
        assert handlers == [], path
        addresses = [
            str(each.get("href") or each.get("src") or each.get("action") or "") for each in page.find_all(True)
        ]
        schemes = {each.partition(":")[0] for each in addresses if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", each)}
        assert schemes <= {"http", "https"}, path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy


def test_what_programs_read_is_no_trap_either(client: TestClient, ids: list[str]) -> None:
    for path in ("/feeds/programmes.atom", "/sitemap-1.xml"):
        tree = BeautifulSoup(client.get(path).content, "xml")
        assert not tree.find_all(["script", "img", "iframe"])
    calendar = client.get("/list.ics?" + "&".join(f"id={each}" for each in ids)).text
    assert not re.search(r"^(<|javascript:)", calendar, re.M)
    rows = csv.reader(io.StringIO(client.get("/export/programmes.csv?state=any").content.decode("utf-8-sig")))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@")]


@pytest.mark.browser
def test_nothing_runs_loads_or_leaves_in_a_real_browser(visit: Open, ids: list[str]) -> None:
    """What the page complains of (a refused script would be such) fails the test by itself: see `visit`."""
    page = visit("/words")
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.on("dialog", lambda each: asked.append(f"dialog {each.message}"))
    own = page.evaluate("location.origin")
    for path in pages(ids):
        page.goto(path, wait_until="load")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        assert page.evaluate("window.ran") is None, path
        assert page.locator("main").is_visible() and page.locator("h1").count() == 1, path
    assert [each for each in asked if not each.startswith(own)] == []


@pytest.mark.browser
def test_marks_that_turn_the_direction_end_with_their_own_words(visit: Open, ids: list[str]) -> None:
    page = visit("/search?state=any&per_page=100")
    assert "\u202e" in page.locator("main").inner_text()
    turned = page.evaluate(
        """() => [...document.querySelectorAll("main a, main q, main span, main strong, main dd, main del, main ins")]
        .filter((each) => !["isolate", "isolate-override", "plaintext"].includes(getComputedStyle(each).unicodeBidi))
        .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert turned == []

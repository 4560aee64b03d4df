"""Pages in plain Japanese and in English: everything that is fixed is said in each, and the language is remembered."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from jinja2 import nodes

from frontend.language import Language, collect
from frontend.rendering import templates
from tests.conftest import ROOT

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
FIELD = re.compile(r"%\((\w+)\)s|\{(\w+)(?::,)?\}")
SPOKEN = (
    "base", "_languages", "home", "search", "_results", "_found", "_views", "_take", "_chips", "_macros",
    "_search_form", "_towns", "programme", "calendar", "map", "compare", "list", "error", "report",
    "guide", "estimate", "about", "words", "reading", "sources", "place",
)  # fmt: skip
"""Templates that say nothing in Japanese alone."""
ENGLISH, EASY = {"Cookie": "lang=en"}, {"Cookie": "lang=easy"}


@pytest.mark.parametrize("language", [Language.EN, Language.EASY])
def test_everything_is_said_in_every_language(language: Language) -> None:
    said = {(each.context, str(each.id)): each for each in collect.messages() if each.id}
    known = {(each.context, str(each.id)): each for each in collect.read(language) if each.id}
    assert said.keys() == known.keys(), "run python -m frontend.language.collect, and translate what is new"
    for key, message in known.items():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), key
        # English months have names.
        asked = _fields(key[1]) | ({"name"} if "month" in key[1] else set())
        assert all(_fields(form) <= asked for form in forms), key


def _fields(text: str) -> set[str]:
    return {one or other for one, other in FIELD.findall(text)}


@pytest.mark.parametrize("name", SPOKEN)
def test_no_template_speaks_japanese_past_the_catalogue(name: str) -> None:
    source = (ROOT / "frontend" / "templates" / f"{name}.html").read_text(encoding="utf-8")
    tree = templates.env.parse(source)
    translated = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext", "pgettext")
        for const in call.find_all(nodes.Const)
    }
    bare = [each.data for each in tree.find_all(nodes.TemplateData) if JAPANESE.search(each.data)]
    bare += [each.value for each in _strings(tree) if id(each) not in translated and JAPANESE.search(each.value)]
    assert bare == []


def _strings(tree: nodes.Template) -> Iterator[Any]:
    return (each for each in tree.find_all(nodes.Const) if isinstance(each.value, str))


@pytest.mark.engine
def test_the_address_chooses_and_the_cookie_remembers(client: TestClient) -> None:
    answer = client.get("/search", params={"area": "40130", "lang": "en"})
    assert '<html lang="en"' in answer.text and "Closing soon" in answer.text and "Fukuoka-shi, Fukuoka" in answer.text
    assert "lang=en" in answer.headers["set-cookie"] and "Cookie" in answer.headers["vary"]
    # The language is no condition of the question: no link repeats it but those that change it.
    assert "The address had conditions" not in answer.text
    assert re.findall(r'href="(/search\?area=40130&amp;lang=\w+)"', answer.text) == [
        f"/search?area=40130&amp;lang={each}" for each in ("ja", "easy", "en")
    ]
    client.cookies.clear()
    assert '<html lang="en"' in client.get("/", headers=ENGLISH).text
    easy = client.get("/", headers=EASY).text
    assert '<html lang="ja"' in easy and "もうすぐ おわる" in easy
    assert '<html lang="ja"' in client.get("/", headers={"Accept-Language": "en"}).text


@pytest.mark.engine
def test_what_a_source_published_stays_and_says_its_language(client: TestClient) -> None:
    page = client.get("/programmes/invented-0091", headers=ENGLISH).text
    assert '<h1 lang="ja">福岡市 太陽光パネル設置補助金</h1>' in page
    assert "Subsidies" in page and "Add the deadline to my calendar" in page and "until <time" in page
    assert ' lang="ja">福岡市' not in client.get("/programmes/invented-0091").text


@pytest.mark.engine
@pytest.mark.parametrize("who", ["industry=E&employees=20", "employees=9999", "capital=1000", "employees=1&area=13"])
def test_whether_it_fits_and_why_is_said_in_english(client: TestClient, who: str) -> None:
    page = BeautifulSoup(
        client.get(f"/search?kind=subsidy&unfit=true&per_page=100&{who}", headers=ENGLISH).text, "lxml"
    )
    told = [each.get_text() for each in page.select(".fit")]
    assert told and [each for each in told if JAPANESE.search(each)] == []


@pytest.mark.engine
def test_the_glossary_speaks_the_language_of_the_page(client: TestClient) -> None:
    said = BeautifulSoup(client.get("/words", headers=ENGLISH).text, "lxml").select_one("main")
    assert said is not None and "postmark" in said.get_text() and not JAPANESE.search(said.get_text())


@pytest.mark.engine
def test_an_unknown_language_is_told_of_and_machines_have_none(client: TestClient) -> None:
    answer = client.get("/search?lang=xx&q=太陽光")
    assert '<html lang="ja"' in answer.text and "アドレスに分からない指定がありました（lang）" in answer.text
    assert client.get("/search", headers={"Cookie": "lang=xx"}).status_code == 200
    assert client.get("/api/programmes?lang=en").status_code == 422
    assert "補助金・助成金" in client.get("/api/programmes", headers=ENGLISH).text


@pytest.mark.engine
@pytest.mark.parametrize("path", ["/nowhere", "/programmes/none"])
def test_errors_speak_the_language_too(client: TestClient, path: str) -> None:
    assert "ot found" in client.get(path, headers=ENGLISH).text

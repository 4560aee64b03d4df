"""What a reader meets when something is wrong: a page in their language, with a way on."""

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend import glossary
from frontend.app import create_app
from tests.running import Site

pytestmark = pytest.mark.engine


def told(text: str) -> str:
    page = BeautifulSoup(text, "lxml")
    assert page.h1 is not None and page.select_one("main a[href='/']")
    return page.h1.get_text()


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nowhere", 404, "ページが見つかりません"),
        ("/programmes/none", 404, "見つかりません"),
        ("/programmes/none/report", 404, "見つかりません"),
        ("/sitemap-x.xml", 422, "受け付けられない内容です"),
    ],
)
def test_what_is_not_there(client: TestClient, path: str, status: int, title: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, told(answer.text)) == (status, title)


def test_a_lost_reader_can_search_at_once(client: TestClient) -> None:
    form = BeautifulSoup(client.get("/nowhere").text, "lxml").select_one("main form[action='/search']")
    assert form is not None and form.select_one("input[name=q]")


def test_a_form_sent_from_elsewhere_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/programmes/invented-0001/report", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "別のサイトからの操作は受け付けません" in answer.text and told(answer.text)


def test_a_way_that_a_page_does_not_go(client: TestClient) -> None:
    answer = client.post("/search")
    assert answer.status_code == 405 and told(answer.text)


def test_a_fault_of_ours_is_said_and_keeps_its_secrets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(glossary, "vocabulary", broken)
    own = Site(site.where, site.services.settings).services
    with TestClient(create_app(own=own), raise_server_exceptions=False) as client:
        answer = client.get("/words")
        assert answer.status_code == 500 and "問題が起きました" in told(answer.text)
        assert "secret" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/search", "/programmes/invented-0001", "/api/programmes", "/nowhere"])
def test_who_only_looks_whether_it_is_there_gets_no_body(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code


def test_while_the_engine_is_away_the_page_offers_to_try_again(client: TestClient, site: Site) -> None:
    site.gone = True
    site.services.searcher.engine.forget()
    try:
        answer = client.get("/search?q=省エネの新しい問い")
        assert answer.status_code == 503 and answer.headers["retry-after"]
        again = BeautifulSoup(answer.text, "lxml").select_one("main a.button")
        assert again is not None and str(again["href"]).startswith("/search?q=")
    finally:
        site.gone = False

"""Telling of an error: kept, bounded, harmless, and seen by staff."""

import re

import pytest
from fastapi.testclient import TestClient

from frontend import report
from tests.running import Site

pytestmark = pytest.mark.engine
PATH = "/programmes/invented-0001/report"
GOOD = {"part": "締切・期間", "text": "公式ページでは12月28日17時までです。"}


def texts(site: Site) -> list[str]:
    return [each["text"] for each in site.services.store.reports()]


def test_a_report_reaches_the_staff(client: TestClient, site: Site) -> None:
    assert f'href="{PATH}"' in client.get("/programmes/invented-0001").text
    assert client.get(PATH).status_code == 200
    answer = client.post(PATH, data=GOOD)
    assert answer.status_code == 200 and "報告を受け付けました" in answer.text
    assert texts(site)[-1] == "締切・期間：公式ページでは12月28日17時までです。"


@pytest.mark.parametrize(
    "values",
    [
        {"part": "締切・期間", "text": "   "},
        {"part": "", "text": "違います"},
        {"part": "でたらめ", "text": "違います"},
        {"part": "その他", "text": "あ" * 1001},
        {},
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    client: TestClient, site: Site, values: dict[str, str]
) -> None:
    before = texts(site)
    answer = client.post(PATH, data=values)
    assert answer.status_code == 422 and "字以内で書いてください" in answer.text
    typed = values.get("text", "").strip()[:1000]
    assert re.search(rf"<textarea[^>]*>{typed}</textarea>", answer.text)
    assert texts(site) == before


def test_machines_and_other_sites_leave_nothing(client: TestClient, site: Site) -> None:
    before = texts(site)
    assert client.post(PATH, data=GOOD | {"website": "https://spam.example"}).status_code == 200
    assert client.post(PATH, data=GOOD, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/programmes/nonsense/report", data=GOOD).status_code == 404
    assert texts(site) == before


def test_a_flood_is_bounded(client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "AN_HOUR", len(texts(site)) + 2)
    assert [client.post(PATH, data=GOOD).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert "時間をおいて" in client.post(PATH, data=GOOD).text


def test_what_is_written_stays_words(client: TestClient, site: Site) -> None:
    before = len(texts(site))
    client.post(PATH, data={"part": "その他", "text": "<script>alert(1)</script>"})
    shown = client.post(PATH, data={"part": "", "text": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown
    assert len(texts(site)) == before + 1

"""What the site says of itself and what one reads, in English and in plain Japanese."""

import re

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

pytestmark = pytest.mark.engine

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
QUOTED = re.compile("“.*?”|e[.]g[.] 太陽光, 省エネ")
"""Words that stand on Japanese bills, or can be searched for, are named as they stand there."""
PAGES = [
    "/guide?area=40&trade=shop", "/estimate", "/estimate?per=month&electricity=1000&lpg=20&area=40",
    "/estimate?electricity=abc&gasoline=-1", "/estimate?water=1", "/cases", "/cases?q=どこにもない",
    "/answers", "/guides", "/sources", "/sources/places/40", "/calendar", "/words",
    "/compare?id=invented-0001&id=invented-0091", "/search?area=40130", "/", "/map", "/list?id=invented-0091",
    "/developers", "/about", "/accessibility",
]  # fmt: skip


def seen(client: TestClient, path: str, language: str) -> BeautifulSoup:
    answer = client.get(path, headers={"Cookie": f"lang={language}"})
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


@pytest.mark.parametrize("path", PAGES)
def test_english_is_whole_but_for_what_says_that_it_is_japanese(client: TestClient, path: str) -> None:
    page = seen(client, path, "en")
    for each in page.select('[lang="ja"], .banner'):
        each.decompose()
    told = [str(each) for each in page.find_all(string=True)]
    told += [
        str(each[name])
        for name in ("aria-label", "content", "placeholder", "title")
        for each in page.select(f"[{name}]")
    ]
    assert [each for each in told if JAPANESE.search(QUOTED.sub("", each))] == []


@pytest.mark.parametrize(
    ("path", "english", "easy"),
    [
        ("/guide", "Replace old air conditioning", "古い エアコンを、電気を 使わないものに かえる"),
        ("/estimate?electricity=1000&per=month", "1,000 kWh × 12 months", "1年間の CO₂は だいたい"),
        ("/estimate?electricity=abc", "enter a number (such as 12000)", "数字で 入れてください（例：12000）"),
        ("/about", "What this site does not do", "このサイトが しないこと"),
        ("/accessibility", "WCAG 2.2 level AA", "決まりを、全部 守っています"),
        ("/cases", "All: Cases", "会社が した ことの 例（事例）"),
    ],
)
def test_fixed_texts_are_said_in_both(client: TestClient, path: str, english: str, easy: str) -> None:
    assert english in seen(client, path, "en").get_text()
    assert easy in seen(client, path, "easy").get_text()


def test_figures_are_the_same_in_every_language(client: TestClient) -> None:
    path = "/estimate?per=month&electricity=1000&lpg=20&area=40"
    totals = {seen(client, path, each).select_one("#total strong").get_text() for each in ("ja", "easy", "en")}  # type: ignore[union-attr]
    assert totals == {"6.42"}

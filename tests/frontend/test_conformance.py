"""The accessibility statement is whole: every criterion of both standards, each with how it was tested."""

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend.conformance import Statement, statement

pytestmark = pytest.mark.engine


def test_every_criterion_of_both_standards_is_there_once() -> None:
    found = statement().criteria
    assert len({each.number for each in found}) == len(found)
    # WCAG 2.2: 31 criteria of level A, 24 of level AA. JIS X 8341-3:2016, as WCAG 2.0: 25 and 13.
    for kept, expected in ((lambda each: each.wcag22, (31, 24)), (lambda each: each.jis, (25, 13))):
        levels = [each.level for each in found if kept(each)]
        assert (levels.count("A"), levels.count("AA")) == expected
    order = [tuple(map(int, each.number.split("."))) for each in found]
    assert order == sorted(order)


def test_what_applies_says_how_it_was_tested() -> None:
    for each in statement().criteria:
        assert bool(each.how) == each.applies, each.number
    assert statement().tested_from <= statement().tested_until <= statement().stated_on


def test_one_criterion_that_is_not_met_ends_conformance() -> None:
    whole = statement().model_dump()
    assert statement().conforms
    whole["criteria"][0]["met"] = False
    assert not Statement.model_validate(whole).conforms
    whole["criteria"][0]["applies"] = False
    assert Statement.model_validate(whole).conforms


def test_the_page_tells_all_of_it(client: TestClient) -> None:
    page = BeautifulSoup(client.get("/accessibility").text, "lxml")
    rows = page.select(".criteria tbody tr")
    assert len(rows) == len(statement().criteria)
    text = page.get_text(" ", strip=True)
    assert "WCAG 2.2 のレベルAAに適合し、JIS X 8341-3:2016 のレベルAAに準拠しています" in text
    assert "2026年11月27日" in text and "自己試験" in text


def test_every_kind_of_page_of_the_statement_is_there(client: TestClient) -> None:
    for path in statement().pages.values():
        if path == "/nowhere":
            continue
        assert client.get(path.replace("（番号）", "invented-0001")).status_code == 200, path

"""What a reader chose: side by side, as a list, and as files of that list."""

import csv
import io

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from icalendar import Calendar

pytestmark = pytest.mark.engine

CHOSEN = "id=invented-0008&id=invented-0001&id=invented-0090&id=invented-0091&id=none"


def test_a_list_begins_with_what_ends_first_and_ends_with_what_is_over(client: TestClient) -> None:
    page = BeautifulSoup(client.get(f"/list?{CHOSEN}").text, "lxml")
    ids = [str(each["value"]) for each in page.select(".keep-list input")]
    assert ids == ["invented-0091", "invented-0001", "invented-0090", "invented-0008"]
    assert "今は見つからないものがあります（none）" in page.get_text()


def test_a_list_is_a_table_that_no_spreadsheet_runs(client: TestClient) -> None:
    answer = client.get(f"/list.csv?{CHOSEN}")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [each[0] for each in rows[1:]] == ["invented-0091", "invented-0001", "invented-0090", "invented-0008"]
    assert rows[0][:2] == ["id", "名称"]
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@")]


def test_a_list_is_a_calendar_of_what_is_still_ahead(client: TestClient) -> None:
    answer = client.get(f"/list.ics?{CHOSEN}")
    assert answer.headers["content-type"].startswith("text/calendar")
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    assert sorted(str(each["uid"]).partition("-apply")[0] for each in found) == [
        "invented-0001",
        "invented-0090",
        "invented-0091",
    ]


@pytest.mark.parametrize("path", ["/list.csv", "/list.ics", "/list", "/compare"])
def test_nothing_chosen_is_no_trouble(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.get(path, params={"id": "x" * 5000}).status_code == 200


def test_four_are_compared_and_what_is_missing_is_named(client: TestClient) -> None:
    ids = "&".join(f"id=invented-000{each}" for each in range(1, 7))
    page = BeautifulSoup(client.get(f"/compare?{ids}&id=none").text, "lxml")
    assert len(page.select(".compare thead th a")) == 4
    assert "4件まで" in page.get_text()
    assert "見つからない番号がありました（none）" in client.get("/compare?id=none").text

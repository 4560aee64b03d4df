"""The API keeps to its own description, whatever is asked; and a table of values that want to break something."""

import pytest
from fastapi.testclient import TestClient

from frontend.app import create_app
from search_api.services import Services
from tests.fuzzing import fuzz
from tests.running import Site, served

pytestmark = pytest.mark.engine

EACH = 25

HOSTILE = {
    "a quote": '"',
    "an end of a filter": '" OR id EXISTS OR kind = "',
    "operators": "AND OR NOT IN [ ] ( ) = != > < TO EXISTS _geoRadius(1,1,1)",
    "a backslash": "\\",
    "NUL": "a\x00b",
    "controls": "\x01\x02\x1b[31m",
    "marks of direction": "\u202e\u200f\u2066支援",
    "lone accents": "\u0301" * 50,
    "a script": "<script>alert(1)</script>",
    "a template": "{{ 7*7 }} ${7*7} #{7*7}",
    "SQL": "'; DROP TABLE programmes; --",
    "a path": "../../../../etc/passwd",
    "a formula": "=cmd|' /C calc'!A0",
    "emoji": "👩‍👩‍👧‍👦" * 10,
    "an array": "[[[[[[[[[[]]]]]]]]]]",
    "private characters": "\ue000\ue001",
}
PARAMETERS = (
    "q",
    "area",
    "kind",
    "source",
    "theme",
    "closes_to",
    "updated_since",
    "rate_min",
    "sort",
    "page",
)


def test_the_api_keeps_to_its_description(site: Site) -> None:
    own = Services(site.services.settings, site.services.clock, site.find)
    with served(create_app(own=own)) as address:
        told = fuzz(address, EACH)
    assert not told.wrong, "\n\n".join(told.wrong[:5])
    assert told.total > 10 * EACH


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["/api/programmes", "/search", "/export/programmes.csv", "/api/suggest"])
def test_a_hostile_value_is_harmless(client: TestClient, path: str, value: str) -> None:
    everything = client.get("/api/programmes", params={"state": "any"}).json()["total"]
    for name in PARAMETERS:
        answer = client.get(path, params={name: value})
        assert answer.status_code in (200, 303, 422), (name, answer.text[:300])
        if path == "/api/programmes" and answer.status_code == 200 and name != "q":
            assert answer.json()["total"] < everything, f"{name} opened a filter"
        assert "Traceback" not in answer.text
        if "html" in answer.headers["Content-Type"]:
            assert "<script>alert(1)" not in answer.text
        else:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_too_much_is_refused(client: TestClient) -> None:
    for name, value in (("q", "あ" * 6_000), ("area", "1" * 60_000), ("page", "9" * 5_000)):
        assert client.get("/api/programmes", params={name: value}).status_code == 422
    assert client.get("/api/programmes", params=[("kind", "loan")] * 5_000).status_code == 200, "it is one kind"
    assert client.get("/api/programmes", params=[("area", f"{n:05}") for n in range(5_000)]).status_code == 422

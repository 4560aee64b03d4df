"""The API keeps to its own description, whatever is asked; and a table of values that want to break something."""

from collections.abc import MutableMapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

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
    "a mark alone": "-",
    "private characters": "\ue000\ue001",
}
HUGE = {
    "1 MB": "あ" * 333_333,
    "one word of 1 MB": "a" * 1_000_000,
    "1 MB of words": "a " * 500_000,
    "1 MB of quotes": '"' * 1_000_000,
    "deep arrays": "[" * 500_000 + "]" * 500_000,
    "a deep object": '{"a":' * 150_000 + "1" + "}" * 150_000,
    "1 MB of digits": "1" * 1_000_000,
}
NESTED = ("{}[]", "{}[0]", "{}[a][b][c]", "{}" + "[0]" * 5_000, "{}.a", "[{}]")
"""Names of parameters as other frameworks read arrays and objects from them."""
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


def asked(client: TestClient, path: str, query: str) -> tuple[int, str]:
    """Status and text. Past the client, which asks for no address so long, to whatever stands behind a server."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    place = {"path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": ""}
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "headers": [], "state": {}}
    assert client.portal
    ends = {"client": ("127.0.0.1", 1), "server": ("testserver", 80)}
    client.portal.call(client.app, {**scope, **place, **ends}, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent).decode()


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("path", ["/api/programmes", "/export/programmes.csv", "/api/suggest"])
def test_a_huge_value_is_refused_and_the_api_does_not_say_it_back(client: TestClient, path: str, value: str) -> None:
    for query in (*(urlencode({name: value}) for name in (*PARAMETERS, "parent", "plan")), urlencode({value: "1"})):
        status, text = asked(client, path, query)
        assert status == 422 and len(text) < 10_000, query[:20]
        assert "Traceback" not in text


@pytest.mark.parametrize("path", ["/api/programmes", "/api/areas", "/export/programmes.csv", "/feeds/deadlines.ics"])
def test_a_nested_parameter_is_refused_by_its_name(client: TestClient, path: str) -> None:
    for name in (each.format("q") for each in NESTED):
        answer = client.get(path, params={name: "13"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
        assert [each["parameter"] for each in answer.json()["errors"]] == [name[:80]]


@pytest.mark.parametrize("tool", ["search", "programme", "areas", "covered"])
@pytest.mark.parametrize(
    "value",
    [["13"], [[["13"]]], {"a": {"b": ["13"]}}, "あ" * 333_333],
    ids=["an array", "arrays in arrays", "an object", "1 MB"],
)
def test_a_nested_or_huge_value_of_a_tool_is_refused(client: TestClient, tool: str, value: object) -> None:
    name = {"search": "q", "programme": "id", "areas": "parent", "covered": "area"}[tool]
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {name: value}}}
    answer = client.post("/mcp", json=call, headers={"Accept": "application/json, text/event-stream"})
    assert answer.status_code == 200 and answer.json()["result"]["isError"]
    assert len(answer.text) < 10_000, "what was sent is not sent back"
    assert "Traceback" not in answer.text


def test_what_is_longer_than_an_address_can_be_is_refused_before_it_is_read(site: Site) -> None:
    own = Services(site.services.settings, site.services.clock, site.find)
    with served(create_app(own=own)) as address:
        host, port = address.removeprefix("http://").split(":")
        for size, statuses in ((60_000, {422}), (1_000_000, {400, 414})):
            connection = HTTPConnection(host, int(port), timeout=30)
            try:
                connection.request("GET", f"/api/programmes?q={'a' * size}")
                assert connection.getresponse().status in statuses
            except ConnectionError:
                assert size > 60_000, "closed while more was coming"
            finally:
                connection.close()
        with urlopen(f"{address}/api/programmes") as answer:
            assert answer.status == 200


def test_too_much_is_refused(client: TestClient) -> None:
    for name, value in (("q", "あ" * 6_000), ("area", "1" * 60_000), ("page", "9" * 5_000)):
        assert client.get("/api/programmes", params={name: value}).status_code == 422
    assert client.get("/api/programmes", params=[("kind", "loan")] * 5_000).status_code == 200, "it is one kind"
    assert client.get("/api/programmes", params=[("area", f"{n:05}") for n in range(5_000)]).status_code == 422

"""What search engines, assistants and other people's pages read."""

import json
import xml.etree.ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from frontend import machines
from tests.running import Site

pytestmark = pytest.mark.engine
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def places(text: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(text).iter(LOC)]


def test_the_sitemap_leads_to_every_programme(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    [only] = places(client.get("/sitemap.xml").text)
    found = places(client.get(only).text)
    assert "http://testserver/search" in found and "http://testserver/programmes/invented-0001" in found
    assert all(client.get(each).status_code == 200 for each in found[: len(machines.FIXED) + 2])
    monkeypatch.setattr(machines, "PER_SITEMAP", 5)
    files = places(client.get("/sitemap.xml").text)
    split = [each for file in files for each in places(client.get(file).text)]
    assert len(files) > 1 and split == found
    assert client.get("/sitemap-99.xml").status_code == 404


def test_robots_and_assistants_are_told(client: TestClient) -> None:
    assert "Disallow: /staff\n" in client.get("/robots.txt").text
    told = client.get("/llms.txt").text
    assert told.startswith("# ") and "http://testserver/api/coverage" in told


@pytest.mark.parametrize(("number", "kind"), [(1, "GovernmentService"), (6, "Event"), (11, "Article")])
def test_structured_data(client: TestClient, number: int, kind: str) -> None:
    page = BeautifulSoup(client.get(f"/programmes/invented-{number:04}").text, "lxml")
    [script] = page.select('script[type="application/ld+json"]')
    data = json.loads(script.text)
    assert data["@type"] == kind and data["@context"] == "https://schema.org"
    assert data["url"] == f"http://testserver/programmes/invented-{number:04}"


def test_structured_data_holds_no_end_of_a_script(client: TestClient, site: Site) -> None:
    pages = [client.get(f"/programmes/invented-{n:04}").text for n in (1, 90)]
    for page in pages:
        inside = page.partition("application/ld+json")[2].partition("</script>")[0]
        assert "<" not in inside


def test_anyone_may_read_and_what_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/programmes?q=省エネ", headers={"Origin": "https://other.example"})
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, no-cache" and len(first.headers["X-Request-ID"]) == 32
    tag = first.headers["ETag"]
    again = client.get("/api/programmes?q=省エネ", headers={"If-None-Match": tag, "X-Request-ID": "mine-12345"})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["X-Request-ID"] == "mine-12345"
    assert client.get("/api/programmes?q=省エネ", headers={"If-None-Match": 'W/"older"'}).status_code == 200


def test_a_decision_changes_the_tag(client: TestClient, site: Site) -> None:
    before = client.get("/api/stats").headers["ETag"]
    with site.services.store.transaction() as writer:
        writer.touch()
    assert client.get("/api/stats", headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("path", ["/api/sources", "/api/coverage"])
def test_what_tells_the_age_of_things_is_always_sent(client: TestClient, path: str) -> None:
    tag = client.get("/api/stats").headers["ETag"]
    answer = client.get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200 and "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_a_page_of_another_site_can_ask_with_conditions_and_read_what_it_is_told(client: TestClient) -> None:
    origin = {"Origin": "https://other.example"}
    wanted = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "If-None-Match,X-Request-ID"}
    allowed = client.options("/api/programmes", headers=origin | wanted)
    assert allowed.status_code == 200 and "If-None-Match" in allowed.headers["Access-Control-Allow-Headers"]
    told = client.get("/export/programmes.csv", headers=origin).headers["Access-Control-Expose-Headers"]
    assert {"ETag", "Retry-After", "Content-Disposition", "X-Request-ID"} <= set(told.split(", "))
    assert client.get("/llms.txt", headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "Mcp-Protocol-Version"}
    assert client.options("/mcp", headers=origin | wanted).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("POST", "/api/programmes", 405, "GET"),
        ("DELETE", "/api/programmes/invented-0001", 405, "GET"),
        ("PUT", "/export/programmes.csv", 405, "GET"),
        ("GET", "/mcp", 405, "POST"),
        ("DELETE", "/mcp", 405, "POST"),
        ("GET", "/api/nothing", 404, ""),
        ("GET", "/feeds/nothing.atom", 404, ""),
    ],
)
def test_what_cannot_be_done_is_a_problem_that_says_what_can(
    client: TestClient, method: str, path: str, status: int, allow: str
) -> None:
    answer = client.request(method, path, headers={"Accept": "text/event-stream, application/json"})
    assert (answer.status_code, answer.headers.get("Allow", "")) == (status, allow)
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and not (told["title"] + told["detail"]).isascii()


def test_the_description_is_guarded_as_any_answer(client: TestClient) -> None:
    assert client.get("/openapi.json").headers["X-Content-Type-Options"] == "nosniff"
    page = client.get("/api/docs")
    assert page.headers["X-Content-Type-Options"] == "nosniff" and "Content-Security-Policy" not in page.headers


def test_only_reading_is_open(client: TestClient) -> None:
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    assert client.options("/api/programmes", headers=asked).status_code == 400
    assert "Access-Control-Allow-Origin" not in client.get("/", headers=asked).headers
    assert "Access-Control-Allow-Origin" not in client.get("/staff/sign-in", headers=asked).headers
    assert "ETag" not in client.get("/api/programmes?nonsense=1").headers

"""/mcp with the official client: the tools answer as the API does, say what is wrong, and change nothing."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client

from frontend.app import create_app
from indexer.engine import Engine
from search_api.assistants import server
from tests.running import Site
from tests.samples import EVERYTHING

pytestmark = pytest.mark.engine
Call = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site.made(engine.endpoint, tmp_path_factory.mktemp("assistants"), EVERYTHING)
    yield made
    made.services.store.close()


@pytest.fixture
def call(site: Site) -> Call:
    def ask(tool: str, **values: Any) -> dict[str, Any]:
        async def go() -> dict[str, Any]:
            try:
                async with Client(server(site.services)) as client:
                    found = await client.call_tool(tool, values)
            finally:
                await site.services.searcher.close()
            if found.is_error:
                return {"error": "".join(getattr(each, "text", "") for each in found.content)}
            assert isinstance(found.structured_content, dict)
            return found.structured_content

        return asyncio.run(go())

    return ask


def titles(answer: dict[str, Any]) -> list[str]:
    return [each["title"] for each in answer["programmes"]]


def test_there_are_at_least_eight_tools_and_none_writes(site: Site) -> None:
    async def go() -> list[Any]:
        async with Client(server(site.services)) as client:
            return list((await client.list_tools()).tools)

    tools = asyncio.run(go())
    assert len(tools) >= 8
    assert all(each.annotations and each.annotations.read_only_hint and each.description for each in tools)


def test_search_understands_words_and_places(call: Call) -> None:
    found = call("search", q="福岡市 たいようこう")
    assert titles(found) == ["福岡市 太陽光発電設備補助金"]
    assert found["words"] == {"area": "福岡市", "q": "たいようこう"}
    assert titles(call("search", area="27", kind="subsidy", q="販路開拓")) == ["大阪府 販路開拓支援補助金"]


def test_deadlines_come_soonest_first(call: Call) -> None:
    closes = [each["closes"] for each in call("deadlines", days=365)["programmes"]]
    assert len(closes) >= 2
    assert closes == sorted(closes)


def test_a_programme_with_its_words(call: Call) -> None:
    found = call("programme", id="invented-0001")
    assert found["amount"]["raw"] == "上限1,000万円、2/3以内"
    assert found["history"][0]["field"] == "title"


def test_places_vocabulary_sources_and_coverage(call: Call) -> None:
    assert ("40130", "福岡県福岡市") in [(each["code"], each["name"]) for each in call("areas", q="ふくおか")["areas"]]
    assert len(call("areas")["areas"]) == 47
    assert {each["value"] for each in call("vocabulary")["stage"]} == {"know", "measure", "reduce"}
    assert [each["name"] for each in call("freshness")["sources"]] == ["invented"]
    (town,) = call("covered", area="40130")["places"]
    assert town["programmes"] == 1


def test_eligibility_for_what_a_firm_plans(call: Call) -> None:
    found = call("eligibility", area="40130", employees=5, plan="太陽光パネルを載せたい")
    assert found["query"]["plan"] == "太陽光パネルを載せたい"
    [one] = found["programmes"]
    assert one["id"] == "invented-0005" and "計画の「" in one["fit"]["reason"]


def test_eligibility_gives_a_verdict_and_what_decided(call: Call) -> None:
    found = call("eligibility", area="13", employees=10, kind="subsidy")["programmes"]
    assert found
    assert all(each["fit"]["reason"] for each in found)
    assert {each["fit"]["verdict"] for each in found} <= {"yes", "ending", "partly", "unknown"}


def test_relations_of_one(call: Call) -> None:
    assert call("related", id="invented-0001") == {"id": "invented-0001", "relations": []}


@pytest.mark.parametrize(
    ("tool", "values", "told"),
    [
        ("programme", {"id": "none"}, "no programme 'none'"),
        ("search", {"area": "99999"}, "area: Value error, '99999' is no code"),
        ("search", {"theme": 'x" OR 1=1'}, "theme"),
        ("search", {"kind": "nonsense"}, "kind"),
        ("deadlines", {"days": -1}, "days"),
        ("areas", {"q": "ふ" * 41}, "40 characters"),
        ("eligibility", {"area": "13", "plan": "あ" * 201}, "plan"),
        ("search", {"prefecture": "13"}, "prefecture"),
        ("freshness", {"source": "invented"}, "source"),
        ("covered", {"area": "99999"}, "'99999' is no code"),
        ("areas", {"parent": "99"}, "'99' is no code"),
    ],
)
def test_what_is_wrong_is_said(call: Call, tool: str, values: dict[str, Any], told: str) -> None:
    assert told in call(tool, **values)["error"]


def test_an_engine_that_is_away_is_said(site: Site, call: Call) -> None:
    site.gone = True
    site.services.searcher.engine.forget()
    try:
        assert "search is not available" in call("search", q="補助金")["error"]
    finally:
        site.gone = False


def test_it_answers_over_http_and_not_to_a_browser_that_only_looks(site: Site) -> None:
    with TestClient(create_app(own=site.services), follow_redirects=False) as client:
        ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"Accept": "application/json, text/event-stream"}
        found = client.post("/mcp", json=ask, headers=accept)
        assert found.status_code == 200, found.text
        assert len(found.json()["result"]["tools"]) >= 8
        assert (
            client.post("/mcp", content=b"{", headers=accept | {"Content-Type": "application/json"}).status_code == 400
        )
        assert client.get("/mcp", headers={"Accept": "text/html"}).status_code in (405, 406)

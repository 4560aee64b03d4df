"""Verdicts for a firm. A wrong yes is the worst there is."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.schema import Eligibility
from indexer.state import timeline
from search_api.fit import fit, profiled
from search_api.models import Hit
from search_api.query import Query
from search_api.search.hits import result as shown
from tests.samples import NOW, OPEN, programme, window

WHO = Eligibility(employees_max=20, raw="従業員20人以下")
MORE = Eligibility(employees_max=20, capital_max_yen=50_000_000, industries=("E",), raw="製造業で従業員20人以下")
SOON = (window("2026-08-01", "2026-08-25"),)


def result(areas: tuple[str, ...] = ("13",), eligibility: Eligibility | None = WHO, **values: Any) -> Hit:
    made = programme(
        1, "設備補助金", areas=areas, eligibility=eligibility, windows=values.pop("windows", OPEN), **values
    )
    values = made.model_dump(mode="json") | {"listed": True, "featured": False}
    return Hit.model_validate(shown(values, timeline(made.windows, made.kind), NOW))


@pytest.mark.parametrize(
    ("found", "asked", "verdict"),
    [
        (result(), {"area": ["13"], "employees": 5}, "yes"),
        (result(), {"area": ["13104"], "employees": 20}, "yes"),
        (result(("JP",)), {"employees": 5}, "yes"),
        (result(windows=SOON), {"area": ["13"], "employees": 5}, "ending"),
        # One condition is not met: no, whatever else is.
        (result(), {"area": ["13"], "employees": 21}, "no"),
        (result(), {"area": ["27"], "employees": 5}, "no"),
        (result(eligibility=MORE), {"area": ["13"], "employees": 5, "capital": 60_000_000, "industry": ["E"]}, "no"),
        (result(eligibility=MORE), {"area": ["13"], "employees": 5, "capital": 1, "industry": ["I"]}, "no"),
        # Another town of the same prefecture.
        (result(("13104",)), {"area": ["13103"], "employees": 5}, "no"),
        (result(("13104",)), {"area": ["13"], "employees": 5}, "partly"),
        # All of several.
        (result(eligibility=MORE), {"area": ["13"], "employees": 5, "capital": 1, "industry": ["E"]}, "yes"),
        # Something was not asked, or could not be read: never yes.
        (result(eligibility=MORE), {"area": ["13"], "employees": 5}, "partly"),
        (result(), {"employees": 5}, "partly"),
        (result(()), {"area": ["13"], "employees": 5}, "partly"),
        (result(eligibility=None), {"area": ["13"], "employees": 5}, "partly"),
        (result(eligibility=Eligibility(raw="中小企業基本法に定める者")), {"area": ["13"], "employees": 5}, "partly"),
        (result((), eligibility=None), {"area": ["13"], "employees": 5}, "unknown"),
    ],
)
def test_verdicts(found: Hit, asked: dict[str, Any], verdict: str) -> None:
    said = fit(found, Query(**asked))
    assert said.verdict == verdict and said.reason


def test_the_sentence_that_decided_comes_with_its_words() -> None:
    said = fit(result(), Query(area=["13"], employees=21))
    assert (said.reason, said.raw) == ("対象者：従業員20人以下", "従業員20人以下")


def test_a_place_alone_is_no_profile() -> None:
    assert not profiled(Query(area=["13"])) and not profiled(Query(industry=["-E"]))
    assert profiled(Query(industry=["E"]))


@pytest.mark.engine
def test_results_for_a_firm(client: TestClient) -> None:
    body = client.get("/api/programmes", params={"area": "40130", "industry": "E", "employees": "30"}).json()
    assert body["total"] and {each["fit"]["verdict"] for each in body["hits"] if each["fit"]} <= {
        "yes",
        "partly",
        "unknown",
        "ending",
    }
    assert all(each["fit"] is None for each in body["hits"] if each["kind"] == "case")
    # What is offered to every trade is offered to this one.
    assert "invented-0005" in [each["id"] for each in body["hits"]]
    assert client.get("/api/programmes", params={"area": "40130"}).json()["hits"][0]["fit"] is None
    page = client.get("/search", params={"area": "40130", "industry": "E"}).text
    assert "一部は要確認" in page and 'value="E" selected' in page

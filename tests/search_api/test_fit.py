"""Verdicts for a firm. A wrong yes is the worst there is."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.normalise.conditions import conditions
from indexer.schema import Eligibility, Programme
from indexer.state import timeline
from search_api.fit import fit, profiled
from search_api.models import Fit
from search_api.query import Query
from search_api.search.hits import result
from tests.samples import NOW, OPEN, programme, window

WHO = Eligibility(employees_max=20, raw="従業員20人以下")
MORE = Eligibility(employees_max=20, capital_max_yen=50_000_000, industries=("E",), raw="製造業で従業員20人以下")
SOON = (window("2026-08-01", "2026-08-25"),)
SAID = "■対象者\n市内に事業所を有する法人又は個人事業主"
SME = "■対象者\n県内の中小企業者"


def made(areas: tuple[str, ...] = ("13",), eligibility: Eligibility | None = WHO, **values: Any) -> Programme:
    given: dict[str, Any] = {"title": "設備補助金", "body": SAID, "windows": OPEN} | values
    return programme(1, given.pop("title"), areas=areas, eligibility=eligibility, **given)


def verdict(of: Programme, **asked: Any) -> Fit:
    values = of.model_dump(mode="json") | {"listed": True, "featured": False}
    found = fit(result(values, timeline(of.windows, of.kind), NOW), conditions(of), of.body, Query(**asked))
    assert found
    return found


@pytest.mark.parametrize(
    ("of", "asked", "expected"),
    [
        (made(), {"area": ["13"], "employees": 5}, "yes"),
        (made(), {"area": ["13104"], "employees": 20}, "yes"),
        (made(("JP",)), {"employees": 5}, "yes"),
        (made(windows=SOON), {"area": ["13"], "employees": 5}, "ending"),
        (made(windows=(window("2026-08-25", "2026-12-25"),)), {"area": ["13"], "employees": 5}, "yes"),
        (made(eligibility=None), {"area": ["13"], "employees": 5}, "yes"),
        # One condition is not met: no, whatever else is.
        (made(), {"area": ["13"], "employees": 21}, "no"),
        (made(), {"area": ["27"], "employees": 5}, "no"),
        (made(eligibility=MORE), {"area": ["13"], "employees": 5, "capital": 60_000_000, "industry": ["E"]}, "no"),
        (made(eligibility=MORE), {"area": ["13"], "employees": 5, "capital": 1, "industry": ["I"]}, "no"),
        # Another town of the same prefecture.
        (made(("13104",)), {"area": ["13103"], "employees": 5}, "no"),
        (made(("13104",)), {"area": ["13"], "employees": 5}, "partly"),
        # A ward belongs to its city, not to the next ward; who names the city may be in any.
        (made(("40130",)), {"area": ["40132"], "employees": 5}, "yes"),
        (made(("40132",)), {"area": ["40132"], "employees": 5}, "yes"),
        (made(("40132",)), {"area": ["40131"], "employees": 5}, "no"),
        (made(("40132",)), {"area": ["40130"], "employees": 5}, "partly"),
        (made(("40132",)), {"area": ["40"], "employees": 5}, "partly"),
        # All of several.
        (made(eligibility=MORE), {"area": ["13"], "employees": 5, "capital": 1, "industry": ["E"]}, "yes"),
        # Something was not asked, or could not be read: never yes.
        (made(eligibility=MORE), {"area": ["13"], "employees": 5}, "partly"),
        (made(), {"employees": 5}, "partly"),
        (made(()), {"area": ["13"], "employees": 5}, "partly"),
        (made((), eligibility=None, body=""), {"area": ["13"], "employees": 5}, "unknown"),
        # A number that fits, and a text that says nothing or more.
        (made(body=""), {"area": ["13"], "employees": 5}, "partly"),
        (made(body=f"{SAID}\n市の認定を受けた者"), {"area": ["13"], "employees": 5}, "partly"),
        (made(title="設備補助金（2年目申請用）"), {"area": ["13"], "employees": 5}, "partly"),
        # The limit of the source's field, and a lower one in its text.
        (made(body=f"{SAID}（従業員5人以下）"), {"area": ["13"], "employees": 15}, "partly"),
        # Sizes by law, which depend on the trade.
        (made(eligibility=None, body=SME), {"area": ["13"], "industry": ["E"], "employees": 250}, "yes"),
        (made(eligibility=None, body=SME), {"area": ["13"], "industry": ["O"], "employees": 250}, "partly"),
        (made(eligibility=None, body=SME), {"area": ["13"], "industry": ["O"], "employees": 99, "capital": 1}, "yes"),
        (made(eligibility=None, body=SME), {"area": ["13"], "employees": 301, "capital": 10**9}, "no"),
        (made(eligibility=None, body=SME), {"area": ["13"], "employees": 120, "capital": 10**8}, "partly"),
        # What is planned.
        (made(title="太陽光発電補助金", eligibility=None), {"area": ["13"], "plan": "ソーラーパネルを載せたい"}, "yes"),
        (made(title="海外展開補助金", eligibility=None), {"area": ["13"], "plan": "海外展開"}, "yes"),
        # Its name names a part of the plan, another thing, or what stands in every name.
        (made(title="海外展開補助金（出願枠）", eligibility=None), {"area": ["13"], "plan": "海外展開"}, "partly"),
        (made(title="トラック導入補助金", eligibility=None), {"area": ["13"], "plan": "EVトラックを買う"}, "partly"),
        (made(title="電気自動車用充電器補助金", eligibility=None), {"area": ["13"], "plan": "電気自動車"}, "partly"),
        (made(eligibility=None), {"area": ["13"], "plan": "農業機械の購入"}, "partly"),
        (made(title="医療機器補助金", eligibility=None), {"area": ["13"], "plan": "農業機械の購入"}, "partly"),
        (made(title="蓄電池の国内生産補助金", eligibility=None), {"area": ["13"], "plan": "蓄電池"}, "partly"),
        (made(body=f"太陽光発電にも使えます。\n{SAID}"), {"area": ["13"], "plan": "太陽光発電"}, "partly"),
        (made(), {"area": ["13"], "plan": "太陽光発電"}, "partly"),
    ],
)  # fmt: skip
def test_verdicts(of: Programme, asked: dict[str, Any], expected: str) -> None:
    said = verdict(of, **asked)
    assert said.verdict == expected and said.reason


@pytest.mark.parametrize(
    ("of", "asked", "reason", "raw"),
    [
        (made(), {"employees": 21}, "対象者：従業員20人以下", "従業員20人以下"),
        (made(), {"employees": 5}, "対象者の条件に合います", "市内に事業所を有する法人又は個人事業主"),
        (
            made(body=f"{SAID}\n市の認定を受けた者"),
            {"employees": 5},
            "ほかに読み取れていない条件があります",
            "市の認定を受けた者",
        ),
        (
            made(eligibility=None, body=f"中古の太陽光発電設備は対象外です。\n{SAID}"),
            {"plan": "太陽光発電"},
            "計画の「太陽光発電」は対象外とあります",
            "中古の太陽光発電設備は対象外です。",
        ),
        (
            made(title="再エネ補助金", eligibility=None, themes=("renewables",)),
            {"plan": "太陽光発電"},
            "計画と同じ分野（再生可能エネルギー）です。対象かお確かめください",
            "",
        ),
    ],
)
def test_the_sentence_that_decided(of: Programme, asked: dict[str, Any], reason: str, raw: str) -> None:
    said = verdict(of, area=["13"], **asked)
    assert (said.reason, said.raw) == (reason, raw)


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
    # What does not fit is left out, unless it is asked for.
    large = {"area": "40130", "industry": "E", "employees": "3000", "capital": "9000000000"}
    without = client.get("/api/programmes", params=large).json()
    everything = client.get("/api/programmes", params=large | {"unfit": "true"}).json()
    told = {each["id"]: each["fit"]["verdict"] for each in everything["hits"] if each["fit"]}
    assert told["invented-0005"] == "no" and everything["total"] > without["total"]
    assert "invented-0005" not in [each["id"] for each in without["hits"]]
    # What is offered to every trade is offered to this one.
    assert "invented-0005" in [each["id"] for each in body["hits"]]
    assert client.get("/api/programmes", params={"area": "40130"}).json()["hits"][0]["fit"] is None
    page = client.get("/search", params={"area": "40130", "industry": "E"}).text
    assert "一部は要確認" in page and 'value="E" selected' in page


@pytest.mark.engine
def test_a_trade_is_counted_with_what_its_law_calls_small(client: TestClient) -> None:
    # Too large for a shop, not for a factory.
    asked = {"area": "40130", "employees": "150", "capital": "200000000"}
    counts = []
    for chosen in ({}, {"industry": "I"}, {"industry": "E"}, {"industry": "-G"}):
        values = client.get("/api/programmes", params=asked | chosen).json()["facets"]["industry"]
        counts.append({each["value"]: each["count"] for each in values})
    assert counts[0]["I"] < counts[0]["E"] and counts.count(counts[0]) == 4
    for trade, count in counts[0].items():
        assert client.get("/api/programmes", params=asked | {"industry": trade}).json()["total"] == count

"""The HTTP contract: parameters, errors, and what a caller sees while the engine is away."""

import pytest
from fastapi.testclient import TestClient

from search_api.search import searcher
from tests.running import Site

pytestmark = pytest.mark.engine


def test_search_answers_as_the_contract_says(client: TestClient) -> None:
    answer = client.get("/api/programmes", params={"q": "省エネ", "area": "13", "per_page": 5})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"total", "page", "per_page", "took_ms", "hits", "facets", "query", "words", "choices"}
    assert body["query"] == {"q": "省エネ", "area": ["13"], "per_page": 5}
    assert {"value", "label", "count", "selected"} <= set(body["facets"]["kind"][0])
    found = {each["id"]: each for each in body["hits"]}["invented-0001"]
    assert (found["state"], found["closes"]) == ("open", "2026-12-25T17:00:00+09:00")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("aera=13", "aera"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("per_page=10000", "per_page"),
        ("q=" + "a" * 10_000, "q"),
        ("kind=subsidies", "kind"),
        ("kind=subsidy%22%20OR%20%22", "kind"),
        ("area=99", "area"),
        ("area=13%22%5D", "area"),
        ("state=opne", "state"),
        ("rate_min=2", "rate_min"),
        # Written out it would have a billion digits.
        ("rate_min=1e999999999", "rate_min"),
        ("rate_min=1/0", "rate_min"),
        ("updated_since=yesterday", "updated_since"),
        ("source=a%22%20OR%20x", "source"),
        ("amount_min=-5", "amount_min"),
        ("employees=99999999999999999999", "employees"),
    ],
)
def test_bad_input_is_a_422_that_names_it(client: TestClient, query: str, named: str) -> None:
    answer = client.get(f"/api/programmes?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [each["parameter"] for each in answer.json()["errors"]] == [named]
    page = client.get(f"/search?{query}")
    assert page.status_code == 200
    assert f"分からない指定がありました（{named}）" in page.text


def test_empty_parameters_of_a_form_are_no_choice(client: TestClient) -> None:
    answer = client.get("/api/programmes?q=&area=&kind=&closes_within=&amount_min=&gx=")
    assert answer.status_code == 200
    assert answer.json()["total"] == client.get("/api/programmes").json()["total"]


def test_one_programme(client: TestClient) -> None:
    body = client.get("/api/programmes/invented-0001").json()
    assert body["title"].startswith("東京都")
    assert body["history"][0]["was"] == "旧"
    assert body["attribution"] == "出典：架空財団"
    missing = client.get("/api/programmes/none")
    assert (missing.status_code, missing.json()["title"]) == (404, "見つかりません")
    assert client.get("/programmes/none").status_code == 404


def test_pages_show_results_and_programmes(client: TestClient) -> None:
    page = client.get("/search?area=40130")
    assert page.status_code == 200
    assert "福岡市 太陽光発電設備補助金" in page.text
    assert "これは試験です。" in page.text
    assert "今日まで" in page.text
    one = client.get("/programmes/invented-0001")
    assert "出典：架空財団" in one.text
    assert "上限1,000万円、2/3以内" in one.text
    assert client.get("/nowhere").status_code == 404


def test_a_script_in_a_query_is_text(client: TestClient) -> None:
    page = client.get("/search", params={"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.text


def test_while_the_engine_is_away_callers_are_told_and_both_recover(client: TestClient, site: Site) -> None:
    kept = client.get("/api/programmes", params={"kind": "loan"}).json()
    site.gone = True
    site.services.searcher.engine.forget()
    try:
        answer = client.get("/api/programmes", params={"q": "いま初めて尋ねる言葉"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "利用できません" in answer.json()["detail"]
        again = client.get("/api/programmes", params={"kind": "loan"}).json()
        assert again | {"took_ms": 0} == kept | {"took_ms": 0}, "nothing can have changed since"
        page = client.get("/search", params={"q": "いま初めて尋ねる言葉"})
        assert page.status_code == 503
        assert "ただいま検索を利用できません" in page.text
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        assert client.get("/programmes/invented-0001").status_code == 200
    finally:
        site.gone = False
    assert client.get("/api/programmes").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_search_that_the_engine_refuses_is_the_operators_to_mend(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # As with an index that another version made: the attribute is none of its own.
    monkeypatch.setattr(searcher, "joined", lambda conditions, *without: "of_another_version = 1")
    for path in ("/api/programmes?q=まだ誰も尋ねない言葉", "/search?q=まだ誰も尋ねない言葉"):
        answer = client.get(path)
        assert answer.status_code == 503 and "of_another_version" not in answer.text
    assert "of_another_version` is not filterable" in caplog.text and "`shien doctor`" in caplog.text


def test_openapi_describes_every_parameter(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/programmes"]["get"]["parameters"]
    names = {each["name"] for each in described}
    assert {"q", "area", "scope", "kind", "theme", "state", "closes_within", "sort", "page", "per_page"} <= names


def test_coverage_tells_what_each_place_has_of_its_own(client: TestClient) -> None:
    country, *prefectures = client.get("/api/coverage").json()
    assert country["code"] == "JP" and country["sources"]["invented"] == country["programmes"] > 0
    fukuoka = next(each for each in prefectures if each["code"] == "40")
    assert len(prefectures) == 47 and fukuoka["municipalities_of"] == 60
    towns = {each["name"]: each["programmes"] for each in fukuoka["municipalities"]}
    assert {"福岡市", "北九州市", "久留米市"} <= set(towns)
    # A ward's programmes are its city's: who lives there finds them.
    hokkaido = next(each for each in prefectures if each["code"] == "01")
    assert [each["name"] for each in hokkaido["municipalities"]] == ["札幌市"]


def test_only_the_fields_that_are_wanted(client: TestClient) -> None:
    body = client.get("/api/programmes?area=13&fields=title,closes&fields=state").json()
    assert body["total"] and {tuple(sorted(each)) for each in body["hits"]} == {("closes", "id", "state", "title")}
    assert body["facets"]["kind"]
    refused = client.get("/api/programmes?fields=title,nonsense")
    assert refused.status_code == 422 and refused.json()["errors"][0]["parameter"] == "fields"


@pytest.mark.parametrize("path", ["/api/programmes", "/search", "/export/programmes.csv", "/feeds/programmes.atom"])
@pytest.mark.parametrize(
    "q", [("ソーラ " * 50)[:200], "省" * 200, "火木土日月金水" * 28, "ﾎｼﾞｮｷﾝ", "9999年12月31日まで", "令和99年3月締切"]
)
def test_no_question_breaks_an_answer(client: TestClient, path: str, q: str) -> None:
    assert client.get(path, params={"q": q}).status_code == 200


def test_areas_of_a_prefecture_by_the_beginning_of_their_names(client: TestClient) -> None:
    found = client.get("/api/areas", params={"q": "ふ", "parent": "40"}).json()
    assert "福岡県福岡市" in {each["name"] for each in found} and {each["code"][:2] for each in found} == {"40"}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("/api/areas?parrent=13", "parrent"),
        ("/api/areas?parent=99", "parent"),
        ("/api/suggest?q=x&limit=3", "limit"),
        ("/api/stats?from=2026", "from"),
        ("/api/programmes/invented-0001?lang=en", "lang"),
        ("/common-grants/opportunities?page_size=5", "page_size"),
        ("/feeds/programmes/invented-0001.ics?alarm=1", "alarm"),
    ],
)
def test_a_misspelt_parameter_is_named_wherever_it_is_given(client: TestClient, asked: str, named: str) -> None:
    refused = client.get(asked)
    assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")
    assert [each["parameter"] for each in refused.json()["errors"]] == [named]


@pytest.mark.parametrize("facet", ["gx", "featured"])
def test_the_value_of_any_facet_can_be_left_out(client: TestClient, facet: str) -> None:
    everything, only, others, same = (
        client.get(f"/api/programmes?state=any{each}").json()
        for each in ("", f"&{facet}=true", f"&{facet}=-true", f"&{facet}=false")
    )
    assert everything["total"] == only["total"] + others["total"] and others["total"] == same["total"]
    assert others["facets"][facet][0]["excluded"]


def test_a_thousand_faults_are_not_all_told(client: TestClient) -> None:
    answer = client.get("/api/programmes", params={f"no{number}": "x" for number in range(1000)})
    assert answer.status_code == 422 and len(answer.json()["errors"]) == 20

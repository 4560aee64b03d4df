"""The page of the CO2 estimate: a form whose address holds everything, errors that lose nothing, support that fits."""

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

pytestmark = pytest.mark.engine


def seen(client: TestClient, query: str = "") -> BeautifulSoup:
    answer = client.get(f"/estimate{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "lxml")


def test_the_form_alone(client: TestClient) -> None:
    page = seen(client)
    assert page.select_one("#total") is None and page.select_one(".wrong-summary") is None
    assert len(page.select(".amount input[inputmode=decimal]")) == 10  # 8 items, and 2 factors of one's own
    for field in page.select(".amount input"):
        assert page.select_one(f'label[for="{field["id"]}"]'), field["id"]
        for described in str(field.get("aria-describedby", "")).split():
            assert page.find(id=described)


def test_an_address_gives_the_result_with_its_arithmetic_and_sources(client: TestClient) -> None:
    page = seen(client, "?per=year&electricity=120000&gasoline=3000&lpg=500")
    text = page.get_text(" ", strip=True)
    assert "59.77 t-CO₂" in page.select_one("#total").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert "120,000 kWh × 0.000416 t-CO₂/kWh = 49.92 t-CO₂" in text
    assert "500 m³ ÷ 502 × 2.99 t-CO₂/t = 2.98 t-CO₂" in text
    assert "いちばん多いのは 電気（84%）" in text or "いちばん多いのは電気（84%）" in text
    assert "およそ 23 世帯分" in text
    assert "https://policies.env.go.jp/earth/ghg-santeikohyo/calc.html" in text
    assert page.title is not None and page.title.get_text().startswith("年間 59.77 t-CO₂")


def test_a_month_the_units_and_own_factors(client: TestClient) -> None:
    page = seen(client, "?per=month&electricity=1000&electricity_factor=0.0003&lpg=20&lpg_unit=kg&city_gas=10")
    text = page.get_text(" ", strip=True)
    assert "1,000 kWh × 12か月 × 0.0003 t-CO₂/kWh = 3.60 t-CO₂（入力した係数）" in text
    assert "20 kg × 12か月 ÷ 1,000 × 2.99 t-CO₂/t = 0.72 t-CO₂" in text
    assert page.select_one('input[name="per"][value="month"][checked]')
    assert page.select_one('select[name="lpg_unit"] option[value="kg"][selected]')


def test_errors_are_named_beside_their_fields_and_nothing_is_lost(client: TestClient) -> None:
    page = seen(client, "?per=month&electricity=abc&gasoline=-3&diesel=120&electricity_factor=x&area=40")
    assert page.select_one("#total") is None
    summary = [(str(each["href"]), each.get_text()) for each in page.select(".wrong-summary a")]
    assert summary == [
        ("#electricity", "電気は数字で入れてください（例：12000）"),
        ("#electricity_factor", "電気の係数は数字で入れてください（例：0.000416）"),
        ("#gasoline", "ガソリンは0以上の数字を入れてください"),
    ]
    for href, told in summary:
        field = page.find(id=href[1:])
        assert field is not None and field["aria-invalid"] == "true"
        error = page.find(id=f"{href[1:]}-error")
        assert error is not None and error.get_text() == told
        assert f"{href[1:]}-error" in str(field["aria-describedby"])
    values = {str(each["name"]): each.get("value") for each in page.select(".amount input[type=text]")}
    assert (values["electricity"], values["gasoline"], values["diesel"]) == ("abc", "-3", "120")
    assert page.select_one('#area option[value="40"][selected]')
    assert page.title is not None and page.title.get_text().startswith("入力をご確認ください")


def test_nothing_put_in_is_an_error_of_its_own(client: TestClient) -> None:
    for query in ("?per=year", "?per=year&electricity=0"):
        [link] = seen(client, query).select(".wrong-summary a")
        assert link["href"] == "#electricity" and "一つも入っていません" in link.get_text()


def test_what_a_form_leaves_empty_is_not_in_the_address(client: TestClient) -> None:
    answer = client.get("/estimate?per=year&electricity=%20100&gasoline=&area=&lpg_unit=")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/estimate?per=year&electricity=+100"


def test_a_factor_in_kilograms_is_told_of(client: TestClient) -> None:
    page = seen(client, "?electricity=1000&electricity_factor=0.416")
    [link] = page.select(".wrong-summary a")
    assert link["href"] == "#electricity_factor" and "0.00416以下" in link.get_text()
    assert seen(client, "?electricity=1000&electricity_factor=0").select_one("#total"), "renewable electricity"


def test_what_is_not_understood_is_named(client: TestClient) -> None:
    page = seen(client, "?electricity=100&nonsense=1&per=decade&lpg_unit=gallon&area=99")
    assert "nonsense" in page.select_one(".notice").get_text()  # type: ignore[union-attr]
    assert page.select_one("#total")


def test_support_follows_the_largest_and_the_place(client: TestClient) -> None:
    town = seen(client, "?electricity=120000&gasoline=100&area=40130")
    offers = {each.get_text(" ", strip=True): each for each in town.select(".offers li")}
    assert "太陽光などの再生可能エネルギー 2件" in offers  # two programmes of 福岡市
    assert "省エネ設備（照明・空調・冷凍機など） いまはありません" in offers  # the grant is of 東京都
    for each in town.select(".offers a"):
        assert "area=40130" in str(each["href"])
        assert client.get(str(each["href"])).status_code == 200
    vehicle = seen(client, "?gasoline=3000")
    assert "電気自動車" in vehicle.select_one(".offers").get_text()  # type: ignore[union-attr]


def test_counts_are_those_of_the_search_they_lead_to(client: TestClient) -> None:
    page = seen(client, "?electricity=120000&city_gas=30000")
    counted = 0
    for each in page.select(".offers li"):
        link, count = each.select_one("a"), each.select_one(".count")
        assert link is not None and count is not None
        total = client.get(str(link["href"]).replace("/search", "/api/programmes")).json()["total"]
        assert count.get_text(strip=True) == (f"{total:,}件" if total else "いまはありません")
        counted += bool(total)
    assert counted


def test_hostile_values_stay_text(client: TestClient) -> None:
    answer = client.get("/estimate", params={"electricity": '"><script>alert(1)</script>', "<b>": "1"})
    assert "<script>alert" not in answer.text and "<b>" not in answer.text

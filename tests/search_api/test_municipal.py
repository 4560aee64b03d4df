"""支援制度情報: what is written is what our own reader of the standard reads."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from scrapy.http import Request, TextResponse

from crawlers.items import Notice
from crawlers.spiders.opendata_support import opendata_support

pytestmark = pytest.mark.engine


def read(body: bytes) -> dict[str, Notice]:
    """The notices of Shinjuku's spider by title, as if it had published this."""
    [spider] = [each for each in opendata_support.members() if each.name.endswith("13104")]
    address = "https://opendata.example/support.csv"
    response = TextResponse(address, body=body, request=Request(address), headers={"Content-Type": "text/csv"})
    return {each.title: each for each in spider().parse(response)}


def test_our_reader_of_the_standard_reads_it_back(client: TestClient) -> None:
    answer = client.get("/export/municipal.csv?area=13&area=40&area=27&state=any")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="support.csv"'
    found = read(answer.content)
    one = found["東京都 中小企業省エネ設備導入補助金"]
    assert (one.amount, one.rate, one.kind) == ("10000000", "2/3", "補助金・助成金")
    assert (one.periods[0].opens, one.periods[0].closes) == ("2026-08-01", "2026-12-25")
    assert found["福岡市 太陽光発電設備補助金"].periods[0].closes == "2026-08-22"
    assert "省エネ設備の導入事例" not in found and "福岡県 脱炭素経営セミナー" not in found


def test_the_code_of_the_place_has_its_check_digit(client: TestClient) -> None:
    body = client.get("/export/municipal.csv?area=13222&scope=municipality").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(body))
    assert (row["全国地方公共団体コード"], row["地方公共団体の名称"]) == ("132225", "東京都東久留米市")
    assert row["タイトル（制度名）"] == "東久留米市 空き店舗活用補助金"


def test_what_is_nationwide_names_no_municipality(client: TestClient) -> None:
    body = client.get("/export/municipal.csv?area=JP").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(body))
    assert row["全国地方公共団体コード"] == "" and row["受付終了日"] == "2026-08-28"

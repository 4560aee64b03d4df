"""Amounts and who can apply: invented lines in the forms of real ones."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.normalise.amounts import merge, money, read, read_rate, read_row
from indexer.normalise.eligibility import read_eligibility


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,000万円", 10_000_000),
        ("１億５千万円", 150_000_000),
        ("1億5,000万円", 150_000_000),
        ("2億円", 200_000_000),
        ("2.5億円", 250_000_000),
        ("三百万円", 3_000_000),
        ("5百万円", 5_000_000),
        ("1百50万円", 1_500_000),
        ("3千円", 3_000),
        ("30,000千円", 30_000_000),
        ("443,200円", 443_200),
        ("２７．５万円", 275_000),
        ("十万円", 100_000),
        ("百万円", 1_000_000),
        ("第3回 100万円", 1_000_000),
        ("②1.5億円", 150_000_000),
        ("16,000円/㌧-CO2", None),
        ("円安", None),
        ("千円未満", 1_000),
    ],
)
def test_sums(text: str, expected: int | None) -> None:
    assert next((each.yen for each in money(text)), None) == expected


@pytest.mark.parametrize(
    ("text", "most", "least", "rate"),
    [
        ("補助上限額：300万円（補助率1/2以内）", 3_000_000, None, "1/2"),
        ("上限200万円、下限50万円", 2_000_000, 500_000, None),
        ("最大1億5千万円を補助します。", 150_000_000, None, None),
        ("補助金額 50万円〜200万円", 2_000_000, 500_000, None),
        ("補助上限額は最大3,500万円〜9,000万円", 90_000_000, None, None),
        ("上限額：一般枠　500万円（下限額：25万円）", 5_000_000, 250_000, None),
        ("補助対象経費の3／4（上限2,700千円）", 2_700_000, None, "3/4"),
        ("計画の承認取得で5万円を交付", 50_000, None, None),
        ("制度を整えた場合に奨励金20万円（定額）を支給します。", 200_000, None, "定額"),
        ("助成金の助成率引上げ（中小企業2/3→4/5、大企業1/2→2/3）", None, None, "4/5"),
        ("来県のときの旅費の2分の1を支援する制度です。", None, None, "1/2"),
        ("設備の取得価額の10％を税額から控除できます。", None, None, None),
        ("1リットル当たりの支援額は7月が3.0円、8月が1.7円です。", None, None, None),
        ("給与等支給額が5,200万円、うち200万円は助成金です。", None, None, None),
        ("A社の場合、給与等の支給額は前年の5,000万円から5,090万円に増えた。", None, None, None),
        ("補助上限額は総額で最大1億円。\n補助上限額は電気自動車が100万円。", 100_000_000, None, None),
        ("割引とクーポンを合わせて1人1泊当たり最大1万1000円を支援する。", None, None, None),
        ("電力の50%以上を県内で調達し、補助率は要領で決まります。", None, None, None),
        ("融資額の100％を保証する制度です。", None, None, None),
        ("補助額：50万円（下限）から200万円（上限）", 2_000_000, 500_000, None),
        ("助成率：３分の２（千円未満切捨て）", None, None, "2/3"),
        ("■補助金額\n通常枠：50万円\n特別枠：200万円\n■問合せ先\n03-0000-0000", 2_000_000, None, None),
        ("補助率：中小企業2/3、大企業1/3", None, None, "2/3"),
        ("1事業者あたり10万円を給付します（定額）。支援金の額：10万円", 100_000, None, "定額"),
        ("融資限度額は8,000万円です。", 80_000_000, None, None),
        ("補助限度額　1,000,000円", 1_000_000, None, None),
        ("経費の50%を補助します。上限20万円", 200_000, None, "1/2"),
        ("予算額は2億円です。", None, None, None),
        ("予算の上限額に達し次第終了します。電話 03-1234-5678", None, None, None),
        ("資本金3億円以下の中小企業", None, None, None),
        ("売上高が前年から1/2以上減少した事業者", None, None, None),
        ("受講料：5,000円", None, None, None),
        ("補助対象経費が100万円以上の事業", None, None, None),
        ("時給1,000円以上", None, None, None),
        ("女性の継続就業率100%、奨励の輪を広げる企業です。", None, None, None),
        ("最低賃金と事業場内の賃金の差額が30円である事業場", None, None, None),
        ("4/1から6/30まで受け付けます。", None, None, None),
        ("令和8年度予算額：補助金 1億円", None, None, None),
        ("廃業費を最大2,000万円上乗せできます。補助上限は500万円です。", 5_000_000, None, None),
    ],
)
def test_texts(text: str, most: int | None, least: int | None, rate: str | None) -> None:
    found = read(text)
    if (most, least, rate) == (None, None, None):
        assert found is None
    else:
        assert found is not None
        assert (found.max_yen, found.min_yen, found.rate) == (most, least, rate)
        assert all(line in text for line in found.raw.split("\n"))


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("１／２", "1/2"),
        ("３分の２以内", "2/3"),
        ("1/2（小規模事業者は2/3）", "2/3"),
        ("定額", "定額"),
        ("定額（10/10）", "10/10"),
        ("100%", "10/10"),
        ("7/10", "7/10"),
        ("2/1", None),
        ("公募要領を参照", None),
        ("詳しくは https://example.jp/1/2/ を参照", None),
    ],
)
def test_rates(field: str, expected: str | None) -> None:
    assert read_rate(field) == expected


@pytest.mark.parametrize(
    ("number", "rate", "text", "expected"),
    [
        ("5000000", "1/2", "", (5_000_000, None, "1/2")),
        ("0", "", "補助上限は30万円。", (300_000, None, None)),
        ("99999999", "2/3以内", "", (None, None, "2/3")),
        ("5000000", "", "下限50万円、上限500万円、補助率2/3", (5_000_000, 500_000, "2/3")),
        ("0", "1台につき5万円", "", (50_000, None, None)),
        ("0", "公募要領を参照", "事業の内容をご覧ください。", None),
    ],
)
def test_fields_come_first(number: str, rate: str, text: str, expected: Any) -> None:
    found = merge(number, rate, text)
    assert (found and (found.max_yen, found.min_yen, found.rate)) == expected


@pytest.mark.parametrize(
    ("text", "employees", "capital"),
    [
        ("対象者：従業員20人以下の小規模事業者", 20, None),
        ("常時使用する従業員の数が50人未満", 49, None),
        ("資本金5,000万円以下の法人", None, 50_000_000),
        ("資本金3億円以下又は従業員300人以下", None, None),
        ("製造業：従業員300人以下\n小売業：従業員50人以下", None, None),
        ("従業員を1人以上雇用していること", None, None),
        # What firms of a size get is no limit on who can apply.
        ("補助上限額は従業員数5名以下で200万円、同21名以上で1000万円など。", None, None),
    ],
)
def test_who(text: str, employees: int | None, capital: int | None) -> None:
    found = read_eligibility(text)
    assert ((found.employees_max, found.capital_max_yen) if found else (None, None)) == (employees, capital)


def test_trades_of_a_form() -> None:
    found = read_eligibility("", industries=["製造業", "農業、林業"])
    assert found and found.industries == ("A", "E")
    assert read_eligibility("", employees="従業員数の制約なし") is None


def test_a_row() -> None:
    row = read_row({"id": "x", "text": "上限100万円、補助率1/2"})
    assert (row["id"], row["max_yen"], row["rate"]) == ("x", 1_000_000, "1/2")


PIECES = st.lists(
    st.sampled_from(
        [
            "上限",
            "補助率",
            "1/2",
            "１,０００",
            "億",
            "万",
            "千",
            "円",
            "下限",
            "3分の2",
            "\n",
            "、",
            "50",
            "%",
            "定額",
            "①",
            " ",
            "予算",
        ]
    ),
    max_size=60,
).map("".join)


@settings(deadline=None)
@given(PIECES)
def test_whatever_comes_raw_is_verbatim(text: str) -> None:
    found = read(text)
    if found:
        assert all(line in text for line in found.raw.split("\n"))
        assert found.min_yen is None or found.max_yen is None or found.min_yen < found.max_yen


@pytest.mark.parametrize("piece", ["1,000", "億", "万円", "1/", "一千", "上限 ", "円"])
def test_a_long_hostile_line_returns(piece: str) -> None:
    read(piece * 200_000)
    list(money(piece * 100_000))

"""The profile of the firm that a case tells of."""

import pytest

from indexer.normalise.eligibility import divisions
from indexer.normalise.firms import BANDS, band, trade, workforce
from indexer.vocab import labels
from tests.normalise.test_programme import said

PROFILES = [
    ("設立1982年4月（創業は1977年10月）従業員数22名所在地新潟県架空市1-2業種印刷業", 22, ()),
    ("会社概要\n従業員数：1,250人\n業種：製造業", 1250, ("製造業",)),
    ("従業員数 約30名 所在地 架空県架空市 業種 飲食店", 30, ("飲食店",)),
    ("従業員数15名所在地架空県業種化学工業", 15, ("化学工業",)),
    ("新規事業の拡大を見越して従業員数を現在の36人から50人に増やすことを目指す", None, ()),
    ("部品を製造する架空鉄工株式会社（従業員数439名、資本金2,700万円）を母体とする", None, ()),
    ("A社\n従業員数10名\nB社\n従業員数20名\n", None, ()),
    ("従業員57名のうち、半数が外国籍", None, ()),
    ("従業員数0名\n業種製造業", None, ("製造業",)),
]


@pytest.mark.parametrize(("text", "people", "trades"), PROFILES)
def test_profiles(text: str, people: int | None, trades: tuple[str, ...]) -> None:
    assert workforce(text) == people
    assert trade(text) == trades


def test_only_a_case_has_a_firm() -> None:
    body = "会社概要\n従業員数28名\n業種食料品製造業\n設備を入れ替えた話です。"
    case = said("架空食品の省エネ", body, kind="事例")
    assert (case.workforce, case.eligibility and case.eligibility.industries) == (28, ("E",))
    grant = said("設備更新補助金の募集", body, kind="補助金")
    assert (grant.workforce, grant.eligibility) == (None, None)


def test_every_group_of_the_classification_has_its_division() -> None:
    names = labels.trades()
    assert len(names) == 20 + 99 - len({"鉱業、採石業、砂利採取業", "分類不能の産業"})
    assert divisions(["食料品製造業", "飲食店", "電子部品・デバイス・電子回路製造業"]) == ("E", "M")


def test_bands_meet_without_a_gap() -> None:
    assert [*BANDS, "over300"] == list(labels.labels("size"))
    for name, most in BANDS.items():
        assert band(most) == name != band(most + 1)

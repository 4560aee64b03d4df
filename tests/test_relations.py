"""Rounds of one scheme, top-ups and what cannot be combined: what is told, on which side, and what never is."""

from typing import Any

import pytest

from indexer.duplicates import identity
from indexer.relations import relations, statements
from indexer.schema import Kind, Problem, Programme, Relation, RelationKind
from tests.samples import programme, window

SUMMER = (window("2026-05-01", "2026-07-31T17:00"),)


def found(*programmes: Programme) -> dict[str, list[Relation]]:
    return relations([identity(each) for each in programmes], [one for each in programmes for one in statements(each)])


def pairs(*programmes: Programme) -> set[tuple[str, str, str]]:
    """(kind, the number of one, the number of the other or "")."""
    return {(each.kind.value, id[-1], each.id[-1:]) for id, several in found(*programmes).items() for each in several}


def call(number: int, title: str, closes: str = "", **values: Any) -> Programme:
    windows = (window(f"{closes[:7]}-01", closes),) if closes else ()
    return programme(number, title, **({"areas": ["40130"], "windows": windows} | values))


def test_rounds_of_one_scheme_know_each_other() -> None:
    said = pairs(
        call(1, "令和7年度 架空市設備更新応援補助金", "2025-08-29"),
        call(2, "架空市設備更新応援補助金（令和8年度・第1回公募）", "2026-06-30"),
        call(3, "架空市設備更新応援補助金 第2回公募（令和8年度）", "2026-10-30"),
        call(4, "架空市設備更新応援補助金＜特別枠＞ 令和8年度", "2026-10-30"),
        call(5, "令和8年度 架空市設備更新応援補助金", "2026-10-30", areas=["27"]),
        call(6, "架空市設備更新応援補助金"),
    )
    assert said == {("round", one, other) for one in "123" for other in "123" if one != other}


def test_courses_are_no_rounds_of_each_other() -> None:
    said = pairs(
        call(1, "令和7年度架空応援奨励金【もっとやすむコース】", "2025-08-29"),
        call(2, "令和8年度架空応援奨励金【もっとやすむコース】", "2026-08-31"),
        call(3, "令和7年度架空応援奨励金【はたらくははコース】", "2025-08-29"),
        call(4, "令和8年度架空応援奨励金【受付終了】【はたらくははコース】", "2026-08-31"),
        call(5, "令和8年度架空応援奨励金【はたらくははコースNEXT】", "2026-09-30"),
    )
    assert said == {("round", one, other) for one, other in ("12", "21", "34", "43")}


def test_a_call_for_every_way_to_apply_is_a_round_of_each() -> None:
    said = pairs(
        call(1, "【共同申請｜令和7年度】架空転換応援事業", "2025-08-29"),
        call(2, "【単独申請｜令和7年度】架空転換応援事業", "2025-09-30"),
        call(3, "令和8年度架空転換応援事業", "2026-08-31"),
    )
    assert said == {("round", one, other) for one, other in ("13", "31", "23", "32")}


def test_a_step_of_a_grant_is_no_round() -> None:
    step = Problem(field="kind", code="procedure", raw="")
    said = pairs(
        call(1, "令和7年度 架空市設備更新応援補助金", "2025-08-29"),
        call(2, "令和8年度 架空市設備更新応援補助金", "2026-08-31", problems=(step,)),
    )
    assert said == set()


def test_only_the_nearest_rounds_are_told() -> None:
    calls = [call(i, "架空市設備更新応援補助金", f"2026-{i:02}-20") for i in range(1, 10)]
    told = found(*calls)
    assert [each.id[-1] for each in told[calls[4].id]] == ["2", "3", "4", "6", "7", "8"]


NATION = call(1, "令和8年度 賃上げ設備応援補助金", "2026-07-31", areas=["JP"])
ADDED = "国の「賃上げ設備応援補助金」に市が10万円を上乗せします。"


def test_a_top_up_is_told_on_both_sides_in_its_words() -> None:
    town = call(2, "架空市賃上げ応援金", "2026-07-15", body=ADDED)
    told = found(NATION, town)
    words = ADDED.rstrip("。")
    assert told[town.id] == [Relation(kind=RelationKind.TOP_UP, id=NATION.id, raw=words, told_by=town.id)]
    assert told[NATION.id] == [Relation(kind=RelationKind.TOP_UP, id=town.id, raw=words, told_by=town.id)]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("省エネルギー設備応援補助金", "省エネルギー設備応援補助金"),
        ("省エネルギー設備応援補助金", "省エネ設備応援補助金"),
        ("省エネ設備応援補助金", "省エネルギー設備応援補助金"),
        ("EV・充電設備応援補助金", "ＥＶ充電設備応援補助金"),
    ],
)
def test_a_name_is_known_however_it_is_written(name: str, told: str) -> None:
    nation = call(1, f"令和8年度 {name}", "2026-07-31", areas=["JP"])
    town = call(2, "架空市賃上げ応援金", "2026-07-15", body=f"国の「{told}」に市が10万円を上乗せします。")
    assert pairs(nation, town) == {("top_up", "1", "2"), ("top_up", "2", "1")}


def test_a_top_up_on_what_is_not_listed_now_stands_in_its_words_alone() -> None:
    before = call(1, "令和5年度 賃上げ設備応援補助金", "2023-07-31", areas=["JP"])
    assert pairs(before, call(2, "架空市賃上げ応援金", "2026-07-15", body=ADDED)) == {("top_up", "2", "")}


NOT_TOP_UPS = [
    ("a rate that is raised", "賃上げに取り組む場合は補助上限額を50万円上乗せします。"),
    ("its own name", "架空市賃上げ応援金の上限を上乗せします。"),
]


@pytest.mark.parametrize(("why", "body"), NOT_TOP_UPS, ids=[each[0] for each in NOT_TOP_UPS])
def test_what_is_no_top_up(why: str, body: str) -> None:
    assert pairs(NATION, call(2, "架空市賃上げ応援金", "2026-07-15", body=body)) == set()


def test_the_nation_adds_nothing_to_a_town() -> None:
    nation = call(
        1, "賃上げ設備応援補助金", "2026-07-31", areas=["JP"], body="「架空市賃上げ応援金」は上乗せされます。"
    )
    assert pairs(nation, call(2, "架空市賃上げ応援金", "2026-07-15")) == set()


def test_what_cannot_be_combined_is_told_on_both_sides() -> None:
    one = call(
        1,
        "架空市企業立地応援奨励金（県連携）",
        "2026-07-31",
        body="※先端産業立地応援奨励金との併用はできません。",
        areas=["40203"],
    )
    other = call(2, "久留米市先端産業立地応援奨励金（県連携）", "2026-07-31", areas=["40203"])
    told = found(one, other)
    assert [(each.id, each.told_by) for each in told[other.id]] == [(one.id, one.id)]
    assert [(each.id, each.raw) for each in told[one.id]] == [(other.id, "先端産業立地応援奨励金との併用はできません")]
    elsewhere = other.model_copy(update={"areas": ("40130",)})
    assert pairs(one, elsewhere) == set(), "in another town it is another one"


SAID = [
    ("他の補助金と併用して交付を受けることはできません。", True),
    ("国、県又は市の他の補助金等との併給は認められません。", True),
    ("本事業に関して、他の補助金を受給していないこと。", True),
    ("国が交付する他の補助金を受けている事業には、本補助金は交付されません。", True),
    ("「架空県先進機器導入支援事業費補助金」との重複申請は認められません。", True),
    ("ＪＥＴＲＯと当機構で同一案件の併願（重複）申請はできません。", True),
    ("他の補助事業者に機器を貸与していないこと。", False),
    ("国の他の補助金との併用が可能です。", False),
    ("申請が重複して生成される場合がありますのでご注意ください。", False),
    ("既存燃料と併用する設備は対象外です。", False),
    ("×…併給不可 ○…併給可", False),
]


@pytest.mark.parametrize(("body", "told"), SAID)
def test_words_that_name_no_programme_are_told_where_they_are_about_other_support(body: str, told: bool) -> None:
    said = found(call(1, "架空市設備更新応援補助金", "2026-07-31", body=body))
    assert said == (
        {"invented-0001": [Relation(kind=RelationKind.EXCLUSIVE, raw=body.strip("※。"), told_by="invented-0001")]}
        if told
        else {}
    )


def test_an_article_makes_no_rules() -> None:
    article = call(1, "補助金の選び方", kind=Kind.NEWS, body="他の補助金と併用できません。")
    assert list(statements(article)) == []


def test_a_full_stop_inside_brackets_ends_no_sentence() -> None:
    body = "機器の費用（国の他の補助金を受ける場合。）に対し、本補助金を併用することはできません。別の文です。"
    (said,) = statements(programme(1, "架空市設備応援補助金", body=body))
    assert said.raw == "機器の費用（国の他の補助金を受ける場合。）に対し、本補助金を併用することはできません"

"""A notice as a whole: what its title, fields and text say together."""

import pytest

from crawlers.items import Notice, Period
from indexer.normalise.programme import normalise
from indexer.schema import Programme

FACTS = {"publisher": "青山新聞", "url": "https://news.test/", "licence": "CC BY 4.0"}


def said(title: str, body: str = "", **fields: object) -> Programme:
    notice = Notice(source="news", url="https://news.test/1", title=title, body=body, published="2026-08-05", **fields)  # type: ignore[arg-type]
    return normalise(notice, "2026-08-05", facts=FACTS, fetched_at="2026-08-05T00:00:00Z")


def codes(programme: Programme) -> list[str]:
    return [each.code for each in programme.problems]


def test_a_deadline_may_stand_in_the_title_only() -> None:
    programme = said("【青山市】商店街補助金（令和8年9月30日締切）", "商店街の照明を新しくする費用を補助します。")
    assert [each.closes for each in programme.windows] == ["2026-09-30"]


def test_words_of_the_title_name_no_date_of_the_text() -> None:
    programme = said("会社設立セミナー", "青山市は8月17日、会社設立の手順を学ぶセミナーを開催する。")
    assert [(each.role, each.opens) for each in programme.windows] == [("event", "2026-08-17")]


def test_a_title_that_the_text_contradicts_goes_to_review() -> None:
    programme = said("補助金の公募要領を公開【申請受付期間：8/31～9/30】", "応募締切：令和8年10月30日（金）18時")
    assert [each.closes for each in programme.windows] == ["2026-09-30", "2026-10-30T18:00"]
    assert codes(programme) == ["conflicting_deadline"]
    agreeing = said("補助金の公募要領を公開【申請受付期間：8/31～9/30】", "応募締切：令和8年9月30日（水）18時")
    assert [each.closes for each in agreeing.windows] == ["2026-09-30T18:00"] and codes(agreeing) == []


def test_nobody_can_apply_for_a_result() -> None:
    programme = said("【採択結果】商店街補助金", "公募期間：令和8年8月1日～令和8年9月30日\n採択数：12者")
    assert programme.windows == () and programme.amount is None


def test_a_call_for_who_runs_a_scheme_is_a_procedure() -> None:
    programme = said(
        "省エネ設備の補助事業", "※本事業は、設備を入れる事業者を公募するものではありませんので、ご注意ください。"
    )
    assert codes(programme) == ["procedure"]


STEPS = [
    "海辺整備促進事業_事業完了後の各種申請",
    "令和８年_港湾整備_事業完了後申請",
    "［第四回］海辺再建補助金（交付申請等）",
    "［第四回］海辺再建補助金_特別枠（交付申請等）",
    "海辺再建補助金（海辺Ⅰ（漁港））（事前着手届出）【一次公募】",
    "【事前着手】令和８年度海辺再建補助金",
    "海辺再建補助金【精算払請求】",
    "海辺再建補助金　計画変更承認申請",
    "令和８年度【２年目申請用】海辺で働く人の助成金",
    "海辺再建補助金（令和８年度・執行団体公募）",
    "海辺再建補助金（補助事業者（執行団体）公募）",
]

FIRST = [
    "【青山運輸支局】海辺の航路を守る補助金（交付申請）",
    "海辺の車の補助金　交付申請等の受付について",
    "海辺再建補助金（公募申請）",
    "【応募申請】令和８年度海辺再建補助金",
    "令和８年度【１年目申請用】海辺で働く人の助成金",
    "海辺建築推進事業（令和８年度）【代表事業者及び事業者の登録】",
    "海辺の奨学金を返す事業【令和８年度企業登録】",
    "海辺のつながり支援事業（間接補助事業者公募）（３次公募）",
    "海辺の人事部支援事業補助金　補助事業者公募",
    "海辺整備事業（事業完了後の運営も支援）",
    "【継続】海辺再建補助金",
]


@pytest.mark.parametrize("title", STEPS)
def test_a_step_of_an_earlier_grant_is_a_procedure(title: str) -> None:
    assert codes(said(title)) == ["procedure"]


@pytest.mark.parametrize("title", FIRST)
def test_a_first_application_is_no_procedure(title: str) -> None:
    assert "procedure" not in codes(said(title))


def test_a_call_for_who_hands_out_the_grants_is_a_procedure() -> None:
    body = "青山県では補助事業者を通じて対象企業に給付金を交付しており、令和8年度の補助事業者を公募します。"
    assert codes(said("海辺の電気代補助金の補助事業者の公募について", body)) == ["procedure"]


@pytest.mark.parametrize(
    ("body", "most"),
    [
        ("補助上限額は公募要領をご覧ください。", 2_000_000_000),
        ("下記｢補助額上限｣は予算額であり､1件当たりの補助額上限は特になし｡", None),
        ("上限額の欄には予算の総額を記載しています。", None),
    ],
)
def test_a_budget_in_the_field_of_the_ceiling_is_no_amount(body: str, most: int | None) -> None:
    period = Period(opens="2026-08-01T00:00Z", closes="2026-09-01T00:00Z")
    programme = said("海辺の補助金", body, amount="2000000000", periods=(period,))
    assert (programme.amount.max_yen if programme.amount else None) == most


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("【岐阜県_2次募集】外国出願補助金", "岐阜県"),
        ("【産業創造機構_兵庫県】外国出願補助金", "産業創造機構"),
        ("意欲ある事業者の補助金（区分2：新しい事業の分）", None),
        ("石油坑井の補助金（令和8年度：関東東北産業保安監督部）", "関東東北産業保安監督部"),
    ],
)
def test_an_issuer_is_a_name_and_nothing_beside_it(title: str, name: str | None) -> None:
    programme = said(title)
    assert (programme.issuer.name if programme.issuer else None) == name

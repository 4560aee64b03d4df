"""Corrections: every field by a form of its own, checked, with its reason, beside the machine's value, and undone."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from frontend.staff import forms
from frontend.staff.filling import filled
from indexer.curate import CORRECTABLE, checked, value_of
from indexer.schema import Amount, Change, Eligibility, EndedEarly, Programme
from indexer.store import Store
from tests.frontend.staff.conftest import Desk
from tests.running import Site
from tests.samples import EVERYTHING, programme, record, window

ID = "invented-0001"
PAGE = f"/staff/programmes/{ID}"
ROW = {
    "w_role": "apply", "w_label": "", "w_opens_day": "2026-08-01", "w_opens_time": "", "w_closes_day": "2026-11-30",
    "w_closes_time": "", "w_basis": "fixed", "w_delivery": "", "w_round": "", "w_ended": "no", "w_ended_day": "",
    "w_raw": "", "w_from": "",
}  # fmt: skip
pytestmark = pytest.mark.engine


RIGHT: list[tuple[str, dict[str, Any], Any]] = [
    ("title", {"title": "  正しい　名称 "}, "正しい 名称"),
    ("kind", {"kind": "loan"}, "loan"),
    ("areas", {"areas": "福岡市\n東京都府中市"}, ["40130", "13206"]),
    ("areas", {"areas": "全国"}, ["JP"]),
    ("areas", {"areas": ""}, []),
    ("event_areas", {"event_areas": "四国"}, ["36", "37", "38", "39"]),
    ("amount", {"max_yen": "１,５００万円", "rate": "50%", "raw": "原文"},
     {"max_yen": 15_000_000, "min_yen": None, "rate": "1/2", "raw": "原文"}),
    ("amount", {"max_yen": "", "min_yen": "", "rate": "", "raw": "原文"}, None),
    ("eligibility", {"employees_max": "20人", "capital_max_yen": "3億円", "industries": ["E", "D"], "raw": "製造業"},
     {"industries": ["D", "E"], "employees_max": 20, "capital_max_yen": 300_000_000, "raw": "製造業"}),
    ("workforce", {"workforce": "1,200人"}, 1200),
    ("issuer", {"name": "東京都 環境局", "level": "prefecture"}, {"name": "東京都 環境局", "level": "prefecture"}),
    ("official_url", {"official_url": "https://tokyo.example/shoene"}, "https://tokyo.example/shoene"),
    ("summary", {"summary": "一行目\r\n二行目"}, "一行目\n二行目"),
    ("body", {"body": "本文"}, "本文"),
    ("contact", {"contact": "03-0000-0000"}, "03-0000-0000"),
    ("published", {"published": "2026-08-01"}, "2026-08-01"),
    ("gx", {"gx": "no"}, False),
    ("themes", {"themes": ["renewables", "energy_saving"]}, ["energy_saving", "renewables"]),
    ("stages", {"stages": []}, []),
    ("levers", {"levers": ["kaeru"]}, ["kaeru"]),
    ("fields", {"fields": ["environment"]}, ["environment"]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "values", "wanted"), RIGHT)
def test_every_field_has_a_form_that_corrects_it(
    editor: Desk, client: TestClient, field: str, values: dict[str, Any], wanted: Any
) -> None:
    assert editor.correct(field, **values).status_code == 303
    detail = client.get(f"/api/programmes/{ID}").json()
    found = detail[field]
    if isinstance(wanted, dict):
        found = {name: found[name] for name in wanted}
    assert (found, detail["corrected"]) == (wanted, [field])
    assert "人が直した値" in editor.text(PAGE)


def test_no_field_is_left_without_a_form() -> None:
    assert set(forms.FORMS) == set(CORRECTABLE) == {field for field, _, _ in RIGHT} | {"windows"}


WINDOWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"opens": "2026-08-01", "closes": "2026-11-30", "precision": "day", "basis": "fixed"}),
    ({"w_closes_time": "12:00"}, {"closes": "2026-11-30T12:00", "precision": "minute"}),
    ({"w_opens_day": "", "w_closes_day": "", "w_basis": "rolling"}, {"closes": None, "basis": "rolling"}),
    ({"w_basis": "until_budget", "w_closes_day": ""}, {"opens": "2026-08-01", "basis": "until_budget"}),
    ({"w_delivery": "must_arrive", "w_round": "２", "w_label": "二次"}, {"delivery": "must_arrive", "round": 2}),
    ({"w_ended": "yes", "w_ended_day": "2026-08-20"}, {"ended_early": {"at": "2026-08-20", "raw": ""}}),
    ({"w_ended": "yes"}, {"ended_early": {"at": None, "raw": ""}}),
    ({"w_role": "event", "w_opens_day": "2026-09-10", "w_opens_time": "13:00", "w_closes_day": "2026-09-10",
      "w_closes_time": "15:00"}, {"role": "event", "opens": "2026-09-10T13:00", "closes": "2026-09-10T15:00"}),
    ({"w_raw": "締切は11月30日"}, {"raw": "締切は11月30日"}),
    ({"w_opens_day": "2026-11-30", "w_opens_time": "09:00"}, {"opens": "2026-11-30T09:00", "closes": "2026-11-30"}),
]  # fmt: skip


@pytest.mark.parametrize(("values", "wanted"), WINDOWS)
def test_a_window_is_corrected_part_by_part(
    editor: Desk, client: TestClient, values: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert editor.correct("windows", **ROW | {"w_from": "0"} | values).status_code == 303
    assert "職員が確認して直しました" in client.get(f"/programmes/{ID}").text
    [found] = client.get(f"/api/programmes/{ID}").json()["windows"]
    assert {name: found[name] for name in wanted} == wanted


def test_rows_of_windows_are_added_and_dropped(editor: Desk, site: Site) -> None:
    rows = [ROW | {"w_from": "0"}, ROW | {"w_closes_day": "2027-02-28", "w_round": "2"}, ROW | {"w_opens_day": "",
            "w_closes_day": ""}]  # fmt: skip
    together = {part: [row[part] for row in rows] for part in ROW}
    assert editor.correct("windows", **together).status_code == 303
    [decision] = site.services.store.decisions()
    assert [each["closes"] for each in decision.now] == ["2026-11-30", "2027-02-28"]
    assert editor.correct("windows", **together | {"w_from": ["0", "1", ""], "w_drop": ["0"]}).status_code == 303
    [decision] = site.services.store.decisions()
    assert [(each["closes"], each["round"]) for each in decision.now] == [("2027-02-28", 2)]


@pytest.mark.parametrize(
    ("field", "values", "told"),
    [
        ("windows", ROW | {"w_closes_day": "2026-02-30"}, "1行目の締切「2026-02-30」は、ない日付です"),
        ("windows", ROW | {"w_closes_day": "2026-07-31"}, "1行目：締切が開始より前になっています"),
        ("windows", ROW | {"w_closes_day": "", "w_opens_day": "2026-08-01"}, "締切の日を入れるか"),
        ("windows", ROW | {"w_closes_time": "25:00"}, "ない時刻です"),
        ("windows", ROW | {"w_label": "長" * 301}, "1行目の名前は300字までにしてください（いま301字）"),
        ("windows", ROW | {"w_opens_day": "", "w_opens_time": "10:00"}, "時刻だけでは決まりません"),
        ("windows", ROW | {"w_closes_day": "0026-11-30"}, "年を確かめてください"),
        ("windows", ROW | {"w_round": "二"}, "回は「2」のように"),
        ("windows", ROW | {"w_basis": "'; drop table decisions"}, "終わり方を選んでください"),
        ("windows", {part: [value] * 41 for part, value in ROW.items()}, "フォームの形が壊れています"),
        ("windows", {"w_role": "apply"}, "フォームの形が壊れています"),
        ("kind", {"kind": "party"}, "種類を選んでください"),
        ("areas", {"areas": "府中市"}, "「東京都府中市」か「広島県府中市」"),
        ("areas", {"areas": "福岡"}, "「福岡県」「福岡県福岡市」"),
        ("areas", {"areas": "どこか"}, "「どこか」という地域はありません"),
        ("amount", {"max_yen": "たくさん"}, "上限額「たくさん」を金額として読めません"),
        ("amount", {"max_yen": "-5"}, "金額として読めません"),
        ("amount", {"max_yen": "10万円", "min_yen": "20万円"}, "下限額が上限額より大きく"),
        ("amount", {"rate": "半分"}, "補助率「半分」を読めません"),
        ("eligibility", {"employees_max": "少し"}, "人数として読めません"),
        ("issuer", {"name": "x", "level": "world"}, "区分を選んでください"),
        ("official_url", {"official_url": "javascript:alert(1)"}, "https:// か http:// で始めて"),
        ("official_url", {"official_url": "https://x.example/<script>"}, "https:// か http:// で始めて"),
        ("published", {"published": "きのう"}, "ない日付です"),
        ("gx", {"gx": "perhaps"}, "「はい」か「いいえ」"),
        ("themes", {"themes": ["renewables", "nonsense"]}, "選べない値"),
        ("title", {"title": " "}, "名称を入れてください"),
        ("title", {"title": "長" * 301}, "300字までにしてください（いま301字）"),
        ("title", {"title": "あ\0い"}, "使えない文字"),
        ("title", {"title": "東京都 中小企業省エネ設備導入補助金"}, "いまの値と同じです"),
        ("title", {"title": "別", "note": " "}, "直した理由"),
        ("source", {"source": "other"}, "この項目は直せません"),
        ("history", {"history": "[]"}, "この項目は直せません"),
        ("title'; drop table programmes; --", {}, "この項目は直せません"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason_and_stays_in_the_form(
    editor: Desk, site: Site, field: str, values: dict[str, Any], told: str
) -> None:
    known = field in forms.FORMS
    answer = editor.correct(field, seen=editor.seen(field) if known else "x", **values)
    assert answer.status_code == 422
    assert told in answer.text.replace("&#39;", "'").replace("&gt;", ">")
    text = values.get(field)
    if field in ("title", "areas", "official_url") and isinstance(text, str) and not set(text) & set("\0<>"):
        assert text.strip() in answer.text
    assert site.services.store.decisions() == []
    assert site.services.store.count() == len(EVERYTHING)


def test_the_second_of_two_editors_is_told_and_loses_nothing(editor: Desk, client: TestClient, site: Site) -> None:
    other, token = Desk(client, "taro"), editor.seen("title")
    assert other.correct("title", title="一人目の名称", seen=token).status_code == 303
    answer = editor.correct("title", title="二人目の名称", seen=token, note="電話で確認")
    assert answer.status_code == 409
    assert "ほかの人（taro）が先に、この項目を「一人目の名称」に直しました" in answer.text
    assert 'value="二人目の名称"' in answer.text and 'value="電話で確認"' in answer.text
    assert [each.now for each in site.services.store.decisions()] == ["一人目の名称"]
    assert editor.correct("title", title="二人目の名称").status_code == 303
    assert [each.now for each in site.services.store.decisions()] == ["二人目の名称"]
    assert other.correct("title", title="三人目", seen=token).status_code == 409


def moved(store: Store, **values: Any) -> None:
    """The source says something else, as after another night."""
    entry = store.get(ID)
    assert entry
    changed = entry.programme.model_copy(update=values)
    with store.transaction() as writer:
        writer.put([record(changed)], {ID})


def test_a_source_that_moved_while_somebody_typed_is_not_written_over(editor: Desk, site: Site) -> None:
    token = editor.seen("title")
    moved(site.services.store, title="情報源の新しい名称")
    answer = editor.correct("title", title="直した名称", seen=token)
    assert (answer.status_code, "情報源の内容が変わりました" in answer.text) == (409, True)
    assert site.services.store.decisions() == []


def test_undo_puts_the_machine_s_value_back_once(editor: Desk, client: TestClient, site: Site) -> None:
    editor.correct("title", title="直した名称")
    [decision] = site.services.store.decisions()
    assert editor.post(f"/staff/decisions/{decision.id}/undo").status_code == 303
    assert client.get(f"/api/programmes/{ID}").json()["title"] == EVERYTHING[0].title
    again = editor.post(f"/staff/decisions/{decision.id}/undo")
    assert (again.status_code, "もう取り消されたか" in again.text) == (409, True)
    assert editor.post("/staff/decisions/999/undo").status_code == 404
    actions = [each.action for each in site.services.store.audit(ID)]
    assert actions == ["undo title", "correct title"]


def test_the_machine_s_value_given_by_hand_is_an_undo(editor: Desk, site: Site) -> None:
    editor.correct("title", title="直した名称")
    assert editor.correct("title", title=EVERYTHING[0].title).status_code == 303
    assert site.services.store.decisions() == []


def test_a_stale_correction_is_told_with_all_three_values_and_decided_anew(editor: Desk, site: Site) -> None:
    editor.correct("title", title="直した名称")
    moved(site.services.store, title="情報源の新しい名称")
    text = editor.text(PAGE)
    assert "情報源が変わったため、修正を止めています" in text
    assert all(each in text for each in ("直した名称", EVERYTHING[0].title, "情報源の新しい名称"))
    assert editor.correct("title", title="直した名称").status_code == 303
    [decision] = site.services.store.decisions()
    assert (decision.was, decision.now) == ("情報源の新しい名称", "直した名称")
    assert "修正を止めています" not in editor.text(PAGE)


def test_hidden_programmes_are_gone_for_the_public_and_come_back(editor: Desk, client: TestClient) -> None:
    refused = editor.hide(ID, note=" ")
    assert (refused.status_code, "理由を書いてください" in refused.text) == (422, True)
    assert editor.hide(ID, note="支援ではない").status_code == 303
    assert client.get(f"/programmes/{ID}").status_code == 404
    ids = [each["id"] for each in client.get("/api/programmes?state=any&per_page=100").json()["hits"]]
    assert ID not in ids
    assert "支援ではない" in editor.text(PAGE)
    assert editor.hide(ID).status_code == 422
    assert editor.hide(ID, on="false", note="誤り").status_code == 303
    assert client.get(f"/programmes/{ID}").status_code == 200


FULL = programme(
    77,
    "何もかも",
    areas=["40130", "13"],
    event_areas=["27"],
    windows=(
        window("2026-08-01", "2026-12-25T17:00", round=2, label="二次", delivery="postmark"),
        window(None, "2026-09-01", ended_early=EndedEarly(at="2026-08-10", raw="終了")),
    ),
    amount=Amount(max_yen=500_000, min_yen=10_000, rate="2/3", raw="50万円"),
    eligibility=Eligibility(employees_max=20, capital_max_yen=50_000_000, industries=("E",), raw="製造業"),
    gx=True,
    themes=["renewables"],
    stages=["reduce"],
    levers=["kaeru"],
    fields=["environment"],
    contact="電話",
    workforce=45,
    published="2026-08-01",
)


@pytest.mark.parametrize("entry", [FULL, programme(78, "ほとんど何もない")])
@pytest.mark.parametrize("field", list(forms.FORMS))
def test_a_form_sent_as_it_was_filled_changes_nothing(entry: Programme, field: str) -> None:
    again = checked(entry, field, forms.read(field, filled(field, entry), entry))
    assert again == value_of(entry, field)


def test_a_report_of_a_user_stands_on_the_page_until_it_is_dealt_with(editor: Desk, site: Site) -> None:
    with site.services.store.transaction() as writer:
        writer.report(ID, "2026-08-22T03:00:00+09:00", "締切・期間：締切が違います")
        writer.remember([(ID, Change(at="2026-08-22T03:00:00+09:00", field="title", was="a", now="b"))])
    assert "締切が違います" in editor.text(PAGE)
    editor.done("/staff/reports/1/close", note="直した")
    assert "締切が違います" not in editor.text(PAGE)
    assert editor.post("/staff/reports/1/close").status_code == 404

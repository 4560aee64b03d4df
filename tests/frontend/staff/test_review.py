"""The queue: filters, one after the other, what is right as it is, and what a correction settles."""

import html
import re

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from indexer.review import refresh
from indexer.schema import Problem
from indexer.store.review import review
from tests.frontend.staff.conftest import Desk
from tests.frontend.staff.test_corrections import ROW
from tests.running import Site
from tests.samples import EVERYTHING, NOW, record

pytestmark = pytest.mark.engine
FIRST, SECOND, THIRD = "invented-0001", "invented-0004", "invented-0010"


@pytest.fixture
def queue(site: Site) -> Site:
    """A deadline that could not be read, one that contradicts itself, and a loan without a place."""
    store = site.services.store
    problems = {
        FIRST: Problem(field="windows", code="unread", raw="秋ごろまで"),
        SECOND: Problem(field="windows", code="conflicting_deadline", raw="12月1日"),
    }
    by_id = {each.id: each for each in EVERYTHING}
    old = {"first_seen": "2026-01-01T00:00:00+09:00"}
    with store.transaction() as writer:
        # What the publication of the template found is another matter.
        writer.connection.execute(sa.delete(review))
        for id, each in problems.items():
            writer.put([record(by_id[id].model_copy(update={"problems": (each,)}), **old)], {id})
    for id in (FIRST, SECOND, THIRD):
        refresh(store, id, NOW)
    return site


def kinds(site: Site) -> list[str]:
    return [each.kind for each in site.services.store.waiting(order=("deadline", "conflict", "place"))]


def test_the_list_has_filters_with_their_counts(editor: Desk, queue: Site) -> None:
    text = editor.text("/staff/review")
    assert "すべて 3" in text and "期間が読めない 1" in text and "地域が読めない 1" in text
    assert "秋ごろまで" in text
    only = editor.text("/staff/review?kind=place")
    assert "場所の書かれていない融資" in only and "秋ごろまで" not in only
    assert "確認を待つものはありません" in editor.text("/staff/review?kind=place&gx=true")
    assert "確認を待つものはありません" in editor.text("/staff/review?source=nowhere")
    assert "すべて 3" in editor.text("/staff/review?kind=nonsense")


def test_one_after_the_other_with_the_right_form_open(editor: Desk, queue: Site) -> None:
    text = editor.text("/staff/review/one?at=0")
    assert "1 / 3" in text and 'class="editing"' in text and 'name="w_closes_day"' in text
    assert 'href="/staff/review/one?at=1"' in text
    assert "2 / 3" in editor.text("/staff/review/one?at=1")
    last = editor.text("/staff/review/one?at=99")
    assert "3 / 3" in last and 'name="areas"' in last and 'data-key="n"' not in last


def test_a_correction_leads_on_to_the_next(editor: Desk, queue: Site) -> None:
    here = "/staff/review/one?at=0"
    text = editor.text(here)
    hidden = {name: re.findall(rf'name="{name}" value="([^"]*)"', text)[0] for name in ("item", "then", "seen")}
    data = ROW | hidden | {"field": "windows", "note": "公式で確認", "w_from": "0"}
    bad = editor.post(f"/staff/programmes/{FIRST}/correct", **data | {"w_closes_day": "2026-02-30"})
    assert bad.status_code == 422 and "1 / 3" in bad.text and "保存して次へ" in bad.text
    assert editor.done(f"/staff/programmes/{FIRST}/correct", **data) == "/staff/review/one?at=0&done=corrected"
    assert kinds(queue) == ["conflict", "place"]
    assert "1 / 2" in editor.text(here)
    assert list(queue.services.store.flow(NOW).values()) == [(3, 1, 0)]


def test_what_is_right_as_it_is_does_not_come_back_but_can_be_fetched_back(editor: Desk, queue: Site) -> None:
    [item, *_] = queue.services.store.waiting(kind="deadline")
    then = "/staff/review/one?kind=deadline&at=0"
    location = editor.done(f"/staff/review/{item.id}/seen", then=then)
    assert location == f"/staff/review/one?kind=deadline&at=0&done=seen&undo={item.id}"
    refresh(queue.services.store, FIRST, NOW)
    assert kinds(queue) == ["conflict", "place"]
    assert editor.get(location).headers["location"] == f"/staff/review?kind=deadline&done=seen&undo={item.id}"
    empty = editor.text(f"/staff/review?kind=deadline&done=seen&undo={item.id}")
    [then] = re.findall(r'/again">.*?name="then" value="([^"]*)"', empty)
    back = editor.done(f"/staff/review/{item.id}/again", then=html.unescape(then))
    assert back == "/staff/review/one?kind=deadline&at=0&done=unseen"
    assert FIRST in editor.text(back)
    assert kinds(queue) == ["deadline", "conflict", "place"]
    actions = [each.action for each in queue.services.store.audit(FIRST)]
    assert actions == ["unseen deadline", "seen deadline"]


@pytest.mark.parametrize("then", ["", "https://evil.example/", "//evil.example/staff/review/one", "/staff/users", "x"])
def test_the_way_on_never_leads_elsewhere(editor: Desk, queue: Site, then: str) -> None:
    [item, *_] = queue.services.store.waiting(kind="deadline")
    for do, done in (("seen", "seen"), ("again", "unseen")):
        location = editor.done(f"/staff/review/{item.id}/{do}", then=then)
        assert location == f"/staff/programmes/{FIRST}?done={done}"


def test_whatever_settles_it_leads_on_to_the_next(client: TestClient, editor: Desk, queue: Site) -> None:
    client.post(f"/programmes/{SECOND}/report", data={"part": "締切・期間", "text": "締切が違います"})
    here = "/staff/review/one?at=0"
    steps = (("/staff/reports/1/close", "closed"), (f"/staff/programmes/{FIRST}/hide", "hidden"))
    for left, (address, done) in zip((4, 3), steps, strict=True):
        text = editor.text(here)
        assert f"1 / {left}" in text
        [form] = re.findall(rf'<form method="post" action="{address}".*?</form>', text, re.S)
        sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        if done == "hidden":
            refused = editor.post(address, **sent, note="")
            assert (refused.status_code, f"1 / {left}" in refused.text) == (422, True)
            sent["note"] = "支援ではない"
        assert editor.done(address, **sent) == f"{here}&done={done}"
    assert kinds(queue) == ["conflict", "place"]
    assert "1 / 2" in editor.text(here) and "地域が読めない" in editor.text("/staff/review/one?at=1")


def test_a_long_list_has_pages_that_end(editor: Desk, queue: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontend.staff.review.PER_PAGE", 2)
    first, last = editor.text("/staff/review"), editor.text("/staff/review?page=2")
    assert "3件のうち1〜2件目" in first and "page=2" in first and "前の2件" not in first
    assert "3件のうち3〜3件目" in last and "page=1" in last and "次の2件" not in last
    assert "3件のうち3〜3件目" in editor.text("/staff/review?page=99")


def test_a_users_report_waits_until_it_is_closed(client: TestClient, editor: Desk, queue: Site) -> None:
    form = {"part": "締切・期間", "text": "締切が違います"}
    assert client.post(f"/programmes/{SECOND}/report", data=form).status_code == 200
    text = editor.text("/staff/review/one?kind=report")
    assert "締切が違います" in text and "対応済みにする" in text
    editor.done("/staff/reports/1/close")
    assert "report" not in kinds(queue)


def test_undoing_brings_back_what_waited(editor: Desk, queue: Site) -> None:
    assert editor.correct("windows", FIRST, **ROW | {"w_from": "0"}).status_code == 303
    assert kinds(queue) == ["conflict", "place"]
    [decision] = queue.services.store.decisions()
    editor.done(f"/staff/decisions/{decision.id}/undo")
    assert kinds(queue) == ["deadline", "conflict", "place"]


def test_hidden_programmes_wait_for_nobody(editor: Desk, queue: Site) -> None:
    assert editor.hide(FIRST).status_code == 303
    assert kinds(queue) == ["conflict", "place"]


def test_the_page_of_a_programme_says_that_it_waits(editor: Desk, queue: Site) -> None:
    assert 'この支援は<a href="/staff/review">確認待ち</a>です' in editor.text(f"/staff/programmes/{FIRST}")
    overview = editor.text("/staff")
    assert "期間が読めない</a> 1" in overview


def test_the_second_of_two_who_settle_the_same_is_told(editor: Desk, client: TestClient, queue: Site) -> None:
    store = queue.services.store
    [item] = store.waiting(kind="deadline")
    other = Desk(client, "taro")
    other.done(f"/staff/review/{item.id}/seen", then="/staff/review/one?at=0")
    late = editor.done(f"/staff/review/{item.id}/seen", then="/staff/review/one?at=0")
    assert late == "/staff/review/one?at=0&done=gone" and "何も変えていません" in editor.text(late)
    assert editor.done(f"/staff/review/{item.id}/seen") == f"/staff/programmes/{FIRST}?done=gone"
    other.done(f"/staff/review/{item.id}/again")
    assert editor.done(f"/staff/review/{item.id}/again") == f"/staff/programmes/{FIRST}?done=gone"
    done = [(each.by, each.action) for each in store.audit(FIRST)]
    assert done == [("taro", "unseen deadline"), ("taro", "seen deadline")]


def test_a_report_is_dealt_with_once(editor: Desk, client: TestClient, queue: Site) -> None:
    store = queue.services.store
    with store.transaction() as writer:
        writer.report(FIRST, "2026-08-22T03:00:00+09:00", "締切が違います")
    [report] = store.reports()
    with store.transaction() as writer:
        assert writer.close_report(report["id"]) and not writer.close_report(report["id"])
    assert editor.post(f"/staff/reports/{report['id']}/close").status_code == 404

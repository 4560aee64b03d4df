"""Listings of one programme: joined and split by staff, and sources that differ."""

import pytest
from fastapi.testclient import TestClient

from indexer.publish import publish
from tests.frontend.staff.conftest import Desk
from tests.running import Site
from tests.samples import NOW

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("republished")]


def test_staff_join_two_listings_and_take_it_back(client: TestClient, editor: Desk, site: Site) -> None:
    path = "/staff/programmes/invented-0002/same"
    form = {"same": "true", "note": "同じ要領"}
    for wrong in ("invented-0002", "nothing-1"):
        answer = editor.post(path, **form | {"other": wrong})
        assert (answer.status_code, "もう一つの掲載が見つかりません" in answer.text) == (422, True)
    editor.done(path, **form | {"other": "http://testserver/programmes/invented-0001"})
    publish(site.where, site.services.store, NOW)
    moved = client.get("/programmes/invented-0002")
    assert (moved.status_code, moved.headers["location"]) == (302, "/programmes/invented-0001")
    assert "ほかの掲載" in client.get("/programmes/invented-0001").text
    page = editor.text("/staff/programmes/invented-0001")
    assert "別の制度として分ける" in page and "hanakoさんが" in page
    assert "別の掲載</a>にまとめて公開" in editor.text("/staff/programmes/invented-0002")
    number = next(each.id for each in site.services.store.decisions() if each.field == "same:invented-0002")
    editor.done(f"/staff/decisions/{number}/undo")
    publish(site.where, site.services.store, NOW)
    assert client.get("/programmes/invented-0002").status_code == 200


def test_two_who_decide_of_the_same_listings_are_told_of_each_other(
    client: TestClient, editor: Desk, site: Site
) -> None:
    path, other = "/staff/programmes/invented-0001", Desk(client, "taro")
    form = {"other": "invented-0002", "same": "true", "note": "同じ要領"}
    known = editor.found(r'name="known" value="(\d+)"', path)
    no_reason = editor.post(f"{path}/same", **form | {"known": known, "note": " "})
    assert (no_reason.status_code, "理由を書いてください" in no_reason.text) == (422, True)
    other.done(f"{path}/same", **form | {"known": known, "same": "false", "note": "別の年度"})
    late = editor.post(f"{path}/same", **form | {"known": known})
    assert (late.status_code, "ほかの人（taro）が先に、別の制度と決めました" in late.text) == (409, True)
    assert [(each.by, each.now) for each in site.services.store.decisions()] == [("taro", False)]
    known = editor.found(r'name="known" value="(\d+)"', path)
    again = editor.post(f"{path}/same", **form | {"known": known, "same": "false"})
    assert (again.status_code, "もう「別の制度」と決めてあります" in again.text) == (422, True)
    editor.done(f"{path}/same", **form | {"known": known})
    assert [(each.by, each.now) for each in site.services.store.decisions()] == [("hanako", True)]


def test_days_that_differ_between_sources_go_to_review(client: TestClient, editor: Desk, site: Site) -> None:
    editor.done("/staff/programmes/invented-0001/same", other="invented-0003", same="true", note="試験")
    publish(site.where, site.services.store, NOW)
    text = editor.text("/staff/review?kind=conflict")
    assert "東京都 中小企業省エネ設備導入補助金" in text and "情報源によって締切が違います" in text
    assert "締切の記載が異なります" in client.get("/programmes/invented-0001").text

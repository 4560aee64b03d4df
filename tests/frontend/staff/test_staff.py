"""Staff: what only they can do, what nobody else can, and decisions that survive the source."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from frontend.staff import COOKIE
from indexer import accounts
from indexer.curate import Refused, apply, checked
from indexer.publish import publish
from indexer.store import Decision
from tests.frontend.staff.conftest import PASSWORD, Desk
from tests.running import Site
from tests.samples import NOW, OPEN, programme, record, window


def signed_in(client: TestClient, name: str = "hanako") -> str:
    """Signs in; returns the form token."""
    answer = client.post("/staff/sign-in", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303
    return token(client)


def token(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/staff").text)
    assert found
    return found[1]


pytestmark = pytest.mark.engine

READS = [
    "/staff",
    "/staff/review",
    "/staff/programmes",
    "/staff/collections",
    "/staff/collections/1",
    "/staff/collections/1/preview",
    "/staff/audit",
    "/staff/users",
    "/staff/programmes/invented-0001",
]
WRITES = [
    "/staff/sign-out",
    "/staff/programmes/invented-0001/correct",
    "/staff/programmes/invented-0001/hide",
    "/staff/programmes/invented-0001/same",
    "/staff/decisions/1/undo",
    "/staff/programmes/invented-0001/feature",
    "/staff/collections",
    "/staff/collections/order",
    "/staff/collections/1",
    "/staff/reports/1/close",
    "/staff/sources/invented/pause",
    "/staff/users",
    "/staff/users/hanako/remove",
]
FORM = {"field": "title", "value": "x", "id": "x", "step": "1", "name": "x", "role": "editor", "password": "x" * 12}


@pytest.mark.parametrize("path", READS)
def test_nothing_is_shown_to_who_is_signed_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")


@pytest.mark.parametrize("path", WRITES)
def test_no_write_without_session_token_or_from_elsewhere(client: TestClient, site: Site, path: str) -> None:
    before = (site.services.store.decisions(), site.services.store.users(), site.services.store.fact("paused"))
    assert client.post(path, data=FORM).headers["location"] == "/staff/sign-in"
    csrf = signed_in(client, "jiro")
    assert client.post(path, data=FORM).status_code == 403
    assert client.post(path, data=FORM | {"csrf": "wrong"}).status_code == 403
    elsewhere = {"Origin": "https://evil.example"}
    assert client.post(path, data=FORM | {"csrf": csrf}, headers=elsewhere).status_code == 403
    after = (site.services.store.decisions(), site.services.store.users(), site.services.store.fact("paused"))
    assert [each.name for each in after[1]] == [each.name for each in before[1]]
    assert (after[0], after[2]) == (before[0], before[2])


def test_an_editor_is_no_admin(client: TestClient) -> None:
    csrf = signed_in(client)
    assert client.get("/staff/users").status_code == 403
    assert client.post("/staff/users", data=FORM | {"csrf": csrf}).status_code == 403
    assert client.post("/staff/users/jiro/remove", data={"csrf": csrf}).status_code == 403
    assert client.post("/staff/sources/invented/pause", data={"csrf": csrf, "on": "yes"}).status_code == 403


@pytest.mark.usefixtures("republished")
def test_staff_join_two_listings_and_take_it_back(client: TestClient, site: Site) -> None:
    csrf = signed_in(client)
    path = "/staff/programmes/invented-0002/same"
    form = {"csrf": csrf, "same": "true", "note": "同じ要領"}
    for wrong in ("invented-0002", "nothing-1"):
        answer = client.post(path, data=form | {"other": wrong})
        assert (answer.status_code, "もう一つの掲載が見つかりません" in answer.text) == (422, True)
    data = form | {"other": "http://testserver/programmes/invented-0001"}
    assert client.post(path, data=data).status_code == 303
    publish(site.where, site.services.store, NOW)
    moved = client.get("/programmes/invented-0002")
    assert (moved.status_code, moved.headers["location"]) == (302, "/programmes/invented-0001")
    assert "ほかの掲載" in client.get("/programmes/invented-0001").text
    page = client.get("/staff/programmes/invented-0001").text
    assert "別の制度として分ける" in page and "hanakoさんが" in page
    number = next(each.id for each in site.services.store.decisions() if each.field == "same:invented-0002")
    assert client.post(f"/staff/decisions/{number}/undo", data={"csrf": csrf}).status_code == 303
    publish(site.where, site.services.store, NOW)
    assert client.get("/programmes/invented-0002").status_code == 200


@pytest.mark.usefixtures("republished")
def test_days_that_differ_between_sources_go_to_review(client: TestClient, site: Site) -> None:
    csrf = signed_in(client)
    data = {"csrf": csrf, "other": "invented-0003", "same": "true", "note": "試験"}
    assert client.post("/staff/programmes/invented-0001/same", data=data).status_code == 303
    publish(site.where, site.services.store, NOW)
    assert "東京都 中小企業省エネ設備導入補助金" in client.get("/staff/review?code=sources_differ").text
    assert "締切の記載が異なります" in client.get("/programmes/invented-0001").text


def test_a_script_in_a_note_is_text(client: TestClient, editor: Desk) -> None:
    note = "<img src=x onerror=alert(1)>"
    assert editor.correct("title", title="<script>alert(1)</script>", note=note).status_code == 303
    assert "&lt;script&gt;alert(1)" in client.get("/programmes/invented-0001").text
    for path in ("/programmes/invented-0001", "/staff/programmes/invented-0001", "/staff/audit"):
        text = editor.text(path)
        assert "<script>alert" not in text and "<img src=x" not in text


def test_a_cookie_is_useless_after_sign_out_and_after_its_time(client: TestClient, site: Site) -> None:
    csrf = signed_in(client)
    cookie = client.cookies[COOKIE]
    assert client.post("/staff/sign-out", data={"csrf": csrf}).status_code == 303
    client.cookies.set(COOKIE, cookie, path="/staff")
    assert client.get("/staff").status_code == 303
    client.cookies.clear()
    signed_in(client)
    store = site.services.store
    late = NOW + timedelta(hours=accounts.SESSION_HOURS, seconds=1)
    assert accounts.whose(store, client.cookies[COOKIE], NOW)
    assert accounts.whose(store, client.cookies[COOKIE], late) is None


def test_a_cookie_of_somebody_elses_making_is_never_adopted(client: TestClient) -> None:
    client.cookies.set(COOKIE, "fixed", path="/staff")
    answer = client.post("/staff/sign-in", data={"name": "hanako", "password": PASSWORD})
    assert "fixed" not in answer.headers["set-cookie"]
    header = answer.headers["set-cookie"].lower()
    assert "httponly" in header and "samesite=strict" in header


def test_guessing_is_slow_and_locked(site: Site) -> None:
    store = site.services.store
    locked = 0
    for number in range(1000):
        try:
            assert accounts.sign_in(store, "hanako", f"guess {number}", NOW + timedelta(seconds=number)) is None
        except accounts.Locked:
            locked += 1
    assert locked > 980
    with pytest.raises(accounts.Locked):
        accounts.sign_in(store, "hanako", PASSWORD, NOW + timedelta(seconds=1000))
    assert accounts.sign_in(store, "hanako", PASSWORD, NOW + timedelta(hours=3))
    assert accounts.sign_in(store, "nobody", PASSWORD, NOW) is None


def test_the_store_holds_neither_passwords_nor_cookies(client: TestClient, site: Site) -> None:
    signed_in(client)
    user = site.services.store.user("hanako")
    assert user and PASSWORD not in user.password and user.password.startswith("$argon2")
    cookie = client.cookies[COOKIE]
    assert site.services.store.session(cookie) is None
    assert site.services.store.session(hashlib.sha256(cookie.encode()).hexdigest())


def decided(field: str, was: object, now: object) -> Decision:
    return Decision(programme="invented-0001", field=field, was=was, now=now, by="hanako", at=NOW.isoformat(), id=1)


def test_a_decision_holds_while_the_source_says_the_same_and_is_stale_when_it_moves() -> None:
    before = record(programme(1, "機械の名称", windows=OPEN))
    decision = decided("title", "機械の名称", "正しい名称")
    held = apply(before, [decision])
    assert (held.record.programme.title, held.stale) == ("正しい名称", ())
    elsewhere = record(programme(1, "機械の名称", windows=(window("2026-09-01", "2026-10-01"),)))
    assert apply(elsewhere, [decision]).record.programme.title == "正しい名称"
    moved = replace(before, programme=programme(1, "新しい名称"))
    assert apply(moved, [decision]).record.programme.title == "新しい名称"
    assert apply(moved, [decision]).stale == (decision,)


def test_what_can_be_corrected_is_checked_like_any_value() -> None:
    entry = programme(1, "名称")
    assert checked(entry, "areas", ["40130"]) == ["40130"]
    with pytest.raises(Refused):
        checked(entry, "source", {})

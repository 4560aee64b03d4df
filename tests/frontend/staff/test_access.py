"""Who gets in: sessions, passwords and roles, and what slows a guesser down."""

import hashlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from frontend.app import create_app
from frontend.staff import COOKIE
from indexer import accounts
from indexer.store import Writer
from tests.frontend.staff.conftest import PASSWORD, Desk
from tests.running import Site
from tests.samples import NOW

pytestmark = pytest.mark.engine
NEW = "staple battery horse"


def later(site: Site, by: timedelta) -> None:
    site.services.clock = lambda: NOW + by


def test_a_cookie_is_useless_after_sign_out(client: TestClient, editor: Desk) -> None:
    assert editor.done("/staff/sign-out") == "/staff/sign-in"
    assert editor.get("/staff").status_code == 303


def test_a_session_ends_with_its_time_and_when_nobody_uses_it(editor: Desk, site: Site) -> None:
    for minutes in range(0, 12 * 60, 100):
        later(site, timedelta(minutes=minutes))
        assert editor.get("/staff").status_code == 200, minutes
    later(site, timedelta(hours=12))
    assert editor.get("/staff").status_code == 303


def test_a_session_that_nobody_uses_ends_early(editor: Desk, site: Site) -> None:
    later(site, timedelta(minutes=121))
    assert editor.get("/staff").status_code == 303


def test_how_long_a_session_lasts_is_a_setting(site: Site) -> None:
    site.services.settings = site.services.settings.model_copy(update={"session_hours": 1, "session_idle_minutes": 10})
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        answer = client.post("/staff/sign-in", data={"name": "hanako", "password": PASSWORD})
        assert "max-age=3600" in answer.headers["set-cookie"].lower()
        later(site, timedelta(minutes=9))
        assert client.get("/staff").status_code == 200
        later(site, timedelta(minutes=20))
        assert client.get("/staff").status_code == 303


def test_the_cookie_is_for_this_site_alone_and_secure_behind_tls(site: Site) -> None:
    site.services.settings = site.services.settings.model_copy(update={"public_url": "https://shien.example"})
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        answer = client.post("/staff/sign-in", data={"name": "hanako", "password": PASSWORD})
    header = answer.headers["set-cookie"].lower()
    assert all(each in header for each in ("httponly", "samesite=strict", "secure", "path=/staff"))


def test_signing_out_everywhere_and_elsewhere(client: TestClient, editor: Desk) -> None:
    other, third = Desk(client), Desk(client)
    assert editor.text("/staff/account").count("サインイン：") == 3
    editor.done("/staff/account/sessions/end")
    assert [each.get("/staff").status_code for each in (editor, other, third)] == [200, 303, 303]
    again = Desk(client)
    assert again.done("/staff/sign-out", everywhere="yes") == "/staff/sign-in"
    assert [each.get("/staff").status_code for each in (editor, again)] == [303, 303]


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("wrong password", NEW, NEW, "いまのパスワードが違います"),
        (PASSWORD, NEW, "another " + NEW, "新しいパスワードが二つで違います"),
        (PASSWORD, "short", "short", "12文字以上"),
        (PASSWORD, "a" * 20, "a" * 20, "違う文字を5種類以上"),
        (PASSWORD, "hanako-2026-08", "hanako-2026-08", "名前を含めず"),
    ],
)
def test_a_password_is_not_changed_for_a_bad_one(editor: Desk, old: str, new: str, again: str, told: str) -> None:
    answer = editor.post("/staff/account/password", old=old, new=new, again=again)
    assert (answer.status_code, told in answer.text) == (422, True)


def test_a_new_password_ends_all_other_sessions(client: TestClient, editor: Desk) -> None:
    other = Desk(client)
    editor.done("/staff/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert [each.get("/staff").status_code for each in (editor, other)] == [200, 303]
    old = client.post("/staff/sign-in", data={"name": "hanako", "password": PASSWORD})
    new = client.post("/staff/sign-in", data={"name": "hanako", "password": NEW})
    assert (old.status_code, new.status_code) == (401, 303)


def test_guessing_is_slow_and_locked_for_names_that_are_there_and_that_are_not(site: Site) -> None:
    store = site.services.store
    for name in ("hanako", "nobody"):
        tried = 0
        for number in range(1000):
            try:
                assert accounts.sign_in(store, name, f"guess {number}", NOW + timedelta(seconds=number)) is None
                tried += 1
            except accounts.Locked:
                pass
        assert tried < 12, name
    with pytest.raises(accounts.Locked):
        accounts.sign_in(store, "hanako", PASSWORD, NOW + timedelta(seconds=1000))
    assert accounts.locked_until(store, "hanako", NOW + timedelta(seconds=1000))
    assert accounts.sign_in(store, "hanako", PASSWORD, NOW + timedelta(hours=3))
    refused = [each for each in store.audit(limit=5000) if each.action == "sign-in refused"]
    assert 0 < len(refused) < 24


def test_one_address_that_tries_many_names_is_locked(site: Site) -> None:
    store, locked = site.services.store, 0
    for number in range(60):
        try:
            accounts.sign_in(store, f"name {number}", "x" * 12, NOW, address="192.0.2.7")
        except accounts.Locked:
            locked += 1
    assert locked == 10
    with pytest.raises(accounts.Locked):
        accounts.sign_in(store, "hanako", PASSWORD, NOW, address="192.0.2.7")
    assert accounts.sign_in(store, "hanako", PASSWORD, NOW, address="192.0.2.8")


def test_guesses_at_the_same_time_are_no_more_than_one_after_the_other(site: Site) -> None:
    store, tried = site.services.store, []

    def guess(number: int) -> None:
        try:
            accounts.sign_in(store, "hanako", f"guess {number}", NOW)
            tried.append(number)
        except accounts.Locked:
            pass

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(tried) == accounts.FREE_TRIES["name"]


def test_no_spelling_of_a_name_has_tries_of_its_own(site: Site) -> None:
    """The database leaves NUL out: with it somebody had as many tries as there are places for one."""
    store = site.services.store
    for name in ("hanako\0", "\0hanako", "ha\0na\0ko"):
        assert store.user(name) is None
        assert accounts.sign_in(store, name, PASSWORD, NOW) is None


def test_who_fails_in_somebodys_name_does_not_lock_them_out_of_their_own_browser(site: Site) -> None:
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        right, wrong = ({"name": "hanako", "password": each} for each in (PASSWORD, "wrong"))
        assert client.post("/staff/sign-in", data=right).status_code == 303
        known = {name: value for name, value in client.cookies.items() if name != COOKIE}
        client.cookies.clear()
        for _ in range(8):
            answer = client.post("/staff/sign-in", data=wrong)
        assert (answer.status_code, client.post("/staff/sign-in", data=right).status_code) == (429, 429)
        client.cookies.update(known)
        assert client.post("/staff/sign-in", data=right).status_code == 303, "the browser is known"
        client.cookies.clear()
        assert client.post("/staff/sign-in", data=right).status_code == 429, "the lock holds for everyone else"


def test_a_known_browser_has_few_tries_more_and_then_counts_as_any(site: Site) -> None:
    store, tried = site.services.store, 0
    cookie = accounts.known_browser(store, "hanako")
    for number in range(1000):
        try:
            at = NOW + timedelta(seconds=number)
            assert accounts.sign_in(store, "hanako", f"guess {number}", at, familiar=cookie) is None
            tried += 1
        except accounts.Locked:
            pass
    assert accounts.FREE_TRIES["browser"] < tried < 18
    assert accounts.locked_until(store, "hanako", NOW + timedelta(seconds=1000)), "an admin sees it, and can lift it"


@pytest.mark.parametrize("cookie", ["", ".", "x", "x.y", "あ.あ", "of taro", "before the new password"])
def test_no_other_cookie_makes_a_browser_known(site: Site, cookie: str) -> None:
    store = site.services.store
    made = accounts.known_browser(store, "taro" if cookie == "of taro" else "hanako")
    if cookie == "before the new password":
        accounts.reset_password(store, "hanako", NEW, by="jiro", now=NOW)
    given = made if cookie in ("of taro", "before the new password") else cookie
    for _ in range(accounts.FREE_TRIES["name"]):
        assert accounts.sign_in(store, "hanako", "wrong", NOW) is None
    with pytest.raises(accounts.Locked):
        accounts.sign_in(store, "hanako", PASSWORD, NOW, familiar=given)


def test_a_right_password_forgets_what_went_wrong_before(site: Site) -> None:
    store = site.services.store
    for _ in range(3):
        for _ in range(accounts.FREE_TRIES["name"] - 1):
            assert accounts.sign_in(store, "hanako", "wrong", NOW, address="192.0.2.7") is None
        assert accounts.sign_in(store, "hanako", PASSWORD, NOW, address="192.0.2.7")


def test_the_store_holds_neither_passwords_nor_cookies(site: Site, editor: Desk) -> None:
    store = site.services.store
    user = store.user("hanako")
    assert user and PASSWORD not in user.password and user.password.startswith("$argon2")
    cookie = editor.cookies[COOKIE]
    assert store.session(cookie) is None
    assert store.session(hashlib.sha256(cookie.encode()).hexdigest())


def test_an_admin_adds_changes_and_removes_users(client: TestClient, admin: Desk, site: Site) -> None:
    admin.done("/staff/users", name="saburo", role="editor", password=NEW)
    assert "saburo" in admin.text("/staff/users")
    answer = admin.post("/staff/users", name="saburo", role="admin", password=NEW)
    assert (answer.status_code, "もう登録されています" in answer.text) == (422, True)
    saburo = Desk(client, "saburo", NEW)
    assert saburo.get("/staff/users").status_code == 403
    admin.done("/staff/users/saburo/role", role="admin")
    assert saburo.get("/staff/users").status_code == 200
    admin.done("/staff/users/saburo/password", password=NEW + " 2")
    assert saburo.get("/staff").status_code == 303
    again = Desk(client, "saburo", NEW + " 2")
    admin.done("/staff/users/saburo/sign-out")
    assert again.get("/staff").status_code == 303
    admin.done("/staff/users/saburo/remove")
    assert client.post("/staff/sign-in", data={"name": "saburo", "password": NEW + " 2"}).status_code == 401
    assert admin.post("/staff/users/saburo/remove").status_code == 404
    changes = [(each.was, each.now) for each in site.services.store.audit("saburo") if each.action == "user"]
    assert ({"role": "editor"}, {"role": "admin"}) in changes
    did = [(each.by, each.action) for each in site.services.store.audit("saburo") if each.by == "jiro"]
    assert did == [
        ("jiro", each) for each in ("remove user", "sign-out everywhere", "reset password", "user", "user")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("/staff/users/jiro/role", {"role": "editor"}, "管理者が一人もいなくなる"),
        ("/staff/users/jiro/role", {"role": "emperor"}, "役割を選んでください"),
        ("/staff/users/jiro/remove", {}, "自分自身は削除できません"),
        ("/staff/users/hanako/password", {"password": "short"}, "12文字以上"),
        ("/staff/users/hanako/password", {"password": ""}, "12文字以上"),
        ("/staff/users", {"name": "", "role": "editor", "password": NEW}, "名前は60文字まで"),
        ("/staff/users", {"name": "x" * 61, "role": "editor", "password": NEW}, "名前は60文字まで"),
        ("/staff/users", {"name": "saburo", "role": "editor", "password": ""}, "12文字以上"),
        ("/staff/users", {"name": "a/b", "role": "editor", "password": NEW}, "「/」は使えません"),
        ("/staff/users", {"name": "sa\0buro", "role": "editor", "password": NEW}, "名前は60文字まで"),
        ("/staff/users", {"name": "saburo", "role": "emperor", "password": NEW}, "役割を選んでください"),
        ("/staff/users", {"name": "hanako", "role": "admin", "password": NEW}, "もう登録されています"),
    ],
)
def test_what_an_admin_cannot_do(admin: Desk, site: Site, path: str, data: dict[str, str], told: str) -> None:
    before = site.services.store.users()
    answer = admin.post(path, **data)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert site.services.store.users() == before


def test_a_lock_is_seen_and_lifted(client: TestClient, admin: Desk) -> None:
    for _ in range(6):
        answer = client.post("/staff/sign-in", data={"name": "hanako", "password": "wrong"})
    assert (answer.status_code, "失敗が続いたため" in answer.text) == (429, True)
    assert "までロック中" in admin.text("/staff/users")
    admin.done("/staff/users/hanako/sign-out")
    assert client.post("/staff/sign-in", data={"name": "hanako", "password": PASSWORD}).status_code == 303


class Meanwhile:
    """Has something done by somebody else just before the next transaction begins."""

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.begin = site.services.store, site.services.store.transaction
        self.patch = monkeypatch

    def __call__(self, other: Callable[[], object]) -> None:
        def transaction() -> AbstractContextManager[Writer]:
            self.patch.setattr(self.store, "transaction", self.begin)
            other()
            return self.begin()

        self.patch.setattr(self.store, "transaction", transaction)


@pytest.fixture
def meanwhile(site: Site, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(site, monkeypatch)


ROLE: dict[str, Any] = {"by": "jiro", "now": NOW}


def test_who_was_made_an_editor_meanwhile_stays_one_with_a_new_password(site: Site, meanwhile: Meanwhile) -> None:
    store = site.services.store
    accounts.change_role(store, "taro", "admin", **ROLE)
    meanwhile(lambda: accounts.change_role(store, "taro", "editor", **ROLE))
    assert accounts.change_password(store, "taro", PASSWORD, NEW, keep="", now=NOW)
    user = store.user("taro")
    assert user and user.role == "editor"
    assert accounts.sign_in(store, "taro", NEW, NOW)


def test_a_new_role_leaves_the_password_of_meanwhile(site: Site, meanwhile: Meanwhile) -> None:
    store = site.services.store
    meanwhile(lambda: accounts.reset_password(store, "taro", NEW, **ROLE))
    accounts.change_role(store, "taro", "admin", **ROLE)
    assert accounts.sign_in(store, "taro", NEW, NOW) and accounts.sign_in(store, "taro", PASSWORD, NOW) is None


def test_nobody_comes_back_who_was_removed_meanwhile(client: TestClient, admin: Desk, site: Site) -> None:
    store = site.services.store
    accounts.remove_user(store, "taro", **ROLE)
    with pytest.raises(accounts.Gone):
        accounts.reset_password(store, "taro", NEW, **ROLE)
    with pytest.raises(accounts.Gone):
        accounts.change_role(store, "taro", "admin", **ROLE)
    assert store.user("taro") is None


def test_a_password_that_was_replaced_while_it_was_checked_opens_nothing(site: Site, monkeypatch: Any) -> None:
    store, matches = site.services.store, accounts._matches

    def slow(stored: str, password: str) -> bool:
        right = matches(stored, password)
        accounts.reset_password(store, "taro", NEW, **ROLE)
        return right

    monkeypatch.setattr(accounts, "_matches", slow)
    assert accounts.sign_in(store, "taro", PASSWORD, NOW) is None
    assert not accounts.change_password(store, "taro", NEW, PASSWORD + " 2", keep="", now=NOW)
    assert store.sessions("taro") == []

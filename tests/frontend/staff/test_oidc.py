"""Signing in by OpenID Connect, against a real provider on loopback: who gets in, and everything that does not hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey
from starlette.applications import Starlette

from frontend.app import create_app
from frontend.staff.access import COOKIE
from frontend.staff.sign_in import STATE_COOKIE
from indexer import accounts
from indexer.engine import Engine
from tests.frontend.staff.provider import CLIENT, PEOPLE, SECRET, Provider
from tests.running import Site, served
from tests.samples import NOW

pytestmark = pytest.mark.engine
BACK = "http://testserver/staff/sign-in/oidc/back"


@pytest.fixture
def provider() -> Iterator[Provider]:
    app = Starlette()
    with served(app) as address:
        made = Provider(address, BACK)
        app.router.routes.extend(made.app().routes)
        yield made


def site_for(provider: Provider, engine: Engine, folder: Path, **more: Any) -> Site:
    own = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    settings = Site.settings(folder).model_copy(update=own | {"oidc_name": "架空町のアカウント"} | more)
    return Site(engine.endpoint, settings)


@pytest.fixture
def site(provider: Provider, engine: Engine, tmp_path: Path) -> Site:
    """Roles come from the provider's groups."""
    groups = {"oidc_role_claim": "groups", "oidc_editors": "shien-editors", "oidc_admins": "shien-admins"}
    return site_for(provider, engine, tmp_path, **groups)


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as opened:
        yield opened


def away(client: TestClient) -> str:
    answer = client.get("/staff/sign-in/oidc")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def signed(client: TestClient, person: str) -> httpx2.Response:
    """The whole way: to the provider, a click there, and back."""
    there = httpx2.get(f"{away(client)}&as={person}", follow_redirects=False)
    assert there.status_code == 302, there.text
    return client.get(there.headers["location"].removeprefix("http://testserver"))


@pytest.mark.parametrize(("person", "role"), [("hanako", "editor"), ("jiro", "admin")])
def test_who_is_in_a_group_gets_in_with_its_role(client: TestClient, site: Site, person: str, role: str) -> None:
    assert "架空町のアカウントでサインイン" in client.get("/staff/sign-in").text
    answer = signed(client, person)
    assert (answer.status_code, "職員のページへ進む" in answer.text) == (200, True)
    cookies = [each.lower() for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE)]
    assert all("httponly" in each and "samesite=strict" in each for each in cookies) and len(cookies) == 1
    assert client.get("/staff").status_code == 200
    assert client.get("/staff/users").status_code == (200 if role == "admin" else 403)
    [user] = site.services.store.users()
    assert (user.name, user.role, user.password) == (PEOPLE[person]["email"], role, "")
    actions = [(each.action, each.note) for each in site.services.store.audit()]
    assert actions == [("sign-in", "OpenID Connect"), ("user", "")]


def test_no_password_opens_an_account_that_has_none(client: TestClient) -> None:
    signed(client, "hanako")
    client.cookies.clear()
    for password in ("", "x" * 12):
        answer = client.post("/staff/sign-in", data={"name": "hanako@town.example", "password": password})
        assert answer.status_code in (401, 422)


def test_who_is_in_no_group_stays_out_and_who_left_it_is_signed_out(client: TestClient, site: Site) -> None:
    answer = signed(client, "saburo")
    assert (answer.status_code, "「saburo@town.example」は職員として登録されていません" in answer.text) == (403, True)
    assert site.services.store.users() == []
    signed(client, "hanako")
    assert client.get("/staff").status_code == 200
    PEOPLE["hanako"]["groups"].remove("shien-editors")
    try:
        assert signed(client, "hanako").status_code == 403
    finally:
        PEOPLE["hanako"]["groups"].append("shien-editors")
    assert client.get("/staff").status_code == 303


def test_an_address_that_the_provider_has_not_verified_is_nobodys(client: TestClient, site: Site) -> None:
    assert signed(client, "mallory").status_code == 403
    assert site.services.store.users() == []


@pytest.mark.parametrize("claim", ["x" * 61, "\0hanako@town.example", "hanako@town.example ", "a/b", ""])
def test_a_name_that_is_almost_somebodys_is_nobodys(client: TestClient, site: Site, claim: str) -> None:
    """Neither cut nor mended: of two that begin alike one would be the other."""
    for name in ("x" * 60, "hanako@town.example"):
        accounts.add_user(site.services.store, name, "editor", "", by="test", now=NOW)
    before, was = site.services.store.users(), PEOPLE["jiro"]["email"]
    PEOPLE["jiro"]["email"] = claim
    try:
        assert signed(client, "jiro").status_code == 403
    finally:
        PEOPLE["jiro"]["email"] = was
    assert (site.services.store.users(), COOKIE in client.cookies) == (before, False)


def test_a_role_that_the_provider_changes_is_noted_with_what_it_was(client: TestClient, site: Site) -> None:
    store = site.services.store
    accounts.add_user(store, "jiro@town.example", "editor", "correct horse battery", by="test", now=NOW)
    assert signed(client, "jiro").status_code == 200
    [entry] = [each for each in store.audit() if each.by == "OpenID Connect"]
    assert (entry.was, entry.now) == ({"role": "editor"}, {"role": "admin"})
    assert accounts.sign_in(store, "jiro@town.example", "correct horse battery", NOW), "the password stays"


def test_a_provider_without_tls_is_not_asked(engine: Engine, tmp_path: Path) -> None:
    settings = Site.settings(tmp_path).model_copy(update={"oidc_issuer": "http://provider.example"})
    site = Site(engine.endpoint, settings)
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        assert client.get("/staff/sign-in/oidc").status_code == 502


def test_without_groups_only_who_was_added_gets_in(provider: Provider, engine: Engine, tmp_path: Path) -> None:
    site = site_for(provider, engine, tmp_path)
    accounts.add_user(site.services.store, "hanako@town.example", "editor", "", by="test", now=NOW)
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        assert signed(client, "jiro").status_code == 403
        assert signed(client, "hanako").status_code == 200
        assert client.get("/staff").status_code == 200


def test_claims_that_the_token_leaves_out_come_from_the_user_info(client: TestClient, provider: Provider) -> None:
    provider.in_token = ()
    assert signed(client, "hanako").status_code == 200
    assert client.get("/staff").status_code == 200


@pytest.mark.parametrize(
    "twist",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": ["another"]},
        {"aud": ["shien", "another"], "azp": "another"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"iat": 9_999_999_999},
        {"sub": None},
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    client: TestClient, site: Site, provider: Provider, twist: dict[str, Any]
) -> None:
    provider.twist = twist
    answer = signed(client, "jiro")
    assert (answer.status_code, COOKIE in client.cookies) == (502, False)
    assert site.services.store.users() == []


def test_a_key_that_the_provider_does_not_publish_signs_for_nobody(client: TestClient, provider: Provider) -> None:
    provider.key = RSAKey.generate_key(2048, {"use": "sig", "kid": "1"})
    assert signed(client, "jiro").status_code == 502


def test_a_provider_that_calls_itself_otherwise_is_not_believed(client: TestClient, provider: Provider) -> None:
    provider.issuer = "http://127.0.0.1:1"
    assert client.get("/staff/sign-in/oidc").status_code == 502


def test_a_provider_that_is_away_is_told_and_passwords_still_work(
    provider: Provider, engine: Engine, tmp_path: Path
) -> None:
    site = site_for(provider, engine, tmp_path, oidc_issuer="http://127.0.0.1:1")
    accounts.add_user(site.services.store, "jiro", "admin", "correct horse battery", by="test", now=NOW)
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        answer = client.get("/staff/sign-in/oidc")
        assert (answer.status_code, "確かめられませんでした" in answer.text) == (502, True)
        data = {"name": "jiro", "password": "correct horse battery"}
        assert client.post("/staff/sign-in", data=data).status_code == 303


def test_what_comes_back_belongs_to_this_browser_once_and_in_time(client: TestClient, site: Site) -> None:
    there = httpx2.get(f"{away(client)}&as=jiro", follow_redirects=False).headers["location"]
    path = there.removeprefix("http://testserver")
    kept = client.cookies[STATE_COOKIE]
    # Somebody else's way back, followed in a browser that did not begin it.
    client.cookies.clear()
    assert client.get(path).status_code == 400
    client.cookies.set(STATE_COOKIE, "another", path="/staff/sign-in")
    assert client.get(path).status_code == 400
    client.cookies.clear()
    client.cookies.set(STATE_COOKIE, kept, path="/staff/sign-in")
    assert client.get(path).status_code == 200
    client.cookies.set(STATE_COOKIE, kept, path="/staff/sign-in")
    assert client.get(path).status_code == 400
    assert client.get(f"/staff/sign-in/oidc/back?state={kept}").status_code == 400
    assert client.get("/staff/sign-in/oidc/back").status_code == 400


def test_it_is_asked_for_by_code_with_a_proof_and_a_secret_nonce(client: TestClient) -> None:
    asked = parse_qs(urlsplit(away(client)).query)
    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [BACK] and len(asked["nonce"][0]) >= 32 and len(asked["state"][0]) >= 32
    again = parse_qs(urlsplit(away(client)).query)
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_who_gives_up_at_the_provider_is_told(client: TestClient) -> None:
    away(client)
    state = client.cookies[STATE_COOKIE]
    answer = client.get(f"/staff/sign-in/oidc/back?state={state}&error=access_denied")
    assert (answer.status_code, "取りやめられました" in answer.text) == (403, True)


def test_without_the_setting_there_is_no_such_way(engine: Engine, tmp_path: Path) -> None:
    site = Site(engine.endpoint, Site.settings(tmp_path))
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as client:
        assert "oidc" not in client.get("/staff/sign-in").text
        assert client.get("/staff/sign-in/oidc").status_code == 404
        assert client.get("/staff/sign-in/oidc/back?state=&code=x").status_code == 400

"""The attack table: every address under /staff, tried by everyone who must not."""

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from frontend.staff import COOKIE, ROOMS
from tests.frontend.staff.conftest import PASSWORD, Desk
from tests.running import Site

pytestmark = pytest.mark.engine
FILLED = {"id": "invented-0001", "name": "invented", "number": "1"}
OPEN = ("/staff/sign-in", "/staff/sign-in/oidc", "/staff/sign-in/oidc/back")
ADMINS = ("/staff/users", "/staff/sources/{name}/pause", "/staff/sources/{name}/ask", "/staff/sources/{name}/accept",
          "/staff/sources/{name}/withdraw")  # fmt: skip


def routes(method: str) -> list[str]:
    found = (each for room in ROOMS for each in room.router.routes if isinstance(each, APIRoute))
    return sorted({f"/staff{each.path}" for each in found if method in each.methods} - {*OPEN})


def filled(path: str) -> str:
    number = {"id": "1"} if path.startswith("/staff/collections") else {}
    return path.format(**FILLED | number)


def everything(site: Site) -> str:
    """The whole store but sessions, as it stands."""
    store = site.services.store
    with store.engine.connect() as connection:
        lines = [
            line
            for line in connection.connection.dbapi_connection.iterdump()  # type: ignore[union-attr]
            if not re.match(r'INSERT INTO "(sessions|attempts|audit)"', line)
        ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_the_table_is_of_everything_there_is() -> None:
    assert len(routes("GET")) >= 9 and len(routes("POST")) >= 18
    assert all(path.startswith("/staff") for path in routes("GET") + routes("POST"))


@pytest.mark.parametrize("path", routes("GET"))
def test_nothing_is_shown_to_who_is_signed_out(client: TestClient, path: str) -> None:
    for cookie in ("", "fixed", "x" * 5000, "'; drop table sessions; --"):
        client.cookies.clear()
        if cookie:
            client.cookies.set(COOKIE, cookie, path="/staff")
        answer = client.get(filled(path))
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")


@pytest.mark.parametrize("path", routes("POST"))
def test_no_write_without_a_session_or_with_a_foreign_form(client: TestClient, site: Site, path: str) -> None:
    admin, other = Desk(client, "jiro"), Desk(client, "jiro")
    before = everything(site)
    assert client.post(filled(path), data={"csrf": admin.csrf}).headers["location"] == "/staff/sign-in"
    for csrf in ("", "wrong", other.csrf, "あ"):
        assert admin.post(filled(path), csrf=csrf).status_code == 403, csrf
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        client.cookies.update(admin.cookies)
        assert client.post(filled(path), data={"csrf": admin.csrf}, headers=headers).status_code == 403, headers
        client.cookies.clear()
    assert everything(site) == before


@pytest.mark.parametrize("path", [each for each in routes("GET") + routes("POST") if each.startswith(ADMINS)])
def test_an_editor_is_no_admin(editor: Desk, site: Site, path: str) -> None:
    before = everything(site)
    name = path.replace("{name}", "jiro" if "users" in path else "invented")
    answers = []
    if path in routes("GET"):
        answers.append(editor.get(name))
    if path in routes("POST"):
        answers.append(editor.post(name, name="x", role="admin", password="x" * 12, on="yes"))
    assert [each.status_code for each in answers] == [403] * len(answers)
    assert everything(site) == before


@pytest.mark.parametrize("path", routes("GET") + routes("POST"))
def test_what_is_in_no_form_is_an_error_of_the_asker(client: TestClient, path: str) -> None:
    """Ids that are none, and forms with nothing in them, never break anything."""
    admin = Desk(client, "jiro")
    hostile = ("0", "-1", "999999999999999999999", "..%2F..%2Fetc%2Fpasswd", "%00", "';--", "<script>", "あ" * 200)
    for each in hostile if "{" in path else ("",):
        address = re.sub(r"\{[a-z]+\}", each, path)
        answer = admin.get(address) if path in routes("GET") else admin.post(address)
        assert answer.status_code in (200, 303, 403, 404, 405, 409, 413, 422), (address, answer.status_code)
        assert "<script>alert" not in answer.text


def test_nobody_waits_for_the_store_where_all_others_are_answered(client: TestClient, site: Site) -> None:
    """While a night writes, a writer waits: on the loop of the server that would stop every page."""
    waited: set[str] = set()
    now = ""

    def asked(*_: object) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        waited.add(now)

    sa.event.listen(site.services.store.engine, "before_cursor_execute", asked)
    admin = Desk(client, "jiro")
    for path in (*routes("GET"), *routes("POST")):
        now = path
        form = {"name": "saburo", "role": "editor", "password": "x1y2z3 " * 3, "note": "理由", "on": "yes", "id": "1"}
        admin.get(filled(path)) if path in routes("GET") else admin.post(filled(path), **form)
        if "sign-out" in path or "sessions" in path:
            admin = Desk(client, "jiro")
    assert waited == set()


def test_the_cookie_of_before_signing_in_is_never_adopted(client: TestClient) -> None:
    client.cookies.set(COOKIE, "fixed", path="/staff")
    answer = client.post("/staff/sign-in", data={"name": "hanako", "password": PASSWORD})
    assert answer.status_code == 303 and "fixed" not in answer.headers["set-cookie"]
    client.cookies.clear()
    client.cookies.set(COOKIE, "fixed", path="/staff")
    assert client.get("/staff").status_code == 303


def test_signing_in_from_another_site_is_refused(client: TestClient) -> None:
    data = {"name": "hanako", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/staff/sign-in", data=data, headers=headers).status_code == 403


SQL = [
    "'; DROP TABLE programmes; --",
    '" OR 1=1 --',
    "') UNION SELECT password FROM users --",
    "\\'; --",
    "%' OR '1'='1",
]


@pytest.mark.parametrize("text", SQL)
def test_sql_in_every_field_is_text(editor: Desk, admin: Desk, client: TestClient, site: Site, text: str) -> None:
    count, users = site.services.store.count(), len(site.services.store.users())
    assert client.post("/staff/sign-in", data={"name": text, "password": text}).status_code == 401
    client.cookies.clear()
    for path in (
        "/staff/audit?q=",
        "/staff/audit?by=",
        "/staff/audit?verb=",
        "/staff/audit?since=",
        "/staff/audit.csv?q=",
        "/staff/programmes?q=",
        "/staff/review?code=",
        "/staff/review?after=",
    ):
        assert editor.get(f"{path}{text}").status_code == 200, path
    assert editor.correct("title", title=text, note=text).status_code == 303
    assert client.get("/api/programmes/invented-0001").json()["title"] == text
    assert [each.note for each in site.services.store.audit(text[:40]) if each.action == "correct title"] == [text]
    assert admin.post("/staff/users", name=text[:60], role=text, password="x" * 12).status_code == 422
    address = editor.done("/staff/collections")
    seen = editor.found(r'name="seen" value="(\d+)"', address)
    editor.post(address, seen=seen, title=text[:60], intro=text, programme=[text], note=[text], do=text, q=text)
    assert (site.services.store.count(), len(site.services.store.users())) == (count, users)


def test_a_script_in_a_note_is_text_everywhere(client: TestClient, editor: Desk, site: Site) -> None:
    script, image = "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'
    assert editor.correct("title", title=script, note=image).status_code == 303
    assert editor.correct("summary", summary=image, note=script).status_code == 303
    with site.services.store.transaction() as writer:
        writer.report("invented-0001", "2026-08-22T03:00:00+09:00", script)
    address = editor.done("/staff/programmes/invented-0001/feature", collection="0", note=image).partition("?")[0]
    seen = editor.found(r'name="seen" value="(\d+)"', address)
    data: dict[str, Any] = {"seen": seen, "title": script, "intro": image, "programme": ["invented-0001"]}
    editor.done(address, **data | {"note": [image], "do": "publish"})
    pages = ["/", "/cases", "/programmes/invented-0001", "/staff", "/staff/programmes/invented-0001", "/staff/audit"]
    pages += ["/staff/programmes/invented-0001?edit=title", "/staff/collections", address, f"{address}/preview"]
    pages += ["/staff/review", "/staff/account", "/staff/programmes?q=%3Cscript%3E"]
    for path in pages:
        text = editor.text(path)
        assert "<script>alert" not in text and "<img src=x" not in text, path


def test_pages_of_staff_are_kept_by_no_cache_and_framed_by_nobody(editor: Desk) -> None:
    for path in ("/staff", "/staff/sign-in", "/staff/programmes/invented-0001", "/staff/account"):
        headers = editor.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


def test_what_is_too_big_is_refused_before_it_is_read(editor: Desk, client: TestClient) -> None:
    huge = b"x" * (7 * 1024 * 1024)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    client.cookies.update(editor.cookies)
    refused = client.post("/staff/programmes/invented-0001/correct", content=huge, headers=headers)
    assert refused.status_code == 413
    assert "<h1>送られたものが大きすぎます</h1>" in refused.text and "何も変わっていません" in refused.text
    assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]

    def pieces() -> Any:
        for _ in range(700):
            yield b"x" * 10_240

    answer = client.post("/staff/programmes/invented-0001/correct", content=pieces(), headers=headers)
    assert answer.status_code == 413
    client.cookies.clear()
    assert client.post("/staff/sign-in", content=huge, headers=headers).status_code == 413


def test_nothing_outside_the_folder_is_served(client: TestClient, tmp_path: Path) -> None:
    for path in ("/static/../../pyproject.toml", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        assert client.get(path).status_code in (404, 405)

"""What staff export is what they asked for: no name, format or word in the address leads to any other file."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from fastapi.routing import APIRoute

from frontend.app import create_app
from frontend.staff import ROOMS
from tests.frontend.staff.conftest import Desk
from tests.running import Site, served

pytestmark = pytest.mark.engine
SECRET = "nobody-may-read-this"
EXPORTS = {"/staff/audit.csv": "audit.csv", "/staff/audit.jsonl": "audit.jsonl"}

UP = ("..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "%c0%ae%c0%ae", "%uff0e%uff0e", "．．", "....//", "..%5c", "..\\")
OUT = ("/secret", "%2fsecret", "%5csecret", "/%2e%2e/secret", "/store.sqlite", "/etc/passwd")
TRICKS = [
    *(f"{up * times}{out}" for up in UP for times in (1, 3) for out in OUT),
    *("\0", "%00", "%00.csv", ".csv%00", "%0d%0aX-Evil:%201", "%0ax", "/", "//etc/passwd", "%2fetc%2fpasswd"),
    *("file:///etc/passwd", "~root", "C:%5cwindows%5cwin.ini", "%5c%5chost%5cshare", "con", "secret", "a" * 3000),
]  # fmt: skip


class Wire:
    """Asks for a path as it is written, as no client of manners would, with the cookie of somebody signed in."""

    def __init__(self, address: str, cookies: dict[str, str]) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "", parts.port
        self.cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        line = http.client.HTTPConnection(self.host, self.port, timeout=20)
        # The client would refuse what has a control character in it.
        line._validate_path = lambda url: None  # type: ignore[attr-defined]
        line._encode_request = lambda request: request.encode()  # type: ignore[attr-defined]
        line.request("GET", path, headers={"Cookie": self.cookie})
        answer = line.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        line.close()
        return found


@pytest.fixture
def wire(site: Site, editor: Desk, tmp_path: Path) -> Iterator[Wire]:
    """A site on a real socket, with a file beside its store that nobody may read."""
    (tmp_path / "secret").write_text(SECRET)
    with served(create_app(own=site.services, publishes=False)) as address:
        yield Wire(address, editor.cookies)


def told(status: int, headers: dict[str, str], text: str) -> None:
    assert status in (303, 307, 400, 404, 405, 414, 422), status
    assert SECRET not in text and "root:" not in text and "SQLite format" not in text
    assert "x-evil" not in headers and "content-disposition" not in headers


def test_the_exports_are_all_there_are() -> None:
    routes = {f"/staff{each.path}" for room in ROOMS for each in room.router.routes if isinstance(each, APIRoute)}
    assert {each for each in routes if "." in each.rpartition("/")[2]} == {*EXPORTS}


def test_a_trick_for_a_name_or_a_format_is_no_export(wire: Wire) -> None:
    for path in EXPORTS:
        assert wire.get(path)[0] == 200
        stem, _, _ = path.rpartition(".")
        for trick in TRICKS:
            asked = {f"{path}/{trick}", f"{stem}.{trick}", f"{stem}{trick}", f"/staff/{trick}/audit.csv"}
            for each in asked - {f"{stem}//audit.csv"}:
                told(*wire.get(each))


def test_no_word_of_a_question_names_the_file(wire: Wire) -> None:
    for path, name in EXPORTS.items():
        for word in ("q", "by", "verb", "since", "until", "name", "filename", "format", "path", "file"):
            for trick in ("../../secret", "%2e%2e%2fsecret", "%00", "a%00.txt", "%0d%0aX-Evil:%201", '"; x="../secret'):
                status, headers, text = wire.get(f"{path}?{word}={quote(trick, safe='%')}")
                assert (status, SECRET in text, "x-evil" in headers) == (200, False, False)
                assert headers["content-disposition"] == f'attachment; filename="{name}"'
    for trick in ("../../secret", "%00", "-1", "9" * 40, "1e999"):
        told(*wire.get(f"/staff/audit?before={trick}"))


@pytest.mark.parametrize(
    "path",
    ["/staff/sources/{}", "/staff/sources/{}/pages/1", "/staff/sources/invented/pages/{}", "/staff/programmes/{}",
     "/staff/collections/{}", "/staff/collections/{}/preview", "/staff/own/import/{}", "/staff/own/{}/edit"],
)  # fmt: skip
def test_a_trick_for_an_id_is_no_file(wire: Wire, path: str) -> None:
    for trick in TRICKS:
        told(*wire.get(path.format(trick)))


def test_no_trick_leads_in_without_a_session(wire: Wire) -> None:
    wire.cookie = ""
    for path in EXPORTS:
        for each in (path, f"{path}/", f"/{path}", f"/x/..{path}", path.replace("/staff", "/staff/./."), f"{path}%00"):
            told(*wire.get(each))

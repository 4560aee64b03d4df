"""A site with an editor and an admin, and somebody who is signed in at it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from frontend.app import create_app
from indexer import accounts
from indexer.engine import Engine
from indexer.publish import publish
from indexer.store import Store
from tests.running import Site
from tests.samples import EVERYTHING, NOW

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def template(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that nobody has worked at, published."""
    folder = tmp_path_factory.mktemp("template")
    store = Site.made(engine.endpoint, folder, EVERYTHING).services.store
    for name, role in (("hanako", "editor"), ("taro", "editor"), ("jiro", "admin")):
        accounts.add_user(store, name, role, PASSWORD, by="test", now=NOW)
    store.close()
    return folder


@pytest.fixture
def site(engine: Engine, template: Path, tmp_path: Path) -> Site:
    """A copy of the template. A test that publishes takes `republished` too."""
    shutil.copy(template / "store.sqlite", tmp_path)
    return Site(engine.endpoint, Site.settings(tmp_path))


@pytest.fixture
def republished(engine: Engine, template: Path) -> Iterator[None]:
    """Puts the index back as it was."""
    yield
    store = Store(Site.settings(template).store_url)
    publish(engine.endpoint, store, NOW)
    store.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=site.services, publishes=False), follow_redirects=False) as opened:
        yield opened


class Desk:
    """Somebody at work: posts with the form token of their session."""

    def __init__(self, client: TestClient, name: str = "hanako", password: str = PASSWORD) -> None:
        self.client = client
        answer = client.post("/staff/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303
        self.cookies = dict(client.cookies)
        client.cookies.clear()
        self.csrf = self.found(r'name="csrf" value="([^"]+)"', "/staff")

    def get(self, path: str) -> httpx2.Response:
        return self._asked("GET", path)

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def post(self, path: str, **data: Any) -> httpx2.Response:
        return self._asked("POST", path, data={"csrf": self.csrf} | data)

    def done(self, path: str, **data: Any) -> str:
        """Posts what has to go well; returns the address that it leads to."""
        answer = self.post(path, **data)
        assert answer.status_code == 303, re.findall(r'role="alert">.*', answer.text)
        return answer.headers["location"]

    def seen(self, field: str, id: str = "invented-0001") -> str:
        """What a form for this field was made with."""
        return self.found(r'name="seen" value="([^"]*)">\s*\n', f"/staff/programmes/{id}?edit={field}")

    def correct(self, field: str, id: str = "invented-0001", **values: Any) -> httpx2.Response:
        """Sends the form of a field with these values."""
        given = {
            "field": field,
            "note": "公式の募集要領で確認",
            "seen": values.pop("seen", None) or self.seen(field, id),
        }
        return self.post(f"/staff/programmes/{id}/correct", **given | values)

    def hide(self, id: str, on: str = "true", note: str = "支援ではない") -> httpx2.Response:
        seen = self.found(r'name="seen" value="([^"]*)"><input type="hidden" name="on"', f"/staff/programmes/{id}")
        return self.post(f"/staff/programmes/{id}/hide", on=on, seen=seen, note=note)

    def found(self, pattern: str, path: str) -> str:
        found = re.search(pattern, self.text(path))
        assert found, pattern
        return found[1]

    def _asked(self, method: str, path: str, **more: Any) -> httpx2.Response:
        self.client.cookies.update(self.cookies)
        try:
            return self.client.request(method, path, **more)
        finally:
            self.client.cookies.clear()


@pytest.fixture
def editor(client: TestClient) -> Desk:
    return Desk(client)


@pytest.fixture
def admin(client: TestClient) -> Desk:
    return Desk(client, "jiro")

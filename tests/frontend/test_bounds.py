"""What is too big or written strangely: refused, told in the reader's form, and nobody acts on a part of it."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import FastAPI, Form, Request
from fastapi.testclient import TestClient

from frontend.bounds import MOST_BYTES, Bounded

FORM = "application/x-www-form-urlencoded"
PIECE = b"x" * 65_536


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def client(done: list[str]) -> TestClient:
    app = FastAPI()
    app.add_middleware(Bounded)

    @app.post("/form")
    @app.post("/api/form")
    async def form(name: Annotated[str, Form()] = "") -> str:
        done.append(name)
        return name

    @app.post("/api/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    return TestClient(app)


def pieces(start: bytes, most: int) -> Iterator[bytes]:
    """A body whose length nobody tells beforehand."""
    yield start
    for _ in range(most // len(PIECE)):
        yield PIECE


@pytest.mark.parametrize("path", ["/form", "/api/form", "/api/raw"])
def test_what_is_too_big_is_told_as_the_address_tells_errors(client: TestClient, done: list[str], path: str) -> None:
    for body in (b"name=a&more=" + b"x" * MOST_BYTES, pieces(b"name=a&more=", MOST_BYTES + 2 * len(PIECE))):
        answer = client.post(path, content=body, headers={"Content-Type": FORM})
        assert answer.status_code == 413
        if path.startswith("/api/"):
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["title"] == "送られたものが大きすぎます" and answer.json()["status"] == 413
        else:
            assert answer.text.startswith("送られたものが大きすぎます。受け取れるのは6 MBまでです。")
    assert done == []


def test_what_is_just_small_enough_comes_through(client: TestClient) -> None:
    answer = client.post("/api/raw", content=pieces(b"", MOST_BYTES))
    assert (answer.status_code, answer.json()) == (200, MOST_BYTES)


def test_a_form_that_grew_too_big_is_not_acted_on_in_part(client: TestClient, done: list[str]) -> None:
    """The first piece is a whole form already: what follows it makes it no form at all."""
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n--b\r\n'
    for content, headers in ((b"name=a&more=", {"Content-Type": FORM}), (head, kind)):
        assert client.post("/form", content=pieces(content, 2 * MOST_BYTES), headers=headers).status_code == 413
    assert done == []


@pytest.mark.parametrize("charset", ["punycode", "utf-7", "unicode_escape", "Shift_JIS", '"punycode"'])
def test_a_form_in_a_strange_encoding_is_refused_unread(client: TestClient, done: list[str], charset: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n+2AA-\r\n--b--\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
    answer = client.post("/form", content=body, headers=headers)
    assert (answer.status_code, answer.text, done) == (
        415,
        "フォームの文字コードを扱えません。UTF-8だけを扱えます。",
        [],
    )
    for plain in ("multipart/form-data; boundary=b", "multipart/form-data; boundary=b; charset=UTF-8"):
        assert client.post("/form", content=body, headers={"Content-Type": plain}).json() == "+2AA-"

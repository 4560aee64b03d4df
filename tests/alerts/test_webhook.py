"""Webhooks on a real receiver: signed, bounded, and never into private networks."""

import base64
import hashlib
import hmac
import socket
from datetime import UTC, datetime
from typing import Any

import pytest

from indexer.alerts import webhook
from indexer.alerts.outbox import Refused, Unsent
from tests.alerts.conftest import Hook

AT = datetime(2026, 8, 22, 4, 0, tzinfo=UTC)
HERE = webhook.networks("127.0.0.0/8")


def post(url: str, private: webhook.Networks = HERE, **payload: Any) -> bytes:
    given = {"type": "shien.digest", "data": payload}
    return webhook.post(url, given, secret=b"s" * 32, id="msg_1", at=AT, private=private, begin=lambda: None)


def test_a_payload_is_signed_as_receivers_check_it(hook: Hook) -> None:
    post(hook.url, words="太陽光")
    [(path, head, body)] = hook.got
    assert path == "/hook" and head["content-type"] == "application/json"
    assert (head["webhook-id"], head["webhook-timestamp"]) == ("msg_1", str(int(AT.timestamp())))
    # As https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md has it.
    secret = base64.b64decode(webhook.written(b"s" * 32).removeprefix("whsec_"))
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert head["webhook-signature"] == f"v1,{expected}"


def test_an_answer_that_comes_in_pieces_is_read_whole(hook: Hook) -> None:
    hook.first = 5
    assert b"x" * 40 in post(hook.url, challenge="x" * 40)


@pytest.mark.parametrize(("status", "raised"), [(500, Unsent), (404, Unsent), (302, Unsent), (410, Refused)])
def test_what_is_not_taken(hook: Hook, status: int, raised: type[Exception]) -> None:
    hook.status, hook.location = status, hook.url
    with pytest.raises(raised) as caught:
        post(hook.url)
    assert len(hook.got) == 1, "a redirect is not followed"
    assert getattr(caught.value, "gone", False) is (status == 410)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254", "10.0.0.1", "192.168.0.1",
        "[fec0::1]", "[::7f00:1]", "172.16.0.1", "100.64.0.1", "[fe80::1]", "[fc00::1]",
        "[fd00:ec2::254]", "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_private_networks_are_closed(hook: Hook, address: str) -> None:
    port = hook.url.split(":")[2]
    for scheme in ("https", "http"):
        with pytest.raises((webhook.Forbidden, Unsent)) as caught:
            post(f"{scheme}://{address}:{port}", private=())
        assert isinstance(caught.value, webhook.Forbidden) or "cannot be reached" in str(caught.value)
    assert hook.got == []


def test_a_name_that_leads_elsewhere_the_second_time(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: what counts is the address that is connected to."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    real = socket.getaddrinfo

    def rebound(host: Any, port: Any, *more: Any, **names: Any) -> Any:
        return real(next(answers) if host == "rebound.example" else host, port, *more, **names)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    socket.getaddrinfo("rebound.example", 443)
    with pytest.raises(webhook.Forbidden):
        post(hook.url.replace("http://127.0.0.1", "https://rebound.example"), private=())
    assert hook.got == []


def test_what_the_operator_named_is_open(hook: Hook) -> None:
    assert b"challenge" in post(hook.url, private=webhook.networks("127.0.0.0/8"))
    with pytest.raises(webhook.Forbidden):
        post(hook.url, private=webhook.networks("10.0.0.0/8, 192.168.0.0/16"))


@pytest.mark.parametrize(
    ("url", "private", "expected"),
    [
        ("https://hooks.example.jp/x?y=1", False, ""),
        ("https://hooks.example.jp:8443/x", False, ""),
        ("http://hooks.example.jp/x", False, "scheme"),
        ("http://10.0.0.1/x", True, ""),
        ("ftp://hooks.example.jp/", False, "scheme"),
        ("file:///etc/passwd", False, "url"),
        ("javascript:alert(1)", False, "url"),
        ("https://user:secret@hooks.example.jp/", False, "url"),
        ("https://hooks.example.jp/#x", False, "url"),
        ("https://hooks.example.jp:99999/", False, "url"),
        ("https:///x", False, "url"),
        ("https://hooks.example.jp/a b", False, "url"),
        ("https://hooks.example.jp/a\r\nX: y", False, "url"),
        ("https://日本.example/", False, "url"),
        ("https://x.example/" + "a" * 500, False, "url"),
        ("", False, "url"),
    ],
)
def test_urls(url: str, private: bool, expected: str) -> None:
    assert webhook.problem(url, HERE if private else ()) == expected


def test_a_receiver_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unsent, match="cannot be reached"):
        post(f"http://127.0.0.1:{silent.getsockname()[1]}/")

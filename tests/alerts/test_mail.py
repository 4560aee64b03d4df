"""Mails on a real server: taken, refused, put off, lost on the way; encrypted or not at all."""

import ssl
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from indexer.alerts.mail import Mailer
from indexer.alerts.outbox import Refused, Unsent, Unsure
from indexer.settings import Settings
from tests.alerts.conftest import Post, started

TO = "owner@example.jp"


def settings(post: Post, **values: Any) -> Settings:
    given = {"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none", "smtp_from": "a@example.jp"}
    return Settings(**(given | values))


def message(subject: str = "件名") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["To"] = subject, TO
    made.set_content("本文です。", cte="base64")
    return made


def never() -> None:
    raise AssertionError("it was handed over")


def test_several_mails_share_a_connection(post: Post) -> None:
    mailer, begun = Mailer(settings(post)), []
    for number in range(3):
        mailer.send(message(f"第{number}号"), TO, lambda: begun.append(len(post.raw)))
    mailer.close()
    assert [each["Subject"] for each in post.mails] == ["第0号", "第1号", "第2号"]
    assert begun == [0, 1, 2], "each is noted before it is handed over"
    assert [(each[0], each[1]) for each in post.raw] == [("a@example.jp", TO)] * 3
    assert post.connections == 1


@pytest.mark.parametrize(
    ("answer", "raised", "ours"),
    [
        ("550 5.1.1 no such user owner@example.jp", Refused, False),
        ("450 4.2.0 greylisted", Unsent, False),
        ("552 full", Refused, False),
        ("554 5.7.1 <owner@example.jp>: Relay access denied", Unsent, True),
        ("530 Authentication required", Unsent, True),
        ("450 4.1.2 <owner@example.jp>: Domain not found", Unsent, True),
    ],
)
def test_a_recipient_that_is_refused_or_put_off(
    post: Post, answer: str, raised: type[Refused | Unsent], ours: bool
) -> None:
    post.refused[TO] = answer
    mailer = Mailer(settings(post))
    with pytest.raises(raised) as caught:
        mailer.send(message(), TO, never)
    assert caught.value.ours is ours
    assert TO not in str(caught.value), "what servers say ends in logs"
    post.refused.clear()
    mailer.send(message(), TO, lambda: None)
    mailer.close()
    assert len(post.raw) == 1


@pytest.mark.parametrize(("answer", "raised"), [("554 spam", Refused), ("451 later", Unsent)])
def test_a_mail_that_is_refused_or_put_off(post: Post, answer: str, raised: type[Refused | Unsent]) -> None:
    post.answer = answer
    mailer = Mailer(settings(post))
    with pytest.raises(raised) as caught:
        mailer.send(message(), TO, lambda: None)
    assert caught.value.ours, "it is the letter that is not wanted"
    mailer.close()


def test_a_connection_that_breaks_before_the_answer_leaves_it_open(post: Post) -> None:
    post.broken = True
    mailer, begun = Mailer(settings(post)), []
    with pytest.raises(Unsure):
        mailer.send(message(), TO, lambda: begun.append(True))
    assert begun and len(post.raw) == 1, "this one did arrive, and nobody can know"
    post.broken = False
    mailer.send(message(), TO, lambda: None)
    mailer.close()
    assert len(post.raw) == 2


def test_a_connection_that_died_meanwhile_is_opened_again(post: Post) -> None:
    mailer = Mailer(settings(post))
    mailer.send(message(), TO, lambda: None)
    assert mailer._server is not None and mailer._server.sock is not None
    mailer._server.sock.shutdown(2)
    mailer.send(message(), TO, lambda: None)
    mailer.close()
    assert len(post.raw) == 2


def test_a_server_that_is_not_there() -> None:
    nobody = Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_from="a@example.jp", smtp_security="none")
    with pytest.raises(Unsent, match="cannot be reached"):
        Mailer(nobody).send(message(), TO, never)


def test_nothing_goes_in_the_clear_that_should_not(post: Post) -> None:
    with pytest.raises(Unsent, match="SHIEN_SMTP_SECURITY"):
        Mailer(settings(post, smtp_security="starttls")).send(message(), TO, never)
    assert post.raw == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    try:
        subprocess.run([*command.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not here")
    return cert, key


@pytest.fixture
def secure(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A server that wants STARTTLS and a password."""
    made = Post()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"shien", b"correct"), handled=False)

    controller = started(made, tls_context=context, require_starttls=True, authenticator=known, auth_required=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    yield made
    controller.stop()


def test_starttls_and_a_password(secure: Post) -> None:
    given = {"smtp_host": "localhost", "smtp_security": "starttls", "smtp_user": "shien"}
    mailer = Mailer(settings(secure, **given, smtp_password="correct"))
    mailer.send(message(), TO, lambda: None)
    mailer.close()
    assert len(secure.raw) == 1
    with pytest.raises(Unsent, match="SHIEN_SMTP_PASSWORD") as caught:
        Mailer(settings(secure, **given, smtp_password="wrong")).send(message(), TO, never)
    assert "wrong" not in str(caught.value).replace("refuses", "")


def test_a_certificate_that_nobody_vouches_for(secure: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    values = {"smtp_host": "localhost", "smtp_security": "starttls", "smtp_user": "shien", "smtp_password": "correct"}
    with pytest.raises(Unsent, match="SSLCertVerificationError"):
        Mailer(settings(secure, **values)).send(message(), TO, never)

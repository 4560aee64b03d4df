"""Mails by SMTP (RFC 5321): one connection for as many as there are."""

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr

from indexer.alerts.outbox import Begin, Refused, Unsent, Unsure
from indexer.settings import Settings

SECONDS = 30


class Letter(EmailPolicy):
    """How mails are written for the way, with the links of headers whole.

    Python folds and encodes a long header without spaces, and no mail program reads such a link (RFC 2369, RFC 8058).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() == "list-unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


LETTER = Letter(linesep=SMTP.linesep)


class Mailer:
    """Opens its connection with the first mail, and again when it broke. Never falls back to sending in the clear."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, to: str, begin: Begin) -> None:
        """Sends one mail; `begin` is called right before it is handed over. Unsent, Refused, Unsure where it fails."""
        for fresh in (False, True):
            server = self._connected()
            try:
                self._envelope(server, to)
                break
            except (OSError, smtplib.SMTPServerDisconnected) as error:
                # A connection that was kept may be dead: once more on a new one.
                self.close()
                if fresh:
                    raise Unsent(f"the connection to {self.settings.smtp_host} broke: {error}", ours=True) from None
        begin()
        try:
            code, words = server.data(message.as_bytes(policy=LETTER))
        except smtplib.SMTPDataError as error:
            code, words = error.smtp_code, _bytes(error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unsure(f"{self.settings.smtp_host} did not answer: {type(error).__name__}") from None
        if code != 250:
            self._reset(server)
            # What is refused now is the letter, not its reader.
            _raise(code, words, ours=True)

    def check(self) -> None:
        """Signs in and out again. Unsent where that fails."""
        self._connected()
        self.close()

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def _envelope(self, server: smtplib.SMTP, to: str) -> None:
        sender = parseaddr(self.settings.smtp_from)[1]
        code, words = server.mail(sender)
        if code != 250:
            self._reset(server)
            raise Unsent(f"{self.settings.smtp_host} does not take mails from {sender}: {_text(words)}", ours=True)
        code, words = server.rcpt(to)
        if code not in (250, 251):
            self._reset(server)
            if not of_mailbox(code, words):
                # The operator has two days to mend it.
                raise Unsent(f"{code} {_text(words)}", ours=True)
            _raise(code, words, ours=False)

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        settings = self.settings
        try:
            if settings.smtp_security == "tls":
                context = ssl.create_default_context()
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.smtp_host, settings.smtp_port, timeout=SECONDS, context=context
                )
            else:
                server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(f"{settings.smtp_host}:{settings.smtp_port} cannot be reached: {error}", ours=True) from None
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise Unsent(f"{settings.smtp_host}: {_told(error)}", ours=True) from None
        self._server = server
        return server

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _told(error: Exception) -> str:
    """Why, without what a server may repeat of a name or password."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it refuses SHIEN_SMTP_USER or SHIEN_SMTP_PASSWORD"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no such security or sign-in: check SHIEN_SMTP_SECURITY"
    return f"{type(error).__name__}: {error}"


def of_mailbox(code: int, words: bytes) -> bool:
    """Does the answer to RCPT speak of this mailbox, and not of us or of the server in between (RFC 3463)?

    >>> of_mailbox(550, b"5.1.1 no such user"), of_mailbox(452, b"4.2.2 full"), of_mailbox(550, b"unknown user")
    (True, True, True)
    >>> of_mailbox(554, b"5.7.1 Relay access denied"), of_mailbox(530, b"Authentication required")
    (False, False)
    >>> of_mailbox(450, b"4.1.2 Domain not found"), of_mailbox(450, b"later")
    (False, False)
    """
    lasting = 500 <= code < 600
    if found := _ENHANCED.match(words):
        # 1 address, 2 mailbox, 4 the way there; in passing only a mailbox that is full is no trouble of ours.
        return int(found[1]) in ((1, 2, 4) if lasting else (2,))
    return lasting and code != 530


_ENHANCED = re.compile(rb"\s*[45]\.(\d{1,3})\.\d{1,3}\b")


def _raise(code: int, words: bytes, *, ours: bool) -> None:
    if 500 <= code < 600:
        raise Refused(f"{code} {_text(words)}", ours=ours)
    raise Unsent(f"{code} {_text(words)}", ours=ours)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _text(words: bytes) -> str:
    """The server's words, without addresses: they end in logs."""
    text = words.decode(errors="replace")
    return " ".join("…" if "@" in each else each for each in text.split())[:200]

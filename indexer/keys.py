"""One secret, and what is made of it: sealed addresses, marks that compare without telling, signatures of links."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from indexer.settings import Settings

LEAST_CHARACTERS = 16


class SecretError(ValueError):
    """The secret is none, or not the one that something was sealed with; the message says what to do."""


class Keys:
    """What one secret can do. Every purpose has a key of its own, so that nothing made for one passes for another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._fernet = Fernet(base64.urlsafe_b64encode(self.key("seal")))

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return hmac.digest(self._secret, purpose.encode(), hashlib.sha256)

    def seal(self, text: str) -> str:
        """The text, unreadable without the secret."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretError("sealed with another secret: bring back SHIEN_SECRET, or the file `secret`") from None

    def mark(self, text: str) -> str:
        """The same for the same text, and nothing more: who has no secret cannot even try guesses."""
        return hmac.new(self.key("mark"), text.encode(), hashlib.sha256).hexdigest()[:32]

    def token(self, purpose: str, id: str) -> str:
        """A part of a link that only we can make.

        >>> keys = Keys(b"x" * 32)
        >>> keys.id_of("confirm", keys.token("confirm", "a1")), keys.id_of("manage", keys.token("confirm", "a1"))
        ('a1', None)
        """
        signature = hmac.digest(self.key(f"token:{purpose}"), id.encode(), hashlib.sha256)[:18]
        return f"{id}.{base64.urlsafe_b64encode(signature).decode()}"

    def id_of(self, purpose: str, token: str) -> str | None:
        """What the token was made for; None if it was not made by us, or for something else."""
        id = token.partition(".")[0]
        return id if hmac.compare_digest(self.token(purpose, id).encode(), token.encode()) else None


def keys(settings: Settings) -> Keys:
    """The keys of SHIEN_SECRET, else of the file `secret` in the var folder, made where it is missing.

    It is no part of the store, and of no backup: whoever has only these reads no address.
    """
    if settings.secret:
        if len(settings.secret) < LEAST_CHARACTERS:
            raise SecretError(f"SHIEN_SECRET is shorter than {LEAST_CHARACTERS} characters")
        return Keys(settings.secret.encode())
    path = settings.var / "secret"
    if not path.exists():
        _make(path)
    return Keys(path.read_bytes())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"secret.{os.getpid()}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        # Whole or not at all, and never over one that somebody else just made.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()

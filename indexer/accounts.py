"""Who may curate: passwords, sessions, and what slows a guesser down."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from indexer.store import Entry, Session, Store, User, stamp

ROLES = ("editor", "admin")
SESSION_HOURS = 12
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)
SHORTEST_PASSWORD = 12

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())


class Locked(Exception):
    """Too many wrong passwords; `until` is when the next try counts."""

    def __init__(self, until: str) -> None:
        super().__init__(until)
        self.until = until


def add_user(store: Store, name: str, role: str, password: str, *, by: str, now: datetime) -> None:
    """Adds somebody, or gives a new password and role to who is there. ValueError for what cannot be."""
    if not (0 < len(name) <= 60) or not name.isprintable() or name != name.strip():
        raise ValueError("a name of 1 to 60 printable characters is needed")
    if role not in ROLES:
        raise ValueError(f"{role!r} is none of {', '.join(ROLES)}")
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password of at least {SHORTEST_PASSWORD} characters is needed")
    with store.transaction() as writer:
        writer.put_user(User(name=name, role=role, password=_HASHER.hash(password)))
        writer.drop_sessions(user=name)
        writer.note(Entry(at=stamp(now), by=by, action="user", target=name, now={"role": role}))


def sign_in(store: Store, name: str, password: str, now: datetime) -> tuple[str, Session] | None:
    """A new session and its cookie, None where name or password is wrong. Locked while too many tries were wrong.

    A locked name costs no hashing, so guessing is bounded for us too.
    """
    user = store.user(name)
    if user and user.locked_until and user.locked_until > stamp(now):
        raise Locked(user.locked_until)
    if not _matches(user.password if user else _NOBODY, password) or user is None:
        if user:
            failures = user.failures + 1
            wait = (
                min(LONGEST_LOCK, timedelta(minutes=2 ** (failures - FREE_FAILURES)))
                if failures >= FREE_FAILURES
                else None
            )
            with store.transaction() as writer:
                writer.put_user(replace(user, failures=failures, locked_until=stamp(now + wait) if wait else ""))
                writer.note(Entry(at=stamp(now), by=name, action="sign-in refused", target=name))
        return None
    cookie = secrets.token_urlsafe(32)
    session = Session(
        key=hashed(cookie),
        user=name,
        csrf=secrets.token_urlsafe(32),
        expires=stamp(now + timedelta(hours=SESSION_HOURS)),
    )
    password = _HASHER.hash(password) if _HASHER.check_needs_rehash(user.password) else user.password
    with store.transaction() as writer:
        writer.drop_sessions(expired=stamp(now))
        writer.put_user(replace(user, failures=0, locked_until="", password=password))
        writer.put_session(session)
        writer.note(Entry(at=stamp(now), by=name, action="sign-in", target=name))
    return cookie, session


def whose(store: Store, cookie: str, now: datetime) -> tuple[User, Session] | None:
    """Who this cookie belongs to, None where it is no valid session (any more)."""
    session = store.session(hashed(cookie)) if cookie else None
    if session is None or session.expires <= stamp(now):
        return None
    user = store.user(session.user)
    return (user, session) if user else None


def hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

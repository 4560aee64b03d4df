"""Who may curate: passwords, sessions, and what slows a guesser down."""

import hashlib
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from indexer.store import Entry, Session, SignIn, Store, User, stamp

ROLES = ("editor", "admin")
FREE_TRIES = {"name": 5, "address": 50}
"""So many tries a name or an address has before it is locked, each time for twice as long."""
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""So long after the last try they are forgotten."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
FEWEST_CHARACTERS = 5
NOTED_MINUTES = 5
"""When a session was last used is noted once in so many minutes."""
SIGN_IN_MINUTES = 10
LONGEST_DEVICE = 200

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())
# Each hash takes 64 MB: so many at once, however many sign in.
_HASHING = threading.BoundedSemaphore(2)


class Locked(Exception):
    """Too many tries; `until` is when the next one counts."""

    def __init__(self, until: str) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts: from its beginning, and without being used."""

    whole: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=2)


def add_user(store: Store, name: str, role: str, password: str, *, by: str, now: datetime) -> None:
    """Adds somebody, or gives a new password and role to who is there, and ends their sessions and locks.

    Without a password only another provider lets them in. ValueError for what cannot be.
    """
    if not (0 < len(name) <= 60) or not name.isprintable() or name != name.strip():
        raise ValueError("a name of 1 to 60 printable characters is needed")
    if role not in ROLES:
        raise ValueError(f"{role!r} is none of {', '.join(ROLES)}")
    if password:
        check_password(name, password)
    hash = _HASHER.hash(password) if password else ""
    with store.transaction() as writer:
        before = store.user(name)
        writer.put_user(User(name=name, role=role, password=hash))
        if before and before.role == "admin" and role != "admin" and not writer.admins():
            raise ValueError("one admin at least is needed")
        writer.drop_sessions(user=name)
        writer.forget_attempts(key=_key("name", name))
        was = {"role": before.role} if before else None
        writer.note(Entry(at=stamp(now), by=by, action="user", target=name, was=was, now={"role": role}))


def change_role(store: Store, user: User, role: str, *, by: str, now: datetime) -> None:
    """ValueError for an unknown role, and for the last admin's."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role")
    with store.transaction() as writer:
        writer.put_user(replace(user, role=role))
        if user.role == "admin" and not writer.admins():
            raise ValueError("one admin at least is needed")
        was, new = {"role": user.role}, {"role": role}
        writer.note(Entry(at=stamp(now), by=by, action="user", target=user.name, was=was, now=new))


def remove_user(store: Store, name: str, *, by: str, now: datetime) -> None:
    """Takes somebody off the staff and ends their sessions. ValueError for the last admin."""
    with store.transaction() as writer:
        was = store.user(name)
        writer.drop_user(name)
        if was and was.role == "admin" and not writer.admins():
            raise ValueError("one admin at least is needed")
        writer.note(
            Entry(at=stamp(now), by=by, action="remove user", target=name, was={"role": was.role} if was else None)
        )


def check_password(name: str, password: str) -> None:
    """ValueError where it is too easily guessed."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(f"a password of at least {SHORTEST_PASSWORD} characters is needed")
    if len(set(password)) < FEWEST_CHARACTERS or (len(name) > 2 and name.lower() in password.lower()):
        raise ValueError("a password with more different characters, and without the name, is needed")


def change_password(store: Store, user: User, old: str, new: str, *, keep: str, now: datetime) -> bool:
    """Gives a user a new password and ends all sessions but `keep`; False where the old one is wrong.

    Locked as in signing in, ValueError as in adding.
    """
    check_password(user.name, new)
    if not _tried(store, user.name, old, "", now):
        return False
    with store.transaction() as writer:
        writer.put_user(replace(user, password=_HASHER.hash(new)))
        writer.drop_sessions(user=user.name, but=keep)
        writer.note(Entry(at=stamp(now), by=user.name, action="password", target=user.name))
    return True


def sign_in(
    store: Store,
    name: str,
    password: str,
    now: datetime,
    *,
    address: str = "",
    device: str = "",
    lifetime: Lifetime = Lifetime(),
) -> tuple[str, Session] | None:
    """A new session and its cookie, None where name or password is wrong. Locked while too many tries were wrong.

    A locked name or address costs no hashing, so guessing is bounded for us too.
    """
    user = _tried(store, name, password, address, now)
    if user is None:
        with store.transaction() as writer:
            writer.note(Entry(at=stamp(now), by=name[:60], action="sign-in refused", target=name[:60]))
        return None
    if _HASHER.check_needs_rehash(user.password):
        with store.transaction() as writer:
            writer.put_user(replace(user, password=_HASHER.hash(password)))
    return enter(store, user, now, device=device, lifetime=lifetime)


def _tried(store: Store, name: str, password: str, address: str, now: datetime) -> User | None:
    """Who has this name and password. Every try counts before it is looked at: those at the same time do not get by."""
    keys = {_key("name", name): FREE_TRIES["name"]}
    if address:
        keys[_key("address", address)] = FREE_TRIES["address"]
    for key in keys:
        if (known := store.attempts(key)) and known.locked_until > stamp(now):
            raise Locked(known.locked_until)
    with store.transaction() as writer:
        writer.forget_attempts(before=stamp(now - FORGOTTEN))
        tries = {key: writer.attempt(key, stamp(now)) for key in keys}
        until = max(each.locked_until for each in tries.values())
        for key, free in keys.items():
            if until <= stamp(now) and tries[key].count >= free:
                wait = min(LONGEST_LOCK, timedelta(minutes=2 ** min(tries[key].count - free, 10)))
                writer.lock(key, stamp(now + wait))
    if until > stamp(now):
        raise Locked(until)
    user = store.user(name)
    with _HASHING:
        right = _matches(user.password if user and user.password else _NOBODY, password)
    if user is None or not right:
        return None
    with store.transaction() as writer:
        writer.forget_attempts(key=_key("name", name))
        if address:
            writer.forgive(_key("address", address))
            writer.lock(_key("address", address), "")
    return user


def unlock(store: Store, name: str, *, by: str, now: datetime) -> None:
    """Lets a name try again at once."""
    with store.transaction() as writer:
        writer.forget_attempts(key=_key("name", name))
        writer.note(Entry(at=stamp(now), by=by, action="unlock", target=name))


def locked_until(store: Store, name: str, now: datetime) -> str:
    """Until when a name is locked; "" where it is not."""
    found = store.attempts(_key("name", name))
    return found.locked_until if found and found.locked_until > stamp(now) else ""


def enter(
    store: Store, user: User, now: datetime, *, device: str = "", lifetime: Lifetime = Lifetime(), how: str = ""
) -> tuple[str, Session]:
    """A new session of somebody who has shown who they are, and its cookie."""
    cookie = secrets.token_urlsafe(32)
    session = Session(
        key=hashed(cookie),
        user=user.name,
        csrf=secrets.token_urlsafe(32),
        expires=stamp(now + lifetime.whole),
        began=stamp(now),
        used=stamp(now),
        device=device[:LONGEST_DEVICE],
    )
    with store.transaction() as writer:
        writer.drop_sessions(expired=stamp(now))
        writer.put_session(session)
        writer.note(Entry(at=stamp(now), by=user.name, action="sign-in", target=user.name, note=how))
    return cookie, session


def whose(store: Store, cookie: str, now: datetime, lifetime: Lifetime = Lifetime()) -> tuple[User, Session] | None:
    """Who this cookie belongs to, None where it is no valid session (any more)."""
    session = store.session(hashed(cookie)) if cookie else None
    if session is None or session.expires <= stamp(now) or session.used < stamp(now - lifetime.idle):
        return None
    if session.used < stamp(now - timedelta(minutes=NOTED_MINUTES)):
        with store.transaction() as writer:
            writer.use_session(session.key, stamp(now))
    user = store.user(session.user)
    return (user, session) if user else None


def begin(store: Store, now: datetime) -> tuple[str, SignIn]:
    """A sign-in that goes on at another provider, and the state that has to come back from there."""
    state = secrets.token_urlsafe(32)
    expires = stamp(now + timedelta(minutes=SIGN_IN_MINUTES))
    begun = SignIn(
        state=hashed(state), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48), expires=expires
    )
    with store.transaction() as writer:
        writer.put_sign_in(begun, stamp(now))
    return state, begun


def resume(store: Store, state: str, now: datetime) -> SignIn | None:
    """The sign-in that this state belongs to, once and in time."""
    with store.transaction() as writer:
        begun = writer.take_sign_in(hashed(state))
    return begun if begun and begun.expires > stamp(now) else None


def hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _key(what: str, value: str) -> str:
    return hashed(f"{what}\n{value}")


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False

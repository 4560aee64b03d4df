"""Who may curate: passwords, sessions, and what slows a guesser down."""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from indexer.store import Entry, Session, SignIn, Store, User, Writer, stamp

ROLES = ("editor", "admin")
FREE_TRIES = {"name": 5, "address": 50, "browser": 5}
"""So many tries a name, an address or a known browser has before it is locked, each time for twice as long."""
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""So long after the last try they are forgotten."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
FEWEST_CHARACTERS = 5
NOTED_MINUTES = 5
"""When a session was last used is noted once in so many minutes."""
SIGN_IN_MINUTES = 10
LONGEST_DEVICE = 200
LONGEST_NAME = 60
NEW_PASSWORD = "パスワードも新しくした"
"""Told in the audit where somebody who is there is added again."""

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe())
# Each hash takes 64 MB: so many at once, however many sign in.
_HASHING = threading.BoundedSemaphore(2)


class LastAdmin(ValueError):
    """Nobody would be left who manages users."""


class BadName(ValueError):
    """Nobody can be called so."""


class BadRole(ValueError):
    """There is no such role."""


class BadPassword(ValueError):
    """It is too easily guessed."""


class Taken(ValueError):
    """Somebody of this name is there already."""


class Gone(ValueError):
    """The user was removed, or given another password, meanwhile."""


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


def named(name: str) -> str:
    """The name, if somebody can be called so; BadName otherwise. It is a part of addresses, too."""
    if not (0 < len(name) <= LONGEST_NAME) or not name.isprintable() or name != name.strip() or "/" in name:
        raise BadName(f"a name of 1 to {LONGEST_NAME} printable characters without a slash is needed")
    return name


def _role(role: str) -> str:
    if role not in ROLES:
        raise BadRole(f"{role!r} is none of {', '.join(ROLES)}")
    return role


def add_user(store: Store, name: str, role: str, password: str, *, by: str, now: datetime, new: bool = False) -> None:
    """Adds somebody, or gives a new password and role to who is there (Taken where it has to be somebody `new`).

    Ends their sessions and locks. Without a password only another provider lets them in. BadName, BadRole,
    BadPassword, LastAdmin.
    """
    named(name), _role(role)
    if password:
        check_password(name, password)
    hash = _HASHER.hash(password) if password else ""
    with store.transaction() as writer:
        before = store.user(name)
        if before and new:
            raise Taken(f"{name} is there already")
        writer.put_user(User(name=name, role=role, password=hash))
        _leave_one(writer, before)
        _begin_anew(writer, name)
        was = {"role": before.role} if before else None
        told = NEW_PASSWORD if before else ""
        writer.note(Entry(at=stamp(now), by=by, action="user", target=name, was=was, now={"role": role}, note=told))


def _leave_one(writer: Writer, before: User | None) -> None:
    if before and before.role == "admin" and not writer.admins():
        raise LastAdmin("one admin at least is needed")


def _begin_anew(writer: Writer, name: str) -> None:
    writer.drop_sessions(user=name)
    writer.forget_attempts(key=_key("name", name))


def change_role(store: Store, name: str, role: str, *, by: str, now: datetime) -> None:
    """BadRole, LastAdmin, and Gone where there is no such user any more."""
    _role(role)
    with store.transaction() as writer:
        before = store.user(name)
        if before is None:
            raise Gone(name)
        writer.set_role(name, role)
        _leave_one(writer, before)
        was, new = {"role": before.role}, {"role": role}
        writer.note(Entry(at=stamp(now), by=by, action="user", target=name, was=was, now=new))


def vouched(store: Store, name: str, role: str, *, by: str, now: datetime) -> User | None:
    """Who another provider says has come in. With a role they are added, or have it from now on; without one only who
    is there is somebody, and None is anybody else.
    """
    with store.transaction() as writer:
        before = store.user(name)
        if not role or (before and before.role == role):
            return before
        user = User(name=named(name), role=_role(role), password=before.password if before else "")
        writer.put_user(user)
        was = {"role": before.role} if before else None
        writer.note(Entry(at=stamp(now), by=by, action="user", target=name, was=was, now={"role": role}))
    return user


def reset_password(store: Store, name: str, password: str, *, by: str, now: datetime) -> None:
    """Gives somebody a new password, and ends their sessions and locks. BadPassword, Gone."""
    check_password(name, password)
    hash = _HASHER.hash(password)
    with store.transaction() as writer:
        if not writer.set_password(name, hash):
            raise Gone(name)
        _begin_anew(writer, name)
        writer.note(Entry(at=stamp(now), by=by, action="reset password", target=name))


def remove_user(store: Store, name: str, *, by: str, now: datetime) -> None:
    """Takes somebody off the staff and ends their sessions. LastAdmin."""
    with store.transaction() as writer:
        was = store.user(name)
        writer.drop_user(name)
        _leave_one(writer, was)
        writer.note(
            Entry(at=stamp(now), by=by, action="remove user", target=name, was={"role": was.role} if was else None)
        )


def check_password(name: str, password: str) -> None:
    """BadPassword where it is too easily guessed."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPassword(f"a password of at least {SHORTEST_PASSWORD} characters is needed")
    if len(set(password)) < FEWEST_CHARACTERS or (len(name) > 2 and name.lower() in password.lower()):
        raise BadPassword("a password with more different characters, and without the name, is needed")


def change_password(store: Store, name: str, old: str, new: str, *, keep: str, now: datetime) -> bool:
    """Gives a user a new password and ends all sessions but `keep`; False where the old one is wrong.

    Locked as in signing in, BadPassword as in adding.
    """
    check_password(name, new)
    user = _tried(store, name, old, now)
    if user is None:
        return False
    hash = _HASHER.hash(new)
    with store.transaction() as writer:
        if not writer.set_password(name, hash, was=user.password):
            return False
        writer.drop_sessions(user=name, but=keep)
        writer.note(Entry(at=stamp(now), by=name, action="password", target=name))
    return True


def sign_in(
    store: Store,
    name: str,
    password: str,
    now: datetime,
    *,
    address: str = "",
    device: str = "",
    familiar: str = "",
    lifetime: Lifetime = Lifetime(),
) -> tuple[str, Session] | None:
    """A new session and its cookie, None where name or password is wrong. Locked while too many tries were wrong.

    A locked name or address costs no hashing, so guessing is bounded for us too. `familiar` is the cookie of a browser
    in which they signed in before.
    """
    user = _tried(store, name, password, now, address=address, familiar=familiar)
    if user is None:
        with store.transaction() as writer:
            writer.note(
                Entry(at=stamp(now), by=name[:LONGEST_NAME], action="sign-in refused", target=name[:LONGEST_NAME])
            )
        return None
    if _HASHER.check_needs_rehash(user.password):
        hash = _HASHER.hash(password)
        with store.transaction() as writer:
            writer.set_password(name, hash, was=user.password)
        user = replace(user, password=hash)
    try:
        return enter(store, user, now, device=device, lifetime=lifetime)
    except Gone:
        return None


def _tried(
    store: Store, name: str, password: str, now: datetime, *, address: str = "", familiar: str = ""
) -> User | None:
    """Who has this name and password. Every try counts before it is looked at: those at the same time do not get by."""
    user = store.user(name)
    # What others try in somebody's name, or from the same address, keeps nobody out of a browser where they are known.
    if browser := _browser(store, user, familiar):
        counted = {"browser": browser}
    else:
        counted = {"name": name} | ({"address": address} if address else {})
    keys = {what: _key(what, value) for what, value in counted.items()}
    for key in keys.values():
        if (known := store.attempts(key)) and known.locked_until > stamp(now):
            raise Locked(known.locked_until)
    with store.transaction() as writer:
        writer.forget_attempts(before=stamp(now - FORGOTTEN))
        tries = {what: writer.attempt(key, stamp(now)) for what, key in keys.items()}
        until = max(each.locked_until for each in tries.values())
        for what, each in tries.items():
            beyond = each.count - FREE_TRIES[what]
            if until <= stamp(now) and beyond >= 0:
                wait = min(LONGEST_LOCK, timedelta(minutes=2 ** min(beyond, 10)))
                writer.lock(each.key, stamp(now + wait))
    if until > stamp(now):
        raise Locked(until)
    with _HASHING:
        right = _matches(user.password if user and user.password else _NOBODY, password)
    if user is None or not right:
        return None
    with store.transaction() as writer:
        for what, key in keys.items():
            if what == "address":
                writer.forgive(key)
                writer.lock(key, "")
            else:
                writer.forget_attempts(key=key)
    return user


def known_browser(store: Store, name: str) -> str:
    """A cookie for a browser in which somebody just showed their password, "" where they have none.

    Their first tries there are counted apart, so that who keeps failing in their name elsewhere does not lock them out
    (OWASP: device cookies). It opens nothing, and a new password ends it.
    """
    user = store.user(name)
    id = secrets.token_urlsafe(16)
    return f"{id}.{_proof(user, id)}" if user and user.password else ""


def _browser(store: Store, user: User | None, cookie: str) -> str:
    """Which browser of this user the cookie was made for, "" where it is none of theirs or has failed too often."""
    id, _, proof = cookie.partition(".")
    if user is None or not user.password or not hmac.compare_digest(_proof(user, id).encode(), proof.encode()):
        return ""
    tried = store.attempts(_key("browser", id))
    return "" if tried and tried.count >= FREE_TRIES["browser"] else id


def _proof(user: User, id: str) -> str:
    return hmac.new(user.password.encode(), f"browser\n{user.name}\n{id}".encode(), hashlib.sha256).hexdigest()


def sign_out(store: Store, name: str, *, by: str, now: datetime) -> None:
    """Ends all of somebody's sessions, and their lock."""
    with store.transaction() as writer:
        _begin_anew(writer, name)
        writer.note(Entry(at=stamp(now), by=by, action="sign-out everywhere", target=name))


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
    """A new session of somebody who has shown who they are, and its cookie. Gone where that no longer holds."""
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
        there = store.user(user.name)
        if there is None or there.password != user.password:
            raise Gone(user.name)
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

"""Who may sign in, who is signed in, how often somebody tried, and sign-ins under way at another provider."""

from dataclasses import dataclass

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("role", Text, nullable=False),
    sa.Column("password", Text, nullable=False),
    # Of the first layout, for machines that still run it: tries are counted in `attempts`.
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", Text, nullable=False, default=""),
)
_USER = (users.c.name, users.c.role, users.c.password)

sessions = sa.Table(
    "sessions",
    metadata,
    # Only the hash of the cookie: who reads the store cannot sign in with it.
    sa.Column("key", Text, primary_key=True),
    sa.Column("user", Text, nullable=False, index=True),
    sa.Column("csrf", Text, nullable=False),
    sa.Column("expires", Text, nullable=False),
    sa.Column("began", Text, nullable=False, server_default=""),
    sa.Column("used", Text, nullable=False, server_default=""),
    sa.Column("device", Text, nullable=False, server_default=""),
)

attempts = sa.Table(
    "attempts",
    metadata,
    # A hash of the name or of the address that tried, known or not: a lock tells nobody which names there are.
    sa.Column("key", Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("at", Text, nullable=False),
    sa.Column("locked_until", Text, nullable=False),
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("state", Text, primary_key=True),
    sa.Column("nonce", Text, nullable=False),
    sa.Column("verifier", Text, nullable=False),
    sa.Column("expires", Text, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody of the staff. `role`: editor or admin. `password` is an argon2 hash, empty where another provider's
    word lets them in.
    """

    name: str
    role: str
    password: str = ""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A sign-in; `key` is the SHA-256 of the cookie. `used` is when it was last met, within minutes."""

    key: str
    user: str
    csrf: str
    expires: str
    began: str = ""
    used: str = ""
    device: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """How often somebody tried to sign in, and until when no try counts ("" where any does)."""

    key: str
    count: int
    at: str
    locked_until: str


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A sign-in under way at a provider; `state` is the SHA-256 of what comes back from there."""

    state: str
    nonce: str
    verifier: str
    expires: str


class AccountReading(Reading):
    """Readers of accounts."""

    def user(self, name: str) -> User | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(*_USER).where(users.c.name == name)).first()
        # The database leaves out NUL: a name with one in it is another's.
        return User(**row._mapping) if row and row.name == name else None

    def users(self) -> list[User]:
        with self.engine.connect() as connection:
            return [User(**row._mapping) for row in connection.execute(sa.select(*_USER).order_by(users.c.name))]

    def session(self, key: str) -> Session | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.key == key)).first()
        return Session(**row._mapping) if row else None

    def sessions(self, user: str | None = None) -> list[Session]:
        """Of one user or of all, the one used last first."""
        query = sa.select(sessions).order_by(sessions.c.used.desc(), sessions.c.key)
        if user is not None:
            query = query.where(sessions.c.user == user)
        with self.engine.connect() as connection:
            return [Session(**row._mapping) for row in connection.execute(query)]

    def attempts(self, key: str) -> Attempts | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(attempts).where(attempts.c.key == key)).first()
        return Attempts(**row._mapping) if row else None


class AccountWriting(Writing):
    """Writers of accounts."""

    def put_user(self, user: User) -> None:
        self._upsert(users, users.c.name, user.name, {"role": user.role, "password": user.password})

    def set_role(self, name: str, role: str) -> None:
        self.connection.execute(sa.update(users).where(users.c.name == name).values(role=role))

    def set_password(self, name: str, password: str, *, was: str | None = None) -> bool:
        """False, and nothing is written, where there is no such user or the password is no longer `was`."""
        mine = [users.c.name == name, *([users.c.password == was] if was is not None else [])]
        return bool(self.connection.execute(sa.update(users).where(*mine).values(password=password)).rowcount)

    def drop_user(self, name: str) -> None:
        self.connection.execute(sa.delete(sessions).where(sessions.c.user == name))
        self.connection.execute(sa.delete(users).where(users.c.name == name))

    def admins(self) -> int:
        """How many there are, seen from inside this transaction."""
        query = sa.select(sa.func.count()).select_from(users).where(users.c.role == "admin")
        return self.connection.execute(query).scalar_one()

    def put_session(self, session: Session) -> None:
        values = {name: getattr(session, name) for name in sessions.c.keys()}  # noqa: SIM118
        self.connection.execute(sa.insert(sessions), [values])

    def use_session(self, key: str, at: str) -> None:
        self.connection.execute(sa.update(sessions).where(sessions.c.key == key).values(used=at))

    def drop_sessions(self, *, key: str = "", user: str = "", but: str = "", expired: str = "") -> None:
        """Ends one session, all of a user's (`but` one), or those that expired before an instant."""
        query = sa.delete(sessions)
        conditions = [sessions.c.key == key] if key else []
        conditions += [sessions.c.user == user] if user else []
        conditions += [sessions.c.key != but] if but else []
        conditions += [sessions.c.expires < expired] if expired else []
        if conditions:
            self.connection.execute(query.where(*conditions))

    def end_sign_ins(self) -> None:
        """Everybody's, and those under way."""
        for table in (sessions, sign_ins):
            self.connection.execute(sa.delete(table))

    def attempt(self, key: str, at: str) -> Attempts:
        """Counts one more try, and returns how many there were: nobody else's is lost, however many try at once."""
        mine = attempts.c.key == key
        more = {"count": attempts.c.count + 1, "at": at}
        if not self.connection.execute(sa.update(attempts).where(mine).values(more)).rowcount:
            new = {"key": key, "count": 1, "at": at, "locked_until": ""}
            self.connection.execute(sa.insert(attempts), [new])
        return Attempts(**self.connection.execute(sa.select(attempts).where(mine)).one()._mapping)

    def lock(self, key: str, until: str) -> None:
        self.connection.execute(sa.update(attempts).where(attempts.c.key == key).values(locked_until=until))

    def forget_attempts(self, *, key: str = "", before: str = "") -> None:
        """Those of one key, or those whose last one was before an instant."""
        if key:
            self.connection.execute(sa.delete(attempts).where(attempts.c.key == key))
        if before:
            self.connection.execute(sa.delete(attempts).where(attempts.c.at < before))

    def forgive(self, key: str) -> None:
        """Takes back the last try, which was right."""
        query = sa.update(attempts).where(attempts.c.key == key, attempts.c.count > 0)
        self.connection.execute(query.values(count=attempts.c.count - 1))

    def put_sign_in(self, begun: SignIn, now: str) -> None:
        self.connection.execute(sa.delete(sign_ins).where(sign_ins.c.expires < now))
        values = {name: getattr(begun, name) for name in sign_ins.c.keys()}  # noqa: SIM118
        self.connection.execute(sa.insert(sign_ins), [values])

    def take_sign_in(self, state: str) -> SignIn | None:
        """The sign-in under way; each is taken once."""
        row = self.connection.execute(sa.select(sign_ins).where(sign_ins.c.state == state)).first()
        if row is None or not self.connection.execute(sa.delete(sign_ins).where(sign_ins.c.state == state)).rowcount:
            return None
        return SignIn(**row._mapping)

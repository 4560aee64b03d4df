"""Subscriptions, what each was told, and what is on its way. Addresses are sealed; who leaves leaves nothing behind."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("channel", Text, nullable=False),
    sa.Column("target", Text, nullable=False),
    sa.Column("mark", Text, nullable=False, index=True),
    sa.Column("query", Text, nullable=False),
    sa.Column("frequency", Text, nullable=False),
    sa.Column("deadlines", sa.Boolean, nullable=False),
    sa.Column("created", Text, nullable=False),
    sa.Column("confirmed", Text, nullable=False),
    sa.Column("told_to", sa.Integer, nullable=False),
    sa.Column("digest", Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
)

told = sa.Table(
    "told",
    metadata,
    sa.Column("subscription", Text, primary_key=True),
    sa.Column("programme", Text, primary_key=True),
    sa.Column("event", Text, primary_key=True),
    sa.Column("at", Text, nullable=False),
)

dropped = sa.Table(
    "dropped",
    metadata,
    sa.Column("subscription", Text, primary_key=True),
    sa.Column("programme", Text, primary_key=True),
    sa.Column("at", Text, nullable=False),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Text, primary_key=True),
    # Empty: to the staff.
    sa.Column("subscription", Text, nullable=False, index=True),
    sa.Column("channel", Text, nullable=False),
    sa.Column("kind", Text, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("made", Text, nullable=False, index=True),
    sa.Column("state", Text, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", Text, nullable=False),
    sa.Column("problem", Text, nullable=False),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Text, nullable=False, index=True),
    sa.Column("mark", Text, nullable=False, index=True),
    sa.Column("who", Text, nullable=False, index=True),
)
"""Who asked for a mail to whom in the last day, as marks: what the limits count."""

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("mark", Text, primary_key=True),
    sa.Column("at", Text, nullable=False),
)


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """`target` is a sealed address or URL, `mark` what it is recognised by. Instants are ISO strings, Asia/Tokyo.

    `query` are the parameters of a search, or `programme=<id>`. `confirmed` is "" until its owner agreed; nothing is
    sent before. Of the source's changes those of runs up to `told_to` (an id) are dealt with; `digest` is the day of
    the next digest; `failures` count what the target refused in a row.
    """

    id: str
    channel: str
    target: str
    mark: str
    query: str
    frequency: str
    deadlines: bool
    created: str
    confirmed: str = ""
    told_to: int = 0
    digest: str = ""
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Something to be sent once. `channel`: mail or webhook; `content` is what it says, without any address.

    `state`: waiting (not before `due`), sending (handed over, no answer yet), sent, unsure (handed over, and the
    answer never came), failed (given up). `id` is also the mail's Message-ID and the webhook's id.
    """

    id: str
    subscription: str
    channel: str
    kind: str
    content: dict[str, Any] = field(default_factory=dict)
    made: str
    state: str = "waiting"
    attempts: int = 0
    due: str = ""
    problem: str = ""


class AlertReading(Reading):
    """Readers of subscriptions and deliveries."""

    def subscription(self, id: str) -> Subscription | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(subscriptions).where(subscriptions.c.id == id)).first()
        return Subscription(**row._mapping) if row else None

    def subscriptions(self) -> Iterator[Subscription]:
        """All that are confirmed, in order of what they ask for: equal questions come together."""
        query = sa.select(subscriptions).where(subscriptions.c.confirmed != "")
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(subscriptions.c.query, subscriptions.c.id)).all()
        yield from (Subscription(**row._mapping) for row in rows)

    def subscribed(self, mark: str) -> list[Subscription]:
        """Everything asked for by one target, confirmed or not."""
        query = sa.select(subscriptions).where(subscriptions.c.mark == mark).order_by(subscriptions.c.id)
        with self.engine.connect() as connection:
            return [Subscription(**row._mapping) for row in connection.execute(query)]

    def counted_subscriptions(self) -> dict[str, int]:
        """How many are confirmed, by channel."""
        query = sa.select(subscriptions.c.channel, sa.func.count()).where(subscriptions.c.confirmed != "")
        with self.engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(subscriptions.c.channel))}

    def told(self, subscription: str) -> dict[tuple[str, str], str]:
        """When it was told what: instants by (programme, event)."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(told).where(told.c.subscription == subscription))
            return {(row.programme, row.event): row.at for row in rows}

    def dropped(self, subscription: str) -> set[str]:
        """Programmes of which it does not want to hear."""
        query = sa.select(dropped.c.programme).where(dropped.c.subscription == subscription)
        with self.engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def delivery(self, id: str) -> Delivery | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(deliveries).where(deliveries.c.id == id)).first()
        return Delivery(**row._mapping) if row else None

    def deliveries(self, subscription: str, limit: int = 20) -> list[Delivery]:
        """The latest to one subscription, newest first."""
        query = sa.select(deliveries).where(deliveries.c.subscription == subscription)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(deliveries.c.made.desc(), deliveries.c.id).limit(limit))
            return [Delivery(**row._mapping) for row in rows]

    def due_deliveries(self, now: str, limit: int) -> list[Delivery]:
        """What waits to be sent, the longest due first."""
        query = sa.select(deliveries).where(deliveries.c.state == "waiting", deliveries.c.due <= now)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(deliveries.c.due, deliveries.c.id).limit(limit))
            return [Delivery(**row._mapping) for row in rows]

    def counted_deliveries(self, since: str) -> dict[tuple[str, str, str], int]:
        """How many were made since then, by (channel, kind, state)."""
        by = (deliveries.c.channel, deliveries.c.kind, deliveries.c.state)
        query = sa.select(*by, sa.func.count()).where(deliveries.c.made >= since).group_by(*by)
        with self.engine.connect() as connection:
            return {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}

    def asked(self, since: str, *, mark: str = "", who: str = "") -> int:
        """How many requests there were since then: about one target, by one requester, or all."""
        query = sa.select(sa.func.count()).select_from(requests).where(requests.c.at >= since)
        query = query.where(requests.c.mark == mark) if mark else query
        query = query.where(requests.c.who == who) if who else query
        with self.engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def refused(self, mark: str) -> bool:
        """Did the owner of this target say that nothing may be sent there?"""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(refusals.c.mark).where(refusals.c.mark == mark)).first() is not None


class AlertWriting(Writing):
    """Writers of subscriptions and deliveries."""

    def add_subscription(self, subscription: Subscription) -> None:
        self.connection.execute(sa.insert(subscriptions), [asdict(subscription)])

    def set_subscription(self, id: str, values: Mapping[str, Any]) -> bool:
        """Changes a subscription; False where there is none."""
        query = sa.update(subscriptions).where(subscriptions.c.id == id).values(dict(values))
        return bool(self.connection.execute(query).rowcount)

    def count_failure(self, id: str) -> None:
        values = {"failures": subscriptions.c.failures + 1}
        self.connection.execute(sa.update(subscriptions).where(subscriptions.c.id == id).values(values))

    def erase_subscription(self, id: str) -> None:
        """The subscription, its target, and everything that was ever told to it."""
        for table in (told, dropped, deliveries):
            self.connection.execute(sa.delete(table).where(table.c.subscription == id))
        self.connection.execute(sa.delete(subscriptions).where(subscriptions.c.id == id))

    def erase_unconfirmed(self, before: str) -> int:
        """Forgets whoever did not confirm; returns how many."""
        query = sa.select(subscriptions.c.id).where(subscriptions.c.confirmed == "", subscriptions.c.created < before)
        ids = list(self.connection.execute(query).scalars())
        for id in ids:
            self.erase_subscription(id)
        return len(ids)

    def tell(self, subscription: str, events: Iterable[tuple[str, str]], at: str) -> None:
        """Notes that it is told these (programme, event)."""
        rows = [{"subscription": subscription, "programme": id, "event": event, "at": at} for id, event in events]
        if rows:
            self.connection.execute(sa.insert(told), rows)

    def drop(self, subscription: str, programme: str, at: str) -> None:
        self.pick_up(subscription, programme)
        row = {"subscription": subscription, "programme": programme, "at": at}
        self.connection.execute(sa.insert(dropped), [row])

    def pick_up(self, subscription: str, programme: str) -> None:
        """Undoes `drop`."""
        where = (dropped.c.subscription == subscription, dropped.c.programme == programme)
        self.connection.execute(sa.delete(dropped).where(*where))

    def queue(self, made: Sequence[Delivery]) -> None:
        if made:
            self.connection.execute(sa.insert(deliveries), [asdict(each) for each in made])

    def move(self, delivery: Delivery, **values: Any) -> bool:
        """Changes a delivery, unless somebody else did: False where its state or turn is no longer this one."""
        same = (deliveries.c.state == delivery.state, deliveries.c.due == delivery.due)
        query = sa.update(deliveries).where(deliveries.c.id == delivery.id, *same).values(values)
        return bool(self.connection.execute(query).rowcount)

    def settle(self, before: str, channel: str, state: str, problem: str) -> int:
        """What was handed over before then and never answered for comes into another state; returns how many."""
        stuck = (deliveries.c.state == "sending", deliveries.c.due < before, deliveries.c.channel == channel)
        values = {"state": state, "problem": problem}
        return self.connection.execute(sa.update(deliveries).where(*stuck).values(values)).rowcount

    def bring_back(self, after: str, due: str) -> int:
        """What is due after then, which cannot be, is due at another instant; returns how many."""
        open = (deliveries.c.state.in_(("waiting", "sending")), deliveries.c.due > after)
        return self.connection.execute(sa.update(deliveries).where(*open).values(due=due)).rowcount

    def note_request(self, at: str, mark: str, who: str) -> None:
        self.connection.execute(sa.insert(requests), [{"at": at, "mark": mark, "who": who}])

    def refuse(self, mark: str, at: str) -> None:
        self._upsert(refusals, refusals.c.mark, mark, {"at": at})

    def forget(self, *, requests_before: str, refusals_before: str, told_before: str, made_before: str) -> None:
        """Erases what is older than anybody needs."""
        self.connection.execute(sa.delete(requests).where(requests.c.at < requests_before))
        self.connection.execute(sa.delete(refusals).where(refusals.c.at < refusals_before))
        self.connection.execute(sa.delete(told).where(told.c.at < told_before))
        over = (deliveries.c.made < made_before, deliveries.c.state.not_in(("waiting", "sending")))
        self.connection.execute(sa.delete(deliveries).where(*over))

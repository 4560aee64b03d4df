"""Who asked for what: asked for, confirmed, changed, ended. Nothing tells a stranger whether an address is known."""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from indexer.keys import Keys
from indexer.schema import JST
from indexer.store import Delivery, Store, Subscription, stamp

UNCONFIRMED_DAYS = 3
"""An address that nobody confirmed is erased after so many days."""
REFUSAL_DAYS = 180
"""So long nothing is sent to whoever said so."""
A_DAY_TO_ONE = 3
"""Mails a day that strangers can have sent to one address."""
AN_HOUR_FROM_ONE = 10
AN_HOUR = 300
"""Requests an hour by one requester, and by all together."""
MOST_EACH = 30
"""Subscriptions of one target."""
LONGEST_ADDRESS = 254

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class Channel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"


class TooMany(Exception):
    """More was asked for than anybody needs. `owner`: it is the target's own doing, which it may be told."""

    def __init__(self, owner: bool = False) -> None:
        super().__init__("too many")
        self.owner = owner


def address(typed: str) -> str | None:
    """The address as mail servers write it; None if it is none.

    >>> address(" Ｓｈｏｐ＠Example.JP "), address("a@b"), address("a@b.jp, c@d.jp"), address("a\\n@b.jp")
    ('Shop@example.jp', None, None, None)
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if len(text) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        return None
    name, _, host = text.rpartition("@")
    return f"{name}@{host.lower()}"


def marked(keys: Keys, target: str) -> str:
    """What a target is recognised by; the same for other spellings of one mailbox (a+shop@ is a@)."""
    name, at, host = target.lower().rpartition("@")
    return keys.mark(f"{name.partition('+')[0]}@{host}" if at and "/" not in target else target)


def requester(keys: Keys, client: str, now: datetime) -> str:
    """Who asks, as a mark that means nothing tomorrow: an IPv4 address or the network of an IPv6 one."""
    try:
        found = ip_address(client)
        client = str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else client
    except ValueError:
        pass
    return keys.mark(f"{client} {now.astimezone(JST):%Y-%m-%d}")


def next_digest(frequency: str, now: datetime) -> str:
    """The day of the next digest behind today: tomorrow, or the next Monday.

    >>> monday = datetime(2026, 8, 24, 7, tzinfo=JST)
    >>> next_digest("daily", monday), next_digest("weekly", monday)
    ('2026-08-25', '2026-08-31')
    """
    today = now.astimezone(JST).date()
    return (today + timedelta(days=1 if frequency == Frequency.DAILY else 7 - today.weekday())).isoformat()


def published_to(store: Store) -> int:
    """The id of the last run whose changes the publication shows."""
    return int((store.fact("publication") or {}).get("run", 0))


class Desk:
    """Takes what people ask for. `now` is the instant of their request."""

    def __init__(self, store: Store, keys: Keys, now: datetime) -> None:
        self.store, self.keys, self.now = store, keys, now

    def ask(self, target: str, query: str, frequency: str, deadlines: bool, *, who: str) -> None:
        """Has a mail sent in which the owner of this address can confirm. TooMany where the requester asks too often.

        What becomes of it is the same for whoever asks: an address that had enough, or refused, gets nothing.
        """
        mark = marked(self.keys, target)
        self._count(mark, who)
        a_day_ago = stamp(self.now - timedelta(days=1))
        if self.store.refused(mark) or self.store.asked(a_day_ago, mark=mark) > A_DAY_TO_ONE:
            return
        with self.store.transaction() as writer:
            # Looked up where nobody else writes: who presses the button twice asks once.
            known = next((each for each in self.store.subscribed(mark) if each.query == query), None)
            if known is None:
                known = self._made(Channel.MAIL, target, mark, query, frequency, deadlines)
                writer.add_subscription(known)
            elif not known.confirmed:
                values = {"frequency": frequency, "deadlines": deadlines, "created": stamp(self.now)}
                writer.set_subscription(known.id, values)
            kind = "known" if known.confirmed else "confirm"
            writer.queue([queued(known, kind, {}, self.now)])

    def add_webhook(self, url: str, query: str, deadlines: bool) -> Subscription:
        """A webhook that has answered its challenge. TooMany where it has enough subscriptions."""
        mark = marked(self.keys, url)
        others = self.store.subscribed(mark)
        if len(others) >= MOST_EACH:
            raise TooMany(owner=True)
        made = self._made(Channel.WEBHOOK, url, mark, query, Frequency.DAILY, deadlines)
        with self.store.transaction() as writer:
            writer.add_subscription(made)
            writer.set_subscription(made.id, self._begun(made))
        return self.store.subscription(made.id) or made

    def count_webhook(self, url: str, who: str) -> None:
        """Notes that somebody has us ask a webhook. TooMany where that is too often."""
        mark = marked(self.keys, url)
        self._count(mark, who)
        if self.store.asked(stamp(self.now - timedelta(days=1)), mark=mark) > AN_HOUR_FROM_ONE:
            raise TooMany

    def confirm(self, subscription: Subscription) -> None:
        """Its owner agrees. TooMany where there are enough subscriptions already. Twice is as good as once."""
        if subscription.confirmed:
            return
        if sum(bool(each.confirmed) for each in self.store.subscribed(subscription.mark)) >= MOST_EACH:
            raise TooMany(owner=True)
        with self.store.transaction() as writer:
            writer.set_subscription(subscription.id, self._begun(subscription))

    def change(self, subscription: Subscription, frequency: str, deadlines: bool) -> None:
        values = {"frequency": frequency, "deadlines": deadlines, "digest": next_digest(frequency, self.now)}
        with self.store.transaction() as writer:
            writer.set_subscription(subscription.id, values)

    def refuse(self, subscription: Subscription) -> None:
        """The owner of the address never asked: what nobody confirmed goes, and no more is sent for a while."""
        with self.store.transaction() as writer:
            for each in self.store.subscribed(subscription.mark):
                if not each.confirmed:
                    writer.erase_subscription(each.id)
            writer.refuse(subscription.mark, stamp(self.now))

    def _count(self, mark: str, who: str) -> None:
        an_hour_ago = stamp(self.now - timedelta(hours=1))
        if self.store.asked(an_hour_ago, who=who) >= AN_HOUR_FROM_ONE or self.store.asked(an_hour_ago) >= AN_HOUR:
            raise TooMany
        with self.store.transaction() as writer:
            writer.note_request(stamp(self.now), mark, who)

    def _made(self, channel: str, target: str, mark: str, query: str, frequency: str, deadlines: bool) -> Subscription:
        return Subscription(
            id=secrets.token_urlsafe(12),
            channel=channel,
            target=self.keys.seal(target),
            mark=mark,
            query=query,
            frequency=frequency,
            deadlines=deadlines,
            created=stamp(self.now),
        )

    def _begun(self, subscription: Subscription) -> dict[str, str | int]:
        # What is shown already is no news: the next publication's is.
        return {
            "confirmed": stamp(self.now),
            "told_to": published_to(self.store),
            "digest": next_digest(subscription.frequency, self.now),
        }


def queued(subscription: Subscription | None, kind: str, content: dict[str, object], now: datetime) -> Delivery:
    """Something to be sent to a subscription at once."""
    return Delivery(
        id=secrets.token_urlsafe(15),
        subscription=subscription.id if subscription else "",
        channel=subscription.channel if subscription else Channel.MAIL,
        kind=kind,
        content=content,
        made=stamp(now),
        due=stamp(now),
    )


def tidy(store: Store, now: datetime) -> int:
    """Erases what nobody confirmed in time, and what nobody needs any more; returns how many addresses went."""

    def ago(**span: int) -> str:
        return stamp(now - timedelta(**span))

    with store.transaction() as writer:
        writer.forget(
            requests_before=ago(days=1),
            refusals_before=ago(days=REFUSAL_DAYS),
            told_before=ago(days=400),
            made_before=ago(days=60),
        )
        return writer.erase_unconfirmed(ago(days=UNCONFIRMED_DAYS))

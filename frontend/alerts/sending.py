"""Puts deliveries into words and hands them over: what `indexer.alerts.outbox` calls for each channel."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from frontend.alerts.links import Links
from frontend.alerts.mails import Writer, described
from indexer.alerts import webhook
from indexer.alerts.mail import Mailer
from indexer.alerts.outbox import Begin, Outbox, Refused
from indexer.alerts.subscriptions import Channel
from indexer.keys import Keys
from indexer.settings import Clock, Settings
from indexer.store import Delivery, Store, Subscription

TYPES = {"digest": "shien.digest", "staff": "shien.staff"}
"""The `type` of a webhook's payload."""


def secret_of(keys: Keys, subscription: Subscription) -> bytes:
    """What signs the payloads of one webhook."""
    return keys.key(f"webhook:{subscription.id}")


class Sender:
    """Sends one delivery by the channel it is for."""

    def __init__(self, settings: Settings, store: Store, keys: Keys, clock: Clock) -> None:
        self.settings, self.store, self.keys, self.clock = settings, store, keys, clock
        self.mailer = Mailer(settings)
        self.writer = Writer(settings, store)

    def mail(self, delivery: Delivery, begin: Begin) -> None:
        now = self.clock()
        if delivery.kind == "staff":
            self.mailer.send(self.writer.staff(delivery, now), delivery.content["to"], begin)
            return
        subscription = self._of(delivery)
        links = Links(self.settings, self.keys, subscription)
        write = self.writer.digest if delivery.kind == "digest" else self.writer.confirm
        message = write(delivery, subscription, links, now)
        to = self.keys.open(subscription.target)
        message["To"] = to
        self.mailer.send(message, to, begin)

    def webhook(self, delivery: Delivery, begin: Begin) -> None:
        now = self.clock()
        payload: dict[str, Any] = {"type": TYPES[delivery.kind], "timestamp": now.isoformat(timespec="seconds")}
        if delivery.kind == "staff":
            written = self.settings.staff_webhook_secret
            # `text` is what chat systems show of a webhook.
            payload |= {"text": f"{delivery.content['subject']}\n{delivery.content['text']}", "data": delivery.content}
            secret, url = webhook.read(written) if written else b"", self.settings.staff_webhook
            # The operator chose this address.
            private = webhook.networks("0.0.0.0/0,::/0")
        else:
            subscription = self._of(delivery)
            links = Links(self.settings, self.keys, subscription)
            what = {"what": described(self.store, subscription.query, now), "search": links.search}
            payload |= {"data": what | {"unsubscribe": links.unsubscribe} | delivery.content}
            secret, url = secret_of(self.keys, subscription), self.keys.open(subscription.target)
            private = webhook.networks(self.settings.webhook_networks)
        webhook.post(url, payload, secret=secret, id=delivery.id, at=now, private=private, begin=begin)

    def _of(self, delivery: Delivery) -> Subscription:
        found = self.store.subscription(delivery.subscription)
        if found is None or (delivery.kind == "digest" and not found.confirmed):
            raise Refused("nobody asks for it any more")
        return found


@contextmanager
def outbox(settings: Settings, store: Store, keys: Keys, clock: Clock) -> Iterator[Outbox]:
    """What waits, and whoever can send it; the connection to the mail server ends with it."""
    sender = Sender(settings, store, keys, clock)
    senders = {Channel.WEBHOOK.value: sender.webhook}
    if settings.smtp_host:
        senders[Channel.MAIL.value] = sender.mail
    try:
        yield Outbox(store, senders, clock)
    finally:
        sender.mailer.close()

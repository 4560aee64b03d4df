"""Everything is sent once: over failures, over deaths, and with several who send."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontend.alerts.sending import outbox
from indexer.alerts.outbox import ENOUGH_FAILURES, LEASE, RETRY_MINUTES, Begin, Outbox, Refused, Unsent, Unsure
from indexer.alerts.subscriptions import Desk, marked, queued
from indexer.keys import SecretError, keys
from indexer.settings import Settings
from indexer.store import Delivery, Store, Subscription
from tests.alerts.conftest import Hook, Post
from tests.conftest import ROOT
from tests.samples import NOW

TO = "owner@example.jp"


def confirmed(store: Store, settings: Settings, to: str = TO) -> Subscription:
    desk = Desk(store, keys(settings), NOW)
    desk.ask(to, "q=x", "daily", True, who="somebody")
    [found] = store.subscribed(marked(keys(settings), to))
    desk.confirm(found)
    with store.transaction() as writer:
        for each in store.deliveries(found.id):
            writer.move(each, state="sent")
    return found


def queue(store: Store, subscription: Subscription, at: datetime = NOW) -> Delivery:
    made = queued(subscription, "digest", {"items": []}, at)
    with store.transaction() as writer:
        writer.queue([made])
    return made


class Line:
    """A channel that does what it is told."""

    def __init__(self, store: Store, do: Callable[[int], Exception | None]) -> None:
        self.store, self.do, self.sent, self.now = store, do, 0, NOW

    def send(self, delivery: Delivery, begin: Begin) -> None:
        begin()
        problem = self.do(self.sent)
        self.sent += 1
        if problem:
            raise problem

    def run(self) -> dict[str, int]:
        return dict(Outbox(self.store, {"mail": self.send, "webhook": self.send}, lambda: self.now).run())


@pytest.fixture
def settings(store: Store, tmp_path: Path) -> Settings:
    url = store.engine.url.render_as_string(hide_password=False)
    return Settings(var=tmp_path, database_url=url, public_url="https://shien.example.jp", smtp_from="a@example.jp")


def test_what_did_not_arrive_is_tried_again_and_then_given_up(store: Store, settings: Settings) -> None:
    made = queue(store, confirmed(store, settings))
    line = Line(store, lambda _: Unsent("away"))
    assert line.run() == {"waiting": 1}
    assert line.run() == {}, "not at once"
    for minutes in RETRY_MINUTES[:-1]:
        line.now += timedelta(minutes=minutes)
        assert line.run() == {"waiting": 1}
    line.now += timedelta(minutes=RETRY_MINUTES[-1])
    assert line.run() == {"failed": 1}
    line.now += timedelta(days=30)
    assert line.run() == {}
    assert line.sent == len(RETRY_MINUTES) + 1
    found = store.delivery(made.id)
    assert found and (found.state, found.problem) == ("failed", "away")


def test_a_target_that_keeps_refusing_is_forgotten(store: Store, settings: Settings) -> None:
    subscription = confirmed(store, settings)
    line = Line(store, lambda _: Refused("550 no such user"))
    for number in range(ENOUGH_FAILURES):
        assert store.subscription(subscription.id), number
        queue(store, subscription)
        assert line.run() == {"failed": 1}
    assert store.subscription(subscription.id) is None and store.deliveries(subscription.id) == []


def test_a_week_without_our_own_mail_server_costs_nobody_their_alerts(store: Store, settings: Settings) -> None:
    subscription = confirmed(store, settings)
    nowhere = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"})
    now, ended = NOW, 0
    for _ in range(ENOUGH_FAILURES + 1):
        queue(store, subscription, now)
        for minutes in (0, *RETRY_MINUTES):
            now += timedelta(minutes=minutes)
            with outbox(nowhere, store, keys(nowhere), lambda at=now: at) as waiting:  # type: ignore[misc]
                ended += waiting.run()["failed"]
    assert ended == ENOUGH_FAILURES + 1, "given up, each"
    found = store.subscription(subscription.id)
    assert found and found.failures == 0


@pytest.mark.parametrize("handed_over", [False, True])
@pytest.mark.parametrize("channel", ["mail", "webhook"])
def test_one_that_breaks_its_sender_holds_up_nobody_and_ends(
    store: Store, settings: Settings, channel: str, handed_over: bool
) -> None:
    subscription = confirmed(store, settings)
    bad = replace(queued(subscription, "digest", {"items": []}, NOW - timedelta(hours=1)), channel=channel)
    with store.transaction() as writer:
        writer.queue([bad])
    good, now, sent = queue(store, subscription), NOW, []

    def send(delivery: Delivery, begin: Begin) -> None:
        if delivery.id == bad.id and not handed_over:
            raise UnicodeError("cannot be worded")
        begin()
        if delivery.id == bad.id:
            raise UnicodeError("cannot be sent")
        sent.append(delivery.id)

    for minutes in (0, *RETRY_MINUTES):
        now += timedelta(minutes=minutes)
        Outbox(store, {"mail": send, "webhook": send}, lambda at=now: at).run()  # type: ignore[misc]
    assert sent == [good.id]
    found = store.delivery(bad.id)
    assert found and found.state == ("unsure" if handed_over and channel == "mail" else "failed")


def test_what_is_sealed_with_another_secret_waits_and_holds_up_nobody(store: Store, settings: Settings) -> None:
    made = queue(store, confirmed(store, settings), NOW - timedelta(hours=1))
    staff = queued(None, "staff", {"to": TO}, NOW)
    with store.transaction() as writer:
        writer.queue([staff])

    def send(delivery: Delivery, begin: Begin) -> None:
        if delivery.id == made.id:
            raise SecretError("another one")
        begin()

    with pytest.raises(SecretError):
        Outbox(store, {"mail": send}, lambda: NOW).run()
    states = [each.state for each in (store.delivery(made.id), store.delivery(staff.id)) if each]
    assert states == ["waiting", "sent"]


def test_one_that_arrives_forgives_those_that_did_not(store: Store, settings: Settings) -> None:
    subscription = confirmed(store, settings)
    line = Line(store, lambda sent: Refused("552 full") if sent % 2 == 0 else None)
    for _ in range(ENOUGH_FAILURES * 2):
        queue(store, subscription)
        line.run()
    found = store.subscription(subscription.id)
    assert found and found.failures == 0


def test_a_receiver_that_is_gone_ends_its_subscription(store: Store, settings: Settings) -> None:
    subscription = confirmed(store, settings)
    queue(store, subscription)
    assert Line(store, lambda _: Refused("HTTP 410", gone=True)).run() == {"failed": 1}
    assert store.subscription(subscription.id) is None


def test_what_may_have_arrived_is_never_sent_again(store: Store, settings: Settings) -> None:
    made = queue(store, confirmed(store, settings))
    line = Line(store, lambda _: Unsure("no answer"))
    assert line.run() == {"unsure": 1}
    line.now += timedelta(days=30)
    assert line.run() == {} and line.sent == 1
    found = store.delivery(made.id)
    assert found and found.state == "unsure"


@pytest.mark.parametrize(("state", "ends"), [("waiting", "sent"), ("sending", "unsure")])
def test_what_a_clock_that_was_ahead_put_off_goes_out(store: Store, settings: Settings, state: str, ends: str) -> None:
    made = queue(store, confirmed(store, settings), NOW + timedelta(days=900))
    with store.transaction() as writer:
        writer.move(made, state=state)
    line = Line(store, lambda _: None)
    for _ in range(2):
        line.run()
        line.now += timedelta(seconds=1)
    found = store.delivery(made.id)
    assert found and (found.state, line.sent) == (ends, int(ends == "sent"))


def test_several_senders_send_each_once(store: Store, settings: Settings) -> None:
    subscription = confirmed(store, settings)
    for _ in range(20):
        queue(store, subscription)
    sent: list[str] = []

    def send(delivery: Delivery, begin: Begin) -> None:
        time.sleep(0.005)
        begin()
        sent.append(delivery.id)

    def work() -> None:
        Outbox(store, {"mail": send}, lambda: NOW).run()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(sent) == len(set(sent)) == 20


NIGHT = """
import signal
from indexer.alerts.night import send
from indexer.settings import Settings
def stop(number, frame):
    raise SystemExit(128 + number)
signal.signal(signal.SIGTERM, stop)
send(Settings(), plan=False)
"""


def process(settings: Settings, post: Post, *command: str) -> subprocess.Popen[bytes]:
    """Somebody who sends, in a process of its own."""
    own = {
        "SHIEN_VAR": str(settings.var), "SHIEN_SMTP_HOST": "127.0.0.1", "SHIEN_SMTP_PORT": str(post.port),
        "SHIEN_SMTP_SECURITY": "none", "SHIEN_SMTP_FROM": "a@example.jp", "SHIEN_NOW": NOW.isoformat(),
        "SHIEN_PUBLIC_URL": settings.public_url, "SHIEN_DATABASE_URL": settings.database_url,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, *(command or ("-m", "frontend.alerts"))], env=os.environ | own, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def mailed(settings: Settings, post: Post, now: datetime) -> dict[str, int]:
    values = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none"})
    store = Store(settings.store_url)
    with outbox(values, store, keys(values), lambda: now) as waiting:
        done = waiting.run()
    store.close()
    return dict(done)


@pytest.mark.parametrize("stage", ["before", "handed over"])
def test_a_sender_that_is_killed(store: Store, settings: Settings, post: Post, stage: str) -> None:
    made = queue(store, confirmed(store, settings))
    post.held = threading.Event()
    post.held_at = "RCPT" if stage == "before" else "DATA"
    killed = process(settings, post)
    assert post.arrived.wait(30), killed.stderr and killed.stderr.read()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    post.held.set()
    post.held = None
    assert mailed(settings, post, NOW + timedelta(seconds=1)) == {}, "it may still be at work"
    done = mailed(settings, post, NOW + LEASE + timedelta(seconds=1))
    found = store.delivery(made.id)
    assert found
    # Once it was handed over nobody can know, and a mail that may be missing is chosen over one that comes twice.
    assert (done, found.state) == (({"sent": 1}, "sent") if stage == "before" else ({}, "unsure"))
    assert len(post.raw) == 1


def test_a_night_that_is_stopped_ends_behind_the_mail_that_is_on_its_way(
    store: Store, settings: Settings, post: Post
) -> None:
    subscription = confirmed(store, settings)
    first, second = queue(store, subscription, NOW - timedelta(seconds=1)), queue(store, subscription)
    post.held = threading.Event()
    stopped = process(settings, post, "-c", NIGHT)
    assert post.arrived.wait(30), stopped.stderr and stopped.stderr.read()
    stopped.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    post.held.set()
    assert stopped.wait(30) == 128 + signal.SIGTERM
    stopped.communicate()
    assert [found.state for each in (first, second) if (found := store.delivery(each.id))] == ["sent", "waiting"]
    assert len(post.raw) == 1


def test_a_webhook_whose_sender_died_is_asked_again_with_the_same_id(
    store: Store, settings: Settings, hook: Hook
) -> None:
    values = settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    subscription = Desk(store, keys(values), NOW).add_webhook(hook.url, "q=x", True)
    made = queue(store, subscription)
    with store.transaction() as writer:
        assert writer.move(made, state="sending", attempts=1)
    later = NOW + timedelta(minutes=20)
    with outbox(values, store, keys(values), lambda: later) as waiting:
        assert dict(waiting.run()) == {"sent": 1}
    assert [head["webhook-id"] for _, head, _ in hook.got] == [made.id]


def test_who_left_meanwhile_gets_nothing(store: Store, settings: Settings, post: Post) -> None:
    subscription = confirmed(store, settings)
    made = queue(store, subscription)
    with store.transaction() as writer:
        writer.erase_subscription(subscription.id)
        writer.queue([replace(made, id="left-over")])
    assert mailed(settings, post, NOW) == {"failed": 1}
    assert post.raw == []


def test_sending_stops_between_two_messages(store: Store, settings: Settings) -> None:
    subscription = confirmed(store, settings)
    for _ in range(5):
        queue(store, subscription)
    sent: list[Any] = []

    def send(delivery: Delivery, begin: Begin) -> None:
        begin()
        sent.append(delivery.id)

    assert Outbox(store, {"mail": send}, lambda: NOW).run(lambda: len(sent) >= 2) == {"sent": 2}
    assert Outbox(store, {"mail": send}, lambda: NOW).run() == {"sent": 3}
    assert len(set(sent)) == 5

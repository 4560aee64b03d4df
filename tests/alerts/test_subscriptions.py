"""Asking, confirming, ending: bounded for who asks, silent to strangers, and nothing left behind."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.alerts.subscriptions import (
    A_DAY_TO_ONE,
    AN_HOUR_FROM_ONE,
    MOST_EACH,
    REFUSAL_DAYS,
    UNCONFIRMED_DAYS,
    Desk,
    TooMany,
    marked,
    requester,
    tidy,
)
from indexer.keys import Keys, SecretError, keys
from indexer.settings import Settings
from indexer.store import Store, Subscription, metadata
from tests.samples import NOW

KEYS = Keys(b"k" * 32)
TO = "owner@example.jp"


def desk(store: Store, at: datetime = NOW) -> Desk:
    return Desk(store, KEYS, at)


def ask(store: Store, to: str = TO, query: str = "q=x", at: datetime = NOW, who: str = "somebody") -> None:
    desk(store, at).ask(to, query, "daily", True, who=who)


def waiting(store: Store) -> list[tuple[str, str]]:
    """What is to be sent: (kind, address)."""
    found = []
    for each in store.due_deliveries("9999", 1000):
        subscription = store.subscription(each.subscription)
        assert subscription
        found.append((each.kind, KEYS.open(subscription.target)))
    return found


@pytest.fixture
def asked(store: Store) -> Iterator[Subscription]:
    ask(store)
    [found] = store.subscribed(marked(KEYS, TO))
    yield found


def test_a_request_becomes_one_mail_that_asks(store: Store, asked: Subscription) -> None:
    assert waiting(store) == [("confirm", TO)]
    assert asked.confirmed == "" and list(store.subscriptions()) == []
    desk(store).confirm(asked)
    [confirmed] = store.subscriptions()
    assert confirmed.confirmed and confirmed.digest == "2026-08-23"


def test_asking_again_is_no_second_subscription(store: Store, asked: Subscription) -> None:
    ask(store)
    assert [each.id for each in store.subscribed(asked.mark)] == [asked.id]
    desk(store).confirm(asked)
    ask(store)
    assert [kind for kind, _ in waiting(store)].count("known") == 1
    assert len(store.subscribed(asked.mark)) == 1


def test_a_button_that_is_pressed_twice_at_once_is_one_subscription(store: Store) -> None:
    for number in range(5):
        to = f"owner{number}@example.jp"
        pressed = [threading.Thread(target=ask, args=(store, to), kwargs={"who": to}) for _ in range(3)]
        for each in pressed:
            each.start()
        for each in pressed:
            each.join()
        assert len(store.subscribed(marked(KEYS, to))) == 1


def test_a_stranger_cannot_fill_somebody_elses_mailbox(store: Store) -> None:
    for number in range(20):
        # Other searches, other requesters, other spellings of the mailbox: it stays one mailbox.
        ask(store, f"owner+{number}@Example.jp", f"q={number}", who=f"bot {number}")
    assert len(waiting(store)) == A_DAY_TO_ONE
    ask(store, at=NOW + timedelta(days=1, minutes=1))
    assert len(waiting(store)) == A_DAY_TO_ONE + 1


def test_one_requester_cannot_write_to_everybody(store: Store) -> None:
    for number in range(AN_HOUR_FROM_ONE):
        ask(store, f"victim{number}@example.jp")
    with pytest.raises(TooMany):
        ask(store, "another@example.jp")
    assert len(waiting(store)) == AN_HOUR_FROM_ONE
    ask(store, "another@example.jp", at=NOW + timedelta(hours=2))


def test_everybody_together_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.alerts.subscriptions.AN_HOUR", 5)
    for number in range(5):
        ask(store, f"victim{number}@example.jp", who=f"bot {number}")
    with pytest.raises(TooMany):
        ask(store, "another@example.jp", who="somebody else")


def test_who_refuses_is_left_alone(store: Store, asked: Subscription) -> None:
    desk(store).refuse(asked)
    assert store.subscribed(asked.mark) == [] and waiting(store) == []
    ask(store, at=NOW + timedelta(days=30), who="another")
    assert waiting(store) == []
    later = NOW + timedelta(days=REFUSAL_DAYS + 1)
    tidy(store, later)
    ask(store, at=later)
    assert waiting(store) == [("confirm", TO)]


def test_a_confirmed_one_survives_that_a_stranger_is_refused(store: Store, asked: Subscription) -> None:
    desk(store).confirm(asked)
    ask(store, query="q=other")
    other = next(each for each in store.subscribed(asked.mark) if not each.confirmed)
    desk(store).refuse(other)
    assert [each.id for each in store.subscribed(asked.mark)] == [asked.id]


def test_what_nobody_confirms_is_erased(store: Store, asked: Subscription) -> None:
    assert tidy(store, NOW + timedelta(days=UNCONFIRMED_DAYS)) == 0
    assert tidy(store, NOW + timedelta(days=UNCONFIRMED_DAYS, seconds=1)) == 1
    assert store.subscription(asked.id) is None and waiting(store) == []
    ask(store, "second@example.jp")
    [second] = store.subscribed(marked(KEYS, "second@example.jp"))
    desk(store).confirm(second)
    assert tidy(store, NOW + timedelta(days=300)) == 0, "who confirmed stays"


def test_so_many_and_no_more(store: Store) -> None:
    for number in range(MOST_EACH + 1):
        ask(store, query=f"q={number}", at=NOW + timedelta(days=number))
    everything = store.subscribed(marked(KEYS, TO))
    for each in everything[:MOST_EACH]:
        desk(store).confirm(each)
    with pytest.raises(TooMany) as caught:
        desk(store).confirm(everything[MOST_EACH])
    assert caught.value.owner


def test_nothing_in_the_store_tells_an_address(store: Store, asked: Subscription) -> None:
    desk(store).confirm(asked)
    with store.transaction() as writer:
        writer.tell(asked.id, [("invented-1", "new")], "2026-08-22")
        writer.drop(asked.id, "invented-2", "2026-08-22")
    with store.engine.connect() as connection:
        kept = "".join(str(connection.execute(sa.select(each)).all()) for each in metadata.sorted_tables)
    assert asked.id in kept
    assert "owner" not in kept and "example.jp" not in kept


def test_who_leaves_leaves_nothing(store: Store, asked: Subscription) -> None:
    desk(store).confirm(asked)
    with store.transaction() as writer:
        writer.tell(asked.id, [("invented-1", "new")], "2026-08-22")
        writer.drop(asked.id, "invented-2", "2026-08-22")
        writer.erase_subscription(asked.id)
    assert store.subscription(asked.id) is None
    assert (store.told(asked.id), store.dropped(asked.id), store.deliveries(asked.id)) == ({}, set(), [])


def test_requesters_mean_nothing_the_next_day() -> None:
    marks = [requester(KEYS, each, NOW) for each in ("203.0.113.7", "203.0.113.8", "2001:db8::1", "2001:db8::2")]
    assert len(set(marks)) == 3, "a network of IPv6 is one requester"
    assert requester(KEYS, "203.0.113.7", NOW + timedelta(days=1)) != marks[0]


def test_the_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    first, second = keys(Settings(var=tmp_path)), keys(Settings(var=tmp_path))
    assert second.open(first.seal("a@example.jp")) == "a@example.jp"
    path = tmp_path / "secret"
    assert path.stat().st_mode & 0o777 == 0o600 and len(path.read_bytes()) > 30
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
    other = keys(Settings(var=tmp_path, secret="another secret of ours"))
    with pytest.raises(SecretError, match="SHIEN_SECRET"):
        other.open(first.seal("x"))
    assert first.id_of("manage", other.token("manage", "a")) is None
    with pytest.raises(SecretError, match="shorter"):
        keys(Settings(secret="short"))


@pytest.mark.parametrize("token", ["", ".", "a", "a.", "a.b", "あ.い", "a.b.c", "x" * 5000])
def test_tokens_that_nobody_made(token: str) -> None:
    assert KEYS.id_of("manage", token) is None

"""What subscribers are told over a few days, on the real engine: once each, and only what happened at the source."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crawlers.items import Notice
from frontend.alerts.planning import plan
from indexer.alerts.night import due
from indexer.alerts.subscriptions import Desk, marked
from indexer.engine import Endpoint
from indexer.ingest import reread
from indexer.keys import keys
from indexer.normalise.programme import normalise
from indexer.publish import publish
from indexer.schema import Kind
from indexer.store import Subscription
from tests.days import SIX, Days, entry, notice, until

pytestmark = pytest.mark.engine


@pytest.fixture
def days(tmp_path: Path, where: Endpoint) -> Iterator[Days]:
    made = Days(tmp_path, where, public_url="https://shien.example.jp")
    yield made
    asyncio.run(made.services.close())


def subscribe(days: Days, query: str = "", frequency: str = "daily", *, deadlines: bool = False) -> Subscription:
    """Confirmed at the site's now."""
    desk = Desk(days.store, keys(days.settings), days.now)
    to = f"{len(list(days.store.subscriptions()))}@example.jp"
    desk.ask(to, query, frequency, deadlines, who=to)
    [found] = days.store.subscribed(marked(desk.keys, to))
    desk.confirm(found)
    return found


def told(days: Days, subscription: Subscription) -> dict[str, list[str]]:
    """Plans this day; the events of each programme in the message that came of it."""
    before = {each.id for each in days.store.deliveries(subscription.id, 1000)}

    async def planned() -> None:
        try:
            await plan(days.services)
        finally:
            await days.services.searcher.close()

    asyncio.run(planned())
    made = [each for each in days.store.deliveries(subscription.id, 1000) if each.id not in before]
    assert len(made) <= 1, "a message a day at the most"
    return {item["programme"]["id"]: item["events"] for each in made for item in each.content["items"]}


def extended(each: Notice, closes: str = "2027-01-29T08:00Z") -> Notice:
    return replace(each, periods=until(closes))


def test_only_what_happens_from_now_on_is_told_and_once(days: Days) -> None:
    days.day(0, SIX)
    follower = subscribe(days)
    assert told(days, follower) == {}
    days.day(1, [*SIX, entry(7)])
    assert told(days, follower) == {"invented-7": ["new"]}
    assert told(days, follower) == {}, "planned twice on one day"
    days.day(2, [*SIX, entry(7)])
    assert told(days, follower) == {}, "an unchanged day"
    days.day(3, [extended(SIX[0]), replace(SIX[1], amount="2000000"), *SIX[3:], entry(7)])
    assert told(days, follower) == {
        "invented-1": ["extended:2027-01-29T17:00"],
        "invented-2": ["amount:2000000"],
        "invented-3": [f"vanished:{days.now.isoformat()}"],
    }
    days.day(4, [extended(SIX[0]), replace(SIX[1], amount="2000000"), *SIX[2:], entry(7)])
    assert told(days, follower) == {"invented-3": [f"reopened:{days.now.isoformat()}"]}
    days.day(5, [extended(SIX[0], "2027-02-26T08:00Z"), replace(SIX[1], amount="2000000"), *SIX[2:], entry(7)])
    assert told(days, follower) == {"invented-1": ["extended:2027-02-26T17:00"]}, "put off once more"
    latecomer = subscribe(days)
    days.day(6, [replace(extended(SIX[0], "2027-02-26T08:00Z"), contact="03"), *SIX[1:], entry(7)])
    assert "invented-1" not in told(days, latecomer), "another change than the one that was before"


def test_what_we_read_better_or_begin_to_read_is_told_to_nobody(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    days.day(0, SIX, code="1")
    follower, hopeful = subscribe(days), subscribe(days, "kind=loan")
    days.day(1, [*SIX, entry(7)], code="1")
    assert told(days, follower) == {"invented-7": ["new"]}
    # Another version of our rules reads each deadline and amount otherwise, and takes everything for loans.

    def otherwise(*given: Any, **more: Any) -> Any:
        found = normalise(*given, **more)
        moved = tuple(each.model_copy(update={"closes": "2027-03-31T17:00"}) for each in found.windows)
        return found.model_copy(update={"windows": moved, "amount": None, "kind": Kind.LOAN})

    with days.store.engine.begin() as connection:
        connection.execute(sa.text("update programmes set rules = 'older'"))
    with monkeypatch.context() as patched:
        patched.setattr("indexer.ingest.normalise", otherwise)
        assert reread(days.store, days.now) == 7
        publish(days.where, days.store, days.now)
    assert told(days, follower) == {} == told(days, hopeful)
    # Another version of the spider finds two more, and other ends.
    days.day(2, [*(extended(each) for each in SIX), entry(7), entry(8), entry(9)], code="2")
    assert told(days, follower) == {} == told(days, hopeful)
    # A source that we begin to read.
    other = [replace(entry(number), source="other") for number in range(20, 24)]
    days.day(3, other, source="other")
    assert told(days, follower) == {}
    days.day(4, [*other, replace(entry(24), source="other")], source="other")
    assert told(days, follower) == {"other-24": ["new"]}


def test_only_what_the_search_finds(days: Days) -> None:
    days.day(0, SIX)
    here = subscribe(days, "area=13104&q=%E8%A8%AD%E5%82%99")
    elsewhere, other = subscribe(days, "area=01"), subscribe(days, "kind=loan")
    days.day(1, [*SIX, entry(7)])
    assert told(days, here) == {"invented-7": ["new"]}
    assert told(days, elsewhere) == {} == told(days, other)


def test_deadlines_are_told_14_7_and_1_days_ahead(days: Days) -> None:
    # The site's first day is August 22nd: 26 days before.
    soon = [entry(1, periods=until("2026-09-17T08:00Z")), *SIX[1:]]
    days.day(0, soon)
    follower, unasked = subscribe(days, deadlines=True), subscribe(days)
    found = {}
    for number in range(1, 28):
        days.day(number, soon)
        if events := told(days, follower):
            found[26 - number] = events
        assert told(days, unasked) == {}
    assert found == {
        14: {"invented-1": ["deadline:14:2026-09-17"]},
        7: {"invented-1": ["deadline:7:2026-09-17"]},
        1: {"invented-1": ["deadline:1:2026-09-17"]},
    }


def test_nights_that_were_missed_are_made_up_for(days: Days) -> None:
    soon = [entry(1, periods=until("2026-09-17T08:00Z")), *SIX[1:]]
    days.day(0, soon)
    follower = subscribe(days, deadlines=True)
    days.day(21, [*soon, entry(7)])
    assert told(days, follower) == {"invented-1": ["deadline:7:2026-09-17"], "invented-7": ["new"]}
    days.day(26, [*soon, entry(7)])
    assert told(days, follower) == {"invented-1": ["deadline:1:2026-09-17"]}, "today is told as well"


def test_a_deadline_that_moves_is_told_anew_and_one_that_we_read_otherwise_is_not(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = [entry(1, periods=until("2026-09-05T08:00Z")), *SIX[1:]]
    days.day(0, soon)
    follower = subscribe(days, deadlines=True)
    days.day(1, soon)
    assert told(days, follower) == {"invented-1": ["deadline:14:2026-09-05"]}

    def a_day_later(*given: Any, **more: Any) -> Any:
        found = normalise(*given, **more)
        moved = tuple(each.model_copy(update={"closes": "2026-09-06T17:00"}) for each in found.windows)
        return found.model_copy(update={"windows": moved}) if found.id == "invented-1" else found

    with days.store.engine.begin() as connection:
        connection.execute(sa.text("update programmes set rules = 'older'"))
    with monkeypatch.context() as patched:
        patched.setattr("indexer.ingest.normalise", a_day_later)
        reread(days.store, days.now)
        days.day(2, soon)
        assert told(days, follower) == {}
    days.day(3, [extended(soon[0], "2026-09-24T08:00Z"), *SIX[1:]])
    assert list(told(days, follower)) == ["invented-1"]
    found = [
        days.day(number, [extended(soon[0], "2026-09-24T08:00Z"), *SIX[1:]]) or told(days, follower)
        for number in (19, 26)
    ]
    assert found == [{"invented-1": ["deadline:14:2026-09-24"]}, {"invented-1": ["deadline:7:2026-09-24"]}]


def test_what_is_new_is_told_once_though_its_deadline_is_near(days: Days) -> None:
    days.day(0, SIX)
    follower = subscribe(days, deadlines=True)
    late = entry(7, periods=until("2026-09-01T08:00Z"))
    days.day(1, [*SIX, late])
    assert told(days, follower) == {"invented-7": ["new", "deadline:14:2026-09-01"]}
    days.day(2, [*SIX, late])
    assert told(days, follower) == {}
    days.day(3, [*SIX, late])
    assert told(days, follower) == {"invented-7": ["deadline:7:2026-09-01"]}


def test_a_weekly_digest_gathers_a_week_and_deadlines_do_not_wait(days: Days) -> None:
    # August 22nd is a Saturday.
    soon = [entry(1, periods=until("2026-09-03T08:00Z")), *SIX[1:]]
    days.day(0, soon)
    weekly = subscribe(days, frequency="weekly", deadlines=True)
    found = {}
    for number in range(1, 10):
        days.day(number, [*soon, *(entry(10 + each) for each in range(1, number + 1))])
        found[days.now.strftime("%a %d")] = sorted(told(days, weekly))
    assert found == {
        "Sun 23": ["invented-1"],
        "Mon 24": ["invented-11", "invented-12"],
        "Tue 25": [], "Wed 26": [],
        "Thu 27": ["invented-1"],
        "Fri 28": [], "Sat 29": [], "Sun 30": [],
        "Mon 31": [f"invented-{each}" for each in range(13, 20)],
    }  # fmt: skip


def test_one_programme_can_be_dropped_and_one_followed(days: Days) -> None:
    days.day(0, SIX)
    follower, of_one = subscribe(days), subscribe(days, "programme=invented-1", deadlines=True)
    with days.store.transaction() as writer:
        writer.drop(follower.id, "invented-1", days.now.isoformat())
    days.day(1, [extended(SIX[0]), extended(SIX[1]), *SIX[2:], entry(7)])
    assert set(told(days, follower)) == {"invented-2", "invented-7"}
    days.day(2, [*SIX[1:], entry(7)])
    assert told(days, of_one) == {"invented-1": [f"vanished:{days.now.isoformat()}"]}


def test_a_second_listing_of_a_known_programme_is_nothing_new(days: Days) -> None:
    same = {
        "title": "架空市 中小企業省エネ設備更新補助金",
        "areas": ("東京都",),
        "official_url": "https://city.example/eco",
    }
    days.day(0, [entry(1, **same), *SIX[1:]])
    others = [replace(notice(number), source="other") for number in range(20, 24)]
    days.day(1, others, source="other")
    follower = subscribe(days)
    twin = replace(entry(1, **same), source="other", url="https://other.example/1")
    days.day(2, [*others, twin, replace(entry(25), source="other")], source="other")
    assert days.store.group("other-1") == days.store.group("invented-1") != []
    assert told(days, follower) == {"other-25": ["new"]}


def test_a_clock_that_was_ahead_for_a_night_silences_nobody(days: Days) -> None:
    days.day(0, SIX)
    daily, weekly = subscribe(days), subscribe(days, frequency="weekly")
    ahead, days.now = days.now, days.now + timedelta(days=900)
    assert told(days, daily) == told(days, weekly) == {}
    days.now = ahead
    assert due(days.settings, days.store, days.now, early=True)
    days.day(1, [*SIX, entry(7)])
    assert told(days, daily) == {"invented-7": ["new"]}
    assert told(days, daily) == {}, "once"
    assert all(each.digest <= "2026-08-24" for each in days.store.subscriptions())


def test_one_plan_is_made_at_a_time(days: Days) -> None:
    days.day(0, SIX)
    follower = subscribe(days)
    days.day(1, [*SIX, entry(7)])
    planning = threading.Thread(target=told, args=(days, follower))
    with days.store.alone("alerts"):
        planning.start()
        planning.join(0.5)
        assert planning.is_alive() and days.store.fact("alerts") is None
    planning.join()
    assert days.store.fact("alerts")


def test_who_is_left_by_a_plan_that_was_stopped_is_told_by_the_next(days: Days) -> None:
    days.day(0, SIX)
    followers = [subscribe(days), subscribe(days, "q=%E8%A8%AD%E5%82%99")]
    days.day(1, [*SIX, entry(7)])
    looked = iter([False, True, False, False])

    async def planned() -> int:
        try:
            return await plan(days.services, stopping=lambda: next(looked))
        finally:
            await days.services.searcher.close()

    def digests() -> list[int]:
        return [sum(made.kind == "digest" for made in days.store.deliveries(each.id)) for each in followers]

    assert (asyncio.run(planned()), digests()) == (1, [1, 0])
    assert days.store.fact("alerts") is None, "today is still to be done"
    assert (asyncio.run(planned()), digests()) == (1, [1, 1])
    assert days.store.fact("alerts")

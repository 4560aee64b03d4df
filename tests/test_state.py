"""Whether one can still apply, at the minute."""

from datetime import datetime

import pytest

from indexer.schema import JST, Basis, EndedEarly, Kind, Role, Window
from indexer.state import State, Timeline, standing, timeline


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


DAY = Window(opens="2026-08-01", closes="2026-08-07", raw="8月1日から7日")
MINUTE = Window(opens="2026-07-01T09:00", closes="2026-08-07T17:00", raw="17時まで")
ROUNDS = (
    Window(opens="2026-04-01", closes="2026-05-29", round=1, raw="第1回"),
    Window(opens="2026-08-20", closes="2026-09-22", round=2, raw="第2回"),
)


@pytest.mark.parametrize(
    ("windows", "now", "state", "left"),
    [
        ((DAY,), "2026-08-07T23:59:59", State.CLOSING, 0),
        ((DAY,), "2026-08-08T00:00", State.CLOSED, None),
        ((DAY,), "2026-07-31T23:59", State.UPCOMING, 1),
        ((MINUTE,), "2026-08-07T16:59:59", State.CLOSING, 0),
        ((MINUTE,), "2026-08-07T17:00:01", State.CLOSED, None),
        ((MINUTE,), "2026-07-02T00:00", State.OPEN, 36),
        # Fourteen days ahead are days of the calendar, as those that are left.
        ((MINUTE,), "2026-07-23T23:59:59", State.OPEN, 15),
        ((MINUTE,), "2026-07-24T00:00", State.CLOSING, 14),
        ((DAY,), "2026-07-24T12:00", State.UPCOMING, 8),
        (ROUNDS, "2026-06-15T12:00", State.UPCOMING, 66),
        (ROUNDS, "2026-09-22T12:00", State.CLOSING, 0),
        ((Window(basis=Basis.ROLLING, raw="随時"),), "2026-01-01T00:00", State.ROLLING, None),
        ((Window(opens="2026-04-01", raw="4月1日から"),), "2026-05-01T00:00", State.UNKNOWN, None),
        ((Window(basis=Basis.SCHEDULED, raw="9月頃予定"),), "2026-05-01T00:00", State.UNKNOWN, None),
        ((Window(basis=Basis.UNTIL_BUDGET, raw="先着順"),), "2026-05-01T00:00", State.ROLLING, None),
        ((), "2026-05-01T00:00", State.UNKNOWN, None),
    ],
)
def test_state_at_the_minute(windows: tuple[Window, ...], now: str, state: State, left: int | None) -> None:
    found = standing(windows, Kind.SUBSIDY, listed=True, now=at(now))
    assert (found.state, found.days_left) == (state, left)


def test_money_that_ran_out_never_shows_as_open() -> None:
    ended = DAY.model_copy(update={"ended_early": EndedEarly(raw="予算上限に達したため終了")})
    assert standing((ended,), Kind.SUBSIDY, listed=True, now=at("2026-08-03T12:00")).state is State.CLOSED
    assert timeline((ended,), Kind.SUBSIDY) == Timeline()


def test_what_its_source_took_down_counts_as_closed() -> None:
    assert standing((DAY,), Kind.SUBSIDY, listed=False, now=at("2026-08-03T12:00")).state is State.CLOSED


def test_an_event_counts_where_nobody_says_until_when_to_sign_up() -> None:
    event = Window(role=Role.EVENT, opens="2026-08-10T13:00", closes="2026-08-10T16:00", raw="8月10日13時〜16時")
    before = at("2026-08-09T12:00")
    assert standing((event,), Kind.SEMINAR, listed=True, now=before).state is State.UPCOMING
    assert standing((event, DAY), Kind.SEMINAR, listed=True, now=before).state is State.CLOSED
    assert standing((event,), Kind.SUBSIDY, listed=True, now=before).state is State.UNKNOWN


def test_midnight_in_japan_ends_the_day_before() -> None:
    window = Window(opens="2026-08-01", closes="2026-08-08T00:00", raw="T15:00Z")
    assert standing((window,), Kind.SUBSIDY, listed=True, now=at("2026-08-07T10:00")).days_left == 0


START = Window(opens="2026-04-01", basis=Basis.UNSPECIFIED, raw="4月1日から")
END = Window(closes="2026-05-30", raw="締め切りは5月30日")


@pytest.mark.parametrize(
    ("windows", "now", "state"),
    [
        # An end that nobody names is not "never".
        ((START,), "2026-03-31T23:59", State.UPCOMING),
        ((START,), "2026-04-01T00:00", State.UNKNOWN),
        ((START,), "2030-01-01T00:00", State.UNKNOWN),
        ((START.model_copy(update={"basis": Basis.SCHEDULED}),), "2026-05-01T00:00", State.UNKNOWN),
        ((START.model_copy(update={"basis": Basis.UNTIL_BUDGET}),), "2026-05-01T00:00", State.ROLLING),
        ((START.model_copy(update={"basis": Basis.UNTIL_CAPACITY}),), "2026-03-01T00:00", State.UPCOMING),
        # A start and an end of the same listing are one window, in either order.
        ((START, END), "2026-03-31T23:59", State.UPCOMING),
        ((END, START), "2026-04-01T00:00", State.OPEN),
        ((START, END), "2026-05-31T00:00", State.CLOSED),
        # An end before the start says nothing about it; neither does that of another round, except that it came later.
        ((END.model_copy(update={"closes": "2026-03-10"}), START), "2026-05-01T00:00", State.UNKNOWN),
        ((START.model_copy(update={"round": 1}), ROUNDS[1]), "2026-03-01T00:00", State.UPCOMING),
        ((START.model_copy(update={"round": 1}), ROUNDS[1]), "2026-09-01T00:00", State.OPEN),
        ((START.model_copy(update={"round": 1}), ROUNDS[1]), "2026-10-01T00:00", State.CLOSED),
        # What is known now, or comes next, is told; only then that nothing is known.
        ((DAY, START.model_copy(update={"opens": "2026-10-01"})), "2026-08-03T00:00", State.CLOSING),
        ((DAY, START.model_copy(update={"opens": "2026-10-01"})), "2026-09-01T00:00", State.UPCOMING),
        ((DAY, START.model_copy(update={"opens": "2026-10-01"})), "2026-10-01T00:00", State.UNKNOWN),
        # Money ran out, and what comes next has only a start.
        (
            (END.model_copy(update={"ended_early": EndedEarly(raw="予算上限に達した")}), START),
            "2026-05-01T00:00",
            State.CLOSED,
        ),
    ],
)
def test_an_end_that_is_not_said_is_not_never(windows: tuple[Window, ...], now: str, state: State) -> None:
    assert standing(windows, Kind.SUBSIDY, listed=True, now=at(now)).state is state


def test_an_event_ends_a_sign_up_of_which_only_the_start_is_said() -> None:
    event = Window(role=Role.EVENT, opens="2026-08-10T13:00", closes="2026-08-10T16:00", raw="8月10日13時〜16時")
    for now, state in (
        ("2026-03-01T00:00", State.UPCOMING),
        ("2026-08-10T14:00", State.CLOSING),
        ("2026-08-11T00:00", State.CLOSED),
    ):
        assert standing((START, event), Kind.SEMINAR, listed=True, now=at(now)).state is state
    begun = event.model_copy(update={"closes": None, "basis": Basis.UNSPECIFIED})
    assert standing((begun,), Kind.SEMINAR, listed=True, now=at("2026-08-11T00:00")).state is State.UNKNOWN

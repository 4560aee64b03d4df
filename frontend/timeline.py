"""Windows as bars over one axis of months, for the drawing on a programme's page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from indexer.schema import JST, Kind, Role, Window, instant
from indexer.state import ENDLESS, State, standing

MARGIN = 0.06
"""Of the line's length, added where a window has no beginning or no end: it runs on into it."""
MOST_TICKS = 6
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
"""Months from one mark of the axis to the next."""
ROOM, YEAR_ROOM = 4.0, 9.0
"""Percent of the line, on a phone: what half of a mark's words takes, without and with the year (January has it)."""


@dataclass(frozen=True)
class Tick:
    at: float
    moment: datetime


@dataclass(frozen=True)
class Row:
    """A window, its own state, and its bar: from `start`, `width` long, in percent; None where it names no date.

    `open_start`, `open_end`: from when or until when is not said, or the end may come before the day named.
    """

    window: Window
    state: State
    start: float | None = None
    width: float = 0.0
    open_start: bool = False
    open_end: bool = False

    @property
    def event(self) -> bool:
        return self.window.role is Role.EVENT


@dataclass(frozen=True)
class Timeline:
    """`today` is in percent of the line, None where no window has a date and nothing can be drawn."""

    rows: tuple[Row, ...]
    today: float | None = None
    ticks: tuple[Tick, ...] = ()


def timeline(windows: Sequence[Window], now: datetime, *, kind: Kind = Kind.SUBSIDY, listed: bool = True) -> Timeline:
    """The windows in the order of time, on a line that also holds today.

    >>> line = timeline([Window(opens="2026-04-01", closes="2026-05-30", raw="")], datetime(2026, 5, 1, tzinfo=JST))
    >>> line.today, [(each.state.value, each.start, each.width) for each in line.rows]
    (50.0, [('open', 0.0, 100.0)])
    """
    ordered = sorted(_together(windows), key=lambda each: each.opens or each.closes or "9")
    states = [_state(each, now, kind, listed) for each in ordered]
    dated = [each for each in ordered if each.opens or each.closes]
    if not dated:
        return Timeline(tuple(Row(window, state) for window, state in zip(ordered, states, strict=True)))
    edges = [edge for each in dated for edge in _edges(each) if edge]
    first, last = min(*edges, now), max(*edges, now)
    margin = max((last - first) * MARGIN, timedelta(days=1))
    first = first if all(_edges(each)[0] for each in dated) else first - margin
    last = last if all(_edges(each)[1] for each in dated) else last + margin

    def position(at: datetime) -> float:
        return round(100 * ((at - first) / (last - first)), 2)

    def row(window: Window, state: State) -> Row:
        if not (window.opens or window.closes):
            return Row(window, state)
        opens, closes = _edges(window)
        start = position(opens) if opens else 0.0
        finish = position(closes) if closes else 100.0
        if window.ended_early and window.ended_early.at:
            finish = min(finish, max(start, position(instant(window.ended_early.at, end=True))))
        return Row(
            window,
            state,
            start,
            round(max(finish - start, 1.0), 2),
            open_start=opens is None,
            open_end=not window.ended_early and (closes is None or window.basis in ENDLESS),
        )

    today = position(now)
    ticks = (Tick(position(each), each) for each in _marks(first, last))
    return Timeline(
        tuple(row(window, state) for window, state in zip(ordered, states, strict=True)),
        today,
        tuple(each for each in ticks if _has_room(each, today)),
    )


def _together(windows: Sequence[Window]) -> list[Window]:
    """Windows that differ in nothing but their places as one, for all of these."""
    alike: dict[Window, list[Window]] = {}
    for each in windows:
        alike.setdefault(each.model_copy(update={"areas": (), "span": None}), []).append(each)
    return [
        group[0].model_copy(update={"areas": _places(group)}) if len(group) > 1 else group[0]
        for group in alike.values()
    ]


def _places(windows: Sequence[Window]) -> tuple[str, ...]:
    """Of all together; none where one of them is for all places."""
    if not all(each.areas for each in windows):
        return ()
    return tuple(dict.fromkeys(code for each in windows for code in each.areas))


def _has_room(tick: Tick, today: float) -> bool:
    """Can its words be read, beside the word for today and within the line?"""
    half = YEAR_ROOM if tick.moment.month == 1 else ROOM
    return half < tick.at < 100 - half and abs(tick.at - today) > half + ROOM


def _edges(window: Window) -> tuple[datetime | None, datetime | None]:
    """When it begins and ends, where that is said. An event of which only the beginning is said ends with its day."""
    ends = window.closes or (window.opens and window.opens[:10] if window.role is Role.EVENT else None)
    return instant(window.opens) if window.opens else None, instant(ends, end=True) if ends else None


def _state(window: Window, now: datetime, kind: Kind, listed: bool) -> State:
    """Of the window alone. An event is judged by its own dates, whatever it is part of."""
    if window.ended_early:
        return State.CLOSED
    if window.role is Role.APPLY:
        return standing([window], kind, listed=listed, now=now).state
    opens, closes = _edges(window)
    if opens is None and closes is None:
        return State.UNKNOWN
    return State.CLOSED if closes and closes <= now else State.UPCOMING if opens and opens > now else State.OPEN


def _marks(first: datetime, last: datetime) -> Iterator[datetime]:
    """Beginnings of months, few enough to be read."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((each for each in STEPS if months / each <= MOST_TICKS), STEPS[-1])
    number = -(-(first.year * 12 + first.month) // step) * step
    while (at := datetime(number // 12, number % 12 + 1, 1, tzinfo=JST)) <= last:
        yield at
        number += step

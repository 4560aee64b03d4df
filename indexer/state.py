"""Can one still apply? Computed when asked, from a programme's windows and the instant that counts as now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from indexer.schema import JST, Basis, Kind, Role, Window, instant

FAR = 32503680000
"""The year 3000 as a Unix time: an end that never comes."""

CLOSING_DAYS = 14

MAX_INTERVALS = 6
"""So many rounds ahead are filterable to the minute; nobody publishes more."""


class State(StrEnum):
    """`closing` and `rolling` are cases of being open; `unknown`: the source names no time that could be read."""

    OPEN = "open"
    CLOSING = "closing"
    UPCOMING = "upcoming"
    ROLLING = "rolling"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Standing:
    """Where a programme stands at an instant.

    `closes` and `opens` are of the window that counts now: the one that is open, else the next one, else the last.
    `days_left` are calendar days in Japan until it closes (open) or opens (upcoming); 0 is today.
    """

    state: State
    opens: datetime | None = None
    closes: datetime | None = None
    days_left: int | None = None


def says_when(window: Window) -> bool:
    """Does the window name any time at all, or say that there is no end?"""
    return bool(window.opens or window.closes) or window.basis not in (Basis.UNSPECIFIED, Basis.SCHEDULED)


def intervals(windows: Iterable[Window], kind: Kind) -> list[tuple[int, int]]:
    """When one can apply (or, where nobody applies, attend): Unix seconds [from, until), joined and in order.

    What ended early is left out. Empty: no time is known, or all has ended early.
    """
    spans = []
    for each in _usable(windows, kind):
        if each.ended_early or not says_when(each):
            continue
        start = int(instant(each.opens).timestamp()) if each.opens else 0
        spans.append((start, int(instant(each.closes, end=True).timestamp()) if each.closes else FAR))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def timed(windows: Iterable[Window], kind: Kind) -> bool:
    """Is anything known about when? Money that ran out is something known."""
    return any(says_when(each) or each.ended_early for each in _usable(windows, kind))


def standing(windows: Sequence[Window], kind: Kind, *, listed: bool, now: datetime) -> Standing:
    """Where the programme stands at `now`. A listing that its source took down counts as closed."""
    if not timed(windows, kind):
        return Standing(State.UNKNOWN)
    seconds = now.timestamp()
    times = intervals(windows, kind)
    current = next(((a, b) for a, b in times if a <= seconds < b), None)
    ahead = next(((a, b) for a, b in times if seconds < a), None)
    if listed and current:
        opens, closes = _instants(current)
        if closes is None:
            return Standing(State.ROLLING, opens, None)
        left = _days(now, closes - timedelta(seconds=1))
        state = State.CLOSING if current[1] <= seconds + CLOSING_DAYS * 86400 else State.OPEN
        return Standing(state, opens, closes, left)
    if listed and ahead:
        opens, closes = _instants(ahead)
        return Standing(State.UPCOMING, opens, closes, _days(now, opens) if opens else None)
    opens, closes = _instants(times[-1]) if times else (None, None)
    return Standing(State.CLOSED, opens, closes)


def _usable(windows: Iterable[Window], kind: Kind) -> list[Window]:
    windows = list(windows)
    applied = [each for each in windows if each.role is Role.APPLY]
    return windows if kind is Kind.SEMINAR and not any(map(says_when, applied)) else applied


def _instants(interval: tuple[int, int]) -> tuple[datetime | None, datetime | None]:
    start, end = interval
    return (
        datetime.fromtimestamp(start, JST) if start else None,
        datetime.fromtimestamp(end, JST) if end != FAR else None,
    )


def _days(now: datetime, then: datetime) -> int:
    return (then.astimezone(JST).date() - now.astimezone(JST).date()).days

"""Can one still apply? Computed when asked, from a programme's windows and the instant that counts as now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from indexer.schema import JST, Basis, Kind, Role, Window, instant

FAR = 32503680000
"""The year 3000 as a Unix time: an end that never comes."""

CLOSING_DAYS = 14
"""What closes on one of so many days ahead, in Japan, is closing."""

MAX_INTERVALS = 6
"""So many rounds ahead are filterable to the minute; nobody publishes more."""


class State(StrEnum):
    """`closing` and `rolling` are cases of being open; `unknown`: the source names no time that could be read, or only
    when it began.
    """

    OPEN = "open"
    CLOSING = "closing"
    UPCOMING = "upcoming"
    ROLLING = "rolling"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Standing:
    """Where a programme stands at an instant.

    `closes` and `opens` are of the window that counts now: the one that is open, else the next one, else the last; of
    an unknown one `opens` may be known.
    `days_left` are calendar days in Japan until it closes (open) or opens (upcoming); 0 is today.
    """

    state: State
    opens: datetime | None = None
    closes: datetime | None = None
    days_left: int | None = None


ENDLESS = frozenset({Basis.ROLLING, Basis.UNTIL_BUDGET, Basis.UNTIL_CAPACITY})
"""Why a window without an end is open for good. Any other has an end that we do not know."""


@dataclass(frozen=True)
class Timeline:
    """When one can apply (or, where nobody applies, attend), without what ended early. All are Unix seconds.

    `spans` are [from, until), joined and in order. `openings` begin a time whose end nobody says; where `unending`, no
    date that the listing names can have ended the last of them, so that after it nothing is known.
    """

    spans: tuple[tuple[int, int], ...] = ()
    openings: tuple[int, ...] = ()
    unending: bool = False

    def ahead(self, seconds: float) -> tuple[int, int] | None:
        """The next time that begins after an instant; FAR is its end where that is unknown."""
        begins = [*self.spans, *((each, FAR) for each in self.openings)]
        return min((each for each in begins if each[0] > seconds), default=None)

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return {"spans": self.spans, "openings": self.openings, "unending": self.unending}

    @classmethod
    def loaded(cls, values: Mapping[str, Any]) -> "Timeline":
        """What `stored` gave.

        >>> times = Timeline(((0, 60),), (90,))
        >>> Timeline.loaded(times.stored()) == times
        True
        """
        spans = tuple((start, end) for start, end in values["spans"])
        return cls(spans, tuple(values["openings"]), unending=values["unending"])

    @property
    def starts(self) -> tuple[int, ...]:
        return (*(start for start, _ in self.spans), *self.openings)

    @property
    def final(self) -> int | None:
        """From when on it is over for good; 0 where all has ended early, None where nobody can tell."""
        last = self.spans[-1][1] if self.spans else 0
        # What is still to begin is not over, whatever ended before; also where it is said to end before it begins.
        return None if self.unending and last != FAR else max(last, *self.starts, 0)


def says_when(window: Window) -> bool:
    """Does the window name any time at all, or say that there is no end?"""
    return bool(window.opens or window.closes) or window.basis in ENDLESS


def says_until(window: Window) -> bool:
    """Does the window name its end, or say that there is none?"""
    return bool(window.closes) or window.basis in ENDLESS


def timeline(windows: Iterable[Window], kind: Kind) -> Timeline | None:
    """When one can apply; None where nothing is known about that. Money that ran out is something known."""
    usable = [each for each in _usable(windows, kind) if says_when(each) or each.ended_early]
    if not usable:
        return None
    usable = _paired(usable)
    spans: list[tuple[int, int]] = []
    for start, end in sorted(_span(each) for each in usable if says_until(each) and not each.ended_early):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    openings = sorted(_span(each)[0] for each in usable if each.opens and not says_until(each) and not each.ended_early)
    # The last date that the listing names as an end, of what ended early too, ends what began before it.
    last = max((_span(each)[1] for each in usable if each.closes), default=0)
    return Timeline(tuple(spans), tuple(openings), unending=any(each >= last for each in openings))


def standing(windows: Sequence[Window], kind: Kind, *, listed: bool, now: datetime) -> Standing:
    """Where the programme stands at `now`. A listing that its source took down counts as closed."""
    return standing_at(timeline(windows, kind), listed=listed, now=now)


def standing_at(times: Timeline | None, *, listed: bool, now: datetime) -> Standing:
    """The same of times that were read before."""
    if times is None:
        return Standing(State.UNKNOWN)
    seconds = now.timestamp()
    current = next(((a, b) for a, b in times.spans if a <= seconds < b), None)
    ahead = times.ahead(seconds)
    if listed and current:
        opens, closes = _instants(current)
        if closes is None:
            return Standing(State.ROLLING, opens, None)
        left = _days(now, closes - timedelta(seconds=1))
        state = State.CLOSING if left <= CLOSING_DAYS else State.OPEN
        return Standing(state, opens, closes, left)
    if listed and ahead:
        opens, closes = _instants(ahead)
        return Standing(State.UPCOMING, opens, closes, _days(now, opens) if opens else None)
    if listed and times.final is None:
        return Standing(State.UNKNOWN, _instants((times.openings[-1], FAR))[0])
    opens, closes = _instants(times.spans[-1]) if times.spans else (None, None)
    return Standing(State.CLOSED, opens, closes)


def midnight(day: date) -> int:
    """When the day begins in Japan, in Unix seconds."""
    return int(datetime.combine(day, time(), tzinfo=JST).timestamp())


def end_of_day(seconds: int, days: int = 0) -> int:
    """When the day of an instant is over in Japan, or the one so many days after it; both in Unix seconds.

    >>> at = int(instant("2026-08-22T17:00").timestamp())
    >>> [datetime.fromtimestamp(end_of_day(at, days), JST).isoformat() for days in (0, 9)]
    ['2026-08-23T00:00:00+09:00', '2026-09-01T00:00:00+09:00']
    """
    return midnight(datetime.fromtimestamp(seconds, JST).date() + timedelta(days=days + 1))


def _usable(windows: Iterable[Window], kind: Kind) -> list[Window]:
    windows = list(windows)
    applied = [each for each in windows if each.role is Role.APPLY]
    return windows if kind is Kind.SEMINAR and not any(map(says_until, applied)) else applied


def _span(window: Window) -> tuple[int, int]:
    return (
        int(instant(window.opens).timestamp()) if window.opens else 0,
        int(instant(window.closes, end=True).timestamp()) if window.closes else FAR,
    )


def _paired(windows: Sequence[Window]) -> list[Window]:
    """A start without an end and the next end without a start are one window: 4月1日受付開始 … 締切は5月30日."""
    found = list(windows)
    for start in windows:
        if not start.opens or says_until(start) or start.ended_early:
            continue
        ends = [
            each
            for each in found
            if each.closes
            and each.role is start.role
            and _span(each)[1] > _span(start)[0]
            and (each.round is None or start.round is None or each.round == start.round)
        ]
        end = min(ends, key=lambda each: _span(each)[1], default=None)
        if end is None or end.opens:
            continue
        found[found.index(end)] = end.model_copy(update={"opens": start.opens})
        found.remove(start)
    return found


def _instants(interval: tuple[int, int]) -> tuple[datetime | None, datetime | None]:
    start, end = interval
    return (
        datetime.fromtimestamp(start, JST) if start else None,
        datetime.fromtimestamp(end, JST) if end != FAR else None,
    )


def _days(now: datetime, then: datetime) -> int:
    return (then.astimezone(JST).date() - now.astimezone(JST).date()).days

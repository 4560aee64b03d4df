"""Windows as bars on one line of time, for the drawing on a programme's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from indexer.schema import Window, instant

MARGIN = 0.04
"""Of the line's length, added where a window has no beginning or no end: it runs on into it."""


@dataclass(frozen=True)
class Bar:
    """From `start`, `width` long, in percent of the line. `over`: it has ended."""

    start: float
    width: float
    over: bool
    event: bool
    window: Window


@dataclass(frozen=True)
class Timeline:
    """`first` and `last` are the days at the line's two ends, None where it runs on; `today` is in percent of it."""

    first: date | None
    last: date | None
    today: float
    bars: tuple[Bar, ...]


def timeline(windows: Sequence[Window], now: datetime) -> Timeline | None:
    """The dated windows on a line that also holds today; None where no window has a date.

    >>> from indexer.schema import JST
    >>> line = timeline([Window(opens="2026-04-01", closes="2026-04-30", raw="")], datetime(2026, 4, 16, tzinfo=JST))
    >>> round(line.today), [round(each.width) for each in line.bars]
    (50, [100])
    """
    dated = [each for each in windows if each.opens or each.closes]
    if not dated:
        return None
    edges = [instant(each.opens) for each in dated if each.opens]
    edges += [instant(each.closes, end=True) for each in dated if each.closes]
    first, last = min(*edges, now), max(*edges, now)
    margin = max((last - first) * MARGIN, timedelta(days=1))
    begins, ends = all(each.opens for each in dated), all(each.closes for each in dated)
    first, last = first if begins else first - margin, last if ends else last + margin

    def position(at: datetime) -> float:
        return round(100 * ((at - first) / (last - first)), 2)

    bars = []
    for each in dated:
        start = position(instant(each.opens)) if each.opens else 0.0
        closes = instant(each.closes, end=True) if each.closes else None
        finish = position(closes) if closes else 100.0
        over = bool(each.ended_early) or (closes is not None and closes <= now)
        bars.append(Bar(start, round(max(finish - start, 1.0), 2), over, each.role.value == "event", each))
    days = first.date() if begins else None, (last - timedelta(seconds=1)).date() if ends else None
    return Timeline(*days, position(now), tuple(bars))

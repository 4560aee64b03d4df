"""The deadlines of a question by day, and a month as weeks."""

import calendar
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from indexer.schema import JST, Window, instant
from indexer.state import FAR, timeline
from search_api.models import Hit, Results
from search_api.query import MAX_PER_PAGE, Query, Sort

MOST_PAGES = 10
"""So many pages of results are read for one month: a thousand programmes."""

AHEAD = 18
"""So many months from now can be shown."""


@dataclass(frozen=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, moment: date) -> "Month":
        return cls(moment.year, moment.month)

    @classmethod
    def read(cls, text: str, today: date) -> "Month":
        """ "2026-09" as a month; this month for anything else, and for what lies in the past or too far ahead.

        >>> Month.read("2026-09", date(2026, 8, 22)), Month.read("2025-09", date(2026, 8, 22)).text
        (Month(year=2026, month=9), '2026-08')
        """
        now = cls.of(today)
        try:
            at = datetime.strptime(text, "%Y-%m").replace(tzinfo=JST)
        except ValueError:
            return now
        return cls.of(at) if 0 <= (at.year - now.year) * 12 + at.month - now.month <= AHEAD else now

    @property
    def text(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Month":
        return Month.of(self.first + timedelta(days=32))

    def following(self, ahead: int) -> list["Month"]:
        """This month and so many after it."""
        found = [self]
        for _ in range(ahead):
            found.append(found[-1].next)
        return found

    @property
    def weeks(self) -> list[list[date | None]]:
        """Weeks from Sunday to Saturday, as calendars in Japan have them; None outside the month."""
        rows = calendar.Calendar(firstweekday=6).monthdatescalendar(self.year, self.month)
        return [[each if each.month == self.month else None for each in row] for row in rows]


@dataclass(frozen=True)
class Deadline:
    """An end of a programme: `at` is the instant, `window` the one that names it, None where several make it up."""

    at: datetime
    hit: Hit
    window: Window | None

    @property
    def day(self) -> date:
        """The last day on which one can apply: an end at midnight belongs to the day before."""
        return (self.at - timedelta(seconds=1)).date()


def ends(hit: Hit, now: datetime) -> Iterator[Deadline]:
    """Every end of the programme that is still ahead, those of later rounds too."""
    times = timeline(hit.windows, hit.kind)
    for _, end in times.spans if times and hit.listed else ():
        if now.timestamp() < end < FAR:
            at = datetime.fromtimestamp(end, JST)
            named = (each for each in hit.windows if each.closes and instant(each.closes, end=True) == at)
            yield Deadline(at, hit, next(named, None))


def by_day(hits: Iterable[Hit], first: date, last: date, now: datetime) -> dict[date, list[Deadline]]:
    found = sorted((each for hit in hits for each in ends(hit, now)), key=lambda each: each.at)
    days: dict[date, list[Deadline]] = {}
    for each in found:
        if first <= each.day <= last:
            days.setdefault(each.day, []).append(each)
    return days


async def deadlines(
    search: Callable[[Query], Awaitable[Results]], query: Query, month: Month, now: datetime
) -> tuple[dict[date, list[Deadline]], bool]:
    """What closes in the month, by day, and whether that is all of it."""
    first = max(month.first, query.closes_from or month.first)
    last = min(month.last, query.closes_to or month.last)
    if first > last:
        return {}, True
    asked = query.with_(closes_from=first, closes_to=last, sort=Sort.DEADLINE, per_page=MAX_PER_PAGE)
    hits: list[Hit] = []
    for page in range(1, MOST_PAGES + 1):
        results = await search(asked.with_(page=page))
        hits += results.hits
        if page * MAX_PER_PAGE >= results.total:
            return by_day(hits, first, last, now), True
    return by_day(hits, first, last, now), False

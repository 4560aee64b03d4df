"""The deadlines of a question by day, and a month as weeks."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from indexer.schema import JST
from search_api.models import Hit
from search_api.query import MAX_PER_PAGE, Query, Sort
from search_api.search import Searcher

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
    def name(self) -> str:
        return f"{self.year}年{self.month}月"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def next(self) -> "Month":
        return Month.of(self.first + timedelta(days=32))

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def weeks(self) -> list[list[date | None]]:
        """Weeks from Sunday to Saturday, as calendars in Japan have them; None outside the month."""
        rows = calendar.Calendar(firstweekday=6).monthdatescalendar(self.year, self.month)
        return [[each if each.month == self.month else None for each in row] for row in rows]


def closing_day(hit: Hit) -> date | None:
    """The last day on which one can apply: an end at midnight belongs to the day before."""
    if not hit.closes:
        return None
    return (datetime.fromisoformat(hit.closes).astimezone(JST) - timedelta(seconds=1)).date()


def by_day(hits: Iterable[Hit], month: Month) -> dict[date, list[Hit]]:
    days: dict[date, list[Hit]] = {}
    for each in hits:
        day = closing_day(each)
        if day and Month.of(day) == month:
            days.setdefault(day, []).append(each)
    return dict(sorted(days.items()))


async def deadlines(searcher: Searcher, query: Query, month: Month) -> tuple[dict[date, list[Hit]], bool]:
    """What closes in the month, by day, and whether that is all of it."""
    asked = query.with_(sort=Sort.DEADLINE, per_page=MAX_PER_PAGE)
    hits: list[Hit] = []
    for page in range(1, MOST_PAGES + 1):
        results = await searcher.search(asked.with_(page=page))
        hits += results.hits
        last = closing_day(results.hits[-1]) if results.hits else None
        if page * MAX_PER_PAGE >= results.total or last is None or last >= month.next.first:
            return by_day(hits, month), True
    return by_day(hits, month), False

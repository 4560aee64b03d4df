"""From a point as written to days and moments: years that are left out, months that follow from others, ends."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from indexer.normalise.deadlines.points import PARTS, Point, Stretch
from indexer.schema import JST, Precision


class Impossible(ValueError):
    """A date that no calendar has."""


def _last(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise Impossible
    return calendar.monthrange(year, month)[1]


def resolve_day(point: Point, year: int, month: int, end: bool) -> date:
    if point.fiscal:
        return date(year + 1, 3, 31) if end else date(year, 4, 1)
    last = _last(year, month)
    if point.day:
        if point.day > last:
            raise Impossible
        return date(year, month, point.day)
    if point.part in PARTS:
        first_day, last_day = PARTS[point.part]
        return date(year, month, min(last_day, last) if end else first_day)
    if point.part == "末":
        return date(year, month, last)
    if point.day == 0:
        raise Impossible
    return date(year, month, last if end else 1)


def _day_of_month(point: Point, end: bool) -> int:
    """The day that decides whether a date without a year is past; 31 for the end of a month."""
    if point.day:
        return point.day
    if point.part in PARTS:
        return PARTS[point.part][end]
    return 31 if end or point.part == "末" else 1


def moment(point: Point, day: date) -> str:
    if point.clock is None:
        return day.isoformat()
    hour, minute, second = point.clock
    if point.utc:
        return instant_in_japan(f"{day.isoformat()}T{hour:02}:{minute:02}:{second:02}Z")
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return f"{day.isoformat()}T{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def precision(point: Point) -> Precision:
    if point.clock:
        return Precision.MINUTE
    if point.fiscal:
        return Precision.FISCAL_YEAR
    if point.part in PARTS:
        return Precision.PART
    if point.day or point.part == "末" or point.same_day:
        return Precision.DAY
    return Precision.MONTH


@dataclass
class Calendar:
    """What dates without a year lean on: the publication date, and the last date that was read."""

    published: date | None
    last: date | None = None

    def years(self, stretch: Stretch) -> tuple[dict[str, date], list[str]]:
        """The days of both ends, and which years were inferred. Raises Impossible; KeyError if there is no year."""
        ends = {"opens": stretch.opens, "closes": stretch.closes}
        known: dict[str, tuple[int, int]] = {}
        inferred = []
        for name, point in ends.items():
            if point is None:
                continue
            if (
                name == "closes"
                and stretch.opens
                and "opens" not in known
                and (point.relyear or point.relmonth)[:1] in ("同", "翌")
            ):
                known["opens"] = self._before(stretch.opens, point)
                inferred.append("opens.year")
            fixed = self._fixed(point, known.get("opens"))
            if fixed:
                known[name] = fixed
        for name, other in (("closes", "opens"), ("opens", "closes")):
            point = ends[name]
            if point is None or name in known:
                continue
            month = self._month(point)
            if other in known:
                year, its = known[other]
                year += (month < its) if name == "closes" else -(month > its)
            else:
                year = self._nearest(month, _day_of_month(point, name == "closes"))
            known[name] = (year, month)
            inferred.append(f"{name}.year")
        days: dict[str, date] = {}
        for name, point in ends.items():
            if point is None:
                continue
            if point.same_day:
                base = days.get("opens") or self.last
                if base is None:
                    raise KeyError(name)
                days[name] = base
            else:
                days[name] = resolve_day(point, *known[name], name == "closes")
            if days[name].year < 1989:
                raise KeyError(name)
        self.last = days.get("closes") or days.get("opens") or self.last
        return days, sorted(inferred, reverse=True)

    def _before(self, opens: Point, closes: Point) -> tuple[int, int]:
        """Year and month of a start without a year whose end is told from it: 4月1日～翌年3月31日."""
        start = self._month(opens)
        ahead = closes.relmonth[:1] == "翌"
        month = closes.month or (start + ahead - 1) % 12 + 1
        year = self._nearest(month, _day_of_month(closes, True))
        return year - (closes.relyear[:1] == "翌" or month < start), start

    def _month(self, point: Point) -> int:
        if point.month is not None:
            if not 1 <= point.month <= 12:
                raise Impossible
            return point.month
        if point.same_day and self.last:
            return self.last.month
        raise KeyError("month")

    def _fixed(self, point: Point, previous: tuple[int, int] | None) -> tuple[int, int] | None:
        """Year and month where the words give both."""
        last = previous or ((self.last.year, self.last.month) if self.last else None)
        now = (self.published.year, self.published.month) if self.published else None
        if point.same_day:
            return last or (0, 0)
        if point.fiscal and point.year:
            return point.year, 4
        if point.relmonth:
            base = last if point.relmonth[0] in "同翌" else now
            if base is None:
                raise KeyError("month")
            ahead = point.relmonth[0] in "来翌"
            year, month = divmod(base[0] * 12 + base[1] - 1 + ahead, 12)
            return year, month + 1
        if point.month is None:
            raise KeyError("month")
        if point.year:
            return point.year, point.month
        if point.relyear == "年度":
            if now is None:
                raise KeyError("year")
            return now[0] + (now[1] > 3), 3
        if point.relyear:
            if point.relyear[0] == "同" and last is None:
                return None  # The year was said above what we were given: the nearest.
            base = (last if point.relyear[0] in "同翌" else None) or now
            if base is None:
                raise KeyError("year")
            return base[0] + {"翌": 1, "来": 1, "昨": -1}.get(point.relyear[0], 0), point.month
        return None

    def _nearest(self, month: int, day: int) -> int:
        """The year that puts the date nearest on or after the publication date minus 60 days."""
        if self.published is None:
            raise KeyError("year")
        floor = self.published - timedelta(days=60)
        return floor.year if (month, day) >= (floor.month, floor.day) else floor.year + 1


def instant_in_japan(utc_iso: str) -> str:
    """A UTC instant as a moment in Japan.

    >>> instant_in_japan("2026-08-07T08:00Z"), instant_in_japan("2026-08-07T15:00:00.000Z")
    ('2026-08-07T17:00', '2026-08-08T00:00')
    """
    at = datetime.fromisoformat(utc_iso.replace("Z", "+00:00")).astimezone(JST)
    return at.strftime("%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M")

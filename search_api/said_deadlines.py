"""The deadlines among the words of a question: 今月締切, 来月末まで, 9月上旬締切, 年度内, 締切が近い, 募集中の."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from indexer.normalise.text import fold
from search_api.query import LAST_DAY, StateChoice

_UNITS = {
    "本日": 0, "今日": 0, "きょう": 0, "明日": 1, "あす": 1, "あした": 1, "明後日": 2, "あさって": 2,
    "今週": 0, "来週": 1, "再来週": 2, "今月": 0, "来月": 1, "再来月": 2,
}  # fmt: skip
_CLOSES = r"(?:締め?切り?(?:られる|る|になる)?|〆切り?|しめきり|期限|終了(?:する)?|申請期限|申込期限|募集終了|受付終了)"
_UNTIL = r"(?:までに?|迄に?)"
_WHEN = re.compile(
    rf"(?P<ahead>{_CLOSES}(?:が|は)?\s?)?"
    rf"(?:(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
    r"|(?:(?:(?P<western>20\d\d)|令和(?P<reiwa>\d{1,2}))年)?"
    r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])(?:月(?:(?P<day>[12]\d|3[01]|[1-9])日)?|/(?P<slash>[12]\d|3[01]|0?[1-9])(?![\d/]))"
    r"|(?<![\d何])(?P<year>今?年度|今年|年)(?=[内末中]))"
    r"(?P<part>上旬|初旬|中旬|下旬|末|中|内)?(?:に|の|が|で)?"
    rf"\s?(?P<how>{_UNTIL}(?:に?{_CLOSES})?|{_CLOSES})?(?:の|に|な)?"
)
_PARTS = {"上旬": (1, 10), "初旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "末": (21, 31)}
_SOON = re.compile(
    r"(?:締め?切り?|〆切り?|しめきり|期限)(?:が|の|も)?(?:間近|近い|近く|迫る|迫った|迫っている|もうすぐ|直前)(?:の|な)?"
)
_OPEN = re.compile(r"(?:受付中|募集中|公募中|申請受付中|申込受付中)(?:の|な)?")
_CLOSING = re.compile(_CLOSES)
_LARGEST_SHARE = 10
"""Up to here 1/2 and 9/10 are shares more often than days."""
_FISCAL_END = (3, 31)
_YEAR_END = (12, 31)
_REIWA = 2018


@dataclass(frozen=True)
class Said:
    """What closes from `first` (None: from now) to `last`, both included; or in one of `states`.

    `word` stood for it, `rest` is the question without it.
    """

    rest: str
    word: str = ""
    first: date | None = None
    last: date | None = None
    states: tuple[StateChoice, ...] = ()


def said_deadlines(q: str, today: date) -> Said:
    """
    >>> said = said_deadlines("太陽光 来月締切", date(2026, 8, 20))
    >>> said.rest, said.word, str(said.first), str(said.last)
    ('太陽光', '来月締切', '2026-09-01', '2026-09-30')
    >>> said_deadlines("9月の展示会", date(2026, 8, 20)).word
    ''
    """
    same = fold(q)
    for found in _WHEN.finditer(same):
        if span := _span(found, today):
            return Said(_without(q, found), q[found.start() : found.end()].strip(), *span)
    for pattern, states in (
        (_SOON, (StateChoice.CLOSING,)),
        (_OPEN, (StateChoice.OPEN, StateChoice.CLOSING)),
    ):
        if found_state := pattern.search(same):
            word = q[found_state.start() : found_state.end()]
            return Said(_without(q, found_state), word.strip(), states=states)
    return Said(q)


def _without(q: str, found: re.Match[str]) -> str:
    return " ".join((q[: found.start()] + " " + q[found.end() :]).split())


def _span(found: re.Match[str], today: date) -> tuple[date | None, date] | None:
    """The days meant; None where the words are of a time and not of a deadline (9月の展示会, 今月の補助金), or of
    none that can be asked for (令和99年3月締切).
    """
    part, how, unit = found["part"] or "", found["how"] or found["ahead"] or "", found["unit"] or ""
    if not how and (part not in ("末", "中", "内") or found["month"]):
        return None
    if found["slash"] and not _CLOSING.search(how) and int(found["slash"]) <= _LARGEST_SHARE:
        return None  # 補助率2/3まで
    until = how.startswith(("まで", "迄")) or (part in ("中", "内") and not how)
    first, last = _days(found, today)
    if part in _PARTS and not unit.endswith(("日", "週")) and not found["year"]:
        low, high = _PARTS[part]
        first, last = last.replace(day=low), last.replace(day=min(high, last.day))
    if not today <= last <= LAST_DAY:
        return None
    return (None if until or first <= today or found["year"] else first), last


def _days(found: re.Match[str], today: date) -> tuple[date, date]:
    """The first and the last day of what is named."""
    if found["year"]:
        end = date(today.year, *(_FISCAL_END if "年度" in found["year"] else _YEAR_END))
        return today, end if end >= today else end.replace(year=today.year + 1)
    if unit := found["unit"]:
        ahead = _UNITS[unit]
        if unit.endswith("週"):
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
            return monday, monday + timedelta(days=6)
        if unit.endswith("月"):
            month = today.month - 1 + ahead
            return _month(today.year + month // 12, month % 12 + 1)
        return today + timedelta(days=ahead), today + timedelta(days=ahead)
    month, day = int(found["month"]), found["day"] or found["slash"]
    year = _year(found) or today.year + (month < today.month)
    first, last = _month(year, month)
    if day:
        first = last = first.replace(day=min(int(day), last.day))
    return first, last


def _year(found: re.Match[str]) -> int | None:
    if found["western"]:
        return int(found["western"])
    return int(found["reiwa"]) + _REIWA if found["reiwa"] else None


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])

"""Moments, windows and what is left of them, in words."""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal

from babel.dates import get_day_names, get_month_names

from frontend.language import gettext as _
from frontend.language import spoken
from frontend.words.vocabulary import label
from indexer.schema import JST, Basis, Delivery, Precision, Role, Window, instant
from indexer.state import State
from search_api.models import Detail, Hit


def _basis(basis: Basis) -> str:
    """Empty for what needs no words."""
    return {
        Basis.ROLLING: _("随時受付"),
        Basis.UNTIL_BUDGET: _("予算がなくなり次第終了"),
        Basis.UNTIL_CAPACITY: _("定員になり次第終了"),
        Basis.SCHEDULED: _("予定"),
    }.get(basis, "")


def day(moment: str | datetime | date, *, end: bool = False, year: bool = True) -> str:
    """A moment as people write it. Midnight at the end of a day is 24:00 of that day, which nobody mistakes.

    >>> day("2026-08-07T15:00"), day("2026-08-08T00:00", end=True), day("2026-08-07")
    ('2026年8月7日（金）15:00', '2026年8月7日（金）24:00', '2026年8月7日（金）')
    """
    if isinstance(moment, str):
        timed = "T" in moment
        at = datetime.fromisoformat(moment)
    else:
        timed = isinstance(moment, datetime)
        at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=JST)
    clock = f"{at:%H:%M}" if timed else ""
    if timed and end and (at.hour, at.minute) == (0, 0):
        at, clock = at - timedelta(days=1), "24:00"
    elif timed and not end and (at.hour, at.minute) == (0, 0):
        clock = ""
    weekday = _names_of_days(spoken.get().tag)[at.weekday()]
    written = (_("{year}年{month}月{day}日（{weekday}）") if year else _("{month}月{day}日（{weekday}）")).format(
        year=at.year, month=at.month, day=at.day, weekday=weekday, name=_month(at)
    )
    return _("{date}{clock}").format(date=written, clock=clock) if clock else written


def plain_day(moment: date) -> str:
    return _("{year}年{month}月{day}日").format(
        year=moment.year, month=moment.month, day=moment.day, name=_month(moment)
    )


def plain_date(moment: date) -> str:
    """A day of this year or the next: 9月30日."""
    return _("{month}月{day}日").format(month=moment.month, day=moment.day, name=_month(moment))


# A page of results names some thirty days, and to read a locale's tag takes longer than all else of it.
@cache
def _names_of_days(tag: str) -> Mapping[int, str]:
    return get_day_names("abbreviated", locale=tag)


@cache
def _names_of_months(width: Literal["abbreviated", "wide"], tag: str) -> Mapping[int, str]:
    return get_month_names(width, locale=tag)


def _month(moment: date) -> str:
    """Its name where months have one."""
    return str(_names_of_months("abbreviated", spoken.get().tag)[moment.month])


def weekday_names() -> list[str]:
    """Sunday first."""
    found = _names_of_days(spoken.get().tag)
    return [found[(each - 1) % 7] for each in range(7)]


def month_name(year: int, month: int) -> str:
    """
    >>> month_name(2026, 9)
    '2026年9月'
    """
    name = _names_of_months("wide", spoken.get().tag)[month]
    return _("{year}年{month}月").format(year=year, month=month, name=name)


def period(window: Window) -> str:
    """When a window is, in words.

    >>> period(Window(opens="2026-07-07", closes="2026-08-07T15:00", raw=""))
    '2026年7月7日（火）〜2026年8月7日（金）15:00'
    >>> period(Window(basis=Basis.ROLLING, raw=""))
    '随時受付'
    >>> period(Window(opens="2026-09-11", closes="2026-10-20", precision=Precision.PART, raw="9月中旬から10月中旬"))
    '2026年9月中旬〜2026年10月中旬'
    """
    if window.opens is None and window.closes is None:
        return _basis(window.basis) or _("期間の記載なし")
    if window.opens and window.opens == window.closes:
        return _end(window.opens, window, end=False)
    start = _end(window.opens, window, end=False) if window.opens else ""
    finish = _end(window.closes, window, end=True) if window.closes else ""
    if start and finish:
        return _("{start}〜{finish}").format(start=start, finish=finish)
    return _("{start}〜").format(start=start) if start else _("〜{finish}").format(finish=finish)


def closing(moment: str, windows: Sequence[Window]) -> str:
    """An end, as exact as the window that ends then says it.

    >>> closing("2026-10-20", [Window(closes="2026-10-20", precision=Precision.PART, raw="10月中旬")])
    '2026年10月中旬'
    """
    window = next((each for each in windows if each.closes == moment), None)
    return _end(moment, window, end=True) if window else day(moment, end=True)


def _end(moment: str, window: Window, *, end: bool, year: bool = True) -> str:
    return _rough(moment, window.precision, year=year) or day(moment, end=end, year=year)


def _rough(moment: str, precision: Precision | None, *, year: bool = True) -> str:
    """A day that stands for a month, a third of one, or a fiscal year: as the source says it. Empty for all others.

    >>> _rough("2026-10-31", Precision.MONTH), _rough("2026-09-11", Precision.PART, year=False)
    ('2026年10月', '9月中旬')
    >>> _rough("2027-03-31", Precision.FISCAL_YEAR), _rough("2026-10-15", Precision.MONTH)
    ('2026年度', '')
    """
    if "T" in moment:
        return ""
    at = date.fromisoformat(moment)
    last = monthrange(at.year, at.month)[1]
    if precision is Precision.FISCAL_YEAR and (at.month, at.day) in ((4, 1), (3, 31)):
        return _("{year}年度").format(year=at.year - (at.month < 4))
    month = month_name(at.year, at.month) if year else _("{month}月").format(month=at.month, name=_month(at))
    if precision is Precision.MONTH and at.day in (1, last):
        return month
    if precision is Precision.PART and at.day in (1, 10, 11, 20, 21, last):
        part = _("{month}上旬") if at.day <= 10 else _("{month}中旬") if at.day <= 20 else _("{month}下旬")
        return part.format(month=month)
    return ""


def left(item: Hit | Detail) -> str:
    """How long one still has, in words; empty where no end is known, or only about when."""
    days = item.days_left
    begins = item.state is State.UPCOMING
    edge = _edge(item, item.opens, _opens) if begins else _edge(item, item.closes, _closes)
    if days is None or (edge and _rough(edge[0], edge[1].precision)):
        return ""
    if item.state is State.UPCOMING:
        return _("今日から") if days == 0 else _("明日から") if days == 1 else _("あと{days}日で開始").format(days=days)
    return days_left(days)


def days_left(days: int) -> str:
    return _("今日まで") if days == 0 else _("明日まで") if days == 1 else _("あと{days}日").format(days=days)


def qualifiers(window: Window) -> list[str]:
    """必着, 予算がなくなり次第終了 and the like."""
    found = []
    if window.delivery:
        found.append(_("必着") if window.delivery is Delivery.MUST_ARRIVE else _("消印有効"))
    if (window.opens or window.closes) and (told := _basis(window.basis)):
        found.append(told)
    return found


def inferred(window: Window) -> str:
    """What the text left out and we concluded, in words.

    >>> inferred(Window(inferred=("closes.year",), raw="")), inferred(Window(inferred=("opens", "closes.time"), raw=""))
    ('締切の年は推定', '開始・締切の時刻は推定')
    """
    ends = {"opens": _("開始"), "closes": _("締切")}
    parts = {"year": _("年"), "month": _("月"), "day": _("日"), "time": _("時刻")}
    told = []
    for each in window.inferred:
        end, part = [*each.split("."), ""][:2]
        named = ends.get(end, "")
        told.append(_("{end}の{part}").format(end=named, part=parts[part]) if part in parts else named)
    what = _("・").join(filter(None, told))
    return _("{what}は推定").format(what=what) if what else _("推定を含む")


def until(item: Hit | Detail, *, year: bool = True) -> str:
    """The end that counts now, empty where none is known: with the time of day only where the source names one."""
    if not item.closes:
        return ""
    moment, window = _edge(item, item.closes, _closes) or (item.closes, None)
    return _end(moment, window, end=True, year=year) if window else day(moment, end=True, year=year)


def since(item: Hit | Detail, *, year: bool = True) -> str:
    """The beginning that counts now, empty where none is known."""
    if not item.opens:
        return ""
    moment, window = _edge(item, item.opens, _opens) or (item.opens, None)
    return _end(moment, window, end=False, year=year) if window else day(moment, year=year)


def _opens(window: Window) -> str | None:
    return window.opens


def _closes(window: Window) -> str | None:
    return window.closes


def _edge(item: Hit | Detail, moment: str | None, edge: Callable[[Window], str | None]) -> tuple[str, Window] | None:
    """The window of which this instant is the edge, and that edge as the source names it."""
    if not moment:
        return None
    at = datetime.fromisoformat(moment)
    named = ((edge(each), each) for each in item.windows)
    return next(((said, each) for said, each in named if said and instant(said, end=edge is _closes) == at), None)


def window_state(window: Window, state: State) -> str:
    """The state of one window in words: of an event, whether it has taken place.

    >>> window_state(Window(role=Role.EVENT, raw=""), State.UPCOMING), window_state(Window(raw=""), State.CLOSED)
    ('開催予定', '受付終了')
    """
    if window.role is Role.EVENT:
        return {
            State.UPCOMING: _("開催予定"),
            State.OPEN: _("開催中"),
            State.CLOSED: _("開催済み"),
            State.UNKNOWN: _("日時の記載なし"),
        }[state]
    return label("state", state.value)


def month_label(moment: datetime) -> str:
    """A mark on an axis of months; January says its year.

    >>> month_label(datetime(2026, 9, 1, tzinfo=JST)), month_label(datetime(2027, 1, 1, tzinfo=JST))
    ('9月', '2027年1月')
    """
    if moment.month == 1:
        return month_name(moment.year, 1)
    return _("{month}月").format(month=moment.month, name=_month(moment))

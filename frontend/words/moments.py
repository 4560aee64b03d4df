"""Moments, windows and what is left of them, in words."""

from datetime import date, datetime, timedelta

from indexer.schema import JST, Basis, Delivery, Role, Window, instant
from indexer.state import State
from indexer.vocab import labels
from search_api.models import Detail, Hit

WEEKDAYS = "月火水木金土日"
BASES = {
    Basis.ROLLING: "随時受付",
    Basis.UNTIL_BUDGET: "予算がなくなり次第終了",
    Basis.UNTIL_CAPACITY: "定員になり次第終了",
    Basis.SCHEDULED: "予定",
}
DELIVERIES = {Delivery.MUST_ARRIVE: "必着", Delivery.POSTMARK: "消印有効"}


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
    written = f"{at.month}月{at.day}日（{WEEKDAYS[at.weekday()]}）{clock}"
    return f"{at.year}年{written}" if year else written


def plain_day(moment: date) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"


def period(window: Window) -> str:
    """When a window is, in words.

    >>> period(Window(opens="2026-07-07", closes="2026-08-07T15:00", raw=""))
    '2026年7月7日（火）〜2026年8月7日（金）15:00'
    >>> period(Window(basis=Basis.ROLLING, raw=""))
    '随時受付'
    """
    if window.opens is None and window.closes is None:
        return BASES.get(window.basis, "期間の記載なし")
    if window.opens and window.opens == window.closes:
        return _end(window.opens, window, end=False)
    start = _end(window.opens, window, end=False) if window.opens else ""
    finish = _end(window.closes, window, end=True) if window.closes else ""
    return f"{start}〜{finish}"


def _end(moment: str, window: Window, *, end: bool) -> str:
    return day(moment, end=end)


def left(item: Hit | Detail) -> str:
    """How long one still has, in words; empty where no end is known."""
    days = item.days_left
    if days is None:
        return ""
    if item.state is State.UPCOMING:
        return "今日から" if days == 0 else "明日から" if days == 1 else f"あと{days}日で開始"
    return "今日まで" if days == 0 else "明日まで" if days == 1 else f"あと{days}日"


def qualifiers(window: Window) -> list[str]:
    """必着, 予算がなくなり次第終了 and the like."""
    found = [DELIVERIES[window.delivery]] if window.delivery else []
    if (window.opens or window.closes) and window.basis in BASES:
        found.append(BASES[window.basis])
    return found


def inferred(window: Window) -> str:
    """What the text left out and we concluded, in words.

    >>> inferred(Window(inferred=("closes.year",), raw="")), inferred(Window(inferred=("opens", "closes.time"), raw=""))
    ('締切の年は推定', '開始・締切の時刻は推定')
    """
    ends = {"opens": "開始", "closes": "締切"}
    parts = {"year": "年", "month": "月", "day": "日", "time": "時刻"}
    told = []
    for each in window.inferred:
        end, _, part = each.partition(".")
        told.append(ends.get(end, "") + (f"の{parts[part]}" if part in parts else ""))
    return "・".join(filter(None, told)) + "は推定" if any(told) else "推定を含む"


def until(item: Hit | Detail, *, year: bool = True) -> str:
    """The end that counts now, empty where none is known: with the time of day only where the source names one."""
    if not item.closes:
        return ""
    at = datetime.fromisoformat(item.closes)
    named = next((each for each in item.windows if each.closes and instant(each.closes, end=True) == at), None)
    if named and named.closes and "T" not in named.closes:
        return day(named.closes, year=year)
    return day(item.closes, end=True, year=year)


EVENTS = {State.UPCOMING: "開催予定", State.OPEN: "開催中", State.CLOSED: "開催済み", State.UNKNOWN: "日時の記載なし"}


def window_state(window: Window, state: State) -> str:
    """The state of one window in words: of an event, whether it has taken place.

    >>> window_state(Window(role=Role.EVENT, raw=""), State.UPCOMING), window_state(Window(raw=""), State.CLOSED)
    ('開催予定', '受付終了')
    """
    if window.role is Role.EVENT:
        return EVENTS[state]
    return labels.labels("state")[state.value].name


def month_label(moment: datetime) -> str:
    """A mark on an axis of months; January says its year.

    >>> month_label(datetime(2026, 9, 1, tzinfo=JST)), month_label(datetime(2027, 1, 1, tzinfo=JST))
    ('9月', '2027年1月')
    """
    return f"{moment.year}年1月" if moment.month == 1 else f"{moment.month}月"

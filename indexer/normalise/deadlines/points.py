"""Points and stretches: a date with its weekday and time, and two of them joined by a range sign or から."""

import re
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

# No programme has more windows; the bound keeps comparing them with each other linear in the length of the text.
MOST = 200
# No page names so many dates: the fullest of the recordings has 48.
MOST_DATES = 2_000

_N = r"(?:\d{1,2}|[〇一二三四五六七八九十]{1,3})"
_S = r" {0,2}"
_ERA = rf"(?:令和|平成|昭和|㋿|㍻|㍼|(?<![A-Za-z0-9])[RHS]){_S}(?:元|{_N})"
_YEAR = rf"(?:{_ERA}|(?<![\d.,])(?:19|20)\d\d|[一二][〇一二三四五六七八九]{{3}})"
_WEEKDAY = (
    r"(?: ?[(\[〔<] ?(?P<week>[月火水木金土日])(?:曜日?)?(?: ?[・,、/ ]? ?(?:祝|休|振)[日替休]{0,3})? ?[)\]〕>]"
    r"| ?(?P<week2>[月火水木金土日])曜日?)"
)
_CLOCK = (
    r"(?:(?P<half>午前|午後|[AaPp][Mm]) ?)?"
    r"(?:(?P<hour>\d{1,2}) ?(?:時(?!間)(?: ?(?P<min>\d{1,2}) ?分|(?P<thirty>半))?"
    r"|: ?(?P<min2>[0-5]\d)(?::(?P<sec>[0-5]\d)(?:\.\d{1,6})?)?(?!\d))(?: ?(?P<half2>[AaPp]\.?[Mm]\.?))?"
    r"|(?P<khour>[〇一二三四五六七八九十]{1,3})時(?!間)(?:(?P<kmin>[〇一二三四五六七八九十]{1,3})分)?"
    r"|(?P<noon>正午))"
)
_TIME = rf"(?:(?: |、|,|の|\(|【|\[|※|当日|T){{0,3}}{_CLOCK}(?P<utc>Z)?)?"
POINT = re.compile(
    r"(?=[\d令平昭㋿㍻㍼RHS〇一二三四五六七八九十同翌来本今当年])(?:"
    # 令和8年8月7日, 2026年(令和8年)8月, 同年9月末, 来月10日, 8月7日
    rf"(?:(?P<year>{_YEAR}){_S}(?:\([^()\n]{{2,8}}\))?{_S}年{_S}(?:\([^()\n]{{2,8}}\){_S})?"
    rf"|(?P<relyear>同年|翌年|来年|本年|今年|昨年|同)の?{_S})?"
    rf"(?:(?:(?<![\d.,第])|(?<=\n\d\.)|(?<=\n\d\d\.))(?P<month>{_N}){_S}月(?![間額分次号]|曜)|(?P<relmonth>今月|来月|同月|翌月|本月|当月)){_S}"
    rf"(?:の{_S})?(?:(?P<day>{_N}){_S}(?:日(?![間目])|(?= ?[・、,] ?\d{{1,2}} ?日|\([月火水木金土日][)・祝]))"
    rf"|(?P<part>末日?|上旬|初旬|中旬|下旬))?"
    # 2026/8/7, R8.8.7, 2026-08-07, 令和8.8.7
    rf"|(?P<syear>{_YEAR}) ?(?:/|\.|-) ?(?P<smonth>\d{{1,2}}) ?[/.-] ?(?P<sday>\d{{1,2}})(?!\d)日?"
    # 8/7
    r"|(?<![\d/.,-])(?P<bmonth>\d{1,2})/(?P<bday>\d{1,2})(?![\d/])(?!\)? ?(?:以内"
    r"|以下|以上|相当|補助|助成|の額|を[上補助]|[%,.。]))"
    # 令和8年度, 令和8年度末, 同日
    rf"|(?P<fyear>{_YEAR}){_S}年度(?P<fend>末)?|(?P<fend2>(?<!度)(?:今|本)?年度末)|(?P<sameday>同日)"
    rf"){_WEEKDAY}?{_TIME}"
)
# The second end of a range may leave out what the first said: 7月1日～31日, 5/20～22, 9時～17時.
_REST = re.compile(
    rf"(?:(?P<day>{_N}){_S}日(?![間目])|(?P<part>月末|末日)|(?P<month>\d{{1,2}})\.(?P<mday>\d{{1,2}})(?![\d.])"
    rf"|(?P<bare>\d{{1,2}})(?![\d/.:時月年分件社名人者%]))?{_WEEKDAY}?{_TIME}"
)
_SIGN = re.compile(
    r" {0,3}(?:まで)?(?:\([^()\n]{0,10}\))?[ \n]{0,2}(?:から|より|[〜～~\-–—―−ー→⇒]"
    r"|…|・・・|至|to\b|until\b)[ \n]{0,2}(?:、)?"
)
_OF_COSTS = re.compile(r"(?:率|割合|企業|事業者|規模|経費の|条件により|通常|特例|[枠型])[^\n。、\d]{0,6}$")
# Days in a row: 11月12日・13日, 11月12日(水)、13日(木) 10時～17時.
_ALSO = re.compile(r" ?(?:[・、,]|と|及び|および|または|又は|もしくは|若しくは) ?")
_OR = re.compile(r"または|又は|もしくは|若しくは")
_DAY = re.compile(rf"(?P<day>{_N}){_S}日(?![間目]){_WEEKDAY}?{_TIME}")
# The hour may stand behind the day's まで: 2月26日(金)まで(午後5時必着).
_LATER_TIME = re.compile(
    rf" ?(?:まで|必着|締切り?|締め切り)?[ )]{{0,2}}(?:[(、※] ?|(?<=[ ]))(?:同日|当日|最終日|締切日)?[のは]?{_CLOCK}"
    r" ?(?:まで|迄|必着|締切|締め切|厳守|終了)"
)
# 5日、12日、19日 各日18:30～20:30
_EACH_DAY = re.compile(rf"[ 、,(]{{0,2}}(?:(?:各|毎|両)[日回]|いずれも|とも)(?:とも)?に?[ :、は]{{0,2}}{_CLOCK}")
_HEADING = re.compile(r" {0,3}[】\])〕>:] {0,3}")
_LEADING = re.compile(r"(?:[〜～~→⇒]|until|by) ?$")
_Hour = tuple[int, int, int]
PARTS = {"上旬": (1, 10), "初旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_ERAS = {"令": 2018, "㋿": 2018, "R": 2018, "平": 1988, "㍻": 1988, "H": 1988, "昭": 1925, "㍼": 1925, "S": 1925}
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}


class Point(NamedTuple):
    """A date as far as it is written: what is None is left to the other end or to the publication date."""

    start: int
    end: int
    year: int | None = None
    relyear: str = ""
    month: int | None = None
    relmonth: str = ""
    day: int | None = None
    part: str = ""
    fiscal: bool = False
    same_day: bool = False
    clock: _Hour | None = None
    week: str = ""
    utc: bool = False
    slashed: bool = False
    half: bool = False


def number(text: str) -> int:
    """
    >>> number("31"), number("二十一"), number("十"), number("二〇二六"), number("元")
    (31, 21, 10, 2026, 1)
    """
    if text == "元":
        return 1
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_digits(tens) or 1) * 10 + _digits(ones)
    return _digits(text)


def _digits(text: str) -> int:
    value = 0
    for char in text:
        value = value * 10 + _DIGITS.get(char, 0)
    return value


def year_of(text: str) -> int:
    """
    >>> year_of("令和8"), year_of("R元"), year_of("平成30"), year_of("2026")
    (2026, 2019, 2018, 2026)
    """
    first = text[0]
    if first in _ERAS:
        return _ERAS[first] + number(text.lstrip("令和平成昭㋿㍻㍼RHS "))
    return number(text)


def _half(match: re.Match[str]) -> str:
    """午前, 午後, AM or PM as the words give it."""
    return (match["half"] or match["half2"] or "").replace(".", "").upper()


def _clock(match: re.Match[str], since: _Hour | None = None) -> _Hour | None:
    """Hour (0 to 24), minute, second; None where none is given, or none that can be.

    `since` is the hour of the same day from which on it counts, said with 午前 or 午後: 午後1時～3時 ends at 15:00.
    """
    if match["noon"]:
        return (12, 0, 0)
    if match["khour"]:
        hour, minute = number(match["khour"]), number(match["kmin"] or "〇")
    elif match["hour"]:
        hour = int(match["hour"])
        minute = 30 if match["thirty"] else int(match["min"] or match["min2"] or 0)
    else:
        return None
    half = _half(match)
    if (half in ("午後", "PM") or (not half and since and (hour, minute) < since[:2])) and hour < 12:
        hour += 12
    elif half == "AM" and hour == 12:
        hour = 0
    elif half == "午後" and hour == 12 and minute == 0:
        return None  # Midnight by the law of 1872, noon in use: neither is said for sure.
    second = int(match["sec"] or 0)
    return (hour, minute, second) if (hour < 24 and minute < 60) or (hour, minute, second) == (24, 0, 0) else None


def point_of(match: re.Match[str]) -> Point:
    common = Point(
        start=match.start(),
        end=match.end(),
        clock=_clock(match),
        week=match["week"] or match["week2"] or "",
        utc=bool(match["utc"]),
        half=bool(match["half"] or match["half2"]),
    )
    if match["bmonth"]:
        return common._replace(month=int(match["bmonth"]), day=int(match["bday"]), slashed=True)
    if match["syear"]:
        return common._replace(
            year=year_of(match["syear"]), month=int(match["smonth"]), day=int(match["sday"]), slashed=True
        )
    if match["fend2"]:
        return common._replace(month=3, part="末", relyear="年度")
    if match["fyear"]:
        year = year_of(match["fyear"])
        return (
            common._replace(year=year + 1, month=3, part="末")
            if match["fend"]
            else common._replace(year=year, fiscal=True)
        )
    if match["sameday"]:
        return common._replace(same_day=True)
    return common._replace(
        year=year_of(match["year"]) if match["year"] else None,
        relyear=match["relyear"] or "",
        month=number(match["month"]) if match["month"] else None,
        relmonth=match["relmonth"] or "",
        day=number(match["day"]) if match["day"] else None,
        part=(match["part"] or "")[:2].replace("末日", "末"),
    )


class Stretch(NamedTuple):
    """One or two ends as written. `sign` is what joins or ends them; `until` is where a list of days ends."""

    start: int
    end: int
    opens: Point | None
    closes: Point | None
    sign: str = ""
    hours: tuple[_Hour, _Hour] | None = None
    until: int = 0


_ENGLISH = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?)?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov"
    r"|Dec)(?:[a-z]{2,6})?\.?,? ?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?,? )?20\d\d\b(?P<clock>(?:,|,? at)? \d{1,2}(?::\d\d| ?[ap]\.?m\b)(?: ?[ap]\.?m\b)?)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COMPACT = re.compile(r"\s*20\d{6}(?P<clock>T?\d{4,6})?\s*")


def _foreign(text: str) -> list[Point]:
    """Dates that the grammar does not know and that carry a four-digit year; read by dateparser, strictly."""
    lowered = text.lower()
    english = _ENGLISH.finditer(text) if any(month in lowered for month in _MONTHS) else ()
    matches = list(english) or ([whole] if (whole := _COMPACT.fullmatch(text)) else [])
    points = []
    for match in matches[:MOST]:
        at = _parsed(match[0])
        if at:
            clock = (at.hour, at.minute, at.second) if match["clock"] else None
            points.append(
                Point(start=match.start(), end=match.end(), year=at.year, month=at.month, day=at.day, clock=clock)
            )
    return points


def _parsed(words: str) -> datetime | None:
    import dateparser  # Slow to import, and seldom needed.

    return dateparser.parse(
        words.strip(),
        languages=["en"],
        settings={"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "YMD"},
    )


def stretches(text: str) -> list[Stretch]:
    found: list[Stretch] = []
    at = 0
    foreign = {each.start: each for each in _foreign(text)}
    starts = sorted(foreign)
    while len(found) < MOST_DATES:
        match = POINT.search(text, at)
        while starts and starts[0] < at:
            starts.pop(0)
        if starts and (match is None or starts[0] <= match.start()):
            first = foreign[starts[0]]
        elif match and match["bmonth"] and _is_rate(match, text):
            at = match.end()
            continue
        elif match:
            first = point_of(match)
        else:
            break
        at = first.end
        sign = _SIGN.match(text, at)
        second: Point | None = None
        if sign:
            again = POINT.match(text, sign.end())
            if again or sign.end() in foreign:
                second = foreign.get(sign.end()) or (point_of(again) if again else None)
                if first.year is None and first.month is None and not first.same_day:
                    second = None
            else:
                second = _rest(first, _REST.match(text, sign.end()))
            second = _later_time(second, text) if second else None
        start = first.start
        listed = _listed(first, text) if second is None and sign is None else []
        if listed and _in_a_row([first, *listed]) and not _OR.search(text, first.end, listed[-1].start):
            second, sign = listed[-1], _ALSO.match(text, at)
        elif listed:
            begins, till, at = _each_day(listed[-1], text)
            for each in (first._replace(clock=begins), *(each._replace(clock=begins) for each in listed)):
                closes = each._replace(clock=till) if till else each
                found.append(Stretch(each.start, each.end, each if till else None, closes, until=at))
            continue
        if second is None and (late := _later_time(first, text)) is not first:
            first, at, sign = late, late.end, None
        if second and sign:
            # 7月1日～31日 9:00～17:00: hours of the day, not the end of the period.
            at = second.end
            hours = None
            until = _SIGN.match(text, at) if second.clock and first.clock is None else None
            if until and second.clock:
                rest = _REST.match(text, until.end())
                till = _clock(rest, second.clock if second.half else None) if rest else None
                hours = (second.clock, till) if till else None
                at = rest.end() if rest and till else at
                second = second._replace(clock=None)
            if listed and second.clock:
                first, second = first._replace(clock=second.clock), second._replace(clock=None)
            found.append(Stretch(start=start, end=at, opens=first, closes=second, sign=sign[0].strip(), hours=hours))
            continue
        leading = _LEADING.search(text[max(0, start - 6) : start])
        if leading:
            start -= leading.end() - leading.start()
            found.append(Stretch(start=start, end=at, opens=None, closes=first, sign=leading[0]))
        elif sign:
            found.append(Stretch(start=start, end=at, opens=first, closes=None, sign=sign[0].strip()))
        else:
            found.append(Stretch(start=start, end=at, opens=None, closes=first))
    return found


def headed(found: list[Stretch], text: str) -> list[Stretch]:
    """The stretches without the months that only head the date behind them: 【令和8年4月】 4月6日～15日."""
    kept: list[Stretch] = []
    for stretch in found:
        first = stretch.opens or stretch.closes
        head = kept[-1].closes if kept and kept[-1].opens is None else None
        if (
            head and first and first.day and head.month == first.month
            and not (head.day or head.part or head.relyear or head.relmonth)
            and _HEADING.fullmatch(text, kept[-1].end, stretch.start)
        ):  # fmt: skip
            stretch = stretch._replace(start=kept.pop().start)
            if first.year is None and head.year:
                first = first._replace(year=head.year)
                stretch = stretch._replace(opens=first) if stretch.opens else stretch._replace(closes=first)
        kept.append(stretch)
    return kept


def _is_rate(match: re.Match[str], text: str) -> bool:
    """Whether a day written as a fraction is a share of costs: 補助率 中小企業 1/2, 条件により2/3."""
    if match["week"] or match["week2"] or not int(match["bmonth"]) < int(match["bday"]) <= 10:
        return False
    return bool(_OF_COSTS.search(text[max(0, match.start() - 16) : match.start()]))


def _listed(first: Point, text: str) -> list[Point]:
    """The days that follow in a list whose first one names the month."""
    points: list[Point] = []
    at = first.end
    while first.day and first.clock is None and len(points) < 31:
        also = _ALSO.match(text, at)
        match = _DAY.match(text, also.end()) if also else None
        if match is None or (points and points[-1].clock):
            break
        week = match["week"] or match["week2"] or ""
        day = number(match["day"])
        if day <= (points[-1].day if points else first.day):  # type: ignore[operator]
            break
        half = bool(_half(match))
        points.append(
            first._replace(start=match.start(), end=match.end(), day=day, clock=_clock(match), week=week, half=half)
        )
        at = match.end()
    return points


def _each_day(last: Point, text: str) -> tuple[_Hour | None, _Hour | None, int]:
    """(hour from, hour until, position behind) that a list of days ends with, said of each of them."""
    match = None if last.clock else _EACH_DAY.match(text, last.end)
    begins = _clock(match) if match else last.clock
    at = match.end() if match and begins else last.end
    sign = _SIGN.match(text, at) if begins else None
    rest = _REST.match(text, sign.end()) if sign else None
    till = _clock(rest, begins if (last.half or (match and _half(match))) else None) if rest else None
    return begins, till, rest.end() if rest and till else at


def _in_a_row(points: list[Point]) -> bool:
    return all(one.day and other.day == one.day + 1 for one, other in pairwise(points))


def _later_time(point: Point, text: str) -> Point:
    """The point with the hour that stands behind it; its words then reach as far."""
    match = _LATER_TIME.match(text, point.end) if point.clock is None and (point.day or point.part) else None
    clock = _clock(match) if match else None
    if match is None or clock is None:
        return point
    # The words まで and 必着 stay outside: what follows the raw words says how an end is meant.
    end = max(match.end(name) for name in ("hour", "min", "thirty", "min2", "khour", "kmin", "noon"))
    return point._replace(clock=clock, end=end + (text[end : end + 1] in "時分"))


def _rest(first: Point, match: re.Match[str] | None) -> Point | None:
    if match is None or not match[0]:
        return None
    clock = _clock(match, first.clock if first.half and not match["day"] else None)
    base = first._replace(start=match.start(), end=match.end(), clock=clock, week=match["week"] or match["week2"] or "")
    if match["day"]:
        return base._replace(day=number(match["day"]), part="")
    if match["part"]:
        return base._replace(day=None, part="末")
    if match["month"]:
        # R8.8.3～8.31
        day = base._replace(month=int(match["month"]), day=int(match["mday"]), year=None)
        return day if first.slashed and first.year else None
    if match["bare"]:
        later = first.slashed and first.day is not None and int(match["bare"]) > first.day
        return base._replace(day=int(match["bare"])) if later else None
    if clock and first.clock and first.day:
        return base._replace(week=first.week)
    return None

"""Reads when one can apply, and when an event takes place, from Japanese administrative text.

Three steps: points (a date with its weekday and time), stretches (one point, or two joined by a range sign or から),
and windows (a stretch whose surroundings say what it is for). A date that nothing calls a period, a deadline or an
event yields nothing: announcements, execution periods, reports and results are dates too.

Every look around a date is bounded, so that the time is linear in the length of the text.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from indexer.normalise.text import fold
from indexer.schema import JST, Basis, Delivery, EndedEarly, Precision, Problem, Role, Window


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`windows` in the order of the text; `ended` where the text says that the whole programme was closed early;
    `superseded` holds windows that an extension replaced."""

    windows: tuple[Window, ...] = ()
    problems: tuple[Problem, ...] = ()
    ended: EndedEarly | None = None
    superseded: tuple[Window, ...] = ()


# No programme has more windows; the bound keeps comparing them with each other linear in the length of the text.
_MOST = 200

# --- Points ---------------------------------------------------------------------------------------------------------

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
_POINT = re.compile(
    r"(?=[\d令平昭㋿㍻㍼RHS〇一二三四五六七八九十同翌来本今当年])(?:"
    # 令和8年8月7日, 2026年(令和8年)8月, 同年9月末, 来月10日, 8月7日
    rf"(?:(?P<year>{_YEAR}){_S}(?:\([^()\n]{{2,8}}\))?{_S}年{_S}(?:\([^()\n]{{2,8}}\){_S})?"
    rf"|(?P<relyear>同年|翌年|来年|本年|今年|昨年|同)の?{_S})?"
    rf"(?:(?<![\d.,第])(?P<month>{_N}){_S}月(?![間額分次号]|曜)|(?P<relmonth>今月|来月|同月|翌月|本月|当月)){_S}"
    rf"(?:の{_S})?(?:(?P<day>{_N}){_S}日(?![間目])|(?P<part>末日?|上旬|初旬|中旬|下旬))?"
    # 2026/8/7, R8.8.7, 2026-08-07, 令和8.8.7
    rf"|(?P<syear>{_YEAR}) ?(?:/|\.|-) ?(?P<smonth>\d{{1,2}}) ?[/.-] ?(?P<sday>\d{{1,2}})(?!\d)日?"
    # 8/7
    r"|(?<![\d/.,-])(?P<bmonth>\d{1,2})/(?P<bday>\d{1,2})(?![\d/])(?!\)? ?(?:以内"
    r"|以下|以上|相当|補助|助成|の額|を[上補助]|[%,.。]))"
    # 令和8年度, 令和8年度末, 同日
    rf"|(?P<fyear>{_YEAR}){_S}年度(?P<fend>末)?|(?P<fend2>(?<!度)年度末)|(?P<sameday>同日)"
    rf"){_WEEKDAY}?{_TIME}"
)
# The second end of a range may leave out what the first said: 7月1日～31日, 5/20～22, 9時～17時.
_REST = re.compile(
    rf"(?:(?P<day>{_N}){_S}日(?![間目])|(?P<part>月末|末日)|(?P<bare>\d{{1,2}})(?![\d/:時月年分件社名人者%]))?{_WEEKDAY}?{_TIME}"
)
_SIGN = re.compile(
    r" {0,3}(?:まで)?(?:\([^()\n]{0,10}\))?[ \n]{0,2}(?:から|より|[〜～~\-–—―−ー→⇒]"
    r"|…|・・・|至|to\b|until\b)[ \n]{0,2}(?:、)?"
)
_MOVED = re.compile(r"(?:まで)?(?:に|へ|と)?[^。\n]{0,4}(?:延長|変更|延期)")
_LEADING = re.compile(r"(?:[〜～~→⇒]|until|by) ?$")
_PARTS = {"上旬": (1, 10), "初旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_ERAS = {"令": 2018, "㋿": 2018, "R": 2018, "平": 1988, "㍻": 1988, "H": 1988, "昭": 1925, "㍼": 1925, "S": 1925}
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}


@dataclass(frozen=True, kw_only=True)
class _Point:
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
    clock: tuple[int, int, int] | None = None
    week: str = ""
    utc: bool = False
    slashed: bool = False


def _number(text: str) -> int:
    """
    >>> _number("31"), _number("二十一"), _number("十"), _number("二〇二六"), _number("元")
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


def _year(text: str) -> int:
    """
    >>> _year("令和8"), _year("R元"), _year("平成30"), _year("2026")
    (2026, 2019, 2018, 2026)
    """
    first = text[0]
    if first in _ERAS:
        return _ERAS[first] + _number(text.lstrip("令和平成昭㋿㍻㍼RHS "))
    return _number(text)


def _clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    """Hour (0 to 24), minute, second; None where none is given, or none that can be."""
    if match["noon"]:
        return (12, 0, 0)
    if match["khour"]:
        hour, minute = _number(match["khour"]), _number(match["kmin"] or "〇")
    elif match["hour"]:
        hour = int(match["hour"])
        minute = 30 if match["thirty"] else int(match["min"] or match["min2"] or 0)
    else:
        return None
    half = (match["half"] or match["half2"] or "").replace(".", "").upper()
    if half in ("午後", "PM") and hour < 12:
        hour += 12
    elif half == "AM" and hour == 12:
        hour = 0
    elif half == "午後" and hour == 12 and minute == 0:
        return None  # Midnight by the law of 1872, noon in use: neither is said for sure.
    second = int(match["sec"] or 0)
    return (hour, minute, second) if (hour < 24 and minute < 60) or (hour, minute, second) == (24, 0, 0) else None


def _point(match: re.Match[str]) -> _Point:
    common = _Point(
        start=match.start(),
        end=match.end(),
        clock=_clock(match),
        week=match["week"] or match["week2"] or "",
        utc=bool(match["utc"]),
    )
    if match["bmonth"]:
        return replace(common, month=int(match["bmonth"]), day=int(match["bday"]), slashed=True)
    if match["syear"]:
        return replace(
            common, year=_year(match["syear"]), month=int(match["smonth"]), day=int(match["sday"]), slashed=True
        )
    if match["fend2"]:
        return replace(common, month=3, part="末", relyear="年度")
    if match["fyear"]:
        year = _year(match["fyear"])
        return (
            replace(common, year=year + 1, month=3, part="末")
            if match["fend"]
            else replace(common, year=year, fiscal=True)
        )
    if match["sameday"]:
        return replace(common, same_day=True)
    return replace(
        common,
        year=_year(match["year"]) if match["year"] else None,
        relyear=match["relyear"] or "",
        month=_number(match["month"]) if match["month"] else None,
        relmonth=match["relmonth"] or "",
        day=_number(match["day"]) if match["day"] else None,
        part=(match["part"] or "")[:2].replace("末日", "末"),
    )


# --- Stretches ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    """One or two ends as written. `sign` is what joins or ends them; `half` is "closes" for ～8月7日."""

    start: int
    end: int
    opens: _Point | None
    closes: _Point | None
    sign: str = ""
    hours: tuple[tuple[int, int, int], tuple[int, int, int]] | None = None


_ENGLISH = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?)?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov"
    r"|Dec)(?:[a-z]{2,6})?\.?,? ?"
    r"(?:\d{1,2}(?:st|nd|rd|th)?,? )?20\d\d\b(?P<clock>(?:,|,? at)? \d{1,2}(?::\d\d| ?[ap]\.?m\b)(?: ?[ap]\.?m\b)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"\s*20\d{6}(?P<clock>T?\d{4,6})?\s*")


def _foreign(text: str) -> list[_Point]:
    """Dates that the grammar does not know and that carry a four-digit year; read by dateparser, strictly."""
    matches = list(_ENGLISH.finditer(text)) or ([whole] if (whole := _COMPACT.fullmatch(text)) else [])
    points = []
    for match in matches[:_MOST]:
        at = _parsed(match[0])
        if at:
            clock = (at.hour, at.minute, at.second) if match["clock"] else None
            points.append(
                _Point(start=match.start(), end=match.end(), year=at.year, month=at.month, day=at.day, clock=clock)
            )
    return points


def _parsed(words: str) -> datetime | None:
    import dateparser  # Slow to import, and seldom needed.

    return dateparser.parse(
        words.strip(),
        languages=["en"],
        settings={"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "YMD"},
    )


def _stretches(text: str) -> list[_Stretch]:
    found: list[_Stretch] = []
    at = 0
    foreign = {each.start: each for each in _foreign(text)}
    starts = sorted(foreign)
    while True:
        match = _POINT.search(text, at)
        while starts and starts[0] < at:
            starts.pop(0)
        if starts and (match is None or starts[0] <= match.start()):
            first = foreign[starts[0]]
        elif match:
            first = _point(match)
        else:
            return found
        at = first.end
        sign = _SIGN.match(text, at)
        second: _Point | None = None
        if sign:
            again = _POINT.match(text, sign.end())
            if again or sign.end() in foreign:
                second = foreign.get(sign.end()) or (_point(again) if again else None)
                if first.year is None and first.month is None and not first.same_day:
                    second = None
            else:
                second = _rest(first, _REST.match(text, sign.end()))
        start = first.start
        if second and sign:
            # 7月1日～31日 9:00～17:00: hours of the day, not the end of the period.
            at = second.end
            hours = None
            until = _SIGN.match(text, at) if second.clock and first.clock is None else None
            if until and second.clock:
                rest = _REST.match(text, until.end())
                till = _clock(rest) if rest else None
                hours = (second.clock, till) if till else None
                at = rest.end() if rest and till else at
                second = replace(second, clock=None)
            found.append(_Stretch(start=start, end=at, opens=first, closes=second, sign=sign[0].strip(), hours=hours))
            continue
        leading = _LEADING.search(text[max(0, start - 6) : start])
        if leading:
            start -= leading.end() - leading.start()
            found.append(_Stretch(start=start, end=at, opens=None, closes=first, sign=leading[0]))
        elif sign:
            found.append(_Stretch(start=start, end=at, opens=first, closes=None, sign=sign[0].strip()))
        else:
            found.append(_Stretch(start=start, end=at, opens=None, closes=first))


def _rest(first: _Point, match: re.Match[str] | None) -> _Point | None:
    if match is None or not match[0]:
        return None
    clock = _clock(match)
    base = replace(first, start=match.start(), end=match.end(), clock=clock, week=match["week"] or match["week2"] or "")
    if match["day"]:
        return replace(base, day=_number(match["day"]), part="")
    if match["part"]:
        return replace(base, day=None, part="末")
    if match["bare"]:
        later = first.slashed and first.day is not None and int(match["bare"]) > first.day
        return replace(base, day=int(match["bare"])) if later else None
    if clock and first.clock and first.day:
        return replace(base, week=first.week)
    return None


# --- Days -----------------------------------------------------------------------------------------------------------


class _Impossible(ValueError):
    """A date that no calendar has."""


def _last(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise _Impossible
    return calendar.monthrange(year, month)[1]


def _resolve_day(point: _Point, year: int, month: int, end: bool) -> date:
    if point.fiscal:
        return date(year + 1, 3, 31) if end else date(year, 4, 1)
    last = _last(year, month)
    if point.day:
        if point.day > last:
            raise _Impossible
        return date(year, month, point.day)
    if point.part in _PARTS:
        first_day, last_day = _PARTS[point.part]
        return date(year, month, min(last_day, last) if end else first_day)
    if point.part == "末":
        return date(year, month, last)
    if point.day == 0:
        raise _Impossible
    return date(year, month, last if end else 1)


def _moment(point: _Point, day: date) -> str:
    if point.clock is None:
        return day.isoformat()
    hour, minute, second = point.clock
    if point.utc:
        return instant_in_japan(f"{day.isoformat()}T{hour:02}:{minute:02}:{second:02}Z")
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return f"{day.isoformat()}T{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _precision(point: _Point) -> Precision:
    if point.clock:
        return Precision.MINUTE
    if point.fiscal:
        return Precision.FISCAL_YEAR
    if point.part in _PARTS:
        return Precision.PART
    if point.day or point.part == "末" or point.same_day:
        return Precision.DAY
    return Precision.MONTH


@dataclass
class _Calendar:
    """What dates without a year lean on: the publication date, and the last date that was read."""

    published: date | None
    last: date | None = None

    def years(self, stretch: _Stretch) -> tuple[dict[str, date], list[str]]:
        """The days of both ends, and which years were inferred. Raises _Impossible; KeyError if there is no year."""
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
                year = self._nearest(month, point.day or 1)
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
                days[name] = _resolve_day(point, *known[name], name == "closes")
            if days[name].year < 1989:
                raise KeyError(name)
        self.last = days.get("closes") or days.get("opens") or self.last
        return days, sorted(inferred, reverse=True)

    def _before(self, opens: _Point, closes: _Point) -> tuple[int, int]:
        """Year and month of a start without a year whose end is told from it: 4月1日～翌年3月31日."""
        start = self._month(opens)
        ahead = closes.relmonth[:1] == "翌"
        month = closes.month or (start + ahead - 1) % 12 + 1
        year = self._nearest(month, closes.day or 1)
        return year - (closes.relyear[:1] == "翌" or month < start), start

    def _month(self, point: _Point) -> int:
        if point.month is not None:
            if not 1 <= point.month <= 12:
                raise _Impossible
            return point.month
        if point.same_day and self.last:
            return self.last.month
        raise KeyError("month")

    def _fixed(self, point: _Point, previous: tuple[int, int] | None) -> tuple[int, int] | None:
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
            base = last if point.relyear[0] in "同翌" else now
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


# --- What a stretch is for ------------------------------------------------------------------------------------------

_THING = (
    r"(?:申請|申込み?|申し込み|応募|公募|募集|受付|受け付け|提出|登録|エントリー"
    r"|予約|相談|調査|要望|取扱い?|参加|交付|認定|届け?出|書類|視聴|申し?出|回答"
    r"|出展|出店|入居|受講|推薦|参画|希望|推せん|オーダー)"
)
_LABEL = re.compile(
    # Not for applicants, or not a time to apply.
    r"(?P<both>(?:申請|募集|公募|受付|応募|申込)期間(?:及び|・|、|と|および)(?:受付)?時間)"
    r"|(?P<refuse>"
    r"(?:実績|完了|状況|成果|効果|遂行|事業)(?:報告|化報告)(?:[^。\n:\d]{0,12}(?:期限|期日|締切|締め切り|提出|期間))?"
    r"|(?:補助|助成|支援|交付|委託|履行|事業|契約|実施|対象|工事|算定|基準|評価"
    r"|審査|選考|返済|融資|据置|貸付|保証|猶予|有効|休業|利用|使用|保存|派遣|研修"
    r"|伴走)"
    r"(?:事業)?(?:実施|対象|経費|遂行|完了)?(?:期間|期限|期日|予定日|日程|日)"
    r"|(?:特例|補助|助成)?対象(?:となる)?(?:期間|経費|者)|事業(?:の)?(?:実施|完了"
    r"|終了|開始)(?:予定)?(?:期間|期限|日)?|事業(?:着手|着工)日?"
    r"|採択(?:結果)?(?:の)?(?:発表|公表|通知|予定)?(?:日|時期)?|交付決定(?:日"
    r"|通知)?|審査(?:会|結果|日)?|(?:結果|選考)(?:の)?(?:発表|通知|公表)?"
    r"|更新日?|公開日?|掲載日?|公表日?|公布日?|発表日?|発行日?|作成日?|改正日?"
    r"|改定日?|改訂日?|施行日?|設立日?|創業日?|発災日?|発生日?|基準日|締結日"
    r"|発注|契約|納品|納付|納入|支払い?|検収|着工|竣工|完成|取得|購入|稼働|廃業|開業日?|登記|入金|請求|返還|振込"
    r"|(?:お)?(?:問合せ|問い合わせ|電話)(?:受付)?(?:時間|期間)?|(?:受付|営業|開庁"
    r"|開館|対応|業務|執務)時間|休業|休館|定休|メンテナンス|停止期間|工期|納期"
    r"|任期"
    r"|質問(?:の)?(?:受付|提出)?(?:期間|期限|締切)?|質疑|入札|開札|現地(?:調査"
    r"|確認)|ヒアリング(?:審査)|プレゼン|予算|法律?第|時点|現在"
    r")"
    r"|(?P<apply>(?:事前(?:相談|登録|申込|申請|協議|ヒアリング)|エントリー)(?:の)?(?:予約"
    r"|申込|受付){0,3}(?:期間|期限|締切)|"
    rf"(?:{_THING}(?:の|等|書|書類|・)?){{1,4}}(?:可能|実施)?(?:受付)?(?:期間|期限"
    rf"|期日|〆切り?|締切り?日?|締め切り日?|締切日時|締切時間|締め?切"
    r"|開始日時?|開始|終了日時?|終了日|スケジュール|日程|日時)"
    r"|締切日時?|締め切り日|事前(?:相談|登録|申込|申請|協議|確認|ヒアリング)(?:\(必須\))?"
    r"|エントリー|申請|申込み?|申し込み|応募|公募|募集|受付|受け付け|提出|締切り?"
    r"|締め切り|〆切"
    r"|(?<![一-龥ァ-ヶー])(?:期限|期間|期日)|取扱い?(?=[期:])|登録期間"
    r"|deadline|application|apply"
    r")"
    r"|(?P<event>"
    r"(?:開催|実施|開講|講座|セミナー|説明会|相談会|講演|イベント|ライブ|配信"
    r"|視聴|放送|会)(?:概要)?(?:の)?(?:日時?|日程|期間|予定日)|開催概要(?:日時)?"
    r"|開催(?:時間)?"
    r"|日時|日程|会期|会場|とき|と き|開演|開講"
    r")",
    re.IGNORECASE,
)
_EXECUTION = re.compile(r"^(?:申請|受付|公募|募集|応募|申込|提出|取扱|調査|要望|参加)")
_AFTER_END = re.compile(
    r"^[ )\]】(（※」、]{0,4}(?:当日|\w曜日?|頃|ごろ)?[ ]?(?:[(][^()\n]{0,12}[)])?[ ]?(?:まで"
    r"|迄|必着|消印|〆切|締切|締め切|しめきり|期限"
    r"|を(?:期限|締切|締め切り|申請期限|応募期限)|が(?:申込|申請|応募)?(?:期限"
    r"|締切|締め切り)|厳守|を?[も以]って[^。\n]{0,12}?(?:終了|締め?切)(?:し|り"
    r"|と|予定))"
)
_APPLY_VERB = re.compile(
    r"申請|申し?込|応募|公募|募集|受付|受け付け|提出|エントリー|(?:事前|参加|受講|利用)登録|締切|締め切|必着|消印"
)
_START = re.compile(
    r"^[ )\]】]{0,3}(?:[(][^()\n]{0,12}[)])?(?:から|より|以降|に|、)?(?:の)?(?:[^\d。\n、]{0,12}?(?:申請"
    r"|申し?込み?|応募|公募|募集|受付"
    r"|受け付け|予約|登録|提出)(?:の受付)?(?:を|が)?)?(?:開始|スタート|始ま|始め)"
)
_FROM = re.compile(r"^[ )]{0,2}(?:から|より|以降|[〜～~])")
_OVER = re.compile(
    r"^[^。\n]{0,30}?(?:を?[も以]って|をもちまして|に|で)[^。\n]{0,16}?(?:終了(?:し(?:まし)?た"
    r"|いたし|済)|締め?切(?:りま|られ|った|っ|りとさ)(?:し?た)?|終え)"
)
_HELD = re.compile(
    r"^[ )\]】]{0,2}(?:[(][^()\n]{0,12}[)])?[ に、,~]{0,2}[^\d。、\n]{0,14}?(?:開催"
    r"|開講|ライブ配信|に実施する(?:説明会|セミナー))"
    r"|^[ ]?に[「『][^」』\n]{0,30}(?:祭|まつり|フェア|セミナー|説明会|展|会)"
)
_HELD_LATER = re.compile(r"[ ]?(?:に|、|と)[^。\n]{0,70}?開催(?:する|し|され|を?予定|いた)")
_HAPPENING = re.compile(r"開催|セミナー|説明会|商談会|講座|展示会|相談会|フォーラム|ウェビナー|交流会")
_SCHEDULED = re.compile(r"^[ ]?(?:まで|頃|ごろ|から)?[ ]?(?:\(?予定\)?|\([^()\n]{0,8}予定\)|を予定|で予定)")
_MUST = re.compile(r"必着")
_POST = re.compile(r"消印有効|消印まで有効|消印可")
_BUDGET = re.compile(
    r"予算[^。\n]{0,20}?(?:達し|なくな|無くな|到達|尽き|超え|満た|消化)|予算[^。\n]{0,8}?(?:上限"
    r"|終了)次第|先着順で(?:交付|採択)"
)
_CAPACITY = re.compile(r"定員[^。\n]{0,12}?(?:達し|なり|到達|埋ま|満)|定数[^。\n]{0,8}?(?:達し|なり)|先着")
_ROUND = re.compile(
    r"第 ?(\d{1,3}|[一二三四五六七八九十]{1,3}) ?(?:回|期|次|弾|ラウンド)|(?<![\d.第])(\d{1,2}"
    r"|[一二三四五六七八九十]) ?次(?=公募|募集|締切|締め切り|受付"
    r"|申請|期|\)| ?:)"
)
_SENTENCE = re.compile(r"[。！？!?]")
_GLUE = re.compile(
    r"(?:第?[\d一二三四五六七八九十]{1,3}(?:回|期|次)|自|from|is|[\s:はがを、,。・】\]」』)>＞…■●◆◇○◎□▼▽★☆※\-=|【\[「『(<＜〔/]"
    r"|について|まで"
    r"|令和\d年度|\d{4}年度|[①-⑳]|\([^()\n]{0,20}\)|募集|公募|受付|以下のとおり"
    r"|次のとおり|下記のとおり|締切|必着|厳守)*"
)
_EXTEND = re.compile(r"延長|変更|延期")
_OLD = re.compile(r"(?:延長|変更|改定)前|旧|当初")

_NAMED_YEAR = re.compile(r"(?<![\d,.])(20\d\d)(?![\d年/.-])")
_UNTIL_BUDGET = re.compile(
    r"(?:補助|助成|交付)?予算(?:額|枠|の?上限|総額)?[^。\n]{0,16}?(?:達し次第"
    r"|達した(?:時点|場合)|なくなり次第|無くなり次第|達した段階|到達した時点|到達次第"
    r"|なくなった時点|尽き次第)"
    r"[^。\n]{0,24}?(?:終了|締め?切|打ち切)"
)
_ROLLING = re.compile(
    r"(?:申請|受付|受け付け|募集|公募|申込み?|申し込み|応募|相談)(?:受付|可能)?(?:期間"
    r"|期限|締切|時期|期日|日)?[ \n:はを】\]」、・]{0,4}"
    r"(?:随時|通年|常時|年間を通じて|年中)(?!更新)|(?:期間|時期):?[ \n】]{0,2}毎月"
    r"|(?:随時|通年|常時)(?:で|、|に|の)?(?:お)?(?:受付|受け付け|受付け|申請(?!書)"
    r"|申込|申し込み|公募|募集)(?!情報|要[項領]|開始)"
    r"|(?:応募|申請|申込|受付|募集)(?:の)?(?:期限|期間|締切)[ :は]{0,2}(?:なし"
    r"|無し|特になし|設けて(?:い|お)|定めて(?:い|お)|設けません|定めません|ありません"
    r"|ない)"
)
_ENDED = re.compile(
    r"(?:予算|定員)[^。\n]{0,16}?(?:達した|到達した|超えた|なくなった|達し、|到達し、)[^。\n]{0,24}?(?:終了(?:し(?:まし)?た"
    r"|いたしました|とな)"
    r"|締め?切り(?:まし)?た|締め切らせて|停止し|打ち切)"
    r"|(?:受付|受け付け|募集|公募|申請|申込み?|申し込み|応募)(?:受付|期間)?(?:は、|[はをが])?[^。\n、]{0,24}?"
    r"(?:終了(?:しました|いたしました|致しました|しており|しています|した(?=[。)）\n]"
    r"|$)|となりました|済み)|締め?切りました|締め切らせていただきました|(?:一時)?(?:停止"
    r"|中止"
    r"|休止)(?:しました|しており|しています|いたしました|中))"
    r"|(?:受付|募集|公募|申請|申込)(?:受付)?(?:は)?終了(?=[】\]〕)!！。 \n]|$|令和|事業|支援|助成|補助|創業)"
)
_NOT_APPLYING = re.compile(r"説明会|セミナー|質問|相談会|アンケート|講座|パブリック|昨年|前年|時点|場合|次第")

_CONDITION = re.compile(
    r"(?:まで)?の間|から(?:の)?(?:申請日|交付決定|[^。\n]{0,8}月分)|までに(?:取得"
    r"|購入|支払|開始する|完了|着手|創業|設立)|[)\]】]?(?:の|に|中)?(?:場合|間に"
    r"|期間に|発生|実施し|支払|購入|納品|契約|分[)】、のを]|生まれ|設立|創業)"
    r"|に(?:実施|支払|購入|納品|契約|着手|発注)"
)
_ALONE = re.compile(r"(?:[^\n]{0,4}\n)?[ ・■●◆○◎※]{0,3}(?:[【\[(<＜〈①-⑳][^\n】\])>＞〉]{0,20}[】\])>＞〉]?)?[ :]{0,2}")
_ALONE_AFTER = re.compile(r"[ まで)】必着厳守消印有効(]{0,10}(?:\n|$|[。※])")
_POSTFIX = re.compile(
    rf"[ )】]{{0,2}}(?:に|より|から)?(?:{_THING}){{1,3}}(?:の)?(?:(?P<start>開始"
    rf"|スタート)|締切|締め切り|〆切|期限)(?!日?[:は])"
)
_AFTERWARDS = re.compile(r"[ )】]{0,2}(?:頃|以降)?に?(?:採択|交付決定|結果|審査|選考|事業開始|事業完了)")
_FOR_SOME = re.compile(r"[:は][^\d。\n:]{1,14}[はが:]")
_OWN_LABEL = re.compile(r"[^\s:回期次枠型類業分ス①-⑳)】A-Z] ?:")
_FISCAL_END = re.compile(r"[ )」]{0,2}(?:$|\n|中|末|まで|[(※。])")
_HEADER = re.compile(
    rf"(?:^|[\n■●◆◇○◎□▼▽★☆※【<＜〈 ・\d.])(?P<label>(?:補助金|助成金|支援金)?(?:{_THING}){{1,3}}(?:の)?(?:期間"
    rf"|期限|期日|締切|締切日"
    rf"|スケジュール|日程))[ :】>＞〉]{{0,3}}\n"
    r"|(?:^|\n)[■●◆◇○◎□▼▽★☆※【<＜〈 ・\d.]{0,4}[^\s\d:。]{2,16}[:】＞〉]"
)
_BACK, _AHEAD = 80, 80


def instant_in_japan(utc_iso: str) -> str:
    """A UTC instant as a moment in Japan.

    >>> instant_in_japan("2026-08-07T08:00Z"), instant_in_japan("2026-08-07T15:00:00.000Z")
    ('2026-08-07T17:00', '2026-08-08T00:00')
    """
    at = datetime.fromisoformat(utc_iso.replace("Z", "+00:00")).astimezone(JST)
    return at.strftime("%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M")


@dataclass(frozen=True, kw_only=True)
class _Purpose:
    """Why a stretch yields a window: its role, its label, and whether one date is its start."""

    role: Role
    label: str = ""
    starts: bool = False
    round: int | None = None


def read(text: str, *, published: str | None = None, role: Role | None = None, label: str = "") -> Reading:
    """Windows of a page or of one field.

    `published`: the ISO day that years are inferred from. `role` and `label` count where the text names none.
    Problems (field "windows"): weekday_conflict, impossible_date, no_year, unread.
    """
    folded = fold(text)
    reader = _Reader(text, folded, _iso_day(published), role, label)
    return reader.read()


def _iso_day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _joined(one: Window, other: Window) -> Window | None:
    """One window for two that say the same, the fuller of the two; None if they differ."""
    if one.round and other.round and one.round != other.round:
        return None
    one, other = _same_year(one, other), _same_year(other, one)
    same = set()
    for end in ("opens", "closes"):
        mine, its = getattr(one, end), getattr(other, end)
        if mine and its and mine[:10] != its[:10]:
            return None
        if mine and its:
            same.add(end)
    if not same or (len(same) == 1 and _ends(one) != same and _ends(other) != same):
        return None
    fuller, lesser = (other, one) if _fullness(other) > _fullness(one) else (one, other)
    update: dict[str, Any] = {
        "delivery": fuller.delivery or lesser.delivery,
        "round": fuller.round or lesser.round,
        "label": fuller.label or lesser.label,
        "basis": lesser.basis if lesser.basis in (Basis.UNTIL_BUDGET, Basis.UNTIL_CAPACITY) else fuller.basis,
    }
    if "closes" in same and len(lesser.closes or "") > len(fuller.closes or ""):
        # The words of the deadline are the ones to show, where the hour stands only there.
        update |= {"closes": lesser.closes, "precision": lesser.precision, "raw": lesser.raw, "span": lesser.span}
    return fuller.model_copy(update=update)


def _same_year(window: Window, model: Window) -> Window:
    """A deadline whose year we inferred is the model's where all but the year agrees and the rounds are the same."""
    if not (window.round and window.round == model.round and window.closes and model.closes and not window.opens):
        return window
    only_the_window = "closes.year" in window.inferred and "closes.year" not in model.inferred
    if only_the_window and window.closes[5:10] == model.closes[5:10]:
        return window.model_copy(update={"closes": model.closes[:4] + window.closes[4:]})
    return window


def _carries(between: str) -> bool:
    """Whether a label above still holds: between stands the name of a round or a course, no label of its own."""
    return not _OWN_LABEL.search(between)


def _ends(window: Window) -> set[str]:
    return {end for end in ("opens", "closes") if getattr(window, end)}


def _fullness(window: Window) -> tuple[int, int]:
    return len(_ends(window)), len((window.opens or "") + (window.closes or ""))


def _kind(label: re.Match[str] | None) -> str | None:
    return None if label is None else "apply" if label.lastgroup == "both" else label.lastgroup


class _Reader:
    def __init__(self, text: str, folded: str, published: date | None, role: Role | None, label: str) -> None:
        self.text = text
        self.folded = folded
        self.calendar = _Calendar(published)
        self.role = role
        self.label = label
        self.windows: list[Window] = []
        self.superseded: list[Window] = []
        self.problems: list[Problem] = []
        self.ended: EndedEarly | None = None
        self.weak: tuple[int, int] | None = None

    def read(self) -> Reading:
        stretches = _stretches(self.folded)
        bare = self._is_field(stretches)
        last: tuple[_Purpose, int] | None = None
        for at, stretch in enumerate(stretches):
            if len(self.windows) >= _MOST:
                self.problems.append(Problem(field="windows", code="unread", raw=self._cut(stretch.start)))
                break
            previous = stretches[at - 1].end if at else 0
            following = stretches[at + 1].start if at + 1 < len(stretches) else len(self.folded)
            before = self.folded[max(previous, stretch.start - _BACK) : stretch.start]
            after = self.folded[stretch.end : min(following, stretch.end + _AHEAD)]
            purpose = self._purpose(stretch, before, after, bare, last[0] if last else None)
            if purpose is None and self.windows and stretch.opens is None and _OLD.search(before[-8:]):
                former = self._window(stretch, _Purpose(role=Role.APPLY), before, after)
                self.superseded += [former] if former else []
                continue
            window = self._window(stretch, purpose, before, after)
            last = (purpose, stretch.end) if purpose else None
            if window and purpose:
                self._add(window, stretch, before, after)
        self._drop_starts()
        self._order_rounds()
        self._without_dates()
        self._ended()
        return Reading(
            windows=tuple(self.windows),
            problems=tuple(dict.fromkeys(self.problems)),
            ended=self.ended,
            superseded=tuple(self.superseded),
        )

    def _is_field(self, stretches: list[_Stretch]) -> bool:
        """True if the text is hardly more than its dates: the value of a field that is a period or a deadline."""
        if not stretches or len(self.folded) > 300:
            return False
        rest, at = [], 0
        for stretch in stretches:
            rest.append(self.folded[at : stretch.start])
            at = stretch.end
        rest.append(self.folded[at:])
        left = re.sub(r"\W|まで|から|必着|厳守|予定|消印有効|当日|第?\d{1,2}[回期次]|[一二三四五]次", "", "".join(rest))
        return len(left) <= 4 and not _LABEL.search(left)

    def _purpose(
        self, stretch: _Stretch, before: str, after: str, bare: bool, last: _Purpose | None
    ) -> _Purpose | None:
        if _OVER.match(after):
            return None
        whole = before
        cut = [m.end() for m in _SENTENCE.finditer(before)]
        if cut and not re.fullmatch(r"[\s\W]{0,4}", before[cut[-1] :]):
            before = before[cut[-1] :]
        labels = list(_LABEL.finditer(before))
        nearest = labels[-1] if labels else None
        kind = _kind(nearest)
        gap = before[nearest.end() :] if nearest else before
        tight = bool(nearest and (_GLUE.fullmatch(gap) or (self._says_when(nearest[0]) and _FOR_SOME.fullmatch(gap))))
        is_range = bool(stretch.opens and stretch.closes)
        sentence = _SENTENCE.split(after, maxsplit=1)[0].split("\n", 1)[0]
        applying = next((m for m in reversed(labels) if _kind(m) == "apply"), None)
        ending = bool(_AFTER_END.match(after))
        number = self._round(before, after)
        ends = [each for each in (stretch.opens, stretch.closes) if each]
        fiscal = all(each.fiscal for each in ends)
        refused = kind == "refuse"

        def applies(label: str = "", starts: bool = False) -> _Purpose:
            return _Purpose(role=Role.APPLY, label=label or self.label, starts=starts, round=number)

        if re.match(r"[^。\n]{0,4}(?:公募|募集|受付|申請)[^。\n]{0,6}(?:行い|行った|実施し|行いまし)", after):
            return None
        if re.match(r"(?:から|より|に)[^。\n]{0,12}(?:公開|配布|掲載|ダウンロード|公表|発表)", after):
            return None
        if re.search(r"(?:例年|毎年|昨年|前年)、?$", before):
            return None
        if _CONDITION.match(after) or _AFTERWARDS.match(after):
            return None
        named = _POSTFIX.match(after)
        if named and not is_range and kind != "refuse":
            return applies(named[0].strip(" )】、"), bool(named["start"]))
        if fiscal and not (
            tight and nearest and kind == "apply" and self._says_when(nearest[0]) and _FISCAL_END.match(after)
        ):
            return None
        if re.match(r"[ )\]]{0,2}(?:更新|公開|掲載|公表|発表|現在|時点|付け?|改[正定訂]|施行|交付決定)", after):
            return None
        if tight and nearest is not None:
            if kind == "event" and not gap.startswith("を"):
                return _Purpose(role=Role.EVENT, label=nearest[0])
            if kind == "apply":
                word = nearest[0]
                naming = next((m[0] for m in reversed(labels) if _kind(m) == "apply" and self._says_when(m[0])), word)
                word = (
                    naming
                    if not self._says_when(word) and _GLUE.fullmatch(before[before.rfind(naming) + len(naming) :])
                    else word
                )
                if is_range or stretch.closes is None or ending or self._says_when(word) or self._joins(gap):
                    starts = not is_range and (
                        bool(re.search(r"開始", word) and not re.search(r"締|期間|期限", word))
                        or stretch.closes is None
                        or (not ending and bool(_FROM.match(after) or _START.match(after)))
                    )
                    return applies(word, starts)
                if _START.match(after):
                    return applies(word, True)
                if gap in ("は", "が") and re.match(r"$|[ 。\n]|、|と(?!な)", after):
                    return applies(word)
        says_deadline = re.match(r"[ )\]】]{0,3}(?:必着|締切|〆切|締め切|消印)", after)
        if refused and not says_deadline and (tight or len(gap) <= 16):
            return None
        if ending and not is_range:
            if (
                re.match(
                    r"[ ()\]】【]{0,3}(?:まで)?[ (【]{0,2}(?:当日)?(?:必着|締切|〆切|締め切|消印|申込|申請)", after
                )
                or bare
            ):
                return applies(applying[0] if applying else "")
            if re.search(r"場合|れば|たら|ときは", sentence[:50]) and not tight:
                return None
            if re.search(r"実績報告|完了報告|問い?合わ?せ|購入|支払|完了|取得|新車", sentence[:40]) and not tight:
                return None
            near = (
                applying is not None
                and not re.search(r"[、\n]", before[applying.end() :])
                and len(before) - applying.end() <= 30
            )
            if _APPLY_VERB.search(sentence[:40].split("、", 1)[0]) or near:
                return applies(applying[0] if applying else "")
        held = _HELD.match(after) or (re.search(r"[をは]、?$", before) and _HELD_LATER.match(after))
        if held and not refused:
            return _Purpose(role=Role.EVENT, label="")
        if not is_range and (stretch.closes is None or _START.match(after)):
            near = applying is not None and len(before) - applying.end() <= 12
            if (near or _APPLY_VERB.search(sentence[:16])) and not refused:
                return applies(applying[0] if applying else "", True)
        if is_range and not refused:
            header = self._header(stretch.start, len(before))
            if not labels and header and _carries(before):
                return applies(header)
            if applying and self._says_when(applying[0]) and self._joins(before[applying.end() :]):
                return applies(applying[0])
            if applying and len(before) - applying.end() <= 20 and not re.search(r"[、\n]", before[applying.end() :]):
                return applies(applying[0])
            if _APPLY_VERB.search(sentence[:20].split("、", 1)[0]):
                return applies()
        if not labels and len(whole) <= 25 and _ALONE.fullmatch(whole) and _ALONE_AFTER.match(after):
            header = self._header(stretch.start, len(whole))
            if header:
                return applies(header)
        if stretch.sign and stretch.opens is None and not refused and len(before) <= 40:
            header = self._header(stretch.start, len(before))
            if header:
                return applies(header)
        alike = (
            is_range or ending or ("\n" not in whole and last and (stretch.closes is None or last.role is Role.EVENT))
        )
        if last and alike and len(whole) <= 25 and not labels and _carries(whole) and not _SENTENCE.search(whole):
            return replace(last, starts=not is_range and not ending and stretch.closes is None, round=number)
        if bare:
            return _Purpose(role=self.role or Role.APPLY, label=self.label, starts=stretch.closes is None, round=number)
        if re.search(r"[【\[〔]$", before) and stretch.closes and _HAPPENING.search(self.folded[:400]):
            return _Purpose(role=Role.EVENT)
        return None

    def _header(self, start: int, own: int) -> str:
        """The label that stands alone on a line a little above: "申請期間:" and then a period for each course."""
        if own > 40:
            return ""
        label = ""
        for match in _HEADER.finditer(self.folded, max(0, start - 240), start):
            label = match["label"] or ""
        return label

    @staticmethod
    def _says_when(word: str) -> bool:
        return bool(
            re.search(
                r"期間|期限|期日|締|〆|日時|日程|開始|終了|スケジュール|取扱|deadline|事前|エントリー",
                word,
                re.IGNORECASE,
            )
        )

    @staticmethod
    def _joins(gap: str) -> bool:
        return bool(re.match(r"[ )\]】」』]{0,3}[:】\]]", gap))

    def _round(self, before: str, after: str) -> int | None:
        found = list(_ROUND.finditer(before))
        if not found:
            beside = re.match(r"[ まで]{0,3}[(][^()\n]{0,12}[)]", after)
            found = list(_ROUND.finditer(beside[0])) if beside else []
        if not found:
            return None
        heads = [each for each in found if before[each.end() : each.end() + 1] in (":", "】", ")")]
        chosen = (heads or found)[-1]
        return _number(chosen[1] or chosen[2])

    def _window(self, stretch: _Stretch, purpose: _Purpose | None, before: str, after: str) -> Window | None:
        raw = self.text[stretch.start : stretch.end]
        if purpose and purpose.starts and stretch.opens is None and stretch.closes:
            stretch = replace(stretch, opens=stretch.closes, closes=None)
        if stretch.hours and purpose and purpose.role is Role.EVENT and stretch.opens and stretch.closes:
            stretch = replace(
                stretch,
                opens=replace(stretch.opens, clock=stretch.hours[0]),
                closes=replace(stretch.closes, clock=stretch.hours[1]),
            )
        try:
            days, inferred = self.calendar.years(self._with_year(stretch, purpose))
        except (_Impossible, KeyError, ValueError, OverflowError) as error:
            if purpose:
                code = "no_year" if isinstance(error, KeyError) else "impossible_date"
                self.problems.append(Problem(field="windows", code=code, raw=raw))
            return None
        if purpose is None:
            return None
        if stretch.closes and stretch.closes.fiscal and stretch.opens is None and not _AFTER_END.match(after):
            last = stretch.closes
            stretch = replace(stretch, opens=last)
            days["opens"] = _resolve_day(last, days["closes"].year - 1, 4, False)
        ends = {"opens": stretch.opens, "closes": stretch.closes}
        moments = {name: _moment(ends[name], day) for name, day in days.items()}  # type: ignore[arg-type]
        for name, day in days.items():
            point = ends[name]
            if point and point.week and "月火水木金土日"[day.weekday()] != point.week:
                self.problems.append(
                    Problem(field="windows", code="weekday_conflict", raw=self.text[point.start : point.end])
                )
        if purpose.role is Role.EVENT and "opens" not in moments:
            moments["opens"] = moments["closes"]
            moments["closes"] = moments["closes"][:10]
        elif purpose.role is Role.EVENT and "closes" not in moments and stretch.opens and not stretch.sign:
            moments["closes"] = moments["opens"][:10]
        opens, closes = moments.get("opens"), moments.get("closes")
        if opens and closes and opens[:10] > closes[:10]:
            self.problems.append(Problem(field="windows", code="impossible_date", raw=raw))
            return None
        point = stretch.closes or stretch.opens
        assert point is not None
        around = self.folded[max(0, stretch.start - 40) : stretch.start].rsplit("。", 1)[-1] + " " + after
        delivery = (
            Delivery.MUST_ARRIVE
            if _MUST.search(after[:30])
            else Delivery.POSTMARK
            if _POST.search(after[:30])
            else Delivery.MUST_ARRIVE
            if _MUST.search(before[-12:])
            else Delivery.POSTMARK
            if _POST.search(before[-12:])
            else None
        )
        if _BUDGET.search(around):
            basis = Basis.UNTIL_BUDGET
        elif _CAPACITY.search(around):
            basis = Basis.UNTIL_CAPACITY
        elif _SCHEDULED.match(after):
            basis = Basis.SCHEDULED
        else:
            rolling = not closes and re.search(r"随時|通年|常時", before[-20:] + after[:12])
            basis = Basis.FIXED if closes else Basis.ROLLING if rolling else Basis.UNSPECIFIED
        return Window(
            role=purpose.role,
            opens=opens,
            closes=closes,
            precision=_precision(point),
            basis=basis,
            delivery=delivery if purpose.role is Role.APPLY else None,
            label=purpose.label,
            round=purpose.round if purpose.role is Role.APPLY else None,
            inferred=tuple(each for each in inferred if moments.get(each.split(".")[0])),
            raw=raw,
            span=(stretch.start, stretch.end),
        )

    def _with_year(self, stretch: _Stretch, purpose: _Purpose | None) -> _Stretch:
        """An event without a year takes the one in its name (2026年展 … 5/20), if it is that of the publication."""
        closes, published = stretch.closes, self.calendar.published
        if purpose is None or purpose.role is not Role.EVENT or published is None or closes is None:
            return stretch
        if any(each and (each.year or each.relyear or each.relmonth) for each in (stretch.opens, closes)):
            return stretch
        named = _NAMED_YEAR.findall(self.folded[max(0, stretch.start - _BACK) : stretch.start])
        if named and int(named[-1]) == published.year:
            return replace(stretch, closes=replace(closes, year=published.year))
        return stretch

    def _add(self, window: Window, stretch: _Stretch, before: str, after: str) -> None:
        sentence = after.split("。", 1)[0]
        if (
            stretch.opens and stretch.closes and window.role is Role.APPLY
            and (re.search(r"[→⇒]", stretch.sign) or _MOVED.match(sentence))
            and (re.search(r"期限|締切|締め切|〆", before[-20:]) or _EXTEND.search(before[-20:]))
        ):  # fmt: skip
            old = window.model_copy(
                update={
                    "closes": window.opens,
                    "opens": None,
                    "raw": self._raw(stretch.opens),
                    "span": (stretch.opens.start, stretch.opens.end),
                }
            )
            self.superseded.append(old)
            window = window.model_copy(
                update={
                    "opens": None,
                    "inferred": tuple(each for each in window.inferred if each != "opens.year"),
                    "raw": self._raw(stretch.closes),
                    "span": (stretch.closes.start, stretch.closes.end),
                }
            )
        if (
            window.opens is None
            and re.search(r"当初|旧|(?:延長|変更)前", before[-20:])
            and _EXTEND.search(self.folded[stretch.end : stretch.end + _AHEAD])
        ):
            self.superseded.append(window)
            return
        previous = self.windows[-1] if self.windows else None
        between = (
            self.folded[previous.span[1] : stretch.start]
            if previous and previous.span and previous.span[1] <= stretch.start <= previous.span[1] + _AHEAD
            else None
        )
        if (
            previous
            and between is not None
            and previous.role is window.role is Role.APPLY
            and window.round in (None, previous.round)
        ):
            if (
                (
                    self.weak == previous.span
                    and previous.closes
                    and window.opens is None
                    and re.search(r"締|期限", window.label)
                )
                and window.closes
                and previous.closes[:10] < window.closes[:10]
                and len(between) <= 45
            ):
                previous = previous.model_copy(
                    update={"opens": previous.closes, "closes": None, "basis": Basis.UNSPECIFIED}
                )
            if (
                previous.closes is None
                and window.opens is None
                and previous.basis is Basis.UNSPECIFIED
                and previous.opens
                and window.closes
                and previous.opens[:10] <= window.closes[:10]
                and len(between) <= 45
            ):
                start = previous.span[0] if previous.span else stretch.start
                self.windows.pop()
                window = window.model_copy(
                    update={
                        "opens": previous.opens,
                        "round": previous.round,
                        "inferred": previous.inferred + window.inferred,
                        "raw": self.text[start : stretch.end],
                        "span": (start, stretch.end),
                    }
                )
        if not self._says_when(window.label) and not _AFTER_END.match(after) and stretch.opens is None:
            self.weak = window.span
        for at, other in enumerate(self.windows):
            if other.role is not window.role:
                continue
            joined = _joined(other, window)
            if joined:
                self.windows[at] = joined
                return
        self.windows.append(window)

    def _cut(self, start: int) -> str:
        return self.text[start : start + 40]

    def _raw(self, point: _Point) -> str:
        return self.text[point.start : point.end]

    def _order_rounds(self) -> None:
        """A round without a year that would fall after the next round lies a year earlier."""
        numbered = [at for at, each in enumerate(self.windows) if each.role is Role.APPLY and each.round]
        for at, following in reversed(list(pairwise(numbered))):
            one, other = self.windows[at], self.windows[following]
            first, second = one.closes or one.opens or "", other.closes or other.opens or ""
            ends = _ends(one)
            if (
                (one.round or 0) < (other.round or 0)
                and first > second
                and ends == {each.split(".")[0] for each in one.inferred}
            ):
                moved = {end: str(int(getattr(one, end)[:4]) - 1) + getattr(one, end)[4:] for end in ends}
                if not any(value[5:10] == "02-29" for value in moved.values()):
                    self.windows[at] = one.model_copy(update=moved)

    def _drop_starts(self) -> None:
        """A start that stands beside a whole window of the same round (公募開始, then 申請受付 … 締切) adds nothing."""
        kept = []
        for one in self.windows:
            beside = one.role is Role.APPLY and one.opens and not one.closes and one.basis is Basis.UNSPECIFIED and any(
                other.role is Role.APPLY and other.opens and other.closes and one.span and other.span
                and (other.round == one.round or not one.round)
                and one.opens[:10] <= other.closes[:10] and abs(other.span[0] - one.span[0]) <= 200
                for other in self.windows
            )  # fmt: skip
            if not beside:
                kept.append(one)
        self.windows = kept

    def _without_dates(self) -> None:
        """随時, 通年 and 予算がなくなり次第, which say when one can apply without a date."""
        applying = [at for at, each in enumerate(self.windows) if each.role is Role.APPLY]
        until = _UNTIL_BUDGET.search(self.folded)
        if until and len(applying) == 1:
            window = self.windows[applying[0]]
            if window.basis in (Basis.FIXED, Basis.UNSPECIFIED):
                self.windows[applying[0]] = window.model_copy(update={"basis": Basis.UNTIL_BUDGET})
        if applying:
            return
        for match, basis in ((until, Basis.UNTIL_BUDGET), (_ROLLING.search(self.folded), Basis.ROLLING)):
            if match:
                span = match.span()
                raw = self.text[span[0] : span[1]]
                self.windows.append(Window(basis=basis, label=self.label, raw=raw, span=span))
                return

    def _ended(self) -> None:
        for match in _ENDED.finditer(self.folded):
            start = max(0, match.start() - 40)
            lead = re.split(r"[。\n]", self.folded[start : match.start()])[-1]
            if _NOT_APPLYING.search(lead[-16:] + match[0]):
                continue
            span = match.span()
            ended = EndedEarly(at=self._ended_at(lead + match[0]), raw=self.text[span[0] : span[1]])
            number = _ROUND.findall(lead[-16:] + match[0])
            rounds = {_number(one or other) for one, other in number}
            applying = [at for at, each in enumerate(self.windows) if each.role is Role.APPLY]
            if not applying:
                self.ended = self.ended or ended
                continue
            if ended.at and any((self.windows[at].closes or "")[:10] == ended.at[:10] for at in applying):
                continue  # It ended on its day.
            later = {
                at
                for at in applying
                if ended.at and (self.windows[at].opens or self.windows[at].closes or "9")[:10] > ended.at[:10]
            }
            chosen = (
                [at for at in applying if self.windows[at].round in rounds] if rounds else self._beside(match, applying)
            )
            if chosen is None and not later:
                self.ended = self.ended or ended
            for at in set(applying if chosen is None else chosen) - later if chosen is not None or later else ():
                self.windows[at] = self.windows[at].model_copy(update={"ended_early": ended})

    def _beside(self, match: re.Match[str], applying: list[int]) -> list[int] | None:
        """The one of several windows on whose line the words stand; None: they are said of all."""
        if len(applying) < 2:
            return None
        near = []
        for at in applying:
            span = self.windows[at].span
            if span and match.start() <= span[0] < match.end():
                return [at]
            if (
                span
                and span[1] <= match.start() <= span[1] + _AHEAD
                and "\n" not in self.folded[span[1] : match.start()]
            ):
                near = [at]
            elif span and match.end() <= span[0] <= match.end() + 30 and "\n" not in self.folded[match.end() : span[0]]:
                near = near or [at]
        return near or None

    def _ended_at(self, sentence: str) -> str | None:
        point = None
        for found in _POINT.finditer(sentence):
            point = _point(found)
        if point is None or point.fiscal:
            return None
        try:
            days, _ = self.calendar.years(_Stretch(start=0, end=0, opens=None, closes=point))
        except (KeyError, ValueError):
            return None
        return _moment(point, days["closes"])


def read_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The gold lines' schema: in {id, text, published}, out {id, windows}.

    >>> read_row({"id": "x", "text": "締め切りは12月6日。", "published": "2024-11-20"})["windows"][0]["closes"]
    '2024-12-06'
    """
    found = read(row.get("text") or "", published=row.get("published"))
    keep = {"role", "opens", "closes", "precision", "basis", "delivery", "round", "label", "inferred", "raw", "span"}
    return {
        "id": row["id"],
        "windows": [each.model_dump(mode="json", include=keep) for each in found.windows],
        "problems": [each.model_dump(mode="json") for each in found.problems],
        "ended": found.ended.model_dump(mode="json") if found.ended else None,
    }

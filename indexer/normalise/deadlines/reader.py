"""Windows from stretches and what they are for: joined where two say the same, extended, or ended early."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from indexer.normalise.deadlines.days import Calendar, Impossible, moment, precision, resolve_day
from indexer.normalise.deadlines.endings import Endings, undated, until_budget
from indexer.normalise.deadlines.merging import in_order, joined, without_starts
from indexer.normalise.deadlines.points import MOST, MOST_DATES, Point, Stretch, headed, stretches
from indexer.normalise.deadlines.purpose import Judge, Purpose, says_when
from indexer.normalise.deadlines.words import AFTER_END
from indexer.normalise.text import fold
from indexer.schema import Basis, Delivery, EndedEarly, Problem, Role, Window

_MOVED = re.compile(r"(?:まで)?(?:に|へ|と)?[^。\n]{0,4}(?:延長|変更|延期)")
_FORMER = re.compile(
    r"(?:まで)?(?:と|に|を|を?[も以]って|が(?:申請|応募|募集|公募|申込み?)?(?:期限|締め?切り?))?(?:の)?(?:受付)?(?:終了|締め?切り?)?(?:を)?(?:の)?(?:設定|予定)?"
    r"(?:と?して(?:い|おり?)(?:まし)?た|でし?た|だった|となって(?:い|おり?)(?:まし)?た)(?:ところ|の)?(?:です)?が、?"
)
_OLD = re.compile(r"(?:延長|変更|改定)前|旧|当初")
_MUST = re.compile(r"必着")
_POST = re.compile(r"消印有効|消印まで有効|消印可")
_BUDGET = re.compile(
    r"予算の?範囲内?[^。\n]{0,12}先着(?!順?では(?:な|あり))|先着[^。\n]{0,16}予算|予算額?[^。\n]{0,6}以上の(?:申請|応募)[^。\n]{0,30}(?:中止|終了|停止)|予算[^。\n]{0,20}?(?:達し|なくな|無くな|到達|尽き|超え|満た|消化)|予算[^。\n]{0,8}?(?:上限"
    r"|終了)次第|先着順で(?:交付|採択)"
)
_CAPACITY = re.compile(
    r"件数?に達し|定員[^。\n]{0,12}?(?:達し|なり|到達|埋ま|満)|定数[^。\n]{0,8}?(?:達し|なり)"
    r"|先着(?!順?では(?:な|あり))"
)
_SCHEDULED = re.compile(
    r"^[ ]?(?:まで|頃|ごろ|から)?[ ]?(?:(?:公募|募集|受付|申請)(?:受付)?[をの]?(?:開始|締切))?[ を]?"
    r"(?:\(?予定\)?|\([^()\n]{0,8}予定\)|を予定|で予定)"
)
_NAMED_YEAR = re.compile(r"(?<![\d,.])(20\d\d)(?![\d年/.-])")
_EXTEND = re.compile(r"延長|変更|延期")
_BACK, _AHEAD = 80, 120


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`windows` in the order of the text; `ended` where the text says that the whole programme was closed early;
    `closed` where it says that a window closed on its day; `superseded` holds windows that an extension replaced."""

    windows: tuple[Window, ...] = ()
    problems: tuple[Problem, ...] = ()
    ended: EndedEarly | None = None
    closed: EndedEarly | None = None
    superseded: tuple[Window, ...] = ()


def read(text: str, *, published: str | None = None, role: Role | None = None, label: str = "") -> Reading:
    """Windows of a page or of one field.

    `published`: the ISO day that years are inferred from. `role` and `label` count where the text names none.
    Problems (field "windows"): weekday_conflict, impossible_date, no_year, unread.
    """
    folded = fold(text).replace("\t", " ").replace("\r", " ")
    reader = _Reader(text, folded, _iso_day(published), role, label)
    return reader.read()


def _iso_day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


class _Reader:
    def __init__(self, text: str, folded: str, published: date | None, role: Role | None, label: str) -> None:
        self.text = text
        self.folded = folded
        self.calendar = Calendar(published)
        self.judge = Judge(folded, role, label)
        self.label = label
        self.windows: list[Window] = []
        self.superseded: list[Window] = []
        self.problems: list[Problem] = []
        self.weak: tuple[int, int] | None = None

    def read(self) -> Reading:
        dated = stretches(self.folded)
        found = headed(dated, self.folded)
        bare = self.judge.is_field(found)
        last: Purpose | None = None
        for at, stretch in enumerate(found):
            if len(self.windows) >= MOST:
                self.problems.append(Problem(field="windows", code="unread", raw=self._cut(stretch.start)))
                break
            previous = found[at - 1].end if at else 0
            end = max(stretch.end, stretch.until)
            following = next((each.start for each in islice(found, at + 1, at + 32) if each.start >= end), None)
            before = self.folded[max(previous, stretch.start - _BACK) : stretch.start]
            after = self.folded[end : min(following or len(self.folded), end + _AHEAD)]
            purpose = self.judge.purpose(stretch, before, after, bare, last)
            if purpose is None and self.windows and stretch.opens is None and _OLD.search(before[-8:]):
                former = self._window(stretch, Purpose(role=Role.APPLY), before, after)
                self.superseded += [former] if former else []
                continue
            window = self._window(stretch, purpose, before, after)
            # 令和7年度分は…まで、令和8年度分は…まで: a year that names a part is not what the next date is for.
            if purpose or not (after.startswith("分") and stretch.closes and stretch.closes.fiscal):
                last = purpose
            if window and purpose:
                self._add(window, stretch, before, after)
        else:
            if len(dated) == MOST_DATES:
                self.problems.append(Problem(field="windows", code="unread", raw=self._cut(dated[-1].start)))
        windows, ended, closed = Endings(self.text, self.folded, self.calendar).of(
            self._undated(in_order(without_starts(self.windows)))
        )
        return Reading(
            windows=tuple(windows),
            problems=tuple(dict.fromkeys(self.problems)),
            ended=ended,
            closed=closed,
            superseded=tuple(self.superseded),
        )

    def _window(self, stretch: Stretch, purpose: Purpose | None, before: str, after: str) -> Window | None:
        raw = self.text[stretch.start : stretch.end]
        if purpose and purpose.starts and stretch.opens is None and stretch.closes:
            stretch = stretch._replace(opens=stretch.closes, closes=None)
        if stretch.hours and purpose and purpose.role is Role.EVENT and stretch.opens and stretch.closes:
            stretch = stretch._replace(
                opens=stretch.opens._replace(clock=stretch.hours[0]),
                closes=stretch.closes._replace(clock=stretch.hours[1]),
            )
        try:
            days, inferred = self.calendar.years(self._with_year(stretch, purpose))
        except (Impossible, KeyError, ValueError, OverflowError) as error:
            if purpose:
                code = "no_year" if isinstance(error, KeyError) else "impossible_date"
                self.problems.append(Problem(field="windows", code=code, raw=raw))
            return None
        if purpose is None:
            return None
        if stretch.closes and stretch.closes.fiscal and stretch.opens is None and not AFTER_END.match(after):
            last = stretch.closes
            stretch = stretch._replace(opens=last)
            days["opens"] = resolve_day(last, days["closes"].year - 1, 4, False)
        ends = {"opens": stretch.opens, "closes": stretch.closes}
        moments = {name: moment(ends[name], day) for name, day in days.items()}  # type: ignore[arg-type]
        for name, day in days.items():
            point = ends[name]
            if point and point.week and "月火水木金土日"[day.weekday()] != point.week:
                self.problems.append(
                    Problem(field="windows", code="weekday_conflict", raw=self.text[point.start : point.end])
                )
        if purpose.role is Role.EVENT and "opens" not in moments:
            moments["opens"] = moments["closes"]
            moments["closes"] = moments["closes"][:10]
        elif (
            purpose.role is Role.EVENT
            and "closes" not in moments
            and stretch.opens
            and (not stretch.sign or stretch.opens.clock)
        ):
            moments["closes"] = moments["opens"][:10]
        opens, closes = moments.get("opens"), moments.get("closes")
        if purpose.role is Role.EVENT and self._long_ago(closes or opens):
            return None
        if opens and closes and opens[:10] > closes[:10]:
            self.problems.append(Problem(field="windows", code="impossible_date", raw=raw))
            return None
        point = stretch.closes or stretch.opens
        assert point is not None
        around = self.folded[max(0, stretch.start - 40) : stretch.start].rsplit("。", 1)[-1] + " " + after[:_BACK]
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
            precision=precision(point),
            basis=basis,
            delivery=delivery if purpose.role is Role.APPLY else None,
            label=purpose.label,
            round=purpose.round if purpose.role is Role.APPLY else None,
            inferred=tuple(each for each in inferred if moments.get(each.split(".")[0])),
            raw=raw,
            span=(stretch.start, stretch.end),
        )

    def _long_ago(self, day: str | None) -> bool:
        """A look back, and nothing that one can go to: 2011年7月に開催した総会."""
        published = self.calendar.published
        return bool(day and published and day[:10] < (published - timedelta(days=365)).isoformat())

    def _with_year(self, stretch: Stretch, purpose: Purpose | None) -> Stretch:
        """An event without a year takes the one in its name (2026年展 … 5/20), if it is that of the publication."""
        closes, published = stretch.closes, self.calendar.published
        if purpose is None or purpose.role is not Role.EVENT or published is None or closes is None:
            return stretch
        if any(each and (each.year or each.relyear or each.relmonth) for each in (stretch.opens, closes)):
            return stretch
        named = _NAMED_YEAR.findall(self.folded[max(0, stretch.start - _BACK) : stretch.start])
        if named and int(named[-1]) == published.year:
            return stretch._replace(closes=closes._replace(year=published.year))
        return stretch

    def _add(self, window: Window, stretch: Stretch, before: str, after: str) -> None:
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
            and (_EXTEND.search(self.folded[stretch.end : stretch.end + _AHEAD]) or self._put_off(window, before))
        ) or (window.opens is None and _FORMER.match(after)):
            self.superseded.append(window)
            return
        # The start of the period may stand some lines above, with the briefing between: 公募開始, 説明会, 公募締切.
        at = next((at for at in reversed(range(len(self.windows))) if self.windows[at].role is Role.APPLY), -1)
        previous = self.windows[at] if at >= 0 else None
        behind = stretch.start - previous.span[1] if previous and previous.span else -1
        if (
            previous
            and 0 <= behind <= (45 if at == len(self.windows) - 1 else 120)
            and window.role is Role.APPLY
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
            ):
                start = previous.span[0] if previous.span else stretch.start
                del self.windows[at]
                window = window.model_copy(
                    update={
                        "opens": previous.opens,
                        "round": previous.round,
                        "inferred": previous.inferred + window.inferred,
                        "raw": self.text[start : stretch.end],
                        "span": (start, stretch.end),
                    }
                )
        if not says_when(window.label) and not AFTER_END.match(after) and stretch.opens is None:
            self.weak = window.span
        days = {end[5:10] for end in (window.opens, window.closes) if end}
        for at, other in enumerate(self.windows):
            # A page of 200 windows asks 20,000 times: only those that share a day are compared.
            if (other.closes or "")[5:10] not in days and (other.opens or "")[5:10] not in days:
                continue
            if other.role is not window.role:
                continue
            if one := joined(other, window):
                self.windows[at] = one
                return
        self.windows.append(window)

    def _put_off(self, window: Window, before: str) -> bool:
        """Whether the words before a former deadline say that it was put off to one that is known."""
        closes = (window.closes or "9")[:10]
        return bool(_EXTEND.search(before)) and any(closes < (each.closes or "")[:10] for each in self.windows)

    def _cut(self, start: int) -> str:
        return self.text[start : start + 40]

    def _raw(self, point: Point) -> str:
        return self.text[point.start : point.end]

    def _undated(self, windows: list[Window]) -> list[Window]:
        """The windows, or one without a date where the text says that one can apply at any time."""
        applying = [at for at, each in enumerate(windows) if each.role is Role.APPLY]
        if len(applying) == 1 and until_budget(self.folded):
            window = windows[applying[0]]
            if window.basis in (Basis.FIXED, Basis.UNSPECIFIED):
                windows[applying[0]] = window.model_copy(update={"basis": Basis.UNTIL_BUDGET})
        if not applying and (found := undated(self.folded)):
            basis, span = found
            windows.append(Window(basis=basis, label=self.label, raw=self.text[slice(*span)], span=span))
        return windows


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

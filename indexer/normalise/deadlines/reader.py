"""Windows from stretches and what they are for: joined where two say the same, extended, or ended early."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from typing import Any

from indexer.normalise.deadlines.days import Calendar, Impossible, moment, precision, resolve_day
from indexer.normalise.deadlines.points import MOST, POINT, Point, Stretch, number, point_of, stretches
from indexer.normalise.deadlines.purpose import AFTER_END, ROUND, Judge, Purpose, says_when
from indexer.normalise.text import fold
from indexer.schema import Basis, Delivery, EndedEarly, Problem, Role, Window

_MOVED = re.compile(r"(?:まで)?(?:に|へ|と)?[^。\n]{0,4}(?:延長|変更|延期)")
_FORMER = re.compile(
    r"(?:まで)?(?:と|に|を)?(?:設定|予定)?(?:して|の予定|でし)(?:い|お)?(?:まし)?(?:り)?た(?:ところ)?が、?"
)
_OLD = re.compile(r"(?:延長|変更|改定)前|旧|当初")
_MUST = re.compile(r"必着")
_POST = re.compile(r"消印有効|消印まで有効|消印可")
_BUDGET = re.compile(
    r"予算[^。\n]{0,20}?(?:達し|なくな|無くな|到達|尽き|超え|満た|消化)|予算[^。\n]{0,8}?(?:上限"
    r"|終了)次第|先着順で(?:交付|採択)"
)
_CAPACITY = re.compile(r"定員[^。\n]{0,12}?(?:達し|なり|到達|埋ま|満)|定数[^。\n]{0,8}?(?:達し|なり)|先着")
_SCHEDULED = re.compile(r"^[ ]?(?:まで|頃|ごろ|から)?[ ]?(?:\(?予定\)?|\([^()\n]{0,8}予定\)|を予定|で予定)")
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
    r"|締め?切り(?:まし)?た|締め?切られ(?:た|まし)|締め切らせて|停止し|打ち切)"
    r"|(?:受付|受け付け|募集|公募|申請|申込み?|申し込み|応募)(?:受付|期間)?(?:は、|[はをが])?[^。\n、]{0,24}?"
    r"(?:終了(?:しました|いたしました|致しました|しており|しています|した(?=[。)）\n]"
    r"|$)|となりました|済み)|締め?切りました|締め切らせていただきました|締め?切られ(?:た|まし)|(?:一時)?(?:停止"
    r"|中止"
    r"|休止)(?:しました|しており|しています|いたしました|中))"
    r"|(?:受付|募集|公募|申請|申込)(?:受付)?(?:は)?終了(?=[】\]〕)!！。 \n]|$|令和|事業|支援|助成|補助|創業)"
)
_NOT_APPLYING = re.compile(r"説明会|セミナー|質問|相談会|アンケート|講座|パブリック|昨年|前年|時点|場合|次第")
_EXTEND = re.compile(r"延長|変更|延期")
_BACK, _AHEAD = 80, 80


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`windows` in the order of the text; `ended` where the text says that the whole programme was closed early;
    `superseded` holds windows that an extension replaced."""

    windows: tuple[Window, ...] = ()
    problems: tuple[Problem, ...] = ()
    ended: EndedEarly | None = None
    superseded: tuple[Window, ...] = ()


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
    if not (_alike(one.closes, other.closes) or _alike(one.opens, other.opens)):
        return None  # The usual case, and the cheap one: a page of 200 windows asks 20,000 times.
    if one.round and other.round and one.round != other.round:
        return None
    if one.role is Role.EVENT and one.opens != other.opens and all("T" in (each.opens or "") for each in (one, other)):
        return None  # Two sessions of one day.
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


def _alike(one: str | None, other: str | None) -> bool:
    """The same day, the year apart."""
    return bool(one and other and one[5:10] == other[5:10])


def _same_year(window: Window, model: Window) -> Window:
    """A deadline whose year we inferred is the model's where all but the year agrees and the rounds are the same."""
    if not (window.round and window.round == model.round and window.closes and model.closes and not window.opens):
        return window
    only_the_window = "closes.year" in window.inferred and "closes.year" not in model.inferred
    if only_the_window and window.closes[5:10] == model.closes[5:10]:
        return window.model_copy(update={"closes": model.closes[:4] + window.closes[4:]})
    return window


def _ends(window: Window) -> set[str]:
    return {end for end in ("opens", "closes") if getattr(window, end)}


def _fullness(window: Window) -> tuple[int, int]:
    return len(_ends(window)), len((window.opens or "") + (window.closes or ""))


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
        self.ended: EndedEarly | None = None
        self.weak: tuple[int, int] | None = None

    def read(self) -> Reading:
        found = stretches(self.folded)
        bare = self.judge.is_field(found)
        last: tuple[Purpose, int] | None = None
        for at, stretch in enumerate(found):
            if len(self.windows) >= MOST:
                self.problems.append(Problem(field="windows", code="unread", raw=self._cut(stretch.start)))
                break
            previous = found[at - 1].end if at else 0
            end = max(stretch.end, stretch.until)
            following = next((each.start for each in islice(found, at + 1, at + 32) if each.start >= end), None)
            before = self.folded[max(previous, stretch.start - _BACK) : stretch.start]
            after = self.folded[end : min(following or len(self.folded), end + _AHEAD)]
            purpose = self.judge.purpose(stretch, before, after, bare, last[0] if last else None)
            if purpose is None and self.windows and stretch.opens is None and _OLD.search(before[-8:]):
                former = self._window(stretch, Purpose(role=Role.APPLY), before, after)
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
            precision=precision(point),
            basis=basis,
            delivery=delivery if purpose.role is Role.APPLY else None,
            label=purpose.label,
            round=purpose.round if purpose.role is Role.APPLY else None,
            inferred=tuple(each for each in inferred if moments.get(each.split(".")[0])),
            raw=raw,
            span=(stretch.start, stretch.end),
        )

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
            and _EXTEND.search(self.folded[stretch.end : stretch.end + _AHEAD])
        ) or (window.opens is None and _FORMER.match(after)):
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
        if not says_when(window.label) and not AFTER_END.match(after) and stretch.opens is None:
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

    def _raw(self, point: Point) -> str:
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
            rounds = {number(one or other) for one, other in ROUND.findall(lead[-16:] + match[0])}
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
        for found in POINT.finditer(sentence):
            point = point_of(found)
        if point is None or point.fiscal:
            return None
        try:
            days, _ = self.calendar.years(Stretch(start=0, end=0, opens=None, closes=point))
        except (KeyError, ValueError):
            return None
        return moment(point, days["closes"])


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

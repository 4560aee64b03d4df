"""What a stretch is for: a time to apply, an event, or neither, from the words around it."""

import re
from typing import Literal, NamedTuple

from indexer.normalise.deadlines import words
from indexer.normalise.deadlines.points import Stretch, number
from indexer.schema import Role


class Purpose(NamedTuple):
    """Why a stretch yields a window: its role, its label, and whether one date is its start."""

    role: Role
    label: str = ""
    starts: bool = False
    round: int | None = None


# What one rule says: a purpose, that there is none (False), or nothing, and the next rule is asked.
_Verdict = Purpose | Literal[False] | None


def says_when(word: str) -> bool:
    """Whether a label names a time, not only the act of applying."""
    return bool(words.WHEN.search(word))


def _kind(label: re.Match[str] | None) -> str | None:
    return None if label is None else "apply" if label.lastgroup == "both" else label.lastgroup


def _carries(between: str) -> bool:
    """Whether a label above still holds: between stands the name of a round or a course, no label of its own."""
    return not words.OWN_LABEL.search(between)


class _Around:
    """A stretch, and what its surroundings say before any rule is asked."""

    __slots__ = (
        "after", "applying", "bare", "before", "ending", "ends", "gap", "is_range", "kind", "labels",
        "nearest", "refused", "stretch", "tight", "whole",
    )  # fmt: skip

    def __init__(self, stretch: Stretch, before: str, after: str, bare: bool) -> None:
        self.stretch = stretch
        self.bare = bare
        self.ends = [each for each in (stretch.opens, stretch.closes) if each]
        self.whole = before
        self.after = after
        cut = [m.end() for m in words.SENTENCE.finditer(before)]
        if cut and not words.BLANK.fullmatch(before[cut[-1] :]):
            before = before[cut[-1] :]
        if said := words.OF_THE_LAST.match(before):
            before = before[said.end() :]
        self.before = words.EARLIER_END.sub("", before) if before.endswith(words.OR_BY) else before
        self.labels = list(words.LABEL.finditer(self.before))
        self.nearest = self.labels[-1] if self.labels else None
        self.kind = _kind(self.nearest)
        self.gap = self.before[self.nearest.end() :] if self.nearest else self.before
        # The label stands right before the date.
        self.tight = bool(
            self.nearest
            and (words.GLUE.fullmatch(self.gap) or (says_when(self.nearest[0]) and words.FOR_SOME.fullmatch(self.gap)))
        )
        self.applying = self.nearest
        if self.kind != "apply":
            self.applying = next((m for m in reversed(self.labels) if _kind(m) == "apply"), None)
        self.refused = self.kind == "refuse"
        self.is_range = bool(stretch.opens and stretch.closes)
        self.ending = bool(words.AFTER_END.match(after))

    @property
    def sentence(self) -> str:
        """What follows on the same line, up to the end of its sentence."""
        return words.SENTENCE.split(self.after, maxsplit=1)[0].split("\n", 1)[0]

    @property
    def clocked(self) -> bool:
        return any(each.clock for each in self.ends)

    @property
    def word(self) -> str:
        """The nearest label of an application, as it stands."""
        return self.applying[0] if self.applying else ""

    def applying_within(self, distance: int) -> bool:
        """Whether such a label stands so near, in the same clause."""
        if self.applying is None:
            return False
        rest = self.before[self.applying.end() :]
        return len(rest) <= distance and not words.BREAK.search(rest)

    @property
    def one_day(self) -> bool:
        """Hours of one day, from and until."""
        opens, closes = self.stretch.opens, self.stretch.closes
        if opens is None or closes is None or not (opens.clock and closes.clock):
            return False
        return (opens.month, opens.day, opens.relmonth) == (closes.month, closes.day, closes.relmonth)


class Judge:
    """Says what the stretches of one text are for."""

    def __init__(self, folded: str, role: Role | None, label: str) -> None:
        self.folded = folded
        self.role = role
        self.label = label
        self.rules = (
            self._excluded,
            self._named_behind,
            self._labelled,
            self._until,
            self._held,
            self._begins,
            self._ranged,
            self._below,
            self._goes_on,
            self._alone,
        )

    def is_field(self, stretches: list[Stretch]) -> bool:
        """True if the text is hardly more than its dates: the value of a field that is a period or a deadline."""
        if not stretches or len(self.folded) > 300:
            return False
        rest, at = [], 0
        for stretch in stretches:
            rest.append(self.folded[at : stretch.start])
            at = stretch.end
        rest.append(self.folded[at:])
        left = words.FILLING.sub("", "".join(rest))
        return len(left) <= 4 and "最長" not in left and not words.LABEL.search(left)

    def purpose(self, stretch: Stretch, before: str, after: str, bare: bool, last: Purpose | None) -> Purpose | None:
        """What the stretch is for; None for nothing that we tell. `last` is what the stretch before it is for."""
        here = _Around(stretch, before, after, bare)
        for rule in self.rules:
            verdict = rule(here, last)
            if verdict is not None:
                return verdict or None
        return None

    def _applies(self, here: _Around, label: str = "", starts: bool = False) -> Purpose:
        return Purpose(role=Role.APPLY, label=label or self.label, starts=starts, round=_round(here))

    def _excluded(self, here: _Around, last: Purpose | None) -> _Verdict:
        """Dates of what is over, of conditions, of what follows when all have applied."""
        other_year = (
            "年" in here.before and words.OTHER_YEARS.search(here.before) and not any(each.year for each in here.ends)
        )
        of_another = (
            (("前" in here.before or "昨" in here.before) and words.LAST_TIME.search(here.before))
            or ("年度の" in here.before and words.OF_SOME_YEAR.search(here.before))
            or ("受付期限" in here.before and words.OF_CALLS.search(here.whole))
        )
        return False if other_year or of_another or words.EXCLUDED.match(here.after) else None

    def _named_behind(self, here: _Around, last: Purpose | None) -> _Verdict:
        """The name stands behind the date: 9月11日締切, 8月10日：公募開始, 9月中旬：審査."""
        named = words.POSTFIX.match(here.after)
        if named and not here.is_range and not here.refused:
            return self._applies(here, named[0].strip(" )】、"), bool(named["start"]))
        alone = here.whole[-1:] in ("", "\n") and not here.is_range and not (here.tight and last is None)
        if alone and (titled := words.TITLED.match(here.after)):
            return Purpose(role=Role.EVENT, label=titled[0].strip(" )\n"))
        behind = None if here.tight else words.NAMED_BEHIND.match(here.after)
        name = behind["name"] if behind else ""
        if words.HAPPENING.search(name):
            return Purpose(role=Role.EVENT, label=name)
        if words.NOT_APPLIED.search(name):
            return False
        if name and words.APPLY_VERB.search(name):
            ends = re.search(r"締|〆|期限", name)
            if here.is_range or ends or re.search(r"開始|スタート", name):
                return self._applies(here, name, not (here.is_range or ends))
        return None

    def _labelled(self, here: _Around, last: Purpose | None) -> _Verdict:
        """A label right before the date: 申請期間：…, 日時：…"""
        word = here.nearest[0] if here.nearest else ""
        if (
            here.ends[0].fiscal
            and here.ends[-1].fiscal
            and not (here.tight and here.kind == "apply" and says_when(word) and words.FISCAL_END.match(here.after))
        ):
            return False
        if words.STAMPED.match(here.after):
            return False
        until = here.ending and words.HAPPENING.fullmatch(word)  # 説明会：9月1日まで
        if here.tight and (
            (here.kind == "event" and not until and not here.gap.startswith("を"))
            or (self.role is Role.EVENT and word in ("期間", "期日"))
        ):
            return Purpose(role=Role.EVENT, label=word)
        if here.tight and here.kind == "apply":
            naming = next((m[0] for m in reversed(here.labels) if _kind(m) == "apply" and says_when(m[0])), word)
            if not says_when(word) and words.GLUE.fullmatch(here.before[here.before.rfind(naming) + len(naming) :]):
                word = naming
            if (
                here.is_range
                or here.stretch.closes is None
                or here.ending
                or says_when(word)
                or words.HEADS.match(here.gap)
            ):
                starts = not here.is_range and (
                    bool(re.search(r"開始", word) and not re.search(r"締|期間|期限", word))
                    or here.stretch.closes is None
                    or (not here.ending and bool(words.FROM.match(here.after) or words.START.match(here.after)))
                )
                return self._applies(here, word, starts)
            if words.START.match(here.after):
                return self._applies(here, word, True)
            if here.gap in ("は", "が") and words.STOPS.match(here.after):
                return self._applies(here, word)
        if here.gap == "の" and here.kind == "apply" and re.search(r"期限|締切日?$|〆切", word):
            return self._applies(here, word)  # 提出期限の9月30日を過ぎると
        told = words.HAPPENING.search(here.gap) or words.SAYS_DEADLINE.match(here.after)
        if here.refused and not told and (here.tight or len(here.gap) <= 16):
            asked = words.DONE_FIRST.search(here.gap) and words.PLEASE.search(here.sentence[:20])
            return None if asked and not words.OTHER_END.search(here.before) else False
        return None

    def _until(self, here: _Around, last: Purpose | None) -> _Verdict:
        """A deadline in prose: 9月30日までに申請してください."""
        if not here.ending or here.is_range:
            return None
        sentence = words.NOTE.sub("", here.sentence)
        if words.ADVISED.search(sentence[:40]) or words.QUESTIONS.search(sentence[:40]):
            return False
        if words.SAYS_UNTIL.match(here.after) or here.bare:
            return self._applies(here, here.word)
        if not here.tight and (words.IF.search(sentence[:50]) or words.OTHER_END.search(sentence[:40])):
            return False
        clause = sentence[:40].split("、", 1)[0]
        asked = words.PLEASE.search(clause) or (words.CALL.search(clause) and words.WISHING.search(here.before))
        if words.APPLY_VERB.search(clause) or here.applying_within(30) or asked:
            return self._applies(here, here.word)
        return None

    def _held(self, here: _Around, last: Purpose | None) -> _Verdict:
        """An event: 9月10日に開催, or hours of one day beside its name or its venue."""
        held = (
            words.HELD.match(here.after)
            or (words.CLAUSE.search(here.before) and words.HELD_LATER.match(here.after))
            or (not here.is_range and words.HELD_EACH.match(self.folded, here.stretch.end))
            or (not here.is_range and words.AT_PLACE.match(here.after))
            or (here.clocked and words.STARTS_EVENT.match(here.after))
            or (
                here.one_day
                and (words.VENUE_BEHIND.match(here.after) or words.HAPPENING.search(self._above(here, 200)))
                and not here.applying
            )
        )
        if not held or (here.refused and not words.HAPPENING.search(here.gap)):
            return None
        label = last.label if last and last.role is Role.EVENT and not here.labels else ""
        return Purpose(role=Role.EVENT, label=label)

    def _begins(self, here: _Around, last: Purpose | None) -> _Verdict:
        """The day from which on one can apply, and the new day of a deadline that was put off."""
        if here.is_range or here.refused:
            return None
        if here.stretch.closes is None or words.START.match(here.after):
            near = here.applying is not None and len(here.before) - here.applying.end() <= 12
            until_money = here.stretch.closes is None and words.UNTIL_MONEY.match(here.after)
            begun = here.stretch.closes is None and words.BEGUN.match(here.after)
            if near or words.APPLY_VERB.search(here.sentence[:16]) or until_money or begun:
                return self._applies(here, here.word, True)
        if words.PUT_OFF.match(here.after) and (here.applying or (last and last.role is Role.APPLY)):
            round_ = _round(here) or (last.round if last else None)
            return self._applies(here, here.word)._replace(round=round_)
        return None

    def _ranged(self, here: _Around, last: Purpose | None) -> _Verdict:
        """A period whose label stands further off: in a heading above, before, or behind it."""
        if not here.is_range or here.refused:
            return None
        header = self._header(here.stretch.start, len(here.before))
        announced = here.kind == "apply" and words.ANNOUNCED.fullmatch(here.gap)
        if (not here.labels or announced) and header and _carries(here.before):
            return self._applies(here, header)
        if here.applying and says_when(here.word) and words.HEADS.match(here.before[here.applying.end() :]):
            return self._applies(here, here.word)
        if here.applying_within(20):
            return self._applies(here, here.word)
        if words.DURING.match(here.after):
            return self._applies(here)
        behind = words.NOTE.sub("", here.sentence)[:20].split("、", 1)[0]
        clause, colon, _ = behind.partition(":")
        if colon:
            clause = clause.rpartition(" ")[0]  # The last word is the label of what follows.
        return self._applies(here) if words.APPLY_VERB.search(clause) else None

    def _below(self, here: _Around, last: Purpose | None) -> _Verdict:
        """A single date below a heading."""
        alone = (
            not here.labels
            and len(here.whole) <= 25
            and words.ALONE.fullmatch(here.whole)
            and words.ALONE_AFTER.match(here.after)
            and self._header(here.stretch.start, len(here.whole))
        )
        signed = (
            here.stretch.sign
            and here.stretch.opens is None
            and not here.refused
            and len(here.before) <= 40
            and self._header(here.stretch.start, len(here.before))
        )
        course = words.COURSE.search(here.whole) if here.ending and not here.is_range else None
        named = (
            course
            and not words.LABEL.search(course["name"])
            and self._header(here.stretch.start - len(here.whole) + course.start() + 1, 0)
        )
        header = alone or signed or named
        if header:
            return self._applies(here, header)
        begins = words.BEGINS.search(here.whole)
        header = begins and self._header(here.stretch.start - len(here.whole) + begins.start() + 1, 0)
        return self._applies(here, header, True) if header else None

    def _goes_on(self, here: _Around, last: Purpose | None) -> _Verdict:
        """One more of what the stretch before was: a round, a course, a session, a prefecture."""
        if last is None or here.labels:
            return None
        alike = (
            here.is_range
            or here.ending
            or (last.role is Role.EVENT and (here.clocked or "\n" not in here.whole))
            or ("\n" not in here.whole and here.stretch.closes is None)
        )
        if alike and len(here.whole) <= 25 and _carries(here.whole) and not words.SENTENCE.search(here.whole):
            starts = not here.is_range and not here.ending and here.stretch.closes is None
            return last._replace(starts=starts, round=_round(here))
        if last.role is Role.APPLY and here.stretch.opens is None and words.AND_FOR.fullmatch(here.whole[-40:]):
            return last._replace(starts=False, round=_round(here))
        return None

    def _alone(self, here: _Around, last: Purpose | None) -> _Verdict:
        """Only dates, as in a field; or a date that opens a bracket in what tells of an event."""
        if here.bare:
            role = self.role or (Role.EVENT if here.one_day else Role.APPLY)
            return Purpose(role=role, label=self.label, starts=here.stretch.closes is None, round=_round(here))
        if (
            here.before.endswith(("【", "[", "〔"))
            and here.stretch.closes
            and words.HAPPENING.search(self.folded[:400])
        ):
            return Purpose(role=Role.EVENT)
        return None

    def _above(self, here: _Around, distance: int) -> str:
        return self.folded[max(0, here.stretch.start - distance) : here.stretch.start]

    def _header(self, start: int, own: int) -> str:
        """The label that stands alone on a line a little above: "申請期間:" and then a period for each course."""
        if own > 40:
            return ""
        label = ""
        for match in words.HEADER.finditer(self.folded, max(0, start - 320), start):
            label = match["label"] or match["intro"] or ""
        return label


def _round(here: _Around) -> int | None:
    found = list(words.ROUND.finditer(here.before))
    for beside in (words.BRACKETED, words.BEGUN):
        if not found and (match := beside.match(here.after)):
            found = list(words.ROUND.finditer(match[0]))
    if not found:
        return None
    heads = [each for each in found if here.before[each.end() : each.end() + 1] in (":", "】", ")")]
    chosen = (heads or found)[-1]
    return number(chosen[1] or chosen[2])

"""What people mean by the words they type: a place, a deadline. Each becomes a filter that they see and can drop.
Kana, romaji and slips become the words of their sound.

「福岡市 太陽光」 asks for 太陽光 in 福岡市; a programme that only mentions the town would be the wrong answer. A filter
that was chosen beats a word, and `literal` leaves all words as they are.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from indexer.normalise.areas import named_places
from indexer.schema import JST
from indexer.vocab import regions
from search_api.query import Query, StateChoice
from search_api.spelling import respelled

_JOINT = re.compile(r"^内?(?:で使える|での|で|の)?")
_BOUND = re.compile(r"$|\s|の|内|で")
_KANA = re.compile(r"[ぁ-んァ-ヶー]{1,3}")
_ENDS = r"(?:締切|締め切り|〆切|まで)(?:の)?"


@dataclass(frozen=True)
class Understood:
    """The question as it is meant, and which words became which filter (area: 福岡市), or other words (q)."""

    query: Query
    words: dict[str, str]


def understand(query: Query, now: datetime) -> Understood:
    """Moves places and deadlines from the words to filters, where none is chosen. The rest of the words stays, written
    as the vocabulary has it.

    >>> at = datetime(2026, 8, 22, tzinfo=JST)
    >>> said = understand(Query(q="福岡市の太陽光 今月締切"), at)
    >>> said.query.q, said.query.area, said.query.closes_within, said.words
    ('太陽光', ('40130',), 9, {'area': '福岡市', 'closes_within': '今月締切'})
    """
    if query.literal or not query.q.strip():
        return Understood(query, {})
    q = query.q
    words: dict[str, str] = {}
    changes: dict[str, Any] = {}
    if not query.area and (place := _place(q)):
        word, code, q = place
        words["area"], changes["area"] = word, (code,)
    for pattern, name, value in _TIMES:
        chosen = query.closes_within is not None if name == "closes_within" else bool(query.state)
        if not chosen and name not in words and (found := pattern.search(q)):
            words[name] = found[0].strip()
            changes[name] = value(now.astimezone(JST).date())
            q = q[: found.start()] + " " + q[found.end() :]
    if (written := respelled(q)) != " ".join(q.split()):
        words["q"], q = " ".join(q.split()), written
    if not words:
        return Understood(query, {})
    return Understood(query.with_(q=" ".join(q.split()), page=query.page, **changes), words)


def _place(q: str) -> tuple[str, str, str] | None:
    """(the word, its code, what is left): a full name wherever it stands, a short name (福岡) where it stands alone."""
    for start, end, codes in named_places(q):
        # 北海道電力 is a firm; 福岡市太陽光 is a town and a wish.
        if len(codes) == 1 and not (q[start:end] == "北海道" and not _BOUND.match(q, end)):
            return q[start:end], codes[0], q[:start] + " " + _JOINT.sub("", q[end:])
    parts = q.split()
    for at, part in enumerate(parts):
        code = _short_names().get(_JOINT_END.sub("", part))
        if code:
            return part, code, " ".join(parts[:at] + parts[at + 1 :])
    return None


_JOINT_END = re.compile(r"(?:の|で)$")


@lru_cache(maxsize=1)
def _short_names() -> dict[str, str]:
    """福岡 is the prefecture, 浜松 the one city of this name; 府中, which are two, is neither. 三田 is 三田市."""
    cities: dict[str, list[str]] = {}
    for region in regions.all():
        if len(region.code) == 5 and not region.is_ward and region.name.endswith("市"):
            cities.setdefault(region.name[:-1], []).append(region.code)
    # みどり and さくら are words before they are cities; 中央 and 北 are wards of many.
    wards = {each.name.removeprefix(regions.get(each.parent).name)[:-1] for each in regions.all() if each.is_ward}
    found = {
        name: codes[0]
        for name, codes in cities.items()
        if len(codes) == 1 and len(name) > 1 and name not in wards and not _KANA.fullmatch(name)
    }
    return found | {each.name[:-1]: each.code for each in regions.prefectures() if each.code != "01"}


def _month_end(today: date) -> int:
    return calendar.monthrange(today.year, today.month)[1] - today.day


def _states(*states: StateChoice) -> Callable[[date], tuple[StateChoice, ...]]:
    return lambda _: states


_TIMES: tuple[tuple[re.Pattern[str], str, Callable[[date], object]], ...] = (
    (re.compile(rf"(?:^|(?<=\s))(?:本日|今日){_ENDS}"), "closes_within", lambda _: 0),
    (re.compile(rf"(?:^|(?<=\s))(?:明日|あす){_ENDS}"), "closes_within", lambda _: 1),
    (re.compile(rf"(?:^|(?<=\s))今週(?:中|末)?(?:に)?{_ENDS}"), "closes_within", lambda today: 6 - today.weekday()),
    (re.compile(rf"(?:^|(?<=\s))今月(?:中|末)?(?:に)?{_ENDS}"), "closes_within", _month_end),
    (
        re.compile(r"(?:^|(?<=\s))(?:締切|締め切り|〆切)(?:が)?(?:間近|近い|迫る)(?=\s|$)"),
        "state",
        _states(StateChoice.CLOSING),
    ),
    (
        re.compile(r"(?:^|(?<=\s))(?:受付中|募集中|公募中|申請受付中)(?:の)?(?=\s|$)"),
        "state",
        _states(StateChoice.OPEN, StateChoice.CLOSING),
    ),
)

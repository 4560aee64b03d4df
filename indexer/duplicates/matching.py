"""Which listings are one programme: pairs that agree in everything they say, and the groups that they form."""

import re
from array import array
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from indexer.duplicates.identity import SCHEME, SUFFIX, Identity
from indexer.vocab import regions

ALIKE = 0.93
"""Names this near are one name with a slip of the pen."""

NEAR = 0.85
"""Names this near are one name where the closing day is the same too."""

COMPARED = 0.7
"""Names this near are looked at word by word: one word for another makes them two programmes (農業者, 漁業者)."""

BUDGETS = 3
"""A scheme is paid from this many budgets at most; what stands behind more is a word for a part."""

MARGIN = 0.04
"""Of several that a text may mean, the nearest must be nearer by this much."""

_WORDS = re.compile(r"[a-z]+|\d+|.")
_OF_CONTENT = re.compile(r"[一-鿿ァ-ヺa-z\dⅠ-ⅻ①-⑳]")

_NATION = frozenset({"JP"})
_NO_YEAR = 0


@dataclass(frozen=True, slots=True)
class Match:
    """Two listings of one programme. `likeness` of their names, 0 to 1; `quoted`: the second's text names the first."""

    one: str
    other: str
    likeness: float
    why: str
    quoted: bool = False


@dataclass(frozen=True)
class Group:
    """Listings of one programme, by id, the one that leads first."""

    members: tuple[str, ...]
    why: Mapping[str, str]


def trap(one: Identity, other: Identity) -> str:
    """Why the two cannot be the same programme; empty if nothing speaks against it."""
    if one.years and other.years and not one.years & other.years:
        return "year"
    if one.rounds and other.rounds and not one.rounds & other.rounds:
        return "round"
    if one.courses and other.courses and one.courses != other.courses:
        return "course"
    if one.areas and other.areas and not one.areas & other.areas and not _teller(one, other):
        return "place"
    if one.spans and other.spans and not one.closes & other.closes and not _overlap(one, other):
        return "time"
    return ""


def _teller(one: Identity, other: Identity) -> Identity | None:
    """Who of two tells of what closes on the same day elsewhere, and is said to be of the whole country: an article on
    what a ministry calls for in one place. None where both have places of their own, or both have none.

    A place's own programme that names one of the nation adds to it, and is not the same.
    """
    if not one.closes & other.closes:
        return None
    for teller, owner in ((one, other), (other, one)):
        if teller.areas == _NATION and teller.told and owner.areas and not owner.areas & _NATION:
            return teller
    return None


def _overlap(one: Identity, other: Identity) -> bool:
    return any(a[0] <= b[1] and b[0] <= a[1] for a in one.spans for b in other.spans)


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: the mean of the order of their characters and of their character 2-grams.

    >>> likeness("省エネ設備導入補助金", "省エネ設備導入補助金")
    1.0
    """
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    dice = 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0
    return (fuzz.ratio(one, other) / 100 + dice) / 2


@lru_cache(maxsize=200_000)
def swapped(one: str, other: str) -> bool:
    """Whether a word of one name stands where the other has another: a course, a half of the year, a trade, a number.

    >>> swapped("漁業者燃油支援金", "農業者燃油支援金"), swapped("ev購入補助金", "phev購入補助金")
    (True, True)
    >>> swapped("省エネ設備補助金", "省エネルギー設備等補助金"), swapped("がんばる会社応援金", "頑張る会社応援金")
    (False, False)
    >>> swapped("事業承継補助金", "事業継承補助金")
    False
    """
    first, second = _WORDS.findall(one), _WORDS.findall(other)
    edits = [edit for edit in Indel.opcodes(first, second) if edit.tag != "equal"]
    gone = [first[edit.src_start : edit.src_end] for edit in edits]
    come = [second[edit.dest_start : edit.dest_end] for edit in edits]
    return any(
        edits[i].src_end == edits[j].src_start
        and edits[i].dest_end == edits[j].dest_start
        and all(_OF_CONTENT.search("".join(words)) for words in (gone[i] + gone[j], come[i] + come[j]))
        for i, j in pairwise(range(len(edits)))
    )


def _nearest(some: Sequence[str], others: Sequence[str]) -> float:
    return max((_near(*sorted((a, b))) for a in some for b in others), default=0.0)


def _near(one: str, other: str) -> float:
    found = likeness(one, other)
    return 0.0 if COMPARED <= found < 1 and swapped(one, other) else found


def same(one: Identity, other: Identity, weak: frozenset[str] = frozenset()) -> Match | None:
    """The match of two listings of different sources, or None. `weak` names belong to many programmes: they tell
    nothing.
    """
    if one.source == other.source or trap(one, other):
        return None
    mine, theirs = ([name for name in each.names if name not in weak] for each in (one, other))
    titles = _nearest(mine, theirs)
    if one.url and one.url == other.url and titles >= 0.5:
        return Match(one.id, other.id, titles, "address")
    if article := _teller(one, other):
        owner = other if article is one else one
        told = _nearest([name for name in owner.names if name not in weak], article.told)
        return Match(owner.id, article.id, told, "named and day", quoted=True) if told >= ALIKE else None
    if one.closes & other.closes:
        if titles >= NEAR and (one.courses == other.courses or titles == 1):
            return Match(one.id, other.id, titles, "name and day")
        backwards, forwards = (
            _nearest(mine, [name for name in other.told if name not in weak]),
            _nearest([name for name in one.told if name not in weak], theirs),
        )
        if max(backwards, forwards) >= ALIKE:
            owner, teller = (one, other) if backwards >= forwards else (other, one)
            return Match(owner.id, teller.id, max(backwards, forwards), "named and day", quoted=True)
        return None
    if titles < ALIKE or (one.years, one.rounds, one.courses) != (other.years, other.rounds, other.courses):
        return None
    if one.spans and other.spans:
        return Match(one.id, other.id, titles, "name, other day") if one.years or one.rounds else None
    return Match(one.id, other.id, titles, "name")


def weak_names(everything: Iterable[Identity]) -> frozenset[str]:
    """Parts of names that several programmes share: a budget's with schemes in brackets, and what stands in the
    brackets of several, unless it is a scheme that the next year pays from another budget.
    """
    inside: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for outer, inner in (pair for each in everything for pair in each.shared):
        inside[outer].add(inner)
        before[inner].add(outer)
    budgets = {name for name, found in inside.items() if len(found) > 1}
    parts = {name for name, found in before.items() if len(found) > (BUDGETS if SCHEME.search(name) else 1)}
    return frozenset(each for name in budgets | parts for each in (name, SUFFIX.sub("", name)))


def matches(everything: Iterable[Identity]) -> list[Match]:
    """Every two listings that are the same programme."""
    known = list(everything)
    return _unambiguous(pairs(known, weak_names(known)), {each.id: each.source for each in known})


def pairs(known: Sequence[Identity], weak: frozenset[str], of: Container[str] | None = None) -> list[Match]:
    """Every two listings that may be the same, each pair seen alone; `of`: only those with one of these ids in them."""
    return [match for one, other in _candidates(known, of) if (match := same(one, other, weak))]


Key = tuple[str, ...]


def _candidates(known: Sequence[Identity], of: Container[str] | None) -> Iterator[tuple[Identity, Identity]]:
    """Two listings that may be the same: of different sources, one prefecture, sharing rare 3-grams or an address, and
    not of different years. What tells as of the whole country meets what closes in a prefecture on the same day.
    """
    common = _common(known)
    index: dict[Key, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))

    def file(i: int, keys: Iterable[Key]) -> None:
        for key in keys:
            for year in known[i].years or (_NO_YEAR,):
                index[key][year].append(i)

    if of is not None:
        for i, each in enumerate(known):
            if each.id in of:
                file(i, _keys(each, common)[0])
    for i, each in enumerate(known):
        mine, theirs = _keys(each, common)
        asked = of is not None and each.id in of
        seen: set[int] = set()
        for key in theirs:
            met = index.get(key, {})
            for j in (j for year in ((*each.years, _NO_YEAR) if each.years else met) for j in met.get(year, ())):
                # Of two that are both asked for, the later one asks.
                if j not in seen and known[j].source != each.source and not (asked and j > i):
                    seen.add(j)
                    yield known[min(i, j)], known[max(i, j)]
        if of is None:
            file(i, mine)


COUNTERS = 2**22
"""3-grams are counted in so many counters; two that share one only stand elsewhere in the order of what is rare."""


def _common(known: Iterable[Identity]) -> "array[int]":
    counted = array("I", bytes(COUNTERS * array("I").itemsize))
    for each in known:
        for name in (*each.names, *each.told):
            for gram in _grams(name):
                counted[_counter(gram)] += 1
    return counted


def _counter(gram: str) -> int:
    return crc32(gram.encode()) % COUNTERS


def _keys(each: Identity, common: Sequence[int]) -> tuple[list[Key], list[Key]]:
    """What it is found by, and what it finds others by."""
    rare: set[str] = set()
    for name in (*each.names, *each.told):
        own = sorted(_grams(name), key=lambda gram: (common[_counter(gram)], gram))
        # Names that are near share most of their 3-grams, and so at least one of the rarer half.
        rare.update(own[: len(own) // 2 + 1])
    shared: list[Key] = [(place, gram) for gram in sorted(rare) for place in sorted(_blocks(each))]
    shared += [("url", each.url)] if each.url else []
    mine, theirs = _crossing(each, rare)
    return shared + mine, shared + theirs


def _crossing(each: Identity, rare: Iterable[str]) -> tuple[list[Key], list[Key]]:
    """Where a place's own and what tells as of the whole country meet: its keys, and those of the others."""
    local = bool(each.areas) and not each.areas & _NATION
    if not local and not (each.areas == _NATION and each.told):
        return [], []
    sides: list[list[Key]] = [
        [(side, gram, day) for gram in sorted(rare) for day in sorted(each.closes)] for side in ("local", "telling")
    ]
    return (sides[0], sides[1]) if local else (sides[1], sides[0])


def _grams(name: str) -> set[str]:
    return {name[i : i + 3] for i in range(len(name) - 2)}


def _blocks(each: Identity) -> set[str]:
    """Its prefectures, or "JP"; a listing without a place meets only others without one, and the nation's."""
    return {code if code == "JP" else regions.prefecture_of(code) for code in each.areas} or {"JP", ""}


def _unambiguous(found: Sequence[Match], source: Mapping[str, str]) -> list[Match]:
    """Leaves out where one listing may be any of several of another source: then it is of all of them, or of none."""
    options: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for match in found:
        options[match.other, source[match.one]].append(match)
        if not match.quoted:
            options[match.one, source[match.other]].append(match)
    refused: set[Match] = set()
    for several in options.values():
        best = sorted(several, key=lambda match: -match.likeness)
        if len(best) > 1:
            clear = best[0].likeness - best[1].likeness >= MARGIN
            refused.update(best[1:] if clear else best)
    return [match for match in found if match not in refused]


def groups(
    everything: Sequence[Identity],
    decided: Mapping[tuple[str, str], bool] | None = None,
    order: Mapping[str, int] | None = None,
    found: Sequence[Match] | None = None,
) -> list[Group]:
    """Groups of two and more. `decided`: what people said of two ids (sorted): the same or not; it beats every rule.

    `order` ranks sources: the lowest leads (the issuer's own before an aggregator), then the one that says most.
    `found` are the pairs of everything where they are known already.
    """
    decided, order = decided or {}, order or {}
    by_id = {each.id: each for each in everything}
    if found is None:
        found = pairs(everything, weak_names(everything))
    # Two that people hold apart are no choice: what is left may be clear.
    open_ = [match for match in found if decided.get(_pair(match.one, match.other)) is not False]
    clear = _unambiguous(open_, {each.id: each.source for each in everything})
    agreed = [
        Match(one, other, 1, "decided")
        for (one, other), yes in decided.items()
        if yes and one in by_id and other in by_id
    ] + sorted(clear, key=lambda match: (-match.likeness, match.one, match.other))
    tellers = {match.other for match in clear if match.quoted}
    group: dict[str, set[str]] = {}
    why: dict[str, str] = {}
    for match in agreed:
        mine, theirs = group.get(match.one, {match.one}), group.get(match.other, {match.other})
        if mine is theirs or any(_apart(by_id[a], by_id[b], match, tellers, decided) for a in mine for b in theirs):
            continue
        for each in (match.one, match.other):
            why.setdefault(each, match.why)
        united = mine | theirs
        for each in united:
            group[each] = united
    several = {id(members): members for members in group.values()}.values()

    def rank(member: str) -> tuple[int, int, str]:
        each = by_id[member]
        return order.get(each.source, 0), -len(each.spans), member

    return sorted(
        (Group(tuple(sorted(members, key=rank)), {each: why[each] for each in members}) for members in several),
        key=lambda each: each.members,
    )


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _apart(
    one: Identity, other: Identity, match: Match, tellers: Container[str], decided: Mapping[tuple[str, str], bool]
) -> bool:
    """May the two not come together, though the match of others would bring them? Of what one source lists, only
    texts that tell of the same (`tellers`) may.
    """
    said = decided.get(_pair(one.id, other.id))
    if said is not None:
        return not said
    if match.why == "decided":
        return False
    telling = one.id in tellers and other.id in tellers
    return bool(trap(one, other)) or (one.source == other.source and not telling)

"""Full names of places in a text, the longest first, and the writings that a name is spelt with in turn."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from indexer.normalise.text import fold
from indexer.vocab import regions

# One writing for characters that names are spelt with in turn; one to one, so that positions hold.
_VARIANTS = str.maketrans("ヶ竜釜桧曾鯵篭梼驒渕髙﨑濵濱澤廣國縣", "ケ龍竈檜曽鰺籠檮騨淵高崎浜浜沢広国県")


def one_spelling(text: str) -> str:
    return fold(text).translate(_VARIANTS)


def trie(words: Iterable[str]) -> str:
    """A pattern that matches the longest of the words in time that does not grow with their number."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}

    def pattern(node: dict[str, Any]) -> str:
        branches = [re.escape(char) + pattern(below) for char, below in sorted(node.items()) if char]
        if not branches:
            return ""
        body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
        return f"(?:{body})?" if "" in node else body

    return pattern(root)


@dataclass(frozen=True, slots=True)
class Mention:
    """Words at `start` to `end` that stand for `codes`, or for one of them where `choice`."""

    start: int
    end: int
    codes: tuple[str, ...]
    choice: bool = False


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for region in regions.all():
        found.setdefault(one_spelling(region.name), []).append(regions.city_of(region.code))
        if region.district:
            found.setdefault(one_spelling(region.district + region.name), []).append(region.code)
    return {name: tuple(codes) for name, codes in found.items()}


@lru_cache(maxsize=1)
def _name_pattern() -> re.Pattern[str]:
    return re.compile(trie(_names()))


# Words that a name is only the beginning of: 中央市場, 港区域, 長野市町村会.
_NOT_AFTER = re.compile(r"市場|市況|市販|市価|市町村|区域|区間|区分|区画|区別|町村|町歩|村落")
_HAN = re.compile(r"[一-鿿々ァ-ヺー]")
# What a name of one character and its suffix may stand behind without a break: 社団法人堺市…, 旧呉市.
_MAY_PRECEDE = frozenset("人県都府道郡旧元社団新")


def places(text: str) -> Iterator[Mention]:
    """Full names, longest match, left to right. `text` is folded."""
    last: Mention | None = None
    for found in _name_pattern().finditer(text):
        name, (start, end) = found[0], found.span()
        if _NOT_AFTER.match(text, end - 1):
            continue
        touching = last is not None and last.end == start
        if len(name) == 2 and start and not touching:
            before = text[start - 1]
            if _HAN.match(before) and before not in _MAY_PRECEDE:
                continue
        codes = _names()[name]
        if touching and last is not None:
            if len(last.codes[0]) == 5 and not last.choice:
                continue  # a quarter of the municipality just named: 佐賀市大和町
            within = tuple(code for code in codes if code[:2] == last.codes[0])
            codes = within or codes
        last = Mention(start, end, codes, choice=len(codes) > 1)
        yield last


def named_places(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Full names of places in a text, as (start, end, codes); several codes where places share the name.

    >>> named_places("東久留米市の補助金")[0], named_places("三重の中央")
    ((0, 5, ('13222',)), [])
    """
    return [(each.start, each.end, each.codes) for each in places(one_spelling(text))]

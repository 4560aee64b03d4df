"""What a firm intends to do or to buy, in its own words, and whether a programme's text is about that.

「屋根に太陽光パネルを載せたい」 is read as a question is: it stands for 太陽光, the words that mean the same, and the
themes and fields that these words belong to.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from indexer.normalise.readings import morphemes
from indexer.normalise.text import fold
from indexer.vocab import labels
from search_api.asking import asked, common
from search_api.spelling import respelled, subjects

_EXCLUDED = re.compile(
    r"対象外|対象と(?:は|しては)?なりません|対象とな(?:ら|り)な|対象としない|除く|除きます|除外|できません|認められません"
)
_OTHER_THING = re.compile(r"\s*等?の?(?:用|関連|企業|事業者|誘致|人材|製品|生産|国内生産|製造|技術|基盤|産業)")
"""Behind a word in a name: it is about something else (電気自動車用充電器, 蓄電池の国内生産)."""
_PART = re.compile(r"\(([^()]*(?:事業|枠|類型|コース|メニュー|区分)[^()]*)")
"""In brackets behind a name: the part of the programme that it is."""
_FACETS = ("theme", "field")


@dataclass(frozen=True)
class Plan:
    """`words`: for each thing that is planned the word for it and those that mean the same. `q` looks for them."""

    said: str
    words: tuple[tuple[str, ...], ...]
    themes: frozenset[str]
    fields: frozenset[str]

    @property
    def q(self) -> str:
        return " ".join(several[0] for several in self.words)


@lru_cache(maxsize=1024)
def plan(said: str) -> Plan:
    """
    >>> found = plan("屋根に太陽光パネルを載せたい")
    >>> found.q, "ソーラー" in found.words[0], sorted(found.themes)
    ('太陽光', True, ['renewables'])
    """
    written = respelled(asked(said))
    things = [word for part in written.split() for word in _things(part)]
    # What stands in every text tells something only where nothing else does.
    named = [each for each in things if not common(each)]
    # Words that the vocabulary tells something of, before others (太陽光 before 屋根).
    named = [each for each in named if _is_told(each)] or named or things or written.split()
    several = tuple((each, *labels.synonyms().get(each, ())) for each in dict.fromkeys(named))
    meant = {word.casefold() for each in several for word in each}
    return Plan(said, several, *(frozenset(_labelled(facet, meant)) for facet in _FACETS))


def _things(part: str) -> list[str]:
    """The words of the vocabulary in a part of a sentence, else its noun; none for a verb."""
    if known := [each for each in subjects(part) if not common(each)]:
        return known
    return [part] if len(part) > 1 and morphemes(part)[-1].kind in ("名詞", "接尾辞", "記号") else []


def _is_told(word: str) -> bool:
    return word in labels.synonyms() or any(_labelled(facet, {word.casefold()}) for facet in _FACETS)


def _labelled(facet: str, words: set[str]) -> list[str]:
    return [value for value, names in _words(facet).items() if words & names]


@cache
def _words(facet: str) -> dict[str, frozenset[str]]:
    return {
        value: frozenset(word.casefold() for word in (each.name, *each.synonyms))
        for value, each in labels.labels(facet).items()
    }


@dataclass(frozen=True)
class Mention:
    """A sentence that names something planned. `left_out`: it says that this is not supported."""

    word: str
    sentence: str
    left_out: bool = False


def mentions(plan: Plan, text: str) -> list[Mention]:
    """The first sentence for each thing of the plan: one that supports it, if there is one, before one that does not.

    >>> [(each.word, each.left_out) for each in mentions(plan("太陽光発電を入れる"), "太陽光発電は対象外です。")]
    [('太陽光発電', True)]
    """
    found: list[Mention] = []
    sentences = [each for each in re.split(r"(?<=。)|\n", text) if each.strip()]
    for several in plan.words:
        expression = _expression(several)
        naming = [(match[0], each) for each in sentences if (match := expression.search(fold(each)))]
        told = [Mention(word, each.strip(), bool(_EXCLUDED.search(fold(each)))) for word, each in naming]
        if told:
            found.append(min(told, key=lambda each: each.left_out))
    return found


def named_by(plan: Plan, title: str) -> str:
    """The word by which a programme's name says that it is for all that is planned; empty where it may be for less.

    >>> [named_by(plan("太陽光発電を入れる"), each) for each in ("太陽光発電補助金", "太陽光発電補助金（蓄電池枠）")]
    ['太陽光発電', '']
    """
    folded = fold(title)
    found = []
    for several in plan.words:
        # What stands in many names (設備) names nothing in particular.
        words = tuple(each for each in several if not common(each)) if _is_told(several[0]) else ()
        match = _expression(words).search(folded) if words else None
        if match is None or _EXCLUDED.search(folded) or _OTHER_THING.match(folded, match.end()):
            return ""
        # Of 農業機械 only 機械 is a word of the vocabulary.
        kind = re.search(rf"([一-鿿々ァ-ヴー]+){re.escape(fold(several[0]))}", fold(plan.said))
        if kind and kind[1] not in folded:
            return ""
        if any(not _expression(words).search(part) for part in _PART.findall(folded[match.end() :])):
            return ""
        found.append(match[0])
    return found[0] if found else ""


@lru_cache(maxsize=1024)
def _expression(words: tuple[str, ...]) -> re.Pattern[str]:
    # A Latin word counts only alone: the EV in EVENT is none.
    parts = (
        rf"(?<![A-Za-z]){re.escape(each)}(?![A-Za-z])" if each.isascii() else re.escape(each)
        for each in sorted(map(fold, words), key=len, reverse=True)
    )
    return re.compile("|".join(parts), re.IGNORECASE)

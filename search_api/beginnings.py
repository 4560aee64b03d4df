"""What begins as somebody types: labels and schemes, by their names, synonyms and sounds."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pydantic import BaseModel

from indexer.normalise.readings import all_kana, sound, units
from indexer.normalise.text import fold
from indexer.vocab import labels, regions
from indexer.vocab.labels import Label, Scheme

MOST = 5
_FACETS = ("theme", "kind", "field")
_UNFINISHED = re.compile(
    "(?<=[ぁ-んァ-ヶー])[b-df-hj-np-tv-z]{1,2}$|(?<=[ぁ-んァ-ヶー一-鿿])[ｂ-ｄｆ-ｈｊ-ｎｐ-ｔｖ-ｚ]{1,2}$"
)


def settled(typed: str) -> str:
    """Without the letters that an input method has not made kana of yet.

    >>> settled(" たいよｋ"), settled("くr"), settled("脱炭素GX")
    ('たいよ', 'く', '脱炭素GX')
    """
    return _UNFINISHED.sub("", typed.strip())


class Suggestions(BaseModel):
    """What could be meant. `q`: the words before the one that labels, schemes and areas complete."""

    q: str = ""
    programmes: list[dict[str, str]] = []
    schemes: list[dict[str, str]] = []
    labels: list[dict[str, str]] = []
    areas: list[dict[str, str]] = []

    @property
    def any(self) -> bool:
        return bool(self.schemes or self.labels or self.areas)


def begun(typed: str, before: str = "") -> Suggestions:
    """
    >>> begun("ふくお", "太陽光").areas[0], begun("ふくお", "太陽光").q
    ({'code': '40', 'name': '福岡県'}, '太陽光')
    """
    return Suggestions(
        q=before,
        schemes=[{"label": each.name} for each in begun_schemes(typed)[:MOST]],
        labels=[{"facet": facet, "value": each.id, "label": each.name} for facet, each in begun_labels(typed)[:MOST]],
        areas=[{"code": each.code, "name": regions.full_name(each.code)} for each in regions.search(typed, MOST)],
    )


def begun_labels(typed: str) -> list[tuple[str, Label]]:
    """Labels with their facets: those so named, then those with a synonym that begins so.

    >>> [each.id for _, each in begun_labels("だつたん")], [each.id for _, each in begun_labels("たいよ")]
    (['management', 'rnd', 'environment'], ['renewables'])
    """
    every = [(facet, each) for facet in _FACETS for each in labels.labels(facet).values()]
    named = [pair for pair in every if _begins(typed, (pair[1].name,), pair[1].kana)]
    return named + [pair for pair in every if pair not in named and _begins(typed, pair[1].synonyms)]


def begun_schemes(typed: str) -> list[Scheme]:
    """
    >>> [each.name for each in begun_schemes("じぞく")]
    ['持続化補助金']
    """
    return [each for each in labels.schemes() if _begins(typed, (each.name,), each.kana)]


def _begins(typed: str, words: Iterable[str], kana: str = "") -> bool:
    """Does one of the words begin so, as it is written or as it sounds?"""
    same = fold(typed).casefold()
    if any(fold(word).casefold().startswith(same) for word in words):
        return True
    said = _sound(same) if all_kana(same) else ""
    return bool(said) and any(_sound(each).startswith(said) for each in (kana, *words))


@lru_cache(maxsize=4096)
def _sound(text: str) -> str:
    """Empty where some of it has no reading (CEV補助金). Each half of a name with a sign is read for itself."""
    pieces = [unit for half in text.split("・") for unit in units(half)]
    if not all(each.kana for each in pieces if each.surface.isalnum()):
        return ""
    return "".join(sound("".join(each.kana for each in units(half))) for half in text.split("・"))

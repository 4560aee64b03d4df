"""A realistic mix of questions, in any number: with and without words, places, facets, firms, and deep pages.

Words and towns are drawn as people ask: few of them often, most of them seldom (Zipf).
"""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from indexer.vocab import labels, regions
from search_api.query import Query
from tests.bench.generated import THINGS

SEED = 20260901
Drawn = TypeVar("Drawn")

SENTENCES = (
    "{place}で{word}に使える補助金はありますか", "{word}を始めたいのですが支援はありますか", "{word}の費用を抑えたい",
)  # fmt: skip

Values = dict[str, Any]


def questions(count: int, seed: int = SEED) -> Iterator[Query]:
    """The same ones for the same seed."""
    draw = random.Random(seed)
    shares = tuple(MIX.values())
    for _ in range(count):
        yield Query.model_validate(draw.choices(tuple(MIX), shares)[0](draw))


def _often(draw: random.Random, values: Sequence[Drawn]) -> Drawn:
    """The first is drawn twice as often as the second, three times as often as the third."""
    return draw.choices(values, [1 / rank for rank in range(1, len(values) + 1)])[0]


@cache
def _words() -> tuple[str, ...]:
    found = [*labels.synonyms(), *THINGS, *(each.name for each in labels.schemes())]
    random.Random(SEED).shuffle(found)
    return tuple(dict.fromkeys(found))


@cache
def _places() -> tuple[regions.Region, ...]:
    towns = [each for each in regions.all() if len(each.code) == 5]
    random.Random(SEED).shuffle(towns)
    return (*regions.prefectures(), *towns)


def _word(draw: random.Random) -> str:
    return _often(draw, _words())


def _place(draw: random.Random) -> regions.Region:
    return draw.choice(_places()[:47]) if draw.random() < 0.5 else _often(draw, _places())


def _label(draw: random.Random, facet: str) -> str:
    return draw.choice(tuple(labels.labels(facet)))


def _landing(draw: random.Random) -> Values:
    """Without words: what there is, in some order."""
    return {"sort": draw.choice(("relevance", "newest", "deadline")), "page": draw.choice((1, 1, 1, 2, 3))}


def _browsing(draw: random.Random) -> Values:
    """A place and facets."""
    chosen: Values = {"area": _place(draw).code}
    for facet in draw.sample(("kind", "theme", "stage", "field", "issuer_level"), draw.choice((0, 1, 1, 2))):
        chosen[facet] = _label(draw, facet)
    if draw.random() < 0.3:
        chosen["state"] = draw.choice((["open"], ["closing"], ["upcoming"], ["any"], ["open", "upcoming"]))
    return chosen


def _looking(draw: random.Random) -> Values:
    """Words, mostly with a chosen place."""
    chosen: Values = {"q": " ".join(dict.fromkeys(_word(draw) for _ in range(draw.choice((1, 1, 1, 2, 2, 3)))))}
    if draw.random() < 0.6:
        chosen["area"] = _place(draw).code
    if draw.random() < 0.3:
        chosen["kind"] = _label(draw, "kind")
    return chosen


def _saying(draw: random.Random) -> Values:
    """A place among the words."""
    return {"q": f"{_place(draw).name} {_word(draw)}"}


def _sentence(draw: random.Random) -> Values:
    return {"q": draw.choice(SENTENCES).format(place=_place(draw).name, word=_word(draw))}


def _firm(draw: random.Random) -> Values:
    return {
        "area": _place(draw).code,
        "industry": _label(draw, "industry"),
        "employees": draw.choice((3, 8, 15, 30, 80, 200)),
        "state": ["open", "closing", "rolling"],
    }


def _deep(draw: random.Random) -> Values:
    """Somebody reads on, or a program reads it all."""
    return {"page": draw.randint(5, 200), "state": ["any"], "sort": draw.choice(("newest", "relevance"))}


MIX: dict[Callable[[random.Random], Values], int] = {
    _landing: 8, _browsing: 27, _looking: 33, _saying: 15, _sentence: 5, _firm: 7, _deep: 5,
}  # fmt: skip

"""How the words of a question are looked for: whatever else is chosen, so that counts and results agree.

All of them as they are written; or by their sound, where no name has them; or most of them, where all are found hardly
anywhere (what has all of them comes first all the same). What can be applied for decides, where it has any, else what
is not over.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from indexer.normalise.readings import all_kana, latin, reading
from indexer.schema import NOT_OFFERED
from search_api.asking import weighed
from search_api.query import Query
from search_api.search.engine import INDEX, Request
from search_api.search.filters import filters, joined, one_of
from search_api.search.totals import Totals
from search_api.spelling import known

ENOUGH = 3
"""Results with all words, below which what has most of them is shown too."""
NAMED = ["schemes", "title", "places", "issuer", "summary", "labels", "also"]
"""Where a word is looked for first: what names and labels a programme."""
TEXTS = [*NAMED, "body"]
"""Where words are looked for as they are written: not in `yomi`, whose letters (aichi) are no words (AI)."""
LOOSE = {True: "last", False: "frequency"}
"""Which words may be missing: the last ones where a word of the vocabulary comes first, else the commonest."""
MOST_WORDS = 8
"""Words that are counted one by one."""

LAST_STAGE = 1

Way = dict[str, Any]
"""The part of a request that says how its words are looked for."""


def strict(query: Query) -> Way:
    """All words, as they are written."""
    return {"q": query.q, "matchingStrategy": "all"}


def request(way: Way) -> Request:
    """A request that looks for the words this way."""
    return {"indexUid": INDEX, "attributesToSearchOn": TEXTS, "locales": ["jpn"]} | dict(way)


class Matching:
    """Decides for one question. `first` are requests that mostly decide, and can be asked along with the question; none
    for several words, of which mostly not all are found.
    """

    def __init__(self, query: Query, now: datetime) -> None:
        self.strict = strict(query)
        self._words = query.q.split()
        self._kana = all_kana(query.q)
        sounds = "" if query.literal else reading(query.q)
        self._by_sound: dict[str, Way] = {}
        if sounds and sounds != query.q:
            self._by_sound = {
                # What is typed in kana may stand in a text as it is: names count first, and have to be asked for.
                **({"named": {**self.strict, "attributesToSearchOn": NAMED}} if self._kana else {}),
                "said": {"q": latin(sounds), "matchingStrategy": "all", "attributesToSearchOn": ["yomi"]},
            }
        ahead = filters(Query(), now)
        offered = {"kind": f"NOT {one_of('kind', sorted(NOT_OFFERED))}"}
        self._among = (joined(ahead | offered), joined(ahead), "")
        loose = {"q": query.q, "matchingStrategy": LOOSE[False]}
        self._ways: dict[str, Way] = {"strict": self.strict, "loose": loose, **self._by_sound}
        alone = [{"q": word, "matchingStrategy": "all"} for word in self._words[:MOST_WORDS]]
        self._tried = [*self._ways.values(), *alone]
        several = len(self._words) > 1
        self._first = {} if several else {"strict": self.strict} | (self._by_sound if self._kana else {})

    @property
    def first(self) -> list[Request]:
        return self._counts(self._among[0], self._first.values())

    def told(self, totals: Sequence[int]) -> Way | None:
        """How, as far as the totals of `first` decide."""
        return self._clear(dict(zip(self._first, totals, strict=True))) if self._first else None

    def more(self, stage: int) -> list[Request]:
        """What decides where `first` did not: most of it in stage 0, the rest in stage 1."""
        return [each for condition in self._stage(stage) for each in self._counts(condition, self._tried)]

    def chosen(self, stage: int, totals: Sequence[int]) -> Way | None:
        """How, as far as the totals of a stage decide."""
        for start in range(0, len(totals), len(self._tried)):
            counted = totals[start : start + len(self._tried)]
            found = dict(zip(self._ways, counted, strict=False))
            if clear := self._clear(found):
                return clear
            each_found = dict(zip(self._words, counted[len(self._ways) :], strict=False))
            if any(each_found.values()) or found["loose"]:
                ordered = weighed(self._words, each_found)
                return {"q": " ".join(ordered), "matchingStrategy": LOOSE[known(ordered[0])]}
        return self.strict if stage == LAST_STAGE else None

    def _stage(self, stage: int) -> Sequence[str]:
        return self._among[1:] if stage else self._among[:1]

    def _clear(self, found: Mapping[str, int]) -> Way | None:
        if found.get("said") and not found["named" if self._kana else "strict"]:
            return self._by_sound["said"]
        if found["strict"] >= ENOUGH or (found["strict"] and len(self._words) == 1):
            return self.strict
        return None

    def _counts(self, condition: str, ways: Iterable[Way]) -> list[Request]:
        common = {"filter": condition or None, "page": 1, "hitsPerPage": 0}
        return [{**request(each), **common} for each in ways]


async def decided(open_: Sequence[Matching], counts: Totals) -> list[Way]:
    """How each is looked for whose `first` did not tell, in as few round trips to the engine as for one."""
    found: dict[int, Way] = {}
    for stage in range(LAST_STAGE + 1):
        left = [number for number in range(len(open_)) if number not in found]
        asked = [open_[number].more(stage) for number in left]
        totals = await counts.of([each for several in asked for each in several])
        for number, several in zip(left, asked, strict=True):
            way = open_[number].chosen(stage, totals[: len(several)])
            totals = totals[len(several) :]
            if way is not None:
                found[number] = way
    return [found[number] for number in range(len(open_))]

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
from search_api.search.engine import INDEX, Reader, Request
from search_api.search.filters import filters, joined, one_of
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

Way = dict[str, Any]
"""The part of a request that says how its words are looked for."""


def strict(query: Query) -> Way:
    """All words, as they are written."""
    return {"q": query.q, "matchingStrategy": "all"}


def request(way: Way) -> Request:
    """A request that looks for the words this way."""
    return {"indexUid": INDEX, "attributesToSearchOn": TEXTS, "locales": ["jpn"]} | dict(way)


class Matching:
    """Decides for one question. `first` are requests that mostly decide, and can be asked along with the question."""

    def __init__(self, query: Query, now: datetime) -> None:
        self.strict = strict(query)
        self._words = query.q.split()
        self._kana = all_kana(query.q)
        sounds = "" if query.literal else reading(query.q)
        self._by_sound: dict[str, Way] = {}
        if sounds and sounds != query.q:
            self._by_sound = {
                "named": {**self.strict, "attributesToSearchOn": NAMED},
                "said": {"q": latin(sounds), "matchingStrategy": "all", "attributesToSearchOn": ["yomi"]},
            }
        ahead = filters(Query(), now)
        offered = {"kind": f"NOT {one_of('kind', sorted(NOT_OFFERED))}"}
        self._among = (joined(ahead | offered), joined(ahead), "")
        self._loose: Way = {"q": query.q, "matchingStrategy": LOOSE[False]}
        # What is typed in kana may stand in a text as it is: names count first, and have to be asked for.
        self._first = {"strict": self.strict} | (self._by_sound if self._kana else {})

    @property
    def first(self) -> list[Request]:
        return self._counts(self._among[0], self._first.values())

    def told(self, totals: Sequence[int]) -> Way | None:
        """How, as far as the totals of `first` decide."""
        return self._clear(dict(zip(self._first, totals, strict=True)))

    async def decided(self, engine: Reader) -> Way:
        """How, where `first` did not tell."""
        ways = {"strict": self.strict, "loose": self._loose, **self._by_sound}
        alone: list[Way] = [{"q": word, "matchingStrategy": "all"} for word in self._words[:MOST_WORDS]]
        tried = [*ways.values(), *alone]
        # The first of them decides mostly.
        for conditions in (self._among[:1], self._among[1:]):
            answers = await engine.multi([each for one in conditions for each in self._counts(one, tried)])
            totals = [answer["totalHits"] for answer in answers]
            for start in range(0, len(totals), len(tried)):
                found = dict(zip(ways, totals[start:], strict=False))
                if clear := self._clear(found):
                    return clear
                each_found = dict(zip(self._words, totals[start + len(ways) : start + len(tried)], strict=False))
                if any(each_found.values()) or found["loose"]:
                    ordered = weighed(self._words, each_found)
                    return {"q": " ".join(ordered), "matchingStrategy": LOOSE[known(ordered[0])]}
        return self.strict

    def _clear(self, found: Mapping[str, int]) -> Way | None:
        if found.get("said") and not found["named" if self._kana else "strict"]:
            return self._by_sound["said"]
        if found["strict"] >= ENOUGH or (found["strict"] and len(self._words) == 1):
            return self.strict
        return None

    def _counts(self, condition: str, ways: Iterable[Way]) -> list[Request]:
        common = {"filter": condition or None, "page": 1, "hitsPerPage": 0}
        return [{**request(each), **common} for each in ways]

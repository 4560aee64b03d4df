"""What the words of one title and text say, counted by facet and by where they stand."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

from indexer.normalise.text import fold
from indexer.normalise.themes.lexicon import ABOUT_GX, NEAR, Hit, lexicon
from indexer.normalise.themes.titles import parts

ENOUGH: Final = 3.0
"""The score that makes a label: one word of weight 3 in a title."""

LEAD: Final = 400
"""Characters of the text in which a listing says what it is about; conditions and contacts come later."""

READ: Final = 8_000
"""Characters of the text after which nothing is read."""

LATER_MOST: Final = 1.5
"""What all words after the lead add up to at most."""

Place = Literal["title", "lead", "later"]

WEIGHT: Final[Mapping[Place, float]] = {"title": 1.0, "lead": 0.5, "later": 0.15}
"""What a word counts in each place. Weights of kinds in a text are data and count whole in the lead."""

HEAD: Final = 1.5
"""What the last word for a kind counts in a title. Japanese puts the head last: 専門家派遣補助金 is a 補助金."""

KIND_LATER: Final = 0.3
"""What a word for a kind counts after the lead."""

BUDGET: Final = 0.5
"""What a word of the budget line counts in a title that names a part of it (「…事業のうち…」) with other themes."""

NAMED: Final = 2.0
"""The score at which a title names a theme."""

REPEATS: Final = 3
"""How often a word counts: the second time half, the third time a third."""

_JOINT = re.compile(
    "(?:設備|システム|装置|等)*(?:[・、,や+と]|及び|および|並びに|ならびに|又は|または|への)(?:定置用|家庭用|業務用|産業用)?"
)


class Tally:
    """Scores of a facet's labels by place, and the words behind them in order of appearance."""

    def __init__(self) -> None:
        self._scores: dict[Place, dict[str, float]] = {"title": {}, "lead": {}, "later": {}}
        self._words: dict[str, dict[str, None]] = {}

    def add(self, place: Place, label: str, score: float, word: str) -> None:
        scores = self._scores[place]
        scores[label] = scores.get(label, 0.0) + score
        self._words.setdefault(label, {})[word] = None

    def most(self, place: Place, label: str, score: float, word: str = "") -> None:
        """Like `add`, but the strongest word alone makes the score. Without a `word` nothing is shown for it."""
        scores = self._scores[place]
        scores[label] = max(scores.get(label, 0.0), score)
        if word:
            self._words.setdefault(label, {})[word] = None

    def title(self, label: str) -> float:
        return self._scores["title"].get(label, 0.0)

    def lead(self, label: str) -> float:
        return self._scores["lead"].get(label, 0.0)

    def text(self, label: str) -> float:
        return self.lead(label) + min(self._scores["later"].get(label, 0.0), LATER_MOST)

    def total(self, label: str) -> float:
        return self.title(label) + self.text(label)

    def words(self, label: str) -> tuple[str, ...]:
        return tuple(self._words.get(label, ()))


class Reading:
    """What the words of one title and text say, a tally a facet."""

    def __init__(self, title: str, text: str, issuer: str) -> None:
        self.title = parts(title)
        self.text = fold(text[:READ])
        if issuer:
            self.text = self.text.replace(fold(issuer), "\n" * len(issuer))
        self.kind, self.about, self.alone, self.general = Tally(), Tally(), Tally(), Tally()
        self._others = {facet: Tally() for facet in ("stage", "instead", "lever", "field")}
        self.stage, self.instead, self.lever, self.field = self._others.values()
        hits = list(lexicon().find(self.title.text))
        kinds = [
            hit
            for hit in hits
            if hit.end <= len(self.title.main)
            and any(effect.facet == "kind" and effect.title for effect in lexicon().effects[hit.word])
        ]
        ends = [hit.word for hit in kinds if hit.end == len(self.title.main)]
        self.closing = ends[0] if ends else ""
        whole = self._named(hit for hit in hits if hit.start < self.title.part)
        part = self._named(hit for hit in hits if hit.start >= self.title.part)
        self._part = self.title.part if part and not part & whole else 0
        for hit, count in _counted(hits):
            start = self.title.start
            head = HEAD if kinds and hit is kinds[-1] else 1.0
            self._say(hit, count, "title", title[start + hit.start : start + hit.end], head)
        found = list(lexicon().find(self.text))
        self.together = self._joined(found)
        for hit, count in _counted(found):
            self._say(hit, count, "lead" if hit.start < LEAD else "later", text[hit.start : hit.end])

    def _joined(self, hits: Sequence[Hit]) -> set[tuple[str, str]]:
        """Pairs of themes that the first lines name in one breath (太陽光発電設備及び蓄電池)."""
        themed = [(hit, label) for hit in hits if hit.start < LEAD for label in self._named([hit])]
        return {
            (one, other)
            for (first, one), (second, other) in pairwise(themed)
            if _JOINT.fullmatch(self.text, first.end, second.start)
        }

    def _named(self, hits: Iterable[Hit]) -> set[str]:
        effects = (effect for hit in hits for effect in lexicon().effects[hit.word])
        return {each.label for each in effects if each.facet == "theme" and each.title >= NAMED and not each.alone}

    def _say(self, hit: Hit, count: int, place: Place, word: str, head: float = 1.0) -> None:
        for_gx = 0.0
        for effect in lexicon().effects[hit.word]:
            weight = effect.title if place == "title" else effect.body
            if not weight or (hit.name and effect.facet in ABOUT_GX) or self._has(effect.unless):
                continue
            if effect.near and not self._near(hit, place, effect.near):
                continue
            score = weight * WEIGHT[place] / count
            match effect.facet:
                case "kind" if place == "title":
                    self.kind.most(place, effect.label, weight * head, word)
                case "kind" if count == 1:
                    self.kind.add(place, effect.label, weight if place == "lead" else weight * KIND_LATER, word)
                case "gx":
                    for_gx = max(for_gx, score)
                    if weight >= ENOUGH:
                        self.general.add(place, "gx", score, word)
                case "theme":
                    if effect.gx:
                        for_gx = max(for_gx, score)
                    if place == "title" and hit.start < self._part:
                        score *= BUDGET
                    (self.alone if effect.alone else self.about).add(place, effect.label, score, word)
                case facet if facet in self._others:
                    self._others[facet].add(place, effect.label, score, word)
        if for_gx:
            self.about.add(place, "gx", for_gx, word)

    def _near(self, hit: Hit, place: Place, words: Sequence[str]) -> bool:
        text = self.title.text if place == "title" else self.text
        around = text[max(hit.start - NEAR, 0) : hit.end + NEAR]
        return any(word in around for word in words)

    def _has(self, words: Sequence[str]) -> bool:
        return any(word in self.title.text or word in self.text for word in words)


def _counted(hits: Iterable[Hit]) -> Iterator[tuple[Hit, int]]:
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.word] = count = counts.get(hit.word, 0) + 1
        if count <= REPEATS:
            yield hit, count

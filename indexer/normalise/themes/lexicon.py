"""The words of themes.yml, kinds.yml and fields.yml in one expression, and what each says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from indexer.normalise.text import fold
from indexer.vocab.labels import document, labels


@dataclass(frozen=True)
class Effect:
    """What a word says: how much for `label` of `facet` in a title and in a text; nothing where `unless` is found, nor
    without one of `near` (if any) in the `NEAR` characters before or behind it.

    `gx`: it speaks for GX as well. `alone`: it counts only where no other word of the title names a theme.
    """

    facet: str
    label: str
    title: float = 1.0
    body: float = 1.0
    gx: bool = False
    alone: bool = False
    unless: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A word of the vocabulary at [start, end) of a text. `name`: it is part of a name (of a desk, of a law)."""

    word: str
    start: int
    end: int
    name: bool


ABOUT_GX: Final = frozenset({"gx", "theme", "stage", "instead", "lever"})
SHORT: Final = 4
"""Katakana words below this length count only by themselves: バス is not in オムニバス, ローン not in ドローン."""

_KATAKANA = re.compile(r"[ァ-ヴー]+")
NEAR: Final = 40
"""Characters around a word of two meanings within which another tells which one it has."""

# A run of such characters up to one of these endings is a name: 脱炭素社会推進課, 環境技術普及促進協会.
_NAME = re.compile(
    r"[一-龥々ァ-ヴーA-Za-z0-9・]{0,12}?(?:課|室|係|財団|協会|機構|学会|研究所|コンソーシアム)(?![一-龥々])"
)
# Laws: 道路運送車両法, 資源の有効な利用の促進に関する法律; not 処理方法, 省エネ工法, 電源開発法人.
_LAW = re.compile(
    r"[一-龥々ァ-ヴー・]{0,12}?(?<![方手工製用文技療作寸筆農算])法(?=第|施行|[^一-龥々]|$)"
    r"|[一-龥々ァ-ヴー・のなやび]{0,30}?に関する[一-龥]{0,6}法律"
)


class Lexicon:
    """All words of the data files in one expression, the longest first, with what each says."""

    def __init__(self) -> None:
        themes, kinds = document("themes.yml"), document("kinds.yml")["rules"]
        rules = themes["rules"]
        self.effects: dict[str, list[Effect]] = {}
        self.kinds: tuple[str, ...] = tuple(kinds)
        self.kind_of_source: dict[str, str] = {word: kind for kind, rule in kinds.items() for word in rule["source"]}
        self.kind_of_name: dict[str, str] = {
            name: kind for kind, rule in kinds.items() for name in rule.get("names", ())
        }
        self.inviting = re.compile("|".join(map(re.escape, document("kinds.yml")["inviting"])))
        self.profile = re.compile("|".join(document("kinds.yml")["profile"]))
        self.tails = [
            (word, kind, float(tail["weight"]))
            for kind, rule in kinds.items()
            for tail in rule.get("tail", ())
            for word in tail["words"]
        ]
        self.tails.sort(key=lambda tail: -len(tail[0]))
        self.field_of_source = {
            fold(word): key for key, label in labels("field").items() for word in (*label.synonyms, label.name)
        }
        purposes = document("fields.yml")["purposes"]
        self.field_of_purpose = {fold(word): key for word, key in purposes["fields"].items()}
        self.most_purposes = int(purposes["most"])
        self.of_any_firm: Mapping[str, frozenset[str]] = {
            label: frozenset(map(fold, said)) for label, said in document("fields.yml")["of_any_firm"].items()
        }
        self.takes_in: Mapping[str, str] = rules["takes_in"]
        self.across = frozenset(rules["across"])
        self.together: list[tuple[str, str]] = [(one, other) for one, other in rules["together"]]
        self.in_general: Mapping[str, Any] = rules["in_general"]
        self.stage_of_kind: Mapping[str, str] = themes["stages"]["by_kind"]
        self.measure_alone = re.compile(themes["stages"]["measure_alone"])
        for label in ("gx", *labels("theme")):
            for rule in rules[label]:
                effect = Effect(
                    facet="gx" if label == "gx" else "theme",
                    label=label,
                    title=float(rule["weight"]),
                    body=float(rule["weight"]),
                    gx=label != "gx" and rule.get("gx", True),
                    alone=rule.get("alone", False),
                    unless=tuple(map(fold, rule.get("unless", ()))),
                    near=tuple(map(fold, rule.get("near", ()))),
                )
                self._add(rule["words"], effect)
        for facet, words_of in (
            ("stage", themes["stages"]["words"]),
            ("instead", themes["stages"]["instead"]),
            ("lever", themes["levers"]),
            ("field", document("fields.yml")["rules"]),
        ):
            for label, words in words_of.items():
                self._add(words, Effect(facet, label))
        for kind, rule in kinds.items():
            for group in rule["words"]:
                self._add(group["words"], Effect("kind", kind, float(group["title"]), float(group["body"])))
        misleading = frozenset(map(fold, rules["misleading"]))
        for word in misleading:
            self.effects.setdefault(word, [])
        self._inherit(misleading)
        self._expression = re.compile(_pattern(self.effects))

    def _add(self, words: Iterable[str], effect: Effect) -> None:
        for word in words:
            self.effects.setdefault(fold(word), []).append(effect)

    def _inherit(self, misleading: frozenset[str]) -> None:
        """A longer word also says what the words inside it say; a misleading one does not where GX is concerned."""
        own = {word: tuple(effects) for word, effects in self.effects.items()}
        for word, effects in self.effects.items():
            said = {(effect.facet, effect.label) for effect in effects}
            for inner in _inside(word, own):
                for effect in own[inner]:
                    if (effect.facet, effect.label) in said or (word in misleading and effect.facet in ABOUT_GX):
                        continue
                    said.add((effect.facet, effect.label))
                    effects.append(effect)

    def find(self, text: str) -> Iterator[Hit]:
        """Every word of a folded text, left to right, the longest at each place, without overlaps."""
        for match in self._expression.finditer(text):
            word, start, end = match.group(), match.start(), match.end()
            around = text[max(start - 1, 0) : start] + text[end : end + 1]
            if len(word) < SHORT and _KATAKANA.fullmatch(word) and _KATAKANA.search(around):
                continue
            yield Hit(word, start, end, any(each.match(text, end) for each in (_NAME, _LAW)))


def _inside(word: str, words: Mapping[str, object]) -> Iterator[str]:
    start = 0
    while start < len(word):
        ends = range(len(word) - (start == 0), start, -1)
        end = next((end for end in ends if word[start:end] in words and _apart(word, start, end)), None)
        if end:
            yield word[start:end]
        start = end or start + 1


def _apart(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or number is cut at the ends of [start, end): EV is not in EVENT."""

    def latin(index: int) -> bool:
        return 0 <= index < len(text) and text[index].isascii() and text[index].isalnum()

    return not (latin(start) and latin(start - 1)) and not (latin(end - 1) and latin(end))


Trie = dict[str, "Trie"]


def _pattern(words: Iterable[str]) -> str:
    root: Trie = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    # Looking back from behind the first character keeps every branch starting with a literal: re skips ahead then.
    return "|".join(
        re.escape(char) + ("(?<![A-Za-z0-9].)" if _latin(char) else "") + _branch(char, node)
        for char, node in sorted(root.items())
    )


def _branch(before: str, node: Trie) -> str:
    options = [re.escape(char) + _branch(char, child) for char, child in sorted(node.items()) if char]
    if "" in node:
        options.append("(?![A-Za-z0-9])" if _latin(before) else "")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@cache
def lexicon() -> Lexicon:
    return Lexicon()

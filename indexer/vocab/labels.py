"""The labels of every facet with what users see of them, what schemes are called, and which words find which others."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

import yaml

FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": "kinds.yml",
        "gx": "themes.yml",
        "theme": "themes.yml",
        "stage": "themes.yml",
        "lever": "themes.yml",
        "field": "fields.yml",
        "industry": "industries.yml",
        "issuer_level": "display.yml",
        "state": "display.yml",
        "size": "display.yml",
    }
)
"""The data file of each facet."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """One value of a facet: `id` is the API's value, `name` and `help` are shown, `kana` is the reading of `name`."""

    id: str
    name: str
    kana: str
    help: str
    synonyms: tuple[str, ...] = ()


@cache
def document(name: str) -> Mapping[str, Any]:
    """A data file of this folder ("themes.yml"), read once."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return MappingProxyType(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@cache
def labels(facet: str) -> Mapping[str, Label]:
    """The facet's labels by id, in the order in which they are shown. KeyError for an unknown facet.

    Facets: kind, gx, theme, stage, lever, field, industry, issuer_level, state, size.

    >>> labels("stage")["reduce"].name
    '減らす'
    >>> list(labels("lever"))
    ['yameru', 'sageru', 'naosu', 'tomeru', 'kaeru', 'hirou']
    """
    rows = document(FILES[facet])[facet]
    return MappingProxyType(
        {row["id"]: Label(**{**row, "synonyms": tuple(row["synonyms"])}) for row in rows},
    )


@cache
def trades() -> Mapping[str, str]:
    """The division of every trade that the classification names: of the divisions themselves and of their groups.

    >>> trades()["製造業"], trades()["食料品製造業"], trades()["飲食店"]
    ('E', 'E', 'M')
    """
    groups = document(FILES["industry"])["groups"]
    divisions = {each.name: key for key, each in labels("industry").items()}
    return MappingProxyType({name: key for key, names in groups.items() for name in names} | divisions)


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """A scheme by the name that people call it; `titles` are what stands in the titles of its calls."""

    name: str
    kana: str
    titles: tuple[str, ...]


@cache
def schemes() -> tuple[Scheme, ...]:
    return tuple(Scheme(**{**row, "titles": tuple(row["titles"])}) for row in document("schemes.yml")["schemes"])


def schemes_of(title: str) -> tuple[str, ...]:
    """What people call the scheme of a call with this title.

    >>> schemes_of("ものづくり・商業・サービス生産性向上促進補助金（第19次）"), schemes_of("岡崎ものづくり支援補助金")
    (('ものづくり補助金',), ())
    """
    same = _same(title)
    return tuple(each.name for each in schemes() if any(_same(part) in same for part in each.titles))


@cache
def homophones() -> tuple[str, ...]:
    """Everyday words that sound like a word of the vocabulary and mean something else: the sound tells neither."""
    return tuple(document("synonyms.yml")["homophones"])


@cache
def spellings() -> Mapping[str, str]:
    """What many write otherwise, with what it is: ものずくり, 継続化補助金."""
    rows: Mapping[str, list[str]] = document("synonyms.yml")["spellings"]
    return MappingProxyType({typed: word for word, several in rows.items() for typed in several})


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Every word with the words it also finds.

    >>> "太陽光" in synonyms()["ソーラー"], "照明" in synonyms().get("LED", ())
    (True, False)
    """
    data = document("synonyms.yml")
    found: dict[str, dict[str, None]] = {}
    for group in data["both"]:
        for word in group:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    for word, others in data["one_way"].items():
        found.setdefault(word, {}).update(dict.fromkeys(others))
    return MappingProxyType({word: tuple(others) for word, others in found.items()})


@cache
def _mentions() -> tuple[re.Pattern[str], Mapping[str, tuple[str, ...]]]:
    """Every word that another one finds, as one expression, and those that find it."""
    found: dict[str, dict[str, None]] = {}
    for word, others in synonyms().items():
        for other in others:
            found.setdefault(_same(other), {})[word] = None
    words = sorted(found, key=len, reverse=True)
    # A Latin word counts only alone: the EV in EVENT is none.
    parts = [rf"(?<![a-z]){re.escape(each)}(?![a-z])" if each.isascii() else re.escape(each) for each in words]
    return re.compile("|".join(parts)), {word: tuple(others) for word, others in found.items()}


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def found_by(text: str) -> tuple[str, ...]:
    """The words under which a text is to be found besides its own: the synonyms of what stands in it.

    >>> "ソーラー" in found_by("太陽光発電設備の補助"), found_by("EVENTのお知らせ")
    (True, ())
    """
    expression, words = _mentions()
    same = _same(text)
    found = dict.fromkeys(word for match in expression.finditer(same) for word in words[match[0]])
    return tuple(word for word in found if _same(word) not in same)

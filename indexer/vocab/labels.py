"""The labels of every facet with what users see of them, and the search engine's synonyms."""

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

    Facets: kind, gx, theme, stage, lever, field, industry, issuer_level, state.

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
def _synonyms() -> Mapping[str, tuple[str, ...]]:
    data = document("synonyms.yml")
    found: dict[str, dict[str, None]] = {}
    for group in data["both"]:
        for word in group:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    for word, others in data["one_way"].items():
        found.setdefault(word, {}).update(dict.fromkeys(others))
    return MappingProxyType({word: tuple(others) for word, others in found.items()})


def synonyms() -> dict[str, list[str]]:
    """Every word with the words it also finds, in the shape of Meilisearch's `synonyms` setting.

    >>> "太陽光" in synonyms()["ソーラー"], "照明" in synonyms().get("LED", [])
    (True, False)
    """
    return {word: list(others) for word, others in _synonyms().items()}

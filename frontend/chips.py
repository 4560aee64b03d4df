"""The conditions of a question in words, each with the question that is left without it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from frontend.words.questions import condition
from search_api.query import Query

ORDER = (
    "q", "area", "kind", "theme", "stage", "lever", "field", "industry", "size", "issuer_level", "state", "source",
    "scope", "closes_within", "posted_within", "employees", "rate_min", "closes_from", "closes_to", "gx", "literal",
    "featured", "capital", "plan", "unfit", "amount_min", "updated_since",
)  # fmt: skip
"""All fields that choose results, in the order in which they are shown."""


@dataclass(frozen=True)
class Chip:
    name: str
    without: Query


def chips(query: Query, sources: Mapping[str, str]) -> list[Chip]:
    """What is chosen. `sources`: names of sources for people.

    >>> [each.name for each in chips(Query(q="省エネ", area=["40130"], kind=["-loan"], amount_min=1_000_000), {})]
    ['「省エネ」', '福岡県福岡市で使える', '融資・保証を除く', '上限100万円以上']
    """
    return list(_chips(query, sources))


def _chips(query: Query, sources: Mapping[str, str]) -> Iterator[Chip]:
    for name in ORDER:
        value = getattr(query, name)
        if isinstance(value, tuple):
            for each in value:
                rest = tuple(other for other in value if other != each)
                yield Chip(condition(name, each, sources), query.with_(**{name: rest}))
        elif value not in (None, ""):
            yield Chip(condition(name, value, sources), query.with_(**{name: Query.model_fields[name].default}))

"""Facets: how many results each value would give, whatever else of its own facet is chosen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from indexer.state import State
from indexer.vocab import labels, regions
from search_api.query import Query
from search_api.search.engine import Answer, Request
from search_api.search.filters import PLAIN, Expression, closes_within, joined, posted_within, state_filter

CLOSES_WITHIN = (7, 14, 30, 60, 90)
POSTED_WITHIN = (7, 30)

DISTRIBUTED = [*PLAIN, "prefectures", "place_level", "gx"]
"""Attributes whose values the engine counts along with the results."""

Values = dict[str, Any]
Distribution = Mapping[str, Mapping[str, int]]
"""How many results have each value of an attribute, by attribute."""


class Counted(NamedTuple):
    """A count that the results' own request cannot give: of one value, or of all values of a facet ("")."""

    facet: str
    value: str
    request: Request


def counted(query: Query, conditions: Mapping[str, Expression], now: datetime) -> list[Counted]:
    """What is to be asked for besides the results, without the words."""
    seconds = int(now.timestamp())
    found: list[Counted] = []
    for facet in (*PLAIN, "gx"):
        if facet in conditions:
            found.append(Counted(facet, "", _distribution(conditions, facet, [facet])))
    if "area" in conditions:
        found.append(Counted("area", "", _distribution(conditions, "area", ["prefectures", "place_level"])))
    single: list[tuple[str, str, Expression]] = [("state", each.value, state_filter(each, seconds)) for each in State]
    single += [("closes_within", str(days), closes_within(seconds, days)) for days in CLOSES_WITHIN]
    single += [("posted_within", str(days), posted_within(seconds, days)) for days in POSTED_WITHIN]
    for facet, value, expression in single:
        rest = joined(conditions, facet)
        condition = f"{rest} AND ({expression})" if rest else expression
        found.append(Counted(facet, value, {"filter": condition, "page": 1, "hitsPerPage": 0}))
    return found


def _distribution(conditions: Mapping[str, Expression], facet: str, attributes: list[str]) -> Request:
    return {"filter": joined(conditions, facet) or None, "limit": 0, "facets": attributes}


def facets(query: Query, main: Answer, asked: Sequence[Counted], answers: Sequence[Answer]) -> dict[str, list[Values]]:
    """The facets of models.Results, from the results' own answer and those to `asked`."""
    distribution: Distribution = main["facetDistribution"]
    own: dict[str, Distribution] = {}
    single: dict[str, dict[str, int]] = {}
    for each, answer in zip(asked, answers, strict=True):
        if each.value:
            single.setdefault(each.facet, {})[each.value] = answer["totalHits"]
        else:
            own[each.facet] = answer["facetDistribution"]
    found = {facet: _plain(query, facet, own.get(facet, distribution).get(facet, {})) for facet in PLAIN}
    found["area"] = _places(query, own.get("area", distribution))
    states = labels.labels("state")
    found["state"] = [
        _value(value, states[value].name, count, selected=value in query.state)
        for value, count in single["state"].items()
    ]
    for facet, wording in (("closes_within", "{}日以内に締切"), ("posted_within", "{}日以内に掲載")):
        chosen = str(getattr(query, facet))
        found[facet] = [
            _value(value, wording.format(value), count, selected=value == chosen)
            for value, count in single[facet].items()
        ]
    gx = own.get("gx", distribution).get("gx", {})
    found["gx"] = [_value("true", "GX（脱炭素）", gx.get("true", 0), selected=query.gx is True)]
    return found


def _value(value: str, label: str, count: int, *, selected: bool = False, excluded: bool = False) -> Values:
    """As models.FacetValue."""
    return {"value": value, "label": label, "count": count, "selected": selected, "excluded": excluded}


def _plain(query: Query, facet: str, counts: Mapping[str, int]) -> list[Values]:
    known = _names(facet)
    selected: tuple[str, ...] = getattr(query, facet)
    chosen = [each.removeprefix("-") for each in selected]
    order = [*known, *(each for each in (*counts, *chosen) if each not in known)]
    return [
        _value(
            each, known.get(each, each), counts.get(each, 0), selected=each in selected, excluded=f"-{each}" in selected
        )
        for each in dict.fromkeys(order)
        if counts.get(each) or each in chosen
    ]


@cache
def _names(facet: str) -> dict[str, str]:
    if facet == "source":
        return {}
    return {key: each.name for key, each in labels.labels(facet).items()}


def _places(query: Query, distribution: Distribution) -> list[Values]:
    """A prefecture's count is what choosing it would give: its own, its towns' and the country's."""
    nationwide = distribution.get("place_level", {}).get("national", 0)
    counts = distribution.get("prefectures", {})
    values = [
        _value(each.code, each.name, nationwide + counts.get(each.code, 0), selected=each.code in query.area)
        for each in regions.prefectures()
    ]
    values += [_value(code, regions.get(code).name, 0, selected=True) for code in query.area if len(code) == 5]
    return [_value("JP", "全国", nationwide, selected="JP" in query.area), *values]

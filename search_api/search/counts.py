"""Facets: how many results each value would give, whatever else of its own facet is chosen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from indexer.state import CLOSING_DAYS, FAR, MAX_INTERVALS, State, end_of_day
from indexer.vocab import labels, regions
from search_api.query import FACETS, Query, Scope, StateChoice
from search_api.search.engine import Answer, Request
from search_api.search.filters import (
    PLAIN,
    WITHOUT_STEPS,
    Expression,
    current,
    joined,
    meant_for,
    place_filter,
    posted_from,
    posted_within,
    state_filter,
    without_places,
    without_scopes,
)

CLOSES_WITHIN = (7, 14, 30, 60, 90)
POSTED_WITHIN = (7, 30)
FLAGS = {"gx": "GX（脱炭素）", "featured": "注目"}

Values = dict[str, Any]
_Choice = tuple[str, str, int]
"""A value of a facet, its label, and how many results choosing it gives."""
Distribution = Mapping[str, Mapping[str, int]]
"""How many results have each value of an attribute, by attribute."""


class Counted(NamedTuple):
    """A count that the results' own request cannot give: of one value, or of all of a facet ("") or `only` some."""

    facet: str
    value: str
    request: Request
    only: tuple[str, ...] = ()


def distributed(query: Query, conditions: Mapping[str, Expression], besides: Sequence[Counted]) -> list[str]:
    """Attributes whose values the engine counts along with the results: those that are not `counted` besides."""
    own = {each.facet for each in besides}
    found = [each for each in (*PLAIN, *FLAGS) if _asked(query, each) and each not in own]
    if query.unfit and "industry" in found:
        found.remove("industry")
    places = "area" not in conditions and (_asked(query, "area") or _asked(query, "scope"))
    return found + (["prefectures", "place_level"] if places else [])


def counted(
    query: Query, conditions: Mapping[str, Expression], now: datetime, rounds: int = MAX_INTERVALS
) -> list[Counted]:
    """What is to be asked for besides the results, without the words. `rounds`: see `filters`."""
    seconds = int(now.timestamp())
    found = [
        Counted(facet, "", _distribution(joined(conditions, facet), [facet]))
        for facet in (*PLAIN, *FLAGS)
        if facet in conditions and _asked(query, facet) and not (facet == "industry" and _sized(query))
    ]
    if _asked(query, "industry") and _sized(query):
        found += _of_trades(query, conditions)
    found += _of_places(query, joined(conditions, "area"), chosen="area" in conditions)
    found += _of_ends(query, conditions, seconds, rounds)
    if _asked(query, "state"):
        # Without one, the results are all that is not over: what no other state has of them is unknown.
        apart = (State.UPCOMING, State.CLOSED, *((State.UNKNOWN,) if query.state else ()))
        rest = _of_any_state(conditions)
        found += [Counted("state", each, _count(rest, state_filter(each, seconds, rounds))) for each in apart]
    if _asked(query, "posted_within"):
        lately = posted_within(seconds, max(_days(POSTED_WITHIN, query.posted_within)))
        rest = joined(conditions, "posted_within")
        found.append(Counted("posted_within", "", _distribution(_both(rest, lately), ["posted"])))
    return found


def distinct(asked: Sequence[Counted]) -> tuple[list[Request], list[int]]:
    """What the engine is asked for them, what several are told by once, and which of these tells each of them."""
    found: list[Request] = []
    told = []
    for each in asked:
        if each.request not in found:
            found.append(each.request)
        told.append(found.index(each.request))
    return found, told


def _of_ends(query: Query, conditions: Mapping[str, Expression], seconds: int, rounds: int) -> list[Counted]:
    """On which day what is open closes, at once for all that is told by it: each such count would be a search."""
    # Whatever states are chosen, the ends tell which of what is open they let in: mostly one search serves both.
    told = {"state": _of_any_state(conditions), "closes_within": joined(conditions, "state", "closes_within")}
    bases = {facet: base for facet, base in told.items() if _asked(query, facet)}
    return [
        Counted(facet, "", _distribution(_both(base, current(seconds, number)), [f"closes_by_{number}"]))
        for facet, base in bases.items()
        for number in range(rounds)
    ]


def _of_any_state(conditions: Mapping[str, Expression]) -> Expression:
    """What each state is counted among, as choosing it would find it: also where all there is is chosen now."""
    return joined({**conditions, "procedure": WITHOUT_STEPS}, "state")


def _days(offered: Sequence[int], chosen: int | None) -> list[int]:
    """The numbers of days to be told of: those offered, and what was chosen or left out instead."""
    return sorted({*offered, *((abs(chosen),) if chosen is not None else ())})


def _sized(query: Query) -> bool:
    """Is what is not for a firm of this size left out?"""
    return not query.unfit and (query.employees is not None or query.capital is not None)


def _of_trades(query: Query, conditions: Mapping[str, Expression]) -> list[Counted]:
    """How small a firm is by law depends on its trade: those that leave out the same are counted at once."""
    alike: dict[Expression, list[str]] = {}
    for trade in labels.labels("industry"):
        alike.setdefault(meant_for(query, [trade]), []).append(trade)
    rest = {facet: each for facet, each in conditions.items() if facet != "meant_for"}
    return [
        Counted("industry", "", _distribution(_both(joined(rest, "industry"), left_out), ["industry"]), tuple(trades))
        for left_out, trades in alike.items()
    ]


def _of_places(query: Query, rest: Expression, *, chosen: bool) -> list[Counted]:
    """`rest`: the conditions but those of place and scope, of which something is `chosen`."""
    found: list[Counted] = []
    places, scopes = query.wanted("area"), query.wanted("scope")
    # Where nothing of places is left out, the levels of all there is tell what is the country's and what is unknown.
    whole = "JP" not in places and not query.unwanted("area") and not query.unwanted("scope")
    levels = (Scope.NATIONAL, Scope.UNKNOWN) if whole else ()
    within = _both(rest, without_scopes(query))
    if chosen and (_asked(query, "area") or (_asked(query, "scope") and places and levels)):
        found.append(Counted("area", "", _distribution(within, ["prefectures", "place_level"])))
    if _asked(query, "area"):
        if Scope.PREFECTURE in scopes:
            found.append(Counted("own", "", _distribution(_both(within, 'place_level = "prefecture"'), ["areas"])))
        if Scope.MUNICIPALITY in scopes:
            towns = _distribution(_both(within, 'place_level = "municipality"'), ["prefectures"])
            found.append(Counted("towns", "", towns))
        found += [
            Counted("area", code, _count(within, place_filter((code,), scopes)))
            for code in _towns(query)
            # Where it is all that is chosen, the results are its own.
            if query.area != (code,)
        ]
    if _asked(query, "scope") and chosen:
        within = _both(rest, without_places(query))
        if places:
            found += [
                Counted("scope", each, _count(within, place_filter(places, (each,))))
                for each in Scope
                if each not in levels
            ]
        else:
            found.append(Counted("scope", "", _distribution(within, ["place_level"])))
    return found


def _towns(query: Query) -> list[str]:
    """The municipalities that are chosen or left out: all others are too many to be counted each."""
    return [each for each in dict.fromkeys((*query.wanted("area"), *query.unwanted("area"))) if len(each) == 5]


def _asked(query: Query, facet: str) -> bool:
    return not query.facets or facet in query.facets


def _distribution(condition: Expression, attributes: list[str]) -> Request:
    # By pages: where a limit is given instead, the engine takes a third longer.
    return _count(condition, "") | {"facets": attributes}


def _count(rest: Expression, expression: Expression) -> Request:
    return {"filter": _both(rest, expression) or None, "page": 1, "hitsPerPage": 0}


def _both(one: Expression, other: Expression) -> Expression:
    return f"{one} AND ({other})" if one and other else one or other


class _Answers:
    """What the engine counted: `total` results, `of` a facet by attribute, `one` a facet by value."""

    def __init__(self, main: Answer, asked: Sequence[Counted], answers: Sequence[Answer]) -> None:
        self.total: int = main["totalHits"]
        self._main: Distribution = main.get("facetDistribution", {})
        self._own: dict[str, Distribution] = {}
        self.one: dict[str, dict[str, int]] = {}
        for each, answer in zip(asked, answers, strict=True):
            if each.value:
                self.one.setdefault(each.facet, {})[each.value] = answer["totalHits"]
            elif each.only:
                told = answer["facetDistribution"].get(each.facet, {})
                known = self._own.get(each.facet, {}).get(each.facet, {})
                self._own[each.facet] = {each.facet: {**known, **{name: told.get(name, 0) for name in each.only}}}
            else:
                self._own[each.facet] = {**self._own.get(each.facet, {}), **answer["facetDistribution"]}

    def of(self, facet: str, attribute: str = "") -> Mapping[str, int]:
        return self._own.get(facet, self._main).get(attribute or facet, {})

    def own(self, facet: str, attribute: str) -> Mapping[str, int]:
        return self._own.get(facet, {}).get(attribute, {})

    def times(self, facet: str) -> list[tuple[int, int]]:
        """(Unix seconds, how many) of what was asked for a facet that is made of times alone."""
        told = self._own.get(facet, {}).values()
        return [(int(float(time)), count) for each in told for time, count in each.items()]


def facets(
    query: Query, main: Answer, asked: Sequence[Counted], answers: Sequence[Answer], now: datetime
) -> dict[str, list[Values]]:
    """The facets of models.Results, from the results' own answer and those to `asked`."""
    seconds = int(now.timestamp())
    counts = _Answers(main, asked, answers)
    made: dict[str, Callable[[Query, str, _Answers], list[_Choice]]] = {
        **dict.fromkeys(PLAIN, _plain),
        **({"industry": _trades} if query.unfit else {}),
        "area": _places,
        "scope": _scopes,
        "state": partial(_states, seconds),
        "closes_within": partial(_closes, seconds),
        "posted_within": partial(_posted, seconds),
        **dict.fromkeys(FLAGS, _flag),
    }
    return {facet: _shown(query, facet, made[facet](query, facet, counts)) for facet in FACETS if _asked(query, facet)}


def _shown(query: Query, facet: str, choices: list[_Choice]) -> list[Values]:
    """As models.FacetValue."""
    chosen = _chosen(query, facet)
    return [
        {
            "value": value,
            "label": label,
            "count": count,
            "selected": value in chosen,
            "excluded": f"-{value}" in chosen,
        }
        for value, label, count in choices
    ]


def _chosen(query: Query, facet: str) -> tuple[str, ...]:
    """What is said of a facet, as values, or -values that are left out."""
    match getattr(query, facet):
        case tuple() as values:
            return values
        case bool() as flag:
            return ("true",) if flag else ("-true",)
        case None:
            return ()
        case days:
            return (str(days),)


def _plain(query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    found, known = counts.of(facet), _names(facet)
    chosen = [each.removeprefix("-") for each in getattr(query, facet)]
    order = [*known, *(each for each in (*found, *chosen) if each not in known)]
    return [
        (each, known.get(each, each), found.get(each, 0))
        for each in dict.fromkeys(order)
        if found.get(each) or each in chosen
    ]


def _trades(query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    """Where what does not fit stays, a trade leaves out nothing."""
    return [(trade, name, counts.total) for trade, name in _names(facet).items()]


@cache
def _names(facet: str) -> dict[str, str]:
    if facet == "source":
        return {}
    return {key: each.name for key, each in labels.labels(facet).items()}


def _places(query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    """A prefecture's count is what choosing it would give: its own, its towns' and the country's, or what of these the
    scope lets in.
    """
    scopes = query.wanted("scope")
    levels = counts.of("area", "place_level")
    nationwide = levels.get("national", 0)
    unknown = levels.get("unknown", 0) if Scope.UNKNOWN in scopes else 0
    wide = unknown + (nationwide if not scopes or Scope.NATIONAL in scopes else 0)
    inside = counts.own("towns", "prefectures") if scopes else counts.of("area", "prefectures")
    own = counts.own("own", "areas")
    towns = counts.one.get(facet, {})
    return [
        ("JP", "全国", nationwide + unknown),
        *(
            (each.code, each.name, wide + inside.get(each.code, 0) + own.get(each.code, 0))
            for each in regions.prefectures()
        ),
        *((code, regions.get(code).name, towns.get(code, counts.total)) for code in _towns(query)),
    ]


def _scopes(query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    levels = counts.of("area" if query.wanted("area") else facet, "place_level")
    found = {**levels, **counts.one.get(facet, {})}
    return [(each, SCOPES[each], found.get(each, 0)) for each in Scope]


SCOPES = {
    Scope.MUNICIPALITY: "市区町村",
    Scope.PREFECTURE: "都道府県",
    Scope.NATIONAL: "全国",
    Scope.UNKNOWN: "地域不明",
}


def _within(state: str, seconds: int) -> tuple[int, int]:
    """Between which ends, both included, what is open is in this state."""
    match state:
        case State.OPEN | StateChoice.ANY:
            return 0, FAR
        case State.CLOSING:
            return 0, end_of_day(seconds, CLOSING_DAYS)
        case State.ROLLING:
            return FAR, FAR
        case _:
            return FAR, 0


def _states(seconds: int, query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    ends, names = counts.times(facet), labels.labels("state")
    found = dict(counts.one[facet])
    for state in (State.OPEN, State.CLOSING, State.ROLLING):
        first, last = _within(state, seconds)
        found[state] = sum(count for end, count in ends if first <= end <= last)
    if State.UNKNOWN not in found:
        left = counts.total - found[State.OPEN] - found[State.UPCOMING]
        # Below nothing where a publication came between the searches.
        found[State.UNKNOWN] = max(left, 0)
    return [(each, names[each].name, found[each]) for each in State]


def _closes(seconds: int, query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    offered = _days(CLOSES_WITHIN, query.closes_within)
    ends, until = counts.times(facet), {days: end_of_day(seconds, days) for days in offered}
    if wanted := [_within(each, seconds) for each in query.wanted("state")]:
        ends = [each for each in ends if any(first <= each[0] <= last for first, last in wanted)]
    # `-any` leaves out nothing.
    if unwanted := [_within(each, seconds) for each in query.unwanted("state") if each != StateChoice.ANY]:
        ends = [each for each in ends if not any(first <= each[0] <= last for first, last in unwanted)]
    found = {days: sum(count for end, count in ends if end <= last) for days, last in until.items()}
    return [(str(days), f"{days}日以内に締切", count) for days, count in found.items()]


def _posted(seconds: int, query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    offered = _days(POSTED_WITHIN, query.posted_within)
    posted, since = counts.times(facet), {days: posted_from(seconds, days) for days in offered}
    found = {days: sum(count for at, count in posted if at >= first) for days, first in since.items()}
    return [(str(days), f"{days}日以内に掲載", count) for days, count in found.items()]


def _flag(query: Query, facet: str, counts: _Answers) -> list[_Choice]:
    return [("true", FLAGS[facet], counts.of(facet).get("true", 0))]

"""The conditions of a `Query` in the engine's filter language. Values are quoted, never pasted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from indexer.normalise.conditions import Size
from indexer.schema import JST
from indexer.state import CLOSING_DAYS, FAR, MAX_INTERVALS, end_of_day, midnight
from indexer.vocab import regions
from search_api import firm
from search_api.query import Query, Scope, StateChoice

VOCABULARY = ("kind", "theme", "stage", "lever", "field", "industry", "size")
"""Facets whose values are labels of the vocabulary and attributes of the same name in the engine."""

PLAIN = (*VOCABULARY, "issuer_level", "source")

Expression = str
"""A filter in Meilisearch's language."""

WITHOUT_STEPS: Expression = "procedure = false"
"""What is only a step of an earlier grant hides, but where all there is is asked for."""


def quoted(value: str) -> str:
    """The value as a literal of Meilisearch's filter language; nothing in it can end the literal."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_of(attribute: str, values: Iterable[str]) -> Expression:
    return f"{attribute} IN [{', '.join(map(quoted, values))}]"


def joined(conditions: Mapping[str, Expression], *without: str) -> Expression:
    """All of the conditions, but not those of the facets `without`."""
    return " AND ".join(
        each if facet == "area" else f"({each})" for facet, each in conditions.items() if facet not in without
    )


def filters(query: Query, now: datetime, rounds: int = MAX_INTERVALS) -> dict[str, Expression]:
    """The query's conditions by facet; all of them together must hold.

    `rounds`: none but so many of a programme's times ahead, as of the publication, can have begun (Moments.rounds).
    Not to look at the others saves time and changes nothing.
    """
    seconds = int(now.timestamp())
    found: dict[str, Expression] = {}
    for facet in PLAIN:
        wanted, unwanted = query.wanted(facet), query.unwanted(facet)
        parts = [one_of(facet, wanted)] if wanted else []
        parts += [f"NOT {one_of(facet, unwanted)}"] if unwanted else []
        found[facet] = " AND ".join(parts)
    found["area"] = _places(query)
    found["state"] = _states(query, seconds, rounds)
    if StateChoice.ANY not in query.state:
        found["procedure"] = WITHOUT_STEPS
    if query.closes_within is not None:
        within = closes_within(seconds, abs(query.closes_within), rounds)
        found["closes_within"] = within if query.closes_within >= 0 else f"NOT {within}"
    if query.closes_from is not None or query.closes_to is not None:
        found["closes"] = closes_between(seconds, query.closes_from, query.closes_to)
    if query.posted_within is not None:
        within = posted_within(seconds, abs(query.posted_within))
        found["posted_within"] = within if query.posted_within >= 0 else f"NOT {within}"
    if query.updated_since is not None:
        found["updated_since"] = f"changed >= {int(query.updated_since.timestamp())}"
    if query.gx is not None:
        found["gx"] = f"gx = {'true' if query.gx else 'false'}"
    if query.featured is not None:
        found["featured"] = f"featured = {'true' if query.featured else 'false'}"
    if query.amount_min is not None:
        found["amount_min"] = f"amount_max >= {query.amount_min}"
    if query.rate_min is not None:
        found["rate_min"] = f"rate >= {round(float(Fraction(query.rate_min)), 4)}"
    if query.unfit:
        # What does not fit stays, and says why.
        found["industry"] = ""
    else:
        found |= _firm(query)
    return {facet: each for facet, each in found.items() if each}


def _firm(query: Query) -> dict[str, Expression]:
    """What is not for a firm of this size, for certain, is left out."""
    found: dict[str, Expression] = {}
    if query.employees is not None:
        found["employees"] = f"NOT employees_max < {query.employees}"
    if query.capital is not None:
        found["capital"] = f"NOT capital_max < {query.capital}"
    found["meant_for"] = meant_for(query, query.wanted("industry"))
    return found


def meant_for(query: Query, industries: Sequence[str]) -> Expression:
    """Not for smaller firms only than one of these trades and the question's size is."""
    too_large = [each for each in Size if firm.fits(each, industries, query.employees, query.capital) is False]
    return f"NOT {one_of('meant_for', too_large)}" if too_large else ""


def _states(query: Query, now: int, rounds: int) -> Expression:
    wanted, unwanted = query.wanted("state"), query.unwanted("state")
    parts: list[Expression] = []
    if not wanted:
        # What has closed hides.
        parts.append(f"NOT final <= {now}")
    elif StateChoice.ANY not in wanted:
        parts.append("(" + " OR ".join(_each(wanted, now, rounds)) + ")")
    parts += [f"NOT {each}" for each in _each(unwanted, now, rounds)]
    return " AND ".join(parts)


def _each(states: Sequence[str], now: int, rounds: int) -> list[Expression]:
    """A condition for each of the states, of which any may hold, or none: (A OR (B AND NOT A)) is (A OR B)."""
    beside = {"closing": "", "rolling": "", "upcoming": _ahead(now), "unknown": _endless(now)}
    found = [
        beside[each] if "open" in states and each in beside else state_filter(each, now, rounds) for each in states
    ]
    return [each for each in found if each]


def current(now: int, number: int, closes: Expression = "") -> Expression:
    """Programmes of whose times ahead the one of this number is now; where it is that, none of the others is.

    `closes`: a condition on its end that holds of no end in the past.
    """
    # Where there is an end there is a begin (publish.document). A condition costs the engine by the values it spans: of
    # begins those ahead are few.
    return f"(NOT opens_{number} > {now} AND {closes or f'closes_{number} > {now}'})"


def state_filter(state: str, now: int, rounds: int = MAX_INTERVALS) -> Expression:
    """Programmes in a state at Unix time `now`, from the windows' own bounds: nothing has to be indexed again."""

    within = " OR ".join(current(now, i) for i in range(rounds))
    match state:
        case "open":
            return f"({within})"
        case "closing":
            return closes_within(now, CLOSING_DAYS, rounds)
        case "rolling":
            return f"({' OR '.join(current(now, i, f'closes_{i} >= {FAR}') for i in range(rounds))})"
        case "upcoming":
            return f"({_ahead(now)} AND NOT ({within}))"
        case "closed":
            return f"(final <= {now})"
        case "unknown":
            return f"({_endless(now)} AND NOT ({within}))"
        case _:
            return ""


def _ahead(now: int) -> Expression:
    return f"starts > {now}"


def _endless(now: int) -> Expression:
    # Without a last end it is unknown whenever nothing else is known; `starts` may be absent, or over.
    return f"(final NOT EXISTS AND NOT {_ahead(now)})"


def _places(query: Query) -> Expression:
    areas, scopes = query.wanted("area"), query.wanted("scope")
    parts = [place_filter(areas, scopes)] if areas or scopes else []
    return " AND ".join(filter(None, (*parts, without_places(query), without_scopes(query))))


def without_places(query: Query) -> Expression:
    return " AND ".join(f"NOT {of_place(code)}" for code in query.unwanted("area"))


def without_scopes(query: Query) -> Expression:
    return " AND ".join(f"NOT place_level = {quoted(each)}" for each in query.unwanted("scope"))


def of_place(code: str) -> Expression:
    """Programmes of the place itself: of a prefecture those of its towns too, of a city those of its wards."""
    if code == "JP":
        return 'areas = "JP"'
    if len(code) == 2:
        return f"prefectures = {quoted(code)}"
    return one_of("areas", dict.fromkeys((code, *(each.code for each in regions.children(code)))))


def place_filter(areas: Sequence[str], scopes: Sequence[str]) -> Expression:
    """What firms in these places can use: a town's own, its prefecture's, the country's; see DESIGN.md, Place."""
    parts: list[Expression] = []
    for code in areas or ("",):
        mine: list[Expression] = []
        wanted = set(scopes)
        everything = not wanted
        if code and code != "JP":
            prefecture = regions.prefecture_of(code)
            if everything or Scope.NATIONAL in wanted:
                mine.append('areas = "JP"')
            if len(code) == 2:
                if everything:
                    mine.append(f"prefectures = {quoted(code)}")
                if Scope.PREFECTURE in wanted:
                    mine.append(f"areas = {quoted(code)}")
                if Scope.MUNICIPALITY in wanted:
                    mine.append(f'(prefectures = {quoted(code)} AND place_level = "municipality")')
            else:
                if everything or Scope.PREFECTURE in wanted:
                    mine.append(f"areas = {quoted(prefecture)}")
                if everything or Scope.MUNICIPALITY in wanted:
                    city = regions.city_of(code)
                    wards = [each.code for each in regions.children(city)] if code == city else [code]
                    mine.append(one_of("areas", dict.fromkeys((city, *wards))))
        elif code == "JP":
            mine.append('areas = "JP"')
        else:
            mine += [f"place_level = {quoted(each)}" for each in scopes if each != Scope.UNKNOWN]
        if Scope.UNKNOWN in wanted:
            mine.append('place_level = "unknown"')
        parts += mine
    return f"({' OR '.join(parts)})" if parts else ""


def closes_within(now: int, days: int, rounds: int = MAX_INTERVALS) -> Expression:
    """Open, and closing by the end of the day so many days ahead: of today with 0, as `days_left` counts."""
    last = end_of_day(now, days)
    return "(" + " OR ".join(current(now, i, f"closes_{i} {now + 1} TO {last}") for i in range(rounds)) + ")"


def closes_between(now: int, first: date | None, last: date | None) -> Expression:
    """Closing on one of these days, and not over; what ends at midnight closes on the day before."""
    after = max(now, midnight(first)) if first else now
    until = midnight(last + timedelta(days=1)) if last else FAR - 1
    return "(" + " OR ".join(f"closes_{i} {after + 1} TO {until}" for i in range(MAX_INTERVALS)) + ")"


def posted_within(now: int, days: int) -> Expression:
    """Posted today, or on one of so many days before."""
    return f"(posted >= {posted_from(now, days)})"


def posted_from(now: int, days: int) -> int:
    """The begin of the day so many days ago."""
    return midnight(datetime.fromtimestamp(now, JST).date() - timedelta(days=days))

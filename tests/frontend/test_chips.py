"""What is chosen, in words, and the question without it."""

from datetime import UTC, date, datetime

import pytest

from frontend.chips import ORDER, chips
from frontend.links import Links
from search_api.query import Query, Scope, StateChoice

SHAPE = {"sort", "page", "per_page", "fields", "facets", "explain", "highlight"}
"""What changes how results are shown, not which."""

EVERYTHING = Query(
    q="省エネ",
    area=("40130", "13", "-27"),
    kind=("subsidy", "-loan"),
    theme=("renewables",),
    stage=("reduce",),
    lever=("tomeru",),
    field=("environment",),
    industry=("E",),
    size=("upto50",),
    issuer_level=("municipality",),
    source=("jgrants",),
    scope=(Scope.MUNICIPALITY,),
    state=(StateChoice.OPEN, StateChoice.UPCOMING),
    closes_within=14,
    posted_within=7,
    closes_from=date(2026, 9, 1),
    closes_to=date(2026, 9, 30),
    updated_since=datetime(2026, 8, 1, tzinfo=UTC),
    employees=12,
    capital=3_000_000,
    plan="屋根に太陽光パネルを付ける",
    amount_min=1_000_000,
    rate_min="1/2",
    gx=True,
    featured=False,
    literal=True,
    unfit=True,
    page=3,
)


def test_every_condition_has_its_chip() -> None:
    """A new parameter that no chip shows could not be seen nor dropped."""
    assert set(ORDER) | SHAPE == set(Query.model_fields)
    found = chips(EVERYTHING, {"jgrants": "Jグランツ"})
    asked = [name for name, _ in EVERYTHING.items() if name not in SHAPE]
    assert len(found) == len(asked)
    assert len({each.name for each in found}) == len(found) and "Jグランツ" in {each.name for each in found}


def test_all_chips_dropped_leave_nothing() -> None:
    query = EVERYTHING
    while found := chips(query, {}):
        assert len(found[0].without.items()) < len(query.items())
        query = found[0].without
    assert not {name for name, _ in query.items()} - SHAPE


@pytest.mark.parametrize("query", [Query(), EVERYTHING, Query(kind=("-loan",), sort="deadline", per_page=50)])
def test_links_are_those_that_the_question_itself_would_make(query: Query) -> None:
    links = Links(query)
    for facet, value in (("kind", "tax"), ("kind", "subsidy"), ("kind", "loan"), ("state", "open"), ("area", "13")):
        chosen = getattr(query, facet)
        rest = tuple(each for each in chosen if each.removeprefix("-") != value)
        changed = rest if value in chosen else (*rest, value)
        assert links.toggled("/search", facet, value) == query.with_(**{facet: changed}).url("/search")
    assert links.to("/search", "closes_within", ["30"]) == query.url("/search", closes_within=30)
    assert links.to("/search", "closes_within", []) == query.url("/search", closes_within=None)

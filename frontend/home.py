"""The first page: one box, my place, the path to less carbon, what ends soon and what is new."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend import place as places
from frontend.kept import Kept
from frontend.origins import sources
from frontend.rendering import page
from frontend.words.vocabulary import vocabulary
from search_api import collections
from search_api.query import Query, Sort, StateChoice
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=Kept)

FACETS = ("stage", "theme", "kind", "state")
STEP_KINDS = {
    "know": ("seminar", "consultation", "guide", "case"),
    "measure": ("subsidy", "consultation", "expert", "case"),
    "reduce": ("subsidy", "loan", "tax", "case"),
}
"""Kinds of support to name at each of the three steps, where there is any."""


@router.get("/")
async def home(request: Request, own: Own) -> Response:
    """home.html: query (the place alone), place, counts (by facet and value), vocabulary (names by facet), steps
    {stage: [(kind, count, question)]}, closing, fresh and cases (Results), collections (of cases that staff chose),
    links (the question of each list), late (sources).
    """
    query, _ = Query.lenient([item for item in request.query_params.multi_items() if item[0] == "area"])
    place = places.of(query.wanted("area")) if query.wanted("area") else places.remembered(request)
    query = Query(area=(place.code,) if place.code else ())
    everything = query.with_(per_page=1, facets=FACETS)
    asked = {
        "closing": query.with_(state=(StateChoice.CLOSING,), sort=Sort.DEADLINE, per_page=5),
        "fresh": query.with_(posted_within=7, sort=Sort.NEWEST, per_page=5),
        "cases": Query(kind=("case",), gx=True, sort=Sort.NEWEST, per_page=3),
    }
    counted, answers, steps, known, chosen = await asyncio.gather(
        own.search(everything),
        asyncio.gather(*map(own.listing, asked.values())),
        _steps(own, query),
        sources(own),
        run_in_threadpool(collections.shown, own),
    )
    found = dict(zip(asked, answers, strict=True))
    told = [item.programme for each in chosen for item in each.programmes] if chosen else found["cases"].hits
    response = page(
        request,
        "home.html",
        query=query,
        place=place,
        counts={facet: {each.value: each.count for each in counted.facets[facet]} for facet in FACETS},
        vocabulary={facet: vocabulary(facet) for facet in FACETS},
        steps=steps,
        closing=found["closing"],
        fresh=found["fresh"],
        cases=found["cases"],
        collections=chosen,
        links={name: each.with_(per_page=20) for name, each in asked.items()},
        late=known.late_of([*found["closing"].hits, *found["fresh"].hits, *told]),
    )
    if query.area and place.code and "area" in request.query_params:
        places.remember(response, place)
    return response


async def _steps(own: Services, query: Query) -> dict[str, list[tuple[str, int, Query]]]:
    """What there is at each step, by kind."""
    asked = [
        (stage, kind, query.with_(stage=(stage,), kind=(kind,)))
        for stage, kinds in STEP_KINDS.items()
        for kind in kinds
    ]
    totals = await own.searcher.totals([each for _, _, each in asked])
    found: dict[str, list[tuple[str, int, Query]]] = {stage: [] for stage in STEP_KINDS}
    for (stage, kind, each), total in zip(asked, totals, strict=True):
        if total:
            found[stage].append((kind, total, each))
    return found

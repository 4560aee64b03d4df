"""Other views of a question: its deadlines by month, and its counts on a map."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from frontend import japan
from frontend import place as places
from frontend.chips import chips
from frontend.kept import Kept
from frontend.months import AHEAD, Month, deadlines
from frontend.origins import sources
from frontend.rendering import page
from search_api.query import Query
from search_api.services import Own

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=Kept)


@router.get("/calendar")
async def calendar(request: Request, own: Own, month: str = "") -> Response:
    """calendar.html: view, query, chips, dropped, month, months [(Month, link)] (those that can be chosen), days
    (date: hits), whole (are these all?), total, today, previous and next (links, or "" at the ends), place, late,
    sources.
    """
    query, dropped = Query.lenient([item for item in request.query_params.multi_items() if item[0] != "month"])
    today = own.clock().date()
    shown = Month.read(month, today)
    days, whole = await deadlines(own.search, query, shown, own.clock())
    here = query.with_(page=1, per_page=20)
    known = await sources(own)
    choices = Month.of(today).following(AHEAD)
    at = choices.index(shown)
    return page(
        request,
        "calendar.html",
        view="/calendar",
        query=here,
        plain=here,
        chips=chips(query, known.names),
        dropped=dropped,
        month=shown,
        choices=choices,
        days=days,
        whole=whole,
        total=sum(map(len, days.values())),
        today=today,
        previous=_month_url(here, choices[at - 1]) if at else "",
        next=_month_url(here, choices[at + 1]) if at + 1 < len(choices) else "",
        place=places.of(query.wanted("area")),
        late=known.late_of(each.hit for found in days.values() for each in found),
        sources=known.names,
    )


def _month_url(query: Query, month: Month) -> str:
    return "/calendar?" + urlencode([*query.items(), ("month", month.text)])


@router.get("/map")
async def map_(request: Request, own: Own) -> Response:
    """map.html: view, query (without a place), chips, dropped, late (sources), japan, nationwide (how many can be used
    everywhere), attribution.
    """
    asked, dropped = Query.lenient(request.query_params.multi_items())
    if asked.area:
        # The map shows all places side by side: a place among the conditions would only repeat one of them.
        return RedirectResponse(asked.url("/map", area=()), 303)
    results = await own.search(asked.with_(per_page=1, facets=("area", "source")))
    counts = results.facets["area"]
    query = asked.with_(per_page=20)
    known = await sources(own)
    return page(
        request,
        "map.html",
        view="/map",
        query=query,
        chips=chips(query, known.names),
        dropped=dropped,
        late=known.late_among(results.facets["source"]),
        japan=japan.japan(counts),
        nationwide=next((each.count for each in counts if each.value == "JP"), 0),
        attribution=japan.ATTRIBUTION,
    )

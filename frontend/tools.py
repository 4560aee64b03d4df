"""Other views of a question, and of chosen programmes: calendar, map, comparison, list."""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend import place as places
from frontend.chips import chips
from frontend.months import AHEAD, Month, deadlines
from frontend.rendering import page, sources
from frontend.tiles import tiles
from search_api.detail import detail
from search_api.models import Detail
from search_api.query import Query
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST_COMPARED = 4
MOST_LISTED = 200


@router.get("/calendar")
async def calendar(request: Request, own: Own, month: str = "") -> Response:
    """calendar.html: query, chips, dropped, month, days (date: hits), whole (are these all?), today, previous and next
    (links, or "" at the ends of what can be shown), place.
    """
    query, dropped = Query.lenient([item for item in request.query_params.multi_items() if item[0] != "month"])
    today = own.clock().date()
    shown = Month.read(month, today)
    days, whole = await deadlines(own.searcher, query, shown)
    first, last = Month.of(today), today.year * 12 + today.month + AHEAD
    here = query.with_(page=1, per_page=20)
    return page(
        request,
        "calendar.html",
        query=here,
        chips=chips(query, await sources(own)),
        dropped=dropped,
        month=shown,
        days=days,
        whole=whole,
        today=today,
        previous=_month_url(here, shown.previous) if shown != first else "",
        next=_month_url(here, shown.next) if shown.year * 12 + shown.month < last else "",
        place=places.of(query.area),
    )


def _month_url(query: Query, month: Month) -> str:
    return "/calendar?" + urlencode([*query.items(), ("month", month.text)])


@router.get("/map")
async def map_(request: Request, own: Own) -> Response:
    """map.html: query (without a place), chips, dropped, tiles, nationwide (how many can be used everywhere)."""
    query, dropped = Query.lenient(request.query_params.multi_items())
    query = query.with_(area=(), per_page=1)
    results = await own.search(query)
    counts = results.facets["area"]
    return page(
        request,
        "map.html",
        query=query.with_(per_page=20),
        chips=chips(query, await sources(own)),
        dropped=dropped,
        tiles=tiles(counts),
        nationwide=next((each.count for each in counts if each.value == "JP"), 0),
    )


@router.get("/compare")
async def compare(request: Request, own: Own) -> Response:
    """compare.html: found (Detail, up to `most`), missing (ids), more (were there more?), rest (link without one)."""
    ids = list(dict.fromkeys(request.query_params.getlist("id")))
    found, missing = await _chosen(own, ids[:MOST_COMPARED])
    return page(
        request,
        "compare.html",
        found=found,
        missing=missing,
        more=len(ids) > MOST_COMPARED,
        most=MOST_COMPARED,
        rest=lambda kept, id: urlencode([("id", each.id) for each in kept if each.id != id]),
        place=places.remembered(request),
    )


@router.get("/list")
async def my_list(request: Request, own: Own) -> Response:
    """list.html: asked (does the address name any?), found, missing, address (of this list), most (to compare)."""
    ids = list(dict.fromkeys(request.query_params.getlist("id")))[:MOST_LISTED]
    found, missing = await _chosen(own, ids)
    return page(
        request,
        "list.html",
        asked=bool(ids),
        found=found,
        missing=missing,
        address="/list?" + urlencode([("id", each) for each in ids]),
        most=MOST_COMPARED,
        place=places.remembered(request),
    )


async def _chosen(own: Services, ids: Sequence[str]) -> tuple[list[Detail], list[str]]:
    """The programmes with these ids in their order, and the ids of none."""

    def read() -> dict[str, Detail | None]:
        return {each: detail(own.store, each, own.clock()) for each in ids}

    found = await run_in_threadpool(read)
    programmes = {each.id: each for each in found.values() if each}  # Several ids may be of one programme.
    return list(programmes.values()), [id[:80] for id, each in found.items() if each is None]

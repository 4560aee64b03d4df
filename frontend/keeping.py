"""Programmes that a reader chose: side by side, as a list, and as files of that list."""

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from frontend import place as places
from frontend.origins import sources
from frontend.rendering import page
from search_api import exports, feeds
from search_api.detail import details
from search_api.models import Detail, Hit
from search_api.search.hits import Values
from search_api.services import Own, Services, public_base

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST_COMPARED = 4
MOST_LISTED = 200


@router.get("/compare")
async def compare(request: Request, own: Own) -> Response:
    """compare.html: found (Detail, up to `most`), missing (ids), more (were there more?), rest (link without one),
    late and sources (names).
    """
    ids = list(dict.fromkeys(request.query_params.getlist("id")))
    found, missing = await _chosen(own, ids[:MOST_COMPARED])
    known = await sources(own)
    return page(
        request,
        "compare.html",
        found=found,
        missing=missing,
        more=len(ids) > MOST_COMPARED,
        most=MOST_COMPARED,
        rest=lambda kept, id: urlencode([("id", each.id) for each in kept if each.id != id]),
        place=places.remembered(request),
        late=known.late_of(found),
        sources=known.names,
    )


@router.get("/list")
async def my_list(request: Request, own: Own) -> Response:
    """list.html: asked (does the address name any?), found (what ends first comes first), missing, ids (as a query
    string), most (to compare), late and sources (names).
    """
    ids = _ids(request)
    found, missing = await _chosen(own, ids)
    known = await sources(own)
    return page(
        request,
        "list.html",
        asked=bool(ids),
        found=sorted(found, key=_urgency),
        missing=missing,
        ids=urlencode([("id", each) for each in ids]),
        most=MOST_COMPARED,
        place=places.remembered(request),
        late=known.late_of(found),
        sources=known.names,
    )


@router.get("/list.csv")
async def list_csv(request: Request, own: Own) -> Response:
    """The list as the same table as any export of a search."""
    found, _ = await _chosen(own, _ids(request))

    async def hits() -> AsyncIterator[Values]:
        for each in sorted(found, key=_urgency):
            yield each.model_dump(mode="json")

    headers = {"Content-Disposition": 'attachment; filename="mylist.csv"'}
    return StreamingResponse(exports.as_csv(hits()), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/list.ics")
async def list_ics(request: Request, own: Own) -> Response:
    """The deadlines and dates of the list that are still ahead."""
    found, _ = await _chosen(own, _ids(request))
    content = feeds.calendar(map(_hit, found), public_base(request, own), own.now())
    headers = {"Content-Disposition": 'attachment; filename="mylist.ics"'}
    return Response(content, media_type="text/calendar", headers=headers)


def _ids(request: Request) -> list[str]:
    return list(dict.fromkeys(request.query_params.getlist("id")))[:MOST_LISTED]


def _urgency(item: Detail) -> tuple[bool, bool, str]:
    """What still ends at a known time first, then what has no end, then what is over."""
    return item.state.value == "closed", item.closes is None, item.closes or ""


def _hit(found: Detail) -> Hit:
    return Hit.model_validate(found.model_dump() | {"featured": found.featured is not None})


async def _chosen(own: Services, ids: Sequence[str]) -> tuple[list[Detail], list[str]]:
    """The programmes with these ids in their order, and the ids of none."""
    found = await run_in_threadpool(details, own.store, ids, own.clock())
    programmes = {each.id: each for each in found.values() if each}  # Several ids may be of one programme.
    return list(programmes.values()), [id[:80] for id, each in found.items() if each is None]

"""Cases: what staff feature first, then all of them."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend.rendering import page
from search_api import collections
from search_api.query import Query, Sort, StateChoice
from search_api.services import Own

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
FIRST = 20


@router.get("/cases")
async def cases(request: Request, own: Own) -> Response:
    """cases.html: collections, found (the newest cases), everything (address of all of them)."""
    query = Query(kind=("case",), state=(StateChoice.ANY,), sort=Sort.NEWEST, per_page=FIRST)
    return page(
        request,
        "cases.html",
        collections=await run_in_threadpool(collections.shown, own),
        found=await own.search(query),
        everything=query.with_(per_page=20).url("/search"),
    )

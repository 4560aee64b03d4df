"""Finding a programme to work on: by words, by its number, or by the address of its page."""

from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Signed, staff_page
from indexer.store import Store
from search_api.models import Hit
from search_api.query import MAX_Q, Query, StateChoice
from search_api.services import Services

router = APIRouter()
MOST = 20


@router.get("/programmes")
async def programmes(request: Request, who: Signed, q: str = "", page: int = 1) -> Response:
    """staff/programmes.html: q, found (Results or None)."""
    if id := await run_in_threadpool(named, who.store, q):
        return RedirectResponse(f"/staff/programmes/{quote(id)}", 303)
    query = Query(q=q[:MAX_Q], state=(StateChoice.ANY,), page=max(1, min(page, 1000)), per_page=MOST)
    found = await who.own.listing(query) if q.strip() else None
    return staff_page(request, who, "programmes.html", q=q, found=found, query=query)


async def find(own: Services, q: str) -> tuple[Hit, ...]:
    """Up to so many programmes for these words, whatever their state."""
    query = Query(q=q[:MAX_Q], state=(StateChoice.ANY,), per_page=MOST)
    return (await own.listing(query)).hits if q.strip() else ()


def named(store: Store, text: str) -> str:
    """The id of a listing in an address of this site, or the id itself; "" where there is no such listing."""
    id = unquote(urlsplit(text.strip()).path.rstrip("/").rpartition("/")[2])[:120]
    return id if id and store.get(id) else ""

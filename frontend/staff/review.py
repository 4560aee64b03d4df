"""What the machine could not read, or read in two ways."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from frontend.staff.access import Signed, staff_page
from frontend.staff.words import DEAD_LINK, PROBLEMS
from indexer.curate import whole
from indexer.duplicates import DIFFERS
from indexer.store import Record, Store

router = APIRouter()


@router.get("/review")
async def review(request: Request, who: Signed, code: str = "", after: str = "") -> Response:
    """staff/review.html: records, code, codes, after."""
    if code == DEAD_LINK:
        records = await run_in_threadpool(who.store.with_dead_link, 30, after[:120])
    elif code == DIFFERS:
        records = await run_in_threadpool(_differing, who.store)
    else:
        records = await run_in_threadpool(who.store.with_problems, code if code in PROBLEMS else "", 30, after[:120])
    return staff_page(request, who, "review.html", records=records, code=code)


def _differing(store: Store) -> list[Record]:
    """Programmes of several listings whose closing days differ, as they are shown."""
    return [found.record for id in store.differing() if (found := whole(store, id))]

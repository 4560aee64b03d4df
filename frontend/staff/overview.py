"""What there is to do, on one page."""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from frontend.staff.access import Signed, Staff, staff_page
from frontend.staff.collections import shelves
from frontend.staff.sources import STATES, rows
from indexer.featuring import Stage

router = APIRouter()
LATELY = 8


@router.get("")
async def overview(request: Request, who: Signed) -> Response:
    """staff/overview.html: waits (by kind), showing, drafts and scheduled (how many collections), states (how many
    sources are in each of state_names), failing (Origins), publication, content, entries (of the audit).
    """
    return staff_page(request, who, "overview.html", **await run_in_threadpool(_overview, who))


def _overview(who: Staff) -> dict[str, Any]:
    store = who.store
    stages = [each.stage for each in shelves(who)]
    sources = rows(who)
    return {
        "waits": store.waits(),
        "showing": stages.count(Stage.SHOWING),
        "drafts": stages.count(Stage.DRAFT),
        "scheduled": stages.count(Stage.SCHEDULED),
        "states": Counter(each.state for each in sources),
        "state_names": STATES,
        "failing": [each.origin for each in sources if each.state == "failed"],
        "publication": store.fact("publication"),
        "content": store.content(),
        "entries": store.audit(limit=LATELY),
    }

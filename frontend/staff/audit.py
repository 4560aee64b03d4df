"""Who did what, when, before and after. Entries are only ever read here."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from frontend.staff.access import MOST, Signed, staff_page

router = APIRouter()


@router.get("/audit")
async def audit(
    request: Request, who: Signed, q: str = "", before: Annotated[int | None, Query(ge=0, le=MOST)] = None
) -> Response:
    """staff/audit.html: entries, q."""
    entries = await run_in_threadpool(lambda: who.store.audit(q[:100], 100, before))
    return staff_page(request, who, "audit.html", entries=entries, q=q[:100])

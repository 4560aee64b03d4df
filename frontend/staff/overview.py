"""What there is to do: sources, reports of users, decisions that no longer fit."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from frontend.staff.access import Signed, staff_page
from indexer.curate import apply, by_programme
from indexer.store import Decision, Record, Store

router = APIRouter()


@router.get("")
async def overview(request: Request, who: Signed) -> Response:
    """staff/overview.html: sources (facts and latest run), unread, reports, stale, publication."""
    return staff_page(request, who, "overview.html", **await run_in_threadpool(_overview, who.store))


def _overview(store: Store) -> dict[str, Any]:
    rows = []
    for name, facts in store.sources().items():
        runs = store.runs(name, limit=10)
        rows.append({"name": name, "facts": facts, "runs": runs, "good": next((run for run in runs if run.ok), None)})
    return {
        "sources": rows,
        "unread": store.unread(),
        "reports": store.reports(),
        "stale": stale(store),
        "publication": store.fact("publication"),
        "content": store.content(),
        "paused": store.fact("paused") or [],
    }


def stale(store: Store) -> list[tuple[Record, Decision]]:
    """Decisions whose source has changed underneath."""
    found = []
    for id, decisions in by_programme(store.decisions()).items():
        record = store.get(id)
        if record is not None:
            found += [(record, each) for each in apply(record, decisions).stale]
    return found

"""What waits for a person: the list with its filters, one after the other, and how many a day come and go."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff import programme
from frontend.staff.access import MOST, Note, Number, Signed, Staff, Writing, staff_page
from frontend.staff.tray import ADDRESS, LIST, Filter, parsed, tray
from indexer.review import KINDS
from search_api.errors import NotFound

router = APIRouter()
PER_PAGE = 50
FLOW_DAYS = 14


@dataclass(frozen=True)
class Day:
    """How many came, were dealt with and went by themselves on a day."""

    day: str
    came: int
    done: int
    gone: int


def flow(who: Staff) -> list[Day]:
    """The last days, today at the end."""
    today = who.own.now()
    counted = who.store.flow(today - timedelta(days=FLOW_DAYS - 1))
    days = [(today - timedelta(days=back)).date().isoformat() for back in reversed(range(FLOW_DAYS))]
    return [Day(day, *counted.get(day, (0, 0, 0))) for day in days]


@router.get("/review")
async def review(
    request: Request,
    who: Signed,
    kind: str = "",
    source: str = "",
    gx: bool = False,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """staff/review.html: chosen, items, total, counts (by kind), sources (name, title, count), flow, most, page."""
    chosen = Filter(kind if kind in KINDS else "", source[:80], gx)

    def ready() -> dict[str, Any]:
        counts = who.store.waits(source=chosen.source, gx=chosen.gx)
        facts = who.store.sources()
        days = flow(who)
        total = counts.get(chosen.kind, 0) if chosen.kind else sum(counts.values())
        # The queue may have become shorter since its last page was linked to.
        at = min(page, max(1, -(-total // PER_PAGE)))
        return {
            "chosen": chosen,
            "counts": counts,
            "total": total,
            "items": who.store.waiting(
                kind=chosen.kind,
                source=chosen.source,
                gx=chosen.gx,
                order=KINDS,
                limit=PER_PAGE,
                offset=(at - 1) * PER_PAGE,
            ),
            "sources": [
                (name, str(facts.get(name, {}).get("title") or name), count)
                for name, count in sorted(who.store.waiting_sources().items())
            ],
            "flow": days,
            "most": max(1, *(max(each.came, each.done + each.gone) for each in days)),
            "page": at,
            "per_page": PER_PAGE,
        }

    return staff_page(request, who, "review.html", **await run_in_threadpool(ready))


@router.get("/review/one")
async def one(
    request: Request,
    who: Signed,
    kind: str = "",
    source: str = "",
    gx: bool = False,
    at: Annotated[int, Query(ge=0, le=MOST)] = 0,
    edit: str = "",
) -> Response:
    """staff/programme.html with the tray on top: what waits at this place of the queue."""
    chosen = Filter(kind if kind in KINDS else "", source[:80], gx)
    found = await run_in_threadpool(tray, who.store, chosen, at)
    if found is None:
        done, undo = request.query_params.get("done", ""), request.query_params.get("undo", "")
        more = {"undo": undo} if undo.isdecimal() else {}
        return RedirectResponse(chosen.url(LIST, done=done or "empty", **more), 303)
    return await programme.shown(request, who, found.item.programme, edit=edit, tray=found)


@router.post("/review/{number}/seen")
async def seen(
    number: Number, who: Writing, then: Annotated[str, Form(max_length=500)] = "", note: Note = ""
) -> Response:
    """It is right as it is: it does not come back while it is about the same."""

    def go() -> str:
        item = who.store.item(number)
        if item is None:
            raise NotFound(str(number))
        with who.store.transaction() as writer:
            done = "seen" if writer.see(number, who.at, who.user.name) else "gone"
            if done == "seen":
                who.note(writer, f"seen {item.kind}", item.programme, was=item.raw or None, note=note.strip())
        place = parsed(then)
        if place is None:
            return f"/staff/programmes/{quote(item.programme)}?done={done}"
        on = place[0].url(ADDRESS, at=place[1])
        return f"{on}&done={done}" + (f"&undo={number}" if done == "seen" else "")

    return RedirectResponse(await run_in_threadpool(go), 303)


@router.post("/review/{number}/again")
async def again(number: Number, who: Writing, then: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Takes that back: it stands in its place of the queue again."""

    def go() -> str:
        item = who.store.item(number)
        if item is None:
            raise NotFound(str(number))
        with who.store.transaction() as writer:
            if back := writer.see_again(number):
                who.note(writer, f"unseen {item.kind}", item.programme)
        done = "unseen" if back else "gone"
        place = parsed(then)
        if place is None:
            return f"/staff/programmes/{quote(item.programme)}?done={done}"
        return f"{place[0].url(ADDRESS, at=place[1])}&done={done}"

    return RedirectResponse(await run_in_threadpool(go), 303)

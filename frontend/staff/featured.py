"""What staff feature, in their order."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Signed, Writing, staff_page
from indexer.store import Decision, Entry, Record, Store

router = APIRouter()


@router.get("/featured")
async def featured(request: Request, who: Signed) -> Response:
    """staff/featured.html: chosen (records and their decisions, in their order)."""
    return staff_page(request, who, "featured.html", chosen=await run_in_threadpool(chosen, who.store))


def chosen(store: Store) -> list[tuple[Record, Decision]]:
    """What staff feature, in their order."""
    found = []
    for each in store.decisions():
        record = store.get(each.programme) if each.field == "featured" and each.now else None
        if record is not None:
            found.append((record, each))
    return sorted(found, key=lambda pair: (pair[1].now["rank"], pair[0].programme.id))


@router.post("/featured/move")
async def move(
    who: Writing, id: Annotated[str, Form(max_length=120)], step: Annotated[int, Form(ge=-1, le=1)]
) -> Response:
    """One place up (-1) or down (1)."""

    def go() -> None:
        rows = chosen(who.store)
        at = next((i for i, (record, _) in enumerate(rows) if record.programme.id == id), None)
        if at is None or not 0 <= at + step < len(rows):
            return
        rows[at], rows[at + step] = rows[at + step], rows[at]
        with who.store.transaction() as writer:
            for rank, (record, old) in enumerate(rows, 1):
                if old.now["rank"] != rank:
                    writer.decide(
                        Decision(
                            programme=record.programme.id,
                            field="featured",
                            was=None,
                            now=old.now | {"rank": rank},
                            by=who.user.name,
                            at=who.at,
                            note=old.note,
                        )
                    )
            writer.note(Entry(at=who.at, by=who.user.name, action="order featured", target=id, now=step))
        who.republish()

    await run_in_threadpool(go)
    return RedirectResponse("/staff/featured", 303)

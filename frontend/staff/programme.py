"""One programme: what the machine read beside what people decided, and every correction."""

from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import LONGEST_NOTE, Signed, Staff, Writing, staff_page
from indexer.curate import CORRECTABLE, SAME, Curated, Refused, apply, by_programme, checked, value_of
from indexer.store import Decision, Entry, Store
from search_api.errors import NotFound

router = APIRouter()
LONGEST_VALUE = 20_000


@router.get("/programmes/{id}")
async def programme(request: Request, id: str, who: Signed) -> Response:
    """staff/programme.html: record (the machine's), curated, values (JSON of each field), decided, version, problem."""
    return staff_page(request, who, "programme.html", **await run_in_threadpool(_programme, who.store, id))


def _programme(store: Store, id: str) -> dict[str, Any]:
    record = store.get(id)
    if record is None:
        raise NotFound(id)
    decisions = store.decisions(id)
    curated: Curated = apply(record, by_programme(decisions).get(id, []))
    return {
        "record": record,
        "curated": curated,
        "machine": {name: pretty(value_of(record.programme, name)) for name in CORRECTABLE},
        "shown": {name: pretty(value_of(curated.record.programme, name)) for name in CORRECTABLE},
        "decided": {each.field: each for each in by_programme(decisions).get(id, [])},
        "notice": pretty(orjson.loads(record.notice)),
        "entries": store.audit(id),
        "group": [each for other in store.group(id) if other != id and (each := store.get(other))],
        "said": _said(store, decisions, id),
        "collections": store.collections(),
        "problem": "",
    }


def _said(store: Store, own: list[Decision], id: str) -> list[tuple[Decision, str]]:
    """What people said of this listing and others: (decision, the other's id); kept with the smaller of the ids."""
    found = [(each, each.field.removeprefix(SAME)) for each in own if each.field.startswith(SAME)]
    return found + [(each, each.programme) for each in store.decisions() if each.field == f"{SAME}{id}"]


@router.post("/programmes/{id}/same")
async def same(
    request: Request,
    id: str,
    who: Writing,
    other: Annotated[str, Form(max_length=200)],
    same: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Whether the listing and another one (its id or the address of its page here) are one programme."""
    try:
        await run_in_threadpool(_together, who, id, other.strip().rstrip("/").rpartition("/")[2], same, note.strip())
    except Refused as problem:
        return await _refused(request, who, id, problem)
    return RedirectResponse(f"/staff/programmes/{quote(id)}", 303)


async def _refused(request: Request, who: Staff, id: str, problem: Refused, status: int = 422) -> Response:
    context = await run_in_threadpool(_programme, who.store, id)
    return staff_page(request, who, "programme.html", status=status, **context | {"problem": str(problem)})


def _together(who: Staff, id: str, other: str, same: bool, note: str) -> None:
    if who.store.get(id) is None:
        raise NotFound(id)
    if other == id or who.store.get(other) is None:
        raise Refused("もう一つの掲載が見つかりません。掲載の番号か、このサイトのページのアドレスを入れてください。")
    first, second = sorted((id, other))
    field = f"{SAME}{second}"
    with who.store.transaction() as writer:
        before = writer.current(first, field)
        writer.decide(
            Decision(programme=first, field=field, was=None, now=same, by=who.user.name, at=who.at, note=note)
        )
        action = "join" if same else "split"
        was = before.now if before else None
        writer.note(Entry(at=who.at, by=who.user.name, action=action, target=id, was=was, now=other, note=note))
    who.republish()


def pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


@router.post("/programmes/{id}/correct")
async def correct(
    request: Request,
    id: str,
    who: Writing,
    field: Annotated[str, Form(max_length=40)],
    value: Annotated[str, Form(max_length=LONGEST_VALUE)],
    seen: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """A new value for a field. `seen` is the decision that the form was made with: a newer one is never run over."""
    try:
        await run_in_threadpool(_decide, who, id, field, value, seen, note)
    except Refused as problem:
        return await _refused(request, who, id, problem, 409 if problem.args[0].startswith("ほかの人") else 422)
    return RedirectResponse(f"/staff/programmes/{quote(id)}", 303)


def _decide(who: Staff, id: str, field: str, value: str, seen: str, note: str) -> None:
    record = who.store.get(id)
    if record is None:
        raise NotFound(id)
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        parsed = value
    now = checked(record.programme, field, parsed)
    was = value_of(record.programme, field) if field in CORRECTABLE else None
    with who.store.transaction() as writer:
        before = writer.current(id, field)
        if str(before.id if before else "") != seen:
            by = before.by if before else "誰か"
            raise Refused(f"ほかの人（{by}）が先にこの項目を変えました。今の値を確かめてから、もう一度お試しください。")
        writer.decide(
            Decision(programme=id, field=field, was=was, now=now, by=who.user.name, at=who.at, note=note.strip())
        )
        shown = before.now if before else was
        writer.note(
            Entry(at=who.at, by=who.user.name, action=f"correct {field}", target=id, was=shown, now=now, note=note)
        )
    who.republish()


@router.post("/decisions/{number}/undo")
async def undo(number: int, who: Writing) -> Response:
    decision = await run_in_threadpool(who.store.decision, number)
    if decision is None or decision.undone:
        raise NotFound(str(number))
    with who.store.transaction() as writer:
        writer.undo(number)
        writer.note(
            Entry(
                at=who.at,
                by=who.user.name,
                action=f"undo {decision.field}",
                target=decision.programme,
                was=decision.now,
                now=decision.was,
            )
        )
    who.republish()
    return RedirectResponse(f"/staff/programmes/{quote(decision.programme)}", 303)

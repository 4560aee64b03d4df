"""One programme: what the machine read beside what people decided, and every correction."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from frontend.staff import forms
from frontend.staff.access import MOST, Note, Number, Signed, Staff, Writing, staff_page
from frontend.staff.filling import filled, rows
from frontend.staff.finding import named
from frontend.staff.telling import around, as_published, said, told
from frontend.staff.tray import Place, Tray, onward
from indexer.curate import HIDDEN, SAME, Refused, apply, by_programme, checked, unmoved, value_of
from indexer.schema import Programme
from indexer.store import Decision, Record, Store, canonical
from search_api.errors import NotFound

router = APIRouter()


class Overtaken(Refused):
    """Somebody else, or the source, was first: nothing was saved, and the form still holds what was typed."""


@dataclass(frozen=True)
class Row:
    """A field as the page shows it: what counts, what the machine read, what the source says (label, words)."""

    name: str
    shown: str
    machine: str
    words: list[tuple[str, str]]
    decided: Decision | None
    stale: Decision | None
    seen: str


@router.get("/programmes/{id}")
async def programme(request: Request, id: str, who: Signed, edit: str = "") -> Response:
    """staff/programme.html: what _programme() gives; edit, form and windows (of the field that is edited), problem."""
    return await shown(request, who, id, edit=edit)


async def shown(
    request: Request,
    who: Staff,
    id: str,
    *,
    edit: str = "",
    sent: FormData | None = None,
    status: int = 200,
    problem: str = "",
    tray: Tray | None = None,
) -> Response:
    """The page of a programme, with the form of one field open, as it was `sent` or filled with what is shown."""
    context = await run_in_threadpool(_programme, who.store, id)
    if tray and not edit and tray.item.field != "themes":
        edit = tray.item.field
    edit = edit if edit in forms.FORMS else ""
    form = sent if sent is not None else filled(edit, _proposed(context, edit)) if edit else FormData()
    return staff_page(
        request,
        who,
        "programme.html",
        status=status,
        problem=problem,
        edit=edit,
        form=form,
        windows=rows(form) if edit == "windows" else [],
        tray=tray,
        **context,
    )


def _proposed(context: dict[str, Any], field: str) -> Programme:
    """What the form of a field begins with: what is shown, or what was decided before the source moved."""
    current: Programme = context["curated"].record.programme
    stale = next((each for each in context["curated"].stale if each.field == field), None)
    if stale is None:
        return current
    try:
        return Programme.model_validate(current.model_dump(mode="json") | {field: stale.now})
    except ValidationError:
        return current


def _programme(store: Store, id: str) -> dict[str, Any]:
    record = store.get(id)
    if record is None:
        raise NotFound(id)
    decisions = store.decisions(id)
    curated = apply(record, by_programme(decisions).get(id, []))
    decided = {each.field: each for each in by_programme(decisions).get(id, [])}
    stale = {each.field: each for each in curated.stale}
    text = "\n".join((record.programme.title, record.programme.summary, record.programme.body))
    return {
        "record": record,
        "curated": curated,
        "rows": [
            Row(
                name=name,
                shown=told(name, value_of(curated.record.programme, name)),
                machine=told(name, value_of(record.programme, name)),
                words=said(record, name),
                decided=None if name in stale else decided.get(name),
                stale=stale.get(name),
                seen=token(record, name, decided.get(name)),
            )
            for name in forms.FORMS
        ],
        "hidden_seen": token(record, HIDDEN, decided.get(HIDDEN)),
        "hidden": decided.get(HIDDEN),
        "found": [(each, around(text, each.raw)) for each in record.programme.problems],
        "published": as_published(record),
        "entries": store.audit(id),
        "reports": store.reports(id),
        "link": store.link(id),
        "lead": next(iter(store.group(id)), id),
        "group": [each for other in store.group(id) if other != id and (each := store.get(other))],
        "said": (said_of := _said(store, decisions, id)),
        "known": max((each.id or 0 for each, _ in said_of), default=0),
        "collections": store.collections(),
        "waiting": store.waiting(programme=id),
    }


def token(record: Record, field: str, decided: Decision | None) -> str:
    """What a form was made with: the decision in force, and the machine's value. Neither is written over unseen."""
    value = canonical(value_of(record.programme, field)) if field in forms.FORMS else b""
    return f"{decided.id if decided else ''}.{hashlib.sha256(value).hexdigest()[:12]}"


def _said(store: Store, own: list[Decision], id: str) -> list[tuple[Decision, str]]:
    """What people said of this listing and others: (decision, the other's id); kept with the smaller of the ids."""
    found = [(each, each.field.removeprefix(SAME)) for each in own if each.field.startswith(SAME)]
    return found + [(each, each.programme) for each in store.decisions() if each.field == f"{SAME}{id}"]


def _address(id: str, done: str, field: str = "") -> str:
    return f"/staff/programmes/{quote(id)}?done={done}" + (f"#field-{field}" if field else "")


@router.post("/programmes/{id}/correct")
async def correct(
    request: Request,
    id: str,
    who: Writing,
    field: Annotated[str, Form(max_length=40)] = "",
    seen: Annotated[str, Form(max_length=40)] = "",
    note: Note = "",
    place: Place = None,
) -> Response:
    """A new value for a field, from its form. `seen` says what the form was made with.

    From the queue the answer leads on to what is next, here as with everything else that settles what waits.
    """
    sent = await request.form()
    try:
        await run_in_threadpool(_correct, who, id, field, sent, seen, note.strip())
    except Refused as problem:
        status = 409 if isinstance(problem, Overtaken) else 422
        return await shown(request, who, id, edit=field, sent=sent, status=status, problem=str(problem), tray=place)
    return await _done(who, place, id, "corrected", field)


async def _done(who: Staff, place: Tray | None, id: str, done: str, field: str = "") -> Response:
    """Leads on to what is next in the queue, or back to the page of the programme."""
    if place is not None:
        return RedirectResponse(await run_in_threadpool(onward, who.store, place, done), 303)
    return RedirectResponse(_address(id, done, field), 303)


def _correct(who: Staff, id: str, field: str, sent: FormData, seen: str, note: str) -> None:
    record = _record(who, id)
    shown = apply(record, by_programme(who.store.decisions(id)).get(id, [])).record.programme
    now = checked(record.programme, field, forms.read(field, sent, shown))
    if not note:
        raise Refused("直した理由（何で確かめたか）を書いてください。")
    _decide(who, record, field, now, seen, note)


def _record(who: Staff, id: str) -> Record:
    record = who.store.get(id)
    if record is None:
        raise NotFound(id)
    return record


def _decide(who: Staff, record: Record, field: str, now: Any, seen: str, note: str) -> None:
    id = record.programme.id
    was = value_of(record.programme, field) if field != HIDDEN else None
    with who.store.transaction() as writer:
        before = writer.current(id, field)
        if seen != token(record, field, before):
            raise Overtaken(_told_overtaken(before, seen))
        in_force = before is not None and (field == HIDDEN or unmoved(record.programme, field, before.was))
        machine = was if field != HIDDEN else False
        current = before.now if before and in_force else machine
        if now == current and (before is None or in_force):
            raise Refused("いまの値と同じです。変えるところがなければ、保存は要りません。")
        if before and now == machine:
            # Back to what the machine reads: nothing is decided any more.
            writer.undo(before.id or 0)
        else:
            writer.decide(Decision(programme=id, field=field, was=was, now=now, by=who.user.name, at=who.at, note=note))
        who.note(writer, f"correct {field}", id, was=current, now=now, note=note)
    who.changed(id)


def _told_overtaken(before: Decision | None, seen: str) -> str:
    if str(before.id if before else "") == seen.partition(".")[0]:
        return (
            "この画面を開いたあとに、情報源の内容が変わりました。新しい値を確かめて、よければもう一度保存してください。"
        )
    if before is None:
        return "ほかの人が先に、この項目の修正を取り消しました。確かめて、よければもう一度保存してください。"
    return (
        f"ほかの人（{before.by}）が先に、この項目を「{told(before.field, before.now)}」に直しました。"
        "あなたの入力は下に残っています。確かめて、よければもう一度保存してください。"
    )


@router.post("/programmes/{id}/hide")
async def hide(
    request: Request,
    id: str,
    who: Writing,
    on: Annotated[bool, Form()],
    seen: Annotated[str, Form(max_length=40)] = "",
    note: Note = "",
    place: Place = None,
) -> Response:
    """Takes the programme off all pages and results, or brings it back."""

    def go() -> None:
        if not note.strip():
            raise Refused("理由を書いてください。")
        _decide(who, _record(who, id), HIDDEN, on, seen, note.strip())

    try:
        await run_in_threadpool(go)
    except Refused as problem:
        status = 409 if isinstance(problem, Overtaken) else 422
        return await shown(request, who, id, status=status, problem=str(problem), tray=place)
    return await _done(who, place, id, "hidden" if on else "unhidden")


@router.post("/decisions/{number}/undo")
async def undo(request: Request, number: Number, who: Writing, place: Place = None) -> Response:
    """Takes a decision back: what the machine reads counts again."""
    decision = await run_in_threadpool(who.store.decision, number)
    if decision is None:
        raise NotFound(str(number))

    def go() -> bool:
        with who.store.transaction() as writer:
            current = writer.current(decision.programme, decision.field)
            if current is None or current.id != number:
                return False
            writer.undo(number)
            who.note(writer, f"undo {decision.field}", decision.programme, was=decision.now, now=decision.was)
        who.changed(decision.programme)
        return True

    if not await run_in_threadpool(go):
        told = "この決定は、もう取り消されたか、ほかの人が直しました。"
        return await shown(request, who, decision.programme, status=409, problem=told, tray=place)
    return await _done(who, place, decision.programme, "undone", decision.field)


@router.post("/programmes/{id}/same")
async def same(
    request: Request,
    id: str,
    who: Writing,
    same: Annotated[bool, Form()],
    other: Annotated[str, Form(max_length=300)] = "",
    known: Annotated[int, Form(ge=0, le=MOST)] = 0,
    note: Note = "",
    place: Place = None,
) -> Response:
    """Whether the listing and another one (its id or the address of its page here) are one programme.

    `known` is the last decision of that kind that the page showed: a later one is not written over unseen.
    """

    def go() -> None:
        _together(who, id, named(who.store, other), same, known, note.strip())

    try:
        await run_in_threadpool(go)
    except Refused as problem:
        status = 409 if isinstance(problem, Overtaken) else 422
        return await shown(request, who, id, status=status, problem=str(problem), tray=place)
    return await _done(who, place, id, "joined" if same else "parted")


def _together(who: Staff, id: str, other: str, same: bool, known: int, note: str) -> None:
    _record(who, id)
    if not note:
        raise Refused("理由を書いてください。")
    if not other or other == id:
        raise Refused("もう一つの掲載が見つかりません。掲載の番号か、このサイトのページのアドレスを入れてください。")
    first, second = sorted((id, other))
    field = f"{SAME}{second}"
    with who.store.transaction() as writer:
        before = writer.current(first, field)
        if before and (before.id or 0) > known:
            raise Overtaken(
                f"ほかの人（{before.by}）が先に、{told(field, before.now)}と決めました。"
                "下の決定を確かめて、よければもう一度押してください。"
            )
        if before and before.now == same:
            raise Refused(f"もう「{told(field, same)}」と決めてあります。")
        writer.decide(
            Decision(programme=first, field=field, was=None, now=same, by=who.user.name, at=who.at, note=note)
        )
        action = "join" if same else "split"
        who.note(writer, action, id, was=before.now if before else None, now=other, note=note)
    who.changed(id)


@router.post("/reports/{number}/close")
async def close_report(number: Number, who: Writing, note: Note = "", place: Place = None) -> Response:
    """What a user reported is dealt with."""

    def go() -> str:
        report = next((each for each in who.store.reports() if each["id"] == number), None)
        if report is None:
            raise NotFound(str(number))
        id = str(report["programme"])
        with who.store.transaction() as writer:
            if not writer.close_report(number):
                return id
            who.note(writer, "close report", id, was=report["text"], note=note)
        who.changed(id)
        return id

    return await _done(who, place, await run_in_threadpool(go), "closed")

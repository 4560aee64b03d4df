"""Programmes of our own: added by hand, changed, taken down and put back."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from frontend.staff import own_form
from frontend.staff.access import Note, Signed, Staff, Writing, staff_page
from frontend.staff.telling import told
from indexer import own
from indexer.curate import Refused, apply, by_programme, value_of
from indexer.state import standing
from indexer.store import Record, Writer
from search_api.errors import NotFound

router = APIRouter()
OVERTAKEN = "ほかの人が先に、この登録を変えました。あなたの入力は残っています。内容を確かめてください。"
SHOWN = ("kind", "windows", "areas", "event_areas", "amount", "eligibility", "issuer", "gx", "themes", "stages")
"""What of the reading is shown before a programme is added: what may have been read wrongly."""


@router.get("/own")
async def programmes(request: Request, who: Signed) -> Response:
    """staff/own.html: rows (record, state)."""

    def ready() -> list[tuple[Record, str]]:
        decisions = by_programme(who.store.decisions())
        found = []
        for record in own.ours(who.store):
            curated = apply(record, decisions.get(record.programme.id, ()))
            programme = curated.record.programme
            now = standing(programme.windows, programme.kind, listed=record.listed, now=who.own.now())
            found.append((curated.record, now.state.value))
        return sorted(found, key=lambda each: each[0].changed, reverse=True)

    return staff_page(request, who, "own.html", rows=await run_in_threadpool(ready))


@router.get("/own/new")
async def blank(request: Request, who: Signed) -> Response:
    """staff/own_edit.html: form, windows, record (that is changed, or None), read (field, words), problem, kinds."""
    return _form(request, who, FormData([("kind", "subsidy"), ("w_basis", "fixed")]))


def _form(request: Request, who: Staff, form: FormData, *, status: int = 200, **more: Any) -> Response:
    shown: dict[str, Any] = {"record": None, "read": [], "problem": ""}
    return staff_page(
        request,
        who,
        "own_edit.html",
        status=status,
        form=form,
        windows=own_form.rows(form),
        offered=own_form.OFFERED,
        **shown | more,
    )


@router.post("/own/new")
async def add(request: Request, who: Writing, do: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Shows how the form is read, and adds the programme once somebody has seen that."""
    return await _sent(request, who, None, do)


def _ours(who: Staff, id: str) -> Record:
    record = who.store.get(id)
    if record is None or record.source != own.SOURCE:
        raise NotFound(id)
    return record


@router.get("/own/{id}/edit")
async def edit(request: Request, id: str, who: Signed) -> Response:
    def ready() -> tuple[Record, FormData]:
        record = _ours(who, id)
        kind = apply(record, by_programme(who.store.decisions(id)).get(id, ())).record.programme.kind
        return record, own_form.form(own.notice_in(record), kind.value)

    record, form = await run_in_threadpool(ready)
    return _form(request, who, form, record=record)


@router.post("/own/{id}/edit")
async def change(request: Request, id: str, who: Writing, do: Annotated[str, Form(max_length=10)] = "") -> Response:
    return await _sent(request, who, await run_in_threadpool(_ours, who, id), do)


async def _sent(request: Request, who: Staff, record: Record | None, do: str) -> Response:
    form = await request.form()

    def go() -> tuple[str, list[tuple[str, str]]]:
        seen = str(form.get("seen", ""))
        if record and seen != record.notice_hash:
            raise Refused(OVERTAKEN)
        key = own.notice_in(record).key if record else "0" if do != "save" else own.next_key(who.store)
        notice, kind = own_form.notice(form, key)
        [plan] = own.planned(who.store, [notice], who.own.now())
        read = [(field, told(field, kind if field == "kind" else value_of(plan.programme, field))) for field in SHOWN]
        if do != "save":
            return "", read
        noted: dict[str, Any] = {"by": who.user.name, "now": who.own.now()}

        def keep_kind(writer: Writer) -> None:
            own.keep_kind(writer, plan.id, plan.programme.kind.value, kind, **noted)

        try:
            what = "change own" if record else "add own"
            own.take(who.store, [notice], what=what, seen={plan.id: seen}, also=keep_kind, **noted)
        except own.Overtaken:
            raise Refused(OVERTAKEN) from None
        who.changed(plan.id)
        return plan.id, read

    try:
        id, read = await run_in_threadpool(go)
    except Refused as problem:
        return _form(request, who, form, status=422, record=record, problem=str(problem))
    if not id:
        return _form(request, who, form, record=record, read=read)
    return RedirectResponse(f"/staff/programmes/{quote(id)}?done={'own-changed' if record else 'own-added'}", 303)


@router.post("/own/{id}/listed")
async def listed(id: str, who: Writing, on: Annotated[bool, Form()], note: Note = "") -> Response:
    """Takes the programme down, or puts it back."""

    def go() -> None:
        record = _ours(who, id)
        if record.listed is not on:
            own.set_listed(who.store, id, on, by=who.user.name, now=who.own.now(), note=note.strip())
            who.changed(id)

    await run_in_threadpool(go)
    return RedirectResponse(f"/staff/programmes/{quote(id)}?done={'own-listed' if on else 'own-ended'}", 303)

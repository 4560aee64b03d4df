"""A municipality's table (支援制度情報) taken in: first shown row by row, then all of it or nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Number, Signed, Staff, Writing, staff_page
from frontend.staff.forms import codes
from indexer import own
from indexer.curate import Refused
from indexer.municipal import MOST_BYTES, Line, Table, Unreadable, ending, table
from indexer.store import Upload, Writer, stamp
from indexer.vocab import regions
from search_api.errors import NotFound

router = APIRouter()
KEPT = timedelta(hours=2)
MOST_SHOWN = 500
OVERTAKEN = "画面を開いたあとに、登録の内容が変わりました。下の表を見て、もう一度押してください。"


@dataclass(frozen=True)
class Preview:
    """What taking a file in would do: each line with its plan (None for what is not taken), and what would end."""

    upload: Upload
    found: Table
    lines: list[tuple[Line, own.Planned | None]]
    ending: list[str]
    digest: str

    @property
    def counts(self) -> Counter[str]:
        return Counter(kind(line, plan) for line, plan in self.lines)


def kind(line: Line, plan: own.Planned | None) -> str:
    """error, skipped, new, changed or same."""
    if line.errors:
        return "error"
    if plan is None:
        return "skipped"
    return "new" if plan.new else "changed" if plan.changed else "same"


@router.get("/own/import")
async def choose(request: Request, who: Signed) -> Response:
    """staff/import.html: problem, place (as it was sent)."""
    return staff_page(request, who, "import.html", problem="", place="")


@router.post("/own/import")
async def send(
    request: Request,
    who: Writing,
    file: Annotated[UploadFile | None, File()] = None,
    place: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Keeps the file, and shows what it would do."""
    body = await file.read(MOST_BYTES + 1) if file else b""
    name = (file.filename or "")[:200] if file else ""

    def go() -> int:
        if not name:
            raise Refused("ファイルを選んでください。")
        try:
            [code] = codes(place) if place.strip() else [""]
        except ValueError as error:
            raise error if isinstance(error, Refused) else Refused("自治体を一つだけ書いてください。") from None
        try:
            table(body, who.at[:10], regions.find(code) if code else None)
        except Unreadable as error:
            raise Refused(str(error)) from None
        with who.store.transaction() as writer:
            writer.drop_uploads(stamp(who.own.now() - KEPT))
            return writer.add_upload(at=who.at, by=who.user.name, name=name, place=code, body=body)

    try:
        number = await run_in_threadpool(go)
    except Refused as problem:
        return staff_page(request, who, "import.html", status=422, problem=str(problem), place=place)
    return RedirectResponse(f"/staff/own/import/{number}", 303)


def _preview(who: Staff, number: int) -> Preview:
    upload = who.store.upload(number)
    # Whose it is and how old: a file is nobody else's business, and is not taken in by a page left open overnight.
    if upload is None or upload.by != who.user.name or upload.at < stamp(who.own.now() - KEPT):
        raise NotFound(str(number))
    found = table(upload.body, upload.at[:10], regions.find(upload.place) if upload.place else None)
    plans = {each.notice.key: each for each in own.planned(who.store, found.notices, who.own.now())}
    lines = [(line, plans.get(line.notice.key) if line.notice else None) for line in found.lines]
    known = (each.programme.id for each in own.ours(who.store) if each.listed)
    gone = ending(known, found)
    return Preview(upload, found, lines, gone, own.digest(list(plans.values()), gone))


@router.get("/own/import/{number}")
async def preview(request: Request, number: Number, who: Signed) -> Response:
    """staff/import_preview.html: preview, kind, gone (records), problem."""
    return await _shown(request, who, number)


async def _shown(request: Request, who: Staff, number: int, problem: str = "", status: int = 200) -> Response:
    def ready() -> dict[str, Any]:
        made = _preview(who, number)
        gone = [record for id in made.ending if (record := who.store.get(id))]
        return {"preview": made, "gone": gone}

    context = await run_in_threadpool(ready)
    return staff_page(
        request, who, "import_preview.html", status=status, kind=kind, most=MOST_SHOWN, problem=problem, **context
    )


@router.post("/own/import/{number}")
async def take(
    request: Request,
    number: Number,
    who: Writing,
    digest: Annotated[str, Form(max_length=100)] = "",
    end: Annotated[str, Form(max_length=10)] = "",
    do: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Takes the file in as it was shown: all of it, or nothing."""

    def go() -> str:
        made = _preview(who, number)
        if do == "drop":
            with who.store.transaction() as writer:
                writer.drop_upload(number)
            return "import-dropped"
        if made.found.faulty:
            raise Refused("誤りのある行があるため、取り込んでいません。ファイルを直して、もう一度選んでください。")
        if made.digest != digest:
            raise Refused(OVERTAKEN)
        plans = [plan for _, plan in made.lines if plan and (plan.new or plan.changed)]
        gone = made.ending if end else []

        def noted(writer: Writer) -> None:
            writer.drop_upload(number)
            who.note(writer, "import", made.upload.name, now=dict(made.counts) | {"ended": len(gone)})

        try:
            own.take(
                who.store,
                [each.notice for each in plans],
                by=who.user.name,
                now=who.own.now(),
                what="import own",
                seen={each.id: each.before.notice_hash if each.before else "" for each in plans},
                ending=gone,
                also=noted,
            )
        except own.Overtaken:
            raise Refused(OVERTAKEN) from None
        who.republish()
        return "imported"

    try:
        done = await run_in_threadpool(go)
    except Refused as problem:
        return await _shown(request, who, number, str(problem), 409)
    return RedirectResponse(f"/staff/own?done={done}", 303)

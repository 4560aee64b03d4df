"""Sources: how each of them goes, what went wrong, and what an admin does about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Note, Number, Ruling, Signed, Staff, staff_page
from frontend.staff.charts import Chart, chart
from frontend.staff.faults import NOTICE, WHY
from indexer import normals
from indexer.asking import Asked, ask, open_asks
from indexer.normalise.text import plain
from indexer.own import SOURCE as OWN
from indexer.sources import Origin, origins
from indexer.store import Run
from search_api.errors import NotFound

router = APIRouter()
MOST_RUNS = 60
SHOWN_RUNS = 20
REASON_NEEDED = "理由を書いてください。あとで見る人のためです。"
STATES = {
    "failed": "失敗",
    "overdue": "遅れ",
    "unread": "まだ読んでいない",
    "paused": "休止中",
    "warned": "注意",
    "ok": "正常",
}
"""How a source goes, the worst first."""


@dataclass(frozen=True)
class Row:
    """A source as staff see it; `state` is one of STATES."""

    origin: Origin
    state: str
    asked: Asked | None
    last: Run | None


def rows(who: Staff) -> list[Row]:
    """Every crawled source, those with trouble first."""
    store, now = who.store, who.own.now()
    paused, asked = set(store.fact("paused") or []), open_asks(store, now)
    found = []
    for each in origins(store, now):
        if each.name == OWN:
            continue
        last = next(iter(store.runs(each.name, limit=1)), None)
        found.append(Row(each, _state(each, each.name in paused), asked.get(each.name), last))
    order = list(STATES)
    return sorted(found, key=lambda each: order.index(each.state))


def _state(origin: Origin, paused: bool) -> str:
    if paused:
        return "paused"
    if origin.state != "ok":
        return origin.state
    return "overdue" if origin.overdue else "warned" if origin.warnings else "ok"


@router.get("/sources")
async def sources(request: Request, who: Signed) -> Response:
    """staff/sources.html: rows, states."""
    return staff_page(request, who, "sources.html", rows=await run_in_threadpool(rows, who), states=STATES)


def _row(who: Staff, name: str) -> Row:
    found = next((each for each in rows(who) if each.origin.name == name), None)
    if found is None:
        raise NotFound(name)
    return found


def charts(runs: Sequence[Run]) -> list[Chart]:
    """How many notices the runs brought, and how well each field was filled; `runs` oldest first."""
    good = [each for each in runs if each.stats.get("filled")]
    names = sorted({name for each in good for name in each.stats["filled"]} & NOTICE.keys(), key=list(NOTICE).index)
    counts = [float(each.counts.get("seen", 0)) for each in runs]
    found = [chart("seen", "件数", counts, share=False)]
    for name in names:
        values = [each.stats["filled"].get(name, 0.0) if each.stats.get("filled") else None for each in runs]
        found.append(chart(name, NOTICE[name], values, share=True))
    return found


@router.get("/sources/{name}")
async def source(request: Request, name: str, who: Signed) -> Response:
    """staff/source.html: row, states, runs (newest first), charts and charted (their runs, oldest first), pages (kept
    of crawls that went wrong), paused (the audit of the last time), why, accepted (normals.Accepted), acceptable,
    problem.
    """
    return await _shown(request, who, name)


async def _shown(request: Request, who: Staff, name: str, problem: str = "", status: int = 200) -> Response:
    def ready() -> dict[str, Any]:
        row = _row(who, name)
        runs = who.store.runs(name, limit=MOST_RUNS)
        # Runs of other variants (all programmes instead of the open ones) are no measure.
        charted = [each for each in reversed(runs) if each.variant == runs[0].variant]
        return {
            "row": row,
            "runs": runs[:SHOWN_RUNS],
            "charted": charted,
            "charts": charts(charted) if charted else [],
            "pages": who.store.pages(name),
            "paused": next((each for each in who.store.audit(name, verb="pause") if each.target == name), None),
            "accepted": normals.accepted(who.store, name, runs[0].variant) if runs else None,
            "acceptable": normals.acceptable(row.last),
        }

    context = await run_in_threadpool(ready)
    return staff_page(request, who, "source.html", status=status, states=STATES, why=WHY, problem=problem, **context)


@router.get("/sources/{name}/pages/{number}")
async def kept_page(request: Request, name: str, number: Number, who: Signed) -> Response:
    """staff/source_page.html: row, page, words (its plain text), why."""

    def ready() -> dict[str, Any]:
        row, found = _row(who, name), who.store.page(number)
        if found is None or found.source != name:
            raise NotFound(str(number))
        return {"row": row, "page": found, "words": plain(found.text)}

    context = await run_in_threadpool(ready)
    return staff_page(request, who, "source_page.html", states=STATES, why=WHY, **context)


def _back(name: str, done: str) -> Response:
    return RedirectResponse(f"/staff/sources/{quote(name)}?done={done}", 303)


@router.post("/sources/{name}/ask")
async def read_now(request: Request, name: str, who: Ruling) -> Response:
    def go() -> str:
        row = _row(who, name)
        if row.state == "paused":
            return "休止しています。先に再開してください。"
        if row.asked is None:
            ask(who.store, name, by=who.user.name, now=who.own.now())
        return ""

    problem = await run_in_threadpool(go)
    return await _shown(request, who, name, problem, 409) if problem else _back(name, "asked")


@router.post("/sources/{name}/pause")
async def pause(
    request: Request, name: str, who: Ruling, on: Annotated[str, Form(max_length=5)] = "", note: Note = ""
) -> Response:
    def go() -> str:
        _row(who, name)
        if on and not note.strip():
            return REASON_NEEDED
        with who.store.transaction() as writer:
            before = set(writer.fact("paused") or [])
            after = before | {name} if on else before - {name}
            if after != before:
                writer.set_fact("paused", sorted(after))
                who.note(writer, "pause" if on else "resume", name, note=note.strip())
        return ""

    problem = await run_in_threadpool(go)
    return await _shown(request, who, name, problem, 422) if problem else _back(name, "paused" if on else "resumed")


@router.post("/sources/{name}/accept")
async def accept(
    request: Request, name: str, who: Ruling, run: Annotated[int, Form()] = 0, note: Note = ""
) -> Response:
    """Takes what the last crawl brought for the new normal, and has the source read again."""

    def go() -> str:
        row = _row(who, name)
        if not note.strip():
            return REASON_NEEDED
        try:
            normals.accept(who.store, name, run, by=who.user.name, now=who.own.now(), note=note.strip())
        except normals.NotAcceptable:
            return "画面を開いたあとに、新しい取得がありました。下の結果を見て、もう一度決めてください。"
        if row.state != "paused":
            ask(who.store, name, by=who.user.name, now=who.own.now())
        return ""

    problem = await run_in_threadpool(go)
    return await _shown(request, who, name, problem, 422) if problem else _back(name, "accepted")


@router.post("/sources/{name}/withdraw")
async def withdraw(name: str, who: Ruling, note: Note = "") -> Response:
    def go() -> None:
        _row(who, name)
        normals.withdraw(who.store, name, by=who.user.name, now=who.own.now(), note=note.strip())

    await run_in_threadpool(go)
    return _back(name, "withdrawn")

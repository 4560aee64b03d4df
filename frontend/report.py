"""Anyone can tell that something on a programme's page is wrong; staff find it in their overview."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend.rendering import page, same_origin
from frontend.words.troubles import REPORT_PARTS, report_incomplete, reports_full
from indexer.review import refresh
from indexer.store import stamp
from search_api.detail import detail
from search_api.errors import NotFound
from search_api.models import Detail
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LONGEST = 1000
AN_HOUR = 60
"""So many reports an hour are taken from everyone together: addresses of those who write are not kept."""


@router.get("/programmes/{id}/report")
async def form(request: Request, id: str, own: Own) -> Response:
    """report.html: programme, parts, longest, problem, text, part, sent."""
    return _form(request, await _found(own, id))


@router.post("/programmes/{id}/report")
async def send(
    request: Request,
    id: str,
    own: Own,
    text: Annotated[str, Form()] = "",
    part: Annotated[str, Form()] = "",
    website: Annotated[str, Form()] = "",
) -> Response:
    same_origin(request)
    found = await _found(own, id)
    text = text.strip()
    if website:
        # A field that people do not see: machines fill it. They learn nothing from the answer.
        return _form(request, found, sent=True)
    if not text or len(text) > LONGEST or part not in REPORT_PARTS:
        problem = report_incomplete(LONGEST)
        return _form(request, found, problem=problem, text=text[:LONGEST], part=part, status=422)
    if not await run_in_threadpool(_take, own, id, f"{part}：{text}"):
        problem = reports_full()
        return _form(request, found, problem=problem, text=text, part=part, status=429)
    return _form(request, found, sent=True)


async def _found(own: Services, id: str) -> Detail:
    found = await run_in_threadpool(detail, own.store, id[:120], own.clock())
    if found is None:
        raise NotFound(id)
    return found


def _take(own: Services, id: str, text: str) -> bool:
    now = own.now()
    hour = stamp(now - timedelta(hours=1))
    if sum(each["at"] >= hour for each in own.store.reports()) >= AN_HOUR:
        return False
    with own.store.transaction() as writer:
        writer.report(id, stamp(now), text)
    refresh(own.store, id, now)
    return True


def _form(
    request: Request,
    found: Detail,
    *,
    problem: str = "",
    text: str = "",
    part: str = "",
    sent: bool = False,
    status: int = 200,
) -> Response:
    response = page(
        request,
        "report.html",
        programme=found,
        parts=REPORT_PARTS,
        longest=LONGEST,
        problem=problem,
        text=text,
        part=part,
        sent=sent,
    )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response

"""Any search as a file: feeds and exports, with the parameters of a search."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi import Query as Parameters
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from search_api import exports, feeds, municipal
from search_api.detail import detail
from search_api.errors import UNKNOWN_ID, NotFound
from search_api.models import Detail, Hit
from search_api.query import Query, Sort
from search_api.search.hits import Values
from search_api.services import Own, Services, public_base

router = APIRouter()


@router.get("/feeds/programmes.atom", summary="検索結果のフィード（Atom）", response_class=Response)
async def feed(query: Annotated[Query, Parameters()], request: Request, own: Own) -> Response:
    """新しく掲載されたものと、情報源で内容が変わったもの（締切延長・金額変更・再掲載・掲載終了など）。"""
    found = await feeds.latest(own, query)
    return Response(feeds.atom(query, found, public_base(request, own), own.now()), media_type="application/atom+xml")


@router.get("/feeds/deadlines.ics", summary="締切と開催日のカレンダー（iCalendar）", response_class=Response)
async def deadlines(query: Annotated[Query, Parameters()], request: Request, own: Own) -> Response:
    soonest = query.with_(sort=Sort.DEADLINE if query.sort is Sort.RELEVANCE else query.sort)
    found = await feeds.first(own.hits(soonest), feeds.MOST_EVENTS)
    return Response(feeds.calendar(found, public_base(request, own), own.now()), media_type="text/calendar")


@router.get(
    "/feeds/programmes/{id}.ics", summary="一つの支援の締切（iCalendar）", response_class=Response, responses=UNKNOWN_ID
)
async def deadlines_of(id: Annotated[str, Path(max_length=120)], request: Request, own: Own) -> Response:
    found = await run_in_threadpool(detail, own.store, id, own.now())
    if found is None:
        raise NotFound(id)
    hit = Hit.model_validate(found.model_dump() | {"featured": found.featured is not None})
    return Response(feeds.calendar([hit], public_base(request, own), own.now()), media_type="text/calendar")


@router.get("/export/programmes.csv", summary="検索結果のCSV", response_class=Response)
async def export_csv(query: Annotated[Query, Parameters()], own: Own) -> Response:
    return _file(exports.as_csv(await _started(own, query)), "csv", "text/csv; charset=utf-8")


@router.get("/export/programmes.jsonl", summary="検索結果のJSON Lines", response_class=Response)
async def export_jsonl(query: Annotated[Query, Parameters()], own: Own) -> Response:
    return _file(exports.as_jsonl(await _started(own, query)), "jsonl", "application/x-ndjson")


@router.get("/export/programmes.xlsx", summary="検索結果のExcelファイル", response_class=Response)
async def export_xlsx(query: Annotated[Query, Parameters()], own: Own) -> Response:
    path = await exports.as_xlsx(await _started(own, query))
    return FileResponse(
        path,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        filename="programmes.xlsx",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.get("/export/municipal.csv", summary="自治体標準の支援制度情報（CSV）", response_class=Response)
async def export_municipal(query: Annotated[Query, Parameters()], own: Own) -> Response:
    """自治体標準オープンデータセットの形。`area` と `scope=municipality` で、その自治体の制度だけになります。"""

    async def details() -> AsyncIterator[Detail]:
        async for each in started:
            found = await run_in_threadpool(detail, own.store, each["id"], own.now())
            if found is not None:
                yield found

    started = await _started(own, query)
    return _file(municipal.as_csv(details()), "csv", "text/csv; charset=utf-8", "support")


async def _started(own: Services, query: Query) -> AsyncIterator[Values]:
    """The stream of hits, with its first page fetched: an engine that is away is a 503, not half a file."""
    stream = own.hits(query)
    first = await anext(stream, None)

    async def again() -> AsyncIterator[Values]:
        if first is not None:
            yield first
            async for each in stream:
                yield each

    return again()


def _file(content: AsyncIterator[bytes], suffix: str, kind: str, name: str = "programmes") -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    return StreamingResponse(content, media_type=kind, headers=headers)

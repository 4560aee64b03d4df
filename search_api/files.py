"""Any search as a file: feeds and exports, with the parameters of a search."""

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from indexer.curate import wholes
from indexer.schema import Programme
from search_api import exports, feeds, municipal
from search_api.detail import detail
from search_api.errors import UNKNOWN_ID, NotFound
from search_api.models import Hit
from search_api.parameters import QUESTION, Asked
from search_api.query import Query, Sort
from search_api.search.hits import Values
from search_api.services import Id, Own, Services, public_base

router = APIRouter()

READ_TOGETHER = 200
"""So many programmes are read of the store at once."""


def _answers(media_type: str, others: Mapping[int | str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """How a route that answers with a file is described."""
    content = {media_type: {"schema": {"type": "string"}}}
    return {"response_class": Response, "responses": {200: {"description": "ファイル", "content": content}, **others}}


@router.get(
    "/feeds/programmes.atom",
    summary="検索結果のフィード（Atom）",
    operation_id="feed",
    **_answers("application/atom+xml"),
    **QUESTION,
)
async def feed(query: Asked, request: Request, own: Own) -> Response:
    """新しく掲載されたものと、情報源で内容が変わったもの（締切延長・金額変更・再掲載・掲載終了など）。"""
    found = await feeds.latest(own, query)
    return Response(feeds.atom(query, found, public_base(request, own), own.now()), media_type="application/atom+xml")


@router.get(
    "/feeds/deadlines.ics",
    summary="締切と開催日のカレンダー（iCalendar）",
    operation_id="deadlines",
    **_answers("text/calendar"),
    **QUESTION,
)
async def deadlines(query: Asked, request: Request, own: Own) -> Response:
    """検索結果の締切と開催日。締切には7日前と1日前の通知が付きます。"""
    soonest = query.with_(sort=Sort.DEADLINE if query.sort is Sort.RELEVANCE else query.sort)
    found = await feeds.first(own.hits(soonest), feeds.MOST_EVENTS)
    # A thousand events take a while to write; nobody else has to wait for it.
    made = await run_in_threadpool(feeds.calendar, found, public_base(request, own), own.now())
    return Response(made, media_type="text/calendar")


@router.get(
    "/feeds/programmes/{id}.ics",
    summary="一つの支援の締切（iCalendar）",
    operation_id="deadlines_of",
    **_answers("text/calendar", UNKNOWN_ID),
)
async def deadlines_of(id: Id, request: Request, own: Own) -> Response:
    """これから来る締切と開催日。締切には7日前と1日前の通知が付きます。"""
    found = await run_in_threadpool(detail, own.store, id, own.now())
    if found is None:
        raise NotFound(id)
    hit = Hit.model_validate(found.model_dump() | {"featured": found.featured is not None})
    return Response(feeds.calendar([hit], public_base(request, own), own.now()), media_type="text/calendar")


@router.get(
    "/export/programmes.csv", summary="検索結果のCSV", operation_id="export_csv", **_answers("text/csv"), **QUESTION
)
async def export_csv(query: Asked, own: Own) -> Response:
    """条件に合うすべて。BOM付きUTF-8で、表計算ソフトでそのまま開けます。"""
    return _file(exports.as_csv(await _started(own, query)), "csv", "text/csv; charset=utf-8")


@router.get(
    "/export/programmes.jsonl",
    summary="検索結果のJSON Lines",
    operation_id="export_jsonl",
    **_answers("application/x-ndjson"),
    **QUESTION,
)
async def export_jsonl(query: Asked, own: Own) -> Response:
    """条件に合うすべて。1行が1件で、検索結果の hits と同じ形です（`fields` も効きます）。"""
    return _file(exports.as_jsonl(await _started(own, query), query.fields), "jsonl", "application/x-ndjson")


@router.get(
    "/export/programmes.xlsx",
    summary="検索結果のExcelファイル",
    operation_id="export_xlsx",
    **_answers("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    **QUESTION,
)
async def export_xlsx(query: Asked, own: Own) -> Response:
    """条件に合うすべて。セルの値が数式として働くことはありません。"""
    path = await exports.as_xlsx(await _started(own, query))
    return FileResponse(
        path,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        filename="programmes.xlsx",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.get(
    "/export/municipal.csv",
    summary="自治体標準の支援制度情報（CSV）",
    operation_id="export_municipal",
    **_answers("text/csv"),
    **QUESTION,
)
async def export_municipal(query: Asked, own: Own) -> Response:
    """自治体標準オープンデータセットの形。`area` と `scope=municipality` で、その自治体の制度だけになります。"""

    return _file(municipal.as_csv(_whole(own, await _started(own, query))), "csv", "text/csv; charset=utf-8", "support")


async def _whole(own: Services, hits: AsyncIterator[Values]) -> AsyncIterator[tuple[Programme, Values]]:
    """Results with the programmes that they show a part of, read some at a time; without those that are gone since."""
    some: list[Values] = []

    async def read() -> list[tuple[Programme, Values]]:
        found = await run_in_threadpool(wholes, own.store, [each["id"] for each in some])
        return [(found[each["id"]].record.programme, each) for each in some if each["id"] in found]

    async for each in hits:
        some.append(each)
        if len(some) == READ_TOGETHER:
            for pair in await read():
                yield pair
            some.clear()
    for pair in await read():
        yield pair


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

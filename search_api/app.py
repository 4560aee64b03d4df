"""The JSON API. `create_api()` makes the application that the pages mount and that can run alone."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Request
from fastapi import Query as Parameters
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from indexer.curate import apply, by_programme, shown
from indexer.engine import Endpoint, endpoint
from indexer.settings import Clock, Settings
from indexer.store import Decision, Store
from search_api.detail import detail
from search_api.errors import NotFound, Unavailable
from search_api.models import Detail, Results, Trouble
from search_api.query import Query
from search_api.search import Searcher, hit

RETRY_SECONDS = 5

DESCRIPTION = """日本の中小企業向け支援（補助金・融資・税制・セミナー・相談・専門家派遣・事例）の検索API。
読み取り専用、鍵は不要です。同じ項目を繰り返すとOR、値の前に `-` を付けると除外。日時は日本時間です。"""


class Services:
    """What answers need: the store, the searcher and the clock. One for each application."""

    def __init__(self, settings: Settings, clock: Clock | None = None, where: Callable[[], Endpoint] | None = None):
        self.settings = settings
        self.clock = clock or settings.clock()
        self.store = Store(settings.store_url)
        self.searcher = Searcher(where or (lambda: endpoint(settings)), self.clock)
        self.changed = threading.Event()
        self._decided: tuple[int, dict[str, list[Decision]]] = (-1, {})

    def now(self) -> datetime:
        return self.clock()

    async def search(self, query: Query) -> Results:
        """Results with what staff decided since the last publication."""
        found = await self.searcher.search(query)
        return await run_in_threadpool(self._as_decided, found)

    def _as_decided(self, found: Results) -> Results:
        decided = self.decided()
        if not any(each.id in decided for each in found.hits):
            return found
        hits = []
        for each in found.hits:
            record = self.store.get(each.id) if each.id in decided else None
            if record is None:
                hits.append(each)
                continue
            curated = apply(record, decided[each.id])
            if not curated.hidden:
                hits.append(hit(shown(curated), self.now()))
        return found.model_copy(update={"hits": tuple(hits)})

    def decided(self) -> dict[str, list[Decision]]:
        """Decisions in force by programme; read again when something changed."""
        content = self.store.content()
        if self._decided[0] != content:
            self._decided = (content, by_programme(self.store.decisions()))
        return self._decided[1]

    async def close(self) -> None:
        await self.searcher.close()
        self.store.close()


def services(request: Request) -> Services:
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


Own = Annotated[Services, Depends(services)]
api = APIRouter(responses={422: {"model": Trouble}, 503: {"model": Trouble}})


@api.get("/api/programmes", response_model=Results, summary="支援を探す", operation_id="search")
async def programmes(query: Annotated[Query, Parameters()], own: Own) -> Results:
    """条件に合う支援と、ファセットごとの件数。件数はそのファセット自身の選択を除いて数えます。"""
    return await own.search(query)


@api.get(
    "/api/programmes/{id}",
    response_model=Detail,
    summary="一つの支援の詳細",
    operation_id="programme",
    responses={404: {"model": Trouble}},
)
async def programme(id: Annotated[str, Path(max_length=120)], own: Own) -> Detail:
    """読み取った内容と、その根拠となった原文（raw）、変更履歴。"""
    found = await run_in_threadpool(detail, own.store, id, own.clock())
    if found is None:
        raise NotFound(id)
    return found


@api.get("/healthz", summary="動作確認", include_in_schema=False)
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@api.get("/readyz", summary="検索の準備ができているか", include_in_schema=False)
async def readyz(own: Own) -> Response:
    if await own.searcher.healthy():
        return JSONResponse({"status": "ready"})
    raise Unavailable("検索の準備ができていません。")


def trouble(status: int, title: str, detail: str = "", errors: tuple[dict[str, Any], ...] = ()) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else None
    return JSONResponse(
        Trouble(title=title, status=status, detail=detail, errors=errors).model_dump(),
        status,
        headers,
        media_type="application/problem+json",
    )


async def on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(
        {"parameter": str(each["loc"][1] if len(each["loc"]) > 1 else each["loc"][0]), "message": _message(each)}
        for each in error.errors()
    )
    return trouble(422, "指定が正しくありません", "、".join(each["parameter"] for each in errors), errors)


def _message(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "この名前の指定はありません"
    return str(error["msg"]).removeprefix("Value error, ")


async def on_unavailable(_: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    return trouble(503, "一時的に利用できません", error.reason)


async def on_not_found(_: Request, error: Exception) -> Response:
    return trouble(404, "見つかりません", "この番号の支援はありません。")


def add_api(app: FastAPI) -> None:
    """The routes and the errors of the API, on an application that has `state.services`."""
    app.include_router(api)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Unavailable, on_unavailable)
    app.add_exception_handler(NotFound, on_not_found)


def create_api(settings: Settings | None = None, *, own: Services | None = None) -> FastAPI:
    """The API alone. Settings come from the environment unless they are given."""
    own = own or Services(settings or Settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await own.close()

    app = FastAPI(
        title="shien", version="1", description=DESCRIPTION, lifespan=lifespan, docs_url="/api/docs", redoc_url=None
    )
    app.state.services = own
    add_api(app)
    return app

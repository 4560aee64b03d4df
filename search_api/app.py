"""The JSON API. `create_api()` makes the application that the pages mount and that can run alone."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi import Query as Parameters
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator
from starlette.exceptions import HTTPException as HTTPFault

from indexer.settings import Settings
from indexer.sources import Coverage, Origin, coverage, origins
from indexer.store import StoreError
from indexer.vocab import labels, regions
from search_api import collections, commongrants, files
from search_api.beginnings import Suggestions, begun, settled
from search_api.description import describe
from search_api.detail import detail
from search_api.encoding import Encoded
from search_api.errors import NO_STORE, UNKNOWN_ID, NotFound, Unavailable, trouble
from search_api.limits import Limited
from search_api.manners import OpenData, Shared
from search_api.metrics import Measured
from search_api.models import Detail, Results, Trouble
from search_api.parameters import QUESTION, Asked, only_known
from search_api.query import place
from search_api.requests import Logged
from search_api.services import Id, Own, Services

DESCRIPTION = """日本の中小企業向け支援（補助金・融資・税制・セミナー・相談・専門家派遣・事例）の検索API。
読み取り専用、鍵は不要です。同じ項目を繰り返すとOR、値の前に `-` を付けると除外。日時は日本時間です。"""

MOST_ERRORS = 20
"""So many of the faults of one question are told."""

logger = logging.getLogger(__name__)

api = APIRouter()

Parent = Annotated[
    str,
    AfterValidator(lambda code: code and place(code)),
    Parameters(max_length=5, description="場所のコード。その中の場所だけを挙げる。例：40"),
]


@api.get("/api/programmes", response_model=Results, summary="支援を探す", operation_id="search", **QUESTION)
async def programmes(query: Asked, own: Own) -> Response:
    """条件に合う支援と、ファセットごとの件数。件数はそのファセット自身の選択を除いて数えます。"""
    return Response(await own.answer(query), media_type="application/json")


@api.get(
    "/api/programmes/{id}",
    response_model=Detail,
    summary="一つの支援の詳細",
    operation_id="programme",
    responses=UNKNOWN_ID,
)
async def programme(id: Id, own: Own) -> Detail:
    """読み取った内容と、その根拠となった原文（raw）、変更履歴。"""
    found = await run_in_threadpool(detail, own.store, id, own.clock())
    if found is None:
        raise NotFound(id)
    return found


@api.get("/api/areas", summary="都道府県と市区町村", operation_id="areas")
async def areas(
    q: Annotated[str, Parameters(max_length=40, description="名前の始まり。例：ふくおか")] = "", parent: Parent = ""
) -> list[dict[str, str]]:
    """`q` は漢字・かな・ローマ字の前方一致、`parent` は都道府県コード（その市区町村）。どちらも無ければ都道府県。"""
    if parent:
        inside = regions.children(parent)
        found: Sequence[regions.Region] = (
            [each for each in regions.search(q, limit=len(regions.all())) if each in inside] if q else inside
        )
    else:
        found = regions.search(q) if q else regions.prefectures()
    return [{"code": each.code, "name": regions.full_name(each.code), "kana": each.kana} for each in found]


FACETS = ("kind", "theme", "stage", "lever", "field", "industry", "size", "issuer_level", "state")


@api.get("/api/vocab", summary="選べる値と、その意味", operation_id="vocab")
async def vocab() -> dict[str, list[dict[str, Any]]]:
    """ファセットごとの値（検索の条件にそのまま使えます）、名前、読み、意味、同義語。"""
    return {
        facet: [
            {"value": key, "label": each.name, "kana": each.kana, "help": each.help, "synonyms": each.synonyms}
            for key, each in labels.labels(facet).items()
        ]
        for facet in FACETS
    }


@api.get("/api/sources", summary="情報源ごとの状態", operation_id="sources")
async def sources(own: Own) -> list[Origin]:
    """いつ最後に正常に取得できたか。載っていない機関の支援は、ここでは見つかりません。"""
    return await run_in_threadpool(origins, own.store, own.now())


@api.get("/api/coverage", summary="地域ごとに、どの情報源の何件が載っているか", operation_id="coverage")
async def covered(own: Own) -> list[Coverage]:
    """全国と都道府県ごと。その地域だけを対象とする支援の件数で、広い地域の支援は含みません。"""
    return await run_in_threadpool(coverage, own.store)


@api.get("/api/stats", summary="件数と公開の時刻", operation_id="stats")
async def stats(own: Own) -> dict[str, Any]:
    """いま情報源が載せている件数（`by_source` は情報源ごと）と、検索できる件数、それを公開した時刻。"""
    published = await run_in_threadpool(own.store.fact, "publication")
    counts = await run_in_threadpool(own.store.counts)
    return {
        "programmes": sum(counts.values()),
        "by_source": counts,
        "published": published["count"] if published else 0,
        "published_at": published["at"] if published else None,
    }


@api.get("/api/suggest", summary="入力中の候補", operation_id="suggest")
async def suggest(
    q: Annotated[str, Parameters(max_length=60, description="入力中の文字。例：たいよう")], own: Own
) -> Suggestions:
    """支援の名称・通称・テーマ・場所。かなやローマ字でも。空白の後ろは最後の言葉の候補で、前の言葉は q です。"""
    typed = settled(q)
    if not typed:
        return Suggestions()
    found = await own.searcher.named(typed, 5)
    # Readings take a while the first time.
    whole = await run_in_threadpool(begun, typed)
    *before, last = typed.split()
    if before and not whole.any:
        whole = await run_in_threadpool(begun, last, " ".join(before))
    return whole.model_copy(update={"programmes": [{"id": each["id"], "title": each["title"]} for each in found]})


@api.get("/healthz", summary="動作確認", include_in_schema=False)
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@api.get("/readyz", summary="検索の準備ができているか", include_in_schema=False)
async def readyz(own: Own) -> Response:
    if await own.searcher.engine.healthy():
        return JSONResponse({"status": "ready"})
    raise Unavailable("検索の準備ができていません。")


@api.get("/metrics", summary="監視用の計測値（Prometheus）", include_in_schema=False)
async def measured(own: Own) -> Response:
    if not own.settings.metrics:
        raise HTTPException(404)
    return await run_in_threadpool(own.metrics.response)


MOST_OF_A_NAME = 80
"""So much of a name that was made up is said back."""


async def on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(
        {
            "parameter": str(each["loc"][1] if len(each["loc"]) > 1 else each["loc"][0])[:MOST_OF_A_NAME],
            "message": _message(each),
        }
        for each in error.errors()[:MOST_ERRORS]
    )
    return trouble(422, "指定が正しくありません", "、".join(each["parameter"] for each in errors), errors)


def _message(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "この名前の指定はありません"
    return str(error["msg"]).removeprefix("Value error, ")


async def on_unavailable(_: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    return trouble(503, "一時的に利用できません", error.reason)


async def on_store_gone(request: Request, error: Exception) -> Response:
    logger.error("the store does not answer %s: %s", request.url.path, error)
    return trouble(503, "一時的に利用できません", NO_STORE)


async def on_not_found(_: Request, error: Exception) -> Response:
    return trouble(404, "見つかりません", "この番号の支援はありません。")


REFUSED = {
    404: ("見つかりません", "ここには何もありません。使えるものは /developers にあります。"),
    405: ("この方法では利用できません", "読み取り専用です。GET を使ってください（/mcp は POST）。"),
}


async def on_refused(_: Request, error: Exception) -> Response:
    """What the framework refuses by itself, with the headers that belong to it (`Allow` of a 405)."""
    assert isinstance(error, HTTPFault)
    title, detail = REFUSED.get(error.status_code, (str(error.detail), ""))
    answer = trouble(error.status_code, title, detail)
    answer.headers.update(error.headers or {})
    return answer


def add_api(app: FastAPI) -> None:
    """The routes and the errors of the API, on an application that has `state.services`."""
    own: Services = app.state.services
    troubles: dict[int | str, dict[str, Any]] = {status: {"model": Trouble} for status in (422, 429, 503)}
    for each in (api, collections.router, files.router, commongrants.router):
        app.include_router(each, dependencies=[Depends(only_known)], responses=troubles)
    app.add_middleware(OpenData, version=own.version)
    app.add_middleware(Encoded)
    if own.settings.rate:
        app.add_middleware(Limited, a_minute=own.settings.rate, store=own.store)
    app.add_middleware(Shared)
    app.add_middleware(Measured, metrics=own.metrics)
    app.add_middleware(Logged)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPFault, on_refused)
    app.add_exception_handler(Unavailable, on_unavailable)
    app.add_exception_handler(NotFound, on_not_found)
    app.add_exception_handler(StoreError, on_store_gone)


def application(own: Services, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> FastAPI:
    """An application with the API; its description and page of documentation where they are not closed."""
    docs = own.settings.docs
    app = FastAPI(
        title="shien",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/openapi.json" if docs else None,
        docs_url="/api/docs" if docs else None,
        redoc_url=None,
    )
    app.state.services = own
    add_api(app)
    describe(app)
    return app


def create_api(settings: Settings | None = None, *, own: Services | None = None) -> FastAPI:
    """The API alone. Settings come from the environment unless they are given."""
    own = own or Services(settings or Settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await own.close()

    return application(own, lifespan)

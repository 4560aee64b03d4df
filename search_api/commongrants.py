"""Subsidies and loans in the shape of the CommonGrants protocol (https://commongrants.org), read-only.

What the protocol has no place for (areas, kind, rate, licence) is in `customFields`. What could not be read is left
out; a deadline without a time has none.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi import Query as Parameters
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from indexer.schema import Kind, uuid_of
from indexer.state import State
from indexer.vocab import regions
from search_api.detail import detail
from search_api.errors import UNKNOWN_ID, NotFound
from search_api.models import Detail, Hit, last_day
from search_api.query import MAX_PAGE, MAX_PER_PAGE, Query, Sort, StateChoice
from search_api.services import Own, public_base

router = APIRouter(prefix="/common-grants", tags=["CommonGrants"])

KINDS = (Kind.SUBSIDY.value, Kind.LOAN.value)
"""What is an opportunity in the protocol's sense: money that firms apply for."""

STATUS = {
    State.OPEN: "open", State.CLOSING: "open", State.ROLLING: "open", State.UPCOMING: "forecasted",
    State.CLOSED: "closed", State.UNKNOWN: "custom",
}  # fmt: skip

Values = dict[str, Any]
Opportunity = Annotated[UUID, Path(description="一覧の id。例：f1f53f34-1f9f-5b1c-8d0e-5d2a4a1f7c11")]

_STANDARD = "CommonGrants の OpportunityBase（https://commongrants.org/protocol/models/opportunity/）"
_ENVELOPE = {"status": {"type": "integer", "example": 200}, "message": {"type": "string", "example": "Success"}}


def _answers(name: str, values: Values, others: Mapping[int | str, Any] = MappingProxyType({})) -> dict[int | str, Any]:
    """How an answer of the protocol is described: its envelope, around what the protocol's own schema describes."""
    properties = {**_ENVELOPE, **values}
    schema = {"type": "object", "title": name, "required": list(properties), "properties": properties}
    return {200: {"description": _STANDARD, "content": {"application/json": {"schema": schema}}}, **others}


_OPPORTUNITY = {"type": "object", "description": _STANDARD, "required": ["id", "title", "description", "status"]}
_PAGE = {
    "type": "object",
    "required": ["page", "pageSize", "totalItems", "totalPages"],
    "properties": {
        name: {"type": "integer", "description": told, "example": number}
        for name, told, number in (
            ("page", "このページの番号。1から", 1), ("pageSize", "1ページの件数", 100),
            ("totalItems", "全件数", 379), ("totalPages", "ページの数", 4),
        )
    },
}  # fmt: skip


@router.get(
    "/opportunities",
    summary="補助金・融資の一覧（CommonGrants）",
    operation_id="opportunities",
    responses=_answers("Opportunities", {"items": {"type": "array", "items": _OPPORTUNITY}, "paginationInfo": _PAGE}),
    response_class=Response,
)
async def opportunities(
    request: Request,
    own: Own,
    page: Annotated[int, Parameters(ge=1, le=MAX_PAGE, description="何ページめか。例：2")] = 1,
    page_size: Annotated[
        int, Parameters(alias="pageSize", ge=1, le=MAX_PER_PAGE, description="1ページの件数。例：50")
    ] = 100,
) -> Response:
    """更新の新しい順。終了したものも含みます。"""
    query = Query(kind=KINDS, state=(StateChoice.ANY,), sort=Sort.UPDATED, page=page, per_page=page_size)
    found = await own.listing(query)
    base = public_base(request, own)
    return JSONResponse(
        {
            "status": 200,
            "message": "Success",
            "items": [opportunity(each, base) for each in found.hits],
            "paginationInfo": {
                "page": page,
                "pageSize": page_size,
                "totalItems": found.total,
                "totalPages": ceil(found.total / page_size),
            },
        }
    )


@router.get(
    "/opportunities/{oppId}",
    summary="一つの補助金・融資（CommonGrants）",
    operation_id="opportunity",
    responses=_answers("Opportunity", {"data": _OPPORTUNITY}, UNKNOWN_ID),
    response_class=Response,
)
async def one(oppId: Opportunity, request: Request, own: Own) -> Response:
    """一覧の `id` で引きます。"""
    id = await own.searcher.id_of(oppId)
    found = await run_in_threadpool(detail, own.store, id, own.now()) if id else None
    if found is None or found.kind not in KINDS:
        raise NotFound(str(oppId))
    return JSONResponse({"status": 200, "message": "Success", "data": opportunity(found, public_base(request, own))})


def opportunity(item: Hit | Detail, base: str) -> Values:
    """The programme as an `OpportunityBase`."""
    status = STATUS[item.state]
    values = {
        "id": str(uuid_of(item.id)),
        "title": item.title,
        "description": item.summary or item.title,
        "status": {"value": status, "description": item.state_label}
        | ({"customValue": item.state.value} if status == "custom" else {}),
        "identifiers": {"otherIds": {"shien": {"id": item.id}}},
        "funding": _funding(item),
        "funders": {"primary": {"id": str(uuid_of(f"issuer:{item.issuer.name}")), "name": item.issuer.name}}
        if item.issuer and item.issuer.name
        else None,
        "keyDates": _dates(item),
        "source": f"{base}/programmes/{item.id}",
        "customFields": _custom(item),
        "createdAt": _utc(item.first_seen),
        "lastModifiedAt": _utc(item.changed or item.first_seen),
    }
    return {name: value for name, value in values.items() if value}


def _utc(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _funding(item: Hit | Detail) -> Values:
    if item.amount is None:
        return {}
    money = {"maxAwardAmount": item.amount.max_yen, "minAwardAmount": item.amount.min_yen}
    given = {name: {"amount": str(yen), "currency": "JPY"} for name, yen in money.items() if yen}
    return {"details": item.amount.raw, **given}


def _dates(item: Hit | Detail) -> Values:
    found: Values = {}
    if item.published:
        found["postDate"] = _event("掲載", item.published)
    if item.closes:
        found["closeDate"] = _event("受付終了", last_day(item.closes))
    if item.opens:
        found["otherDates"] = {"openDate": _event("受付開始", item.opens)}
    return found


def _event(name: str, moment: str) -> Values:
    day, _, rest = moment.partition("T")
    event = {"name": name, "eventType": "singleDate", "date": day}
    return event | ({"time": rest[:8]} if rest and rest[:5] != "00:00" else {})


def _custom(item: Hit | Detail) -> Values:
    given: list[tuple[str, str, Any, str]] = [
        ("areas", "array", list(item.areas), "JIS X 0401/0402 codes of where a firm must be located; JP: anywhere"),
        ("areaNames", "array", [regions.full_name(each) for each in item.areas], "Names of these places"),
        ("kind", "string", item.kind.value, "subsidy or loan"),
        ("rate", "string", item.amount.rate if item.amount else None, "Share that is paid, a fraction or 定額"),
        ("themes", "array", list(item.themes), "Themes of decarbonisation (GX)"),
        ("timeZone", "string", "Asia/Tokyo", "Of all dates and times"),
        ("page", "string", item.url, "Where it was read"),
        ("officialPage", "string", item.official_url, "The issuer's page"),
        ("licence", "string", item.source.licence, "Of the text"),
    ]
    return {
        name: {"name": name, "fieldType": kind, "value": value, "description": told}
        for name, kind, value, told in given
        if value
    }

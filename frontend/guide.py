"""The guide to saving energy: the six views with what can be done in each, and the support that pays for it."""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from frontend import files
from frontend import place as places
from frontend.counts import Counts, Offer, question
from frontend.origins import sources
from frontend.rendering import page
from indexer.vocab import labels
from search_api.detail import details
from search_api.models import Detail
from search_api.query import Query
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST_DESKS = 6


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trade(Model):
    """Whom the guide can be narrowed to. `industry` is the division of trade that searches are narrowed to."""

    id: str
    name: str
    industry: str = ""


class Measure(Model):
    """Something a firm can do. `trades`: ids, none for everybody; `cost`: a key of `costs`; `support`: questions, the
    first that finds something is offered.
    """

    what: str
    trades: tuple[str, ...] = ()
    cost: str
    support: tuple[dict[str, Any], ...] = ()


class View(Model):
    ask: str
    measures: tuple[Measure, ...]


class Step(Model):
    """A step of a diagnosis. `estimate`, `views`: it leads there."""

    name: str
    text: str
    support: tuple[dict[str, Any], ...] = ()
    estimate: bool = False
    views: bool = False


class Guide(Model):
    """The data file."""

    trades: tuple[Trade, ...]
    costs: dict[str, str]
    support: dict[str, Any]
    views: dict[str, View]
    path: tuple[Step, ...]
    path_sources: tuple[dict[str, str], ...]


@cache
def content() -> Guide:
    return Guide.model_validate(files.values("guide.yml"))


def _offer(support: tuple[dict[str, Any], ...], more: Mapping[str, Any], known: Mapping[Query, int]) -> Offer | None:
    """The first that finds something; else the first, with what is over."""
    asked = [(spec["name"], question(spec, **more)) for spec in support]
    for name, query in asked:
        if known[query]:
            return Offer.of(name, query, known)
    return Offer(asked[0][0], asked[0][1].url("/search", state=("any",)), 0, True) if asked else None


@router.get("/guide")
async def guide(request: Request, own: Own, trade: str = "", area: str | None = None) -> Response:
    """guide.html: guide (Guide), trade (Trade or None), place, trades [(Trade or None: everybody, link)], levers
    [(label, View, [(Measure, Offer or None)])], path [(Step, Offer or None)], desks (Detail: consultation near the
    reader), late (their sources), all_desks (link).
    """
    place, file = places.remembered(request) if area is None else places.of([area]), content()
    chosen = next((each for each in file.trades if each.id == trade), None)
    more: dict[str, Any] = {"area": (place.code,) if place.code else ()}
    if chosen and chosen.industry:
        more["industry"] = (chosen.industry,)
    shown = {
        id: [each for each in view.measures if not chosen or not each.trades or chosen.id in each.trades]
        for id, view in file.views.items()
    }
    wanted = [each.support for measures in shown.values() for each in measures] + [each.support for each in file.path]
    counts: Counts = request.app.state.counts
    known = await counts.of([question(spec, **more) for support in wanted for spec in support])
    desks = Query(kind=("consultation", "expert"), **more, per_page=MOST_DESKS)
    near, sources_known = await _desks(own, desks), await sources(own)
    response = page(
        request,
        "guide.html",
        guide=file,
        trade=chosen,
        trades=[(each, _address("" if area is None else place.code, each)) for each in (None, *file.trades)],
        place=place,
        levers=[
            (each, file.views[id], [(measure, _offer(measure.support, more, known)) for measure in shown[id]])
            for id, each in labels.labels("lever").items()
        ],
        path=[(each, _offer(each.support, more, known)) for each in file.path],
        desks=near,
        late=sources_known.late_of(near),
        all_desks=desks.with_(per_page=20).url("/search"),
    )
    if area is not None:
        places.remember(response, place)
    return response


def _address(area: str, trade: Trade | None) -> str:
    """The guide for a trade, where the reader's place stays in the address if it stands there."""
    given = {"area": area, "trade": trade.id if trade else ""}
    asked = urlencode({key: value for key, value in given.items() if value})
    return f"/guide?{asked}#views" if asked else "/guide#views"


async def _desks(own: Services, query: Query) -> list[Detail]:
    """Places to ask, with their telephone numbers: about energy and carbon first, of these the reader's own first."""
    green, any_ = await asyncio.gather(own.listing(query.with_(gx=True)), own.listing(query))
    ids = list(dict.fromkeys(each.id for each in (*green.hits, *any_.hits)))[:MOST_DESKS]
    found = await run_in_threadpool(details, own.store, ids, own.clock())
    return [each for each in found.values() if each]

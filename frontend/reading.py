"""What one reads rather than applies for: cases with what staff feature of them first, answers to questions, guides."""

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from frontend import files
from frontend import place as places
from frontend.kept import Kept
from frontend.links import kept
from frontend.origins import sources
from frontend.rendering import page
from search_api import collections
from search_api.models import FacetValue, Results
from search_api.query import Query, Sort
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=Kept)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shelf(Model):
    """A page of data/reading.yml."""

    path: str
    kind: str
    name: str
    noun: str
    intro: str
    facets: tuple[str, ...]
    places: bool = False
    note: str = ""


class Reading(Model):
    """The data file: names of facets, and the pages."""

    facets: dict[str, str]
    pages: dict[str, Shelf]


@cache
def reading() -> Reading:
    return Reading.model_validate(files.values("reading.yml"))


KEPT = ("q", "area", "gx", "page")
"""What a page takes of a question besides its facets."""


@router.get("/cases")
async def cases(request: Request, own: Own) -> Response:
    """reading.html with `featured`: the collections that staff show now, unless a question is asked."""
    return await _page(request, own, "cases")


@router.get("/answers")
async def answers(request: Request, own: Own) -> Response:
    """reading.html."""
    return await _page(request, own, "answers")


@router.get("/guides")
async def guides(request: Request, own: Own) -> Response:
    """reading.html."""
    return await _page(request, own, "guides")


async def _page(request: Request, own: Services, name: str) -> Response:
    """reading.html: shelf, query, results, choices [(facet, name, values)], places (facet values), place, asked (is
    anything chosen?), gx (how many of these are about it), dropped (parameters not understood), last_page, featured
    (collections), late (sources), everything (the search for the same).
    """
    shelf = reading().pages[name]
    given = request.query_params.multi_items()
    if shorter := kept(shelf.path, given):
        return shorter
    query, dropped = Query.lenient(_known(given, shelf))
    dropped += sorted({key[:80] for key, _ in given} - {*shelf.facets, *KEPT})
    asked = query.with_(kind=(shelf.kind,), sort=Sort.RELEVANCE if query.q else Sort.NEWEST, page=query.page)
    results = await own.search(asked.with_(facets=(*shelf.facets, "area", "gx"), page=query.page))
    chosen = bool({key for key, _ in query.items()} - {"page"})
    known = await sources(own)
    featured = [] if chosen or query.page > 1 or name != "cases" else await run_in_threadpool(collections.shown, own)
    return page(
        request,
        "reading.html",
        shelf=shelf,
        query=query,
        results=results,
        choices=[(each, reading().facets[each], _values(results, each)) for each in shelf.facets],
        places=_places(results),
        place=places.of(query.area),
        asked=chosen,
        dropped=dropped,
        last_page=max(1, -(-results.total // query.per_page)),
        featured=featured,
        late=known.late_of([*results.hits, *(item.programme for each in featured for item in each.programmes)]),
        everything=asked.with_(sort=Sort.RELEVANCE).url("/search"),
        gx=next((each.count for each in results.facets["gx"]), 0),
    )


def _known(items: Sequence[tuple[str, str]], shelf: Shelf) -> list[tuple[str, str]]:
    return [(key, value) for key, value in items if key in (*shelf.facets, *KEPT)]


def _values(results: Results, facet: str) -> list[FacetValue]:
    return [each for each in results.facets[facet] if each.count or each.selected]


def _places(results: Results) -> list[FacetValue]:
    """Prefectures with what choosing them would give; none for what is told of no place."""
    return [each for each in results.facets["area"] if len(each.value) == 2]

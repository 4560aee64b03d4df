"""What the site says of itself: sources and coverage, about, accessibility."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend.conformance import statement
from frontend.rendering import page
from indexer.sources import coverage, origins
from indexer.vocab import regions
from search_api.services import Own

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/sources")
async def sources(request: Request, own: Own) -> Response:
    """sources.html: sources (Origin), trouble (those that are down), places (Coverage: the country, then the
    prefectures), published (instant of the last publication or None), programmes (how many are shown), towns and
    towns_of (municipalities with programmes of their own, and all).
    """
    found = await run_in_threadpool(origins, own.store, own.clock())
    places = await run_in_threadpool(coverage, own.store)
    publication = await run_in_threadpool(own.store.fact, "publication") or {}
    return page(
        request,
        "sources.html",
        sources=found,
        trouble=[each for each in found if each.down],
        places=places,
        published=publication.get("at"),
        programmes=publication.get("count", 0),
        towns=sum(len(each.municipalities) for each in places[1:]),
        towns_of=sum(each.municipalities_of for each in places[1:]),
    )


@router.get("/sources/places/{code}")
async def place(code: str, request: Request, own: Own) -> Response:
    """place.html: covered (Coverage of the prefecture), towns [(region, Place or None)], country (Coverage), sources
    (Origin by name).
    """
    country, *prefectures = await run_in_threadpool(coverage, own.store)
    covered = next((each for each in prefectures if each.code == code), None)
    if covered is None:
        raise HTTPException(404)
    found = await run_in_threadpool(origins, own.store, own.clock())
    listed = {each.code: each for each in covered.municipalities}
    return page(
        request,
        "place.html",
        covered=covered,
        country=country,
        towns=[(each, listed.get(each.code)) for each in regions.children(code)],
        sources={each.name: each for each in found},
    )


@router.get("/about")
async def about(request: Request, own: Own) -> Response:
    """about.html: credits (what the sources want said of them, each once: several may be of one publisher)."""
    found = await run_in_threadpool(origins, own.store, own.clock())
    credits = dict.fromkeys((each.attribution or each.title, each.licence) for each in found)
    return page(request, "about.html", credits=list(credits))


@router.get("/accessibility")
async def accessibility(request: Request) -> Response:
    """accessibility.html: statement."""
    return page(request, "accessibility.html", statement=statement())

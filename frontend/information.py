"""What the site says of itself: sources and coverage, about, accessibility."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend.rendering import page
from indexer.sources import coverage, origins
from search_api.services import Own

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/sources")
async def sources(request: Request, own: Own) -> Response:
    """sources.html: sources (Origin), places (Coverage: the country, then the prefectures)."""
    found = await run_in_threadpool(origins, own.store, own.clock())
    return page(request, "sources.html", sources=found, places=await run_in_threadpool(coverage, own.store))


@router.get("/about")
async def about(request: Request, own: Own) -> Response:
    """about.html: sources (Origin)."""
    return page(request, "about.html", sources=await run_in_threadpool(origins, own.store, own.clock()))


@router.get("/accessibility")
async def accessibility(request: Request) -> Response:
    """accessibility.html."""
    return page(request, "accessibility.html")

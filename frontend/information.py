"""What the site says of itself: sources and coverage, about, accessibility."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from frontend.rendering import Own, page
from indexer.store import Store

PATIENCE = 3
"""A source is overdue when it has missed so many of its turns."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True)
class Origin:
    """A source as sources.html shows it.

    `ok`: was the last run taken in? `last_good`: ISO instant of the last that was, or "", `age` days ago, `overdue` if
    a source that is due so often should have been read again since. `count`: what it lists now.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    attribution: str
    kinds: str
    count: int
    ok: bool
    last_good: str
    age: int
    overdue: bool
    warnings: tuple[str, ...] = ()


def origins(store: Store, now: datetime) -> list[Origin]:
    counts = store.counts()
    found = []
    for name, facts in store.sources().items():
        runs = store.runs(name)
        good = [each for each in runs if each.ok]
        age = (now - datetime.fromisoformat(good[0].at)).days if good else 0
        found.append(
            Origin(
                name=name,
                title=str(facts.get("title") or name),
                publisher=str(facts.get("publisher", "")),
                url=str(facts.get("url", "")),
                licence=str(facts.get("licence", "")),
                attribution=str(facts.get("attribution", "")),
                kinds=str(facts.get("kind", "")),
                count=counts.get(name, 0),
                ok=bool(runs) and runs[0].ok,
                last_good=good[0].at if good else "",
                age=age,
                overdue=age > PATIENCE * int(facts.get("days") or 1),
                warnings=tuple(runs[0].warnings) if runs else (),
            )
        )
    return sorted(found, key=lambda each: -each.count)


@router.get("/sources")
async def coverage(request: Request, own: Own) -> Response:
    """sources.html: sources (Origin)."""
    return page(request, "sources.html", sources=await run_in_threadpool(origins, own.store, own.clock()))


@router.get("/about")
async def about(request: Request, own: Own) -> Response:
    """about.html: sources (Origin)."""
    return page(request, "about.html", sources=await run_in_threadpool(origins, own.store, own.clock()))


@router.get("/accessibility")
async def accessibility(request: Request) -> Response:
    """accessibility.html."""
    return page(request, "accessibility.html")

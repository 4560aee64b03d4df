"""One programme: what can be had, until when, by whom, and where all that was read."""

import asyncio
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from frontend import place as places
from frontend.machines import structured
from frontend.origins import sources
from frontend.place import Place
from frontend.related import related
from frontend.rendering import page
from frontend.sections import sections
from frontend.timeline import timeline
from frontend.words.changes import fields
from indexer.vocab import regions
from search_api.asking import telling
from search_api.detail import detail
from search_api.errors import NotFound, Unavailable
from search_api.models import Detail, Hit
from search_api.query import MAX_Q, Query, Scope, StateChoice
from search_api.services import Own, Services, public_base

MOST = 5
APPLICABLE = (StateChoice.OPEN, StateChoice.CLOSING, StateChoice.ROLLING)
ALIKE = {"theme": 0.3, "field": 0.5}
"""The part of their themes, or of their fields, that both have where they are about the same."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/programmes/{id}")
async def programme(request: Request, id: str, own: Own) -> Response:
    """programme.html: programme (Detail), line (Timeline), counts (the window that decides the state, or None),
    labelled [(facet, value, words of the source)], similar (hits), elsewhere (Elsewhere), related (Related), late
    (sources), lead (a summary that the body does not repeat), parts (Sections of the body), sources (names),
    source_title, fields, place, address (of this page), structured (JSON-LD).
    """
    found = await run_in_threadpool(detail, own.store, id, own.clock())
    if found is None:
        raise NotFound(id)
    if found.id != id:
        # Another listing of a programme that we show as one.
        return RedirectResponse(f"/programmes/{quote(found.id)}", 302)
    near = places.remembered(request)
    known, similar, elsewhere, relations = await asyncio.gather(
        sources(own),
        _similar(own, found, near),
        _elsewhere(own, found),
        run_in_threadpool(related, own.store, found, own.clock(), near),
    )
    address = f"{public_base(request, own)}/programmes/{quote(found.id)}"
    line = timeline(found.windows, own.clock(), kind=found.kind, listed=found.listed)
    return page(
        request,
        "programme.html",
        programme=found,
        line=line,
        counts=next((each.window for each in line.rows if each.state is found.state), None),
        labelled=[
            (facet, value, found.evidence.get(value, ())[:3])
            for facet, values in (
                # The kind and GX stand above the title: here are only the words for them.
                ("kind", (found.kind.value,) if found.evidence.get(found.kind.value) else ()),
                ("gx", ("gx",) if found.gx and found.evidence.get("gx") else ()),
                ("stage", found.stages),
                ("theme", found.themes),
                ("lever", found.levers),
                ("field", found.fields),
            )
            for value in values
        ],
        parts=sections(found.body),
        similar=similar,
        elsewhere=elsewhere,
        related=relations,
        late=known.late_of([found]),
        lead="" if _plain(found.summary).rstrip("…") in _plain(f"{found.title}\n{found.body}") else found.summary,
        sources=known.names,
        source_title=known.names.get(found.source.name, found.source.publisher),
        address=address,
        structured=structured(found, address),
        fields=fields(),
        place=near,
    )


def _plain(text: str) -> str:
    return "".join(text.split())


async def _similar(own: Services, found: Detail, near: Place) -> list[Hit]:
    """Up to five of the same kind, about the same, for firms in the same place, or near here for what is nationwide."""
    area = found.areas[:1] if found.areas != ("JP",) else (near.code or "JP",)
    known = {found.id, *(each.id for each in found.relations)}
    return (await _alike(own, found, known, wide=True, area=area))[:MOST]


@dataclass(frozen=True)
class Elsewhere:
    """The same kind of support in other towns, open ones only: in those around, else in its prefecture."""

    hits: Sequence[Hit] = ()
    around: bool = False


async def _elsewhere(own: Services, found: Detail) -> Elsewhere:
    """Nothing where it is not a town's own. Of the towns around the nearest comes first."""
    towns = {code for code in found.areas if len(code) == 5}
    if not towns or len(towns) != len(found.areas) or len(towns) > 3:
        return Elsewhere()

    async def among(*places: str) -> list[Hit]:
        alike = await _alike(own, found, {found.id}, area=places, scope=(Scope.MUNICIPALITY,), state=APPLICABLE)
        return [each for each in alike if not towns & set(each.areas)]

    around = [each.code for town in sorted(towns) for each in regions.nearby(town) if each.code not in towns]
    if around and (hits := await among(*dict.fromkeys(around))):
        away = {code: i for i, code in reversed(list(enumerate(around)))}
        hits.sort(key=lambda each: min((away[regions.city_of(code)] for code in each.areas if code in away), default=0))
        return Elsewhere(hits[:MOST], around=True)
    return Elsewhere((await among(regions.prefecture_of(min(towns))))[:MOST])


async def _alike(own: Services, found: Detail, known: Set[str], *, wide: bool = False, **where: Any) -> list[Hit]:
    """Of the same kind in the places of `where`, but for `known`: those with words of its title in theirs; then those
    about the same themes, or mostly the same fields where it has no theme, with these words in their texts first.

    Without `wide` a field alone makes nothing alike. None while the engine is away.
    """
    # A long address in a title may be a word.
    q = " ".join(words := telling(found.title))[:MAX_Q]
    facet, about = ("theme", found.themes) if found.themes else ("field", found.fields)
    ways: list[dict[str, Any]] = [{"q": q}, {"q": q, facet: about}] if q else []
    ways += [{facet: about}] if about and (found.themes or wide) else []
    common = {"literal": True, "kind": (found.kind.value,), "per_page": 30, **where}
    try:
        answers = [
            answer.hits
            for answer in await asyncio.gather(*(own.listing(Query.model_validate(common | way)) for way in ways))
        ]
    except Unavailable:
        return []
    named = [(len(set(words) & set(telling(each.title, most=10))), each) for each in (answers[0] if q else ())]
    ranked = [each for count, each in sorted(named, key=lambda pair: -pair[0]) if count]
    ranked += [each for hits in answers[bool(q) :] for each in hits if _shared(about, each, facet) >= ALIKE[facet]]
    return list({each.id: each for each in ranked if each.id not in known}.values())


def _shared(about: Sequence[str], hit: Hit, facet: str) -> float:
    """Of all their themes or fields, the part that both have."""
    other = hit.themes if facet == "theme" else hit.fields
    return len({*about} & {*other}) / (len({*about, *other}) or 1)

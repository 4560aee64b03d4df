"""Home, search and programme. Each page has one template; what it is given is listed where it is rendered."""

import asyncio
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from frontend import place as places
from frontend import words
from frontend.chips import Chip, chips
from frontend.machines import structured
from frontend.place import Place
from frontend.related import related
from frontend.rendering import page, sources
from frontend.timeline import timeline
from indexer.store import Store
from indexer.vocab import labels, regions
from search_api.asking import telling
from search_api.detail import detail
from search_api.errors import NotFound, Unavailable
from search_api.models import Detail, Hit
from search_api.query import Query, Scope, Sort, StateChoice
from search_api.services import Own, Services, public_base
from search_api.understand import understand

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

SORTS = {
    Sort.RELEVANCE: "おすすめ順",
    Sort.DEADLINE: "締切順",
    Sort.NEWEST: "新着順",
    Sort.AMOUNT: "金額順",
}
HOME_FACETS = ("stage", "theme", "kind")
FACETS = {
    "state": "募集状況",
    "kind": "種類",
    "closes_within": "締切まで",
    "stage": "GX（脱炭素）の段階",
    "theme": "GX（脱炭素）のテーマ",
    "field": "分野",
    "issuer_level": "実施機関",
    "posted_within": "掲載",
    "source": "情報源",
}


@router.get("/")
async def home(request: Request, own: Own) -> Response:
    """home.html: query (the place alone), place, everything, closing, fresh and featured (Results), steps, themes and
    kinds (facet values with their labels), here (words for the place).
    """
    query, _ = Query.lenient([item for item in request.query_params.multi_items() if item[0] == "area"])
    place = places.of(query.area) if query.area else places.remembered(request)
    query = Query(area=(place.code,) if place.code else ())
    asked = {
        "everything": query.with_(per_page=1),
        "closing": query.with_(state=(StateChoice.CLOSING,), sort=Sort.DEADLINE, per_page=5),
        "fresh": query.with_(posted_within=7, sort=Sort.NEWEST, per_page=5),
        "featured": query.with_(featured=True, state=(StateChoice.ANY,), per_page=3),
    }
    answers = await asyncio.gather(*map(own.searcher.search, asked.values()))
    found = dict(zip(asked, answers, strict=True))
    counts = {facet: {each.value: each.count for each in found["everything"].facets[facet]} for facet in HOME_FACETS}
    response = page(
        request,
        "home.html",
        query=query,
        place=place,
        here=f"{place.name}で使える" if place.code else "全国の",
        counts=counts,
        vocabulary={facet: labels.labels(facet) for facet in HOME_FACETS},
        **found,
        **{f"{name}_url": each.with_(per_page=20).url("/search") for name, each in asked.items()},
    )
    if query.area and place.code and "area" in request.query_params:
        places.remember(response, place)
    response.headers["Vary"] = "Cookie"
    return response


@router.get("/search")
async def search(request: Request, own: Own) -> Response:
    """search.html: query, plain (the query from its first page), results, dropped (parameters not understood), chips,
    sources (names), last_page, ways (out of an empty result), place (for the form), unknown_place (the question for
    what has no place, or None), understood (words that became conditions), literal (the question with them as words),
    trades (labels).
    """
    if "prefecture" in request.query_params:
        return _submitted(request, "/search")
    if "" in request.query_params.values():
        return RedirectResponse(Query.lenient(request.query_params.multi_items())[0].url("/search"), 303)
    asked, dropped = Query.lenient(request.query_params.multi_items())
    said = understand(asked, own.clock())
    query = said.query
    results = await own.search(query)
    origins = await sources(own)
    chosen = chips(query, origins)
    names = "・".join(each.name for each in chosen)
    return page(
        request,
        "_results.html" if _fragment(request) else "search.html",
        heading=f"{names}の支援 {results.total:,}件" if names else f"支援を探す {results.total:,}件",
        query=query,
        place=places.of(query.area),
        plain=query.with_(page=1, per_page=20),
        results=results,
        dropped=dropped,
        understood=said.words,
        literal=asked.with_(literal=True),
        facets=FACETS,
        trades=labels.labels("industry"),
        sorts=SORTS,
        last_page=max(1, -(-results.total // query.per_page)),
        chips=chosen,
        sources=origins,
        ways=[] if results.total else await _ways(own, query, chosen),
        unknown_place=query.with_(area=(), scope=(Scope.UNKNOWN,)) if query.area and not query.scope else None,
    )


@router.get("/places/towns")
async def towns(request: Request, prefecture: str = "") -> Response:
    """_towns.html, the choices of the form's second list: place."""
    return page(request, "_towns.html", place=places.asked(prefecture, ""))


@router.get("/programmes/{id}")
async def programme(request: Request, id: str, own: Own) -> Response:
    """programme.html: programme (Detail), line (Timeline or None), labelled [(facet, value, words of the source)],
    similar (hits), elsewhere (hits: in other towns of the prefecture), related (Related), failing (the source does),
    lead (a summary that the body does not repeat), sources (names), source_title, fields, place, structured (JSON-LD).
    """
    found = await run_in_threadpool(detail, own.store, id, own.clock())
    if found is None:
        raise NotFound(id)
    if found.id != id:
        # Another listing of a programme that we show as one.
        return RedirectResponse(f"/programmes/{quote(found.id)}", 302)
    names, near = await sources(own), places.remembered(request)
    return page(
        request,
        "programme.html",
        programme=found,
        line=timeline(found.windows, own.clock()),
        labelled=[
            (facet, value, found.evidence.get(value, ())[:3])
            for facet, values in (("stage", found.stages), ("theme", found.themes), ("field", found.fields))
            for value in values
        ],
        similar=await _similar(own, found, near),
        elsewhere=await _elsewhere(own, found),
        related=await run_in_threadpool(related, own.store, found, own.clock()),
        failing=await run_in_threadpool(_failing, own.store, found.source.name),
        lead="" if _plain(found.body).startswith(_plain(found.summary).rstrip("…")) else found.summary,
        sources=names,
        source_title=names.get(found.source.name, found.source.publisher),
        structured=structured(found, f"{public_base(request, own)}/programmes/{quote(found.id)}"),
        fields=words.FIELDS,
        place=near,
    )


def _plain(text: str) -> str:
    return "".join(text.split())


def _failing(store: Store, source: str) -> bool:
    """Was the source's last run not taken in?"""
    return any(not each.ok for each in store.runs(source, limit=1))


async def _similar(own: Services, found: Detail, near: Place) -> list[Hit]:
    """Up to five of the same kind, about the same, for firms in the same place, or near here for what is nationwide.

    None while the engine is away.
    """
    area = found.areas[:1] if found.areas != ("JP",) else (near.code or "JP",)
    known = {found.id, *(each.id for each in found.relations)}
    return [each for each in await _alike(own, found, area=area) if each.id not in known][:5]


async def _elsewhere(own: Services, found: Detail) -> list[Hit]:
    """The same kind of support in other towns of its prefecture, open ones only; empty where it is not a town's own."""
    towns = {code for code in found.areas if len(code) == 5}
    if not towns or len(towns) != len(found.areas) or len(towns) > 3:
        return []
    everywhere = await _alike(
        own, found, area=(regions.prefecture_of(min(towns)),), scope=(Scope.MUNICIPALITY,), state=(StateChoice.OPEN,)
    )
    return [each for each in everywhere if not towns & set(each.areas)][:5]


async def _alike(own: Services, found: Detail, **where: Any) -> tuple[Hit, ...]:
    """Of the same kind, with words of its title in theirs, in the places of `where`. None while the engine is away."""
    words = telling(found.title)
    if not words:
        return ()
    query = Query(q=" ".join(words), literal=True, kind=(found.kind.value,), per_page=30, **where)
    try:
        hits = (await own.search(query)).hits
    except Unavailable:
        return ()
    alike = [each for each in hits if set(words) & set(telling(each.title, most=10))]
    return tuple(sorted(alike, key=lambda each: -len(set(words) & set(telling(each.title, most=10)))))


def _fragment(request: Request) -> bool:
    """htmx asks for the part that changes; when it goes back in history it needs the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def _submitted(request: Request, path: str) -> Response:
    """The form's answer: the same question as a URL to keep and share, and the place remembered."""
    values = request.query_params
    place = places.asked(values["prefecture"], values.get("town", ""))
    rest = [item for item in values.multi_items() if item[0] not in ("prefecture", "town", "area")]
    query, _ = Query.lenient([*rest, ("area", place.code)])
    response = RedirectResponse(query.url(path), 303)
    places.remember(response, place)
    return response


async def _ways(own: Services, query: Query, chosen: list[Chip]) -> list[tuple[str, str, int]]:
    """Ways out of an empty result: (in words, link, results), those that lead to something, the narrowest first."""
    tried = [(f"{each.name} の条件を外す", each.without) for each in chosen]
    if not query.state:
        tried.append(("受付を終えたものも含める", query.with_(state=(StateChoice.ANY,))))
    place = places.of(query.area)
    if place.town:
        tried.append((f"{regions.get(place.prefecture).name}全体に広げる", query.with_(area=(place.prefecture,))))
    totals = await own.searcher.totals([each for _, each in tried])
    found = [(name, each.url("/search"), total) for (name, each), total in zip(tried, totals, strict=True) if total]
    return sorted(found, key=lambda each: each[2])

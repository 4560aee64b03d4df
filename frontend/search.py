"""Search: one address for the page and for the part of it that changes."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from frontend import place as places
from frontend.chips import Chip, chips
from frontend.kept import Kept
from frontend.links import Links, kept
from frontend.origins import sources
from frontend.rendering import fragment, page
from frontend.words.questions import facets, heading, sorts, widened, with_what_is_over, without
from frontend.words.vocabulary import vocabulary
from search_api.fit import profiled
from search_api.query import Query, Scope, StateChoice
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, route_class=Kept)


@router.get("/search")
async def search(request: Request, own: Own) -> Response:
    """search.html: query (as it was understood), links (from it), plain (the query from its first page), results,
    dropped (parameters not understood), chips, sources (names), late (sources), last_page, ways (out of an empty
    result), place (for the form), unknown_place (the question for what has no place, or None), understood (words that
    became conditions), literal (the question with them as words), trades (labels), profiled (does the question describe
    one?), here (the question at the remembered place, or None), view (of the tabs).
    """
    if "prefecture" in request.query_params:
        return _submitted(request, "/search")
    if shorter := kept("/search", request.query_params.multi_items()):
        return shorter
    asked, dropped = Query.lenient(request.query_params.multi_items())
    results = await own.search(asked)
    query = Query.model_validate(results.query)
    known = await sources(own)
    chosen = chips(query, known.names)
    near = places.remembered(request)
    return page(
        request,
        "_results.html" if fragment(request) else "search.html",
        heading=heading([each.name for each in chosen], results.total),
        view="/search",
        query=query,
        links=Links(query),
        place=places.of(query.wanted("area")) if len(query.wanted("area")) < 2 else places.Place(),
        plain=query.with_(page=1, per_page=20),
        results=results,
        dropped=dropped,
        understood=results.words,
        literal=asked.with_(literal=True),
        facets=facets(),
        trades=vocabulary("industry"),
        sorts=sorts(),
        last_page=max(1, -(-results.total // query.per_page)),
        chips=chosen,
        sources=known.names,
        late=known.late_of(results.hits),
        profiled=profiled(query),
        here=query.with_(area=(near.code,)) if near.code and not query.wanted("area") and not results.choices else None,
        ways=[] if results.total else await _ways(own, query, chosen),
        unknown_place=query.with_(area=(), scope=(Scope.UNKNOWN,))
        if query.wanted("area") and not query.scope
        else None,
    )


@router.get("/places/towns")
async def towns(request: Request, prefecture: str = "") -> Response:
    """_towns.html, the choices of the form's second list: place."""
    return page(request, "_towns.html", place=places.asked(prefecture, ""))


def _submitted(request: Request, path: str) -> Response:
    """The form's answer: the same question as a URL to keep and share, and the place remembered."""
    values = request.query_params
    if values["prefecture"] == "several":
        # Places that the form cannot show (九州): they stay as they are.
        several = [item for item in values.multi_items() if item[0] not in ("prefecture", "town")]
        return RedirectResponse(Query.lenient(several)[0].url(path), 303)
    place = places.asked(values["prefecture"], values.get("town", ""))
    rest = [item for item in values.multi_items() if item[0] not in ("prefecture", "town", "area")]
    query, _ = Query.lenient([*rest, ("area", place.code)])
    response = RedirectResponse(query.url(path), 303)
    places.remember(response, place)
    return response


async def _ways(own: Services, query: Query, chosen: list[Chip]) -> list[tuple[str, str, int]]:
    """Ways out of an empty result: (in words, link, results), those that lead to something, the narrowest first."""
    tried = [(without(each.name), each.without) for each in chosen]
    if not query.state:
        tried.append((with_what_is_over(), query.with_(state=(StateChoice.ANY,))))
    place = places.of(query.wanted("area"))
    if place.town:
        tried.append((widened(place.prefecture), query.with_(area=(place.prefecture,))))
    totals = await own.searcher.totals([each for _, each in tried])
    found = [(name, each.url("/search"), total) for (name, each), total in zip(tried, totals, strict=True) if total]
    return sorted(found, key=lambda each: each[2])

"""The CO2 estimate: a form of what bills say, a year's CO2 with its arithmetic, and the support that fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from frontend import place as places
from frontend.counts import Counts, Offer, question
from frontend.emissions import MONTHS, MOST, MOST_TIMES, Estimate, Line, Unreadable, estimate, factors, line, number
from frontend.language import gettext as _
from frontend.links import kept
from frontend.place import Place
from frontend.rendering import page
from search_api.query import Query
from search_api.services import Own

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

BIGGEST = 2
"""So many of the largest items lead to support of their own, if they are at least this share (percent)."""
WORTH = 15


@dataclass(frozen=True)
class Form:
    """What was typed, by the name of its field; what cannot be read of it; and the lines that can."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    lines: list[Line]


def _read(values: Mapping[str, str]) -> Form:
    """Everything that is right is kept, whatever else is wrong."""
    errors: dict[str, str] = {}
    lines: list[Line] = []
    times = MONTHS.get(values.get("per", ""), 1)

    def read(field: str, most: Decimal, example: object) -> Decimal | None:
        typed = values.get(field, "").strip()
        try:
            return number(typed, most) if typed else None
        except Unreadable as error:
            errors[field] = _(factors().errors[error.code]).format(most=f"{most.normalize():,f}", example=example)
            return None

    for item in factors().items:
        amount = read(item.id, MOST, factors().example)
        own = read(f"{item.id}_factor", item.factor * MOST_TIMES, item.factor) if item.own else None
        if amount:
            unit = item.unit(values.get(f"{item.id}_unit", ""))
            lines.append(line(item, amount, unit, times=times, factor=own))
    return Form(values, errors, lines)


def fields() -> set[str]:
    """The names of the form's fields."""
    names = {"per", "area"}
    for item in factors().items:
        names.add(item.id)
        names |= {f"{item.id}_factor"} if item.own else set()
        names |= {f"{item.id}_unit"} if len(item.units) > 1 else set()
    return names


@router.get("/estimate")
async def form(request: Request, own: Own) -> Response:
    """estimate.html: factors, form (Form), asked (was anything sent?), found (Estimate or None), dropped (parameters
    not understood), place, biggest [(Line, [Offer])], always [Offer], missing (nothing was put in).
    """
    if shorter := kept("/estimate", request.query_params.multi_items()):
        return shorter
    given = dict(request.query_params.multi_items())
    dropped = sorted(each[:80] for each in given if each not in fields())
    values = {key: value[:60] for key, value in given.items() if key not in dropped}
    place = places.of([values["area"]]) if "area" in values else places.remembered(request)
    read = _read(values)
    found = estimate(read.lines) if read.lines and not read.errors else None
    biggest, always = await _support(request.app.state.counts, found, place) if found else ([], [])
    return page(
        request,
        "estimate.html",
        factors=factors(),
        form=read,
        asked=bool(values.keys() - {"area"}),
        found=found,
        dropped=dropped,
        place=place,
        biggest=biggest,
        always=always,
    )


async def _support(counts: Counts, found: Estimate, place: Place) -> tuple[list[tuple[Line, list[Offer]]], list[Offer]]:
    area = (place.code,) if place.code else ()
    lines = [each for each in found.lines[:BIGGEST] if found.share(each) >= WORTH]
    asked = {each.item.id: [(spec["name"], question(spec, area=area)) for spec in each.item.support] for each in lines}
    general = [(spec["name"], question(spec, area=area)) for spec in factors().always]
    known = await counts.of([query for pairs in (*asked.values(), general) for _, query in pairs])

    def offers(pairs: list[tuple[str, Query]]) -> list[Offer]:
        return [Offer.of(name, query, known) for name, query in pairs]

    return [(each, offers(asked[each.item.id])) for each in lines], offers(general)

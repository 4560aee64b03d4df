"""What all pages share: the templates, their helpers, and what base.html needs."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from frontend import emissions, words
from frontend import place as places
from frontend.assets import asset_url
from frontend.place import Place
from frontend.words.moments import plain_day
from frontend.words.troubles import FOREIGN
from indexer.vocab import regions
from search_api.models import FacetValue
from search_api.search import area_label
from search_api.services import services

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")

NAVIGATION = {
    "/search": "探す",
    "/calendar": "カレンダー",
    "/map": "地図",
    "/guide": "省エネ",
    "/cases": "事例",
    "/list": "マイリスト",
}
PLACED = ("/search", "/calendar")
"""Pages that a reader's remembered place narrows: the links to them say so, and the page shows it as a condition."""
DOCUMENTATION = "/api/docs"
FOOTER = {
    "/estimate": "CO₂の計算",
    "/answers": "よくある質問",
    "/guides": "手引き・ガイド",
    "/words": "ことばの説明",
    "/about": "このサイトについて",
    "/sources": "情報源と網羅",
    "/accessibility": "アクセシビリティ",
    "/developers": "API（開発者向け）",
}


class Entry(NamedTuple):
    """A link of the navigation. `here`: it leads to the page that shows it."""

    link: str
    name: str
    here: bool


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page from its template, with what base.html needs besides `context`."""
    own = services(request)
    near = places.remembered(request)
    shown = {
        "settings": own.settings,
        "now": own.clock(),
        "prefectures": regions.prefectures(),
        "near": near,
        "navigation": navigation(request.url.path, near),
        "footer": FOOTER,
    }
    response = templates.TemplateResponse(request, template, shown | context, status_code=status)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def navigation(path: str, near: Place) -> list[Entry]:
    """
    >>> [each.link for each in navigation("/search", Place("40", "40130"))][:3], navigation("/list", Place())[-1].here
    (['/search?area=40130', '/calendar?area=40130', '/map'], True)
    """
    return [
        Entry(f"{link}?area={near.code}" if near.code and link in PLACED else link, name, link == path)
        for link, name in NAVIGATION.items()
    ]


def error_page(request: Request, status: int, title: str, text: str) -> Response:
    """error.html: title, text, code (the status)."""
    response = page(request, "error.html", status=status, title=title, text=text, code=status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def foremost(values: list[FacetValue], most: int) -> tuple[list[FacetValue], list[FacetValue]]:
    """The values to show at once and those behind "more": chosen ones and the biggest first, each in their order."""
    if len(values) <= most + 1:
        return values, []
    by_weight = sorted(values, key=lambda each: (not each.selected, -each.count))
    shown = {each.value for each in by_weight[:most]}
    return [each for each in values if each.value in shown], [each for each in values if each.value not in shown]


def same_origin(request: Request) -> None:
    """A form that another site sends is refused."""
    origin = request.headers.get("origin")
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if elsewhere or (origin and urlsplit(origin).netloc != request.headers.get("host")):
        raise HTTPException(403, FOREIGN)


def plain_day_of(moment: str) -> str:
    """The day of an ISO instant without its weekday."""
    return plain_day(date.fromisoformat(moment[:10]))


SHOWN = (*words.SHOWN, emissions.tonnes, emissions.plain, plain_day_of, area_label, foremost, asset_url)
templates.env.globals |= {each.__name__: each for each in SHOWN}
templates.env.trim_blocks = templates.env.lstrip_blocks = True

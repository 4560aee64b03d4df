"""What all pages share: the templates, their helpers, and the names of sources."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from frontend import words
from frontend.assets import asset_url
from indexer.vocab import regions
from search_api.models import FacetValue
from search_api.search import area_label
from search_api.services import Services, services

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")

NAVIGATION = {
    "/search": "探す",
    "/calendar": "カレンダー",
    "/map": "地図",
    "/guide": "省エネ",
    "/list": "マイリスト",
}
DOCUMENTATION = "/api/docs"
FOOTER = {
    "/about": "このサイトについて",
    "/sources": "情報源と網羅",
    "/accessibility": "アクセシビリティ",
    DOCUMENTATION: "API（開発者向け）",
}


def page(request: Request, template: str, **context: Any) -> Response:
    """A page from its template, with what base.html needs besides `context`."""
    own = services(request)
    shown = {
        "settings": own.settings,
        "now": own.clock(),
        "prefectures": regions.prefectures(),
        "navigation": NAVIGATION,
        "footer": {path: name for path, name in FOOTER.items() if own.settings.docs or path != DOCUMENTATION},
    }
    response = templates.TemplateResponse(request, template, shown | context)
    response.headers["Vary"] = "HX-Request"
    return response


def error_page(request: Request, status: int, title: str, text: str) -> Response:
    """error.html: title, text."""
    response = page(request, "error.html", title=title, text=text)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


async def sources(own: Services) -> dict[str, str]:
    """Names of sources for people."""
    known = await run_in_threadpool(own.store.sources)
    return {name: str(facts.get("title") or facts.get("publisher") or name) for name, facts in known.items()}


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
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "別のサイトからの操作は受け付けません。")


SHOWN = (
    words.yen, words.day, words.plain_day, words.period, words.money, words.left, words.qualifiers, words.label,
    words.who, words.told, words.where, words.inferred, words.outside, words.all_areas, words.has_state,
    words.news_label, words.news_told, words.verdict, words.understood_told,
    area_label, foremost, asset_url,
)  # fmt: skip
templates.env.globals |= {each.__name__: each for each in SHOWN}
templates.env.trim_blocks = templates.env.lstrip_blocks = True

"""What all pages share: the templates, their helpers, and what base.html needs."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from frontend import emissions, words
from frontend import place as places
from frontend.assets import asset_url
from frontend.language import Language, gettext, ngettext, npgettext, pgettext, spoken
from frontend.language import gettext as _
from frontend.place import Place
from frontend.words.moments import plain_day
from frontend.words.troubles import foreign
from indexer.vocab import regions
from search_api.models import FacetValue
from search_api.services import public_base, services

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")

PLACED = ("/search", "/calendar")
"""Pages that a reader's remembered place narrows: the links to them say so, and the page shows it as a condition."""
DOCUMENTATION = "/api/docs"


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
        "footer": footer(),
        "languages": languages(request, public_base(request, own), lost=status >= 400),
        "language": spoken.get(),
        "ja": "" if spoken.get().tag == "ja" else Markup(' lang="ja"'),
    }
    return varied(templates.TemplateResponse(request, template, shown | context, status_code=status))


def fragment(request: Request) -> bool:
    """htmx asks for the part that changes; when it goes back in history it needs the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def varied(page: Response) -> Response:
    """Says what a page depends on beside its address."""
    page.headers["Vary"] = "HX-Request, Cookie"
    return page


def compiled() -> None:
    """Compiles every template now, so that no reader waits for it."""
    for each in templates.env.list_templates():
        templates.env.get_template(each)


def navigation(path: str, near: Place) -> list[Entry]:
    """
    >>> [each.link for each in navigation("/search", Place("40", "40130"))][:3], navigation("/list", Place())[-1].here
    (['/search?area=40130', '/calendar?area=40130', '/map'], True)
    """
    named = {
        "/search": _("探す"),
        "/calendar": _("カレンダー"),
        "/map": _("地図"),
        "/guide": _("省エネ"),
        "/cases": _("事例"),
        "/list": _("マイリスト"),
    }
    return [
        Entry(f"{link}?area={near.code}" if near.code and link in PLACED else link, name, link == path)
        for link, name in named.items()
    ]


def footer() -> dict[str, str]:
    """Names by path."""
    return {
        "/estimate": _("CO₂の計算"),
        "/answers": _("よくある質問"),
        "/guides": _("手引き・ガイド"),
        "/words": _("ことばの説明"),
        "/about": _("このサイトについて"),
        "/sources": _("情報源と網羅"),
        "/accessibility": _("アクセシビリティ"),
        "/developers": _("API（開発者向け）"),
    }


class Translation(NamedTuple):
    """This page in a language. `link` is relative, `address` whole."""

    language: Language
    link: str
    address: str


def languages(request: Request, base: str, *, lost: bool = False) -> list[Translation]:
    """This page in each language; the first page where there is none here."""
    path = "/" if lost else request.url.path
    rest = f"{request.url.query}&" if request.url.query and not lost else ""
    links = [(each, f"{path}?{rest}lang={each}") for each in Language]
    return [Translation(each, link, base + link) for each, link in links]


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
        raise HTTPException(403, foreign())


def plain_day_of(moment: str) -> str:
    """The day of an ISO instant without its weekday."""
    return plain_day(date.fromisoformat(moment[:10]))


SHOWN = (*words.SHOWN, emissions.tonnes, emissions.plain, plain_day_of, foremost, asset_url)
templates.env.globals |= {each.__name__: each for each in SHOWN}
templates.env.add_extension("jinja2.ext.i18n")
templates.env.policies["ext.i18n.trimmed"] = True
templates.env.install_gettext_callables(  # type: ignore[attr-defined]
    gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
)
# An update that is put in place while the site runs must not mix its pages with the code of before.
templates.env.auto_reload = False
templates.env.trim_blocks = templates.env.lstrip_blocks = True

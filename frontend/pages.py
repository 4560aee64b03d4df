"""Pages for the public. Each has one template; what a template is given is listed where it is rendered."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates

from indexer.schema import JST, Amount, Basis, Delivery, Window
from indexer.state import State
from indexer.vocab import labels, regions
from search_api.app import Services, services
from search_api.detail import detail
from search_api.errors import NotFound
from search_api.models import Detail, Hit
from search_api.query import Query, Sort
from search_api.search import area_label

Own = Annotated[Services, Depends(services)]
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")

WEEKDAYS = "月火水木金土日"
SORTS = {
    Sort.RELEVANCE: "関連の高い順",
    Sort.DEADLINE: "締切の近い順",
    Sort.NEWEST: "新しい順",
    Sort.AMOUNT: "金額の大きい順",
}
FACETS = {
    "state": "募集状況",
    "kind": "種類",
    "stage": "GXの段階",
    "theme": "GXのテーマ",
    "field": "分野",
    "issuer_level": "実施機関",
    "closes_within": "締切まで",
    "posted_within": "掲載",
    "source": "情報源",
}
BASES = {
    Basis.ROLLING: "随時受付",
    Basis.UNTIL_BUDGET: "予算がなくなり次第終了",
    Basis.UNTIL_CAPACITY: "定員になり次第終了",
    Basis.SCHEDULED: "予定",
}
DELIVERIES = {Delivery.MUST_ARRIVE: "必着", Delivery.POSTMARK: "消印有効"}
FIELDS = {
    "title": "名称", "kind": "種類", "windows": "期間", "areas": "地域", "amount": "金額", "eligibility": "対象者",
    "issuer": "実施機関", "official_url": "公式ページ", "body": "本文", "listed": "掲載", "conflicts": "食い違う期間",
}  # fmt: skip


@router.get("/")
async def home(request: Request, own: Own) -> Response:
    return await search(request, own)


@router.get("/search")
async def search(request: Request, own: Own) -> Response:
    """search.html: query, results, dropped (parameters not understood), facets, sorts, pages, place_url."""
    query, dropped = Query.lenient(request.query_params.multi_items())
    results = await own.searcher.search(query)
    last = max(1, -(-results.total // query.per_page))
    return _page(
        request,
        "search.html",
        query=query,
        results=results,
        dropped=dropped,
        facets=FACETS,
        sorts=SORTS,
        last_page=last,
        chips=chips(query),
        unknown_place=query.area and not query.scope,
    )


@router.get("/programmes/{id}")
async def programme(request: Request, id: str, own: Own) -> Response:
    """programme.html: programme (Detail)."""
    found = await run_in_threadpool(detail, own.store, id, own.clock())
    if found is None:
        raise NotFound(id)
    return _page(request, "programme.html", programme=found, fields=FIELDS)


def error_page(request: Request, status: int, title: str, text: str) -> Response:
    """error.html: title, text."""
    response = _page(request, "error.html", title=title, text=text)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _page(request: Request, template: str, **context: Any) -> Response:
    own = services(request)
    shown = {"settings": own.settings, "now": own.clock(), "prefectures": regions.prefectures()}
    return templates.TemplateResponse(request, template, shown | context)


def chips(query: Query) -> list[tuple[str, str]]:
    """What is chosen, in words, each with the link that drops it."""
    found: list[tuple[str, str]] = []
    if query.q:
        found.append((f"「{query.q}」", query.url("/search", q="")))
    for code in query.area:
        name = regions.full_name(code)
        found.append((f"{name}で使える", query.toggled("area", code).url("/search")))
    for facet in ("kind", "theme", "stage", "lever", "field", "industry", "issuer_level", "state", "source", "scope"):
        names = labels.labels(facet) if facet not in ("source", "scope") else {}
        for value in map(str, getattr(query, facet)):
            plain = value.removeprefix("-")
            name = names[plain].name if plain in names else {"any": "すべての状況"}.get(plain, plain)
            found.append((name + (" を除く" if value != plain else ""), _without(query, facet, value)))
    for facet, wording in (
        ("closes_within", "{}日以内に締切"), ("posted_within", "{}日以内に掲載"), ("employees", "従業員{}人"),
        ("capital", "資本金{}円"), ("rate_min", "補助率{}以上"), ("gx", "GX（脱炭素）"), ("featured", "注目"),
        ("updated_since", "{}以降に更新"),
    ):  # fmt: skip
        value = getattr(query, facet)
        if value is not None:
            found.append((wording.format(value), query.url("/search", **{facet: None})))
    if query.amount_min is not None:
        found.append((f"上限{yen(query.amount_min)}以上", query.url("/search", amount_min=None)))
    return found


def _without(query: Query, facet: str, value: str) -> str:
    rest = tuple(str(each) for each in getattr(query, facet) if str(each) != value)
    return query.url("/search", **{facet: rest})


def yen(value: int) -> str:
    """Yen as people write them.

    >>> yen(15_000_000), yen(150_000_000), yen(12_345), yen(300_000)
    ('1,500万円', '1億5,000万円', '12,345円', '30万円')
    """
    if value < 10_000 or value % 10_000:
        return f"{value:,}円"
    oku, man = divmod(value // 10_000, 10_000)
    return (f"{oku:,}億" if oku else "") + (f"{man:,}万" if man else "") + "円"


def day(moment: str | datetime | date, *, end: bool = False, year: bool = True) -> str:
    """A moment as people write it. Midnight at the end of a day is 24:00 of that day, which nobody mistakes.

    >>> day("2026-08-07T15:00"), day("2026-08-08T00:00", end=True), day("2026-08-07")
    ('2026年8月7日（金）15:00', '2026年8月7日（金）24:00', '2026年8月7日（金）')
    """
    if isinstance(moment, str):
        timed = "T" in moment
        at = datetime.fromisoformat(moment)
    else:
        timed = isinstance(moment, datetime)
        at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=JST)
    clock = f"{at:%H:%M}" if timed else ""
    if timed and end and (at.hour, at.minute) == (0, 0):
        at, clock = at - timedelta(days=1), "24:00"
    elif timed and not end and (at.hour, at.minute) == (0, 0):
        clock = ""
    written = f"{at.month}月{at.day}日（{WEEKDAYS[at.weekday()]}）{clock}"
    return f"{at.year}年{written}" if year else written


def period(window: Window) -> str:
    """When a window is, in words.

    >>> period(Window(opens="2026-07-07", closes="2026-08-07T15:00", raw=""))
    '2026年7月7日（火）〜2026年8月7日（金）15:00'
    >>> period(Window(basis=Basis.ROLLING, raw=""))
    '随時受付'
    """
    if window.opens is None and window.closes is None:
        return BASES.get(window.basis, "期間の記載なし")
    if window.opens and window.opens == window.closes:
        return _end(window.opens, window, end=False)
    start = _end(window.opens, window, end=False) if window.opens else ""
    finish = _end(window.closes, window, end=True) if window.closes else ""
    return f"{start}〜{finish}"


def _end(moment: str, window: Window, *, end: bool) -> str:
    return day(moment, end=end)


def money(amount: Amount | None) -> str:
    """An amount in a few words; empty where nothing is given."""
    if amount is None:
        return ""
    parts = []
    if amount.max_yen:
        low = f"{yen(amount.min_yen)}〜" if amount.min_yen else ""
        parts.append(f"{low}{yen(amount.max_yen)}まで" if low else f"上限 {yen(amount.max_yen)}")
    elif amount.min_yen:
        parts.append(f"{yen(amount.min_yen)}から")
    if amount.rate:
        parts.append("定額" if amount.rate == "定額" else f"補助率 {amount.rate}")
    return "・".join(parts)


def left(item: Hit | Detail) -> str:
    """How long one still has, in words; empty where no end is known."""
    days = item.days_left
    if days is None:
        return ""
    if item.state is State.UPCOMING:
        return "今日から" if days == 0 else "明日から" if days == 1 else f"あと{days}日で開始"
    return "今日まで" if days == 0 else "明日まで" if days == 1 else f"あと{days}日"


def qualifiers(window: Window) -> list[str]:
    """必着, 予算がなくなり次第終了 and the like."""
    found = [DELIVERIES[window.delivery]] if window.delivery else []
    if (window.opens or window.closes) and window.basis in BASES:
        found.append(BASES[window.basis])
    return found


def told(field: str, value: Any) -> str:
    """A value of the history in words.

    >>> told("title", "新しい名称"), told("listed", False), told("body", 120), told("amount", None)
    ('新しい名称', '一覧から消えた', '120文字', '記載なし')
    """
    if value is None or value == []:
        return "記載なし"
    if field == "listed":
        return "一覧にある" if value else "一覧から消えた"
    if field == "body":
        return f"{value:,}文字"
    if field == "kind":
        return label("kind", value)
    if field == "windows":
        return "、".join(period(Window.model_validate(each)) for each in value)
    if field == "areas":
        return area_label(value)
    if field == "amount":
        return money(Amount.model_validate(value))
    return str(value.get("name") or value.get("raw", "")) if isinstance(value, dict) else str(value)


def label(facet: str, value: str) -> str:
    known = labels.labels(facet)
    return known[value].name if value in known else value


templates.env.globals |= {
    "yen": yen, "day": day, "period": period, "money": money, "left": left, "qualifiers": qualifiers, "label": label,
    "area_label": area_label, "told": told, "State": State,
}  # fmt: skip
templates.env.trim_blocks = templates.env.lstrip_blocks = True

"""Asking for alerts. Nothing on these pages tells whether an address is known."""

import secrets
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from frontend.alerts.links import MANAGE
from frontend.alerts.mails import described
from frontend.alerts.shared import FULL, private
from frontend.rendering import error_page, page, same_origin
from indexer.alerts import webhook
from indexer.alerts.outbox import Refused, Unsent
from indexer.alerts.subscriptions import (
    UNCONFIRMED_DAYS,
    Channel,
    Desk,
    Frequency,
    TooMany,
    address,
    requester,
)
from indexer.keys import keys
from search_api.alerts import asked, of_programme, programme_of, search_of
from search_api.detail import detail
from search_api.query import Query
from search_api.services import Own, Services

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, prefix="/alerts")

PROBLEMS = {
    "address": "メールアドレスを確かめてください。半角の英数字で、例えば name@example.jp のように書きます。",
    "url": "URLを確かめてください。https:// で始まる、公開されているアドレスを書きます。",
    "scheme": "https:// で始まるURLを書いてください。",
    "private": "このURLは、公開されていないネットワークを指しているため使えません。",
    "answer": "このURLは、確認の呼びかけに正しく答えませんでした。下の「Webhookの確認」をご覧ください。",
    "reach": "このURLに接続できませんでした。",
    "many": "ただいま登録を受け付けられません。1時間ほどおいて、もう一度お試しください。",
    "full": FULL,
}


@router.get("/new")
async def form(request: Request, own: Own) -> Response:
    """alerts/new.html: what (in words), search (its link), total, query, programme, mails, webhook (open to them),
    typed, problem, channels and frequencies to choose, rhythm of each, hour, unconfirmed_days.
    """
    followed = await _followed(request, own, request.query_params.multi_items())
    return followed if isinstance(followed, Response) else await _form(request, own, followed)


@router.post("/new")
async def ask(
    request: Request,
    own: Own,
    query: Annotated[str, Form(max_length=4000)] = "",
    channel: Annotated[str, Form()] = Channel.MAIL.value,
    mail: Annotated[str, Form(max_length=400)] = "",
    url: Annotated[str, Form(max_length=1000)] = "",
    frequency: Annotated[str, Form()] = Frequency.DAILY.value,
    deadlines: Annotated[str, Form()] = "",
    website: Annotated[str, Form()] = "",
) -> Response:
    same_origin(request)
    followed = await _followed(request, own, parse_qsl(query))
    if isinstance(followed, Response):
        return followed
    typed = {"channel": channel, "mail": mail, "url": url, "frequency": frequency, "deadlines": bool(deadlines)}
    if website:
        # A field that people do not see: machines fill it. They learn nothing from the answer.
        return _sent(request)
    if frequency not in set(Frequency) or channel not in set(Channel):
        return await _form(request, own, followed, typed=typed, problem="many", status=422)
    now = own.now()
    sealing = await run_in_threadpool(keys, own.settings)
    who = requester(sealing, request.client.host if request.client else "", now)
    desk = Desk(own.store, sealing, now)
    if channel == Channel.WEBHOOK:
        return await _ask_webhook(request, own, desk, followed, typed, who)
    to = address(mail)
    if to is None or not own.settings.mails:
        return await _form(request, own, followed, typed=typed, problem="address", status=422)
    try:
        await run_in_threadpool(desk.ask, to, followed, frequency, bool(deadlines), who=who)
    except TooMany:
        return await _form(request, own, followed, typed=typed, problem="many", status=429)
    own.queued.set()
    return _sent(request, to)


async def _followed(request: Request, own: Services, pairs: list[tuple[str, str]]) -> str | Response:
    """What is to be followed, as a subscription keeps it; a page that says why not."""
    id = next((value for name, value in pairs if name == "programme"), "")
    if not id:
        return asked(Query.lenient(pairs)[0])
    found = await run_in_threadpool(detail, own.store, id[:120], own.now())
    if found is None:
        return error_page(request, 404, "見つかりません", "この支援は登録されていません。")
    return of_programme(found.id)


async def _form(
    request: Request,
    own: Services,
    query: str,
    *,
    typed: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    one = programme_of(query)
    total = None if one else (await own.listing(search_of(query).with_(per_page=1))).total
    settings = own.settings
    first = Channel.MAIL if settings.mails else Channel.WEBHOOK
    chosen = {"channel": first.value, "mail": "", "url": "", "frequency": "daily", "deadlines": True} | (typed or {})
    response = page(
        request,
        "alerts/new.html",
        what=await run_in_threadpool(described, own.store, query, own.now()),
        search=f"/programmes/{one}" if one else search_of(query).url("/search"),
        feed=None if one else search_of(query).url("/feeds/programmes.atom"),
        total=total,
        one=one,
        query=query,
        mails=settings.mails,
        hour=settings.alert_hour,
        typed=chosen,
        problem=PROBLEMS.get(problem, ""),
        wrong=problem,
        unconfirmed_days=UNCONFIRMED_DAYS,
    )
    response.status_code = status
    return private(response)


async def _ask_webhook(
    request: Request, own: Services, desk: Desk, query: str, typed: dict[str, Any], who: str
) -> Response:
    url = str(typed["url"]).strip()
    private = webhook.networks(own.settings.webhook_networks)
    problem = webhook.problem(url, private)
    status = 422
    if not problem:
        try:
            await run_in_threadpool(desk.count_webhook, url, who)
            problem = await run_in_threadpool(_challenge, url, private, own.now())
        except TooMany:
            problem, status = "many", 429
    if not problem:
        try:
            made = await run_in_threadpool(desk.add_webhook, url, query, bool(typed["deadlines"]))
        except TooMany:
            problem, status = "full", 409
    if problem:
        return await _form(request, own, query, typed=typed, problem=problem, status=status)
    return RedirectResponse(f"/alerts/{desk.keys.token(MANAGE, made.id)}?begun=1", 303)


def _challenge(url: str, private: webhook.Networks, now: datetime) -> str:
    """Whoever answers with what we send reads what we send. Why not, in a word; "" where it does."""
    challenge = secrets.token_urlsafe(24)
    payload = {
        "type": "shien.challenge",
        "timestamp": now.isoformat(timespec="seconds"),
        "data": {"challenge": challenge},
    }
    try:
        answer = webhook.post(
            url, payload, secret=b"", id=secrets.token_urlsafe(15), at=now, private=private, begin=lambda: None
        )
    except webhook.Forbidden:
        return "private"
    except Unsent as error:
        return "answer" if str(error).startswith("HTTP") else "reach"
    except Refused:
        return "answer"
    return "" if challenge.encode() in answer else "answer"


def _sent(request: Request, to: str = "") -> Response:
    """alerts/sent.html: to (as it was typed), days. The same whatever becomes of it."""
    return private(page(request, "alerts/sent.html", to=to, days=UNCONFIRMED_DAYS))

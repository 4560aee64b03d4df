"""Confirming, changing and ending alerts, behind links that are keys."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from frontend.alerts.links import CONFIRM, MANAGE, Links
from frontend.alerts.mails import SECTIONS, described, rhythm
from frontend.alerts.sending import secret_of
from frontend.alerts.shared import FULL, Ended, private, subscription_of
from frontend.rendering import page, same_origin
from indexer.alerts import webhook
from indexer.alerts.subscriptions import (
    REFUSAL_DAYS,
    Channel,
    Desk,
    Frequency,
    TooMany,
)
from indexer.keys import keys
from indexer.store import Subscription
from search_api.alerts import Section, of_programme, programme_of
from search_api.detail import detail
from search_api.models import Hit
from search_api.search import as_shown
from search_api.services import Own, Services, public_base

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, prefix="/alerts")

LATELY = 50
"""Programmes of the last messages that the page of a subscription shows."""


def _behind(purpose: str) -> Callable[[Services, str], Subscription]:
    def look(own: Own, token: str) -> Subscription:
        found = subscription_of(own, purpose, token)
        if found is None:
            raise Ended
        return found

    return look


Asked = Annotated[Subscription, Depends(_behind(CONFIRM))]
Held = Annotated[Subscription, Depends(_behind(MANAGE))]
OURS = [Depends(same_origin)]
"""Before a route looks at anything: the form is our own page's."""


@router.get("/confirm/{token}")
async def confirming(request: Request, own: Own, found: Asked) -> Response:
    """alerts/confirm.html: what, rhythm, problem. A page with a button: programs that follow links confirm nothing."""
    return await _confirm_page(request, own, found)


@router.post("/confirm/{token}", dependencies=OURS)
async def confirm(request: Request, own: Own, found: Asked) -> Response:
    sealing = await run_in_threadpool(keys, own.settings)
    try:
        await run_in_threadpool(Desk(own.store, sealing, own.now()).confirm, found)
    except TooMany:
        return await _confirm_page(request, own, found, problem=FULL, status=409)
    return RedirectResponse(f"/alerts/{sealing.token(MANAGE, found.id)}?begun=1", 303)


@router.get("/refuse/{token}")
async def refusing(request: Request, found: Asked) -> Response:
    """alerts/refuse.html: done, days."""
    return private(page(request, "alerts/refuse.html", done=False, days=REFUSAL_DAYS))


@router.post("/refuse/{token}", dependencies=OURS)
async def refuse(request: Request, own: Own, found: Asked) -> Response:
    sealing = await run_in_threadpool(keys, own.settings)
    await run_in_threadpool(Desk(own.store, sealing, own.now()).refuse, found)
    return private(page(request, "alerts/refuse.html", done=True, days=REFUSAL_DAYS))


@router.get("/{token}")
async def manage(request: Request, token: str, own: Own, found: Held) -> Response:
    """alerts/manage.html: what, search, subscription, rhythm, token, begun, changed, lately [(day, unsure, [(words,
    hit)])], dropped [(id, title)], secret (of a webhook that begins), hook (it is one).
    """
    return await _manage(request, own, found, token)


@router.post("/{token}", dependencies=OURS)
async def change(
    token: str,
    own: Own,
    found: Held,
    frequency: Annotated[str, Form()] = Frequency.DAILY.value,
    deadlines: Annotated[str, Form()] = "",
) -> Response:
    if frequency in set(Frequency):
        sealing = await run_in_threadpool(keys, own.settings)
        await run_in_threadpool(Desk(own.store, sealing, own.now()).change, found, frequency, bool(deadlines))
    return RedirectResponse(f"/alerts/{token}?changed=1", 303)


@router.get("/{token}/unsubscribe")
async def leaving(request: Request, token: str, own: Own, found: Held) -> Response:
    """alerts/leave.html: what, token, done."""
    what = await run_in_threadpool(described, own.store, found.query, own.now())
    return private(page(request, "alerts/leave.html", what=what, token=token, done=False))


@router.post("/{token}/unsubscribe")
async def leave(request: Request, token: str, own: Own) -> Response:
    """Also what mail programs send for one click (RFC 8058), from wherever they are: the token is all it takes."""
    found = await run_in_threadpool(subscription_of, own, MANAGE, token)
    if found is not None:
        await run_in_threadpool(_erase, own, found.id)
    return private(page(request, "alerts/leave.html", what="", token="", done=True))


@router.get("/{token}/drop")
async def dropping(request: Request, token: str, own: Own, found: Held, programme: str = "") -> Response:
    """alerts/drop.html: title, programme, token."""
    title = await run_in_threadpool(described, own.store, of_programme(programme[:120]), own.now())
    return private(page(request, "alerts/drop.html", title=title, programme=programme[:120], token=token))


@router.post("/{token}/drop", dependencies=OURS)
async def drop(
    token: str,
    own: Own,
    found: Held,
    programme: Annotated[str, Form(max_length=120)],
    undo: Annotated[str, Form()] = "",
) -> Response:
    if await run_in_threadpool(detail, own.store, programme, own.now()) is not None or undo:
        await run_in_threadpool(_drop, own, found.id, programme, bool(undo))
    return RedirectResponse(f"/alerts/{token}?changed=1#dropped", 303)


async def _confirm_page(
    request: Request, own: Services, found: Subscription, *, problem: str = "", status: int = 200
) -> Response:
    what = await run_in_threadpool(described, own.store, found.query, own.now())
    response = page(
        request,
        "alerts/confirm.html",
        what=what,
        rhythm=rhythm(found, own.settings),
        problem=problem,
    )
    response.status_code = status
    return private(response)


async def _manage(request: Request, own: Services, found: Subscription, token: str) -> Response:
    store, now = own.store, own.now()
    hook = found.channel == Channel.WEBHOOK
    sealing = await run_in_threadpool(keys, own.settings)
    links = Links(own.settings.model_copy(update={"public_url": public_base(request, own)}), sealing, found)
    dropped = await run_in_threadpool(store.dropped, found.id)
    titles = [(id, await run_in_threadpool(described, store, of_programme(id), now)) for id in sorted(dropped)]
    response = page(
        request,
        "alerts/manage.html",
        what=await run_in_threadpool(described, store, found.query, now),
        search=links.search,
        one=programme_of(found.query),
        subscription=found,
        rhythm=rhythm(found, own.settings),
        token=token,
        begun="begun" in request.query_params,
        changed="changed" in request.query_params,
        lately=await run_in_threadpool(_lately, own, found.id, dropped),
        dropped=titles,
        hook=hook,
        secret=webhook.written(secret_of(sealing, found)) if hook else "",
        manage_url=links.manage,
    )
    return private(response)


def _lately(own: Services, id: str, dropped: set[str]) -> list[tuple[str, bool, list[tuple[str, Hit]]]]:
    """The last messages: (day, may it not have arrived, [(section in words, programme)])."""
    left, shown = LATELY, []
    for each in own.store.deliveries(id):
        if each.kind != "digest" or left <= 0:
            continue
        items = [
            (SECTIONS[Section(item["section"])], as_shown(item["programme"], own.now()))
            for item in each.content["items"][:left]
            if item["programme"]["id"] not in dropped
        ]
        left -= len(items)
        shown.append((each.made[:10], each.state in ("unsure", "failed"), items))
    return shown


def _erase(own: Services, id: str) -> None:
    with own.store.transaction() as writer:
        writer.erase_subscription(id)


def _drop(own: Services, id: str, programme: str, undo: bool) -> None:
    with own.store.transaction() as writer:
        if undo:
            writer.pick_up(id, programme)
        else:
            writer.drop(id, programme, own.now().isoformat(timespec="seconds"))

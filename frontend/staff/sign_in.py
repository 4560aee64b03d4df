"""Signing in, with a password or with an organisation's own accounts, and out."""

import hmac
import logging
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.rendering import same_origin
from frontend.staff.access import COOKIE, Writing, lifetime, staff_page
from frontend.staff.oidc import Person, Provider, Stranger, Unsound
from indexer import accounts
from indexer.store import Entry, Session, stamp
from search_api.limits import client_of
from search_api.services import Services, public_base, services

logger = logging.getLogger(__name__)
router = APIRouter()
STATE_COOKIE = "shien_sign_in"
KNOWN_COOKIE = "shien_known"
KNOWN_DAYS = 365
PROVIDER = "OpenID Connect"
"""What lets people in, in the audit."""
PATH = "/staff/sign-in"


def _page(request: Request, problem: str = "", status: int = 200) -> Response:
    """staff/sign_in.html: problem, provider (its name, or "")."""
    own = services(request).settings
    provider = own.oidc_name if own.oidc_issuer else ""
    return staff_page(request, None, "sign_in.html", status=status, problem=problem, provider=provider)


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    return _page(request)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
) -> Response:
    own = services(request)
    same_origin(request)

    def go() -> tuple[str, str] | None:
        more = {"address": client_of(request.client.host if request.client else ""), "device": _device(request)}
        more["familiar"] = request.cookies.get(_known(name), "")
        found = accounts.sign_in(own.store, name, password, own.now(), lifetime=lifetime(own), **more)
        return (found[0], accounts.known_browser(own.store, name)) if found else None

    try:
        found = await run_in_threadpool(go)
    except accounts.Locked as locked:
        return _page(request, f"失敗が続いたため、{locked.until[11:16]}まで入れません。", 429)
    if found is None:
        return _page(request, "名前かパスワードが違います。", 401)
    answer = RedirectResponse("/staff", 303)
    _remember(request, answer, found[0])
    answer.set_cookie(
        _known(name), found[1], KNOWN_DAYS * 86_400, path="/staff", httponly=True, samesite="strict",
        secure=_secure(request),
    )  # fmt: skip
    return answer


def _known(name: str) -> str:
    """The cookie of a browser in which this user signed in before: several people may share one."""
    return f"{KNOWN_COOKIE}_{accounts.hashed(name)[:16]}"


def _secure(request: Request) -> bool:
    return public_base(request, services(request)).startswith("https:")


def _device(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _remember(request: Request, answer: Response, cookie: str) -> None:
    own = services(request)
    seconds = int(lifetime(own).whole.total_seconds())
    answer.set_cookie(COOKIE, cookie, seconds, path="/staff", httponly=True, samesite="strict", secure=_secure(request))


@router.get("/sign-in/oidc")
async def away(request: Request) -> Response:
    """Sends the browser to the provider. What comes back has to match the cookie that is set here."""
    own = services(request)
    if not own.settings.oidc_issuer:
        return _page(request, "組織のアカウントでのサインインは設定されていません。", 404)
    state, begun = await run_in_threadpool(accounts.begin, own.store, own.now())
    try:
        address = await _provider(request).address(state, begun, _back(request))
    except Unsound as error:
        return _unsound(request, error)
    answer = RedirectResponse(address, 303)
    seconds = int(timedelta(minutes=accounts.SIGN_IN_MINUTES).total_seconds())
    # Lax: the browser comes back by a link of the provider's.
    answer.set_cookie(STATE_COOKIE, state, seconds, path=PATH, httponly=True, samesite="lax", secure=_secure(request))
    return answer


@router.get("/sign-in/oidc/back")
async def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """The browser is back from the provider."""
    own = services(request)
    mine = request.cookies.get(STATE_COOKIE, "")
    if not own.settings.oidc_issuer or not state or not hmac.compare_digest(mine.encode(), state.encode()):
        return _page(request, "この画面からサインインをやり直してください。", 400)
    begun = await run_in_threadpool(accounts.resume, own.store, state, own.now())
    if begun is None:
        return _page(request, "時間がたちすぎました。もう一度サインインしてください。", 400)
    if error or not code:
        return _page(request, "サインインは取りやめられました。", 403)
    try:
        person = await _provider(request).person(code, begun, _back(request))
        found = await run_in_threadpool(_entered, request, own, person)
    except Unsound as problem:
        return _unsound(request, problem)
    except Stranger as stranger:
        await run_in_threadpool(_refuse, own, stranger.name)
        told = f"「{stranger.name}」は" if stranger.name else "このアカウントは"
        return _page(request, f"{told}職員として登録されていません。管理者にお問い合わせください。", 403)
    # A page, no redirect: a strict cookie is not sent along a way that began at another site.
    answer = staff_page(request, None, "signed_in.html")
    answer.delete_cookie(STATE_COOKIE, path=PATH)
    _remember(request, answer, found[0])
    return answer


def _entered(request: Request, own: Services, person: Person) -> tuple[str, Session]:
    user = accounts.vouched(own.store, person.name, person.role, by=PROVIDER, now=own.now())
    if user is None:
        raise Stranger(person.name)
    try:
        return accounts.enter(own.store, user, own.now(), device=_device(request), lifetime=lifetime(own), how=PROVIDER)
    except accounts.Gone:
        raise Stranger(person.name) from None


def _refuse(own: Services, name: str) -> None:
    """Who left the group at the provider is signed out here too."""
    with own.store.transaction() as writer:
        if name and own.settings.oidc_role_claim:
            writer.drop_sessions(user=name)
        writer.note(Entry(at=stamp(own.now()), by=name, action="sign-in refused", target=name, note=PROVIDER))


def _unsound(request: Request, error: Unsound) -> Response:
    logger.error("sign-in by OpenID Connect failed: %s", error)
    return _page(request, "組織のアカウントで確かめられませんでした。しばらくしてから、もう一度お試しください。", 502)


def _provider(request: Request) -> Provider:
    state = request.app.state
    if not hasattr(state, "provider"):
        state.provider = Provider(services(request).settings)
    found = state.provider
    assert isinstance(found, Provider)
    return found


def _back(request: Request) -> str:
    return f"{public_base(request, services(request))}{PATH}/oidc/back"


@router.post("/sign-out")
def sign_out(who: Writing, everywhere: Annotated[str, Form(max_length=10)] = "") -> Response:
    with who.store.transaction() as writer:
        if everywhere:
            writer.drop_sessions(user=who.user.name)
        else:
            writer.drop_sessions(key=who.session.key)
        who.note(writer, "sign-out everywhere" if everywhere else "sign-out", who.user.name)
    answer = RedirectResponse(PATH, 303)
    answer.delete_cookie(COOKIE, path="/staff")
    return answer

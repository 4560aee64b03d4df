"""One's own account: where one is signed in, and the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Signed, Staff, Writing, staff_page
from indexer import accounts

router = APIRouter()
TOO_EASY = (
    f"パスワードは{accounts.SHORTEST_PASSWORD}文字以上にし、名前を含めず、"
    f"違う文字を{accounts.FEWEST_CHARACTERS}種類以上使ってください。"
)


@router.get("/account")
async def account(request: Request, who: Signed) -> Response:
    """staff/account.html: sessions, problem."""
    return await _page(request, who)


async def _page(request: Request, who: Staff, problem: str = "", status: int = 200) -> Response:
    sessions = await run_in_threadpool(who.store.sessions, who.user.name)
    alive = [each for each in sessions if each.expires > who.at]
    return staff_page(request, who, "account.html", status=status, sessions=alive, problem=problem)


@router.post("/account/password")
async def password(
    request: Request,
    who: Writing,
    old: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
    new: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
    again: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
) -> Response:
    if new != again:
        return await _page(request, who, "新しいパスワードが二つで違います。", 422)

    def go() -> bool:
        return accounts.change_password(who.store, who.user.name, old, new, keep=who.session.key, now=who.own.now())

    try:
        right = await run_in_threadpool(go)
    except accounts.Locked as locked:
        return await _page(request, who, f"失敗が続いたため、{locked.until[11:16]}まで変えられません。", 429)
    except accounts.BadPassword:
        return await _page(request, who, TOO_EASY, 422)
    if not right:
        return await _page(request, who, "いまのパスワードが違います。", 422)
    return RedirectResponse("/staff/account?done=password", 303)


@router.post("/account/sessions/end")
def end_others(who: Writing) -> Response:
    """Ends one's sessions on all other devices."""
    with who.store.transaction() as writer:
        writer.drop_sessions(user=who.user.name, but=who.session.key)
        who.note(writer, "sign-out elsewhere", who.user.name)
    return RedirectResponse("/staff/account?done=ended", 303)

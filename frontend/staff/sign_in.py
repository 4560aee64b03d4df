"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.rendering import same_origin
from frontend.staff.access import COOKIE, Writing, staff_page
from indexer import accounts
from indexer.store import Entry
from search_api.services import services

router = APIRouter()


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """staff/sign_in.html: problem."""
    return staff_page(request, None, "sign_in.html", problem="")


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    own = services(request)
    same_origin(request)
    try:
        found = await run_in_threadpool(accounts.sign_in, own.store, name, password, own.now())
    except accounts.Locked as locked:
        problem = f"失敗が続いたため、{locked.until[11:16]}まで入れません。"
        return staff_page(request, None, "sign_in.html", problem=problem, status=429)
    if found is None:
        return staff_page(request, None, "sign_in.html", problem="名前かパスワードが違います。", status=401)
    answer = RedirectResponse("/staff", 303)
    answer.set_cookie(
        COOKIE,
        found[0],
        max_age=accounts.SESSION_HOURS * 3600,
        path="/staff",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
async def sign_out(who: Writing, everywhere: Annotated[str, Form()] = "") -> Response:
    with who.store.transaction() as writer:
        if everywhere:
            writer.drop_sessions(user=who.user.name)
        else:
            writer.drop_sessions(key=who.session.key)
        writer.note(Entry(at=who.at, by=who.user.name, action="sign-out", target=who.user.name))
    answer = RedirectResponse("/staff/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/staff")
    return answer

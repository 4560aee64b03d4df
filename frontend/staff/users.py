"""Who may sign in: an admin's page."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Admin, Ruling, Staff, staff_page
from frontend.staff.account import TOO_EASY
from indexer import accounts
from indexer.store import User
from search_api.errors import NotFound

router = APIRouter()
ONE_ADMIN = "管理者が一人もいなくなるため、できません。先に、ほかの人を管理者にしてください。"


@router.get("/users")
async def users(request: Request, who: Admin) -> Response:
    """staff/users.html: rows (user, sessions, locked), problem, sent (what a refused form held)."""
    return await _page(request, who)


async def _page(request: Request, who: Staff, problem: str = "", status: int = 200, **sent: str) -> Response:
    def rows() -> list[dict[str, Any]]:
        alive = [each for each in who.store.sessions() if each.expires > who.at]
        return [
            {
                "user": each,
                "sessions": [one for one in alive if one.user == each.name],
                "locked": accounts.locked_until(who.store, each.name, who.own.now()),
            }
            for each in who.store.users()
        ]

    found = await run_in_threadpool(rows)
    return staff_page(request, who, "users.html", status=status, rows=found, problem=problem, sent=sent)


@router.post("/users")
async def add_user(
    request: Request,
    who: Ruling,
    name: Annotated[str, Form(max_length=100)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
) -> Response:
    name = name.strip()
    if await run_in_threadpool(who.store.user, name):
        return await _page(request, who, f"「{name}」はもう登録されています。", 422, name=name, role=role)
    if not password and not who.own.settings.oidc_issuer:
        return await _page(request, who, TOO_EASY, 422, name=name, role=role)
    return await _changed(request, who, name, role, password, "user-added")


async def _changed(request: Request, who: Staff, name: str, role: str, password: str, done: str) -> Response:
    def go() -> None:
        accounts.add_user(who.store, name, role, password, by=who.user.name, now=who.own.now())

    try:
        await run_in_threadpool(go)
    except ValueError as error:
        told = ONE_ADMIN if "admin" in str(error) else "名前は60文字までです。" if "name of" in str(error) else TOO_EASY
        return await _page(request, who, told, 422, name=name, role=role)
    return RedirectResponse(f"/staff/users?done={done}", 303)


def _other(who: Staff, name: str) -> User:
    found = who.store.user(name)
    if found is None:
        raise NotFound(name)
    return found


@router.post("/users/{name}/role")
async def change_role(
    request: Request, name: str, who: Ruling, role: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Another role; it counts from the next page on."""
    user = await run_in_threadpool(_other, who, name)

    def go() -> None:
        accounts.change_role(who.store, user, role, by=who.user.name, now=who.own.now())

    try:
        await run_in_threadpool(go)
    except ValueError as error:
        return await _page(request, who, ONE_ADMIN if "admin" in str(error) else "役割を選んでください。", 422)
    return RedirectResponse("/staff/users?done=role", 303)


@router.post("/users/{name}/password")
async def reset_password(
    request: Request, name: str, who: Ruling, password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = ""
) -> Response:
    user = await run_in_threadpool(_other, who, name)
    if not password:
        return await _page(request, who, TOO_EASY, 422)
    return await _changed(request, who, name, user.role, password, "user-password")


@router.post("/users/{name}/sign-out")
async def end_sessions(name: str, who: Ruling) -> Response:
    """Ends all of somebody's sessions, and a lock after wrong passwords."""
    await run_in_threadpool(_other, who, name)
    accounts.unlock(who.store, name, by=who.user.name, now=who.own.now())
    with who.store.transaction() as writer:
        writer.drop_sessions(user=name)
        who.note(writer, "sign-out everywhere", name)
    return RedirectResponse("/staff/users?done=ended", 303)


@router.post("/users/{name}/remove")
async def remove_user(request: Request, name: str, who: Ruling) -> Response:
    await run_in_threadpool(_other, who, name)
    if name == who.user.name:
        return await _page(request, who, "自分自身は削除できません。", 422)

    def go() -> None:
        accounts.remove_user(who.store, name, by=who.user.name, now=who.own.now())

    try:
        await run_in_threadpool(go)
    except ValueError:
        return await _page(request, who, ONE_ADMIN, 422)
    return RedirectResponse("/staff/users?done=user-removed", 303)

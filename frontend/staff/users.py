"""Who may sign in: an admin's page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from frontend.staff.access import Admin, Ruling, staff_page
from indexer import accounts
from indexer.store import Entry

router = APIRouter()


@router.get("/users")
async def users(request: Request, who: Admin) -> Response:
    """staff/users.html: users, problem."""
    return staff_page(request, who, "users.html", users=who.store.users(), problem="")


@router.post("/users")
async def add_user(
    request: Request,
    who: Ruling,
    name: Annotated[str, Form(max_length=100)],
    role: Annotated[str, Form(max_length=20)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    try:
        await run_in_threadpool(
            lambda: accounts.add_user(who.store, name, role, password, by=who.user.name, now=who.own.now())
        )
    except ValueError:
        problem = f"名前は60文字まで、パスワードは{accounts.SHORTEST_PASSWORD}文字以上にしてください。"
        return staff_page(request, who, "users.html", status=422, users=who.store.users(), problem=problem)
    return RedirectResponse("/staff/users", 303)


@router.post("/users/{name}/remove")
async def remove_user(name: str, who: Ruling) -> Response:
    if name == who.user.name or who.store.user(name) is None:
        raise HTTPException(409, "自分自身や、いない人は削除できません。")
    with who.store.transaction() as writer:
        writer.drop_user(name)
        writer.note(Entry(at=who.at, by=who.user.name, action="remove user", target=name))
    return RedirectResponse("/staff/users", 303)

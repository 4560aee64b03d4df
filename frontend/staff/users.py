"""Who may sign in: an admin's page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Admin, Ruling, Staff, staff_page
from frontend.staff.account import TOO_EASY
from indexer import accounts
from search_api.errors import NotFound

router = APIRouter()
TOLD: dict[type[ValueError], str] = {
    accounts.LastAdmin: "管理者が一人もいなくなるため、できません。先に、ほかの人を管理者にしてください。",
    accounts.BadName: f"名前は{accounts.LONGEST_NAME}文字までで、「/」は使えません。",
    accounts.BadRole: "役割を選んでください。",
    accounts.BadPassword: TOO_EASY,
    accounts.Taken: "その名前の人は、もう登録されています。",
    accounts.Gone: "その人は、ほかの管理者が先に削除しました。",
}
"""Why something was not done."""


@dataclass(frozen=True)
class Other:
    """Somebody of the staff and the admin who looks at them; `noted` is who does it and when."""

    who: Staff
    name: str
    noted: dict[str, Any]


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


async def _done(
    request: Request, who: Staff, done: str, go: Callable[[], None], sent: Mapping[str, str] | None = None
) -> Response:
    """Does it, and says so; or why it cannot be done, with what was `sent`."""
    try:
        await run_in_threadpool(go)
    except tuple(TOLD) as error:
        return await _page(request, who, TOLD[type(error)], 422, **sent or {})
    return RedirectResponse(f"/staff/users?done={done}", 303)


@router.post("/users")
async def add_user(
    request: Request,
    who: Ruling,
    name: Annotated[str, Form(max_length=100)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
) -> Response:
    name = name.strip()

    def go() -> None:
        if not password and not who.own.settings.oidc_issuer:
            raise accounts.BadPassword
        accounts.add_user(who.store, name, role, password, by=who.user.name, now=who.own.now(), new=True)

    return await _done(request, who, "user-added", go, {"name": name, "role": role})


def other(name: str, who: Ruling) -> Other:
    """Whom an admin does something to, and by whom and when for what is noted of it."""
    if who.store.user(name) is None:
        raise NotFound(name)
    return Other(who, name, {"by": who.user.name, "now": who.own.now()})


Whom = Annotated[Other, Depends(other)]


@router.post("/users/{name}/role")
async def change_role(request: Request, whom: Whom, role: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Another role; it counts from the next page on."""
    return await _done(
        request, whom.who, "role", lambda: accounts.change_role(whom.who.store, whom.name, role, **whom.noted)
    )


@router.post("/users/{name}/password")
async def reset_password(
    request: Request, whom: Whom, password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = ""
) -> Response:
    return await _done(
        request,
        whom.who,
        "user-password",
        lambda: accounts.reset_password(whom.who.store, whom.name, password, **whom.noted),
    )


@router.post("/users/{name}/sign-out")
def end_sessions(whom: Whom) -> Response:
    """Ends all of somebody's sessions, and a lock after wrong passwords."""
    accounts.sign_out(whom.who.store, whom.name, **whom.noted)
    return RedirectResponse("/staff/users?done=ended", 303)


@router.post("/users/{name}/remove")
async def remove_user(request: Request, whom: Whom) -> Response:
    if whom.name == whom.who.user.name:
        return await _page(request, whom.who, "自分自身は削除できません。", 422)
    return await _done(
        request, whom.who, "user-removed", lambda: accounts.remove_user(whom.who.store, whom.name, **whom.noted)
    )

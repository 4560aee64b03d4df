"""Who is signed in, and the two gates of everything under /staff: a session to read, and a form of ours to write."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from frontend.rendering import page, same_origin
from frontend.staff.charts import told_number
from frontend.staff.faults import fault_told
from frontend.staff.forms import BASES, DELIVERIES
from frontend.staff.telling import told
from frontend.staff.words import DONE, FIELDS, HELP, KINDS, PEOPLE, PROBLEMS, ROLES, STAGES, action_told, device_told
from indexer import accounts
from indexer.accounts import Lifetime
from indexer.review import refresh
from indexer.store import Entry, Session, Store, User, Writer, stamp
from indexer.vocab import labels
from search_api.services import Services, services

COOKIE = "shien_staff"
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Staff:
    """Who is signed in, on what services."""

    user: User
    session: Session
    own: Services

    @property
    def store(self) -> Store:
        return self.own.store

    @property
    def at(self) -> str:
        return stamp(self.own.now())

    def note(
        self, writer: Writer, action: str, target: str, *, was: Any = None, now: Any = None, note: str = ""
    ) -> None:
        """Adds to the audit, in the transaction of what is done."""
        writer.note(Entry(at=self.at, by=self.user.name, action=action, target=target, was=was, now=now, note=note))

    def changed(self, id: str) -> None:
        """Looks at a programme again for what waits, and has the index built again."""
        refresh(self.store, id, self.own.now(), self.user.name)
        self.republish()

    def republish(self) -> None:
        """Has the index built again behind the answer; pages show a decision at once from the store."""
        self.own.changed.set()


class SignedOut(Exception):
    """Leads to the sign-in page."""


async def signed_out(request: Request, error: Exception) -> Response:
    return RedirectResponse("/staff/sign-in", 303)


def lifetime(own: Services) -> Lifetime:
    """How long a session lasts, by the settings."""
    return Lifetime(timedelta(hours=own.settings.session_hours), timedelta(minutes=own.settings.session_idle_minutes))


def staff(request: Request) -> Staff:
    own = services(request)
    found = accounts.whose(own.store, request.cookies.get(COOKIE, ""), own.now(), lifetime(own))
    if found is None:
        raise SignedOut
    return Staff(*found, own)


def admin(who: Annotated[Staff, Depends(staff)]) -> Staff:
    if who.user.role != "admin":
        raise HTTPException(403, "この操作は管理者だけができます。")
    return who


async def guarded(request: Request, who: Annotated[Staff, Depends(staff)]) -> Staff:
    """For every write: the form's token belongs to this session, and the form came from our own page."""
    same_origin(request)
    token = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(token.encode(), who.session.csrf.encode()):
        raise HTTPException(403, "画面の有効期限が切れました。前の画面を開き直してください。")
    return who


def ruling(who: Annotated[Staff, Depends(guarded)]) -> Staff:
    """For what only an admin may change."""
    return admin(who)


MOST = 2**31 - 1
"""The largest number of a row in any store."""
Number = Annotated[int, Path(ge=0, le=MOST)]
Note = Annotated[str, Form(max_length=LONGEST_NOTE)]
Signed = Annotated[Staff, Depends(staff)]
Admin = Annotated[Staff, Depends(admin)]
Writing = Annotated[Staff, Depends(guarded)]
Ruling = Annotated[Staff, Depends(ruling)]


def staff_page(request: Request, who: Staff | None, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page of staff/, with what its base needs besides `context`; no cache keeps it.

    `done` is what the address says was just done.
    """
    shown: dict[str, Any] = {
        "who": who,
        "names": FIELDS,
        "people_told": PEOPLE,
        "problems": PROBLEMS,
        "kinds": KINDS,
        "stages": STAGES,
        "help": HELP,
        "labels": labels.labels,
        "value_told": told,
        "action_told": action_told,
        "device_told": device_told,
        "fault_told": fault_told,
        "told_number": told_number,
        "roles": ROLES,
        "bases": BASES,
        "deliveries": DELIVERIES,
    }
    token = Markup('<input type="hidden" name="csrf" value="{}">').format(who.session.csrf) if who else ""
    done = DONE.get(request.query_params.get("done", ""), "")
    response = page(request, f"staff/{template}", status=status, done=done, csrf=token, **shown, **context)
    response.headers["Cache-Control"] = "no-store"
    return response

"""Sources: an admin pauses them."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from frontend.staff.access import Ruling
from indexer.store import Entry
from search_api.errors import NotFound

router = APIRouter()


@router.post("/sources/{name}/pause")
async def pause(name: str, who: Ruling, on: Annotated[str, Form(max_length=5)] = "") -> Response:
    if name not in who.store.sources():
        raise NotFound(name)
    before = set(who.store.fact("paused") or [])
    after = before | {name} if on else before - {name}
    with who.store.transaction() as writer:
        writer.set_fact("paused", sorted(after))
        writer.note(Entry(at=who.at, by=who.user.name, action="pause" if on else "resume", target=name))
    return RedirectResponse("/staff", 303)

"""What waits, one after the other: where somebody stands in the queue, and how they go on."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Depends, Form

from frontend.staff.access import MOST, Writing
from indexer.review import KINDS
from indexer.store import Item, Store

ADDRESS = "/staff/review/one"
LIST = "/staff/review"


@dataclass(frozen=True)
class Filter:
    """Which of what waits: of a kind, of a source, of GX alone."""

    kind: str = ""
    source: str = ""
    gx: bool = False

    def items(self) -> list[tuple[str, str]]:
        values = [("kind", self.kind), ("source", self.source), ("gx", "true" if self.gx else "")]
        return [(name, value) for name, value in values if value]

    def url(self, path: str = LIST, **more: str | int) -> str:
        query = urlencode([*self.items(), *((name, str(value)) for name, value in more.items())])
        return f"{path}?{query}" if query else path

    def of_kind(self, kind: str) -> "Filter":
        return Filter(kind, self.source, self.gx)


@dataclass(frozen=True)
class Tray:
    """An item of the queue at a place in it, counted from 0, of how many."""

    item: Item
    at: int
    total: int
    chosen: Filter

    @property
    def here(self) -> str:
        return self.chosen.url(ADDRESS, at=self.at)

    @property
    def next(self) -> str:
        return self.chosen.url(ADDRESS, at=self.at + 1) if self.at + 1 < self.total else ""

    @property
    def previous(self) -> str:
        return self.chosen.url(ADDRESS, at=self.at - 1) if self.at else ""

    def editing(self, field: str) -> str:
        return f"{self.here}&edit={field}#field-{field}"


def tray(store: Store, chosen: Filter, at: int) -> Tray | None:
    """What waits at this place of the queue, or at its end where it has become shorter; None where nothing waits."""
    counts = store.waits(source=chosen.source, gx=chosen.gx)
    total = counts.get(chosen.kind, 0) if chosen.kind else sum(counts.values())
    at = max(0, min(at, total - 1))
    found = store.waiting(kind=chosen.kind, source=chosen.source, gx=chosen.gx, order=KINDS, limit=1, offset=at)
    return Tray(found[0], at, total, chosen) if found else None


def parsed(address: str) -> tuple[Filter, int] | None:
    """The filter and the place in an address of the queue; None where it is none."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path != ADDRESS:
        return None
    values = dict(parse_qsl(parts.query))
    at = values.get("at", "0")
    place = min(int(at), MOST) if at.isascii() and at.isdecimal() else 0
    return Filter(values.get("kind", ""), values.get("source", "")[:80], values.get("gx") == "true"), place


def queued(store: Store, item: int, address: str) -> Tray | None:
    """The tray that a form was sent from: its item, and the place that its address names. None where it was none."""
    place, found = parsed(address), store.item(item) if item else None
    if place is None or found is None:
        return None
    chosen, at = place
    counts = store.waits(source=chosen.source, gx=chosen.gx)
    total = counts.get(chosen.kind, 0) if chosen.kind else sum(counts.values())
    return Tray(found, at, total, chosen)


def onward(store: Store, tray: Tray, done: str) -> str:
    """Where to go once something was done about the item: to what stands there now, or past what still waits."""
    now = store.item(tray.item.id)
    at = tray.at if now is None or now.went else tray.at + 1
    return f"{tray.chosen.url(ADDRESS, at=at)}&done={done}"


def placed(
    who: Writing,
    item: Annotated[int, Form(ge=0, le=MOST)] = 0,
    then: Annotated[str, Form(max_length=500)] = "",
) -> Tray | None:
    """The tray that a form was sent from: `item` is what waits and `then` its place."""
    return queued(who.store, item, then)


Place = Annotated[Tray | None, Depends(placed)]
"""Where in the queue a form was sent from, None where it was sent from elsewhere."""

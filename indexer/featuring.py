"""What staff feature: collections of cases and programmes, each shown for a time that is computed when asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError, field_validator

from indexer.curate import Curated, Refused
from indexer.schema import Featured, Model
from indexer.store import Collection, Edition, Store, stamp

MOST_ENTRIES = 50
LONGEST_TITLE = 60
LONGEST_TEXT = 500

_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]


class Entry(Model):
    """A programme in a collection, by the id of one of its listings, with the editor's note on it."""

    programme: str
    note: _Text = ""


class Content(Model):
    """What a collection shows. `title` is needed to publish it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TITLE)] = ""
    intro: _Text = ""
    entries: Annotated[tuple[Entry, ...], Field(max_length=MOST_ENTRIES)] = ()

    @field_validator("entries")
    @classmethod
    def _once(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple({each.programme: each for each in reversed(entries)}.values())[::-1]


def content(values: object) -> Content:
    """The content in these values. Refused where a text is too long, or there is too much of it."""
    try:
        return Content.model_validate(values)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][-1])
        told = {
            "title": f"題名は{LONGEST_TITLE}字までです。",
            "note": f"一言は{LONGEST_TEXT}字までです。",
            "entries": f"一つの特集に載せられるのは{MOST_ENTRIES}件までです。",
        }
        raise Refused(told.get(field, f"紹介文は{LONGEST_TEXT}字までです。")) from None


class Stage(StrEnum):
    """How far a collection is: never published, to be shown later, shown now, its time over, or taken down."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SHOWING = "showing"
    OVER = "over"


def in_force(editions: Iterable[Edition], now: datetime) -> dict[int, Edition]:
    """The edition of each collection that counts at `now`: the latest that has begun, though its time may be over."""
    at = stamp(now)
    return {each.collection: each for each in editions if each.shows_from <= at}


def shows(edition: Edition | None, now: datetime) -> bool:
    return edition is not None and (not edition.shows_until or stamp(now) < edition.shows_until)


def showing(store: Store, now: datetime) -> list[tuple[Collection, Edition]]:
    """What the public sees at `now`, in order."""
    current = in_force(store.editions(), now)
    return [(each, current[each.id]) for each in store.collections() if shows(current.get(each.id), now)]


def stage(own: Sequence[Edition], now: datetime) -> Stage:
    """How far a collection with these editions is."""
    current = in_force(own, now)
    if any(shows(each, now) for each in current.values()):
        return Stage.SHOWING
    if any(each.shows_from > stamp(now) for each in own):
        return Stage.SCHEDULED
    return Stage.OVER if current else Stage.DRAFT


def featured(store: Store, now: datetime) -> dict[str, Featured]:
    """How each programme is featured at `now`, by the id it was chosen by; its first collection's note counts."""
    found: dict[str, Featured] = {}
    for _, edition in showing(store, now):
        title = edition.content["title"]
        for each in edition.content["entries"]:
            before = found.get(each["programme"])
            if before:
                found[each["programme"]] = before.model_copy(update={"collections": (*before.collections, title)})
            else:
                rank = len(found) + 1
                found[each["programme"]] = Featured(rank=rank, note=each["note"], collections=(title,))
    return found


def boundary(store: Store, since: datetime, now: datetime) -> bool:
    """Did a collection begin or cease to show after `since`, up to `now`?"""
    instants = (each for edition in store.editions() for each in (edition.shows_from, edition.shows_until))
    return any(stamp(since) < each <= stamp(now) for each in instants if each)


def marked(curated: Curated, ids: Iterable[str], found: Mapping[str, Featured]) -> Curated:
    """The programme as it is featured under one of the ids of its listings."""
    return replace(curated, featured=next((found[each] for each in ids if each in found), None))

"""What people decided: patches over what the machine read, which survive every re-crawl.

A decision remembers what it patched (`was`). While the machine still reads that, the decision holds; when the source
changes underneath, it is stale: it no longer applies and goes back to review.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from indexer.changes import news
from indexer.duplicates import merged
from indexer.schema import Change, Featured, Programme, instant
from indexer.store import Decision, Record, Store

CORRECTABLE = (
    "title", "kind", "windows", "areas", "event_areas", "amount", "eligibility", "workforce", "issuer", "official_url",
    "summary", "body", "contact", "published", "fields", "gx", "themes", "stages", "levers",
)  # fmt: skip
"""Fields that a person can correct. `hidden` is a decision that patches nothing of the machine's."""

HIDDEN = "hidden"

SAME = "same:"
"""Fields that begin so hold whether the listing (the smaller id of the two) and the one named are one programme."""


class Refused(ValueError):
    """A correction that is no valid value of its field; the message says why."""


@dataclass(frozen=True)
class Curated:
    """A record with the decisions in force. `stale` no longer fit what the machine reads.

    `featured` is set by who knows what is featured now (indexer/featuring.py).
    """

    record: Record
    hidden: bool = False
    featured: Featured | None = None
    applied: tuple[Decision, ...] = ()
    stale: tuple[Decision, ...] = ()


def value_of(programme: Programme, field: str) -> Any:
    """The machine's value of a field, as JSON."""
    return programme.model_dump(mode="json", include={field}).get(field)


def unmoved(programme: Programme, field: str, was: Any) -> bool:
    """Does the machine still read what it read then (JSON)?

    Where in the text that stands is no matter, nor are parts that values of then did not have.
    """
    if value_of(programme, field) == was:
        return True
    try:
        then = Programme.model_validate(programme.model_dump(mode="json") | {field: was})
    except ValidationError:
        return False
    return bool(_placeless(then, field) == _placeless(programme, field))


def _placeless(programme: Programme, field: str) -> Any:
    found = getattr(programme, field)
    return [each.model_copy(update={"span": None}) for each in found] if field == "windows" else found


def checked(programme: Programme, field: str, now: Any) -> Any:
    """The new value as JSON, as any value of this field has to be. Refused otherwise."""
    if field == HIDDEN:
        try:
            return TypeAdapter(bool).validate_python(now)
        except ValidationError as error:
            raise Refused(_why(error)) from None
    if field not in CORRECTABLE:
        raise Refused("この項目は直せません。")
    try:
        changed = Programme.model_validate(programme.model_dump(mode="json") | {field: now})
    except ValidationError as error:
        raise Refused(_why(error)) from None
    if field == "windows":
        for each in changed.windows:
            if each.opens and each.closes and backwards(each.opens, each.closes):
                raise Refused("締切が開始より前になっています。")
    return value_of(changed, field)


def backwards(opens: str, closes: str) -> bool:
    """Does it close before it opens? A day lasts until its end.

    >>> backwards("2026-08-01T09:00", "2026-08-01"), backwards("2026-08-02", "2026-08-01T17:00")
    (False, True)
    """
    return instant(opens) >= instant(closes, end=True) and opens != closes


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"この項目の値として正しくありません（{'.'.join(map(str, first['loc']))}：{first['msg']}）。"


def apply(record: Record, decisions: Iterable[Decision]) -> Curated:
    """The record as people left it. Decisions count in the order in which they were made."""
    programme = record.programme
    values: dict[str, Any] = {}
    hidden = False
    applied: list[Decision] = []
    stale: list[Decision] = []
    for each in decisions:
        if each.field == HIDDEN:
            hidden = bool(each.now)
            applied.append(each)
        elif each.field.startswith(SAME):
            applied.append(each)
        elif each.field in CORRECTABLE and unmoved(programme, each.field, each.was):
            values[each.field] = each.now
            applied.append(each)
        else:
            stale.append(each)
    if values:
        try:
            programme = Programme.model_validate(programme.model_dump(mode="json") | values)
        except ValidationError:
            # A value of before a change of the schema: it is not in force, and a person has to look.
            stale += [each for each in applied if each.field in values]
            applied = [each for each in applied if each.field not in values]
            programme = record.programme
    return Curated(replace(record, programme=programme), hidden, None, tuple(applied), tuple(stale))


def by_programme(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """Decisions in force, by programme; of several on one field the last counts."""
    found: dict[str, dict[str, Decision]] = {}
    for each in decisions:
        found.setdefault(each.programme, {})[each.field] = each
    return {programme: list(fields.values()) for programme, fields in found.items()}


def curated(records: Iterable[Record], decisions: Mapping[str, Sequence[Decision]]) -> Iterable[Curated]:
    for record in records:
        yield apply(record, decisions.get(record.programme.id, ()))


def together(decisions: Iterable[Decision]) -> dict[tuple[str, str], bool]:
    """What people said of two listings, by their ids (sorted): one programme, or not."""
    return {
        (each.programme, each.field.removeprefix(SAME)): bool(each.now)
        for each in decisions
        if each.field.startswith(SAME)
    }


def united(lead: Curated, others: Sequence[Curated]) -> Curated:
    """A programme of all its listings: the lead's record, filled from the others.

    What a person decided of a field counts whichever listing it was said of: the lead's own first, then the latest.
    """
    if not others:
        return lead
    chosen = {each.field: each for each in lead.applied if each.field in CORRECTABLE}
    values: dict[str, Any] = {}
    carried: list[Decision] = []
    said = [(each, listing) for listing in others for each in listing.applied if each.field in CORRECTABLE]
    for each, listing in sorted(said, key=lambda pair: (pair[0].at, pair[0].id or 0), reverse=True):
        if each.field not in chosen:
            chosen[each.field] = each
            values[each.field] = getattr(listing.record.programme, each.field)
            carried.append(each)
    programme = merged(
        lead.record.programme.model_copy(update=values), [each.record.programme for each in others], settled=chosen
    )
    return replace(
        lead,
        record=replace(lead.record, programme=programme),
        applied=(*lead.applied, *reversed(carried)),
        stale=(*lead.stale, *(each for listing in others for each in listing.stale)),
    )


def wholes(store: Store, ids: Sequence[str]) -> dict[str, Curated]:
    """Each programme that can be shown, with all its listings, as people left them; by the id that was asked for."""
    groups = store.groups(ids)
    members = [each for id in ids for each in groups.get(id, [id])]
    decisions = by_programme(store.decisions_on(members))
    known = {id: apply(record, decisions.get(id, ())) for id, record in store.some(members).items()}
    found: dict[str, Curated] = {}
    for id in ids:
        visible = [known[each] for each in groups.get(id, [id]) if each in known and not known[each].hidden]
        if visible:
            found[id] = united(visible[0], visible[1:])
    return found


def whole(store: Store, id: str) -> Curated | None:
    """The same of one, with its relations. None if there is none to show."""
    found = wholes(store, [id]).get(id)
    if found is None:
        return None
    related = {"relations": tuple(store.relations(found.record.programme.id))}
    return replace(found, record=replace(found.record, programme=found.record.programme.model_copy(update=related)))


def shown(curated: Curated, changes: Sequence[Change], now: datetime) -> dict[str, Any]:
    """What a result list shows of a programme (search_api/models.py, Hit, without what depends on the minute).

    `changes`: its history, or as much of it as may be news.
    """
    record, programme = curated.record, curated.record.programme
    values = programme.model_dump(
        mode="json",
        include={
            "id", "kind", "title", "summary", "url", "official_url", "issuer", "areas", "event_areas", "windows",
            "amount", "eligibility", "workforce", "fields", "gx", "themes", "stages", "levers", "source", "published",
            "also_at",
        },
    )  # fmt: skip
    return values | {
        "listed": record.listed,
        "first_seen": record.first_seen,
        "changed": record.changed,
        "featured": curated.featured is not None,
        "news": found.model_dump(mode="json")
        if (found := news(changes, now, programme.windows, programme.kind))
        else None,
    }

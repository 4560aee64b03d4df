"""The new normal of a source: what somebody looked at, accepted with a reason, and may take back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from indexer.checks import Normal
from indexer.store import Entry, Run, Store, stamp

FACT = "normals"


@dataclass(frozen=True)
class Accepted:
    """What was accepted: of which variant, by whom, when (ISO instant) and why."""

    normal: Normal
    variant: str
    by: str
    at: str
    note: str


class NotAcceptable(ValueError):
    """The last crawl of the source is none that somebody could accept."""


def accepted(store: Store, source: str, variant: str) -> Accepted | None:
    """What was accepted for a source, None where that is nothing."""
    found = _all(store.fact(FACT)).get(source)
    return found if found and found.variant == variant else None


def usual(last: Run | None, accepted: Accepted | None) -> Normal | None:
    """What the next crawl is compared with: the last good run, or what was accepted since."""
    if accepted and (last is None or last.at < accepted.at):
        return accepted.normal
    return Normal(last.counts["seen"], last.stats.get("filled", {})) if last else None


def acceptable(run: Run | None) -> bool:
    """A crawl that went well as such, and brought other things than expected."""
    return run is not None and not run.ok and bool(run.stats.get("acceptable"))


def accept(store: Store, source: str, run: int, *, by: str, now: datetime, note: str) -> Accepted:
    """Takes what the last crawl brought (`run` is its id) for the new normal.

    NotAcceptable where it went wrong as such, or where another crawl came meanwhile.
    """
    last = next(iter(store.runs(source, limit=1)), None)
    if last is None or last.id != run or not acceptable(last):
        raise NotAcceptable(source)
    normal = Normal(last.counts["seen"], last.stats.get("filled", {}))
    made = Accepted(normal, last.variant, by, stamp(now), note)
    with store.transaction() as writer:
        known = writer.fact(FACT) or {}
        writer.set_fact(FACT, known | {source: asdict(made)})
        writer.note(
            Entry(at=made.at, by=by, action="accept", target=source, was=known.get(source), now=asdict(made), note=note)
        )
    return made


def withdraw(store: Store, source: str, *, by: str, now: datetime, note: str) -> None:
    """The source is held to its own expectation again."""
    with store.transaction() as writer:
        known = writer.fact(FACT) or {}
        was = known.pop(source, None)
        if was is not None:
            writer.set_fact(FACT, known)
            writer.note(Entry(at=stamp(now), by=by, action="withdraw", target=source, was=was, note=note))


def _all(fact: Mapping[str, Any] | None) -> dict[str, Accepted]:
    return {name: Accepted(**{**values, "normal": Normal(**values["normal"])}) for name, values in (fact or {}).items()}

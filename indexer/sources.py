"""What is crawled, how it went and what it covers: the command line, the API and the page of sources tell the same."""

from datetime import datetime
from typing import Any

from indexer.schema import Model
from indexer.store import Store
from indexer.vocab import regions

PATIENCE = 3
"""A source is overdue when it has missed so many of its turns."""


class Standing(Model):
    """How a source stands. `state` is of its last run: ok, failed (yesterday's data stays) or unread (there was none).

    `last_good` is the ISO instant of the last run that was taken in, None if there is none, `age` days ago; `overdue`
    if a source that is due so often should have been read again since. `seen` counts what its last good run met,
    `filled` is the share of its notices in which a field was filled then.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    attribution: str
    kinds: str
    state: str
    last_good: str | None
    age: int
    overdue: bool
    seen: int
    filled: dict[str, float]
    warnings: tuple[str, ...]

    @property
    def down(self) -> bool:
        """Is what it lists older than it should be?"""
        return self.state != "ok" or self.overdue


class Origin(Standing):
    """A source, and how many programmes it lists now."""

    programmes: int


def standings(store: Store, now: datetime) -> list[Standing]:
    """Every source by its name, without a look at what it lists."""
    runs, found = store.latest_runs(), []
    for name, facts in store.sources().items():
        last, good = runs.get(name, (None, None))
        age = (now - datetime.fromisoformat(good.at)).days if good else 0
        told = {key: str(facts.get(key) or "") for key in ("title", "publisher", "url", "licence", "attribution")}
        found.append(
            Standing(
                name=name,
                **told | {"title": told["title"] or name},
                kinds=str(facts.get("kind") or ""),
                state="unread" if last is None else "ok" if last.ok else "failed",
                last_good=good.at if good else None,
                age=age,
                overdue=age > PATIENCE * int(facts.get("days") or 1),
                seen=good.counts.get("seen", 0) if good else 0,
                filled=good.stats.get("filled", {}) if good else {},
                warnings=tuple(last.warnings) if last else (),
            )
        )
    return found


def origins(store: Store, now: datetime) -> list[Origin]:
    """Every source, the biggest first."""
    counts = store.counts()
    found = [Origin(**dict(each), programmes=counts.get(each.name, 0)) for each in standings(store, now)]
    return sorted(found, key=lambda each: (-each.programmes, each.name))


class Place(Model):
    """What is listed for one place itself: `programmes` by source in `sources`; wider programmes are not counted.

    `freshest` is the ISO instant at which the latest of these sources was last read well.
    """

    code: str
    name: str
    programmes: int
    sources: dict[str, int]
    freshest: str | None


class Coverage(Place):
    """The country, or a prefecture with those of its municipalities that have programmes of their own."""

    municipalities: tuple[Place, ...] = ()
    municipalities_of: int = 0
    """How many municipalities the prefecture has: what is not among `municipalities` must be looked for elsewhere."""


def coverage(store: Store) -> list[Coverage]:
    """The country and each prefecture, as last published."""
    counted: dict[str, dict[str, int]] = store.fact("coverage") or {}
    read = {name: good.at for name, (_, good) in store.latest_runs().items() if good}

    def facts(code: str) -> dict[str, Any]:
        sources = counted.get(code, {})
        read_at = [at for name in sources if (at := read.get(name))]
        return {
            "code": code,
            "name": regions.get(code).name,
            "programmes": sum(sources.values()),
            "sources": dict(sorted(sources.items(), key=lambda each: -each[1])),
            "freshest": max(read_at, default=None),
        }

    found = [Coverage(**facts("JP"))]
    for prefecture in regions.children("JP"):
        within = regions.children(prefecture.code)
        own = tuple(Place(**facts(each.code)) for each in within if each.code in counted)
        found.append(Coverage(**facts(prefecture.code), municipalities=own, municipalities_of=len(within)))
    return found

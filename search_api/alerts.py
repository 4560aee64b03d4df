"""What there is to tell a subscription: the source's changes since the last time, and deadlines that come near.

Nothing that only we did is told: what counts is whether a run of the source brought it (`changed` is that run's
instant), never whether a search finds it today that did not find it yesterday.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi.concurrency import run_in_threadpool

from indexer.schema import News, NewsKind
from indexer.state import State
from indexer.store import Run, Store, Subscription
from search_api.detail import detail
from search_api.feeds import first
from search_api.models import Hit, last_day
from search_api.query import Query, Sort, StateChoice
from search_api.services import Services

STAGES = (1, 7, 14)
"""So many days before a deadline it is told, the smallest that still holds once."""
MOST = 1000
"""Items of one kind that a search may have in a day; one that has more is told of these."""
UNASKED = ("page", "per_page", "sort", "fields", "facets", "explain", "highlight", "posted_within", "updated_since")
"""Parameters that have no meaning for what is told as it happens."""


class Section(StrEnum):
    DEADLINE = "deadline"
    NEWS = "news"
    NEW = "new"


@dataclass(frozen=True)
class Item:
    """One programme that is told of. `events` are what it is told for: each is told once to one subscription.

    new; a kind of news and what it led to (extended:2026-09-30); deadline, days ahead, day (deadline:7:2026-09-30).
    """

    hit: Hit
    events: tuple[str, ...]

    @property
    def section(self) -> Section:
        """Where it stands in a digest, which has every programme once: what is new is no news for its deadline."""
        if NEW in self.events:
            return Section.NEW
        return Section.DEADLINE if all(map(_stage_of, self.events)) else Section.NEWS


@dataclass(frozen=True)
class Happened:
    """The runs whose changes are to be told: (source, instant) of each."""

    runs: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @classmethod
    def between(cls, runs: Iterable[Run], after: int, to: int) -> "Happened":
        """Of the runs behind one id up to another one."""
        return cls(frozenset((each.source, each.at) for each in runs if each.ok and after < (each.id or 0) <= to))

    def brought(self, hit: Hit, at: str) -> bool:
        return (hit.source.name, at) in self.runs

    @property
    def since(self) -> datetime | None:
        return min((datetime.fromisoformat(at) for _, at in self.runs), default=None)


def asked(query: Query) -> str:
    """A search as a subscription keeps it: without what says how results are shown, in one order."""
    plain = query.with_(**{name: Query.model_fields[name].default for name in UNASKED})
    return urlencode(plain.items())


def of_programme(id: str) -> str:
    """A subscription to one programme."""
    return urlencode({"programme": id})


def programme_of(query: str) -> str | None:
    """The programme of a subscription to one, None where it is a search."""
    return dict(parse_qsl(query)).get("programme")


def search_of(query: str) -> Query:
    """The search of a subscription; of an older version's parameters what there still is."""
    return Query.lenient(parse_qsl(query))[0]


async def found(own: Services, subscription: Subscription, happened: Happened, *, deadlines: bool) -> list[Item]:
    """Everything that may be told, whatever was told before. `deadlines`: what comes near its deadline too."""
    if id := programme_of(subscription.query):
        hits = await run_in_threadpool(_followed, own.store, id, own.now())
        items = [*_changed(hits, happened), *(_near(hits) if deadlines else ())]
    else:
        query = search_of(subscription.query)
        items = [*_changed(await _recent(own, query, happened), happened)]
        items += _near(await _closing(own, query)) if deadlines else ()
    return await run_in_threadpool(_really_new, own.store, _joined(items), happened)


def _really_new(store: Store, items: Iterable[Item], happened: Happened) -> list[Item]:
    """A new listing of a programme that another source listed before is no new programme."""
    kept = []
    for each in items:
        others = [record for other in each.hit.also_at if (record := store.get(other.id))] if NEW in each.events else ()
        if any((other.source, other.first_seen) not in happened.runs for other in others):
            each = Item(each.hit, tuple(event for event in each.events if event != NEW))
        if each.events:
            kept.append(each)
    return kept


def untold(items: Iterable[Item], told: Mapping[tuple[str, str], str], dropped: set[str], now: datetime) -> list[Item]:
    """What is left without what was told already, and without programmes of which nobody wants to hear."""
    last: dict[tuple[str, str], str] = {}
    for (programme, event), at in told.items():
        stage = _stage_of(event)
        if stage:
            last[programme, stage] = max(at, last.get((programme, stage), ""))

    def again(id: str, event: str) -> bool:
        """The same number of days ahead was told within these days: the deadline moved a little, or is read anew."""
        stage = _stage_of(event)
        at = last.get((id, stage)) if stage else None
        return bool(at) and now - datetime.fromisoformat(at or "") < timedelta(days=int(stage or 0))

    kept = []
    for each in items:
        # Another listing of the same programme may lead by now: what was told under its name was told.
        ids = {each.hit.id, *(other.id for other in each.hit.also_at)}
        fresh = tuple(event for event in each.events if not any((id, event) in told or again(id, event) for id in ids))
        if fresh and not ids & dropped:
            kept.append(Item(each.hit, fresh))
    return kept


NEW = "new"


def _stage_of(event: str) -> str | None:
    return event.split(":")[1] if event.startswith("deadline:") else None


def _followed(store: Store, id: str, now: datetime) -> list[Hit]:
    found = detail(store, id, now)
    return [Hit.model_validate(found.model_dump() | {"featured": found.featured is not None})] if found else []


async def _recent(own: Services, query: Query, happened: Happened) -> list[Hit]:
    """What the search finds of what changed in these runs, and of what was taken down in them."""
    if happened.since is None:
        return []
    latest = query.with_(updated_since=happened.since, sort=Sort.UPDATED)
    hits = await first(own.hits(latest), MOST)
    gone = latest.with_(state=(StateChoice.ANY,))
    return hits + await first(own.hits(gone, listed=False), MOST)


async def _closing(own: Services, query: Query) -> list[Hit]:
    near = query.closes_within
    within = STAGES[-1] if near is None or near < 0 else min(STAGES[-1], near)
    hits = await first(own.hits(query.with_(closes_within=within, sort=Sort.DEADLINE)), MOST)
    return hits if near is None or near >= 0 else [each for each in hits if (each.days_left or 0) > -near]


def _changed(hits: Iterable[Hit], happened: Happened) -> list[Item]:
    items = []
    for each in {hit.id: hit for hit in hits}.values():
        event = _news(each.news) if each.news and happened.brought(each, each.news.at) else None
        if happened.brought(each, each.first_seen) and happened.brought(each, each.changed):
            if each.listed:
                items.append(Item(each, (NEW, event) if event else (NEW,)))
        elif event:
            items.append(Item(each, (event,)))
    return items


def _news(news: News) -> str:
    return f"{news.kind.value}:{news.at if news.kind in (NewsKind.VANISHED, NewsKind.REOPENED) else news.now}"


def _near(hits: Iterable[Hit]) -> list[Item]:
    """What can be applied for, and has no more days than one of the stages."""
    items = []
    for each in hits:
        stage = next((days for days in STAGES if each.days_left is not None and each.days_left <= days), None)
        if stage and each.closes and each.state in (State.OPEN, State.CLOSING):
            items.append(Item(each, (f"deadline:{stage}:{last_day(each.closes)[:10]}",)))
    return items


def _joined(items: Iterable[Item]) -> list[Item]:
    """One item a programme: what is new, or changed, is not told a second time for its deadline."""
    found: dict[str, Item] = {}
    for each in items:
        before = found.get(each.hit.id)
        found[each.hit.id] = Item(before.hit, (*before.events, *each.events)) if before else each
    return sorted(found.values(), key=lambda each: (each.hit.closes or "9999", each.hit.id))


def shown(item: Item) -> dict[str, Any]:
    """An item as it is written down and sent: what a result shows, with the events that it is told for."""
    kept = item.hit.model_dump(mode="json", exclude={"evidence", "explain", "highlight", "fit"})
    return {"section": item.section.value, "events": list(item.events), "programme": kept}

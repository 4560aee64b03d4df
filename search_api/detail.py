"""Programmes in full, from the store: it answers even while the engine does not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from indexer.changes import news
from indexer.curate import CORRECTABLE, whole
from indexer.featuring import featured, marked
from indexer.schema import Featured, Verified
from indexer.store import Store
from search_api.models import Detail
from search_api.search import derived


def detail(store: Store, id: str, now: datetime) -> Detail | None:
    """The programme as staff left it, with its state at `now` and its history; None if there is none to be shown.

    Of several listings of one programme each `id` gives the whole programme, under the id of the one that leads.
    """
    return details(store, [id], now)[id]


def details(store: Store, ids: Iterable[str], now: datetime) -> dict[str, Detail | None]:
    """Several as `detail` gives them, by the ids asked for in their order; what they share is read once."""
    chosen, sources = featured(store, now), store.sources()
    return {id: _detail(store, id, now, chosen, sources) for id in ids}


def _detail(
    store: Store, id: str, now: datetime, chosen: Mapping[str, Featured], sources: Mapping[str, Mapping[str, Any]]
) -> Detail | None:
    curated = whole(store, id)
    if curated is None:
        return None
    curated = marked(curated, (id, *store.group(id)), chosen)
    record = curated.record
    id = record.programme.id
    programme = record.programme
    values = programme.model_dump(mode="json")
    facts = sources.get(record.source, {})
    corrected = [each for each in curated.applied if each.field in CORRECTABLE]
    link, history = store.link(id), store.history(id)
    latest = max(corrected, key=lambda each: each.at, default=None)
    return Detail.model_validate(
        values
        | derived(programme.windows, programme.kind, record.listed, values, now)
        | {
            "listed": record.listed,
            "first_seen": record.first_seen,
            "changed": record.changed,
            "last_seen": record.last_seen,
            "attribution": facts.get("attribution", ""),
            "link": link if link and link.url == programme.official_url else None,
            "history": history,
            "news": news(history, now, programme.windows, programme.kind),
            "featured": curated.featured,
            "corrected": tuple(each.field for each in corrected),
            "verified": Verified(at=latest.at, by="職員") if latest else None,
        }
    )

"""One programme in full, from the store: it answers even while the engine does not."""

from datetime import datetime

from indexer.store import Store
from search_api.models import Detail
from search_api.search import derived


def detail(store: Store, id: str, now: datetime) -> Detail | None:
    """The programme with its state at `now` and its history; None if there is none of this id."""
    record = store.get(id)
    if record is None:
        return None
    programme = record.programme
    values = programme.model_dump(mode="json")
    facts = store.sources().get(record.source, {})
    return Detail.model_validate(
        values
        | derived(programme.windows, programme.kind, record.listed, values, now)
        | {
            "listed": record.listed,
            "first_seen": record.first_seen,
            "changed": record.changed,
            "last_seen": record.last_seen,
            "attribution": facts.get("attribution", ""),
            "history": store.history(id),
        }
    )

"""What is crawled, and how it went: the API and the page of sources tell the same."""

from datetime import datetime

from indexer.store import Store
from search_api.models import Model

PATIENCE = 3
"""A source is overdue when it has missed so many of its turns."""


class Origin(Model):
    """A source. `state` is of its last run: ok, failed (yesterday's data stays) or unread (there was none).

    `last_good` is the ISO instant of the last run that was taken in, None if there is none, `age` days ago; `overdue`
    if a source that is due so often should have been read again since. `programmes` counts what it lists now.
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
    programmes: int
    warnings: tuple[str, ...] = ()


def origins(store: Store, now: datetime) -> list[Origin]:
    """Every source, the biggest first."""
    counts = store.counts()
    found = []
    for name, facts in store.sources().items():
        runs = store.runs(name)
        good = next((each for each in runs if each.ok), None)
        age = (now - datetime.fromisoformat(good.at)).days if good else 0
        told = {key: str(facts.get(key) or "") for key in ("title", "publisher", "url", "licence", "attribution")}
        found.append(
            Origin(
                name=name,
                **told | {"title": told["title"] or name},
                kinds=str(facts.get("kind") or ""),
                state="unread" if not runs else "ok" if runs[0].ok else "failed",
                last_good=good.at if good else None,
                age=age,
                overdue=age > PATIENCE * int(facts.get("days") or 1),
                programmes=counts.get(name, 0),
                warnings=tuple(runs[0].warnings) if runs else (),
            )
        )
    return sorted(found, key=lambda each: (-each.programmes, each.name))

"""Decides, once a day, what each subscription is told, and writes it down in one step with what was told."""

from collections.abc import Callable
from datetime import datetime

from indexer.alerts.subscriptions import next_digest, published_to, queued
from indexer.schema import JST
from indexer.store import Store, Subscription, stamp
from search_api.alerts import Happened, Item, found, shown, untold
from search_api.services import Services

Progress = Callable[[str, int, int], None]


async def plan(own: Services, progress: Progress | None = None, stopping: Callable[[], bool] = lambda: False) -> int:
    """Queues what there is to tell as of the last publication; returns how many messages.

    Where it is stopped on the way, the next time goes on with those who are left. One at a time: that of a night which
    was killed may still be at it.
    """
    with own.store.alone("alerts", wait=True):
        return await _plan(own, progress or (lambda what, done, total: None), stopping)


async def _plan(own: Services, progress: Progress, stopping: Callable[[], bool]) -> int:
    now, store = own.now(), own.store
    everyone = list(store.subscriptions())
    upto = published_to(store)
    runs = store.runs_after(min((each.told_to for each in everyone), default=upto))
    today = now.astimezone(JST).date().isoformat()
    answered: tuple[tuple[object, ...], list[Item]] = ((), [])
    made = 0
    for done, each in enumerate(everyone, 1):
        if stopping():
            return made
        # A day beyond the next one was noted by a clock that was ahead.
        due = each.digest <= today or each.digest > next_digest(each.frequency, now)
        happened = Happened.between(runs, each.told_to, upto) if due else Happened()
        asked = (each.query, happened, each.deadlines)
        if answered[0] != asked:
            # Equal questions follow each other.
            answered = asked, await found(own, each, happened, deadlines=each.deadlines)
        made += _told(store, each, answered[1], upto if due else each.told_to, now, due=due)
        progress("alerts", done, len(everyone))
    with store.transaction() as writer:
        writer.set_fact("alerts", {"day": today, "at": stamp(now), "subscriptions": len(everyone), "made": made})
    return made


def _told(store: Store, subscription: Subscription, items: list[Item], upto: int, now: datetime, *, due: bool) -> bool:
    id = subscription.id
    items = untold(items, store.told(id), store.dropped(id), now)
    with store.transaction() as writer:
        digest = next_digest(subscription.frequency, now) if due else subscription.digest
        if not writer.set_subscription(id, {"told_to": upto, "digest": digest}):
            # It ended while we were looking.
            return False
        if not items:
            return False
        content = {"items": [shown(each) for each in items], "unsure": _missing(store, id)}
        writer.tell(id, [(each.hit.id, event) for each in items for event in each.events], stamp(now))
        writer.queue([queued(subscription, "digest", content, now)])
    return True


def _missing(store: Store, id: str) -> list[str]:
    """When something was to be told that may not have arrived, or was given up, since the last that did."""
    latest = store.deliveries(id)
    last = next((each.made for each in latest if each.state == "sent"), "")
    lost = [each for each in latest if each.kind == "digest" and each.state in ("unsure", "failed")]
    return sorted(each.made for each in lost if each.made > last)

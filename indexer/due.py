"""What is to be read now: a pure function of the sources, of what was read of them, and of the instant."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from indexer.schema import JST
from indexer.store import Run

NIGHT = time(2, 0)
"""When a source is read that names no time of its own (Asia/Tokyo)."""

JITTER_MINUTES = 90
"""Sources are spread over so many minutes after their time, each always by the same."""

RETRY_HOURS = (1, 2, 4, 8, 16)
"""After so many hours a source that failed is tried again before its next regular time."""


@dataclass(frozen=True)
class Due:
    """A source that is to be read, and since when."""

    name: str
    since: datetime
    reason: str


def offset(name: str) -> timedelta:
    """The source's own share of the jitter: the same every night.

    >>> offset("jgrants") == offset("jgrants"), offset("jgrants") < timedelta(minutes=JITTER_MINUTES)
    (True, True)
    """
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    return timedelta(minutes=int(share * JITTER_MINUTES))


def regular(name: str, facts: Mapping[str, Any], now: datetime) -> datetime:
    """The last regular time of a source that is not after `now`."""
    hour, _, minute = (facts.get("after") or "").partition(":")
    at = time(int(hour), int(minute)) if hour else NIGHT
    today = datetime.combine(now.astimezone(JST).date(), at, tzinfo=JST) + offset(name)
    return today if today <= now else today - timedelta(days=1)


def due(
    sources: Sequence[Mapping[str, Any]],
    runs: Mapping[str, Sequence[Run]],
    now: datetime,
    *,
    paused: Sequence[str] = (),
    asked: Mapping[str, str] = MappingProxyType({}),
) -> list[Due]:
    """What is to be read at `now`, most overdue first. A pure function of what there is.

    `sources` are as `indexer.crawl.spiders()` lists them, `runs` the latest runs of each source, newest first. An
    unverified or paused source is never due. However many nights were missed, a source is due once. `asked` are the
    instants at which staff asked for a source that was not read since: it is due, whatever its time.
    """
    found: list[Due] = []
    for each in sources:
        name, facts = each["name"], each["facts"]
        if name in asked and name not in paused:
            found.append(Due(name, datetime.fromisoformat(asked[name]), "staff asked for it"))
            continue
        if not facts.get("verified", True) or name in paused:
            continue
        own = [run for run in runs.get(name, ()) if datetime.fromisoformat(run.at) <= now]
        good = next((datetime.fromisoformat(run.at) for run in own if run.ok), None)
        last = datetime.fromisoformat(own[0].at) if own else None
        since = regular(name, facts, now)
        if good is not None and good >= since - timedelta(days=int(facts.get("days", 1)) - 1):
            continue
        if last is None or last < since:
            found.append(Due(name, since if good else now, "its time has come" if last else "never read"))
            continue
        failures = 0
        for run in own:
            if run.ok:
                break
            failures += 1
        wait = timedelta(hours=RETRY_HOURS[min(failures, len(RETRY_HOURS)) - 1])
        if last + wait <= now:
            found.append(Due(name, last + wait, f"failed {failures} times, tried again"))
    return sorted(found, key=lambda each: (each.since, each.name))

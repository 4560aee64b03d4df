"""Programmes of our own: what staff add by hand, because it is on paper only, or bring from a municipality's table.

They are notices like those of any source, under a source of their own: read by the same rules, and never touched by a
crawl, which knows nothing of them.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson

from crawlers.items import Notice as Notice
from crawlers.items import Period as Period
from indexer.ingest import Batch, compare, differences, keep, notice_of
from indexer.normalise.programme import normalise, programme_id
from indexer.schema import Change, Programme
from indexer.store import Decision, Entry, Record, Run, Store, Writer, canonical, chunks, stamp

SOURCE = "own"
FACTS: Mapping[str, Any] = {
    "title": "職員が登録した支援",
    "publisher": "このサイトの職員",
    "url": "/about",
    "licence": "各実施機関の利用条件による",
    "attribution": "出典：実施機関の資料をもとに、このサイトの職員が登録",
    "kind": "",
    "verified": True,
    # Nobody crawls it: it is never overdue.
    "days": 100_000,
    "after": "",
    "second_hand": False,
}


CHOSEN = "登録のときに選んだ種類"
"""Why it is another kind than we read."""


class Overtaken(RuntimeError):
    """Somebody else changed a programme of ours since it was looked at."""


@dataclass(frozen=True)
class Planned:
    """What taking in a notice would do. `changes` are of the watched fields, with before and after."""

    id: str
    notice: Notice
    programme: Programme
    before: Record | None
    changes: Sequence[Change] = field(default=())

    @property
    def new(self) -> bool:
        return self.before is None

    @property
    def changed(self) -> bool:
        words = canonical(asdict(self.notice))
        return self.before is not None and (self.before.notice != words or not self.before.listed)


def planned(store: Store, notices: Sequence[Notice], now: datetime) -> list[Planned]:
    """What taking these in would do. Nothing is written."""
    at = stamp(now)
    found = []
    for notice in notices:
        id = programme_id(notice)
        before = store.get(id)
        programme = normalise(notice, at[:10], facts=FACTS, fetched_at=at)
        changes = differences(before.programme, programme, at, "source") if before else []
        found.append(Planned(id, notice, programme, before, tuple(changes)))
    return found


def digest(plan: Sequence[Planned], ending: Sequence[str] = ()) -> str:
    """What a plan would do, in short: another plan has another digest."""
    parts = [(each.id, asdict(each.notice), each.before.notice_hash if each.before else "") for each in plan]
    return hashlib.sha256(canonical([parts, sorted(ending)])).hexdigest()


Also = Callable[[Writer], None]
"""What has to be done in the same transaction."""


def take(
    store: Store,
    notices: Sequence[Notice],
    *,
    by: str,
    now: datetime,
    what: str,
    seen: Mapping[str, str] | None = None,
    ending: Sequence[str] = (),
    also: Also | None = None,
) -> Run:
    """Takes the notices in, and takes those of `ending` (ids) down: all of it or nothing. `what` is for the audit.

    `seen` are the notices that were looked at (id: hash, "" for none); Overtaken, and nothing is written, where one of
    them is another by now.
    """
    at = stamp(now)
    stats = {"source": SOURCE, "facts": dict(FACTS), "expect": {"complete": False}}
    unique = {programme_id(each): each for each in notices}
    with store.alone(f"source {SOURCE}", wait=True):
        known = {id: each for batch in chunks(list(unique)) for id, each in store.some(batch).items()}
        for id, hash in (seen or {}).items():
            if hash != (known[id].notice_hash if id in known else ""):
                raise Overtaken(id)
        before = {id: each.notice for id, each in known.items()}
        batch = Batch("source")
        compare(batch, unique, store, stats, "{}", at, None, at)
        return _kept(store, batch, unique, before, by=by, at=at, what=what, ending=ending, also=also)


def _kept(
    store: Store,
    batch: Batch,
    unique: Mapping[str, Notice],
    before: Mapping[str, bytes],
    *,
    by: str,
    at: str,
    what: str,
    ending: Sequence[str],
    also: Also | None,
) -> Run:
    """In one transaction, with its entries in the audit. `before`: the notices that were known."""
    with store.transaction() as writer:
        writer.set_source(SOURCE, dict(FACTS))
        keep(batch, writer, "{}", at, at)
        _end(writer, ending, at, batch)
        run = writer.add_run(Run(source=SOURCE, variant="{}", at=at, ok=True, counts=batch.counts, stats={"by": by}))
        for id, notice in unique.items():
            new = canonical(asdict(notice))
            if before.get(id) != new:
                was = _filled(before[id]) if id in before else None
                writer.note(Entry(at=at, by=by, action=what, target=id, was=was, now=_filled(new)))
        for id in ending:
            writer.note(Entry(at=at, by=by, action="end own", target=id, note=what))
        if also:
            also(writer)
    return run


def _end(writer: Writer, ids: Sequence[str], at: str, batch: Batch) -> None:
    writer.list_again(list(ids), False, at)
    writer.remember([(id, Change(at=at, field="listed", was=True, now=False)) for id in ids])
    batch.counts["gone"] += len(ids)


def set_listed(store: Store, id: str, listed: bool, *, by: str, now: datetime, note: str) -> None:
    """Takes one of ours down, or puts it back."""
    at = stamp(now)
    with store.transaction() as writer:
        writer.list_again([id], listed, at)
        writer.remember([(id, Change(at=at, field="listed", was=not listed, now=listed))])
        writer.note(Entry(at=at, by=by, action="list own" if listed else "end own", target=id, note=note))


def keep_kind(writer: Writer, id: str, read: str, kind: str, *, by: str, now: datetime) -> None:
    """Who adds a programme says what it is: where we `read` another kind, that is a correction like any other."""
    at, current = stamp(now), writer.current(id, "kind")
    before = current.now if current and current.was == read else read
    if read == kind and current:
        writer.undo(current.id or 0)
    elif read != kind and before != kind:
        writer.decide(Decision(programme=id, field="kind", was=read, now=kind, by=by, at=at, note=CHOSEN))
    if before != kind:
        writer.note(Entry(at=at, by=by, action="correct kind", target=id, was=before, now=kind, note=CHOSEN))


def next_key(store: Store) -> str:
    """A number that no programme of ours has had."""
    with store.transaction() as writer:
        number = int(writer.fact("own_number") or 0) + 1
        writer.set_fact("own_number", number)
    return f"{number:04}"


def notice_in(record: Record) -> Notice:
    """What was written for a programme of ours."""
    return notice_of(orjson.loads(record.notice))


def ours(store: Store) -> list[Record]:
    """Every programme of ours."""
    return list(store.records(SOURCE))


def _filled(notice: bytes) -> dict[str, Any]:
    return {name: value for name, value in orjson.loads(notice).items() if value}

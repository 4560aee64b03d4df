"""From the files of a crawl into the store: check, read, compare, remember. One transaction a source."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from crawlers.items import Link, Notice, Period
from indexer import checks
from indexer.normalise.programme import normalise, programme_id, rules
from indexer.schema import Basis, Change, Programme, Role, Window, instant
from indexer.store import Record, Run, Store, Writer, canonical, stamp

Progress = Callable[[str, int, int], None]
"""Told (source, done, of how many) while a source is read."""

WATCHED = ("title", "kind", "windows", "areas", "amount", "eligibility", "issuer", "official_url", "body")
"""Fields whose changes are remembered. Long texts are remembered as changed, without their words."""


def notice_of(values: Mapping[str, Any]) -> Notice:
    """The notice in a line of notices.jsonl. An unknown field is a TypeError that names it."""
    parts = dict(values)
    for name, kind in (("periods", Period), ("contradicting", Period), ("links", Link), ("attachments", Link)):
        parts[name] = tuple(kind(**each) for each in parts.get(name) or ())
    for name in ("areas", "industries", "fields", "missing"):
        parts[name] = tuple(parts.get(name) or ())
    return Notice(**parts)


def read_notices(path: Path) -> list[Notice]:
    with path.open("rb") as lines:
        return [notice_of(orjson.loads(line)) for line in lines if line.strip()]


def ingest(folder: Path, store: Store, now: datetime | None = None, progress: Progress | None = None) -> list[Run]:
    """Takes in every source of a crawl's folder (`<folder>/<source>/{notices.jsonl, stats.json}`).

    `now` is the instant of the crawl, else what the crawl noted. A source that fails its checks changes nothing but
    its list of runs.
    Raises FileNotFoundError where the folder holds no crawl.
    """
    found = sorted(folder.glob("*/stats.json"))
    if not found:
        raise FileNotFoundError(f"{folder} holds no crawl (no <source>/stats.json)")
    return [take_in(path.parent, store, now, progress) for path in found]


@dataclass
class Batch:
    """What one run brings. `cause` is of what differs; `backfill`: what is new to us need not be new at the source."""

    cause: str = "source"
    backfill: bool = False
    put: list[Record] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    changes: list[tuple[str, Change]] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("seen", "new", "changed", "reread", "gone", "reopened", "partial"), 0)
    )


def take_in(
    folder: Path,
    store: Store,
    now: datetime | None = None,
    progress: Progress | None = None,
    also: Callable[[Run, Writer], None] | None = None,
) -> Run:
    """Takes in one source (`<folder>/{notices.jsonl, stats.json}`). `also` is done in the same transaction."""
    stats = orjson.loads((folder / "stats.json").read_bytes())
    name, variant = stats["source"], canonical(stats.get("variant", {})).decode()
    path = folder / "notices.jsonl"
    notices = read_notices(path) if path.exists() else []
    last = store.last_run(name, variant, ok=True)
    errors, warnings = checks.problems(
        notices, stats, last.counts["seen"] if last else None, last.stats.get("filled") if last else None
    )
    stats["filled"] = checks.filled(notices)
    at = stamp(now or datetime.fromisoformat(stats["at"]))
    unique = {programme_id(each): each for each in notices}
    with store.transaction() as writer:
        writer.set_source(name, dict(stats["facts"]))
        if errors:
            run = Run(source=name, variant=variant, at=at, ok=False, counts={"seen": len(unique)})
        else:
            ours = last is not None and last.stats.get("code", stats.get("code")) != stats.get("code")
            batch = Batch("ours" if ours else "source", backfill=last is None or ours)
            compare(batch, unique, writer, stats, variant, at, progress)
            run = Run(source=name, variant=variant, at=at, ok=True, counts=batch.counts)
        run = writer.add_run(replace(run, errors=errors, warnings=warnings, stats=stats))
        if also:
            also(run, writer)
    return run


def compare(
    batch: Batch,
    unique: Mapping[str, Notice],
    writer: Writer,
    stats: Mapping[str, Any],
    variant: str,
    at: str,
    progress: Progress | None,
) -> None:
    name, facts = stats["source"], stats["facts"]
    known = writer.known(name)
    newest = not any(each.last_seen > at for each in known.values())
    batch.backfill |= not newest
    batch.counts["seen"] = len(unique)
    relisted: list[str] = []
    for done, (id, notice) in enumerate(unique.items(), 1):
        old = known.get(id)
        if old is None:
            batch.put.append(_new(notice, facts, name, variant, at, backfill=batch.backfill))
            batch.counts["new"] += 1
        elif old.last_seen > at:
            pass  # A recording older than what we hold teaches nothing new.
        else:
            _again(old, notice, facts, variant, at, batch)
            if not old.listed and newest:
                relisted.append(id)
                batch.changes.append((id, Change(at=at, field="listed", was=False, now=True, cause=batch.cause)))
                batch.counts["reopened"] += 1
        if progress and (done % 20 == 0 or done == len(unique)):
            progress(name, done, len(unique))
    gone = _gone(known, unique, stats, variant, at) if newest else []
    batch.counts["gone"] = len(gone)
    batch.changes += [(id, Change(at=at, field="listed", was=True, now=False, cause=batch.cause)) for id in gone]
    changed_at = at if batch.cause == "source" else None
    writer.put(batch.put, set(known))
    writer.seen(batch.seen, variant, at)
    writer.list_again(relisted, True, changed_at)
    writer.list_again(gone, False, changed_at)
    writer.remember(batch.changes)


def _new(
    notice: Notice, facts: Mapping[str, Any], source: str, variant: str, at: str, *, backfill: bool = False
) -> Record:
    words = canonical(asdict(notice))
    programme = normalise(notice, at[:10], facts=facts, fetched_at=at)
    # What was there before we looked changed when it was published, if its source says when.
    published = min(stamp(instant(programme.published)), at) if programme.published else ""
    return Record(
        programme=programme,
        source=source,
        variant=variant,
        notice_hash=_hash(words),
        rules=rules(),
        notice=words,
        read_on=at[:10],
        listed=True,
        first_seen=at,
        changed=published if backfill else at,
        last_seen=at,
    )


def _again(old: Record, notice: Notice, facts: Mapping[str, Any], variant: str, at: str, batch: Batch) -> None:
    """A known programme: what the source changed is told apart from what we read differently.

    In the first run of another version of the spider nobody can tell them apart, and what differs counts as ours.
    """
    id = old.programme.id
    batch.seen.append(id)
    before = notice_of(orjson.loads(old.notice))
    if notice.missing:
        notice = _completed(notice, before)
        batch.counts["partial"] += 1
    words = canonical(asdict(notice))
    moved, reread = _hash(words) != old.notice_hash, old.rules != rules()
    if not moved and not reread:
        return
    base = old.programme
    if reread:
        base = normalise(before, old.read_on, facts=facts, fetched_at=old.programme.source.fetched_at)
        batch.changes += [(id, each) for each in differences(old.programme, base, at, "ours")]
    changed = moved and batch.cause == "source"
    batch.counts["changed"] += changed
    batch.counts["reread"] += reread or not changed
    current, read_on = base, old.read_on
    told: list[Change] = []
    if moved:
        current, read_on = normalise(notice, at[:10], facts=facts, fetched_at=at), at[:10]
        if [each.raw for each in current.windows] == [each.raw for each in base.windows]:
            # Days in the same words are the same days, whatever year it is by now.
            current, read_on = normalise(notice, old.read_on, facts=facts, fetched_at=at), old.read_on
        told = differences(base, current, at, batch.cause)
        batch.changes += [(id, each) for each in told]
    batch.put.append(
        replace(
            old,
            programme=current,
            variant=variant,
            notice_hash=_hash(words),
            rules=rules(),
            notice=words,
            read_on=read_on,
            changed=at if told and changed else old.changed,
            last_seen=at,
        )
    )


def reread(store: Store, now: datetime, progress: Progress | None = None) -> int:
    """Reads every stored notice again where our rules changed since; returns how many. Never a change of the source."""
    facts = store.sources()
    due = [each for each in store.records() if each.rules != rules()]
    at = stamp(now)
    put: list[Record] = []
    changes: list[tuple[str, Change]] = []
    for done, old in enumerate(due, 1):
        notice = notice_of(orjson.loads(old.notice))
        programme = normalise(notice, old.read_on, facts=facts[old.source], fetched_at=old.programme.source.fetched_at)
        changes += [(old.programme.id, each) for each in differences(old.programme, programme, at, "ours")]
        put.append(replace(old, programme=programme, rules=rules()))
        if progress:
            progress("reread", done, len(due))
    with store.transaction() as writer:
        writer.put(put, {each.programme.id for each in put})
        writer.remember(changes)
    return len(put)


def _completed(notice: Notice, before: Notice) -> Notice:
    """A notice whose details could not be fetched this time keeps the details of last time."""
    kept = {
        each.name: getattr(before, each.name)
        for each in fields(notice)
        if not getattr(notice, each.name) and getattr(before, each.name) and each.name != "missing"
    }
    if len(before.periods) > 1 and any(_same_days(period, notice.periods) for period in before.periods):
        kept["periods"] = before.periods
    return replace(notice, **kept)


def _same_days(period: Period, others: tuple[Period, ...]) -> bool:
    return any(each.closes[:16] == period.closes[:16] and each.opens[:16] == period.opens[:16] for each in others)


def _gone(
    known: Mapping[str, Record], unique: Mapping[str, Notice], stats: Mapping[str, Any], variant: str, at: str
) -> list[str]:
    """Listed before, absent from a healthy run that shows everything of its kind.

    The default variant of a source shows at least what is open; what another variant brought is missed in it only
    where it should be open.
    """
    if not stats["expect"].get("complete", True):
        return []
    moment = datetime.fromisoformat(at)
    return [
        id
        for id, record in known.items()
        if record.listed
        and id not in unique
        and (record.variant == variant or (stats.get("default", True) and _accepts(record.programme.windows, moment)))
    ]


def _accepts(windows: tuple[Window, ...], at: datetime) -> bool:
    return any(
        each.role is Role.APPLY
        and each.ended_early is None
        and (each.closes is not None or each.basis is not Basis.UNSPECIFIED)
        and (each.opens is None or instant(each.opens) <= at)
        and (each.closes is None or at < instant(each.closes, end=True))
        for each in windows
    )


def differences(was: Programme, now: Programme, at: str, cause: str) -> list[Change]:
    """The watched fields that differ, with before and after as JSON values; of a text only its length is kept."""
    changes = []
    before, after = was.model_dump(mode="json", include=set(WATCHED)), now.model_dump(mode="json", include=set(WATCHED))
    before["conflicts"], after["conflicts"] = _conflicts(was), _conflicts(now)
    for name in (*WATCHED, "conflicts"):
        if before[name] != after[name]:
            old, new = before[name], after[name]
            if name == "body":
                old, new = len(old), len(new)
            changes.append(Change(at=at, field=name, was=old, now=new, cause=cause))
    return changes


def _conflicts(programme: Programme) -> list[str]:
    return [each.raw for each in programme.problems if each.code == "conflicting_deadline"]


def _hash(words: bytes) -> str:
    return hashlib.sha256(words).hexdigest()

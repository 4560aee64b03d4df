"""From the files of a crawl into the store: check, read, compare, remember. One transaction a source."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from crawlers.items import Link, Notice, Period
from indexer import checks, normals
from indexer.normalise.programme import normalise, programme_id, rules
from indexer.schema import Basis, Change, Programme, Role, Window, instant
from indexer.store import Known, Record, Run, Store, Writer, canonical, chunks, stamp

Progress = Callable[[str, int, int], None]
"""Told (source, done, of how many) while a source is read."""

ENDLESS = "9999"
"""Behind every instant, as text."""

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
    relisted: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
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
    present: datetime | None = None,
) -> Run:
    """Takes in one source (`<folder>/{notices.jsonl, stats.json}`). `also` is done in the same transaction.

    What the store holds from after the crawl is newer, and kept; but not what is from after `present`, the clock of who
    takes in: that was noted by a clock that went wrong.
    """
    stats = orjson.loads((folder / "stats.json").read_bytes())
    name, variant = stats["source"], canonical(stats.get("variant", {})).decode()
    # Reading takes its time, in which others write: of a source only this does so.
    with store.alone(f"source {name}", wait=True):
        path = folder / "notices.jsonl"
        notices = read_notices(path) if path.exists() else []
        last = store.last_run(name, variant, ok=True)
        accepted = normals.accepted(store, name, variant)
        if accepted:
            stats["expect"] = checks.moved(stats["expect"], accepted.normal)
        wrong, odd, warnings = checks.problems(notices, stats, normals.usual(last, accepted))
        errors = wrong + odd
        # What somebody may accept as the new normal: all that is odd, where nothing went wrong.
        stats |= {"filled": checks.filled(notices), "acceptable": bool(odd) and not wrong}
        at, until = stamp(now or datetime.fromisoformat(stats["at"])), stamp(present) if present else ENDLESS
        unique = {programme_id(each): each for each in notices}
        run = Run(source=name, variant=variant, at=at, ok=not errors, counts={"seen": len(unique)})
        run = replace(run, errors=errors, warnings=warnings, stats=stats)
        batch = None
        if not errors:
            ours = last is not None and last.stats.get("code", stats.get("code")) != stats.get("code")
            batch = Batch("ours" if ours else "source", backfill=last is None or ours)
            compare(batch, unique, store, stats, variant, at, progress, until)
            run = replace(run, counts=batch.counts)
        with store.transaction() as writer:
            writer.set_source(name, dict(stats["facts"]))
            if batch:
                keep(batch, writer, variant, at, until)
            run = writer.add_run(run)
            if errors or warnings:
                writer.keep_pages(name, at, crawled_pages(folder))
            if also:
                also(run, writer)
    return run


def crawled_pages(folder: Path) -> list[dict[str, Any]]:
    """The pages that the crawl of a source kept (crawlers/pages.py)."""
    path = folder / "pages.json.gz"
    return list(orjson.loads(gzip.decompress(path.read_bytes()))) if path.exists() else []


def keep(batch: Batch, writer: Writer, variant: str, at: str, present: str) -> None:
    """Writes what `compare` found."""
    changed_at = at if batch.cause == "source" else None
    writer.put(batch.put, set(batch.seen))
    writer.seen(batch.seen, variant, at, present)
    writer.list_again(batch.relisted, True, changed_at)
    writer.list_again(batch.gone, False, changed_at)
    writer.remember(batch.changes)


def compare(
    batch: Batch,
    unique: Mapping[str, Notice],
    store: Store,
    stats: Mapping[str, Any],
    variant: str,
    at: str,
    progress: Progress | None,
    present: str,
) -> None:
    """Compares by hashes; only what differs is read from the store as a whole."""
    name, facts = stats["source"], stats["facts"]
    known = store.known(name)
    later = {id for id, each in known.items() if at < each.last_seen <= present}
    newest = not later
    batch.backfill |= not newest
    batch.counts["seen"], done = len(unique), 0
    for ids in chunks(list(unique)):
        differing = [id for id in ids if id in known and id not in later and _differs(known[id], unique[id])]
        records = store.some(differing)
        for id in ids:
            old, notice = known.get(id), unique[id]
            if old is None:
                batch.put.append(_new(notice, facts, name, variant, at, backfill=batch.backfill))
                batch.counts["new"] += 1
            elif id in later:
                pass  # A recording older than what we hold teaches nothing new.
            else:
                batch.seen.append(id)
                if id in records:
                    _again(records[id], notice, facts, variant, at, batch)
                if not old.listed and newest:
                    batch.relisted.append(id)
                    batch.changes.append((id, Change(at=at, field="listed", was=False, now=True, cause=batch.cause)))
                    batch.counts["reopened"] += 1
            done += 1
            if progress and (done % 20 == 0 or done == len(unique)):
                progress(name, done, len(unique))
    batch.gone = _gone(known, unique, store, stats, variant, at) if newest else []
    batch.counts["gone"] = len(batch.gone)
    batch.changes += [(id, Change(at=at, field="listed", was=True, now=False, cause=batch.cause)) for id in batch.gone]


def _differs(old: Known, notice: Notice) -> bool:
    """Does the source say something else, or do we read it otherwise? What is not whole has to be looked at."""
    return bool(notice.missing) or old.rules != rules() or old.notice_hash != _hash(canonical(asdict(notice)))


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
    """Reads every stored notice again where our rules changed since; returns how many. Never a change of the source.

    A few hundred at a time: what is done stays done when it is broken off.
    """
    facts = store.sources()
    due = store.read_by_other_rules(rules())
    total, done, at = sum(map(len, due.values())), 0, stamp(now)
    for source, ids in due.items():
        with store.alone(f"source {source}", wait=True):
            for batch in chunks(ids):
                put: list[Record] = []
                changes: list[tuple[str, Change]] = []
                for id, old in store.some(batch).items():
                    notice, fetched_at = notice_of(orjson.loads(old.notice)), old.programme.source.fetched_at
                    programme = normalise(notice, old.read_on, facts=facts[source], fetched_at=fetched_at)
                    changes += [(id, each) for each in differences(old.programme, programme, at, "ours")]
                    put.append(replace(old, programme=programme, rules=rules()))
                    done += 1
                    if progress:
                        progress("reread", done, total)
                with store.transaction() as writer:
                    writer.put(put, set(batch))
                    writer.remember(changes)
    return done


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
    known: Mapping[str, Known],
    unique: Mapping[str, Notice],
    store: Store,
    stats: Mapping[str, Any],
    variant: str,
    at: str,
) -> list[str]:
    """Listed before, absent from a healthy run that shows everything of its kind.

    The default variant of a source shows at least what is open; what another variant brought is missed in it only
    where it should be open.
    """
    if not stats["expect"].get("complete", True):
        return []
    absent = [id for id, each in known.items() if each.listed and id not in unique]
    others = [id for id in absent if known[id].variant != variant] if stats.get("default", True) else []
    moment = datetime.fromisoformat(at)
    missed = {
        id
        for ids in chunks(others)
        for id, record in store.some(ids).items()
        if _accepts(record.programme.windows, moment)
    }
    return [id for id in absent if known[id].variant == variant or id in missed]


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
    before, after = _watched(was), _watched(now)
    for name in (*WATCHED, "conflicts"):
        if before[name] != after[name]:
            old, new = before[name], after[name]
            if name == "body":
                old, new = len(old), len(new)
            changes.append(Change(at=at, field=name, was=old, now=new, cause=cause))
    return changes


def _watched(programme: Programme) -> dict[str, Any]:
    # Where the words of a window stood moves with every text before them.
    values = programme.model_dump(mode="json", include=set(WATCHED), exclude={"windows": {"__all__": {"span"}}})
    return values | {"conflicts": _conflicts(programme)}


def _conflicts(programme: Programme) -> list[str]:
    return [each.raw for each in programme.problems if each.code == "conflicting_deadline"]


def _hash(words: bytes) -> str:
    return hashlib.sha256(words).hexdigest()

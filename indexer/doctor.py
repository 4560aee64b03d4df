"""Is everything well? A line each, with what to do where it is not."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import meilisearch
from meilisearch.errors import MeilisearchError

from indexer.alerts.mail import Mailer
from indexer.alerts.outbox import Unsent
from indexer.checks import looks_changed
from indexer.crawl import CrawlError, spiders
from indexer.engine import EngineError, binary, endpoint, healthy, held
from indexer.keys import SecretError, keys
from indexer.logs import clean
from indexer.publish import LIVE
from indexer.publish.index import Index
from indexer.settings import Settings
from indexer.sources import Origin, origins
from indexer.store import LayoutError, Store, stamp
from indexer.summary import MOST_ERRORS

LEAST_GIGABYTES = 2
SECONDS = 5
"""So long the engine may take to tell its settings."""


@dataclass(frozen=True)
class Finding:
    """`ok` None: nothing is wrong, but worth knowing."""

    what: str
    ok: bool | None
    told: str


def examine(settings: Settings) -> Iterator[Finding]:
    yield _engine(settings)
    yield _disk(settings)
    try:
        store = Store(settings.store_url, upgrade=False)
    except LayoutError as error:
        yield Finding("store", None, str(error))
        return
    except Exception as error:  # Whatever the driver raises: the finding is that it does not open.
        yield Finding(
            "store", False, f"{clean(f'{settings.store_url} does not open ({error})')}: check SHIEN_DATABASE_URL"
        )
        return
    try:
        yield from _store(settings, store)
        yield from _sources(settings, store)
        yield _schedule(settings, store)
        yield from _alerts(settings, store)
    finally:
        store.close()


def _engine(settings: Settings) -> Finding:
    try:
        where = endpoint(settings)
    except EngineError:
        try:
            return Finding("engine", None, f"not running; {binary()} is there: `shien up` starts it")
        except EngineError as error:
            return Finding("engine", False, str(error))
    if healthy(where):
        return Finding("engine", True, f"answers at {where.url}")
    return Finding("engine", False, f"{where.url} does not answer: start `shien up`, or check SHIEN_MEILI_URL and key")


def _disk(settings: Settings) -> Finding:
    settings.var.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.var).free / 1e9
    told = f"{free:.1f} GB free in {settings.var}"
    return Finding("disk", free >= LEAST_GIGABYTES, told + ("" if free >= LEAST_GIGABYTES else ": make room"))


def _store(settings: Settings, store: Store) -> Iterator[Finding]:
    count = store.count()
    yield Finding("store", count > 0 or None, f"{count} programmes" + ("" if count else ": run `shien nightly`"))
    published = store.fact("publication")
    if published is None:
        yield Finding("publication", None, "nothing is published yet: run `shien publish`")
    else:
        yield _publication(settings, published, newer=published.get("content") != store.content())
    now = settings.clock()()
    last = store.runs(limit=1)
    ahead = bool(last) and datetime.fromisoformat(last[0].at) > now + timedelta(minutes=5)
    yield Finding(
        "time",
        not ahead,
        f"{now.isoformat(timespec='minutes')}" + (": behind the last run, set the clock" if ahead else ""),
    )


def _publication(settings: Settings, published: Mapping[str, Any], *, newer: bool) -> Finding:
    told = f"{published['count']} programmes, as of {published['at'][:16]}"
    with contextlib.suppress(EngineError):
        where = endpoint(settings)
        if healthy(where):
            if (there := held(where, LIVE)) != published["count"]:
                return Finding("publication", False, f"{told}, but the engine holds {there}: run `shien publish`")
            try:
                sound = Index(meilisearch.Client(where.url, where.key, timeout=SECONDS), LIVE).sound()
            except MeilisearchError as error:
                unknown = f"the settings of the index could not be read ({error}): check SHIEN_MEILI_KEY"
                return Finding("publication", None, f"{told}; {unknown}")
            if not sound:
                another = "but in an index that another version made, which may refuse searches"
                return Finding("publication", False, f"{told}, {another}: run `shien publish`")
    return Finding(
        "publication", None if newer else True, told + ("; the store is newer: run `shien publish`" if newer else "")
    )


LOOK_HOURS = 1
"""The scheduler looks every quarter of an hour."""


def _schedule(settings: Settings, store: Store) -> Finding:
    now = settings.clock()()
    night, look = store.finished(), store.fact("look")
    done = f"the last night ended at {night.finished[:16]}" if night else "no night has come to its end yet"
    if begun := store.unfinished():
        done += f", that of {begun.started[:16]} is at work or broke off"
    if look is None:
        return Finding("schedule", None, f"{done}; nobody looks for what is due: run `shien schedule` or a timer")
    late = now - datetime.fromisoformat(look["at"]) > timedelta(hours=LOOK_HOURS)
    told = f"{done}; the last look was at {look['at'][:16]}"
    return Finding("schedule", not late, told + (": `shien schedule` does not run, start it" if late else ""))


def _alerts(settings: Settings, store: Store) -> Iterator[Finding]:
    asked = sum(store.counted_subscriptions().values())
    missing = [f"SHIEN_{name.upper()}" for name in ("smtp_from", "public_url") if not getattr(settings, name)]
    if not settings.smtp_host:
        told = "SHIEN_SMTP_HOST is not set: no alerts by mail" + (f", and {asked} subscriptions wait" if asked else "")
        yield Finding("mail", False if asked else None, told)
    elif missing:
        yield Finding("mail", False, f"set {' and '.join(missing)}: mails need a sender and links")
    else:
        try:
            Mailer(settings).check()
            yield Finding("mail", True, f"{settings.smtp_host}:{settings.smtp_port} takes mails")
        except Unsent as error:
            yield Finding("mail", False, f"{error}: check SHIEN_SMTP_*")
    if not asked:
        return
    try:
        if not settings.secret and not (settings.var / "secret").exists():
            raise SecretError(f"{settings.var / 'secret'} is gone: bring it back, or nobody can be written to")
        sealing = keys(settings)
        sealing.open(next(store.subscriptions()).target)
    except SecretError as error:
        yield Finding("secret", False, str(error))
    now = settings.clock()()
    counted = store.counted_deliveries(stamp(now - timedelta(days=1)))
    bad = sum(count for (_, _, state), count in counted.items() if state in ("failed", "unsure"))
    last = (store.fact("alerts") or {}).get("at", "")
    told = f"{asked} subscriptions, {sum(counted.values())} messages in a day, {bad} of them failed"
    late = bool(last) and now - datetime.fromisoformat(last) > timedelta(days=2)
    yield Finding("alerts", not late, told + (f"; nothing was decided since {last[:16]}: run a night" if late else ""))


def _sources(settings: Settings, store: Store) -> Iterator[Finding]:
    now = settings.clock()()
    told = settings.contact or "SHIEN_CONTACT is not set: the owners of crawled sites cannot tell who asks"
    yield Finding("contact", True if settings.contact else None, told)
    try:
        known = spiders()
    except CrawlError as error:
        yield Finding("sources", False, f"the spiders do not load: {error}: run `make setup`, or mend the one it names")
        return
    met, paused = {each.name: each for each in origins(store, now)}, store.fact("paused") or []
    for each in known:
        if not each["facts"].get("verified", True):
            continue
        yield _source(each["name"], met.get(each["name"]), store, paused=each["name"] in paused)


def _source(name: str, known: Origin | None, store: Store, *, paused: bool) -> Finding:
    what, night = f"source {name}", f"`shien nightly {name}` reads it"
    if paused:
        return Finding(what, None, "paused: an admin has it go on at `/staff`")
    if known is None or known.state == "unread":
        return Finding(what, None, f"never read: {night}")
    if known.state == "failed":
        since = f"failed since {known.last_good[:10]}" if known.last_good else "has never been read well"
        [run] = store.runs(name, limit=1)
        why = "; ".join(run.errors[:MOST_ERRORS]) or "without a word"
        if looks_changed(run.errors):
            return Finding(what, False, f"{since}: {why}: its pages have changed, mend crawlers/spiders/{name}.py")
        return Finding(what, False, f"{since}: {why}: tried again by itself, or {night} now")
    told = f"{known.seen} listings on {(known.last_good or '')[:16]}"
    return Finding(what, not known.overdue, told + (f", overdue: {night}" if known.overdue else ""))

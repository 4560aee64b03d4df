"""What a person should look at: what the machine could not read, what contradicts itself, what moved underneath."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from indexer.curate import Curated, whole
from indexer.duplicates import DIFFERS
from indexer.schema import NOT_OFFERED, Kind, Link, LinkState, Programme
from indexer.state import State, standing, timeline
from indexer.store import Finding, Store, stamp

KINDS = ("report", "stale", "deadline", "conflict", "place", "link", "theme", "new", "other")
"""What there is to look at, the most pressing first."""

CODES = {
    "unread": "deadline",
    "no_year": "deadline",
    "impossible_date": "deadline",
    "weekday_conflict": "deadline",
    "ends_before_start": "deadline",
    "no_deadline": "deadline",
    "conflicting_deadline": "conflict",
    "conflicting_place": "conflict",
    DIFFERS: "conflict",
    "unknown_place": "place",
    "ambiguous_place": "place",
    "no_place": "place",
    "dead_link": "link",
    "thin": "theme",
    "new": "new",
    "procedure": "other",
    "nothing_offered": "other",
}
"""The kind of each problem that a person can settle; a page that could not be fetched is the source's, not theirs."""

TIMED = frozenset({Kind.SUBSIDY, Kind.SEMINAR})
"""Kinds that have an end or a day; others are mostly there for good."""

NEW_DAYS = 7
KEPT_DAYS = 180


def findings(
    curated: Curated, now: datetime, *, reports: Iterable[Mapping[str, Any]] = (), link: Link | None = None
) -> Iterator[Finding]:
    """What there is to look at in a programme, with all its listings, as people left it.

    Of what is over or was taken down only what people said: reports, and decisions that no longer fit.
    """
    record, programme = curated.record, curated.record.programme
    now_there = standing(programme.windows, programme.kind, listed=record.listed, now=now)
    closes = stamp(now_there.closes) if now_there.closes and now_there.state is not State.CLOSED else ""

    def found(kind: str, code: str, field: str = "", about: str = "", raw: str = "") -> Finding:
        return Finding(
            programme=programme.id,
            kind=kind,
            code=code,
            field=field,
            about=_hash(about or raw),
            raw=raw[:500],
            title=programme.title,
            source=record.source,
            gx=programme.gx,
            closes=closes,
        )

    for report in reports:
        yield found("report", "report", about=f"report {report['id']}", raw=str(report["text"]))
    for each in curated.stale:
        old = found("stale", "stale", each.field, about=f"decision {each.id}")
        yield replace(old, programme=each.programme)
    if not record.listed or now_there.state is State.CLOSED:
        return
    decided = {each.field for each in curated.applied}
    for problem in programme.problems:
        kind = CODES.get(problem.code)
        if kind and problem.field not in decided:
            yield found(kind, problem.code, problem.field, raw=problem.raw)
    for code, field in _gaps(programme, now_there.state):
        if field not in decided:
            yield found(CODES[code], code, field)
    if link and link.state is LinkState.INVALID and link.url == programme.official_url:
        yield found("link", "dead_link", "official_url", raw=link.url)
    if programme.gx and "themes" not in decided:
        for theme, word in _thin(programme):
            yield found("theme", "thin", "themes", about=f"{theme} {word}", raw=word)
    new = datetime.fromisoformat(record.first_seen) > now - timedelta(days=NEW_DAYS)
    if new and programme.gx and programme.kind not in NOT_OFFERED and not {"gx", "themes"} & decided:
        yield found("new", "new", "themes", about="new")


def _gaps(programme: Programme, state: State) -> Iterator[tuple[str, str]]:
    """What is not there at all, where one would look for it."""
    codes = {each.code for each in programme.problems}
    if programme.kind in NOT_OFFERED or codes & {"procedure", "nothing_offered"}:
        return
    if state is State.UNKNOWN and programme.kind in TIMED and not any(CODES.get(each) == "deadline" for each in codes):
        yield "no_deadline", "windows"
    placed = programme.areas or programme.event_areas
    if not placed and not any(CODES.get(each) == "place" for each in codes):
        yield "no_place", "areas"


def _thin(programme: Programme) -> Iterator[tuple[str, str]]:
    """Themes that rest on a single word outside of title and summary, with that word."""
    head = f"{programme.title}\n{programme.summary}"
    for theme in programme.themes:
        words = programme.evidence.get(theme, ())
        if len(words) == 1 and words[0] not in head:
            yield theme, words[0]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def turns(curated: Curated) -> list[int]:
    """The Unix seconds at which there may be something else to look at though nobody changed anything."""
    record, programme = curated.record, curated.record.programme
    times = timeline(programme.windows, programme.kind)
    found = [*times.starts, *(end for _, end in times.spans)] if times else []
    if programme.gx:
        found.append(int((datetime.fromisoformat(record.first_seen) + timedelta(days=NEW_DAYS)).timestamp()))
    return found


class Watch:
    """Tells what there is to look at in one programme after the other."""

    def __init__(self, store: Store, now: datetime) -> None:
        self.now = now
        self._reports: dict[str, list[dict[str, Any]]] = {}
        for each in store.reports():
            self._reports.setdefault(each["programme"], []).append(each)
        self._links = {id: link for id, link in store.links().items() if link.state is LinkState.INVALID}

    def known(self, ids: Sequence[str]) -> list[Any]:
        """What others than its sources and staff say of a programme with these listings, as JSON."""
        link = self._links.get(ids[0])
        return [*(each["id"] for each in self._reported(ids)), link.url if link else ""]

    def see(self, curated: Curated, ids: Sequence[str]) -> list[Finding]:
        """What there is to look at in a programme with all its listings (their ids, the leading one first)."""
        return list(findings(curated, self.now, reports=self._reported(ids), link=self._links.get(ids[0])))

    def _reported(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        return [each for id in ids for each in self._reports.get(id, ())]


def refresh(store: Store, id: str, now: datetime, by: str = "") -> None:
    """Looks at a programme again, after somebody did something about one of its listings."""
    ids = store.group(id) or [id]
    curated = whole(store, ids[0])
    found: list[Finding] = []
    if curated is not None:
        reports = [each for one in ids for each in store.reports(one)]
        found += findings(curated, now, reports=reports, link=store.link(ids[0]))
    with store.transaction() as writer:
        writer.find(found, stamp(now), of=ids, by=by)

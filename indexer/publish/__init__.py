"""The only writer to the engine: bring an index beside the live one to what the store holds, check it, swap.

The one beside it is the one that was live before. It gets what changed since, by the hashes of its documents, so that a
night in which nothing changed writes nothing. Where there is none, or its settings are not ours, or most of it changed,
it is built anew. What both hold is read from the engine each time: whatever died in between, the next publication sees
what is there.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import meilisearch
from meilisearch.errors import MeilisearchError

from indexer.curate import by_programme, together
from indexer.duplicates import Group, groups
from indexer.engine import Endpoint, EngineError
from indexer.publish.documents import Documents
from indexer.publish.index import LIVE, NEXT, SETTINGS, Hashes, Index, settle, swap
from indexer.publish.matching import matches
from indexer.publish.prepared import Decided, Facts, facts, fingerprint, refresh
from indexer.relations import relations
from indexer.schema import Relation
from indexer.store import Store, stamp
from indexer.vocab import regions

__all__ = ["LIVE", "NEXT", "SETTINGS", "Published", "publish"]

ANEW = 0.5
"""Where more than this share of the documents differs, building anew is the shorter way."""

CANARIES = 3

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Published:
    """What a publication brought: `count` programmes are searchable; so many documents were written and removed.

    Of a publication that found the live index as it should be both are 0.
    """

    count: int
    written: int = 0
    removed: int = 0


def publish(where: Endpoint, store: Store, now: datetime, progress: Progress | None = None) -> Published:
    """Makes the store searchable. The live index changes in one step or not at all.

    One publication at a time: the next one waits.
    Raises EngineError where the engine cannot be reached or what was built is not what the store holds.
    """
    client = meilisearch.Client(where.url, where.key, timeout=60, custom_headers={"Accept-Encoding": "identity"})
    try:
        with store.alone("publish", wait=True) as held:
            return _publish(client, store, now, progress or (lambda what, done, total: None), held)
    except MeilisearchError as error:
        raise EngineError(f"publication failed, the live index is as it was: {error}") from error


def _publish(
    client: meilisearch.Client, store: Store, now: datetime, progress: Progress, held: Callable[[], None]
) -> Published:
    content, run = store.content(), store.newest_run()
    decided = by_programme(store.decisions())
    marks = refresh(store, decided, progress)
    everything = list(facts(store))
    found = _grouped(store, everything, decided)
    related, covered = _related(everything, found), _covered(everything)
    del everything
    documents = Documents(store, decided, marks, {each.members[0]: each.members[1:] for each in found}, now)
    total = len(documents.ids)
    expected = store.count() - _hidden(decided) - sum(len(each.members) - 1 for each in found)
    if total != expected:
        raise EngineError(f"built {total} of {expected} programmes: not published, the live index is as it was")
    settle(client)
    live, beside = Index(client, LIVE).hashes(), Index(client, NEXT).hashes()
    made = _brought(Index(client, NEXT), documents, live, beside, progress)
    if made is not None:
        progress("swap", 0, 1)
        held()
        swap(client)
        progress("swap", 1, 1)
    with store.transaction() as writer:
        writer.put_groups((each.why, each.members[0], each.members[0] in documents.differing) for each in found)
        writer.put_relations(related)
        documents.settle(writer)
        writer.set_fact("coverage", covered)
        version = fingerprint(sorted(documents.hashes.items()))
        published = {"version": version, "at": stamp(now), "count": total, "content": content, "run": run}
        writer.set_fact("publication", published)
    return made or Published(total)


def _brought(
    index: Index, documents: Documents, live: Hashes | None, beside: Hashes | None, progress: Progress
) -> Published | None:
    """Brings the index beside the live one to what is wanted; None where the live one is that already."""
    total = len(documents.ids)

    def told(done: int) -> None:
        progress("publish", done, total)

    if live is None and beside is None:
        index.build()
        written = index.put(documents.made(), told)
        index.check(total, documents.titles(documents.ids[:CANARIES]))
        return Published(total, written)
    documents.renew(lambda done: progress("documents", done, total))
    if live == documents.hashes:
        told(total)
        return None
    differ = [id for id in documents.ids if not beside or beside.get(id) != documents.hashes[id]]
    gone = [id for id in beside or () if id not in documents.hashes]
    if beside is None or len(differ) + len(gone) > ANEW * total:
        differ, gone = documents.ids, []
        index.build()
    index.remove(gone)
    written = index.put(documents.bodies(differ), lambda done: progress("publish", total - len(differ) + done, total))
    told(total)
    # Of what changed too, not only of what has long been there.
    index.check(total, documents.titles([*documents.ids[:CANARIES], *differ[-CANARIES:]]))
    return Published(total, written, len(gone))


def _hidden(decided: Decided) -> int:
    return sum(any(each.field == "hidden" and each.now for each in own) for own in decided.values())


def _grouped(store: Store, everything: Sequence[Facts], decided: Decided) -> list[Group]:
    """The programmes that several sources list."""
    order = {name: int(bool(facts.get("second_hand"))) for name, facts in store.sources().items()}
    said = together(each for own in decided.values() for each in own)
    return groups([each.identity for each in everything], said, order, matches(store, everything))


def _related(everything: Sequence[Facts], found: Iterable[Group]) -> dict[str, list[Relation]]:
    """How programmes stand to each other, by id; what one of its listings says, the programme says."""
    lead = {id: group.members[0] for group in found for id in group.members}
    shown = [each.identity for each in everything if lead.get(each.identity.id, each.identity.id) == each.identity.id]
    said = (statement for each in everything for statement in each.statements)
    return relations(shown, (replace(each, id=lead.get(each.id, each.id)) for each in said))


def _covered(everything: Iterable[Facts]) -> dict[str, Counter[str]]:
    """How many programmes each source lists for a place itself (a ward's with its city's), by place."""
    covered: dict[str, Counter[str]] = defaultdict(Counter)
    for each in everything:
        if each.listed:
            for code in {regions.city_of(code) for code in each.identity.areas}:
                covered[code][each.source] += 1
    return covered

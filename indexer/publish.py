"""The only writer to the engine: build an index beside the live one, check it, swap, clean up."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

import meilisearch
import orjson
from meilisearch.errors import MeilisearchApiError, MeilisearchError

from indexer.changes import FRESH
from indexer.curate import Curated, by_programme, curated, listings, shown, together, united
from indexer.duplicates import DIFFERS, Group, Identity, groups, identity
from indexer.engine import Endpoint, EngineError
from indexer.featuring import featured, marked
from indexer.normalise.firms import band
from indexer.normalise.readings import yomi
from indexer.relations import Statement, relations, statements
from indexer.review import Watch
from indexer.schema import JST, NOT_OFFERED, Change, Featured, Level, Programme, Relation, instant, uuid_of
from indexer.state import MAX_INTERVALS, Timeline, timeline
from indexer.store import Decision, Store, stamp
from indexer.vocab import labels, regions

LIVE = "programmes"
BATCH = 1000
UNRANKED = 1_000_000
SYNONYM_CHARACTERS = 2_000
BODY_CHARACTERS = 12_000
TASK_MINUTES = 15
CANARIES = 3

Progress = Callable[[str, int, int], None]

SETTINGS: dict[str, Any] = {
    "searchableAttributes": [
        "schemes", "title", "yomi", "places", "issuer", "summary", "labels", "also", "body",
    ],
    "filterableAttributes": [
        "kind", "areas", "prefectures", "place_level", "theme", "stage", "lever", "field", "industry", "size", "gx",
        "issuer_level", "source", "featured", "listed", "procedure", "amount_max", "rate", "employees_max",
        "capital_max", "posted", "changed", "final", "starts", "id", "uuid",
        *(f"{end}_{i}" for i in range(MAX_INTERVALS) for end in ("opens", "closes")),
    ],
    "sortableAttributes": ["closes_0", "opens_0", "final", "posted", "changed", "amount_max", "rank", "breadth", "id"],
    "displayedAttributes": ["id", "hit", "ended", "rank", "breadth", "closes_0", "title", "summary", "body"],
    # `sort` is a chosen order, and with a place the closer one. `attribute` tells names from texts, and almost always
    # by the word's position too: what stands behind it orders an answer without words.
    "rankingRules": [
        "words", "typo", "ended:asc", "sort", "attribute", "rank:asc", "breadth:asc", "closes_0:asc", "proximity",
        "exactness", "id:asc",
    ],
    "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["jpn"]}],
    "pagination": {"maxTotalHits": 1_000_000},
    "faceting": {"maxValuesPerFacet": 2500},
    "typoTolerance": {"minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9}, "disableOnAttributes": ["yomi"]},
}  # fmt: skip


def document(
    curated: Curated, now: datetime, changes: Sequence[Change] = (), others: Sequence[Programme] = ()
) -> dict[str, Any]:
    """The engine's view of a programme. `hit` is what a result shows, everything else is there to be searched.

    `others`: its listings at other sources, whose words find it too.
    """
    record = curated.record
    programme = record.programme
    times = timeline(programme.windows, programme.kind)
    seconds = int(now.timestamp())
    if times and not record.listed:
        times = _given_up(times, seconds)
    ahead = [each for each in times.spans if each[1] > seconds][:MAX_INTERVALS] if times else []
    codes = programme.areas or programme.event_areas
    nationwide = "JP" in codes
    prefectures = [] if nationwide else sorted({regions.prefecture_of(code) for code in codes if code != "JP"})
    rate = _fraction(programme.amount.rate) if programme.amount else None
    # What came when we began to read its source, and does not say when it was published, may be of any day.
    posted = programme.published or (record.first_seen[:10] if record.changed else "")
    values: dict[str, Any] = {
        "id": programme.id,
        "uuid": str(uuid_of(programme.id)),
        "kind": programme.kind.value,
        "title": programme.title,
        "schemes": _schemes(programme),
        "issuer": programme.issuer.name if programme.issuer else "",
        "issuer_level": (programme.issuer.level if programme.issuer else Level.UNKNOWN).value,
        "summary": programme.summary,
        "body": "\n".join([programme.body, *(f"{each.title}\n{each.body}" for each in others)])[:BODY_CHARACTERS],
        "yomi": yomi(f"{programme.title}\n{programme.issuer.name if programme.issuer else ''}"),
        "places": [regions.get(code).name for code in codes],
        "labels": [
            label.name
            for facet, chosen in (("theme", programme.themes), ("stage", programme.stages), ("field", programme.fields))
            for each in chosen
            if (label := labels.labels(facet).get(each))
        ],
        # The engine cuts the words of its own synonyms otherwise than Japanese text, and does not find them.
        "also": list(labels.found_by(f"{programme.title}\n{programme.summary}\n{programme.body[:SYNONYM_CHARACTERS]}")),
        "areas": list(codes),
        "prefectures": prefectures,
        "place_level": _level(codes),
        "breadth": {"municipality": 0, "prefecture": 1, "national": 2}.get(_level(codes), 3),
        "theme": list(programme.themes),
        "stage": list(programme.stages),
        "lever": list(programme.levers),
        "field": list(programme.fields),
        "industry": _trades(programme),
        "size": band(programme.workforce) if programme.workforce else None,
        "gx": programme.gx,
        "source": list(dict.fromkeys(each.source.name for each in (programme, *others))),
        "listed": record.listed,
        "procedure": any(each.code == "procedure" for each in programme.problems),
        "featured": curated.featured is not None,
        "rank": curated.featured.rank if curated.featured else UNRANKED,
        "amount_max": programme.amount.max_yen if programme.amount else None,
        "rate": rate,
        "employees_max": programme.eligibility.employees_max if programme.eligibility else None,
        "capital_max": programme.eligibility.capital_max_yen if programme.eligibility else None,
        "posted": int(instant(posted).timestamp()) if posted else None,
        "changed": int(datetime.fromisoformat(record.changed).timestamp()) if record.changed else None,
        # Absent where no time is known at all, or the end of the last one is not.
        "final": times.final if times else None,
        # When the last window begins that has not begun yet.
        "starts": max((each for each in times.starts if each > seconds), default=None) if times else None,
        "hit": shown(curated, changes, now),
    }
    # Which results can still be applied for comes before how well their words fit; as of the publication. What only
    # tells of something stands between these and what is over.
    over = values["final"] is not None and values["final"] <= seconds
    values["ended"] = 2 if over else int(programme.kind in NOT_OFFERED)
    for i, (start, end) in enumerate(ahead):
        values[f"opens_{i}"], values[f"closes_{i}"] = start, end
    return {key: value for key, value in values.items() if value is not None}


def _given_up(times: Timeline, seconds: int) -> Timeline:
    """As it stands when its source has taken it down: nobody should count on its windows."""
    return Timeline(tuple((start, min(end, seconds)) for start, end in times.spans if start < seconds))


def publish(where: Endpoint, store: Store, now: datetime, progress: Progress | None = None) -> int:
    """Makes the store searchable; returns how many programmes are. The live index changes in one step or not at all.

    One publication at a time: the next one waits.

    Raises EngineError where the engine cannot be reached or what was built is not what the store holds.
    """
    client = meilisearch.Client(where.url, where.key, timeout=60, custom_headers={"Accept-Encoding": "identity"})
    try:
        with store.alone("publish", wait=True):
            return _publish(client, store, now, progress)
    except MeilisearchError as error:
        raise EngineError(f"publication failed, the live index is as it was: {error}") from error


def _publish(client: meilisearch.Client, store: Store, now: datetime, progress: Progress | None) -> int:
    content = store.content()
    version = f"{LIVE}_{now.astimezone(JST):%Y%m%d%H%M%S}_{content}"
    _clean(client, {LIVE})
    decided = by_programme(store.decisions())
    found, related = _together(store, decided)
    absorbed = {each for group in found for each in group.members[1:]}
    hidden = sum(any(each.field == "hidden" and each.now for each in own) for own in decided.values())
    total = store.count() - hidden - len(absorbed)
    try:
        _wait(client, client.create_index(version, {"primaryKey": "id"}).task_uid)
        index = client.index(version)
        _wait(client, index.update_settings(SETTINGS).task_uid)
        count, tasks = 0, []
        visible = (each for each in curated(store.records(), decided) if not each.hidden)
        covered: dict[str, Counter[str]] = defaultdict(Counter)
        recent = store.recent(now - FRESH)
        alone = (each for each in _counting(visible, covered) if each.record.programme.id not in absorbed)
        differing: set[str] = set()
        canaries: dict[str, str] = {}
        watch = Watch(store, now)
        documents = (
            document(whole, now, recent.get(whole.record.programme.id, ()), others)
            for whole, others in _united(store, alone, decided, found, featured(store, now), differing, canaries, watch)
        )
        for batch in _batches(documents, BATCH):
            tasks.append(index.add_documents_raw(orjson.dumps(batch), content_type="application/json").task_uid)
            count += len(batch)
            if progress:
                progress("publish", count, total)
        for task in tasks:
            _wait(client, task)
        _check(index, total, count, canaries)
        if not _exists(client, LIVE):
            _wait(client, client.create_index(LIVE, {"primaryKey": "id"}).task_uid)
        _wait(client, client.swap_indexes([{"indexes": [LIVE, version]}]).task_uid)
    finally:
        _clean(client, {LIVE})
    with store.transaction() as writer:
        writer.put_groups((group.why, group.members[0], group.members[0] in differing) for group in found)
        writer.put_relations(related)
        watch.keep(writer)
        writer.set_fact("coverage", covered)
        writer.set_fact("publication", {"version": version, "at": stamp(now), "count": count, "content": content})
    return count


def _counting(programmes: Iterable[Curated], covered: dict[str, Counter[str]]) -> Iterator[Curated]:
    """Passes them on; counts by place and source what is listed (a ward's with its city's)."""
    for each in programmes:
        if each.record.listed:
            for code in {regions.city_of(code) for code in each.record.programme.areas}:
                covered[code][each.record.source] += 1
        yield each


def _together(store: Store, decided: Mapping[str, Sequence[Decision]]) -> tuple[list[Group], dict[str, list[Relation]]]:
    """The programmes that several sources list, and how programmes stand to each other, by id."""
    known: list[Identity] = []
    said: list[Statement] = []
    for each in curated(store.records(), decided):
        if not each.hidden:
            known.append(identity(each.record.programme))
            said += statements(each.record.programme)
    order = {name: int(bool(facts.get("second_hand"))) for name, facts in store.sources().items()}
    found = groups(known, together(each for own in decided.values() for each in own), order)
    lead = {id: group.members[0] for group in found for id in group.members}
    shown = [each for each in known if lead.get(each.id, each.id) == each.id]
    return found, relations(shown, (replace(each, id=lead.get(each.id, each.id)) for each in said))


def _united(
    store: Store,
    programmes: Iterable[Curated],
    decided: Mapping[str, Sequence[Decision]],
    found: Iterable[Group],
    chosen: Mapping[str, Featured],
    differing: set[str],
    canaries: dict[str, str],
    watch: Watch,
) -> Iterator[tuple[Curated, list[Programme]]]:
    """Each programme with all that its sources say, and its listings at the others. Notes the ids of those whose
    sources differ, of the first ones the titles, and what a person should look at.
    """
    others = {group.members[0]: group.members[1:] for group in found}
    for lead in programmes:
        id = lead.record.programme.id
        rest = listings(store, others.get(id, ()), decided)
        whole = marked(united(lead, rest), (id, *(each.record.programme.id for each in rest)), chosen)
        watch.see(whole, (id, *(each.record.programme.id for each in rest)))
        if any(each.code == DIFFERS for each in whole.record.programme.problems):
            differing.add(id)
        if len(canaries) < CANARIES:
            canaries[id] = whole.record.programme.title
        yield whole, [each.record.programme for each in rest]


def _check(index: Any, expected: int, count: int, canaries: Mapping[str, str]) -> None:
    """As many as the store holds and staff do not hide, one for all listings of a programme, and canaries: programmes
    (titles by id) are found by their own titles.
    """
    there = index.get_stats().number_of_documents
    if there != count or count != expected:
        raise EngineError(f"built {there} of {expected} programmes: not published, the live index is as it was")
    for id, title in canaries.items():
        found = index.search(
            title[:60], {"filter": f'id = "{id}"', "limit": 1, "locales": ["jpn"], "matchingStrategy": "last"}
        )
        if not found["hits"]:
            raise EngineError(f"{id} is not found by its title: not published")


def _clean(client: meilisearch.Client, keep: set[str]) -> None:
    """Deletes what earlier publications left behind."""
    for each in client.get_indexes({"limit": 1000})["results"]:
        if each.uid not in keep and each.uid.startswith(f"{LIVE}_"):
            _wait(client, client.delete_index(each.uid).task_uid)


def _exists(client: meilisearch.Client, name: str) -> bool:
    try:
        client.get_index(name)
    except MeilisearchApiError as error:
        if error.code == "index_not_found":
            return False
        raise
    return True


def _wait(client: meilisearch.Client, task: int) -> None:
    done = client.wait_for_task(task, timeout_in_ms=TASK_MINUTES * 60_000, interval_in_ms=50)
    if done.status != "succeeded":
        raise EngineError(f"the engine refused a step of the publication: {done.error}")


def _batches(items: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _schemes(programme: Programme) -> list[str]:
    """The national scheme it is a call of. A town's own top-up of one is none, nor what only tells of it."""
    level = programme.issuer.level if programme.issuer else Level.UNKNOWN
    local = level in (Level.MUNICIPALITY, Level.PREFECTURE) or _level(programme.areas) == "municipality"
    return [] if local or programme.kind in NOT_OFFERED else list(labels.schemes_of(programme.title))


def _trades(programme: Programme) -> list[str]:
    """Divisions of trade that find it: what is offered without a restriction is for every trade."""
    own = list(programme.eligibility.industries) if programme.eligibility else []
    return own or ([] if programme.kind in NOT_OFFERED else list(labels.labels("industry")))


def _level(codes: Iterable[str]) -> str:
    """The widest level among the codes; "unknown" without any."""
    lengths = {len(code) if code != "JP" else 0 for code in codes}
    if not lengths:
        return "unknown"
    return {0: "national", 2: "prefecture", 5: "municipality"}[min(lengths)]


def _fraction(rate: str | None) -> float | None:
    if not rate or "/" not in rate:
        return None
    over, under = rate.split("/", 1)
    return round(int(over) / int(under), 4)

"""The engine's view of a programme, and for how long it stays true without anybody changing anything."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from indexer.changes import FRESH
from indexer.curate import Curated, shown
from indexer.normalise.conditions import conditions
from indexer.normalise.firms import band
from indexer.normalise.readings import yomi
from indexer.schema import NOT_OFFERED, Change, Level, Programme, instant, uuid_of
from indexer.state import FAR, MAX_INTERVALS, Timeline, end_of_day, timeline
from indexer.vocab import labels, regions

UNRANKED = 1_000_000
SYNONYM_CHARACTERS = 2_000
BODY_CHARACTERS = 12_000


def document(
    curated: Curated, now: datetime, changes: Sequence[Change] = (), others: Sequence[Programme] = ()
) -> dict[str, Any]:
    """The engine's view of a programme. `hit` is what a result shows, everything else is there to be searched.

    `others`: its listings at other sources, whose words find it too.
    """
    record = curated.record
    programme = record.programme
    told = times = timeline(programme.windows, programme.kind)
    seconds = int(now.timestamp())
    if times and not record.listed:
        times = _given_up(times, min(seconds, int(datetime.fromisoformat(record.last_seen).timestamp())))
    ahead = [each for each in times.spans if each[1] > seconds][:MAX_INTERVALS] if times else []
    codes = programme.areas or programme.event_areas
    nationwide = "JP" in codes
    prefectures = [] if nationwide else sorted({regions.prefecture_of(code) for code in codes if code != "JP"})
    rate = _fraction(programme.amount.rate) if programme.amount else None
    # What came when we began to read its source, and does not say when it was published, may be of any day.
    posted = programme.published or (record.first_seen[:10] if record.changed else "")
    who = conditions(programme)
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
        "meant_for": who.size,
        "who": who.stored(),
        "posted": int(instant(posted).timestamp()) if posted else None,
        "changed": int(datetime.fromisoformat(record.changed).timestamp()) if record.changed else None,
        # Absent where no time is known at all, or the end of the last one is not.
        "final": times.final if times else None,
        # When its windows begin.
        "starts": sorted({*times.starts}) if times else None,
        "hit": shown(curated, changes, now),
        # All times, for the state at any instant (state.standing_at).
        "times": told.stored() if told else None,
    }
    # Which results can still be applied for comes before how well their words fit; as of the publication. What only
    # tells of something stands between these and what is over.
    over = values["final"] is not None and values["final"] <= seconds
    values["ended"] = 2 if over else int(programme.kind in NOT_OFFERED)
    for i, (start, end) in enumerate(ahead):
        values[f"opens_{i}"], values[f"closes_{i}"] = start, end
        # The end of that day: a third of the values that ends are, which is what counting them costs the engine. What
        # ends at midnight ends with the day before.
        values[f"closes_by_{i}"] = end if end == FAR else end_of_day(end - 1)
    return {key: value for key, value in values.items() if value is not None}


def valid(curated: Curated, changes: Sequence[Change], now: datetime, turns: Iterable[int] = ()) -> tuple[int, int]:
    """The Unix seconds from and until which `document` says the same as now, if nothing but time changes.

    `turns`: when something else that is made with it changes.
    """
    programme = curated.record.programme
    times = timeline(programme.windows, programme.kind)
    # It is over at an end, or where a source says that it ends before it begins, at the start.
    turns = [*turns, *(end for _, end in times.spans), *times.openings, times.final or 0] if times else [*turns]
    turns += [int((datetime.fromisoformat(each.at) + FRESH).timestamp()) + 1 for each in changes]
    seconds = int(now.timestamp())
    if not curated.record.listed:
        seen = int(datetime.fromisoformat(curated.record.last_seen).timestamp())
        if seconds < seen:
            # The clock was set back: what was over when it was taken down may be ahead again.
            return seconds, seconds + 1
        turns.append(seen)
    since = max((each for each in turns if each <= seconds), default=0)
    return since, min((each for each in turns if each > seconds), default=FAR)


def _given_up(times: Timeline, seconds: int) -> Timeline:
    """As it stands when its source has taken it down: nobody should count on its windows any longer than it did."""
    return Timeline(tuple((start, min(end, seconds)) for start, end in times.spans if start < seconds))


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

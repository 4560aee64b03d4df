"""Results as they are shown: what the index holds, with what depends on now, where words were found, and why here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from indexer.normalise.conditions import Conditions
from indexer.schema import Kind, Window
from indexer.state import Standing, Timeline, standing_at, timeline
from indexer.vocab import labels, regions
from search_api.fit import fit, profiled
from search_api.models import Hit
from search_api.query import Query

Values = dict[str, Any]
"""A result in the shape of models.Hit, as JSON values."""


def fields(query: Query) -> list[str]:
    """What is asked of the engine for a result."""
    return ["hit", "times", *(["who"] if profiled(query) else []), *(["body"] if query.plan else [])]


def hit(found: Mapping[str, Any], now: datetime, query: Query) -> Values:
    """A result of the engine as of `now`; with `fit`, `highlight` and `explain` where the question is for them."""
    times = found.get("times")
    shown = result(found["hit"], Timeline.loaded(times) if times else None, now)
    if profiled(query):
        shown["fit"] = fitted(shown, Conditions.loaded(found["who"]), found.get("body", ""), query)
    if formatted := found.get("_formatted"):
        shown["highlight"] = _highlight(formatted)
    if details := found.get("_rankingScoreDetails"):
        shown["explain"] = _explained(details)
    return shown


def result(values: Mapping[str, Any], times: Timeline | None, now: datetime) -> Values:
    """What is shown of a programme (curate.shown) as of `now`."""
    where = standing_at(times, listed=values["listed"], now=now)
    return {**values, **_now(where), **_labels(values), "fit": None, "highlight": None, "explain": []}


def trimmed(hit: Values, fields: Sequence[str]) -> Values:
    """A result with these fields alone, and its id: without it nobody could ask for the rest."""
    return {name: value for name, value in hit.items() if name == "id" or name in fields}


def as_shown(values: Mapping[str, Any], now: datetime) -> Hit:
    """The same as a model, from the values alone."""
    times = timeline([Window.model_validate(each) for each in values["windows"]], Kind(values["kind"]))
    return Hit.model_validate(result(values, times, now))


def fitted(shown: Mapping[str, Any], who: Conditions, body: str, query: Query) -> Values | None:
    """As models.Fit."""
    verdict = fit(shown, who, body, query)
    return verdict.model_dump(mode="json") if verdict else None


def derived(windows: Sequence[Window], kind: Kind, listed: bool, values: Mapping[str, Any], now: datetime) -> Values:
    """State, the window that counts now, and names for people."""
    return {**_now(standing_at(timeline(windows, kind), listed=listed, now=now)), **_labels(values)}


def _now(where: Standing) -> Values:
    return {
        "state": where.state.value,
        "state_label": labels.labels("state")[where.state.value].name,
        "opens": where.opens.isoformat(timespec="seconds") if where.opens else None,
        "closes": where.closes.isoformat(timespec="seconds") if where.closes else None,
        "days_left": where.days_left,
    }


def _labels(values: Mapping[str, Any]) -> Values:
    return {
        "kind_label": labels.labels("kind")[values["kind"]].name,
        "area_label": _area_label(tuple(values["areas"] or values["event_areas"])),
    }


def area_label(codes: Sequence[str], most: int = 3) -> str:
    """Places in words: 全国, or names with their prefecture; more than `most` are counted.

    >>> area_label(["JP"])
    '全国'
    """
    return _area_label(tuple(codes), most)


@lru_cache(maxsize=4096)
def _area_label(codes: tuple[str, ...], most: int = 3) -> str:
    if "JP" in codes:
        return "全国"
    names = [regions.full_name(code) for code in codes]
    if len(names) <= most:
        return "・".join(names)
    return f"{'・'.join(names[:most])} ほか{len(names) - most}か所"


_MARKS = ("\ue000", "\ue001")
"""Private characters: nothing that a source writes for people has them; one that did would lose them here."""
HIGHLIGHTED = {
    "attributesToHighlight": ["title", "summary", "body"],
    "attributesToCrop": ["summary:30", "body:30"],
    "highlightPreTag": _MARKS[0],
    "highlightPostTag": _MARKS[1],
    "cropMarker": "…",
}
"""The part of a request that asks where words were found."""


def _marked(text: str) -> Values:
    """The engine's text with marks as models.Marked."""
    plain, marks = "", list[tuple[int, int]]()
    # The engine marks each of its words: those side by side are one mark.
    for part in text.replace(_MARKS[1] + _MARKS[0], "").split(_MARKS[0]):
        found, closed, rest = part.partition(_MARKS[1])
        if closed:
            marks.append((len(plain), len(plain) + len(found)))
        plain += found + rest
    return {"text": plain, "marks": marks}


def _highlight(formatted: Mapping[str, str]) -> Values:
    pieces = (_marked(formatted[name]) for name in ("summary", "body") if formatted.get(name))
    return {"title": _marked(formatted["title"]), "snippet": next((each for each in pieces if each["marks"]), None)}


_RULES = {"ended:asc": "closed", "rank:asc": "curated", "breadth:asc": "place_breadth", "closes_0:asc": "deadline"}


def _explained(details: Mapping[str, Mapping[str, Any]]) -> list[Values]:
    """As models.Reason, in the order of the rules."""
    return [
        {
            "rule": _RULES.get(rule, rule.replace(":", "_")),
            "score": told.get("score"),
            "value": told.get("value"),
            "words": [told["matchingWords"], told["maxMatchingWords"]] if "matchingWords" in told else None,
        }
        for rule, told in sorted(details.items(), key=lambda each: each[1]["order"])
        if not rule.startswith("id:")
    ]

"""Is a crawl healthy? What looks wrong stops a source before it touches the store."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from crawlers.items import Notice

LEAST_SHARE = 0.5
"""No more notices than this share of the last good run: the site changed, or answered in part."""

MOST_SHARE = 3.0
"""More than so many times the last good run: a look is due, but nothing is lost."""

MISSED_SHARE = 0.25
"""More details than this share failed: a broken run, not a few broken pages."""


FILLED_BEFORE, FALLEN_TO = 0.5, 0.25
"""A field that most notices of the last good run had, and of which less than a quarter is left: a changed layout."""

ENOUGH = 5
"""Of fewer notices than this, a share says nothing."""


def filled(notices: Sequence[Notice]) -> dict[str, float]:
    """The share of notices in which each field is filled, for every field that is filled at all."""
    counts = {each.name: sum(1 for notice in notices if getattr(notice, each.name)) for each in fields(Notice)}
    return {name: round(count / len(notices), 3) for name, count in counts.items() if count and name not in _CONSTANT}


_CONSTANT = frozenset({"source", "missing", "contradicting"})


_CHANGED = re.compile(
    r"notices, (?:fewer than|no more than)|is filled in|notices are incomplete"
    r"|^(?!Download)\w+(?:Error|Exception)\(.* on http"
)


_AWAY = re.compile(
    r"^robots\.txt of \S+ cannot be had|Forbidden by robots\.txt|: HTTP (?:429|5\d\d)\b"
    r"|: (?:Download|Cannot|Connection|Response)\w*Error\b"
)
"""A site that did not answer gives few notices, however its pages look."""


def looks_changed(errors: Sequence[str]) -> bool:
    """Do these errors say that a site answers, but looks other than before?

    >>> looks_changed(["3 notices, fewer than the 20 expected"]), looks_changed(["https://x.example/: HTTP 503"])
    (True, False)
    >>> looks_changed(["SelectorError('no .list') on https://x.example/"]), looks_changed(["ended early: shutdown"])
    (True, False)
    >>> looks_changed(["https://x.example/: HTTP 503", "0 notices, fewer than the 5 expected"])
    False
    """
    return any(_CHANGED.search(each) for each in errors) and not any(_AWAY.search(each) for each in errors)


@dataclass(frozen=True)
class Normal:
    """What a source brings when all is well: `seen` notices, and the share of them that fill each field."""

    seen: int
    filled: Mapping[str, float] = field(default_factory=dict)


SLACK = 0.8
"""Of what somebody accepted as normal, the share that has to be there the next time."""


def moved(expect: Mapping[str, Any], accepted: Normal) -> dict[str, Any]:
    """The expectation, as far as what was accepted as normal lies outside of it."""
    least = {
        name: min(share, SLACK * accepted.filled.get(name, 0.0)) for name, share in expect.get("filled", {}).items()
    }
    return {
        **expect,
        "min": min(expect["min"], int(SLACK * accepted.seen)),
        "max": max(expect["max"], int(accepted.seen / SLACK)),
        "filled": least,
    }


def problems(
    notices: Sequence[Notice], stats: Mapping[str, Any], last: Normal | None
) -> tuple[list[str], list[str], list[str]]:
    """Errors and oddities, either of which keeps yesterday's data, and warnings, which staff read.

    An error is a crawl that went wrong. An oddity is one that brought other things than expected: somebody may look and
    accept that as the new normal. `stats` is what the crawl reports (see crawlers/run.py); `last` is of the last good
    run of the same variant, or what was accepted since, None if there was none.
    """
    errors: list[str] = [str(each) for each in stats.get("errors", [])]
    warnings: list[str] = []
    count = len(notices)
    if stats.get("finish_reason", "finished") != "finished":
        errors.append(f"the crawl ended early: {stats['finish_reason']}")
    twice = count - len({(each.key, each.url) for each in notices})
    if twice:
        warnings.append(f"{twice} notices came twice")
    partial = sum(1 for each in notices if each.missing)
    if partial > MISSED_SHARE * max(count, 1):
        errors.append(f"{partial} of {count} notices are incomplete")
    for what, times in stats.get("missed", {}).items():
        number = times if isinstance(times, int) else times.get("count", 0)
        examples = [] if isinstance(times, int) else times.get("examples", [])
        warnings.append(f"{number} × {what}" + (f" (such as {', '.join(map(str, examples[:3]))})" if examples else ""))
    odd, many = _odd(notices, stats["expect"], last)
    return errors, odd, many + warnings


def _odd(notices: Sequence[Notice], expect: Mapping[str, Any], last: Normal | None) -> tuple[list[str], list[str]]:
    """What is less than expected, and what is more."""
    errors: list[str] = []
    warnings: list[str] = []
    count, last_seen = len(notices), last.seen if last else None
    if count < expect["min"]:
        errors.append(f"{count} notices, fewer than the {expect['min']} expected")
    elif last_seen and expect.get("complete", True) and count <= LEAST_SHARE * last_seen:
        errors.append(f"{count} notices, no more than {LEAST_SHARE:.0%} of the {last_seen} of the last good run")
    if count > expect["max"]:
        warnings.append(f"{count} notices, more than the {expect['max']} expected")
    elif last_seen and count > MOST_SHARE * last_seen:
        warnings.append(f"{count} notices, more than {MOST_SHARE:.0f} times the {last_seen} of the last good run")
    for name, least in expect.get("filled", {}).items():
        share = sum(1 for each in notices if getattr(each, name)) / count if count else 0.0
        if count and share < least:
            errors.append(f"{name} is filled in {share:.0%} of notices, expected at least {least:.0%}")
    now = filled(notices)
    for name, before in (last.filled if last else {}).items():
        share = now.get(name, 0.0)
        if count >= ENOUGH and before >= FILLED_BEFORE and share < FALLEN_TO * before:
            errors.append(
                f"{name} is filled in {share:.0%} of notices, and was in {before:.0%} of the last good run: "
                "look whether the page's layout changed"
            )
    return errors, warnings

"""Is a crawl healthy? What looks wrong stops a source before it touches the store."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
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


def looks_changed(errors: Sequence[str]) -> bool:
    """Do these errors say that a site answers, but looks other than before?

    >>> looks_changed(["3 notices, fewer than the 20 expected"]), looks_changed(["https://x.example/: HTTP 503"])
    (True, False)
    >>> looks_changed(["SelectorError('no .list') on https://x.example/"]), looks_changed(["ended early: shutdown"])
    (True, False)
    """
    return any(_CHANGED.search(each) for each in errors)


def problems(
    notices: Sequence[Notice],
    stats: Mapping[str, Any],
    last_seen: int | None,
    last_filled: Mapping[str, float] | None = None,
) -> tuple[list[str], list[str]]:
    """Errors, which keep yesterday's data, and warnings, which staff read.

    `stats` is what the crawl reports (see crawlers/run.py). `last_seen` is how many notices the last good run of the
    same variant brought, `last_filled` how its fields were filled (see `filled`); None if there was none.
    """
    errors: list[str] = [str(each) for each in stats.get("errors", [])]
    warnings: list[str] = []
    expect = stats["expect"]
    count = len(notices)
    if stats.get("finish_reason", "finished") != "finished":
        errors.append(f"the crawl ended early: {stats['finish_reason']}")
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
    for name, before in (last_filled or {}).items():
        share = now.get(name, 0.0)
        if count >= ENOUGH and before >= FILLED_BEFORE and share < FALLEN_TO * before:
            errors.append(
                f"{name} is filled in {share:.0%} of notices, and was in {before:.0%} of the last good run: "
                "look whether the page's layout changed"
            )
    urls = {(each.key, each.url) for each in notices}
    if len(urls) < count:
        warnings.append(f"{count - len(urls)} notices came twice")
    partial = sum(1 for each in notices if each.missing)
    if partial > MISSED_SHARE * max(count, 1):
        errors.append(f"{partial} of {count} notices are incomplete")
    for what, times in stats.get("missed", {}).items():
        number = times if isinstance(times, int) else times.get("count", 0)
        examples = [] if isinstance(times, int) else times.get("examples", [])
        warnings.append(f"{number} × {what}" + (f" (such as {', '.join(map(str, examples[:3]))})" if examples else ""))
    return errors, warnings

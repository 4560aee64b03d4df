"""The prefectures as shapes to be shaded by count (outlines: build_japan.py)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from indexer.vocab import regions
from search_api.models import FacetValue

LEVELS = 5
"""Shades of what is not empty."""
ATTRIBUTION = ("@svg-maps/japan", "Victor Cazanave / MapSVG", "CC BY 4.0", "https://github.com/VictorCazanave/svg-maps")
"""Name, authors, licence and address of the data."""


@dataclass(frozen=True)
class Prefecture:
    """`own` counts what is for this prefecture or its towns, without the nationwide; `level` is 0 (none) to LEVELS."""

    code: str
    name: str
    path: str
    own: int
    level: int


@dataclass(frozen=True)
class Shade:
    """A shade of the legend: from `least` to `most` programmes."""

    level: int
    least: int
    most: int


@dataclass(frozen=True)
class Japan:
    """The 47 in the order of their codes, by region (北海道, 東北 ...), and what their shades mean."""

    width: int
    height: int
    prefectures: tuple[Prefecture, ...]
    legend: tuple[Shade, ...]


def japan(counts: Sequence[FacetValue]) -> Japan:
    """From the facet of places, whose counts include the nationwide.

    >>> some = [FacetValue(value=code, label="", count=count) for code, count in (("JP", 5), ("13", 25), ("27", 6))]
    >>> found = japan(some)
    >>> [(each.name, each.own, each.level) for each in found.prefectures if each.own]
    [('東京都', 20, 5), ('大阪府', 1, 2)]
    >>> [(each.least, each.most) for each in found.legend][-1], len(found.prefectures)
    ((13, 20), 47)
    """
    given = {each.value: each.count for each in counts}
    nationwide = given.get("JP", 0)
    own = {each.code: max(given.get(each.code, nationwide) - nationwide, 0) for each in regions.prefectures()}
    most = max(own.values(), default=0)
    outlines = _outlines()
    shades: dict[int, list[int]] = {}
    for count in range(1, most + 1):
        shades.setdefault(level(count, most), []).append(count)
    return Japan(
        outlines["width"],
        outlines["height"],
        tuple(
            Prefecture(each.code, each.name, outlines["paths"][each.code], own[each.code], level(own[each.code], most))
            for each in regions.prefectures()
        ),
        tuple(Shade(each, several[0], several[-1]) for each, several in shades.items()),
    )


def level(count: int, most: int) -> int:
    """The shade of a count, in steps of square roots: one big prefecture must not make all others alike."""
    return min(LEVELS, 1 + int(LEVELS * (count / most) ** 0.5)) if count and most else 0


@cache
def _outlines() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("japan.json").read_text(encoding="utf-8"))
    return found

"""Japan as a map of equal tiles: every prefecture one square, near its neighbours. Drawn by ourselves.

Equal squares compare counts better than true areas do: 香川県 is as easy to see and to press as 北海道.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.vocab import regions
from search_api.models import FacetValue

LEVELS = 4
"""Shades of what is not empty."""

_ROWS = """
.. .. .. .. .. .. .. .. .. .. .. .. 01
.. .. .. .. .. .. .. .. .. .. .. 02 ..
.. .. .. .. .. .. .. .. .. .. 05 03 ..
.. .. .. .. .. .. .. .. .. .. 06 04 ..
.. .. .. .. .. .. .. .. 17 16 15 07 ..
.. .. .. .. 32 31 26 25 18 21 20 10 09
.. .. 35 34 33 28 27 29 24 23 19 11 08
41 40 44 .. .. .. .. 30 .. 22 14 13 12
42 43 45 .. 38 37 .. .. .. .. .. .. ..
.. 46 .. .. 39 36 .. .. .. .. .. .. ..
47 .. .. .. .. .. .. .. .. .. .. .. ..
"""

PLACES = {
    code: (column, row)
    for row, line in enumerate(_ROWS.split("\n")[1:])
    for column, code in enumerate(line.split())
    if code != ".."
}
"""Column and row of each prefecture, from the upper left."""


@dataclass(frozen=True)
class Tile:
    """`own` counts what is for this prefecture or its towns, without the nationwide; `level` 0 (none) to LEVELS."""

    code: str
    name: str
    short: str
    column: int
    row: int
    own: int
    level: int


def tiles(counts: Sequence[FacetValue]) -> list[Tile]:
    """The 47 in the order of their codes, from the facet of places, whose counts include the nationwide.

    >>> some = [FacetValue(value=code, label="", count=count) for code, count in (("JP", 5), ("13", 25), ("27", 6))]
    >>> [(each.short, each.own, each.level) for each in tiles(some) if each.own]
    [('東京', 20, 4), ('大阪', 1, 1)]
    """
    given = {each.value: each.count for each in counts}
    nationwide = given.get("JP", 0)
    own = {each.code: max(given.get(each.code, nationwide) - nationwide, 0) for each in regions.prefectures()}
    most = max(own.values(), default=0)
    return [
        Tile(
            each.code,
            each.name,
            each.name if each.code == "01" else each.name[:-1],
            *PLACES[each.code],
            own[each.code],
            level(own[each.code], most),
        )
        for each in regions.prefectures()
    ]


def level(count: int, most: int) -> int:
    """The shade of a count, in steps of square roots: one big prefecture must not make all others alike."""
    return min(LEVELS, 1 + int(LEVELS * (count / most) ** 0.5)) if count and most else 0

"""Writes japan.json, the outlines of the prefectures, from `@svg-maps/japan`: `python -m frontend.build_japan`.

That package is CC BY 4.0 (Victor Cazanave, after MapSVG) and is named below the map. It lacks the Northern Territories,
and counts Amami, which belongs to 鹿児島県, among the islands of 沖縄県: they are told apart here by where they lie.
"""

import json
import re
from itertools import pairwise
from pathlib import Path

from indexer.vocab import regions

SOURCE = Path(__file__).parent.parent / "node_modules" / "@svg-maps" / "japan" / "japan.svg"
TARGET = Path(__file__).with_name("japan.json")

FINENESS = 3
"""Units of ours to one of theirs. Borders of neighbours are the same points, and stay so when they are rounded."""
SMALLEST_ISLAND = 1.2
"""Of their square units: what is smaller could neither be seen nor pressed."""
LEFT, WIDTH, HEIGHT = 92, 347, 388
SOUTH = 420.0
"""South of here only 沖縄県 and Amami lie: they are drawn in the empty corner, the width of the sea nearer."""
INSET = (100.0, -398.0)
AMAMI_ENDS = 452.0

Point = tuple[float, float]


def rings(path: str) -> list[list[Point]]:
    """The closed lines of an SVG path of relative moves."""
    found: list[list[Point]] = []
    x = y = 0.0
    for part in path.split("z"):
        ring: list[Point] = []
        for dx, dy in re.findall(r"(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)", part):
            x, y = x + float(dx), y + float(dy)
            ring.append((x, y))
        if ring:
            found.append(ring)
            x, y = ring[0]
    return found


def area(ring: list[Point]) -> float:
    following = [*ring[1:], ring[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))) / 2


def drawn(ring: list[Point]) -> str:
    """The line in our units, as a path; points that add nothing are left out."""
    dx, dy = INSET if min(y for _, y in ring) > SOUTH else (0.0, 0.0)
    points: list[tuple[int, int]] = []
    for x, y in ring:
        point = round((x + dx - LEFT) * FINENESS), round((y + dy) * FINENESS)
        if not points or point != points[-1]:
            points.append(point)
    kept = [
        here
        for before, here, after in zip([points[-1], *points[:-1]], points, [*points[1:], points[0]], strict=True)
        if (here[0] - before[0]) * (after[1] - here[1]) != (here[1] - before[1]) * (after[0] - here[0])
    ]
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(kept))
    return f"M{kept[0][0]} {kept[0][1]}l{steps}z".replace(" -", "-")


def outlines(svg: str) -> dict[str, str]:
    """A path for each prefecture, by its code."""
    codes = {each.romaji.partition("-")[0].lower(): each.code for each in regions.prefectures()}
    found: dict[str, list[str]] = {code: [] for code in sorted(codes.values())}
    for name, path in re.findall(r'id="([a-z]+)"\s+aria-label="[^"]+"\s+d="([^"]+)"', svg):
        for ring in rings(path):
            if area(ring) >= SMALLEST_ISLAND:
                amami = name == "okinawa" and min(y for _, y in ring) < AMAMI_ENDS
                found[codes["kagoshima" if amami else name]].append(drawn(ring))
    return {code: "".join(paths) for code, paths in found.items()}


def main() -> None:
    values = {"width": WIDTH * FINENESS, "height": HEIGHT * FINENESS, "paths": outlines(SOURCE.read_text("utf-8"))}
    TARGET.write_text(json.dumps(values, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

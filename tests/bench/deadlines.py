"""Our deadline grammar beside dateparser, on the same lines: `make bench`.

The lines are the labelled ones where they are present (SHIEN_SHARED), else invented ones. A line is right if the set
of days that one can apply until is the labelled one; dateparser.parse gives one day for a text, its search several.
dateparser gets the publication date as its base, and prefers future dates: the kindest settings that it has.
"""

import json
import os
import time
import timeit
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import dateparser
from dateparser.search import search_dates

from indexer.normalise.deadlines import read

ROOT = Path(__file__).resolve().parents[2]
LABELLED = Path(os.environ.get("SHIEN_SHARED", ROOT.parent / "shared")) / "gold"
GOLD, PROSE = LABELLED / "deadlines_dev.jsonl", LABELLED / "themes_dev.jsonl"
INVENTED = [
    ("申請期間：令和8年9月1日（火）から令和8年9月30日（水）まで", {"2026-09-30"}),
    ("締め切りは9月30日。", {"2026-09-30"}),
    ("公募期間：2026年8月7日～2026年9月18日17時必着", {"2026-09-18"}),
    ("補助対象期間：令和8年4月1日から令和9年1月31日まで", set()),
    ("更新日：2026年8月1日", set()),
    ("第1回：令和8年9月1日～9月30日 第2回：令和8年11月2日～11月30日（公募期間）", {"2026-09-30", "2026-11-30"}),
]
Days = set[str]


def lines() -> list[tuple[str, str | None, Days]]:
    if not GOLD.is_file():
        return [(text, "2026-08-05", days) for text, days in INVENTED]
    rows: list[dict[str, Any]] = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [
        (
            row["text"],
            row["published"],
            {each["closes"][:10] for each in row["windows"] if each["role"] == "apply" and each["closes"]},
        )
        for row in rows
    ]


def ours(text: str, published: str | None) -> Days:
    windows = read(text, published=published).windows
    return {each.closes[:10] for each in windows if each.role == "apply" and each.closes}


def kind(published: str | None) -> dict[str, Any]:
    base = datetime.fromisoformat(published) if published else None
    return {"PREFER_DATES_FROM": "future", **({"RELATIVE_BASE": base} if base else {})}


def parse(text: str, published: str | None) -> Days:
    at = dateparser.parse(text, languages=["ja"], settings=kind(published))
    return {at.date().isoformat()} if at else set()


def search(text: str, published: str | None) -> Days:
    return {at.date().isoformat() for _, at in search_dates(text, languages=["ja"], settings=kind(published)) or []}


def measure(reader: Callable[[str, str | None], Days], rows: list[tuple[str, str | None, Days]]) -> dict[str, float]:
    reader(*rows[0][:2])
    start = time.perf_counter()
    said = [reader(text, published) for text, published, _ in rows]
    spent = time.perf_counter() - start
    pairs = list(zip(said, (days for *_, days in rows), strict=True))
    right = sum(got == want for got, want in pairs)
    none = sum(not got and bool(want) for got, want in pairs)
    return {"right": right, "wrong": len(rows) - right - none, "none": none, "µs a line": 1e6 * spent / len(rows)}


def main() -> None:
    warnings.simplefilter("ignore")
    rows = lines()
    print(f"{len(rows)} lines ({'labelled' if GOLD.is_file() else 'invented'})")
    print(f"{'':24}{'right':>7}{'wrong':>7}{'none':>7}{'µs a line':>11}{'times ours':>12}")
    first = 0.0
    for name, reader in (("shien", ours), ("dateparser.parse", parse), ("dateparser.search", search)):
        figures = measure(reader, rows)
        first = first or figures["µs a line"]
        counts = "".join(f"{figures[key]:>7}" for key in ("right", "wrong", "none"))
        print(f"{name:24}{counts}{figures['µs a line']:>11.0f}{figures['µs a line'] / first:>12.1f}")
    prose = (
        [row["body"] or row["title"] for row in map(json.loads, PROSE.read_text(encoding="utf-8").splitlines())]
        if GOLD.is_file()
        else []
    )
    for name, texts in (("real pages' text", prose), ("nothing but such lines", [text for text, *_ in rows])):
        if texts:
            page = "\n".join(texts)
            page = (page * (20_000 // len(page) + 1))[:20_000]
            spent = min(timeit.repeat(lambda page=page: read(page, published="2026-08-05"), number=1, repeat=5))  # type: ignore[misc]
            print(f"a page of 20,000 characters, {name}: {1e3 * spent:.1f} ms")


if __name__ == "__main__":
    main()

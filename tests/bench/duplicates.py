"""Listings of one programme: precision and recall on labelled pairs of the recordings, and the time for many.

`python -m tests.bench.duplicates [--many N]`. duplicates.tsv holds the pairs, by their ids: those that are one
programme, and the nearest ones that are not (other rounds, years, courses and parts of one budget), each
labelled by hand.
"""

import argparse
import time
from pathlib import Path

from indexer.duplicates import groups, identity
from indexer.schema import Programme, SourceRef
from tests.bench.coverage import all_read
from tests.samples import programme, window

PAIRS = Path(__file__).with_suffix(".tsv")


def labelled() -> dict[frozenset[str], bool]:
    """Two ids, and whether they are one programme."""
    rows = (line.split("\t") for line in PAIRS.read_text().splitlines() if line and not line.startswith("#"))
    return {frozenset((one, other)): label == "same" for label, one, other in rows}


def accuracy() -> None:
    said = {each.programme.id: each.programme for each in all_read().values()}
    found = groups([identity(each) for each in said.values()])
    group = {member: i for i, each in enumerate(found) for member in each.members}
    judged = {pair: same for pair, same in labelled().items() if pair <= said.keys()}
    merged = {pair for pair in judged if len({group.get(id, id) for id in pair}) == 1}
    right = sum(judged[pair] for pair in merged)
    true = sum(judged.values())
    print(f"{len(judged)} labelled pairs, {true} of them one programme")
    print(f"precision {right / len(merged):.3f}, recall {right / true:.3f}")
    for pair in judged:
        if (pair in merged) != judged[pair]:
            print("  missed" if judged[pair] else "  WRONG", *(f"{id} {said[id].title[:50]}" for id in sorted(pair)))
    others = [each for each in found if not any(judged.get(frozenset(pair)) for pair in _pairs(each.members))]
    print(f"{len(found)} groups in {len(said)} programmes, {len(others)} of them without a labelled pair")


def _pairs(members: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, other) for i, one in enumerate(members) for other in members[i + 1 :]]


def many(count: int) -> None:
    """Invented listings of two sources, as alike as the recordings': 20 schemes, in 47 places, of many years."""
    schemes = [
        f"{what}{how}"
        for what in ("省エネ設備", "創業", "販路", "人材", "賃上げ", "太陽光", "承継", "輸出", "防災", "断熱")
        for how in ("導入応援", "活用促進")
    ]
    entries: list[Programme] = []
    for i in range(count):
        half = i // 2
        place, scheme, year = half % 47 + 1, schemes[half // 47 % 20], 2000 + half // 940
        made = programme(i, f"{year}年度 第{place}地域{scheme}補助金", areas=[f"{place:02}"],
                         windows=(window(f"{year}-04-01", f"{year}-09-{half % 28 + 1:02}"),))  # fmt: skip
        where = SourceRef(name=f"source{i % 2}", publisher="", url="", licence="", fetched_at=made.source.fetched_at)
        entries.append(made.model_copy(update={"source": where}))
    start, used = time.perf_counter(), time.process_time()
    found = groups([identity(each) for each in entries])
    took, worked = time.perf_counter() - start, time.process_time() - used
    print(f"{count} invented programmes: {took:.1f} s ({worked:.1f} s of them at work), {len(found)} groups")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=50_000)
    given = parser.parse_args()
    accuracy()
    many(given.many)


if __name__ == "__main__":
    main()

"""Thirty nights on real recordings with faults drawn at random: `python -m tests.bench.thirty_nights [SEED]`.

Each night reads what the recordings have, changed a little from day to day. At the end the store and the index have to
be those of thirty days taken in without a fault, row by row and document by document.
"""

import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from indexer.crawl import crawl
from indexer.engine import Engine
from tests.conftest import ROOT
from tests.nights import Job
from tests.test_thirty_nights import NIGHTS, calm, faulty, found

RECORDINGS = (
    "jgrants-2026-08-22",
    "jnet21-support-2026-07-23",
    "mirasapo-cases-2026-04-23",
    "mirasapo-news-2026-08-20",
)


def main(seed: int) -> None:
    recordings = Path(os.environ.get("SHIEN_SHARED", ROOT.parent / "shared")) / "recordings"
    if not recordings.is_dir():
        print(f"no recordings in {recordings}: skipped")
        return
    with tempfile.TemporaryDirectory(prefix="shien-thirty-") as name:
        folder = Path(name)
        for each in RECORDINGS:
            crawl([], folder / "crawled", replay=recordings / each)
        engine = Engine(folder / "engine")
        engine.start()
        try:
            began, draw = time.monotonic(), random.Random(seed)
            job = Job(folder / "faulty", engine.endpoint, 0, crawled=folder / "crawled")
            faults = sum(faulty(replace(job, day=day), draw) for day in range(NIGHTS))
            rows, documents = found(job.var, engine.endpoint)
            counts = ", ".join(f"{len(each)} {table}" for table, each in rows.items())
            print(f"{NIGHTS} nights with {faults} faults in {time.monotonic() - began:.0f} s: {counts}", flush=True)
            calm(folder / "calm", job)
            assert found(folder / "calm", engine.endpoint) == (rows, documents)
            print(f"days without a fault: equal row by row, and {len(documents or ())} documents")
        finally:
            engine.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1)

"""Every programme of the recordings beside the project, replayed and read: for tests and benches on real input."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from crawlers.items import Notice
from crawlers.recordings import Recording
from indexer.crawl import crawl
from indexer.ingest import read_notices
from indexer.normalise.programme import normalise
from indexer.schema import Programme
from indexer.store import stamp


@dataclass(frozen=True)
class Read:
    """A notice as published, and what we say about it."""

    notice: Notice
    programme: Programme


def read_recording(recording: Recording, folder: Path) -> Iterator[Read]:
    """Replays into `folder` and reads every notice, as of the recording's own day."""
    crawl([], folder, replay=recording.folder)
    at = recording.recorded_at
    for source in sorted(each for each in folder.iterdir() if each.is_dir()):
        facts = orjson.loads((source / "stats.json").read_bytes())["facts"]
        for notice in read_notices(source / "notices.jsonl"):
            yield Read(notice, normalise(notice, at.date().isoformat(), facts=facts, fetched_at=stamp(at)))

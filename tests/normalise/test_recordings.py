"""Round trip over all real recordings: what we say stands in the source's words."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawlers.items import Notice
from crawlers.recordings import recordings
from indexer.normalise.text import fold, plain
from indexer.schema import Programme
from tests.real import read_recording


def words_of(notice: Notice) -> str:
    """Everything that the source published, as text without blanks."""

    def values(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield plain(value)
            yield value
        elif isinstance(value, dict):
            for key, each in value.items():
                yield key
                yield from values(each)
        elif isinstance(value, list | tuple):
            for each in value:
                yield from values(each)

    return squeezed("\n".join(values(asdict(notice))))


def squeezed(text: str) -> str:
    return "".join(fold(text).split())


def raws(programme: Programme) -> Iterator[tuple[str, str]]:
    """(field, words) of every derived value; what a list of the source joins is taken apart."""
    for window in programme.windows:
        for end in window.raw.split(" 〜 "):
            yield "window", end
        if window.ended_early:
            yield "ended_early", window.ended_early.raw
    for name, value in (("amount", programme.amount), ("eligibility", programme.eligibility)):
        for line in value.raw.splitlines() if value else ():
            for part in line.split(" / "):
                yield name, part
    yield "areas", programme.areas_raw
    for label, words in programme.evidence.items():
        for word in words:
            yield f"evidence of {label}", word


def test_every_derived_value_carries_words_of_its_source(shared: Path, tmp_path: Path) -> None:
    strange, looked = [], 0
    for recording in recordings(shared / "recordings"):
        for read in read_recording(recording, tmp_path / recording.folder.name):
            words = words_of(read.notice)
            looked += 1
            strange += [
                (read.programme.id, field, raw) for field, raw in raws(read.programme) if squeezed(raw) not in words
            ]
    assert not strange, f"{len(strange)} of {looked} programmes: {strange[:10]}"
    assert looked

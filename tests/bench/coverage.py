"""What was read of all recordings, by source: `python -m tests.bench.coverage [--unread FILE] [--sample N FILE]`.

A table of how many programmes have a time to apply or of an event, a place and an amount. `--unread` writes a line
for each value that could not be read, `--sample` N programmes drawn with a fixed seed (as
many of each source), beside their source's words,
to be judged by a reader.
"""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

import orjson

from crawlers.recordings import recordings
from tests.real import Read, read_recording

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = Path(os.environ.get("SHIEN_SHARED", ROOT.parent / "shared")) / "recordings"
DERIVED = {"kind", "areas", "event_areas", "issuer", "windows", "amount", "eligibility", "gx", "themes", "problems"}


def all_read() -> dict[str, Read]:
    """The newest reading of every programme, by id."""
    found = {}
    for recording in recordings(RECORDINGS):
        with tempfile.TemporaryDirectory() as folder:
            found.update({each.programme.id: each for each in read_recording(recording, Path(folder) / "out")})
    return found


def table(found: dict[str, Read]) -> None:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for each in found.values():
        said, counts = each.programme, rows[each.programme.source.name]
        counts.update(
            programmes=1,
            window=any(window.role == "apply" for window in said.windows),
            event=any(window.role == "event" for window in said.windows),
            place=bool(said.areas),
            amount=said.amount is not None,
            eligibility=said.eligibility is not None,
            unread=bool(said.problems),
        )
    columns = ("programmes", "window", "event", "place", "amount", "eligibility", "unread")
    print(f"{'':16}" + "".join(f"{name:>12}" for name in columns))
    for name, counts in sorted(rows.items()):
        print(f"{name:16}" + "".join(f"{counts[each]:>12}" for each in columns))
    codes = Counter(
        f"{problem.field}: {problem.code}" for each in found.values() for problem in each.programme.problems
    )
    for code, count in codes.most_common():
        print(f"{count:>8}  {code}")


def sample(found: dict[str, Read], count: int) -> list[str]:
    """Ids, as many of each source as there are, so that the largest source does not hide the others."""
    sources: dict[str, list[str]] = defaultdict(list)
    for id in sorted(found):
        sources[found[id].programme.source.name].append(id)
    draw = random.Random(20260801)
    share = count // len(sources)
    return [id for ids in sources.values() for id in draw.sample(ids, min(share, len(ids)))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unread", type=Path)
    parser.add_argument("--sample", nargs=2, metavar=("N", "FILE"))
    options = parser.parse_args()
    if not RECORDINGS.is_dir():
        print("No recordings beside the project: nothing to read.")
        return 0
    found = all_read()
    table(found)
    if options.unread:
        with options.unread.open("w", encoding="utf-8") as file:
            for id, each in sorted(found.items()):
                for problem in each.programme.problems:
                    print(id, problem.field, problem.code, problem.raw.replace("\n", " "), sep="\t", file=file)
    if options.sample:
        chosen = sample(found, int(options.sample[0]))
        with Path(options.sample[1]).open("wb") as lines:
            for id in chosen:
                said = found[id].programme.model_dump(
                    mode="json", include=DERIVED | {"id", "official_url", "published"}
                )
                lines.write(orjson.dumps({"said": said, "source": asdict(found[id].notice)}) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

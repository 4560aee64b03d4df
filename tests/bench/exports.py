"""A whole index as CSV, Excel and JSON Lines, in bounded memory: `python -m tests.bench.exports [COUNT]`, else 20,000.

Generated programmes, the real engine and the real web process. Of each file: bytes, seconds, the most memory that the
process had over what it had idle, and how long the slowest other request waited meanwhile. Then the files are read
back: the CSV (utf-8-sig) and the Excel file have to be the hits of the JSON Lines row by row, and these the generated
programmes, each once. Ends with 1 where they are not.
"""

import csv
import shutil
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson

from indexer.schema import Programme
from search_api.exports import COLUMNS, harmless, row
from tests.bench.sites import Running, Source, invented, running
from tests.bench.speed import memory_mib

SUFFIXES = ("csv", "xlsx", "jsonl")
PROBE_SECONDS = 0.02
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

Row = Sequence[str]
Facts = tuple[object, ...]


@contextmanager
def probed(address: str) -> Iterator[Callable[[], float]]:
    """Asks for something small all the time; gives the longest wait so far, in seconds."""
    over, waits = threading.Event(), [0.0]

    def ask() -> None:
        while not over.wait(PROBE_SECONDS):
            began = time.monotonic()
            with urllib.request.urlopen(f"{address}/healthz", timeout=600) as answer:
                answer.read()
            waits.append(time.monotonic() - began)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield lambda: max(waits)
    finally:
        over.set()
        thread.join()


def fetched(site: Running, suffix: str, folder: Path) -> Path:
    """The file, and a line with what it cost."""
    target = folder / f"programmes.{suffix}"
    idle = memory_mib(site.web_pid, "VmRSS")
    Path(f"/proc/{site.web_pid}/clear_refs").write_text("5")  # The peak starts anew (proc(5)).
    with probed(site.web) as longest:
        began = time.monotonic()
        with (
            urllib.request.urlopen(f"{site.web}/export/programmes.{suffix}?state=any", timeout=3600) as answer,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file)
        seconds = time.monotonic() - began
    peak = memory_mib(site.web_pid)
    print(
        f"{suffix:5} {target.stat().st_size:>13,} bytes in {seconds:6.1f} s, peak {peak:4.0f} MiB = idle {idle:4.0f} "
        f"+ {peak - idle:3.0f} MiB, others waited up to {longest() * 1000:5.0f} ms",
        flush=True,
    )
    return target


def hits(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        yield from map(orjson.loads, lines)


def of_csv(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.reader(lines)


def of_xlsx(file: Path) -> Iterator[Row]:
    """The rows of the first sheet as texts, an empty cell as an empty one."""
    with zipfile.ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        for _, each in ElementTree.iterparse(sheet):
            if each.tag == f"{SHEET}row":
                cells = {
                    cell.get("r", "").rstrip("0123456789"): "".join(cell.itertext()) for cell in each.iter(f"{SHEET}c")
                }
                yield [cells.get(chr(ord("A") + column), "") for column in range(len(COLUMNS))]
                each.clear()


def equal(name: str, found: Iterable[Row], wanted: Iterable[Row]) -> bool:
    count = 0
    for number, (here, there) in enumerate(zip_longest(found, wanted)):
        if here is None or there is None or list(here) != list(there):
            print(f"{name}: row {number} is {here}, not {there}")
            return False
        count += 1
    print(f"{name}: {count - 1:,} rows read back equal", flush=True)
    return True


def rows(file: Path, cell: Callable[[str | int], str | int]) -> Iterator[Row]:
    yield COLUMNS
    for each in hits(file):
        yield [str(cell(value)) for value in row(each)]


def facts(programme: Programme) -> Facts:
    """What a programme says itself: no label, no place, no state."""
    amount = programme.amount
    said = (programme.title, programme.url, programme.official_url, programme.gx, *programme.themes, *programme.stages)
    return (*said, amount and amount.max_yen, amount and amount.rate, programme.issuer and programme.issuer.name)


def complete(file: Path, source: Source) -> bool:
    """Whether the hits are the programmes, each once; those that are taken for one (`also_at`) in one hit."""
    left = {each.id: facts(each) for each in source.programmes()}
    count, joined = len(left), 0
    for each in hits(file):
        amount = each["amount"] or {}
        said = (each["title"], each["url"], each["official_url"], each["gx"], *each["themes"], *each["stages"])
        found = (*said, amount.get("max_yen"), amount.get("rate"), each["issuer"] and each["issuer"]["name"])
        wanted = [left.pop(id, None) for id in (each["id"], *(at["id"] for at in each["also_at"]))]
        joined += len(wanted) - 1
        if found != wanted[0] and not (None not in wanted and len(wanted) > 1 and _one_of(found, wanted)):
            print(f"jsonl: {each['id']} is {found}, not {wanted}")
            return False
    if left:
        print(f"jsonl: {len(left):,} programmes are missing, {next(iter(left))} for one")
        return False
    print(f"jsonl: the {count:,} programmes, each once, {joined} of them in the hit of another")
    return True


def _one_of(found: Facts, group: Sequence[Facts | None]) -> bool:
    """Is each fact that of one of the listings? The name and its page are those of the first."""
    said = {fact for each in group if each for fact in each}
    return bool(group[0]) and found[:2] == group[0][:2] and said.issuperset(found)


def main(count: int) -> int:
    source = invented(count)
    with tempfile.TemporaryDirectory(prefix="shien-exports-") as name, running(source) as site:
        files = {suffix: fetched(site, suffix, Path(name)) for suffix in SUFFIXES}
        same = [
            complete(files["jsonl"], source),
            equal("csv", of_csv(files["csv"]), rows(files["jsonl"], harmless)),
            equal("xlsx", of_xlsx(files["xlsx"]), rows(files["jsonl"], lambda cell: cell)),
        ]
    return int(not all(same))


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if sys.argv[1:] else 20_000))

"""What a night costs as the store grows: `python -m tests.bench.nights [postgresql] [COUNT...]`, else 3000 and 30000.

Of each count of invented programmes: the first publication, which builds the whole index; nights in which 1 % changed,
their taking in and their publication (the first of them builds the index beside the live one); and a night in which
nothing changed. Each step is a process of its own, whose memory (MB, the most it had) is told, and what it had the
engine do: seconds of CPU tell it on a busy machine too.
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path

import orjson

from crawlers.items import Notice, Period
from indexer.engine import Endpoint, Engine
from indexer.ingest import take_in
from indexer.normalise.programme import programme_id, rules
from indexer.publish import publish
from indexer.schema import Programme
from indexer.store import Record, Store, canonical, stamp
from tests.bench.generated import NOW, programmes
from tests.nights import stats
from tests.postgres import postgresql

SOURCES = 40
CHANGED = 0.01


def notice(programme: Programme, source: str, version: int) -> Notice:
    """What a source would have to say for this programme; another `version` says something else."""
    return Notice(
        source=source,
        key=programme.id,
        url=programme.url,
        title=programme.title,
        body=programme.body + f"\n第{version}版" * bool(version),
        summary=programme.summary,
        official_url=programme.official_url,
        issuer=programme.issuer.name if programme.issuer else "",
        published=programme.published,
        areas=tuple(programme.areas),
        periods=tuple(Period(opens=each.opens or "", closes=each.closes or "") for each in programme.windows),
        amount=programme.amount.raw if programme.amount else "",
    )


def listings(count: int, version: int = 0) -> Iterator[tuple[str, Notice, Programme]]:
    """(source, notice, programme); of a later version one of a hundred differs."""
    for number, each in enumerate(programmes(count)):
        source = f"source{number % SOURCES:02}"
        said = notice(each, source, version if number % round(1 / CHANGED) == 0 else 0)
        ours = {"id": programme_id(said), "source": each.source.model_copy(update={"name": source})}
        yield source, said, each.model_copy(update=ours)


def fill(store: Store, count: int) -> None:
    """As after a first night, without its reading of every notice."""
    at = stamp(NOW)
    records = (
        Record(
            programme=programme,
            source=source,
            variant="{}",
            notice_hash=hashlib.sha256(words).hexdigest(),
            rules=rules(),
            notice=words,
            read_on=at[:10],
            listed=True,
            first_seen=at,
            changed=at,
            last_seen=at,
        )
        for source, said, programme in listings(count)
        if (words := canonical(asdict(said)))
    )
    while batch := list(islice(records, 2000)):
        with store.transaction() as writer:
            writer.put(batch, set())


def crawled(folder: Path, count: int, version: int) -> None:
    """What a crawl of every source would leave."""
    files = {}
    for number in range(SOURCES):
        own = folder / f"source{number:02}"
        own.mkdir(parents=True)
        files[own.name] = (own / "notices.jsonl").open("wb")
    for source, said, _ in listings(count, version):
        files[source].write(orjson.dumps(asdict(said)) + b"\n")
    for name, file in files.items():
        file.close()
        told = stats(name, NOW + timedelta(days=version))
        (folder / name / "stats.json").write_bytes(orjson.dumps(told))


def step(what: str, url: str, where: Endpoint, folder: Path, count: int, version: int) -> None:
    """Runs in a process of its own, and prints what it took."""
    store, now = Store(url), NOW + timedelta(days=version)
    began, cpu = time.perf_counter(), time.process_time()
    told = ""
    if what == "fill":
        fill(store, count)
    elif what == "crawl":
        crawled(folder, count, version)
    elif what == "take in":
        runs = [take_in(each, store, now) for each in sorted(folder.iterdir())]
        told = f"{sum(run.counts.get('changed', 0) for run in runs)} changed"
    elif what == "publish":
        found = publish(where, store, now)
        told = f"{found.written} of {found.count} documents written"
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {time.perf_counter() - began:8.1f} s  {time.process_time() - cpu:8.1f} s CPU  {most:6.0f} MB  {told}")
    store.close()


STEPS = (
    ("fill", "store filled", 0),
    ("publish", "first publication, builds the index", 0),
    ("crawl", "", 1),
    ("take in", "night with 1 % changed: taken in", 1),
    ("publish", "  published, builds the index beside", 1),
    ("crawl", "", 2),
    ("take in", "next night with 1 % changed: taken in", 2),
    ("publish", "  published", 2),
    ("take in", "night without a change: taken in", 2),
    ("publish", "  published", 2),
)
"""What is done, as it is told, and which version of the sources is read."""


def main(counts: list[int], shared: bool) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="shien-nights-") as name, ExitStack() as stack:
            var = Path(name)
            url = stack.enter_context(postgresql()) if shared else f"sqlite:///{var / 'store.sqlite'}"
            engine = Engine(var)
            engine.start()
            stack.callback(engine.stop)
            where = engine.endpoint
            print(f"{count} programmes in {url.partition(':')[0]}", flush=True)
            for what, told, version in STEPS:
                own = (what, url, where.url, where.key or "", str(var / f"crawl{version}"), str(count), str(version))
                before = _engine_seconds(engine)
                done = subprocess.run(
                    [sys.executable, "-m", "tests.bench.nights", "--step", *own], check=True, stdout=subprocess.PIPE
                )
                if told:
                    used = f"engine {_engine_seconds(engine) - before:.1f} s CPU"
                    print(f"{told:40}{done.stdout.decode().rstrip()}; {used}", flush=True)
            size = sum(each.stat().st_size for each in (var / "meili").rglob("*") if each.is_file())
            print(f"the engine's folder: {size / 1e9:.2f} GB", flush=True)


def _engine_seconds(engine: Engine) -> float:
    """Seconds of CPU that it has used (Linux)."""
    assert engine.process is not None
    fields = Path(f"/proc/{engine.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        what, url, engine_url, key, folder, count, version = sys.argv[2:]
        step(what, url, Endpoint(engine_url, key), Path(folder), int(count), int(version))
    else:
        main([int(each) for each in sys.argv[1:] if each.isdigit()] or [3000, 30_000], "postgresql" in sys.argv)

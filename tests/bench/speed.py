"""How fast the API answers, beside the bare engine and beside the engine's stock client: `python -m tests.bench.speed`.

Side by side in one run, taking turns, over real and 20,000 and 200,000 generated programmes: (a) the bare engine with
the very searches that an answer needs, (b) our API, and our API once more (`again`), which keeps its answers, (c) the
same searches through the `meilisearch` client, which asks for compressed answers on a new connection each (`stock`),
and so on a connection that is kept (`gzip`), as clients with a pool do. Ratios are of the same turn, so that what
else the machine does weighs on all; the processor time of an answer is measured too, as it hardly depends on that.
"""

import argparse
import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import aiohttp
import meilisearch
import orjson

from indexer.engine import Endpoint
from search_api.query import Query
from search_api.search import Searcher
from search_api.search.engine import Request
from tests.bench.questions import questions
from tests.bench.sites import Running, invented, real, running

CONNECTIONS = (1, 8, 32)
TURNS = 7
ASKED = 120
"""Questions a turn of each."""
ARRIVALS = 5
ARRIVAL_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")

Ask = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Turn:
    """How one turn went. Times in ms; `engine` and `web` are processor time for an answer."""

    p50: float
    p95: float
    rate: float
    engine: float
    web: float


@dataclass
class Measured:
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    def middle(self, of: str, name: str) -> float:
        return median(getattr(each, name) for each in self.turns[of])

    def ratio(self, of: str, to: str, name: str) -> float:
        """The middle of the ratios of each turn."""
        pairs = zip(self.turns[of], self.turns[to], strict=True)
        return median(getattr(one, name) / getattr(other, name) for one, other in pairs)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid: int, name: str = "VmHWM") -> float:
    """The most memory that the process ever held; `VmRSS`: what it holds now; `RssAnon`: without mapped files."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


async def searches_of(where: Endpoint, now: datetime, asked: Sequence[Query]) -> list[list[Request]]:
    """For each question the searches that answer it, as our own search makes them."""
    searcher = Searcher(lambda: where, lambda: now, lambda: "bench")
    # As a site does, which looks at no more of a programme's times than can have begun.
    await searcher.moment()
    made: list[list[Request]] = []
    multi = searcher.engine.multi

    async def noted(requests: Sequence[Request]) -> list[Any]:
        made.append(list(requests))
        return await multi(requests)

    searcher.engine.multi = noted  # type: ignore[method-assign]
    found = []
    try:
        for each in asked:
            made.clear()
            await searcher.found(each, now)
            # What only tells how words are looked for stands before the results' own search, or apart.
            last = next(each for each in reversed(made) if any(map(_for_results, each)))
            found.append(last[[*map(_for_results, last)].index(True) :])
    finally:
        await searcher.close()
    return found


def _for_results(request: Request) -> bool:
    return "attributesToRetrieve" in request


async def turn(ask: Ask, numbers: Sequence[int], connections: int, site: Running) -> Turn:
    """Asks all of the questions, so many at a time."""
    left = iter(numbers)
    took: list[float] = []
    before = processor_seconds(site.engine_pid), processor_seconds(site.web_pid)

    async def one() -> None:
        for number in left:
            started = time.perf_counter()
            await ask(number)
            took.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    seconds = time.perf_counter() - started
    engine, web = processor_seconds(site.engine_pid) - before[0], processor_seconds(site.web_pid) - before[1]
    count = len(numbers)
    return Turn(
        percentile(took, 0.5), percentile(took, 0.95), count / seconds, engine / count * 1000, web / count * 1000
    )


class Asker:
    """Asks one site in the three ways."""

    def __init__(self, site: Running, session: aiohttp.ClientSession, asked: Sequence[Query]) -> None:
        self.site = site
        self._session = session
        self._asked = asked
        self._bodies: list[bytes] = []
        self._searches: list[list[Request]] = []
        self._client = meilisearch.Client(site.engine.url, site.engine.key)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {site.engine.key}"}

    async def prepare(self) -> None:
        self._searches = await searches_of(self.site.engine, self.site.source.now, self._asked)
        self._bodies = [orjson.dumps({"queries": each}) for each in self._searches]

    async def bare(self, number: int, coding: str = "identity") -> None:
        url, headers = f"{self.site.engine.url}/multi-search", {**self._headers, "Accept-Encoding": coding}
        async with self._session.post(url, data=self._bodies[number], headers=headers) as answer:
            assert answer.status == 200
            await answer.read()

    async def gzip(self, number: int) -> None:
        await self.bare(number, "gzip")

    async def ours(self, number: int) -> None:
        await self.get("/api/programmes", number)

    async def page(self, number: int) -> None:
        await self.get("/search", number)

    async def get(self, path: str, number: int) -> None:
        url = f"{self.site.web}{path}?{urlencode(self._asked[number].items())}"
        async with self._session.get(url, headers={"Accept-Encoding": "identity"}) as answer:
            assert answer.status == 200, url
            await answer.read()

    async def stock(self, number: int) -> None:
        # The client blocks; it is only ever asked one question at a time.
        self._client.multi_search(self._searches[number])


async def arrivals(ask: Ask, numbers: Sequence[int], draw: random.Random) -> tuple[float, float]:
    """p95 and p99 in ms where questions arrive by chance, 5 a second, whether or not the last one is answered."""
    took: list[float] = []

    async def one(number: int) -> None:
        started = time.perf_counter()
        await ask(number)
        took.append((time.perf_counter() - started) * 1000)

    tasks = []
    for number in numbers:
        tasks.append(asyncio.create_task(one(number)))
        await asyncio.sleep(draw.expovariate(ARRIVALS))
    await asyncio.gather(*tasks)
    return percentile(took, 0.95), percentile(took, 0.99)


async def measured(sites: Sequence[Running], options: argparse.Namespace) -> None:
    most = ASKED * TURNS * len(CONNECTIONS) + ARRIVALS * ARRIVAL_SECONDS * 2
    asked = list(questions(most))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
        askers = [Asker(each, session, asked) for each in sites]
        for each in askers:
            await each.prepare()
        start, tables = 0, dict[tuple[str, int], Measured]()
        for connections in options.connections:
            for _ in range(options.turns):
                # New questions each turn, so that nobody answers from memory what the turn before asked.
                numbers = range(start, start + ASKED)
                start += ASKED
                for each in askers:
                    ways: dict[str, Ask] = {"bare": each.bare, "ours": each.ours}
                    if connections == 1:
                        ways |= {"stock": each.stock, "gzip": each.gzip, "again": each.ours}
                    table = tables.setdefault((each.site.source.name, connections), Measured())
                    for name, way in ways.items():
                        done = await turn(way, numbers, connections, each.site)
                        table.turns.setdefault(name, []).append(done)
        report([each.source.name for each in sites], options.connections, tables)
        numbers = range(start, start + ARRIVALS * options.seconds)
        print(f"\n{ARRIVALS} arrivals a second for {options.seconds} s (p95 < 75, p99 < 100 ms)")
        for each in askers:
            for name, way in (("API", each.ours), ("page", each.page)):
                p95, p99 = await arrivals(way, numbers, random.Random(connections))
                start += len(numbers)
                numbers = range(start, start + len(numbers))
                print(f"  {each.site.source.name:>8} {name:5} p95 {p95:6.1f}  p99 {p99:6.1f} ms")
            numbers = range(start - len(numbers) * 2, start - len(numbers))
            start -= len(numbers) * 2
        print("\nmemory of the web process (its own <= 200 MB; the rest are libraries and the dictionary of readings,")
        print("files that are mapped, shared by all processes and given back where memory is short)")
        for site in sites:
            own, most = (memory_mib(site.web_pid, each) * 2**20 / 1e6 for each in ("RssAnon", "VmHWM"))
            print(f"  {site.source.name:>8} its own {own:4.0f} MB   most with files {most:4.0f} MB")


def report(names: Sequence[str], many: Sequence[int], tables: dict[tuple[str, int], Measured]) -> None:
    columns = "".join(f"{name:>10}" for name in ("p50 ms", "p95 ms", "per s", "engine ms", "web ms"))
    print(f"\n{'programmes':>10} {'conn.':>5}  {'':6}{columns}")
    print("   (engine and web: processor time of an answer)")
    for name in names:
        for connections in many:
            table = tables[name, connections]
            for way in table.turns:
                row = "".join(f"{table.middle(way, each):10.1f}" for each in ("p50", "p95", "rate", "engine", "web"))
                print(f"{name:>10} {connections:>5}  {way:6}{row}")
    print("\nours beside the bare engine (p50 <= 1.5 times, answers a second >= 0.6 times)")
    for (name, connections), table in tables.items():
        print(
            f"{name:>10} {connections:>5}  p50 {table.ratio('ours', 'bare', 'p50'):5.2f}"
            f"  per s {table.ratio('ours', 'bare', 'rate'):5.2f}"
        )
    print("\ncompressed answers of the engine beside ours at one connection, p50 (>= 5 times)")
    for (name, connections), table in tables.items():
        for way, told in (("stock", "the stock client"), ("gzip", "a connection that is kept")):
            if connections == 1:
                new, again = (table.ratio(way, each, "p50") for each in ("ours", "again"))
                print(f"{name:>10}  {told:26}{new:5.1f} times; {again:.1f} where somebody asked the same before")
    if {"20,000", "200,000"} <= set(names):
        print("\np95 of ours at 200,000 beside 20,000 (<= 1.5 times)")
        for connections in many:
            large, small = tables["200,000", connections], tables["20,000", connections]
            both = Measured({"large": large.turns["ours"], "small": small.turns["ours"]})
            print(f"{connections:>16}  {both.ratio('large', 'small', 'p95'):5.2f} times")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.split(","))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="real,20000,200000", help="of these, separated by commas")
    parser.add_argument("--connections", type=_numbers, default=CONNECTIONS, help="numbers, separated by commas")
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--seconds", type=int, default=ARRIVAL_SECONDS, help="of arrivals")
    options = parser.parse_args()
    sources = []
    for size in options.sizes.split(","):
        source = real() if size == "real" else invented(int(size))
        if source is None:
            print("No recording of Jグランツ beside the project: without the real programmes.")
        else:
            sources.append(source)
    with ExitStack() as stack:
        sites = [stack.enter_context(running(each)) for each in sources]
        asyncio.run(measured(sites, options))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

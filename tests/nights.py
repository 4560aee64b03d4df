"""Two invented sources over many days, their nights in processes that can be killed, and a public that searches."""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
import orjson
import sqlalchemy as sa

from crawlers.items import Notice, Period
from frontend.app import create_app
from indexer import queue
from indexer.crawl import CrawlError
from indexer.engine import Endpoint
from indexer.nightly import Night
from indexer.schema import JST
from indexer.settings import Settings
from indexer.store import Store, metadata
from search_api.services import Services
from tests.running import served

SOURCES = ("first", "second")
LISTED = 15
"""So many listings each source has in all; a few of them at a time are not there."""

FIRST = datetime(2026, 8, 22, 4, 0, tzinfo=JST)

STALLED = 3.0
"""A worker that was silent for so many seconds is dead."""

STAGES: tuple[tuple[str, int], ...] = (
    ("crawl first", 0), ("crawl second", 0), ("first", 0), ("second", 0), ("documents", 0), ("publish", 0), ("swap", 0),
    ("swap", 1),
)  # fmt: skip
"""Where a night can be killed: what it tells of its progress, and how far that is."""


Stage = tuple[str, int]


def filler(var: Path) -> Path:
    return var.with_name("filler")


def crawls(var: Path) -> Iterator[Path]:
    """The crawls that are under way."""
    return (var / "nights").glob("*/.*")


def instant(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def notices(source: str) -> list[dict[str, Any]]:
    """All that the source ever says, as a crawl's lines."""
    return [
        asdict(
            Notice(
                source=source,
                key=f"{number:03}",
                url=f"https://{source}.test/{number}",
                title=f"架空市 設備導入補助金 第{number}号",
                body="設備の導入を補助します。",
                issuer="架空市",
                areas=("東京都", "福岡県")[number % 2 : number % 2 + 1],
                periods=(Period(opens="2026-04-01", closes=f"2027-01-{10 + number}"),),
            )
        )
        for number in range(LISTED)
    ]


def said(lines: Sequence[dict[str, Any]], day: int) -> Iterator[dict[str, Any]]:
    """What of that a source says on a day: listings come, change, vanish and are back, each at days of its own."""
    for line in lines:
        draw = random.Random(line["url"])
        born = draw.choice((0, 0, 0, 0, draw.randint(1, 20)))
        turns = [(draw.randint(1, 30), draw.choice(("text", "end", "there"))) for _ in range(draw.randint(0, 5))]
        now = [what for at, what in turns if born < at <= day]
        if day < born or now.count("there") % 2:
            continue
        periods = line.get("periods") or ()
        if later := now.count("end"):
            periods = [each | {"closes": f"2027-{1 + later:02}-15"} for each in periods]
        yield line | {"body": f"{line.get('body', '')}{'。' * now.count('text')}", "periods": periods}


def stats(source: str, at: datetime, **more: Any) -> dict[str, Any]:
    """What a crawl tells of itself."""
    facts = {"title": source, "publisher": "p", "url": "u", "licence": "l", "attribution": "a"}
    expect = {"min": 1, "max": 10**6}
    told = {"source": source, "facts": facts, "expect": expect, "variant": {}, "at": at.isoformat(), "errors": []}
    return told | more


def write(out: Path, name: str, lines: Sequence[dict[str, Any]], at: datetime, **more: Any) -> None:
    """A crawl as Scrapy leaves it."""
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notices.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    (folder / "stats.json").write_bytes(orjson.dumps(stats(name, at, **more)))


@dataclass(frozen=True)
class Job:
    """A night to be run in a process of its own, at a day and so many minutes after its hour.

    `killed`: the stage at which it kills itself, `kills` another process (by its id), or `fills` the disk of its
    folder. `slow`: seconds that each crawl takes. `away`: the source that does not answer. `database`: another than
    SQLite, where `workers` may do the visits. `crawled`: a folder of real crawls in the place of the invented ones.
    """

    var: Path
    where: Endpoint
    day: int
    minutes: int = 0
    killed: Stage | None = None
    kills: tuple[Stage, int] | None = None
    fills: Stage | None = None
    slow: float = 0
    away: str = ""
    database: str = ""
    workers: bool = False
    crawled: Path | None = None

    @property
    def settings(self) -> Settings:
        return Settings(
            var=self.var,
            database_url=self.database,
            workers=self.workers,
            meili_url=self.where.url,
            meili_key=self.where.key or "",
            link_minutes=0,
        )

    @property
    def names(self) -> Sequence[str]:
        return sorted(each.parent.name for each in self.crawled.glob("*/stats.json")) if self.crawled else SOURCES

    @property
    def now(self) -> datetime:
        return instant(self.day) + timedelta(minutes=self.minutes)

    def night(self) -> Night:
        facts = {"verified": True, "days": 1, "after": "02:00"}
        sources = [{"name": each, "facts": facts, "variants": [{}], "hosts": [f"{each}.test"]} for each in self.names]
        return Night(
            self.settings,
            Store(self.settings.store_url),
            clock=lambda: self.now,
            sources=sources,
            fetch=self.fetch,
            progress=self.told,
        )

    def told(self, what: str, done: int, total: int) -> None:
        def reached(stage: Stage | None) -> bool:
            return stage is not None and what == stage[0] and done >= stage[1]

        if reached(self.killed):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kills and reached(self.kills[0]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.kills[1], signal.SIGKILL)
        if reached(self.fills):
            with filler(self.var).open("ab", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))

    def fetch(self, names: list[str], out: Path, **more: Any) -> None:
        [name] = names
        if name == self.away:
            raise CrawlError("the site is away")
        out.mkdir(parents=True, exist_ok=True)
        more["progress"](f"crawl {name}", 0, 0)
        time.sleep(self.slow)
        # Whenever it is read, a day's crawl is the same.
        at = min(instant(self.day), self.now)
        lines, told = notices(name), {}
        if self.crawled:
            lines = [orjson.loads(each) for each in (self.crawled / name / "notices.jsonl").read_bytes().splitlines()]
            told = orjson.loads((self.crawled / name / "stats.json").read_bytes())
            del told["source"], told["at"]
        write(out, name, list(said(lines, self.day)), at, **told)

    def run(self) -> None:
        """Ends the process with 0 where the night came to its end without a failure."""
        queue.LOOK_SECONDS, queue.STALLED_SECONDS = 0.2, STALLED
        made = self.night()
        summary = made.run()
        made.store.close()
        sys.exit(2 if summary.failed or summary.problem else 0)

    def work(self) -> None:
        """Takes visits from the queue."""
        queue.HEARTBEAT_SECONDS, queue.STALLED_SECONDS = 0.5, STALLED
        queue.work(self.night().visits, 1)

    def process(self, what: str = "run") -> ForkServerProcess:
        """A process that does so: of its own, without what a test holds, and quickly there."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.nights"])
        made = context.Process(target=getattr(self, what))
        made.start()
        return made

    def code(self) -> int:
        """Runs it to its end; returns how the process ended."""
        process = self.process()
        process.join(250)
        assert process.exitcode is not None
        return process.exitcode


def rows(url: str, *, stamps: bool = True) -> dict[str, list[Any]]:
    """What must be neither lost nor doubled; without `stamps`, whenever and however often it was read."""
    tables = metadata.tables
    wanted = {
        "programmes": list(tables["programmes"].c) if stamps else ["id", "source", "notice", "listed"],
        "history": ["programme", "field", "was", "now", "cause"],
        "decisions": ["programme", "field", "was", "now", "undone"],
    }
    if stamps:
        wanted["runs"] = ["source", "ok"]
    store, found = Store(url), {}
    with store.engine.connect() as connection:
        for name, columns in wanted.items():
            own = [tables[name].c[each] if isinstance(each, str) else each for each in columns]
            if stamps and name != "programmes":
                own.append(tables[name].c.at)
            query = sa.select(*own)
            if name == "runs":
                query = query.where(tables[name].c.ok)
            found[name] = sorted(map(tuple, connection.execute(query)), key=repr)
    store.close()
    return found


Answer = frozenset[tuple[str, str, str]]
"""What a search for everything finds: (id, title, when it closes)."""


def answer(client: httpx.Client, url: str) -> Answer:
    found = client.get(f"{url}/api/programmes", params={"state": "any", "per_page": 100})
    found.raise_for_status()
    values = found.json()
    assert len(values["hits"]) == values["total"]
    return frozenset((each["id"], each["title"], str(each["closes"])) for each in values["hits"])


class Public:
    """A client that searches twenty times a second: the answers it gets, and what failed while it was not `excused`."""

    def __init__(self, url: str, excused: Callable[[], bool]) -> None:
        self.url, self.excused = url, excused
        self.asked = 0
        self.answers: set[Answer] = set()
        self.failed: list[str] = []

    def search(self, stopping: threading.Event) -> None:
        with httpx.Client(timeout=20) as client:
            while not stopping.wait(0.05):
                excused = self.excused()
                self.asked += 1
                try:
                    self.answers.add(answer(client, self.url))
                except (httpx.HTTPError, AssertionError) as error:
                    # Who is killed is not gone at once.
                    if not excused and not stopping.wait(0.3) and not self.excused():
                        self.failed.append(repr(error))


@contextmanager
def public(
    settings: Settings, where: Callable[[], Endpoint], day: int, excused: Callable[[], bool] = lambda: False
) -> Iterator[Public]:
    """Searches a site on this store and engine while the block lasts."""
    own = Services(settings, lambda: instant(day), where)
    with served(create_app(own=own, publishes=False)) as url:
        made, stopping = Public(url, excused), threading.Event()
        thread = threading.Thread(target=made.search, args=(stopping,))
        thread.start()
        try:
            yield made
        finally:
            stopping.set()
            thread.join(60)
    own.store.close()


if __name__ == "__main__":
    values = orjson.loads(sys.argv[1])
    Job(Path(values["var"]), Endpoint(**values["where"]), values["day"], slow=values["slow"]).run()

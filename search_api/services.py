"""What answers need, and how a route gets it."""

import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Annotated

import orjson
from fastapi import Depends, Path, Request
from fastapi.concurrency import run_in_threadpool

from indexer.curate import apply, shown
from indexer.engine import Endpoint, endpoint
from indexer.featuring import marked
from indexer.normalise.conditions import conditions
from indexer.settings import Clock, Settings
from indexer.state import timeline
from indexer.store import Store, StoreError
from search_api.edition import Edition, Editions
from search_api.errors import Unavailable
from search_api.fit import profiled
from search_api.memory import Memory
from search_api.metrics import Metrics
from search_api.models import Results
from search_api.query import Query
from search_api.search import Searcher
from search_api.search.hits import Values, fitted, result, trimmed

KEPT_BYTES = 8 * 2**20
"""So much of answers is kept."""

logger = logging.getLogger(__name__)


class Services:
    """What answers need: the store, the searcher and the clock. One for each application."""

    def __init__(self, settings: Settings, clock: Clock | None = None, where: Callable[[], Endpoint] | None = None):
        self.settings = settings
        self.clock = clock or settings.clock()
        self.store = Store(settings.store_url)
        self.editions = Editions(self.store, self.clock)
        self.searcher = Searcher(where or (lambda: endpoint(settings)), self.clock, self._sure)
        self.metrics = Metrics(self.store, self.now)
        self.changed = threading.Event()
        self.queued = threading.Event()
        self._kept = Memory(KEPT_BYTES)

    def _sure(self) -> str:
        """What is published, as long as the store tells; else empty: it may be something else by now."""
        return self.editions.last.version if self.editions.last.sure else ""

    def now(self) -> datetime:
        return self.clock()

    async def search(self, query: Query) -> Results:
        """Results with what staff decided since the last publication."""
        return Results.model_validate_json(await self.answer(query.with_(fields=(), page=query.page)))

    async def listing(self, query: Query) -> Results:
        """The same without facets, which need not be counted where nobody is shown them."""
        found = await self.search(query.with_(facets=("none",), page=query.page))
        found.query.pop("facets")
        return found

    async def answer(self, query: Query) -> bytes:
        """What `search` gives, as JSON."""
        with self.metrics.searches.time():
            return await self._answer(query)

    async def _answer(self, query: Query) -> bytes:
        started = time.perf_counter()
        edition = await self.editions.current()
        moment = await self.searcher.moment()
        key = f"{edition.version} {moment.isoformat()} {query.model_dump_json(exclude_defaults=True)}".encode()
        answer = self._kept.get(key) if edition.sure else None
        if answer is None:
            found = await self.searcher.found(query, moment)
            meant = Query.model_validate(found["query"])
            found["hits"] = await self._as_decided(found["hits"], meant, edition, moment)
            if query.fields:
                found["hits"] = [trimmed(each, query.fields) for each in found["hits"]]
            answer = orjson.dumps(found)
            if edition.sure:
                self._kept[key] = answer
        return b'{"took_ms":%d,%b' % (round((time.perf_counter() - started) * 1000), answer[1:])

    async def hits(self, query: Query, *, listed: bool | None = None) -> AsyncIterator[Values]:
        """Every result of a query, in a stable order, with what staff decided since the last publication.

        `listed`: only what its source lists, or no longer lists.
        """
        edition, now = await self.editions.current(), self.now()
        meant = (await self.searcher.understood(query, now)).query
        async for page in self.searcher.pages(meant, now, listed=listed):
            for each in await self._as_decided(page, meant, edition, now):
                yield each

    async def _as_decided(self, hits: list[Values], query: Query, edition: Edition, now: datetime) -> list[Values]:
        for each in hits:
            each["featured"] = each["id"] in edition.featured
        if not any(each["id"] in edition.decided for each in hits):
            return hits
        try:
            return await run_in_threadpool(self._corrected, hits, query, edition, now)
        except StoreError:
            # What is published can be searched without the store, but is not kept.
            self.editions.doubt()
            logger.exception("results without what staff decided since the last publication")
            return hits

    def _corrected(self, hits: Sequence[Values], query: Query, edition: Edition, now: datetime) -> list[Values]:
        found: list[Values] = []
        for each in hits:
            record = self.store.get(each["id"]) if each["id"] in edition.decided else None
            if record is None:
                found.append(each)
                continue
            curated = marked(apply(record, edition.decided[each["id"]]), [each["id"]], edition.featured)
            if not curated.hidden:
                programme = curated.record.programme
                values = shown(curated, self.store.history(programme.id), now)
                shown_now = result(values, timeline(programme.windows, programme.kind), now)
                if profiled(query):
                    shown_now["fit"] = fitted(shown_now, conditions(programme), programme.body, query)
                found.append(shown_now)
        return found

    async def version(self) -> str:
        """Changes whenever an answer may: with a publication, a decision, and when a deadline passes.

        Empty where the store does not answer, and nobody can tell.
        """
        edition = await self.editions.current()
        if not edition.sure:
            return ""
        try:
            moment = await self.searcher.moment()
        except Unavailable:
            moment = self.now()
        return f"{edition.version}-{moment:%Y%m%d%H%M%S}"

    async def close(self) -> None:
        await self.searcher.close()
        self.store.close()


def services(request: Request) -> Services:
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


async def _own(request: Request) -> Services:
    # The framework takes a function that is not async to a thread, which takes longer than the function.
    return services(request)


Own = Annotated[Services, Depends(_own)]
Id = Annotated[str, Path(max_length=120, description="支援の番号（検索結果の id）。例：jgrants-a0WJ200000CDY7KMAX")]


def public_base(request: Request, own: Services) -> str:
    """The address of the site without a slash at its end, as users reach it."""
    return own.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")

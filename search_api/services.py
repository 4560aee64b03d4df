"""What answers need, and how a route gets it."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from indexer.curate import apply, by_programme, shown
from indexer.engine import Endpoint, endpoint
from indexer.featuring import featured, marked
from indexer.schema import Featured
from indexer.settings import Clock, Settings
from indexer.store import Decision, Store, StoreError
from search_api.metrics import Metrics
from search_api.models import Results
from search_api.query import Query
from search_api.search import Searcher, fitted, hit

logger = logging.getLogger(__name__)


class Services:
    """What answers need: the store, the searcher and the clock. One for each application."""

    def __init__(self, settings: Settings, clock: Clock | None = None, where: Callable[[], Endpoint] | None = None):
        self.settings = settings
        self.clock = clock or settings.clock()
        self.store = Store(settings.store_url)
        self.searcher = Searcher(where or (lambda: endpoint(settings)), self.clock)
        self.metrics = Metrics(self.store, self.now)
        self.changed = threading.Event()
        self.queued = threading.Event()
        self._decided: tuple[int, dict[str, list[Decision]]] = (-1, {})
        self._featured: tuple[str, dict[str, Featured]] = ("", {})

    def now(self) -> datetime:
        return self.clock()

    async def search(self, query: Query) -> Results:
        """Results with what staff decided since the last publication."""
        with self.metrics.searches.time():
            found = await self.searcher.search(query)
        try:
            return await run_in_threadpool(self._as_decided, found)
        except StoreError:
            # What is published can be searched without the store.
            logger.exception("results without what staff decided since the last publication")
            return found

    def _as_decided(self, found: Results) -> Results:
        decided, chosen = self.decided(), self.featured()
        if not any(each.id in decided or each.featured != (each.id in chosen) for each in found.hits):
            return found
        hits = []
        for each in found.hits:
            record = self.store.get(each.id) if each.id in decided else None
            if record is None:
                hits.append(each.model_copy(update={"featured": each.id in chosen}))
                continue
            curated = marked(apply(record, decided[each.id]), [each.id], chosen)
            if not curated.hidden:
                hits.append(hit(shown(curated, self.store.history(each.id), self.now()), self.now()))
        return found.model_copy(update={"hits": fitted(hits, Query.model_validate(found.query))})

    def decided(self) -> dict[str, list[Decision]]:
        """Decisions in force by programme; read again when something changed."""
        content = self.store.content()
        if self._decided[0] != content:
            self._decided = (content, by_programme(self.store.decisions()))
        return self._decided[1]

    def featured(self) -> dict[str, Featured]:
        """How programmes are featured at this minute, by the id that leads their listings."""
        version = self.version()
        if self._featured[0] != version:
            chosen = featured(self.store, self.now())
            leads = {next(iter(self.store.group(id)), id): each for id, each in reversed(chosen.items())}
            self._featured = (version, leads)
        return self._featured[1]

    def version(self) -> str:
        """Changes whenever an answer may: with a publication, a decision, and each minute (deadlines pass).

        Empty where the store does not answer, and nobody can tell.
        """
        try:
            published = self.store.fact("publication") or {}
            return f"{published.get('version', '')}-{self.store.content()}-{self.now():%Y%m%d%H%M}"
        except StoreError:
            return ""

    async def close(self) -> None:
        await self.searcher.close()
        self.store.close()


def services(request: Request) -> Services:
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


Own = Annotated[Services, Depends(services)]


def public_base(request: Request, own: Services) -> str:
    """The address of the site without a slash at its end, as users reach it."""
    return own.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")

"""What is published now, what staff decided since, and what they feature at this minute."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from fastapi.concurrency import run_in_threadpool

from indexer.curate import by_programme
from indexer.featuring import featured
from indexer.schema import Featured
from indexer.settings import Clock
from indexer.store import Decision, Store, StoreError, stamp

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""So often we look whether another process has published or decided something; what this one does counts at once."""


@dataclass(frozen=True)
class Edition:
    """What answers depend on beside the question and the clock.

    `version` changes with each publication, each decision, and when a collection begins or ceases to show; `content`
    is the store's (Store.content). `decided` are decisions in force by programme; `featured` how programmes are
    featured, by the id that leads their listings. Not `sure` while the store does not answer: then it is the last one
    that was known.
    """

    version: str = ""
    content: int = -1
    decided: Mapping[str, Sequence[Decision]] = field(default_factory=dict)
    featured: Mapping[str, Featured] = field(default_factory=dict)
    sure: bool = True


class Editions:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._looked = 0.0
        self._last = Edition()
        self._turns: Sequence[str] = ()
        self._doubts = 0
        sa.event.listen(store.engine, "commit", self._changed)

    @property
    def last(self) -> Edition:
        """The one that `current` gave last."""
        return self._last

    async def current(self) -> Edition:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            return await run_in_threadpool(self.look)
        return self._last

    def look(self) -> Edition:
        """The same, after a look into the store. Blocks."""
        self._looked = time.monotonic()
        try:
            self._last = self._read()
        except StoreError:
            if self._last.sure:
                logger.exception("the store does not answer: what is published is answered as it was")
            self._last = replace(self._last, sure=False)
        return self._last

    def _read(self) -> Edition:
        published, content, now = self._store.fact("publication") or {}, self._store.content(), self._clock()
        if content != self._last.content:
            self._turns = [each for one in self._store.editions() for each in (one.shows_from, one.shows_until) if each]
        version = f"{published.get('version', '')}-{content}-{sum(each <= stamp(now) for each in self._turns)}"
        version += f"-{self._doubts}" if self._doubts else ""
        if version == self._last.version:
            return replace(self._last, sure=True)
        chosen = featured(self._store, now)
        leads = {next(iter(self._store.group(id)), id): each for id, each in reversed(chosen.items())}
        return Edition(version, content, by_programme(self._store.decisions()), leads)

    def doubt(self) -> None:
        """An answer was given without the store's: what is kept of this version is never asked for again."""
        self._doubts += 1
        self._looked = 0.0

    def _changed(self, _: object) -> None:
        self._looked = 0.0

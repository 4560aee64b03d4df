"""When answers change by themselves: as a day begins, and when somebody can apply, or no longer can.

Between two such moments every answer stays as it is, so that the last one stands for now: what was answered then can be
kept until the next one, and no deadline is ever late.
"""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from indexer.schema import JST
from indexer.state import MAX_INTERVALS, midnight
from search_api.search.engine import INDEX, Reader, Request

DAYS = 2
"""So far ahead moments are read at once."""


@dataclass(frozen=True)
class _Known:
    version: str
    moments: tuple[int, ...]
    rounds: int
    until: int


class Moments:
    def __init__(self, engine: Reader) -> None:
        self._engine = engine
        self._known: _Known | None = None
        self._reading = asyncio.Lock()

    async def last(self, now: datetime, version: str) -> datetime:
        """The last one until now, of what is published as `version`. Unavailable if the engine does not answer."""
        seconds = now.timestamp()
        known = self._known
        if known is None or not self._serves(known, seconds, version):
            async with self._reading:
                known = self._known
                if known is None or not self._serves(known, seconds, version):
                    known = self._known = await self._read(now, version)
        return datetime.fromtimestamp(known.moments[bisect_right(known.moments, seconds) - 1], JST)

    def rounds(self, now: datetime, version: str) -> int:
        """None but so many of a programme's times ahead, as of the publication, can have begun: mostly one or two.

        It saves the engine looking at all of them. All where the moments of this version and instant were not read.
        """
        known = self._known
        return known.rounds if known and self._serves(known, now.timestamp(), version) else MAX_INTERVALS

    def _serves(self, known: _Known, seconds: float, version: str) -> bool:
        return known.version == version and known.moments[0] <= seconds < known.until

    async def _read(self, now: datetime, version: str) -> _Known:
        today = now.astimezone(JST).date()
        start, until = midnight(today), midnight(today + timedelta(days=DAYS))
        names = ["starts", *(f"{end}_{i}" for i in range(MAX_INTERVALS) for end in ("opens", "closes"))]
        asked = [_between(name, start, until) for name in names]
        begun = [_before(f"opens_{i}", until) for i in range(1, MAX_INTERVALS)]
        answers = await self._engine.multi([*asked, *begun])
        found = {midnight(today + timedelta(days=day)) for day in range(DAYS)}
        for name, answer in zip(names, answers[: len(asked)], strict=True):
            times = (int(float(value)) for value in answer["facetDistribution"].get(name, ()))
            # What begins then has other times, too.
            found.update(each for each in times if start <= each < until)
        rounds = 1 + sum(answer["totalHits"] > 0 for answer in answers[len(asked) :])
        return _Known(version, tuple(sorted(found)), rounds, until)


def _between(name: str, start: int, until: int) -> Request:
    """The values of an attribute in [start, until)."""
    return {
        "indexUid": INDEX, "q": "", "limit": 0, "facets": [name],
        "filter": f"{name} >= {start} AND {name} < {until}",
    }  # fmt: skip


def _before(name: str, until: int) -> Request:
    """How many have a value below."""
    return {"indexUid": INDEX, "q": "", "filter": f"{name} < {until}", "page": 1, "hitsPerPage": 0}

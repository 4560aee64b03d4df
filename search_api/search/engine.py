"""The connection to the engine: the only reader of it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import aiohttp
import orjson

from indexer.engine import Endpoint, EngineError
from search_api.errors import Unavailable

logger = logging.getLogger(__name__)

INDEX = "programmes"
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)

NO_ENGINE = "検索を一時的に利用できません。しばらくしてからもう一度お試しください。"
NOT_PUBLISHED = "データを準備しています。しばらくしてからもう一度お試しください。"

MANY = 4
"""So many requests are worth a second call beside the first."""

WITH_RESULTS = 3
"""A request for results takes as long as so many that only count."""

OF_SETTINGS = frozenset(f"invalid_search_{each}" for each in ("filter", "sort", "facets", "attributes_to_search_on"))
"""Why an index refuses what those of other settings answer."""

Request = dict[str, Any]
"""One search as the engine takes it."""
Answer = dict[str, Any]


class Reader:
    """Asks the engine. `where` is asked again whenever the engine does not answer: it may have moved."""

    def __init__(self, where: Callable[[], Endpoint]) -> None:
        self._where = where
        self._endpoint: Endpoint | None = None
        self._session: aiohttp.ClientSession | None = None
        self._busy = 0

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
            # Connections are closed in the loop's next round.
            await asyncio.sleep(0)

    async def multi(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers to several requests, in their order. Unavailable if the engine does not answer."""
        # The engine answers the requests of one call one after another. Where nobody else asks, two calls side by side
        # take half the time.
        cut = len(requests) if self._busy or len(requests) < MANY else _half(requests)
        self._busy += 1
        try:
            found = await asyncio.gather(*(self._some(each) for each in (requests[:cut], requests[cut:]) if each))
        finally:
            self._busy -= 1
        return [answer for answers in found for answer in answers]

    async def _some(self, requests: Sequence[Request]) -> list[Answer]:
        return list((await self._asked("/multi-search", {"queries": list(requests)}))["results"])

    async def healthy(self) -> bool:
        """Can it answer a search?"""
        try:
            await self.multi([{"indexUid": INDEX, "q": "", "limit": 1}])
        except Unavailable:
            return False
        return True

    def forget(self) -> None:
        """Asks `where` again before the next request."""
        self._endpoint = None

    async def _asked(self, path: str, content: Any) -> dict[str, Any]:
        body = orjson.dumps(content)
        for attempt in (1, 2):
            try:
                return await self._post(path, body)
            except (aiohttp.ClientConnectionError, TimeoutError):
                # The engine may have come back elsewhere, and a kept connection may be dead: once more, then give up.
                self.forget()
                if attempt == 2:
                    raise Unavailable(NO_ENGINE) from None
        raise AssertionError

    async def _post(self, path: str, body: bytes) -> dict[str, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, auto_decompress=False)
        if self._endpoint is None:
            try:
                self._endpoint = await asyncio.to_thread(self._where)
            except EngineError:
                raise Unavailable(NO_ENGINE) from None
        # A compressed answer meets delayed acknowledgement and costs 44 ms: we ask for the plain one.
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._endpoint.key:
            headers["Authorization"] = f"Bearer {self._endpoint.key}"
        async with self._session.post(self._endpoint.url + path, data=body, headers=headers) as answer:
            content = await answer.read()
            if answer.status == 200:
                return dict(orjson.loads(content))
            code = _code(content)
            if code == "index_not_found":
                raise Unavailable(NOT_PUBLISHED)
            if answer.status >= 500 or answer.status in (401, 403):
                self.forget()
                raise Unavailable(NO_ENGINE)
            told = f"the engine refused our request: {content[:500]!r}"
            if code in OF_SETTINGS:
                logger.error("%s: another version may have made the index, see `shien doctor`", told)
                raise Unavailable(NO_ENGINE)
            raise RuntimeError(told)


def _half(requests: Sequence[Request]) -> int:
    """So many of them take about as long as the others.

    >>> _half([{"attributesToRetrieve": ["id"]}, *[{}] * 7]), _half([{}] * 4)
    (3, 2)
    """
    weights = [WITH_RESULTS if "attributesToRetrieve" in each else 1 for each in requests]
    done, whole = [*accumulate(weights)], sum(weights)
    return min(range(1, len(requests)), key=lambda cut: abs(2 * done[cut - 1] - whole))


def _code(content: bytes) -> str:
    try:
        return str(orjson.loads(content).get("code", ""))
    except (ValueError, AttributeError):
        return ""

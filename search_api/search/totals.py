"""How many results a request has: words come again in question after question, and are counted once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b

import orjson

from search_api.search.engine import Answer, Reader, Request

MOST = 20_000
"""So many totals are remembered: 3 MB."""


class Totals:
    """Remembers totals as long as what is published stays, which `version` names; nothing while that is empty.

    What depends on the time names its instant in its filter, so that no total outlives a deadline.
    """

    def __init__(self, engine: Reader, version: Callable[[], str]) -> None:
        self._engine = engine
        self._version = version
        self._known: OrderedDict[bytes, int] = OrderedDict()

    async def of(self, requests: Sequence[Request]) -> list[int]:
        """The totals of requests for a count, in their order."""
        return (await self.along(requests, []))[0]

    async def along(self, requests: Sequence[Request], others: Sequence[Request]) -> tuple[list[int], list[Answer]]:
        """The same, and the answers to other requests in the same round trip to the engine."""
        version = self._version()
        keys = [blake2b(version.encode() + orjson.dumps(each), digest_size=16).digest() for each in requests]
        found = {key: self._known[key] for key in keys if version and key in self._known}
        open_ = {key: each for key, each in zip(keys, requests, strict=True) if key not in found}
        answers = await self._engine.multi([*open_.values(), *others]) if open_ or others else []
        found |= {key: answer["totalHits"] for key, answer in zip(open_, answers[: len(open_)], strict=True)}
        if version:
            self._remember(found)
        return [found[key] for key in keys], answers[len(open_) :]

    def _remember(self, found: dict[bytes, int]) -> None:
        for key, total in found.items():
            self._known[key] = total
            self._known.move_to_end(key)
        while len(self._known) > MOST:
            self._known.popitem(last=False)

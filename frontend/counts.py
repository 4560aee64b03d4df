"""How many results questions have, for pages that link to many: asked of the engine once, kept while it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search_api.query import Query, StateChoice
from search_api.services import Services

PAYS = ("subsidy", "loan", "tax")
"""Kinds of support that pay for something."""


@dataclass(frozen=True)
class Offer:
    """Support that a page leads to: its name, the search for it, how many it finds; `open`: only what is open now."""

    name: str
    link: str
    count: int
    open: bool

    @classmethod
    def of(cls, name: str, query: Query, counts: Mapping[Query, int]) -> "Offer":
        return cls(name, query.url("/search"), counts[query], bool(query.state))


class Counts:
    """Kept until an answer may change: with a publication, a decision, and when a deadline passes."""

    def __init__(self, own: Services) -> None:
        self._own = own
        self._stamp = ""
        self._known: dict[Query, int] = {}

    async def of(self, queries: Sequence[Query]) -> Mapping[Query, int]:
        """The number of results of each question. Unavailable if the engine does not answer."""
        stamp = await self._own.version()
        if stamp != self._stamp or not stamp:
            self._stamp, self._known = stamp, {}
        known = self._known
        missing = [each for each in dict.fromkeys(queries) if each not in known]
        if missing:
            known |= dict(zip(missing, await self._own.searcher.totals(missing), strict=True))
        return known


def question(spec: Mapping[str, Any], **more: Any) -> Query:
    """The question of a data file: support that pays and is open now, unless the file says otherwise."""
    values = {key: value for key, value in spec.items() if key != "name"}
    return Query.model_validate({"kind": PAYS, "state": (StateChoice.OPEN,)} | values | more)

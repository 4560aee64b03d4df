"""What pages say of the sources of what they show: their names, and which of them could not be read lately."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fastapi.concurrency import run_in_threadpool

from indexer.sources import standings
from search_api.models import Detail, FacetValue, Hit
from search_api.services import Services

KEPT_SECONDS = 60


@dataclass(frozen=True)
class Late:
    """A source whose last crawl failed, or is overdue: what pages show is of `since` (an ISO instant, None: never)."""

    title: str
    since: str | None


@dataclass(frozen=True)
class Sources:
    """`names` are for people, by the names that programmes carry."""

    names: dict[str, str]
    late: dict[str, Late]

    def late_of(self, items: Iterable[Hit | Detail]) -> list[Late]:
        """The late ones among the sources of what is shown, and those that parts of it were taken from."""
        shown = {
            name for each in items for name in (each.source.name, *(at.source for at in each.also_at if at.fields))
        }
        return [late for name, late in self.late.items() if name in shown]

    def late_among(self, counted: Iterable[FacetValue]) -> list[Late]:
        """The late ones among the sources of what is counted."""
        return [self.late[each.value] for each in counted if each.count and each.value in self.late]


async def sources(own: Services) -> Sources:
    """As of at most a minute ago: most pages ask, and a crawl takes longer."""
    return await run_in_threadpool(_sources, own, int(time.monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=8)
def _sources(own: Services, _: int) -> Sources:
    found = standings(own.store, own.now())
    return Sources(
        names={each.name: each.title or each.publisher or each.name for each in found},
        late={each.name: Late(each.title, each.last_good) for each in found if each.state == "failed" or each.overdue},
    )

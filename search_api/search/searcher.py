"""Answers a `Query`. The API, the pages, feeds and exports all ask here."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from indexer.engine import Endpoint
from indexer.normalise.readings import all_kana, latin, reading
from indexer.settings import Clock
from indexer.state import MAX_INTERVALS
from indexer.vocab import regions
from search_api.models import Results
from search_api.plan import plan
from search_api.query import Query, Sort
from search_api.search.counts import counted, distinct, distributed, facets
from search_api.search.engine import INDEX, Answer, Reader, Request
from search_api.search.filters import filters, joined, quoted
from search_api.search.hits import HIGHLIGHTED, Values, fields, hit
from search_api.search.matching import Matching, Way, decided, request, strict
from search_api.search.moments import Moments
from search_api.search.totals import Totals
from search_api.understand import Understood, understand

STREAM_PAGE = 500
STREAMS = 2
"""So many files and feeds get a page of results at once: however many are asked for, other questions find room."""
MOST_WAYS = 10_000
"""So many questions are remembered with how their words are looked for."""

SORTS: dict[Sort, list[str]] = {
    Sort.DEADLINE: ["closes_0:asc", "id:asc"],
    Sort.NEWEST: ["posted:desc", "id:asc"],
    Sort.AMOUNT: ["amount_max:desc", "id:asc"],
    Sort.UPDATED: ["changed:desc", "id:asc"],
}


def _order(query: Query) -> list[str]:
    """What is sorted by before the engine's own rules (publish.SETTINGS)."""
    if query.sort is not Sort.RELEVANCE:
        return SORTS[query.sort]
    return ["breadth:asc"] if query.q and query.wanted("area") else []


_Words = tuple[str, bool]


def _words(query: Query) -> _Words:
    """What decides how words are looked for: the words, and whether they are meant literally."""
    return query.q, bool(query.literal)


class Searcher:
    """Asks the engine at `where` as of `clock`.

    `version` changes with what is published: what was learned of one publication serves until the next. Empty:
    nobody can tell, and nothing is remembered.
    """

    def __init__(self, where: Callable[[], Endpoint], clock: Clock, version: Callable[[], str] = lambda: "") -> None:
        self.engine = Reader(where)
        self._clock = clock
        self._version = version
        self._moments = Moments(self.engine)
        self._totals = Totals(self.engine, version)
        self._ways: OrderedDict[tuple[str, _Words], Way] = OrderedDict()
        self._streams = asyncio.Semaphore(STREAMS)

    async def close(self) -> None:
        await self.engine.close()

    @property
    def now(self) -> datetime:
        return self._clock()

    async def moment(self) -> datetime:
        """The instant that stands for now (moments)."""
        version = self._version()
        return await self._moments.last(self.now, version) if version else self.now

    def rounds(self, now: datetime) -> int:
        """So many of a programme's times ahead are to be looked at (Moments.rounds)."""
        version = self._version()
        return self._moments.rounds(now, version) if version else MAX_INTERVALS

    async def search(self, query: Query) -> Results:
        """One page of results with facet counts. Unavailable if the engine does not answer."""
        started = time.perf_counter()
        found = await self.found(query, self.now)
        return Results.model_validate(found | {"took_ms": round((time.perf_counter() - started) * 1000)})

    async def found(self, query: Query, now: datetime) -> Values:
        """The same as JSON values, in the shape of models.Results without `took_ms`."""
        said = await self.understood(query, now)
        found = await self._answered(said, now)
        if not found["total"] and said.short:
            # 豊田 合成 may be a firm: where the town has nothing, texts with both words are looked for. Never less:
            # what other towns offer is no answer.
            plain = await self.understood(query, now, short=False)
            again = await self._answered(plain, now, way=strict(plain.query))
            return again if again["total"] else found
        return found

    async def _answered(self, said: Understood, now: datetime, way: Way | None = None) -> Values:
        query = said.query
        rounds = self.rounds(now)
        conditions = filters(query, now, rounds)
        rest = counted(query, conditions, now, rounds)
        main = _page(query, conditions) | {"facets": distributed(query, conditions, rest)}
        asked, told = distinct(rest)
        first, *answers = await self._asked(query, now, [main, *asked], way)
        return {
            "total": first["totalHits"],
            "page": query.page,
            "per_page": query.per_page,
            "hits": [hit(each, now, query) for each in first["hits"]],
            "facets": facets(query, first, rest, [answers[each] for each in told], now),
            "query": query.understood(),
            "words": said.words,
            "choices": [{"code": code, "name": regions.full_name(code)} for code in said.choices],
        }

    async def _asked(
        self, query: Query, now: datetime, requests: Sequence[Request], way: Way | None = None
    ) -> list[Answer]:
        """The answers to requests with the question's words put in, the way they are looked for.

        One word is mostly found as it is: that is asked at once, together with what tells whether it holds. Of several
        words mostly not all are found, and the answers would be for nothing.
        """
        way = way or self._known_way(query)
        if way is None:
            matching = await asyncio.to_thread(Matching, query, now)
            likely = [request(matching.strict) | each for each in requests] if matching.first else []
            totals, answers = await self._totals.along(matching.first, likely)
            [way] = (await self._decided({_words(query): matching}, totals)).values()
            if likely and way == matching.strict:
                return answers
        return await self.engine.multi([request(way) | each for each in requests])

    async def _ways_of(self, queries: Sequence[Query], now: datetime) -> list[Way]:
        """How the words of each are looked for."""
        found: dict[_Words, Way] = {}
        open_: dict[_Words, Matching] = {}
        for each in queries:
            if way := self._known_way(each):
                found[_words(each)] = way
            elif _words(each) not in open_:
                open_[_words(each)] = await asyncio.to_thread(Matching, each, now)
        first = await self._totals.of([asked for each in open_.values() for asked in each.first])
        found |= await self._decided(open_, first)
        return [found[_words(each)] for each in queries]

    async def _decided(self, open_: Mapping[_Words, Matching], first: Sequence[int]) -> dict[_Words, Way]:
        """From the totals of what each asked first, and more where that does not tell; remembered."""
        found: dict[_Words, Way] = {}
        for words, matching in open_.items():
            mine, first = first[: len(matching.first)], first[len(matching.first) :]
            if way := matching.told(mine):
                found[words] = way
        left = {words: each for words, each in open_.items() if words not in found}
        found |= dict(zip(left, await decided(list(left.values()), self._totals), strict=True))
        if version := self._version():
            self._ways.update({(version, words): way for words, way in found.items()})
            while len(self._ways) > MOST_WAYS:
                self._ways.popitem(last=False)
        return found

    def _known_way(self, query: Query) -> Way | None:
        if not query.q:
            return strict(query)
        version = self._version()
        return self._ways.get((version, _words(query))) if version else None

    async def totals(self, queries: Sequence[Query]) -> list[int]:
        """How many results each question has, in one round trip to the engine, and mostly one before it for words."""
        now = self.now
        queries = [(await self.understood(each, now)).query for each in queries]
        ways = await self._ways_of(queries, now)
        wanted = [
            request(way) | {"filter": joined(filters(each, now)) or None, "page": 1, "hitsPerPage": 0}
            for each, way in zip(queries, ways, strict=True)
        ]
        return [answer["totalHits"] for answer in await self.engine.multi(wanted)]

    async def id_of(self, uuid: UUID) -> str | None:
        """The id of the programme with this UUID (schema.uuid_of)."""
        condition = f"uuid = {quoted(str(uuid))}"
        wanted = {"indexUid": INDEX, "filter": condition, "limit": 1, "attributesToRetrieve": ["id"]}
        [answer] = await self.engine.multi([wanted])
        return str(answer["hits"][0]["id"]) if answer["hits"] else None

    async def named(self, q: str, most: int) -> list[Values]:
        """What has these words, or words that begin so, in its name, or in its reading; what is over left out."""
        now = self.now
        common = {"filter": joined(filters(Query(), now)), "limit": most, "attributesToRetrieve": fields(Query())}
        ways = [{"q": q, "matchingStrategy": "all", "attributesToSearchOn": ["schemes", "title"]}]
        if all_kana(q) and (sounds := reading(q)):
            # Before kana in the midst of a text (喜んでもらいたいの for たいよ).
            ways.insert(0, {"q": latin(sounds), "matchingStrategy": "all", "attributesToSearchOn": ["yomi"]})
        answers = await self.engine.multi([request(each) | common for each in ways])
        found = {each["hit"]["id"]: each for answer in answers for each in answer["hits"]}
        return [hit(each, now, Query()) for each in list(found.values())[:most]]

    async def understood(self, query: Query, now: datetime, *, short: bool = True) -> Understood:
        """The question with what its words mean; those of the firm's plan, where it is asked for nothing else."""
        words = {}
        if query.plan and not query.q:
            meant = (await asyncio.to_thread(plan, query.plan)).q
            query, words = query.with_(q=meant, page=query.page), {"plan": meant}
        if not query.q:
            return Understood(query, words)
        # Reading Japanese takes a while; nobody else has to wait for it.
        said = await asyncio.to_thread(understand, query, now, short=short)
        return replace(said, words=words | said.words)

    async def pages(self, query: Query, now: datetime, *, listed: bool | None = None) -> AsyncIterator[list[Values]]:
        """Every result of a query from its first page on, in a stable order, some hundreds at a time.

        `listed`: only what its source lists, or no longer lists.
        """
        [way] = await self._ways_of([query], now)
        conditions = filters(query, now)
        if listed is not None:
            conditions["listed"] = f"listed = {'true' if listed else 'false'}"
        wanted = request(way) | {
            "filter": joined(conditions) or None,
            "hitsPerPage": STREAM_PAGE,
            "attributesToRetrieve": fields(query),
            "sort": SORTS[Sort.NEWEST] if query.sort is Sort.RELEVANCE and not query.q else _order(query),
        }
        page = 1
        while True:
            # Only while a page is fetched: who reads slowly holds up nobody.
            async with self._streams:
                [answer] = await self.engine.multi([wanted | {"page": page}])
            yield [hit(each, now, query) for each in answer["hits"]]
            if page >= answer["totalPages"]:
                return
            page += 1


def _page(query: Query, conditions: dict[str, str]) -> dict[str, Any]:
    """The request for the results."""
    wanted: dict[str, Any] = {
        "filter": joined(conditions) or None,
        "page": query.page,
        "hitsPerPage": query.per_page,
        "attributesToRetrieve": fields(query),
        "sort": _order(query),
    }
    if query.explain:
        wanted["showRankingScoreDetails"] = True
    if query.highlight and query.q:
        # Only where asked for: the engine cuts all these texts into words again, which takes longer than searching.
        wanted |= HIGHLIGHTED
    return wanted

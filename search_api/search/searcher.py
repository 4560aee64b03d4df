"""Answers a `Query`, and is the only reader of the engine. The API and the pages call the same function."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from fractions import Fraction
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from indexer.engine import Endpoint, EngineError
from indexer.normalise.readings import all_kana, latin, reading
from indexer.schema import JST, NOT_OFFERED, Kind, Window
from indexer.settings import Clock
from indexer.state import CLOSING_DAYS, FAR, MAX_INTERVALS, State, standing
from indexer.vocab import labels, regions
from search_api.asking import weighed
from search_api.errors import Unavailable
from search_api.fit import fit, profiled
from search_api.models import Choice, FacetValue, Highlight, Hit, Marked, Reason, Results
from search_api.query import Query, Scope, Sort, StateChoice
from search_api.spelling import known
from search_api.understand import Understood, understand

INDEX = "programmes"
ENOUGH = 3
"""Results with all words, below which what has most of them is shown too."""
NAMED = ["schemes", "title", "places", "issuer", "summary", "labels", "also"]
"""Where a word is looked for first: what names and labels a programme."""
LOOSE = {True: "last", False: "frequency"}
"""Which words may be missing: the last ones where a word of the vocabulary comes first, else the commonest."""
TEXTS = [*NAMED, "body"]
"""Where words are looked for as they are written: not in `yomi`, whose letters (aichi) are no words (AI)."""
MOST_WORDS = 8
"""Words that are counted one by one."""
STREAM_PAGE = 500
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)

VOCABULARY = ("kind", "theme", "stage", "lever", "field", "industry", "size")
"""Facets whose values are labels of the vocabulary and attributes of the same name in the engine."""

PLAIN = (*VOCABULARY, "issuer_level", "source")

CLOSES_WITHIN = (7, 14, 30, 60, 90)
POSTED_WITHIN = (7, 30)

NO_ENGINE = "検索を一時的に利用できません。しばらくしてからもう一度お試しください。"
NOT_PUBLISHED = "データを準備しています。しばらくしてからもう一度お試しください。"

Expression = str
"""A filter in Meilisearch's language."""


def quoted(value: str) -> str:
    """The value as a literal of Meilisearch's filter language; nothing in it can end the literal."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_of(attribute: str, values: Iterable[str]) -> Expression:
    return f"{attribute} IN [{', '.join(map(quoted, values))}]"


def state_filter(state: State | StateChoice, now: int) -> Expression:
    """Programmes in a state at Unix time `now`, from the windows' own bounds: nothing has to be indexed again."""

    def within(extra: str = "") -> Expression:
        return " OR ".join(
            f"(opens_{i} <= {now} AND closes_{i} > {now}{extra.format(i=i)})" for i in range(MAX_INTERVALS)
        )

    match state.value:
        case "open":
            return f"({within()})"
        case "closing":
            return f"({within(f' AND closes_{{i}} <= {now + CLOSING_DAYS * 86400}')})"
        case "rolling":
            return f"({within(f' AND closes_{{i}} >= {FAR}')})"
        case "upcoming":
            return f"(starts > {now} AND NOT ({within()}))"
        case "closed":
            return f"(final <= {now})"
        case "unknown":
            # Without a last end it is unknown whenever nothing else is known; `starts` may be absent, or over.
            return f"(final NOT EXISTS AND NOT starts > {now} AND NOT ({within()}))"
        case _:
            return ""


def place_filter(areas: Sequence[str], scopes: Sequence[Scope]) -> Expression:
    """What firms in these places can use: a town's own, its prefecture's, the country's; see DESIGN.md, Place."""
    parts: list[Expression] = []
    for code in areas or ("",):
        mine: list[Expression] = []
        wanted = set(scopes)
        everything = not wanted
        if code and code != "JP":
            prefecture = regions.prefecture_of(code)
            if everything or Scope.NATIONAL in wanted:
                mine.append('areas = "JP"')
            if len(code) == 2:
                if everything:
                    mine.append(f"prefectures = {quoted(code)}")
                if Scope.PREFECTURE in wanted:
                    mine.append(f"areas = {quoted(code)}")
                if Scope.MUNICIPALITY in wanted:
                    mine.append(f'(prefectures = {quoted(code)} AND place_level = "municipality")')
            else:
                if everything or Scope.PREFECTURE in wanted:
                    mine.append(f"areas = {quoted(prefecture)}")
                if everything or Scope.MUNICIPALITY in wanted:
                    city = regions.city_of(code)
                    wards = [each.code for each in regions.children(city)] if code == city else [code]
                    mine.append(one_of("areas", dict.fromkeys((city, *wards))))
        elif code == "JP":
            mine.append('areas = "JP"')
        else:
            mine += [f"place_level = {quoted(each.value)}" for each in scopes if each is not Scope.UNKNOWN]
        if Scope.UNKNOWN in wanted:
            mine.append('place_level = "unknown"')
        parts += mine
    return f"({' OR '.join(parts)})" if parts else ""


def filters(query: Query, now: datetime) -> dict[str, Expression]:
    """The query's conditions by facet; all of them together must hold."""
    seconds = int(now.timestamp())
    found: dict[str, Expression] = {}
    for facet in PLAIN:
        values: tuple[str, ...] = getattr(query, facet)
        wanted = [each for each in values if not each.startswith("-")]
        unwanted = [each[1:] for each in values if each.startswith("-")]
        parts = [one_of(facet, wanted)] if wanted else []
        parts += [f"NOT {one_of(facet, unwanted)}"] if unwanted else []
        found[facet] = " AND ".join(parts)
    found["area"] = place_filter(query.area, query.scope) if query.area or query.scope else ""
    states = query.state
    if not states:
        # What has closed hides, and so do entries that are only a step of an earlier grant.
        found["state"] = f"(final NOT EXISTS OR final > {seconds}) AND procedure = false"
    elif StateChoice.ANY not in states:
        found["state"] = "(" + " OR ".join(state_filter(each, seconds) for each in states) + ")"
    if query.closes_within is not None:
        found["closes_within"] = _closes_within(seconds, query.closes_within)
    if query.closes_from is not None or query.closes_to is not None:
        found["closes"] = _closes_between(seconds, query.closes_from, query.closes_to)
    if query.posted_within is not None:
        found["posted_within"] = _posted_within(seconds, query.posted_within)
    if query.updated_since is not None:
        found["updated_since"] = f"changed >= {int(query.updated_since.timestamp())}"
    if query.gx is not None:
        found["gx"] = f"gx = {'true' if query.gx else 'false'}"
    if query.featured is not None:
        found["featured"] = f"featured = {'true' if query.featured else 'false'}"
    if query.amount_min is not None:
        found["amount_min"] = f"amount_max >= {query.amount_min}"
    if query.rate_min is not None:
        found["rate_min"] = f"rate >= {round(float(Fraction(query.rate_min)), 4)}"
    if query.employees is not None:
        found["employees"] = f"(employees_max NOT EXISTS OR employees_max >= {query.employees})"
    if query.capital is not None:
        found["capital"] = f"(capital_max NOT EXISTS OR capital_max >= {query.capital})"
    return {facet: each for facet, each in found.items() if each}


def _closes_within(now: int, days: int) -> Expression:
    """Open, and closing by the end of the day so many days ahead: of today with 0, as `days_left` counts."""
    today = datetime.fromtimestamp(now, JST).date()
    until = _midnight(today + timedelta(days=days + 1))
    return (
        "("
        + " OR ".join(
            f"(opens_{i} <= {now} AND closes_{i} > {now} AND closes_{i} <= {until})" for i in range(MAX_INTERVALS)
        )
        + ")"
    )


def _closes_between(now: int, first: date | None, last: date | None) -> Expression:
    """Closing on one of these days, and not over; what ends at midnight closes on the day before."""
    after = max(now, _midnight(first)) if first else now
    until = _midnight(last + timedelta(days=1)) if last else FAR - 1
    return "(" + " OR ".join(f"(closes_{i} > {after} AND closes_{i} <= {until})" for i in range(MAX_INTERVALS)) + ")"


def _midnight(day: date) -> int:
    """When the day begins in Japan, in Unix seconds."""
    return int(datetime.combine(day, clock_time(), tzinfo=JST).timestamp())


def _posted_within(now: int, days: int) -> Expression:
    return f"posted >= {now - days * 86400}"


def _joined(conditions: Mapping[str, Expression], without: str = "") -> str:
    return " AND ".join(
        each if facet == "area" else f"({each})" for facet, each in conditions.items() if facet != without
    )


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
    return ["breadth:asc"] if query.q and query.area else []


class _Tries:
    """The ways in which the words of a question can be looked for, and which of them finds enough."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.words = query.q.split()
        self.ways: dict[str, dict[str, Any]] = {
            "strict": _strict(query),
            "loose": {"q": query.q, "matchingStrategy": LOOSE[False]},
        }
        sounds = "" if query.literal else reading(query.q)
        if sounds and sounds != query.q:
            self.ways["named"] = {**_strict(query), "attributesToSearchOn": NAMED}
            self.ways["said"] = {"q": latin(sounds), "matchingStrategy": "all", "attributesToSearchOn": ["yomi"]}
        alone = [{"q": word, "matchingStrategy": "all"} for word in self.words[:MOST_WORDS]]
        self.tried = [*self.ways.values(), *alone]

    def chosen(self, totals: Sequence[int]) -> dict[str, Any]:
        """`totals`: results of each of `tried`, among what can be applied for, what is not over, and everything."""
        for start in range(0, len(totals), len(self.tried)):
            counted = totals[start : start + len(self.tried)]
            found = dict(zip(self.ways, counted, strict=False))
            # What is typed in kana may stand in a text as it is; names count first.
            if found.get("said") and not found["named" if all_kana(self.query.q) else "strict"]:
                return self.ways["said"]
            if found["strict"] >= ENOUGH or (found["strict"] and len(self.words) == 1):
                return self.ways["strict"]
            if any(counted[len(self.ways) :]) or found["loose"]:
                each_found = dict(zip(self.words, counted[len(self.ways) :], strict=False))
                ordered = weighed(self.words, each_found)
                return {"q": " ".join(ordered), "matchingStrategy": LOOSE[known(ordered[0])]}
        return self.ways["strict"]


class Searcher:
    """Reads the engine. `where` is asked again whenever the engine does not answer: it may have moved."""

    def __init__(self, where: Callable[[], Endpoint], clock: Clock) -> None:
        self._where = where
        self._clock = clock
        self._endpoint: Endpoint | None = None
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def now(self) -> datetime:
        return self._clock()

    async def search(self, query: Query) -> Results:
        """One page of results with facet counts. Unavailable if the engine does not answer."""
        started = time.perf_counter()
        now = self.now
        # Reading Japanese takes a while; nobody else has to wait for it.
        said = await asyncio.to_thread(understand, query, now)
        found = await self._answered(said, now, started)
        if not found.total and said.short:
            # 豊田 合成 may be a firm: where the town has nothing, texts with both words are looked for. Never less:
            # what other towns offer is no answer.
            plain = await asyncio.to_thread(understand, query, now, short=False)
            again = await self._answered(plain, now, started, loose=False)
            return again if again.total else found
        return found

    async def _answered(self, said: Understood, now: datetime, started: float, *, loose: bool = True) -> Results:
        query = said.query
        conditions = filters(query, now)
        requests = [self._page(query, conditions), *_counts(query, conditions, now)]
        matching = await self._matching(query, now) if loose else _strict(query)
        answers = await self.multi([each | matching for _, _, each in requests])
        main = answers[0]
        counted = [(facet, value, answer) for (facet, value, _), answer in zip(requests, answers, strict=True)]
        return Results(
            total=main["totalHits"],
            page=query.page,
            per_page=query.per_page,
            took_ms=round((time.perf_counter() - started) * 1000),
            hits=fitted((_explained(each, now) for each in main["hits"]), query),
            facets=_facets(query, counted),
            query=query.understood(),
            words=said.words,
            choices=tuple(Choice(code=code, name=regions.full_name(code)) for code in said.choices),
        )

    async def _matching(self, query: Query, now: datetime) -> dict[str, Any]:
        """How these words are looked for, whatever else is chosen, so that counts and results agree."""
        [found] = await self._matchings([query], now)
        return found

    async def _matchings(self, queries: Sequence[Query], now: datetime) -> list[dict[str, Any]]:
        """The same for several questions, in one round trip to the engine.

        All of the words as they are written; or by their sound, where no name has them; or most of them, where all are
        found hardly anywhere (what has all of them comes first all the same). What can be applied for decides, where it
        has any, else what is not over.
        """
        tries = {each: _Tries(each) for each in queries if each.q.strip()}
        ahead = filters(Query(), now)
        offered = {"kind": f"NOT {one_of('kind', sorted(NOT_OFFERED))}"}
        among = (_joined(ahead | offered), _joined(ahead), "")
        requests = [
            _request(query, condition) | {"page": 1, "hitsPerPage": 0} | way
            for query, each in tries.items()
            for condition in among
            for way in each.tried
        ]
        answers = await self.multi(requests) if requests else []
        totals = [answer["totalHits"] for answer in answers]
        found: dict[Query, dict[str, Any]] = {}
        for query, each in tries.items():
            mine = len(each.tried) * len(among)
            found[query], totals = each.chosen(totals[:mine]), totals[mine:]
        return [found.get(query) or _strict(query) for query in queries]

    async def totals(self, queries: Sequence[Query]) -> list[int]:
        """How many results each question has, in one round trip to the engine, and one before it for their words."""
        now = self.now
        queries = await asyncio.to_thread(lambda: [understand(each, now).query for each in queries])
        asked = {(each.q, each.literal): each for each in queries}
        how = dict(zip(asked, await self._matchings(list(asked.values()), now), strict=True))
        wanted = [
            _request(each, _joined(filters(each, now))) | how[each.q, each.literal] | {"page": 1, "hitsPerPage": 0}
            for each in queries
        ]
        return [answer["totalHits"] for answer in await self.multi(wanted)] if wanted else []

    async def id_of(self, uuid: UUID) -> str | None:
        """The id of the programme with this UUID (schema.uuid_of)."""
        condition = f"uuid = {quoted(str(uuid))}"
        [answer] = await self.multi(
            [{"indexUid": INDEX, "filter": condition, "limit": 1, "attributesToRetrieve": ["id"]}]
        )
        return str(answer["hits"][0]["id"]) if answer["hits"] else None

    async def named(self, q: str, most: int) -> list[Hit]:
        """What has these words, or words that begin so, in its name, or in its reading; what is over left out."""
        now = self.now
        condition = _joined(filters(Query(), now))
        common = {"indexUid": INDEX, "filter": condition, "limit": most, "locales": ["jpn"], "matchingStrategy": "all"}
        ways = [common | {"q": q, "attributesToSearchOn": ["schemes", "title"]}]
        if all_kana(q) and (sounds := reading(q)):
            ways.append(common | {"q": latin(sounds), "attributesToSearchOn": ["yomi"]})
        answers = await self.multi([each | {"attributesToRetrieve": ["hit"]} for each in ways])
        found = {each["hit"]["id"]: each["hit"] for answer in answers for each in answer["hits"]}
        return [hit(each, now) for each in list(found.values())[:most]]

    async def hits(self, query: Query, *, listed: bool | None = None) -> AsyncIterator[Hit]:
        """Every hit of a query from its first page on, in a stable order; a page at a time, without counting facets.

        `listed`: only what its source lists, or no longer lists.
        """
        now = self.now
        query = (await asyncio.to_thread(understand, query, now)).query
        conditions = filters(query, now)
        if listed is not None:
            conditions["listed"] = f"listed = {'true' if listed else 'false'}"
        condition = _joined(conditions)
        order = SORTS[Sort.NEWEST] if query.sort is Sort.RELEVANCE and not query.q else _order(query)
        page = 1
        matching = await self._matching(query, now)
        while True:
            request = (
                _request(query, condition)
                | matching
                | {
                    "page": page,
                    "hitsPerPage": STREAM_PAGE,
                    "attributesToRetrieve": ["hit"],
                    "sort": order,
                }
            )
            [answer] = await self.multi([request])
            for each in answer["hits"]:
                yield hit(each["hit"], now)
            if page >= answer["totalPages"]:
                return
            page += 1

    def _page(self, query: Query, conditions: Mapping[str, Expression]) -> tuple[str, str, dict[str, Any]]:
        request = _request(query, _joined(conditions)) | {
            "page": query.page,
            "hitsPerPage": query.per_page,
            "attributesToRetrieve": ["hit"],
            "facets": [*PLAIN, "prefectures", "place_level", "gx"],
            "sort": _order(query),
        }
        if query.explain:
            request["showRankingScoreDetails"] = True
        if query.highlight and query.q:
            # Only where asked for: the engine cuts all these texts into words again, which takes longer than searching.
            request |= _HIGHLIGHTED
        return "", "", request

    async def multi(self, queries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers to several requests, in their order."""
        body = orjson.dumps({"queries": list(queries)})
        for attempt in (1, 2):
            try:
                return list((await self._post("/multi-search", body))["results"])
            except (aiohttp.ClientConnectionError, TimeoutError):
                # The engine may have come back elsewhere, and a kept connection may be dead: once more, then give up.
                self._endpoint = None
                if attempt == 2:
                    raise Unavailable(NO_ENGINE) from None
        raise AssertionError

    async def healthy(self) -> bool:
        """Can it answer a search?"""
        try:
            await self.multi([{"indexUid": INDEX, "q": "", "limit": 1}])
        except Unavailable:
            return False
        return True

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
                self._endpoint = None
                raise Unavailable(NO_ENGINE)
            raise RuntimeError(f"the engine refused our request: {content[:500]!r}")


def _code(content: bytes) -> str:
    try:
        return str(orjson.loads(content).get("code", ""))
    except (ValueError, AttributeError):
        return ""


def _strict(query: Query) -> dict[str, Any]:
    return {"q": query.q, "matchingStrategy": "all"}


def _request(query: Query, condition: str) -> dict[str, Any]:
    return {
        "indexUid": INDEX,
        "q": query.q,
        "attributesToSearchOn": TEXTS,
        "filter": condition or None,
        "locales": ["jpn"],
    }


def _counts(query: Query, conditions: Mapping[str, Expression], now: datetime) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests for the counts that the main one cannot give: (facet, value or "" for all, request)."""
    seconds = int(now.timestamp())
    found: list[tuple[str, str, dict[str, Any]]] = []
    for facet in (*PLAIN, "gx"):
        if facet in conditions:
            request = _request(query, _joined(conditions, facet)) | {"limit": 0, "facets": [facet]}
            found.append((facet, "", request))
    if "area" in conditions:
        request = _request(query, _joined(conditions, "area")) | {"limit": 0, "facets": ["prefectures", "place_level"]}
        found.append(("area", "", request))
    counted: list[tuple[str, str, Expression]] = [("state", each.value, state_filter(each, seconds)) for each in State]
    counted += [("closes_within", str(days), _closes_within(seconds, days)) for days in CLOSES_WITHIN]
    counted += [("posted_within", str(days), _posted_within(seconds, days)) for days in POSTED_WITHIN]
    for facet, value, expression in counted:
        rest = _joined(conditions, facet)
        condition = f"{rest} AND ({expression})" if rest else expression
        found.append((facet, value, _request(query, condition) | {"page": 1, "hitsPerPage": 0}))
    return found


def _facets(query: Query, answers: Sequence[tuple[str, str, Mapping[str, Any]]]) -> dict[str, tuple[FacetValue, ...]]:
    main = answers[0][2]["facetDistribution"]
    own = {facet: answer["facetDistribution"] for facet, value, answer in answers[1:] if not value}
    single: dict[str, dict[str, int]] = {}
    for facet, value, answer in answers[1:]:
        if value:
            single.setdefault(facet, {})[value] = answer["totalHits"]
    found: dict[str, tuple[FacetValue, ...]] = {}
    for facet in PLAIN:
        counts = own.get(facet, main).get(facet, {})
        known = _names(facet)
        chosen = [each.removeprefix("-") for each in getattr(query, facet)]
        order = [*known, *(each for each in (*counts, *chosen) if each not in known)]
        found[facet] = tuple(
            FacetValue(
                value=each,
                label=known.get(each, each),
                count=counts.get(each, 0),
                selected=each in getattr(query, facet),
                excluded=f"-{each}" in getattr(query, facet),
            )
            for each in dict.fromkeys(order)
            if counts.get(each) or each in chosen
        )
    found["area"] = _places(query, own.get("area", main))
    states = labels.labels("state")
    found["state"] = tuple(
        FacetValue(value=value, label=states[value].name, count=count, selected=value in query.state)
        for value, count in single["state"].items()
    )
    for facet, wording in (("closes_within", "{}日以内に締切"), ("posted_within", "{}日以内に掲載")):
        found[facet] = tuple(
            FacetValue(
                value=value, label=wording.format(value), count=count, selected=str(getattr(query, facet)) == value
            )
            for value, count in single[facet].items()
        )
    gx = own.get("gx", main).get("gx", {})
    found["gx"] = (FacetValue(value="true", label="GX（脱炭素）", count=gx.get("true", 0), selected=query.gx is True),)
    return found


def _names(facet: str) -> dict[str, str]:
    if facet == "source":
        return {}
    return {key: each.name for key, each in labels.labels(facet).items()}


def _places(query: Query, distribution: Mapping[str, Mapping[str, int]]) -> tuple[FacetValue, ...]:
    """A prefecture's count is what choosing it would give: its own, its towns' and the country's."""
    nationwide = distribution.get("place_level", {}).get("national", 0)
    counts = distribution.get("prefectures", {})
    values = [
        FacetValue(
            value=each.code,
            label=each.name,
            count=nationwide + counts.get(each.code, 0),
            selected=each.code in query.area,
        )
        for each in regions.prefectures()
    ]
    values += [
        FacetValue(value=code, label=regions.get(code).name, count=0, selected=True)
        for code in query.area
        if len(code) == 5
    ]
    return (FacetValue(value="JP", label="全国", count=nationwide, selected="JP" in query.area), *values)


def fitted(hits: Iterable[Hit], query: Query) -> tuple[Hit, ...]:
    """Hits with their verdict, where the question describes a firm."""
    if not profiled(query):
        return tuple(hits)
    return tuple(
        each if each.kind in NOT_OFFERED else each.model_copy(update={"fit": fit(each, query)}) for each in hits
    )


def hit(values: Mapping[str, Any], now: datetime) -> Hit:
    """A stored hit with what depends on now."""
    windows = tuple(Window.model_validate(each) for each in values["windows"])
    return Hit.model_validate(
        dict(values) | {"windows": windows} | derived(windows, Kind(values["kind"]), values["listed"], values, now)
    )


_MARKS = ("\ue000", "\ue001")
"""Private characters: nothing that a source writes for people has them; one that did would lose them here."""
_HIGHLIGHTED = {
    "attributesToHighlight": ["title", "summary", "body"],
    "attributesToCrop": ["summary:30", "body:30"],
    "highlightPreTag": _MARKS[0],
    "highlightPostTag": _MARKS[1],
    "cropMarker": "…",
}


def _marked(text: str) -> Marked:
    """The engine's text with marks as a text and its marks."""
    plain, marks = "", list[tuple[int, int]]()
    # The engine marks each of its words: those side by side are one mark.
    for part in text.replace(_MARKS[1] + _MARKS[0], "").split(_MARKS[0]):
        found, closed, rest = part.partition(_MARKS[1])
        if closed:
            marks.append((len(plain), len(plain) + len(found)))
        plain += found + rest
    return Marked(text=plain, marks=tuple(marks))


def _highlight(formatted: Mapping[str, str]) -> Highlight:
    pieces = (_marked(formatted[name]) for name in ("summary", "body") if formatted.get(name))
    return Highlight(title=_marked(formatted["title"]), snippet=next((each for each in pieces if each.marks), None))


_RULES = {"ended:asc": "closed", "rank:asc": "curated", "breadth:asc": "place_breadth", "closes_0:asc": "deadline"}


def _explained(found: Mapping[str, Any], now: datetime) -> Hit:
    """The hit, with why it stands where it does and where words were found, if the engine was asked for that."""
    plain = hit(found["hit"], now)
    if formatted := found.get("_formatted"):
        plain = plain.model_copy(update={"highlight": _highlight(formatted)})
    details: Mapping[str, Mapping[str, Any]] = found.get("_rankingScoreDetails") or {}
    if not details:
        return plain
    rules = sorted(details.items(), key=lambda each: each[1]["order"])
    reasons = (
        Reason(
            rule=_RULES.get(rule, rule.replace(":", "_")),
            score=told.get("score"),
            value=told.get("value"),
            words=(told["matchingWords"], told["maxMatchingWords"]) if "matchingWords" in told else None,
        )
        for rule, told in rules
        if not rule.startswith("id:")
    )
    return plain.model_copy(update={"explain": tuple(reasons)})


def derived(
    windows: Sequence[Window], kind: Kind, listed: bool, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """State, the window that counts now, and names for people."""
    where = standing(windows, kind, listed=listed, now=now)
    return {
        "state": where.state,
        "state_label": labels.labels("state")[where.state.value].name,
        "opens": where.opens.isoformat(timespec="seconds") if where.opens else None,
        "closes": where.closes.isoformat(timespec="seconds") if where.closes else None,
        "days_left": where.days_left,
        "kind_label": labels.labels("kind")[kind.value].name,
        "area_label": area_label(values["areas"] or values["event_areas"]),
    }


def area_label(codes: Sequence[str], most: int = 3) -> str:
    """Places in words: 全国, or names with their prefecture; more than `most` are counted.

    >>> area_label(["JP"])
    '全国'
    """
    if "JP" in codes:
        return "全国"
    names = [regions.full_name(code) for code in codes]
    if len(names) <= most:
        return "・".join(names)
    return f"{'・'.join(names[:most])} ほか{len(names) - most}か所"

"""/mcp: the same answers for assistants, as read-only tools of the Model Context Protocol (streamable HTTP).

Each tool asks what the API asks and trims the answer to what an assistant has room for; `programme` has everything.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar

from fastapi.concurrency import run_in_threadpool
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field, ValidationError
from starlette.routing import BaseRoute, Route

from indexer.sources import Place, coverage, origins
from search_api.app import areas as api_areas
from search_api.app import vocab
from search_api.detail import detail
from search_api.errors import Unavailable
from search_api.manners import TOOLS
from search_api.models import Detail, Hit
from search_api.query import Query, Sort, place
from search_api.services import Services

INSTRUCTIONS = """Public support for small firms in Japan: subsidies, loans, tax measures, seminars, consultation,
expert visits and cases, national and local. Deadlines (`closes`, Asia/Tokyo) and state are of the moment of asking.
What could not be read is empty, never guessed: empty `areas` means unknown, not everywhere. Always name the official
page and tell people to check the deadline there. Search words are Japanese; places are JIS codes from `areas`."""

MOST = 20
MOST_BODY = 6_000
MOST_NAME = 40
"""Characters of a place's name: each is read in many ways."""

Answer = dict[str, Any]
Done = TypeVar("Done")
Area = Annotated[str, Field(description="JIS code of a prefecture (2 digits) or municipality (5 digits); see areas")]
Kind = Literal["", "subsidy", "loan", "tax", "seminar", "consultation", "expert", "case", "qa", "guide", "news"]


def server(own: Services) -> MCPServer[Any]:
    """The server with all its tools."""
    made: MCPServer[Any] = MCPServer(
        "shien", title="支援さがし", instructions=INSTRUCTIONS, version="1", log_level="WARNING"
    )

    def tool(run: Callable[..., Awaitable[Answer]]) -> None:
        made.add_tool(run, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
        _refuse_unknown(made, run.__name__)

    async def asked(**values: Any) -> Answer:
        query = _query(**values)
        found = await _told(own.listing(query))
        return {
            "total": found.total,
            "page": found.page,
            "query": found.query,
            "words": found.words,
            "programmes": [_brief(each) for each in found.hits],
        }

    async def one(id: str) -> Detail:
        found = await run_in_threadpool(detail, own.store, id, own.now())
        if found is None:
            raise ToolError(f"there is no programme {id[:120]!r}; search gives the ids")
        return found

    async def search(
        q: Annotated[str, Field(description="Japanese words; places and deadlines among them are understood")] = "",
        area: Area = "",
        kind: Kind = "",
        theme: Annotated[str, Field(description="GX theme; see vocabulary")] = "",
        state: Literal["", "open", "closing", "upcoming", "rolling", "closed", "unknown", "any"] = "",
        page: Annotated[int, Field(ge=1, le=500)] = 1,
    ) -> Answer:
        """Programmes for these words, in this place. What is over is left out unless `state` asks for it."""
        return await asked(q=q, area=area, kind=kind, theme=theme, state=state, page=page)

    async def programme(id: str) -> Answer:
        """One programme in full: every value with the source's words it was read from (`raw`), and its history."""
        found = await one(id)
        return found.model_dump(mode="json", exclude_defaults=True) | {"body": found.body[:MOST_BODY]}

    async def deadlines(
        days: Annotated[int, Field(ge=0, le=365, description="closing within so many days")] = 30,
        area: Area = "",
        kind: Kind = "",
        q: str = "",
        page: Annotated[int, Field(ge=1, le=500)] = 1,
    ) -> Answer:
        """What closes next, the soonest first."""
        return await asked(q=q, area=area, kind=kind, closes_within=days, sort=Sort.DEADLINE, page=page)

    async def areas(
        q: Annotated[str, Field(max_length=MOST_NAME, description="how a name begins: Han, kana or romaji")] = "",
        parent: Annotated[str, Field(description="code of a prefecture: its municipalities")] = "",
    ) -> Answer:
        """Codes of places; without anything the prefectures."""
        return {"areas": await api_areas(q, _place(parent))}

    async def vocabulary() -> Answer:
        """The values of every facet and what they mean."""
        wanted = ("value", "label", "help")
        return {
            facet: [{key: each[key] for key in wanted} for each in values] for facet, values in (await vocab()).items()
        }

    async def eligibility(
        area: Area,
        q: str = "",
        industry: Annotated[str, Field(description="division of the Japanese industry classification, A to T")] = "",
        employees: Annotated[int | None, Field(ge=0)] = None,
        capital: Annotated[int | None, Field(ge=0, description="yen")] = None,
        plan: Annotated[str, Field(description="what the firm is going to do or buy, in Japanese")] = "",
        kind: Kind = "",
        page: Annotated[int, Field(ge=1, le=500)] = 1,
    ) -> Answer:
        """Open programmes for a firm, each with a verdict (`fit`) and the sentence that decided. What does not fit is
        left out; "unknown" could not be read and must be checked, it is no yes.
        """
        return await asked(
            q=q,
            area=area,
            industry=industry,
            employees=employees,
            capital=capital,
            plan=plan,
            kind=kind,
            page=page,
            state=["open", "closing", "rolling"],
        )

    async def related(id: str) -> Answer:
        """Other rounds of the same scheme, top-ups, and what cannot be combined, with the words that say so."""
        found = await one(id)
        told = []
        for each in found.relations:
            other = await run_in_threadpool(detail, own.store, each.id, own.now()) if each.id else None
            values = each.model_dump(mode="json", exclude_defaults=True)
            told.append(values | ({"programme": _brief(other)} if other else {}))
        return {"id": found.id, "relations": told}

    async def covered(area: Area = "") -> Answer:
        """How many programmes each source has for a place: what is missing here has to be looked for elsewhere."""
        _place(area)
        places: list[Place] = []
        for each in await run_in_threadpool(coverage, own.store):
            places += [each, *each.municipalities]
        # Without a place: the prefectures.
        chosen = [each for each in places if each.code == area or (not area and len(each.code) == 2)]
        return {"places": [each.model_dump(mode="json", exclude={"municipalities"}) for each in chosen]}

    async def freshness() -> Answer:
        """Every source: when it was last read well, and how much it lists."""
        found = await run_in_threadpool(origins, own.store, own.now())
        names = {"name", "title", "publisher", "url", "state", "last_good", "age", "overdue", "programmes"}
        published = await run_in_threadpool(own.store.fact, "publication") or {}
        return {
            "published_at": published.get("at"),
            "sources": [each.model_dump(mode="json", include=names) for each in found],
        }

    for each in (search, programme, deadlines, areas, vocabulary, eligibility, related, covered, freshness):
        tool(each)
    return made


def _refuse_unknown(made: MCPServer[Any], tool: str) -> None:
    """A misspelt argument would change the answer unseen: it is refused by its name, and the schema says so."""
    added = made._tool_manager.get_tool(tool)
    assert added is not None
    taken = added.fn_metadata.arg_model
    taken.model_config["extra"] = "forbid"
    taken.model_rebuild(force=True)
    added.parameters["additionalProperties"] = False


def routes(made: MCPServer[Any]) -> list[BaseRoute]:
    """The endpoint /mcp, for POST. Its session manager has to run while it answers."""
    app = made.streamable_http_app(
        streamable_http_path=TOOLS,
        json_response=True,
        stateless_http=True,
        # What it answers is public and read-only: there is nothing that a page of another origin could steal.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    # A GET would open a stream on which nothing ever comes: the protocol's answer to it is 405.
    return [Route(TOOLS, each.endpoint, methods=["POST"]) for each in app.routes if isinstance(each, Route)]


def _place(code: str) -> str:
    try:
        return code and place(code)
    except ValueError as error:
        raise ToolError(str(error)) from None


def _query(**values: Any) -> Query:
    given = {key: value for key, value in values.items() if value not in ("", None)}
    try:
        return Query.model_validate(given | {"per_page": MOST})
    except ValidationError as error:
        told = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        raise ToolError(told[:500]) from None


async def _told(answer: Awaitable[Done]) -> Done:
    try:
        return await answer
    except Unavailable as error:
        raise ToolError(f"search is not available now: {error.reason}") from None


def _brief(item: Hit | Detail) -> Answer:
    values = item.model_dump(
        mode="json",
        include={
            "id", "title", "kind_label", "state", "state_label", "opens", "closes", "days_left", "area_label", "areas",
            "url", "official_url", "gx", "fit",
        },
        exclude_none=True,
    )  # fmt: skip
    values["summary"] = item.summary[:200]
    if item.amount:
        values["amount"] = item.amount.model_dump(mode="json", exclude_none=True)
    if item.issuer:
        values["issuer"] = item.issuer.name
    return values

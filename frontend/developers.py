"""The page for developers: what can be asked, with examples that really run."""

from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict

from frontend import files
from frontend.rendering import DOCUMENTATION, page
from indexer.vocab import labels
from search_api.errors import Unavailable
from search_api.query import Query
from search_api.services import Own, Services, public_base

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class Example(BaseModel):
    """Something to ask for; `status` is what comes back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str
    path: str
    status: int = 200


@cache
def examples() -> tuple[Example, ...]:
    return tuple(Example.model_validate(each) for each in files.values("api_examples.yml"))


def snippet(base: str) -> str:
    """A small program that asks, for a site at `base`."""
    return files.text("api_example.txt").replace("BASE", base)


@router.get("/developers")
async def developers(request: Request, own: Own) -> Response:
    """developers.html: base (address of the site), examples (with the id of a programme that is there), program,
    parameters [(name, meaning, values)], documentation (path or "").
    """
    id = await _some(own)
    return page(
        request,
        "developers.html",
        base=public_base(request, own),
        examples=[each.model_copy(update={"path": each.path.replace("{id}", id)}) for each in examples()],
        program=snippet(public_base(request, own)),
        parameters=[
            (name, info.description or "", [*labels.labels(name)] if name in labels.FILES and name != "gx" else [])
            for name, info in Query.model_fields.items()
        ],
        documentation=DOCUMENTATION if own.settings.docs else "",
    )


async def _some(own: Services) -> str:
    """The id of a programme for examples; while the engine is away, one that is none."""
    try:
        hits = (await own.listing(Query(per_page=1))).hits
    except Unavailable:
        return "ID"
    return hits[0].id if hits else "ID"

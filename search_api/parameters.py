"""What a route is asked in its address.

Parameters that it does not have are refused by name: a misspelt one would change the answer unseen.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Query as Parameters
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import ValidationError

from search_api.query import Query, grouped


async def asked(request: Request) -> Query:
    """The question. RequestValidationError names what of it cannot be understood.

    The framework would look at each of its many parameters by itself, which takes longer than all the rest of a route.
    """
    try:
        return Query.model_validate(grouped(request.query_params.multi_items()))
    except ValidationError as error:
        raise RequestValidationError([each | {"loc": ("query", *each["loc"])} for each in error.errors()]) from None


Asked = Annotated[Query, Depends(asked)]


def _described() -> dict[str, Any]:
    described = APIRouter()

    @described.get("/")
    def route(query: Annotated[Query, Parameters()]) -> None: ...

    return get_openapi(title="", version="", routes=described.routes)


_DESCRIBED = _described()
QUESTION: dict[str, Any] = {"openapi_extra": {"parameters": _DESCRIBED["paths"]["/"]["get"]["parameters"]}}
"""How a route that is `Asked` is described: by the question's parameters."""
MODELS: dict[str, Any] = {"Sort": _DESCRIBED["components"]["schemas"]["Sort"]}
"""What the description of the parameters refers to."""


async def only_known(request: Request) -> None:
    """For routes of single parameters; what is `asked` refuses the others itself."""
    takes = request.scope["route"].dependant
    if any(each.call is asked for each in takes.dependencies):
        return
    known = {each.alias for each in takes.query_params}
    unknown = dict.fromkeys(name for name in request.query_params if name not in known)
    if unknown:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])

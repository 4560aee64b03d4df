"""Parameters that a route does not have are refused by name: a misspelt one would change the answer unseen."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from search_api.query import Query


def only_known(request: Request) -> None:
    """For routes of single parameters; where Query is asked for, it refuses the others itself."""
    known = request.scope["route"].dependant.query_params
    if any(each.field_info.annotation is Query for each in known):
        return
    unknown = dict.fromkeys(name for name in request.query_params if name not in {each.alias for each in known})
    if unknown:
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])

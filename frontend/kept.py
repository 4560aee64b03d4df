"""Pages that change only when an answer may: each is made once and kept as long as it holds."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute

from frontend import place as places
from frontend.language import spoken
from frontend.origins import sources
from frontend.rendering import fragment, varied
from search_api.memory import Memory
from search_api.services import public_base, services

KEPT_BYTES = 8 * 2**20
"""So much of pages is kept."""


class Kept(APIRoute):
    """A route to a page that depends on nothing but its address, the reader's place and language, what is published
    and decided, the day and the deadlines that passed, and which sources are late.

    Redirects, errors and what sets a cookie are made each time, and so is everything while the store does not answer.
    The application's state has a Memory as `pages`.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        make = super().get_route_handler()

        async def kept(request: Request) -> Response:
            own, pages = services(request), request.app.state.pages
            assert isinstance(pages, Memory)
            version = await own.version()
            if not version:
                return await make(request)
            reader = (spoken.get(), places.remembered(request).code, fragment(request), public_base(request, own))
            known = await sources(own)
            asked = (request.url.path, request.scope["query_string"])
            key = repr((version, *asked, reader, tuple(known.late.items()))).encode()
            body = pages.get(key)
            if body is not None:
                return varied(HTMLResponse(body))
            response = await make(request)
            if response.status_code == 200 and "set-cookie" not in response.headers:
                pages[key] = bytes(response.body)
            return response

        return kept

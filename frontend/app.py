"""The site: pages for the public on top of the API, in one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend import (
    assets,
    developers,
    estimate,
    glossary,
    guide,
    home,
    information,
    keeping,
    machines,
    programme,
    reading,
    report,
    search,
    staff,
    views,
)
from frontend.alerts import asking, managing
from frontend.alerts.courier import Courier
from frontend.alerts.shared import Ended, ended
from frontend.bounds import Bounded
from frontend.counts import Counts
from frontend.kept import KEPT_BYTES
from frontend.language.choosing import Spoken
from frontend.publisher import Publisher
from frontend.rendering import DOCUMENTATION, compiled, error_page
from frontend.warming import warm
from frontend.words import troubles
from indexer.settings import Settings
from indexer.store import StoreError
from search_api import assistants
from search_api.app import application, on_invalid, on_not_found, on_refused, on_store_gone, on_unavailable
from search_api.errors import NO_STORE, NotFound, Unavailable, trouble
from search_api.manners import MACHINES
from search_api.memory import Memory
from search_api.services import Services

STATIC_SECONDS = 3600

POLICY = "Content-Security-Policy"
HEADERS = {
    # Nothing that a source wrote can run, load or frame anything, even if it slipped through the templates' escaping.
    POLICY: "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def served() -> FastAPI:
    """The application as users meet it, with settings of the environment: its first readers wait for nothing."""
    return create_app(warmed=True)


def create_app(
    settings: Settings | None = None, *, own: Services | None = None, publishes: bool = True, warmed: bool = False
) -> FastAPI:
    """API and pages. Settings come from the environment unless they are given.

    `publishes`: what staff decide has the index built again, behind the answers. `warmed`: before it answers anybody,
    all is loaded that would be when it is first needed.
    """
    own = own or Services(settings or Settings())

    tools_for_assistants = assistants.server(own)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        compiled()
        publisher, courier = Publisher(own), Courier(own)
        courier.start()
        if publishes:
            publisher.start()
        async with tools_for_assistants.session_manager.run():
            if warmed:
                await warm(app)
            yield
        if publishes:
            publisher.stop()
        courier.stop()
        await own.close()

    app = application(own, lifespan)
    app.state.counts = Counts(own)
    app.state.pages = Memory(KEPT_BYTES)
    for each in (
        assets, home, search, programme, views, keeping, guide, estimate, reading, glossary, information, developers,
        machines, report, staff, asking, managing,
    ):  # fmt: skip
        app.include_router(each.router)
    app.router.routes.extend(assistants.routes(tools_for_assistants))
    app.add_middleware(Bounded, told=error_page)
    app.add_middleware(Guarded)
    app.add_middleware(Spoken)
    app.mount("/static", StaticFiles(directory=assets.STATIC), name="static")
    app.add_exception_handler(staff.SignedOut, staff.signed_out)
    app.add_exception_handler(Ended, ended)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(StoreError, _store_gone)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _broken)
    return app


class Guarded:
    """Adds the headers that keep pages harmless, lets browsers keep what is static, and answers HEAD as it does GET."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    # Swagger's page brings scripts of its own: it is FastAPI's, and shows nothing that a source wrote.
                    if name != POLICY or scope["path"] != DOCUMENTATION:
                        headers.setdefault(name, value)
                if scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", f"public, max-age={STATIC_SECONDS}")
            await send(message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            # Who looks whether a page is there gets what GET would get; the server leaves the body out.
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def _for_machines(request: Request) -> bool:
    return request.url.path.startswith(MACHINES)


async def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    if _for_machines(request):
        return await on_unavailable(request, error)
    return error_page(request, 503, troubles.away(), troubles.why(error.reason))


async def _store_gone(request: Request, error: Exception) -> Response:
    answer = await on_store_gone(request, error)
    return answer if _for_machines(request) else error_page(request, 503, troubles.gone(), troubles.why(NO_STORE))


async def _not_found(request: Request, error: Exception) -> Response:
    if _for_machines(request):
        return await on_not_found(request, error)
    return error_page(request, 404, *troubles.no_programme())


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _for_machines(request):
        return await on_refused(request, error)
    if error.status_code == 404:
        return error_page(request, 404, *troubles.no_page())
    what, again = troubles.no_way()
    told = str(error.detail)
    return error_page(request, error.status_code, what, again if told.isascii() else told)


async def _invalid(request: Request, error: Exception) -> Response:
    if _for_machines(request):
        return await on_invalid(request, error)
    return error_page(request, 422, *troubles.invalid())


async def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours: the reader is told so, the log has the rest."""
    what, told = troubles.broken()
    response = trouble(500, what, told) if _for_machines(request) else error_page(request, 500, what, told)
    # This answer is made outside of all middleware.
    response.headers.update(HEADERS)
    return response

"""Which language a request asks for: said in its address, else remembered in a cookie of our own, else Japanese."""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend.language import Language, spoken
from frontend.place import YEAR_SECONDS

PARAMETER = COOKIE = "lang"
ALWAYS_JAPANESE = ("/staff", "/api", "/feeds", "/export", "/common-grants", "/mcp", "/static", "/openapi.json")
"""What staff and machines ask for: `lang` is no parameter of theirs."""
JAPANESE_ALONE = ("/alerts",)
"""Pages whose words go into mails, which are Japanese."""


class Spoken:
    """Sets the language of each request, takes it out of its address, and remembers it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ALWAYS_JAPANESE):
            spoken.set(Language.JA)
            await self.app(scope, receive, send)
            return
        asked, rest = taken(scope["query_string"].decode("latin-1"))
        japanese = scope["path"].startswith(JAPANESE_ALONE)
        spoken.set(Language.JA if japanese else asked or remembered(scope) or Language.JA)

        async def remembering(message: Message) -> None:
            if asked and message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append(
                    "Set-Cookie", f"{COOKIE}={asked}; Max-Age={YEAR_SECONDS}; Path=/; HttpOnly; SameSite=lax"
                )
            await send(message)

        await self.app({**scope, "query_string": rest.encode("latin-1")} if asked else scope, receive, remembering)


def taken(query: str) -> tuple[Language | None, str]:
    """The language that a query string asks for, and the string without it. Unknown ones stay: the page tells of them.

    >>> taken("q=a&lang=en"), taken("lang=xx&q=a"), taken("")
    ((<Language.EN: 'en'>, 'q=a'), (None, 'lang=xx&q=a'), (None, ''))
    """
    if f"{PARAMETER}=" not in query:
        return None, query
    items = parse_qsl(query, keep_blank_values=True)
    asked = next((value for name, value in items if name == PARAMETER and value in set(Language)), None)
    if asked is None:
        return None, query
    return Language(asked), urlencode([item for item in items if item[0] != PARAMETER])


def remembered(scope: Scope) -> Language | None:
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if found and found.value in set(Language):
                return Language(found.value)
    return None

"""Styles and scripts: written in rooms, sent as one file each, under an address that changes with what is in it.

So a browser may keep them for ever, and never shows a new page with yesterday's styles.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from fastapi import APIRouter, Request
from fastapi.responses import Response

from search_api.encoding import best
from search_api.errors import NotFound

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
ROOMS = {
    "site.css": (
        "vendor/tokens.css", "css/base.css", "css/frame.css", "css/parts.css", "css/search.css", "css/home.css",
        "css/programme.css", "css/views.css", "css/pages.css", "css/alerts.css", "css/media.css",
    ),
    "staff.css": ("css/staff.css",),
    "staff.js": ("js/staff.js",),
    "site.js": ("js/start.js", "js/place.js", "js/suggest.js", "js/list.js", "js/share.js", "js/results.js"),
    "htmx.js": ("vendor/htmx.min.js",),
}  # fmt: skip
"""Each file's rooms, in the order in which they stand in it."""
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    address: str
    media_type: str
    plain: bytes
    compressed: bytes


@cache
def asset(name: str) -> Asset:
    """A file of ROOMS. FileNotFoundError where a room is missing (`make setup` puts those of `vendor/` there)."""
    content = "\n".join((STATIC / room).read_text(encoding="utf-8") for room in ROOMS[name])
    stem, suffix = Path(name).stem, Path(name).suffix
    if name == "site.js":
        content = '(() => {\n"use strict";\n' + content + "})();\n"
    plain = content.encode()
    digest = hashlib.sha256(plain).hexdigest()[:12]
    return Asset(f"/static/made/{stem}-{digest}{suffix}", MEDIA_TYPES[suffix], plain, brotli.compress(plain))


def asset_url(name: str) -> str:
    """The address of a file of ROOMS, for templates."""
    return asset(name).address


@router.get("/static/made/{file}")
async def made(file: str, request: Request) -> Response:
    """What a page asks for. A page from before an update gets the new file, which nobody keeps under the old name."""
    name = file.partition("-")[0] + Path(file).suffix
    if name not in ROOMS:
        raise NotFound(file)
    found = asset(name)
    headers = {"Cache-Control": FOREVER if request.url.path == found.address else "no-cache", "Vary": "Accept-Encoding"}
    if best(request.headers.get("accept-encoding", "")) == "br":
        return Response(found.compressed, media_type=found.media_type, headers=headers | {"Content-Encoding": "br"})
    return Response(found.plain, media_type=found.media_type, headers=headers)

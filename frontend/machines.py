"""What search engines and assistants read: sitemaps, /llms.txt, and the structured data of a programme."""

import json
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from indexer.schema import Kind, Level, Role
from indexer.vocab import regions
from search_api.errors import NotFound
from search_api.models import Detail
from search_api.services import Own, public_base

router = APIRouter(include_in_schema=False)

PER_SITEMAP = 50_000
"""The most addresses in one file (sitemaps.org)."""
FIXED = (
    "/", "/search", "/map", "/calendar", "/guide", "/estimate", "/cases", "/answers", "/guides", "/words", "/sources",
    "/developers", "/about", "/accessibility",
)  # fmt: skip
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@router.get("/robots.txt")
async def robots(request: Request, own: Own) -> Response:
    lines = (
        "User-agent: *",
        "Disallow: /staff",
        "Disallow: /export/",
        f"Sitemap: {public_base(request, own)}/sitemap.xml",
    )
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/sitemap.xml")
async def index(request: Request, own: Own) -> Response:
    """The files, each of up to 50,000 addresses."""
    count = len(await run_in_threadpool(own.store.listed))
    files = range(1, -(-max(count, 1) // PER_SITEMAP) + 1)
    entries = "".join(
        f"<sitemap><loc>{escape(public_base(request, own))}/sitemap-{n}.xml</loc></sitemap>" for n in files
    )
    return _xml(f"<sitemapindex {_NAMESPACE}>{entries}</sitemapindex>")


@router.get("/sitemap-{number}.xml")
async def sitemap(number: int, request: Request, own: Own) -> Response:
    listed = await run_in_threadpool(own.store.listed)
    start = (number - 1) * PER_SITEMAP
    if number < 1 or (start >= len(listed) and number > 1):
        raise NotFound(str(number))
    root = escape(public_base(request, own))

    def entries() -> Iterator[str]:
        if number == 1:
            yield from (f"<url><loc>{root}{path}</loc></url>" for path in FIXED)
        for id, changed in listed[start : start + PER_SITEMAP]:
            yield f"<url><loc>{root}/programmes/{escape(id)}</loc><lastmod>{changed[:10]}</lastmod></url>"

    return _xml(f"<urlset {_NAMESPACE}>{''.join(entries())}</urlset>")


def _xml(content: str) -> Response:
    return Response('<?xml version="1.0" encoding="UTF-8"?>' + content, media_type="application/xml")


@router.get("/llms.txt")
async def llms(request: Request, own: Own) -> Response:
    root = public_base(request, own)
    return PlainTextResponse(
        f"""# 支援さがし (shien)

> Public support for small firms in Japan (subsidies, loans, tax, seminars, consultation, experts, cases), gathered
> from national and local sources. Deadlines and places are normalised; each value keeps the source's words (`raw`).

What could not be read is empty, never guessed: an empty `areas` means unknown, not everywhere. State (open, closing,
upcoming, rolling, closed, unknown) is of the moment of asking. Check the official page before you rely on a date.

## API (no key, read-only)

- [Search]({root}/api/programmes?q=省エネ&area=40130): `q`, `area` (JIS code), `kind`, `state`, `closes_within` …
- [One programme]({root}/api/programmes/ID): all fields, the words they were read from, history
- [Places]({root}/api/areas?q=福岡): names, codes
- [Vocabulary]({root}/api/vocab): the values of every facet, with what they mean
- [Sources]({root}/api/sources) and [coverage]({root}/api/coverage): what is gathered, how fresh, what is not
- [OpenAPI]({root}/openapi.json)
- MCP (streamable HTTP): {root}/mcp

## Files and feeds, with the parameters of a search

- {root}/feeds/programmes.atom, {root}/feeds/deadlines.ics
- {root}/export/programmes.csv, .jsonl, .xlsx
- {root}/export/municipal.csv (支援制度情報, the municipal standard)
- {root}/common-grants/opportunities (CommonGrants: subsidies and loans)
"""
    )


def structured(programme: Detail, address: str) -> str:
    """JSON-LD (schema.org), safe inside a script element: an Event, an Article or a GovernmentService."""
    values: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "name": programme.title,
        "description": programme.summary[:300],
        "url": address,
        "inLanguage": "ja",
    }
    if programme.official_url:
        values["sameAs"] = programme.official_url
    if programme.issuer and programme.issuer.name:
        values["provider"] = {"@type": "GovernmentOrganization", "name": programme.issuer.name}
    if programme.areas:
        values["areaServed"] = [
            {"@type": "Country", "name": "日本"}
            if regions.get(code).level is Level.NATIONAL
            else {"@type": "AdministrativeArea", "name": regions.full_name(code), "identifier": code}
            for code in programme.areas
        ]
    held = next((each for each in programme.windows if each.role is Role.EVENT and each.opens), None)
    if programme.kind is Kind.SEMINAR and held:
        values |= {"@type": "Event", "startDate": held.opens, "organizer": values.pop("provider", None)}
        if held.closes:
            values["endDate"] = held.closes
        values.pop("areaServed", None)
    elif programme.kind in (Kind.CASE, Kind.QA, Kind.GUIDE, Kind.NEWS):
        values |= {"@type": "Article", "headline": programme.title, "author": values.pop("provider", None)}
        values.pop("areaServed", None)
        if programme.published:
            values["datePublished"] = programme.published[:10]
    elif programme.closes or programme.opens:
        values["hoursAvailable"] = {
            "@type": "OpeningHoursSpecification",
            **({"validFrom": programme.opens} if programme.opens else {}),
            **({"validThrough": programme.closes} if programme.closes else {}),
        }
    filled = {key: value for key, value in values.items() if value not in (None, "", [])}
    return json.dumps(filled, ensure_ascii=False).replace("<", "\\u003c")

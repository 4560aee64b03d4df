"""Sources that are a list page of links to programmes: municipalities, foundations, agencies.

Recipe: extend `ListSpider` and set `name`, `source`, `expect`, `allowed_domains` and `start_urls` (one list page or
several). Nothing else is needed where `crawlers.reading` finds the list and reads the pages; see what it finds with
`shien new NAME URL`. Where it does not:
- `list_css`, `row_css`: the part of the list page, its repeating element; `page_css`: the part of a programme's page;
- `only`, `never`: what the title of an entry must, must not match;
- `follow = False`: the list says all there is; `list_pages`: how many pages of a list are read;
- `areas`, `kind`, `issuer`: what holds for all entries, in the source's words.
A selector that matches nothing raises. An entry whose page cannot be had keeps what the list says.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawlers.base import SourceSpider, reason
from crawlers.items import Link, Notice
from crawlers.reading import Entry, Page, decoded, next_page, read_list, read_page

CONTACT = "問い?合わ?せ|連絡先|担当"
AMOUNT = "上限額|限度額|補助金額|助成金額|補助額|助成額"
RATE = "補助率|助成率"
VENUE = "会場|開催場所"
SUMMARY = "概要|目的|趣旨"
_LOGIN = re.compile(r"<input[^>]{0,200}type=[\"']?password", re.IGNORECASE)


class ListSpider(SourceSpider):
    """A list page, further pages of it, and a page an entry."""

    list_css: ClassVar[str] = ""
    row_css: ClassVar[str] = ""
    page_css: ClassVar[str] = ""
    only: ClassVar[str] = ""
    never: ClassVar[str] = ""
    follow: ClassVar[bool] = True
    list_pages: ClassVar[int] = 10
    areas: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[str] = ""
    issuer: ClassVar[str] = ""

    async def start(self) -> AsyncIterator[Request]:
        for url in self.first_urls():
            yield Request(url, self.parse_list, priority=1)

    def parse_list(self, response: Response, number: int = 1) -> Iterator[Notice | Request]:
        html = text_of(response)
        if _LOGIN.search(html):
            raise ValueError(f"{response.url} asks for a password")
        entries = read_list(html, response.url, self.list_css, self.row_css)
        wanted = [each for each in entries if self.wants(each)]
        if not wanted and number == 1:
            raise ValueError(f"no programme among the {len(entries)} links of {response.url}: see its layout")
        for entry in wanted:
            if self.follow and not entry.is_file and self.ours(entry.url):
                known = {"entry": entry}
                yield Request(entry.url, self.parse_page, errback=self.no_page, cb_kwargs=known)
            else:
                yield self.notice(entry, None)
        following = next_page(html, response.url)
        if following and number < self.list_pages and self.ours(following):
            yield Request(following, self.parse_list, priority=1, cb_kwargs={"number": number + 1})

    def wants(self, entry: Entry) -> bool:
        return bool(re.search(self.only, entry.title)) and not (self.never and re.search(self.never, entry.title))

    def ours(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return any(host == each or host.endswith(f".{each}") for each in self.allowed_domains or ())

    def parse_page(self, response: Response, entry: Entry) -> Iterator[Notice]:
        if b"%PDF" in response.body[:8]:
            yield self.notice(entry, None)
        else:
            yield self.notice(entry, read_page(text_of(response), response.url, self.page_css))

    def no_page(self, failure: Any) -> Iterator[Notice]:
        entry, why = failure.request.cb_kwargs["entry"], reason(failure)
        self.missed("page", f"{entry.url}: {why}")
        yield self.notice(entry, None, missing=(f"page: {why}",))

    def notice(self, entry: Entry, page: Page | None, missing: tuple[str, ...] = ()) -> Notice:
        """What list and page say. Sources override this to add what is their own, with `dataclasses.replace`."""
        page = page or Page(title="", body="", facts={})
        facts = {label: value for label, value in entry.cells.items() if value != entry.title} | page.facts
        known = Page(**(asdict(page) | {"facts": facts}))
        own = self.ours(entry.url)
        return Notice(
            source=self.name,
            url=entry.url if own else self.first_urls()[0],
            key="" if own else entry.url,
            title=entry.title if len(entry.title) >= len(page.title) or not page.title else page.title,
            official_url=entry.url,
            kind=self.kind,
            issuer=self.issuer,
            summary=known.fact(SUMMARY),
            body=page.body or entry.text,
            published=page.date or entry.date,
            areas=self.areas,
            venue=known.fact(VENUE),
            amount=known.fact(AMOUNT),
            rate=known.fact(RATE),
            facts=facts,
            contact=known.fact(CONTACT) or page.department or entry.department,
            links=tuple(Link(name=name, url=url) for name, url in page.links),
            attachments=tuple(Link(name=name, url=url) for name, url in dict.fromkeys((*page.files, *entry.files)))
            or ((Link(name=entry.title, url=entry.url),) if entry.is_file else ()),
            missing=missing,
        )


def text_of(response: Response) -> str:
    """The page's text in whichever encoding it really is."""
    declared = re.search(r"charset=([\w-]+)", (response.headers.get("Content-Type") or b"").decode("latin-1"))
    return decoded(response.body, declared[1] if declared else "")

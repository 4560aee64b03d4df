"""Are the official pages still there? Asked weekly and politely: one request at a time a host, robots.txt obeyed."""

import asyncio
import contextlib
import ipaddress
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

import aiohttp
from protego import Protego

from crawlers.settings import user_agent
from indexer.alerts.webhook import guarded, networks
from indexer.schema import Link, LinkState, Programme, Role, instant
from indexer.store import Busy, Store, stamp

logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)
PAUSE = 2.0
"""Seconds between two requests to a host, at the least."""
LONGEST_PAUSE = 30.0
HOSTS_AT_ONCE = 8
TIMEOUT = 20
REDIRECTS = 5
SEVERAL = 3
"""Where not one of so many sites answers, it is not the sites."""
MINUTES = 20
ENDED = timedelta(days=60)
"""Nobody needs the page of a programme that ended so long ago."""

Progress = Callable[[str, int, int], None]
Guard = Callable[[str], AbstractContextManager[object]]


@dataclass(frozen=True)
class Due:
    """A page to look at, and the programmes that name it."""

    url: str
    programmes: tuple[str, ...]


def due(store: Store, now: datetime) -> list[Due]:
    """Pages that nobody looked at for a week, those longest ago first."""
    known = store.links()
    pages: dict[str, list[str]] = defaultdict(list)
    for record in store.records():
        url = record.programme.official_url
        if record.listed and url and not _over(record.programme, now):
            pages[url].append(record.programme.id)
    seen = {
        url: min((known[id].checked if id in known and known[id].url == url else "") for id in ids)
        for url, ids in pages.items()
    }
    old = [url for url, at in seen.items() if not at or now - datetime.fromisoformat(at) >= WEEK]
    return [Due(url, tuple(pages[url])) for url in sorted(old, key=lambda url: (seen[url], url))]


def _over(programme: Programme, now: datetime) -> bool:
    ends = [each.closes for each in programme.windows if each.role is Role.APPLY]
    return bool(ends) and all(each is not None and now - instant(each, end=True) > ENDED for each in ends)


def check(
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    *,
    minutes: float = MINUTES,
    pause: float = PAUSE,
    private: bool = False,
    guard: Guard = lambda host: contextlib.nullcontext(),
) -> list[Link]:
    """Looks at what is due, for so many minutes at the most; the rest stays due. Returns what was found, and keeps it.

    `private`: hosts of this machine and its network may be asked (tests). `guard` holds a host while it is asked, and
    raises Busy where somebody else asks it: then it stays due.
    """
    pages = due(store, now)
    made = _Round(pages, now, minutes, pause, private, progress, guard)
    found = asyncio.run(made.run())
    if found and not made.answered and made.hosts >= SEVERAL:
        logger.warning("of %s sites none answers: our own network is down, and every page stays due", made.hosts)
        return []
    links = [link for each in pages if each.url in found for link in _each(each, found[each.url])]
    with store.transaction() as writer:
        writer.put_links(links)
    return links


def _each(page: Due, link: Link) -> Iterator[Link]:
    for programme in page.programmes:
        yield link.model_copy(update={"programme": programme})


def judge(status: int, asked: str, reached: str) -> tuple[LinkState, str]:
    """What an answer says about a page.

    >>> judge(200, "https://x.test/a", "https://x.test/a"), judge(404, "https://x.test/a", "https://x.test/a")
    ((<LinkState.VALID: 'valid'>, 'HTTP 200'), (<LinkState.INVALID: 'invalid'>, 'HTTP 404'))
    >>> judge(200, "https://x.test/a/b.html", "https://x.test/")
    (<LinkState.UNCERTAIN: 'uncertain'>, 'leads to the front page')
    """
    if 200 <= status < 300:
        # A page that is gone often sends its visitors to the front.
        front = urlsplit(reached).path in ("", "/") and urlsplit(asked).path not in ("", "/")
        return (LinkState.UNCERTAIN, "leads to the front page") if front else (LinkState.VALID, f"HTTP {status}")
    return (LinkState.INVALID if status in (404, 410) else LinkState.UNCERTAIN), f"HTTP {status}"


class _Round:
    """One round of looking. Hosts stand side by side, the pages of each behind one another."""

    def __init__(
        self,
        pages: Sequence[Due],
        now: datetime,
        minutes: float,
        pause: float,
        private: bool,
        progress: Progress | None,
        guard: Guard,
    ) -> None:
        self.guard = guard
        self.pages, self.now, self.pause, self.private, self.progress = pages, now, pause, private, progress
        self.until = time.monotonic() + 60 * minutes
        self.found: dict[str, Link] = {}
        self.answered, self.hosts = False, 0
        self.places = asyncio.Semaphore(HOSTS_AT_ONCE)

    async def run(self) -> dict[str, Link]:
        hosts: dict[str, list[str]] = defaultdict(list)
        for each in self.pages:
            try:
                hosts[urlsplit(each.url).netloc].append(each.url)
            except ValueError:
                # What a source gave as an address need not be one.
                self._note(each.url, LinkState.UNCERTAIN, "no address")
        self.hosts = len(hosts)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        # A name, or the way that a robots.txt is sent on, may lead into our own network too.
        sockets = guarded(networks("0.0.0.0/0,::/0") if self.private else ())
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=sockets),
            timeout=timeout,
            headers={"User-Agent": user_agent()},
        ) as session:
            await asyncio.gather(*(self._host(session, urls) for urls in hosts.values()))
        return self.found

    async def _host(self, session: aiohttp.ClientSession, urls: Sequence[str]) -> None:
        async with self.places:
            try:
                with self.guard(urlsplit(urls[0]).hostname or ""):
                    await self._pages(session, urls)
            except Busy:
                return

    async def _pages(self, session: aiohttp.ClientSession, urls: Sequence[str]) -> None:
        closed, rules = await self._robots(session, urls[0])
        pause = self.pause
        if rules and rules.crawl_delay(user_agent()):
            pause = min(max(pause, float(rules.crawl_delay(user_agent()) or 0)), LONGEST_PAUSE)
        for url in urls:
            if time.monotonic() > self.until:
                return
            if closed:
                self._note(url, LinkState.UNCERTAIN, closed)
            elif rules and not rules.can_fetch(url, user_agent()):
                self._note(url, LinkState.UNCERTAIN, "closed to machines by robots.txt")
            else:
                await asyncio.sleep(pause * random.uniform(1, 1.2))
                self._note(url, *await self._look(session, url))

    async def _robots(self, session: aiohttp.ClientSession, url: str) -> tuple[str, Protego | None]:
        """(why nothing may be asked, else the rules)."""
        address = urljoin(url, "/robots.txt")
        if not self._allowed(url):
            return "", None
        try:
            async with session.get(address, max_redirects=REDIRECTS) as answer:
                self.answered = True
                if answer.status == 200:
                    return "", Protego.parse((await answer.content.read(500_000)).decode("utf-8", "replace"))
                if answer.status in (401, 403) or answer.status >= 500:
                    return f"robots.txt: HTTP {answer.status}", None
                return "", None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return f"robots.txt: {type(error).__name__}", None

    async def _look(self, session: aiohttp.ClientSession, url: str) -> tuple[LinkState, str]:
        reached = url
        try:
            for _ in range(REDIRECTS + 1):
                if not self._allowed(reached):
                    return LinkState.UNCERTAIN, "no public address"
                # Only the head of the answer is read: whether a page is there, not what it says.
                async with session.get(reached, allow_redirects=False) as answer:
                    self.answered = True
                    if answer.status not in (301, 302, 303, 307, 308) or "Location" not in answer.headers:
                        return judge(answer.status, url, reached)
                    reached = urljoin(reached, answer.headers["Location"])
            return LinkState.UNCERTAIN, f"more than {REDIRECTS} redirects"
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return LinkState.UNCERTAIN, type(error).__name__

    def _allowed(self, url: str) -> bool:
        """Only http and https, and nothing inside our own network."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False
        if self.private:
            return True
        try:
            return ipaddress.ip_address(parts.hostname).is_global
        except ValueError:
            return "." in parts.hostname and not parts.hostname.endswith((".local", ".internal", ".localhost"))

    def _note(self, url: str, state: LinkState, told: str) -> None:
        self.found[url] = Link(url=url, state=state, told=told, checked=stamp(self.now))
        if self.progress:
            self.progress("links", len(self.found), len(self.pages))

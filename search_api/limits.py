"""How often one address may ask: too often is a 429 that says when to come back, and costs the engine nothing."""

import logging
import math
import time
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.store import Store, StoreError
from search_api.errors import trouble
from search_api.manners import OPEN, TOOLS

logger = logging.getLogger(__name__)

FREE = ("/static/", "/healthz", "/readyz", "/metrics")
"""What costs next to nothing, and what watches the site, which has to get through."""

DEAR = {"/export/": 20, "/feeds/": 5, "/sitemap": 5}
"""What these answers count for, each being many pages of results."""


def client_of(address: str) -> str:
    """Who asks: an IPv4 address, or the network of an IPv6 one, whose owner has 2 ** 64 addresses.

    >>> client_of("192.0.2.7"), client_of("2001:db8::1") == client_of("2001:db8::2"), client_of("testclient")
    ('192.0.2.7', True, 'testclient')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


class Alone:
    """Counts in this process: there is only one."""

    def __init__(self, a_minute: int) -> None:
        self.rate = parse(f"{a_minute}/minute")
        # With windows that begin anew together, the time to wait that is told is true.
        self.limiter = FixedWindowRateLimiter(MemoryStorage())

    async def take(self, address: str, cost: int) -> float:
        """0 where it may be answered, else the seconds to wait. Tried first: what is refused costs nothing."""
        if self.limiter.test(self.rate, address, cost=cost) and self.limiter.hit(self.rate, address, cost=cost):
            return 0
        return self.limiter.get_window_stats(self.rate, address).reset_time - time.time()


class Together:
    """Counts in the store, for every web process of every machine. Addresses are kept hashed, and for a minute."""

    def __init__(self, a_minute: int, store: Store) -> None:
        self.a_minute, self.store = a_minute, store

    async def take(self, address: str, cost: int) -> float:
        """Likewise; where the store does not answer, nobody is kept out by that."""
        key, now = blake2b(address.encode(), digest_size=16).hexdigest(), time.time()
        try:
            taken = await run_in_threadpool(self.store.take, key, cost, self.a_minute, now)
        except StoreError:
            logger.exception("questions are not counted")
            return 0
        return 0 if taken else 60 - now % 60


class Limited:
    """At most so many answers a minute to one address. Behind a proxy the address is the one that uvicorn trusts."""

    def __init__(self, app: ASGIApp, a_minute: int, store: Store) -> None:
        self.app, self.a_minute = app, a_minute
        self.counted = Together(a_minute, store) if store.shared else Alone(a_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            await self.app(scope, receive, send)
            return
        address = client_of(scope["client"][0] if scope["client"] else "")
        cost = next((cost for path, cost in DEAR.items() if scope["path"].startswith(path)), 1)
        # However few are allowed, one file is.
        wait = await self.counted.take(address, min(cost, self.a_minute))
        if not wait:
            await self.app(scope, receive, send)
            return
        seconds = max(1, math.ceil(wait))
        what, told = "問い合わせが多すぎます", f"{seconds}秒ほど待って、もう一度お試しください。"
        answer: Response
        if scope["path"].startswith((*OPEN, TOOLS)):
            answer = trouble(429, what, told, retry_seconds=seconds)
        else:
            answer = PlainTextResponse(f"{what}。{told}", 429, {"Retry-After": str(seconds)})
        await answer(scope, receive, send)

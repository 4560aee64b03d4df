"""Webhooks, signed as https://www.standardwebhooks.com/ says; never into networks that are not everybody's."""

import asyncio
import base64
import hashlib
import hmac
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from indexer.alerts.outbox import Begin, Refused, Unsent

SECONDS = 10
LONGEST_ANSWER = 64 * 1024
LONGEST_URL = 500
GONE = 410
PREFIX = "whsec_"

Networks = Sequence[IPv4Network | IPv6Network]


GLOBAL_UNICAST = ip_network("2000::/3")
"""https://www.iana.org/assignments/ipv6-address-space"""


class Forbidden(Refused):
    """The address is none that a webhook may reach."""


def networks(setting: str) -> Networks:
    """The networks of SHIEN_WEBHOOK_NETWORKS. ValueError that names what is none."""
    return tuple(ip_network(each.strip()) for each in setting.split(",") if each.strip())


def allowed(address: str, private: Networks) -> bool:
    """May a webhook go to this IP address? To everybody's internet, and to the networks that the operator named.

    >>> allowed("93.184.216.34", ()), allowed("10.0.0.1", ()), allowed("169.254.169.254", ()), allowed("::1", ())
    (True, False, False, False)
    >>> allowed("::ffff:127.0.0.1", ()), allowed("64:ff9b::7f00:1", ()), allowed("10.0.0.1", networks("10.0.0.0/8"))
    (False, False, True)
    >>> allowed("fec0::1", ()), allowed("::7f00:1", ()), allowed("64:ff9b:1::a00:1", ()), allowed("2400:4000::1", ())
    (False, False, False, True)
    """
    found = ip_address(address.partition("%")[0])
    inside = _inner(found) if isinstance(found, IPv6Address) else found
    if any(inside in each for each in private if each.version == inside.version):
        return True
    public = found.is_global and inside.is_global and not inside.is_multicast
    # Of IPv6 what is handed out to everybody, so that no kind of address that some Python does not know is one.
    return public and (found.version == 4 or inside is not found or found in GLOBAL_UNICAST)


def _inner(address: IPv6Address) -> Any:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64), else itself."""
    nat64 = ip_network("64:ff9b::/96")
    if address in nat64:
        return ip_address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def problem(url: str, private: Networks) -> str:
    """Why a URL is none for a webhook, in a word; "" if it may be one. Where it leads is checked when it is asked."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "url"
    if len(url) > LONGEST_URL or not url.isascii() or any(each.isspace() for each in url) or not parts.hostname:
        return "url"
    if parts.username or parts.password or parts.fragment or port == 0:
        return "url"
    return "" if parts.scheme == "https" or (parts.scheme == "http" and private) else "scheme"


def headers(secret: bytes, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What proves to the receiver that it comes from us, unchanged and now.

    webhook-signature is v1, and the base64 of HMAC-SHA256 over `id.timestamp.body`.
    """
    seconds = str(int(at.timestamp()))
    signature = hmac.digest(secret, f"{id}.{seconds}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        "content-type": "application/json",
        "user-agent": "shien-webhook/1",
    }


def written(secret: bytes) -> str:
    """The secret as its receiver gets it."""
    return PREFIX + base64.b64encode(secret).decode()


def read(secret: str) -> bytes:
    """A written secret; ValueError if it is none."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise ValueError("a webhook's secret is whsec_ and base64") from None


def post(
    url: str, payload: dict[str, Any], *, secret: bytes, id: str, at: datetime, private: Networks, begin: Begin
) -> bytes:
    """Posts a payload; returns the beginning of the answer.

    Unsent where it did not arrive or was not taken, Refused where it never will be, Forbidden where it may not go.
    """
    body = orjson.dumps(payload)
    if why := problem(url, private):
        raise Forbidden(f"not a webhook's URL ({why})")
    begin()
    return asyncio.run(_post(url, body, headers(secret, id, at, body) if secret else _PLAIN, private))


def guarded(private: Networks, refused: Callable[[str], None] = lambda address: None) -> Callable[[Any], socket.socket]:
    """Makes the sockets of a connection to anywhere but private networks; tells which addresses were refused."""

    def made(info: Any) -> socket.socket:
        # Asked for each address that is about to be connected to, so that no name can lead elsewhere in between.
        family, kind, protocol, _, address = info
        if not allowed(str(address[0]), private):
            refused(str(address[0]))
            raise OSError("a private address")
        return socket.socket(family=family, type=kind, proto=protocol)

    return made


_PLAIN = {"content-type": "application/json", "user-agent": "shien-webhook/1"}


async def _post(url: str, body: bytes, head: dict[str, str], private: Networks) -> bytes:
    refused: list[str] = []
    connector = aiohttp.TCPConnector(
        socket_factory=guarded(private, refused.append), use_dns_cache=False, force_close=True
    )
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
            session.post(url, data=body, headers=head, allow_redirects=False) as answer,
        ):
            content = b""
            while len(content) < LONGEST_ANSWER and (more := await answer.content.read(LONGEST_ANSWER)):
                # A read gives what has come so far.
                content += more
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if refused:
            raise Forbidden("it leads into a private network") from None
        raise Unsent(f"it cannot be reached ({type(error).__name__})") from None
    if status == GONE:
        raise Refused("HTTP 410", gone=True)
    if not 200 <= status < 300:
        raise Unsent(f"HTTP {status}")
    return content

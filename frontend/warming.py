"""What the first readers would wait for, loaded before they come."""

import asyncio
import logging
import time

import httpx2
from fastapi import FastAPI

logger = logging.getLogger(__name__)

ASKED = ("/", "/search?q=省エネ", "/?lang=en", "/?lang=easy", "/api/suggest?q=たいよう")
"""Each loads something: words and readings, catalogues of a language, what the first question of its kind compiles."""
MOST_SECONDS = 10.0
"""An engine that hangs does not keep the site from starting."""


async def warm(app: FastAPI) -> None:
    """Asks the application, as its readers will. What goes wrong is theirs to see: an engine may start later."""
    started = time.perf_counter()
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                for path in ASKED:
                    await asyncio.create_task(client.get(path))
                found = await asyncio.create_task(client.get("/api/programmes", params={"per_page": 1, "fields": "id"}))
                for each in found.json().get("hits", []):
                    await asyncio.create_task(client.get(f"/programmes/{each['id']}"))
        except TimeoutError:
            logger.warning("not all could be loaded before the first reader: the engine takes long to answer")
    logger.info("ready for readers after %.1f s", time.perf_counter() - started)

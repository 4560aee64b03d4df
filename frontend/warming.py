"""What the first readers would wait for, loaded before they come."""

import asyncio
import gc
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
    """Asks the application, as its readers will. What goes wrong is told and left: an engine may start later."""
    started = time.perf_counter()
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=("warming", 0))
    failed: list[str] = []
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:

        async def ask(path: str) -> httpx2.Response:
            # A task of its own: what is set for one request, as its language, is not there for the next.
            answer = await asyncio.create_task(client.get(path))
            if answer.status_code != 200:
                failed.append(f"{path} {answer.status_code}")
            return answer

        try:
            async with asyncio.timeout(MOST_SECONDS):
                for path in ASKED:
                    await ask(path)
                found = await ask("/api/programmes?per_page=1&fields=id&facets=none")
                for each in found.json().get("hits", []):
                    await ask(f"/programmes/{each['id']}")
        except TimeoutError:
            failed.append(f"the rest: no answer for {MOST_SECONDS:.0f} s")
    # What is loaded by now stays as long as the process. To look for garbage in all of it holds every reader up for
    # more than a tenth of a second each time.
    gc.collect()
    gc.freeze()
    if failed:
        logger.warning("not all is loaded before the first reader comes: %s", "; ".join(failed))
    else:
        logger.info("all is loaded for the first reader, in %.1f s", time.perf_counter() - started)

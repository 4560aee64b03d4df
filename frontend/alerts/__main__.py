"""`python -m frontend.alerts [--plan]`: sends what waits; with --plan decides first what everyone is told today.

A process of its own, because what the night calls lies to its left. The last line of standard output is JSON. SIGTERM
ends it behind the message that is on its way; what is left is decided and sent the next time.
"""

import argparse
import asyncio
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable

import orjson

from frontend.alerts.planning import plan
from frontend.alerts.sending import outbox
from indexer.engine import EngineError
from indexer.keys import SecretError, keys
from indexer.logs import configure
from indexer.progress import Reporter
from indexer.settings import Settings
from search_api.errors import Unavailable
from search_api.services import Services


async def _planned(own: Services, report: Reporter, stopping: Callable[[], bool]) -> int:
    try:
        return await plan(own, report, stopping)
    finally:
        await own.searcher.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m frontend.alerts", description=__doc__)
    parser.add_argument("--plan", action="store_true")
    options = parser.parse_args()
    settings = Settings()
    configure(settings)
    own, stopping = Services(settings), threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stopping.set())
    made, problem = 0, ""
    try:
        with Reporter() as report:
            if options.plan:
                try:
                    made = asyncio.run(_planned(own, report, stopping.is_set))
                except (Unavailable, EngineError) as error:
                    problem = f"nothing could be planned: {getattr(error, 'reason', error)}"
            done: Counter[str] = Counter()
            with outbox(settings, own.store, keys(settings), own.clock) as waiting:
                done = waiting.run(stopping.is_set)
    except SecretError as error:
        done, problem = Counter(), str(error)
    finally:
        own.store.close()
    print(orjson.dumps({"made": made, **done, "problem": problem}).decode())
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())

"""Sends what visitors have asked for, and what waits for another attempt, behind the answers."""

import logging
import threading

from frontend.alerts.sending import outbox
from indexer.keys import keys
from search_api.services import Services

logger = logging.getLogger(__name__)
LOOK_SECONDS = 60


class Courier:
    """Waits for `Services.queued`, and looks every minute; several of them never send the same."""

    def __init__(self, own: Services) -> None:
        self._own = own
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends behind the message that is on its way."""
        self._stopping.set()
        self._own.queued.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        own = self._own
        while True:
            own.queued.wait(LOOK_SECONDS)
            if self._stopping.is_set():
                return
            own.queued.clear()
            try:
                with outbox(own.settings, own.store, keys(own.settings), own.clock) as waiting:
                    waiting.run(self._stopping.is_set)
            except Exception:
                logger.exception("what waits to be sent could not be looked at")

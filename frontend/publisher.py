"""Has the index built again, behind the answers, after staff decided something."""

import logging
import subprocess
import sys
import threading

from search_api.services import Services

logger = logging.getLogger(__name__)
GATHER_SECONDS = 1.0
"""Decisions that follow each other so closely are published together."""


class Publisher:
    """Waits for `Services.changed`, and publishes in a process of its own; one at a time."""

    def __init__(self, own: Services) -> None:
        self._own = own
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._own.changed.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        while True:
            self._own.changed.wait()
            if self._stopping.is_set():
                return
            if self._stopping.wait(GATHER_SECONDS):
                # The store knows what is not published yet: the next night, or start, sees to it.
                return
            self._own.changed.clear()
            command = [sys.executable, "-m", "indexer.cli", "publish"]
            done = subprocess.run(command, env=self._own.settings.environment(), capture_output=True, check=False)
            if done.returncode:
                logger.error("publication after a decision failed: %s", done.stderr.decode(errors="replace").strip())
            if self._stopping.is_set():
                return

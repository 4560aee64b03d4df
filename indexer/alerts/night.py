"""The night's part in alerts: when they are due, and the process that finds, words and sends them."""

import logging
import subprocess
import sys
from datetime import datetime
from typing import Any

import orjson

from indexer.schema import JST
from indexer.settings import Settings
from indexer.store import Store

logger = logging.getLogger(__name__)


def due(settings: Settings, store: Store, now: datetime, *, early: bool = False) -> bool:
    """Has today's hour come (or is it `early`, which may be as well), and is anybody still to be told today?

    What a clock that was ahead decided for a day to come is no reason to be silent until then.
    """
    local = now.astimezone(JST)
    last = (store.fact("alerts") or {}).get("day", "")
    if (local.hour < settings.alert_hour and not early) or last == local.date().isoformat():
        return False
    return bool(store.counted_subscriptions())


def send(settings: Settings, *, plan: bool) -> dict[str, Any]:
    """Sends what waits; with `plan` decides first what each subscription is told today. Counts, and `problem`.

    The pages' rooms lie to our right: their process is named, not imported.
    """
    command = [sys.executable, "-m", "frontend.alerts", *(["--plan"] if plan else [])]
    with subprocess.Popen(command, env=settings.environment(), stdout=subprocess.PIPE) as sending:
        try:
            told, _ = sending.communicate()
        except BaseException:
            # The night is stopped: so is this, behind the message that is on its way.
            sending.terminate()
            sending.communicate()
            raise
    try:
        return dict(orjson.loads(told.strip().splitlines()[-1]))
    except (ValueError, IndexError):
        return {"problem": f"alerts ended with {sending.returncode}"}

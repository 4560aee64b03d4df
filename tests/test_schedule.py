"""Of several schedulers one is active, on one machine as on several; when it dies another one takes over."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SCHEDULER = """
import sys
sys.path.insert(0, {root!r})
from datetime import datetime
from pathlib import Path
from indexer import schedule
from indexer.settings import Settings
from indexer.store import Store
# No look falls into this test.
schedule.MINUTES, schedule.STANDBY_SECONDS = str((datetime.now().minute + 30) % 60), 0.1
settings = Settings(var=Path({var!r}), database_url={url!r})
schedule.run(settings, Store({url!r}), lambda line: print(line, flush=True))
"""


def start(url: str, var: Path) -> subprocess.Popen[str]:
    code = SCHEDULER.format(root=str(ROOT), var=str(var), url=url)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_is_active_and_another_takes_over(how: signal.Signals, store_url: str, tmp_path: Path) -> None:
    with start(store_url, tmp_path) as first:
        assert told(first) == "scheduler: active"
        with start(store_url, tmp_path) as second:
            waiting = told(second)
            assert "another schedule is at work (shien " in waiting and f":{first.pid})" in waiting
            first.send_signal(how)
            assert told(second) == "scheduler: active"
            second.terminate()
            assert second.wait(30) == 0
        assert first.wait(30) == (0 if how is signal.SIGTERM else -signal.SIGKILL)

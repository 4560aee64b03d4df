"""From the button to the programme: an admin asks for a source, the scheduler's own process has a real site read."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import expect

from frontend.app import create_app
from indexer import accounts
from indexer.engine import Engine
from indexer.settings import Settings
from search_api.services import Services
from tests import sites as local
from tests.conftest import ROOT
from tests.frontend.conftest import Open
from tests.frontend.staff.conftest import PASSWORD
from tests.frontend.staff.test_in_chromium import signed_in
from tests.running import served

pytestmark = [pytest.mark.engine, pytest.mark.browser]

LOOK = """
import functools, os, orjson
from indexer import nightly
from indexer.crawl import crawl
nightly.spiders = lambda: orjson.loads(os.environ["SHIEN_TEST_SOURCES"])
nightly.Night.__init__.__kwdefaults__["fetch"] = functools.partial(crawl, program="tests.crawlers.local")
from indexer.cli import app
app(["nightly", "--if-due"])
"""
"""`shien nightly --if-due` on the sources of this test; the rest of it is as it is."""

SCHEDULER = """
import sys
from datetime import datetime
from indexer import schedule
from indexer.settings import Settings
from indexer.store import Store
# No look at a quarter of an hour falls into this test: only what staff ask for.
schedule.MINUTES, schedule.STANDBY_SECONDS = str((datetime.now().minute + 30) % 60), 0.2
schedule.LOOK = [sys.executable, "-c", {look!r}]
schedule.run(Settings(), Store(Settings().store_url), lambda line: print(line, flush=True))
"""


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[local.Site]]:
    """Two sites with a source each, known to every process of this test."""
    with local.sites(2, pages=3, seconds=0.01) as made:
        sources, pages = local.sources(made, 1)
        monkeypatch.setenv("SHIEN_TEST_SITES", orjson.dumps(pages).decode())
        monkeypatch.setenv("SHIEN_TEST_SOURCES", orjson.dumps(sources).decode())
        yield made


@pytest.fixture
def services(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    where = engine.endpoint
    for name, value in (("VAR", str(tmp_path)), ("MEILI_URL", where.url), ("MEILI_KEY", where.key or ""),
                        ("LINK_MINUTES", "0"), ("RATE", "0")):  # fmt: skip
        monkeypatch.setenv(f"SHIEN_{name}", value)
    own = Services(Settings(), where=lambda: where)
    accounts.add_user(own.store, "jiro", "admin", PASSWORD, by="test", now=own.now())
    return own


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    with served(create_app(own=services, publishes=False)) as found:
        yield found


def test_what_an_admin_asks_for_is_read_by_the_scheduler_and_found_by_the_public(
    sites: list[local.Site], services: Services, visit: Open
) -> None:
    subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, check=True, timeout=120)
    assert (services.store.count(), local.asked(sites)) == (6, {"s0_0": 1, "s1_0": 1})
    sites[0].pages = 4
    page, public = signed_in(visit, "jiro", "/staff/sources/s0_0"), visit("/search?state=any")
    expect(public.get_by_text("/s0_0/4")).to_have_count(0)
    code = SCHEDULER.format(look=LOOK)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as scheduler:
        try:
            assert scheduler.stdout and scheduler.stdout.readline() == "scheduler: active\n"
            page.get_by_role("button", name="いま読み直す").press("Enter")
            expect(page.get_by_text("読み直しを待っています（jiro")).to_be_visible()
            expect(page.get_by_role("button", name="いま読み直す")).to_be_disabled()
            for _ in range(120):
                if page.reload() and not page.get_by_text("読み直しを待っています").count():
                    break
                page.wait_for_timeout(500)
            expect(page.get_by_role("button", name="いま読み直す")).to_be_enabled()
            newest = page.locator("table").last.locator("tbody tr").first.locator("td").all_inner_texts()
            assert newest[:3] == ["読めた", "4", "1"]
            # The night publishes before it ends, and its process ends with it.
            for _ in range(120):
                public.reload()
                if public.get_by_text("/s0_0/4").count():
                    break
                public.wait_for_timeout(500)
            expect(public.get_by_text("/s0_0/4").first).to_be_visible()
        finally:
            scheduler.send_signal(signal.SIGTERM)
            assert scheduler.wait(60) == 0
    # Nothing else was read, and once was enough.
    assert local.asked(sites) == {"s0_0": 2, "s1_0": 1}
    assert [(each.action, each.by) for each in services.store.audit("s0_0")] == [("ask", "jiro")]
    assert not list(Path(os.environ["SHIEN_VAR"]).glob("nights/*/.*"))

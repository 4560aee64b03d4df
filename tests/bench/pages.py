"""What the pages weigh and how fast they are, beside the API: `python -m tests.bench.pages [--url URL] [--rounds N]`.

A site of all recordings (or, without them, of the samples) in a process of its own; `--url` measures one that runs.
Times of the server are those of whole answers, page and API asked in turn; paint and shift are measured in Chromium, in
a window of 360 pixels with the CPU slowed down four times. The budgets are what the pages promise; on a machine that
does other work too the times are worse, and only ratios count.
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import brotli
from playwright.sync_api import sync_playwright

from frontend.assets import ROOMS, asset
from indexer.engine import Engine
from indexer.publish import publish
from indexer.settings import Settings
from indexer.store import Store
from tests.bench.coverage import all_read
from tests.bench.questions import questions
from tests.frontend.conftest import FLAGS
from tests.samples import EVERYTHING, NOW, record

NEW = 400
"""Questions that are asked once."""
HTML_KB, ASSETS_KB, PAINT_MS, SHIFT, RATIO = 40, 60, 1000, 0.02, 2.0
QUESTIONS = (
    "",
    "q=%E5%A4%AA%E9%99%BD%E5%85%89&area=40130",
    "area=13&kind=subsidy",
    "theme=renewables&state=open",
    "area=40&employees=12",
    "q=%E8%A3%9C%E5%8A%A9%E9%87%91&sort=deadline&page=3",
)
OTHERS = (
    "/",
    "/?area=40130",
    "/map",
    "/calendar",
    "/words",
    "/guide",
    "/estimate?electricity=120000",
    "/cases",
    "/sources",
)
PAINTED = """() => new Promise((done) => {
    let shift = 0, paint = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((each) => { shift += each.value }))
        .observe({type: 'layout-shift', buffered: true});
    new PerformanceObserver((list) => list.getEntries().forEach((each) => { paint = each.startTime }))
        .observe({type: 'largest-contentful-paint', buffered: true});
    setTimeout(() => done([paint, shift]), 400);
})"""


@contextmanager
def site() -> Iterator[str]:
    """A site in a process of its own; its address."""
    entries = [each.programme for each in all_read().values()] or EVERYTHING
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder) / "engine")
        engine.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        try:
            settings = Settings(var=Path(folder))
            store = Store(settings.store_url)
            with store.transaction() as writer:
                writer.put([record(each) for each in entries], set())
            publish(engine.endpoint, store, NOW)
            store.close()
            own = {
                "SHIEN_VAR": folder,
                "SHIEN_PORT": str(port),
                "SHIEN_RATE": "0",
                "SHIEN_NOW": NOW.isoformat(),
                "SHIEN_MEILI_URL": engine.endpoint.url,
                "SHIEN_MEILI_KEY": engine.endpoint.key or "",
            }
            server = subprocess.Popen([sys.executable, "-m", "indexer.cli", "serve"], env=os.environ | own)
            try:
                url = f"http://127.0.0.1:{port}"
                _until_ready(url)
                print(f"{len(entries)} programmes")
                yield url
            finally:
                server.terminate()
                server.wait(30)
        finally:
            engine.stop()


def _until_ready(url: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the site did not start")


def asked(url: str) -> tuple[float, bytes]:
    """Milliseconds until the whole answer is there, and its body as it was sent."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})
    started = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        body = answer.read()
    return (time.perf_counter() - started) * 1000, body


def weights(url: str) -> None:
    heaviest = max(
        ((len(asked(f"{url}{path}")[1]), path) for path in (*(f"/search?{each}" for each in QUESTIONS), *OTHERS)),
    )
    public = [name for name in ROOMS if name != "staff.css"]
    sent = sum(len(asset(name).compressed) for name in public)
    gzipped = sum(len(gzip.compress(asset(name).plain, 6)) for name in public)
    print(f"heaviest page          {heaviest[0] / 1000:8.1f} kB   budget {HTML_KB}   {heaviest[1]}")
    print(f"styles and scripts     {sent / 1000:8.1f} kB   budget {ASSETS_KB}   ({gzipped / 1000:.1f} kB as gzip)")


def server_times(url: str, rounds: int) -> None:
    print(f"server, p50 of {rounds} answers (ms)      API    page   ratio (budget {RATIO:g})")
    ratios = []
    for question in QUESTIONS:
        times: dict[str, list[float]] = {"/api/programmes?": [], "/search?": []}
        for _ in range(rounds):
            for path, found in times.items():
                found.append(asked(url + path + question)[0])
        api, page = (statistics.median(each[rounds // 10 :]) for each in times.values())
        ratios.append(page / api)
        print(f"  {question or 'everything':34} {api:7.1f} {page:7.1f} {page / api:7.2f}")
    print(f"  {'median':50} {statistics.median(ratios):7.2f}")
    # Nobody has an answer to these yet, and neither asks what the other did.
    fresh: dict[str, list[float]] = {"/api/programmes?": [], "/search?": []}
    for number, each in enumerate(questions(NEW)):
        path = tuple(fresh)[number % 2]
        fresh[path].append(asked(url + path + urlencode(each.items()))[0])
    api, page = map(statistics.median, fresh.values())
    print(f"  {f'{NEW} that nobody asked before':34} {api:7.1f} {page:7.1f} {page / api:7.2f}")


def paints(url: str, paths: Sequence[str], rounds: int) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("Chromium is not here: paint and shift were not measured")
        return
    print(f"Chromium, 360 px, CPU slowed 4 times   paint p50   worst (ms, budget {PAINT_MS})   shift (budget {SHIFT})")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        for path in paths:
            found = []
            for _ in range(rounds):
                context = opened.new_context(viewport={"width": 360, "height": 800})
                page = context.new_page()
                context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
                page.goto(url + path, wait_until="load")
                found.append(page.evaluate(PAINTED))
                context.close()
            paint = sorted(each[0] for each in found)
            shift = max(each[1] for each in found)
            print(f"  {path[:40]:40} {statistics.median(paint):9.0f} {paint[-1]:7.0f} {shift:28.3f}")
        opened.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a site that runs already")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()

    def measured(url: str) -> None:
        weights(url)
        server_times(url, options.rounds)
        hit = "/programmes/" + asked_id(url)
        paths = (*OTHERS[:2], *(f"/search?{each}" for each in QUESTIONS[:3]), hit, "/calendar", "/map")
        paints(url, paths, max(3, options.rounds // 8))

    if options.url:
        measured(options.url)
    else:
        with site() as url:
            measured(url)
    return 0


def asked_id(url: str) -> str:
    """A programme with much text: the first of the open ones."""
    answer = json.loads(brotli.decompress(asked(url + "/api/programmes?state=open&kind=subsidy")[1]))
    return str(answer["hits"][0]["id"])


if __name__ == "__main__":
    raise SystemExit(main())

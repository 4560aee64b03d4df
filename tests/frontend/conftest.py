"""A site whose programmes try everything: scripts in every field, enough of them for pages and lists; a browser."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from frontend import rendering
from frontend.app import create_app
from indexer.engine import Engine
from indexer.schema import Address, Amount, Attachment, Eligibility, Issuer, Problem
from search_api.services import Services
from tests.running import Site, served
from tests.samples import CLOSING, EVERYTHING, OPEN, programme, window

SCRIPT = '<script>window.ran = 1</script><img src=x onerror="window.ran = 1">'
HOSTILE = programme(
    90,
    f"悪意のある名称{SCRIPT}\u202e逆向き",
    areas=["13"],
    windows=(window("2026-08-01", "2026-12-25", label=SCRIPT),),
    summary=f"要約{SCRIPT}</title></script>",
    body=f"本文{SCRIPT}<b>太字</b> <!-- <svg/onload=window.ran=1> {{{{ 7*7 }}}} <a href=javascript:window.ran=1>",
    url="javascript:window.ran=1",
    official_url="data:text/html,<script>window.ran=1</script>",
    issuer=Issuer(name=f'実施"機関{SCRIPT}'),
    areas_raw=SCRIPT,
    amount=Amount(max_yen=1_000_000, raw=SCRIPT),
    eligibility=Eligibility(employees_max=20, raw=SCRIPT * 10),
    contact=SCRIPT,
    facts={SCRIPT: SCRIPT},
    evidence={"environment": (SCRIPT,)},
    fields=("environment",),
    attachments=(Attachment(name=SCRIPT, url="javascript:window.ran=1"),),
    also_at=(Address(source=SCRIPT, id="1", url="javascript:window.ran=1"),),
    problems=(
        Problem(field="windows", code="weekday_conflict", raw=SCRIPT),
        Problem(field="amount", code="unread", raw="staff alone"),
    ),
)
UNBROKEN = programme(92, f"{'A' * 300}補助金", areas=["40130"], windows=OPEN)
MANY = [programme(100 + each, f"秋田県 商店街補助金 第{each}号", areas=["05"], windows=OPEN) for each in range(25)]
TOWN = programme(
    91,
    "福岡市 太陽光パネル設置補助金",
    areas=["40130"],
    windows=CLOSING,
    gx=True,
    themes=["renewables"],
    stages=["reduce"],
    fields=["environment"],
    official_url="https://invented.example/solar",
    body="太陽光パネルの設置費用の一部を補助します。\n詳細はhttps://invented.example/a(b)）をご覧ください。",
    evidence={"subsidy": ("補助金",), "gx": ("太陽光パネル",), "renewables": ("太陽光パネル",)},
    eligibility=Eligibility(employees_max=20, industries=("E",), raw="従業員20人以下の製造業"),
)


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site.made(engine.endpoint, tmp_path_factory.mktemp("site"), [*EVERYTHING, HOSTILE, TOWN, UNBROKEN, *MANY])


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(create_app(own=site.services), follow_redirects=False, raise_server_exceptions=True) as opened:
        yield opened


FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    # Services of its own: what a test client has opened belongs to that client's loop.
    own = Services(site.services.settings, site.services.clock, site.find)
    with served(create_app(own=own)) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("Chromium is not here")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a path in a fresh context; what the page complains of on the console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(path: str, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda each: complaints.append(each.text) if each.type in ("error", "warning") else None)
        page.on("pageerror", lambda each: complaints.append(str(each)))
        page.goto(path)
        return page

    yield opened
    for each in contexts:
        each.close()
    assert [
        each
        for each in complaints
        if not any(code in each for code in ("404", "409", "503", "ERR_FAILED", "htmx:sendError", "htmx:afterRequest"))
    ] == []


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are made, by their templates."""
    names: list[str] = []
    render = rendering.templates.TemplateResponse

    def noted(request: Any, name: str, *given: Any, **more: Any) -> Any:
        names.append(name)
        return render(request, name, *given, **more)

    monkeypatch.setattr(rendering.templates, "TemplateResponse", noted)
    return names

"""The pages of alerts in a real browser, without JavaScript, from the form to the end; and the mails."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from frontend.alerts.planning import plan
from frontend.alerts.sending import outbox
from frontend.app import create_app
from indexer.engine import Endpoint
from indexer.keys import keys
from tests.alerts.conftest import Post
from tests.alerts.test_pages import eventually, link
from tests.days import SIX, Days, entry, until
from tests.frontend.test_browser import AXE, RULES
from tests.running import served

pytestmark = [pytest.mark.engine, pytest.mark.browser]


@pytest.fixture
def site(tmp_path: Path, where: Endpoint, post: Post) -> Iterator[tuple[Days, str]]:
    days = Days(
        tmp_path, where, public_url="https://shien.example.jp", smtp_host="127.0.0.1", smtp_port=post.port,
        smtp_security="none", smtp_from="alerts@shien.example.jp",
    )  # fmt: skip
    days.day(0, SIX)
    with served(create_app(own=days.services)) as address:
        yield days, address


def violations(page: Page) -> list[str]:
    """What axe finds, and what does not fit a narrow screen."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found["violations"]] + ["too wide"] * wide


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_page_is_accessible_and_needs_no_javascript(
    site: tuple[Days, str], post: Post, browser: Browser, width: int, scheme: str
) -> None:
    days, address = site
    looks = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "bypass_csp": True}
    plain = browser.new_context(base_url=address, java_script_enabled=False).new_page()
    seen = browser.new_context(base_url=address, **looks).new_page()  # type: ignore[arg-type]
    found: dict[str, list[str]] = {}

    def look(path: str) -> None:
        seen.goto(path)
        seen.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        found[f"{len(found)} {path}"] = violations(seen)

    plain.goto("/search?area=13104")
    plain.get_by_role("link", name="新着と締切をメールで受け取る").click()
    look(plain.url)
    plain.get_by_label("メールアドレス").fill("owner@example")
    plain.get_by_role("button", name="登録する").click()
    assert plain.get_by_role("alert").inner_text().startswith("メールアドレスを確かめてください")
    plain.get_by_label("メールアドレス").fill("owner@example.jp")
    plain.get_by_role("button", name="登録する").click()
    assert "確認のメールを送りました" in plain.inner_text("main")
    eventually(lambda: post.raw)
    confirm = link(post.text(), "/alerts/confirm/")
    look(link(post.text(), "/alerts/refuse/"))
    look(confirm)
    plain.goto(confirm)
    plain.get_by_role("button", name="登録を確定する").click()
    assert "登録しました" in plain.inner_text("main")
    days.day(1, [*SIX[:5], entry(6, periods=until("2026-08-30T08:00Z")), entry(7)])
    with ThreadPoolExecutor(1) as apart:
        # Playwright has the loop of this thread.
        apart.submit(asyncio.run, planned(days)).result()
    with outbox(days.settings, days.store, keys(days.settings), days.services.clock) as waiting:
        assert waiting.run()["sent"] == 1
    look(link(post.text(), "/drop"))
    plain.goto(link(post.text(), "/drop"))
    plain.get_by_role("button", name="この支援だけ止める").click()
    assert "止めている支援" in plain.inner_text("main")
    look(plain.url)
    leave = link(post.text(), "/unsubscribe")
    look(leave)
    for number in range(2):
        seen.set_content(post.html(number))
        found[f"mail {number}"] = violations(seen)
    plain.goto(leave)
    plain.get_by_role("button", name="解除する").click()
    assert "解除しました" in plain.inner_text("main") and list(days.store.subscriptions()) == []
    look(leave)
    assert len(found) >= 8 and {name: each for name, each in found.items() if each} == {}
    plain.context.close()
    seen.context.close()


async def planned(days: Days) -> None:
    """In a process that is not the site's, as the night does it."""
    own = type(days.services)(days.settings, days.services.clock, lambda: days.where)
    try:
        await plan(own)
    finally:
        await own.close()

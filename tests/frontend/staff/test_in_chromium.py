"""The work of staff in a real browser: from signing in to the newer recording, two at once, by keys alone, with axe."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from frontend.app import create_app
from indexer.crawl import crawl
from indexer.engine import Engine
from indexer.ingest import ingest
from indexer.publish import publish
from indexer.store import Run, stamp
from search_api.services import Services
from tests.conftest import ROOT
from tests.frontend.conftest import Open
from tests.frontend.staff.conftest import PASSWORD
from tests.frontend.test_browser import AXE, RULES
from tests.running import Site, served
from tests.samples import NOW

pytestmark = [pytest.mark.engine, pytest.mark.browser]
SOURCE = "opendata_support_13104"
STAYS, MOVES = f"{SOURCE}-e39bdd733953a9027503", f"{SOURCE}-9e8d99a9977db69cf180"
CASE = "invented-0011"


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    own = Services(site.services.settings, site.services.clock, site.find)
    with served(create_app(own=own, publishes=False)) as found:
        yield found


def taken_in(site: Site, folder: Path, recording: Path) -> None:
    crawl([SOURCE], folder, replay=recording)
    [run] = ingest(folder, site.services.store)
    assert run.ok, run.errors


def signed_in(
    visit: Open, name: str = "hanako", path: str = "/staff", width: int = 1280, **options: str | bool
) -> Page:
    """Somebody who has signed in by keys alone, at a path."""
    page = visit("/staff/sign-in", width, **options)
    page.get_by_label("名前").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff")
    if path != "/staff":
        page.goto(path)
    return page


def close_on(page: Page, id: str, day: str) -> None:
    """Corrects the deadline of a programme."""
    page.goto(f"/staff/programmes/{id}?edit=windows#field-windows")
    page.locator("[name=w_closes_day]").first.fill(day)
    page.locator("form.correct [name=note]").fill("募集要領で確認")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url("**done=corrected**")


def test_what_an_editor_does_shows_at_once_and_meets_the_next_recording(
    engine: Engine, site: Site, visit: Open, tmp_path: Path, republished: None
) -> None:
    first = ROOT / "tests" / "spiders" / SOURCE
    taken_in(site, tmp_path / "first", first)
    staff, public = signed_in(visit), visit("/cases")
    expect(public.get_by_text("夏の特集")).to_have_count(0)

    staff.goto(f"/staff/programmes/{CASE}")
    staff.locator("select[name=collection]").select_option("0")
    staff.get_by_role("button", name="下書きに加える").press("Enter")
    staff.get_by_label("題名").fill("夏の特集")
    staff.get_by_role("button", name="公開する").press("Enter")
    staff.wait_for_url("**done=published**")
    public.reload()
    expect(public.get_by_text("夏の特集").first).to_be_visible(timeout=5000)

    close_on(staff, STAYS, "2027-03-15")
    close_on(staff, MOVES, "2026-09-10")
    public.goto(f"/programmes/{STAYS}")
    expect(public.get_by_text(re.compile("2027年3月15日")).first).to_be_visible(timeout=5000)

    newer = tmp_path / "newer"
    shutil.copytree(first, newer)
    told = json.loads((newer / "recording.json").read_bytes())
    told["recorded_at"] = "2026-08-23T04:00:00+09:00"
    (newer / "recording.json").write_text(json.dumps(told), encoding="utf-8")
    table = newer / "pages" / "support.csv"
    table.write_text(table.read_text("utf-8").replace("2026-08-31", "2026-09-30"), encoding="utf-8")
    taken_in(site, tmp_path / "second", newer)
    publish(engine.endpoint, site.services.store, NOW)

    public.reload()
    expect(public.get_by_text(re.compile("2027年3月15日")).first).to_be_visible()
    public.goto(f"/programmes/{MOVES}")
    expect(public.get_by_text(re.compile("2026年9月30日")).first).to_be_visible()
    assert "2026年9月10日" not in public.inner_text("main")
    staff.goto("/staff/review?kind=stale")
    staff.get_by_role("link", name=re.compile("展示会等出展支援助成")).press("Enter")
    expect(staff.get_by_text("情報源が変わったため、修正を止めています").first).to_be_visible()
    assert "2026年9月10日" in staff.inner_text("main") and "2026年9月30日" in staff.inner_text("main")

    staff.goto(f"/staff/programmes/{STAYS}")
    staff.get_by_role("button", name=re.compile("期間の修正を取り消す")).press("Enter")
    staff.wait_for_url("**done=undone**")
    public.goto(f"/programmes/{STAYS}")
    expect(public.get_by_text(re.compile("2027年2月26日")).first).to_be_visible()

    staff.goto("/staff/audit")
    done = staff.locator("ol.rows strong").all_inner_texts()
    assert {"特集を公開した", "直した（募集・開催の期間）", "修正を取り消した（募集・開催の期間）"} <= set(done)
    assert "hanako" in staff.inner_text("main")


def test_of_two_editors_the_second_is_told_and_loses_nothing(visit: Open) -> None:
    path = "/staff/programmes/invented-0001?edit=title"
    one, other = signed_in(visit, path=path), signed_in(visit, "taro", path)
    for page, title in ((one, "一人目の名称"), (other, "二人目の名称")):
        page.locator("input[name=title]").fill(title)
        page.locator("form.correct [name=note]").fill("確認")
    one.get_by_role("button", name="保存する").click()
    one.wait_for_url("**done=corrected**")
    other.get_by_role("button", name="保存する").click()
    expect(other.get_by_role("alert")).to_contain_text(
        "ほかの人（hanako）が先に、この項目を「一人目の名称」に直しました"
    )
    expect(other.locator("input[name=title]")).to_have_value("二人目の名称")
    expect(other.locator("form.correct [name=note]")).to_have_value("確認")
    other.get_by_role("button", name="保存する").click()
    other.wait_for_url("**done=corrected**")
    expect(other.get_by_role("heading", level=1)).to_have_text("二人目の名称")


def order(page: Page) -> list[str]:
    return page.locator("[data-order] > li").evaluate_all("(all) => all.map((each) => each.dataset.id)")


def test_entries_are_ordered_by_drag_and_by_keys(visit: Open, site: Site) -> None:
    entries = [CASE, "invented-0001", "invented-0006"]
    site.collect("夏の省エネ", dict.fromkeys(entries, "一言"))
    page = signed_in(visit, path="/staff/collections/1")
    assert order(page) == entries
    page.set_viewport_size({"width": 1280, "height": 1800})
    grip = page.locator("[data-order] .grip").nth(2).bounding_box()
    first = page.locator(f"#entry-{CASE}").bounding_box()
    assert grip and first
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    for share in (0.1, 0.5, 0.9, 1.0):
        page.mouse.move(first["x"] + 60, grip["y"] + share * (first["y"] + 4 - grip["y"]), steps=3)
    page.mouse.up()
    page.wait_for_url("**done=ordered**")
    assert order(page) == ["invented-0006", CASE, "invented-0001"]
    # The button that was pressed keeps the focus, so that it can be pressed again.
    page.get_by_role("button", name="下へ").first.focus()
    for _ in range(2):
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("button[value='down:invented-0006']")).to_be_focused()
    assert order(page) == [CASE, "invented-0001", "invented-0006"]
    page.get_by_label("ことば、番号、またはページのアドレス").fill("脱炭素 セミナー")
    page.keyboard.press("Enter")
    expect(page.get_by_text("入っています")).to_be_visible()


PAGES = [
    "/staff",
    "/staff/review",
    "/staff/programmes?q=補助金",
    "/staff/programmes/invented-0001",
    "/staff/programmes/invented-0001?edit=windows",
    "/staff/programmes/invented-0001?edit=eligibility",
    "/staff/collections",
    "/staff/collections/1",
    "/staff/own",
    "/staff/own/new",
    "/staff/own/import",
    "/staff/sources",
    "/staff/sources/invented",
    "/staff/sources/invented/pages/1",
    "/staff/audit",
    "/staff/account",
    "/staff/users",
]


@pytest.fixture
def busy(site: Site) -> None:
    """Something on every page: a collection, reports, a source that failed, with its page."""
    store = site.services.store
    with store.transaction() as writer:
        writer.report("invented-0001", stamp(NOW), "締切が違います")
        writer.set_source("invented", {"title": "架空の情報源", "publisher": "架空", "url": "https://a.example/"})
        for day, share in ((20, 0.9), (21, 0.4)):
            writer.add_run(Run(source="invented", variant="{}", at=f"2026-08-{day}T03:00:00+09:00", ok=True,
                               counts={"seen": 12, "new": 1, "changed": 2, "gone": 0},
                               stats={"filled": {"title": 1.0, "amount": share}}))  # fmt: skip
        writer.add_run(Run(source="invented", variant="{}", at=stamp(NOW), ok=False, counts={"seen": 2},
                           errors=["2 notices, fewer than the 20 expected"], warnings=["3 × detail"],
                           stats={"filled": {"title": 1.0}, "acceptable": True}))  # fmt: skip
        page = {"url": "https://a.example/", "status": 200, "why": "first", "kind": "text/html", "text": "<p>移転</p>"}
        writer.keep_pages("invented", stamp(NOW), [page])
    site.collect("夏の省エネ", {CASE: "費用が半分になりました"})


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_pages_of_staff(visit: Open, busy: None, width: int, scheme: str) -> None:
    page = signed_in(visit, "jiro", width=width, color_scheme=scheme, bypass_csp=True)
    found = []
    for path in PAGES:
        answer = page.goto(path)
        assert answer and answer.status == 200, path
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        page.add_script_tag(path=str(AXE))
        told = page.evaluate("(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)
        found += [
            (path, each["id"], node["html"][:160], node["failureSummary"][:200])
            for each in told["violations"]
            for node in each["nodes"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways at {width}"
    assert found == []


REACHED = """() => {
  const seen = (each) => each.checkVisibility() && !each.disabled && each.tabIndex >= 0 && !each.closest('[hidden]');
  const all = [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, ' +
    'main textarea, main summary')].filter(seen);
  return all.filter((each) => !window.met.has(each) &&
    !(each.type === 'radio' && [...window.met].some((one) => one.name === each.name))).map((each) => each.outerHTML);
}"""


def test_everything_is_reached_and_done_by_keys(visit: Open, busy: None) -> None:
    page = signed_in(visit, "jiro")
    for path in PAGES:
        page.goto(path)
        page.evaluate(
            "() => { window.met = new Set(); addEventListener('focusin', (event) => window.met.add(event.target));"
            " document.activeElement?.blur(); }"
        )
        count = page.evaluate("document.querySelectorAll('a[href], button, input, select, textarea, summary').length")
        rounds = 0
        for _ in range(3 * count + 20):
            page.keyboard.press("Tab")
            # A page may begin in its middle: it is gone through to its end, and then once from its beginning.
            rounds += page.evaluate("document.activeElement === document.body")
            if rounds == 2:
                break
        assert page.evaluate(REACHED) == [], path

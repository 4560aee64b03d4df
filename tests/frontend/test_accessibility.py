"""What the accessibility statement rests on: every kind of page in a real browser, beyond what axe can tell.

The pages that one reads (guide, estimate, cases, sources, about) are also held to axe here; the others in test_browser.
"""

from typing import Any

import pytest
from playwright.sync_api import Page

from indexer.engine import Engine
from indexer.schema import Kind
from indexer.store import Run, stamp
from tests.frontend import test_browser
from tests.frontend.conftest import HOSTILE, MANY, TOWN, Open
from tests.running import Site
from tests.samples import EVERYTHING, NOW, programme

pytestmark = [pytest.mark.engine, pytest.mark.browser]

RESULT = "/estimate?per=year&electricity=120000&gasoline=3000&lpg=500&water=10&area=40130"
WRONG = "/estimate?per=month&electricity=abc&electricity_factor=x&gasoline=-3"
READING = [
    "/guide",
    "/guide?trade=restaurant&area=40130",
    "/estimate",
    RESULT,
    WRONG,
    "/estimate?per=year",
    "/cases",
    "/cases?industry=E&size=upto50&nonsense=1",
    "/cases?q=どこにもない",
    "/answers",
    "/guides",
    "/sources",
    "/sources/places/40",
    "/developers",
    "/about",
    "/accessibility",
]
PAGES = [*test_browser.PAGES, *READING]
CASES = [
    programme(600 + each, f"架空の事例{each} 長い名前の会社が省エネに取り組んだ話", kind=Kind.CASE,
              areas=["40130"], gx=True, themes=["energy_saving"], workforce=30,
              eligibility={"industries": ["E"], "raw": "製造業"}, summary="ボイラーを替えました。" * 12)
    for each in range(25)
]  # fmt: skip


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """With many cases, one of them featured, an answer, a guide, and a source that is down."""
    texts = [programme(630, "経理の質問", kind=Kind.QA), programme(631, "省エネの手引き", kind=Kind.GUIDE)]
    entries = [*EVERYTHING, HOSTILE, TOWN, *MANY, *CASES, *texts]
    made = Site.made(engine.endpoint, tmp_path_factory.mktemp("reading"), entries)
    made.collect("夏の省エネ", {"invented-0600": "費用が半分になりました"})
    with made.services.store.transaction() as writer:
        writer.add_run(Run(source="invented", variant="", at=stamp(NOW), ok=False, counts={}, warnings=["1 × detail"]))
    return made


def opened(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")


@pytest.mark.skipif(not test_browser.AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_what_one_reads(visit: Open, width: int, scheme: str) -> None:
    page = visit("/about", width, color_scheme=scheme, bypass_csp=True)
    found = []
    for path in READING:
        opened(page, path)
        page.add_script_tag(path=str(test_browser.AXE))
        answer = page.evaluate(
            "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", test_browser.RULES
        )
        found += [
            (path, each["id"], node["html"][:160], node["failureSummary"][:200])
            for each in answer["violations"]
            for node in each["nodes"][:2]
        ]
    assert found == []


SPACED = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }
"""


@pytest.mark.parametrize("style", ["", SPACED], ids=["plain", "spaced"])
def test_every_page_reads_at_320_pixels_and_with_wide_text(visit: Open, style: str) -> None:
    """WCAG 1.4.10 and 1.4.12: nothing is wider than the window, and no text is cut off."""
    page = visit("/about", 320, bypass_csp=True)
    wrong: dict[str, Any] = {}
    for path in PAGES:
        opened(page, path)
        if style:
            page.add_style_tag(content=style)
        found = page.evaluate(
            """() => {
            const cut = [...document.querySelectorAll('main *, header *, footer *')].filter((each) => {
                const style = getComputedStyle(each);
                if (!each.checkVisibility() || each.closest('.hidden, .unseen, svg, [aria-hidden]')) return false;
                return style.overflow === 'hidden' && each.scrollHeight > each.clientHeight + 1
                    && each.textContent.trim() && !style.webkitLineClamp.match(/[0-9]/);
            }).map((each) => each.outerHTML.slice(0, 100));
            const wide = document.documentElement.scrollWidth;
            return wide > 320 || cut.length ? [wide, cut] : null;
        }"""
        )
        if found:
            wrong[path] = found
    assert wrong == {}


STOPS = """() => {
    const at = document.activeElement, box = at.getClientRects()[0], style = getComputedStyle(at);
    if (at === document.body) return null;
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    return {
        name: at.outerHTML.slice(0, 90),
        marked: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || Boolean(at.closest('svg')),
        // The middle of a prefecture with islands is the sea.
        seen: box.bottom > 0 && box.top < innerHeight
            && Boolean(at.closest('svg') || top && (at.contains(top) || top.contains(at))),
        place: [...document.querySelectorAll('*')].indexOf(at),
    };
}"""


@pytest.mark.parametrize("path", PAGES)
def test_focus_is_seen_goes_on_and_is_never_trapped(visit: Open, path: str) -> None:
    """WCAG 2.1.2, 2.4.3, 2.4.7 and 2.4.11: one goes through the page in its order, and sees where one is."""
    page = visit(path, 1280, reduced_motion="reduce")
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOPS)
        if stop is None:
            break
        stops.append(stop)
    assert len(stops) > 5
    assert [each["name"] for each in stops if not each["marked"]] == []
    assert [each["name"] for each in stops if not each["seen"]] == []
    places = [each["place"] for each in stops]
    assert places == sorted(places) and len(set(places)) == len(places)


EDGES = """() => {
    const linear = (part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
    const light = (colour) => {
        const [r, g, b] = colour.match(/[0-9.]+/g).map((each) => linear(each / 255));
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ratio = (one, other) => {
        const [more, less] = [light(one), light(other)].sort((a, b) => b - a);
        return (more + .05) / (less + .05);
    };
    const ground = (at) => {
        for (; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (!colour.endsWith(', 0)')) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const controls = 'main input:not([type=hidden], [type=radio], [type=checkbox]), main select, main button';
    return [...document.querySelectorAll(controls)]
        .filter((each) => each.checkVisibility() && !each.closest('.unseen, .hidden'))
        .map((each) => {
            const style = getComputedStyle(each), box = each.getBoundingClientRect();
            const around = ground(each.parentElement), edge = ratio(style.borderTopColor, around);
            const face = Math.max(ratio(ground(each), around), ratio(style.color, around));
            const seen = each.tagName === 'BUTTON' ? Math.max(edge, face) : edge;
            return [each.outerHTML.slice(0, 80), box.width, box.height, seen];
        })
        .filter(([, width, height, seen]) => width < 24 || height < 24 || seen < 3);
}"""


def test_controls_are_big_enough_and_their_edges_can_be_seen(visit: Open) -> None:
    """WCAG 2.5.8 (24 px) and 1.4.11 (3:1) for fields and buttons, light and dark."""
    for scheme in ("light", "dark"):
        page = visit("/about", 360, color_scheme=scheme)
        for path in (*READING, "/", "/search?area=40130"):
            opened(page, path)
            assert page.evaluate(EDGES) == [], (scheme, path)


def test_navigation_and_help_are_at_the_same_place_on_every_page(visit: Open) -> None:
    """WCAG 3.2.3 and 3.2.6, and a skip link, a language and a title of its own for each page (2.4.1, 3.1.1, 2.4.2)."""
    page = visit("/", 1280)
    orders, titles = set(), {}
    for path in PAGES:
        page.goto(path)
        orders.add(page.evaluate(
            """[...document.querySelectorAll('.site-nav a, .site-footer a')]
                .map((each) => each.textContent.trim()).join('|')"""
        ))  # fmt: skip
        assert page.locator("html").get_attribute("lang") == "ja"
        assert page.locator("body > a.skip").get_attribute("href") == "#main"
        titles.setdefault(page.title(), path)
    assert len({order.replace("マイリスト2", "マイリスト") for order in orders}) == 1
    assert "このサイトについて" in orders.pop()


def test_the_estimate_by_keyboard_alone(visit: Open) -> None:
    """From the guide: what was typed wrong is reached from the summary, corrected, and the result leads to support."""
    page = visit("/guide")
    press, typed = page.keyboard.press, page.keyboard.type

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.innerText"))

    def tab_to(wanted: str, most: int = 120) -> None:
        for _ in range(most):
            press("Tab")
            if wanted in focused():
                return
        raise AssertionError(f"{wanted} is not reached")

    tab_to("CO₂を計算する")
    press("Enter")
    page.wait_for_url("**/estimate")
    tab_to("electricity")
    typed("たくさん")
    tab_to("gasoline")
    typed("３，０００")
    tab_to("計算する")
    press("Enter")
    page.wait_for_url("**/estimate?*")
    assert "入力をご確認ください" in page.title()
    tab_to("電気は数字で入れてください", 5)
    press("Enter")
    assert focused() == "electricity"
    press("Control+a")
    typed("120000")
    press("Enter")
    page.wait_for_url("**electricity=120000*")
    assert "59.9" not in page.title() and "年間 56.79 t-CO₂" in page.title()
    assert page.locator("#gasoline").input_value() == "３，０００"
    tab_to("太陽光などの再生可能エネルギー", 10)
    press("Enter")
    page.wait_for_url("**/search?*theme=renewables*")
    assert "福岡市 太陽光" in page.locator("main").inner_text()


def test_the_estimate_without_javascript(visit: Open) -> None:
    page = visit("/estimate", 360, java_script_enabled=False)
    page.get_by_label("1か月分").check()
    page.get_by_label("電気（kWh）").fill("10,000")
    page.get_by_label("LPガスの単位").or_(page.get_by_label("LPガス（プロパンガス）の単位")).select_option("kg")
    page.locator("#lpg").fill("20")
    page.get_by_label("会社がある都道府県").select_option(label="福岡県")
    page.get_by_role("button", name="計算する").click()
    page.wait_for_url("**/estimate?per=month&electricity=10%2C000&lpg=20&lpg_unit=kg&area=40#result")
    result = page.locator("#result").inner_text()
    assert "50.64" in result and "10,000 kWh × 12か月 × 0.000416 t-CO₂/kWh = 49.92 t-CO₂" in result
    assert "福岡県で使える" in result
    page.get_by_label("電気（kWh）").fill("-1")
    page.get_by_role("button", name="計算する").click()
    page.get_by_role("alert").get_by_role("link", name="電気は0以上の数字を入れてください").click()
    assert page.locator("#lpg").input_value() == "20"


def test_cases_are_narrowed_without_javascript(visit: Open) -> None:
    page = visit("/cases", 360, java_script_enabled=False)
    assert page.get_by_role("heading", name="夏の省エネ").is_visible()
    page.get_by_label("業種").select_option(label="製造業（25）")
    page.get_by_role("button", name="絞る").click()
    page.wait_for_url("**/cases?industry=E#all")
    page.get_by_role("link", name="次へ").click()
    page.wait_for_url("**page=2#all")
    assert page.locator("ol.entries > li").count() == 5


def test_what_assistive_technology_is_told_of_the_estimate(visit: Open) -> None:
    page = visit(WRONG)
    told = page.locator("main").aria_snapshot()
    for line in (
        '- heading "CO₂の計算" [level=1]',
        "- alert",
        '- link "電気は数字で入れてください（例：12000）"',
        '- group "使用量はいつの分ですか"',
        '- radio "1か月分 （平均的な月の量。12倍して計算します）" [checked]',
        '- textbox "電気（kWh）"',
        '- combobox "LPガス（プロパンガス）の単位"',
        '- button "計算する"',
    ):
        assert line in told, line
    described = page.locator("#electricity").evaluate(
        """(at) => at.getAttribute('aria-describedby').split(' ')
            .map((id) => document.getElementById(id).textContent).join(' ')"""
    )
    assert "検針票" in described and "数字で入れてください" in described

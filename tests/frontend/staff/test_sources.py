"""Sources on the pages of staff: how each goes, what it sent when it failed, and what an admin does about it."""

import gzip
import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.items import Notice
from frontend.staff.charts import HEIGHT, PAD, WIDTH, chart
from frontend.staff.faults import fault_told
from indexer import asking, normals
from indexer.due import due
from indexer.ingest import ingest
from indexer.schedule import Hurry
from indexer.store import Run, Store
from tests.frontend.staff.conftest import Desk
from tests.running import Site
from tests.samples import NOW

pytestmark = pytest.mark.engine
FACTS = {
    "title": "架空市の補助金", "publisher": "架空市", "url": "https://city.example/", "licence": "CC BY",
    "attribution": "出典：架空市",
}  # fmt: skip
EXPECT = {"min": 6, "max": 100, "filled": {"amount": 0.5}, "complete": True}
HTML = "<html><head><title>x</title><script>alert(1)</script></head><body><h1>移転しました</h1></body></html>"
ADDRESS = "/staff/sources/town"


def crawled(site: Site, folder: Path, hours: int, count: int, amounts: int, **stats: Any) -> Run:
    """Takes in a crawl made so many hours after NOW, of `count` notices of which some say an amount."""
    place = folder / "town"
    place.mkdir(parents=True, exist_ok=True)
    notices = [
        Notice(source="town", key=str(each), url=f"https://city.example/{each}", title=f"第{each}号補助金",
               areas=("東京都",), amount="500000" if each < amounts else "")
        for each in range(count)
    ]  # fmt: skip
    lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in notices)
    (place / "notices.jsonl").write_text(lines, encoding="utf-8")
    page = {"url": "https://city.example/list", "status": 200, "why": "first", "kind": "text/html", "text": HTML}
    (place / "pages.json.gz").write_bytes(gzip.compress(json.dumps([page]).encode()))
    given = {"source": "town", "facts": FACTS, "expect": EXPECT, "variant": {}, "default": True, "missed": {},
             "at": (NOW + timedelta(hours=hours)).isoformat(), "finish_reason": "finished", "errors": []}  # fmt: skip
    (place / "stats.json").write_text(json.dumps(given | stats), encoding="utf-8")
    [run] = ingest(folder, site.services.store)
    return run


@pytest.fixture
def fallen(site: Site, tmp_path: Path) -> Run:
    """Two good crawls, then one of which two thirds are gone."""
    crawled(site, tmp_path / "crawl", -60, 12, 12)
    crawled(site, tmp_path / "crawl", -36, 12, 9)
    return crawled(site, tmp_path / "crawl", -12, 4, 4)


def test_a_failure_is_told_in_plain_words_with_the_page_that_came(editor: Desk, fallen: Run) -> None:
    listed = editor.text("/staff/sources")
    assert "失敗（1）" in listed and "見つかったのは4件だけです。6件以上あるはずです。" in listed
    text = editor.text(ADDRESS)
    assert "の取得に失敗しました" in text and "2026年8月20日（木）に読めた内容" in text
    assert "75%" in text and "polyline" in text and "受け入れるのは管理者です" in text
    page = editor.text(editor.found(rf'href="({ADDRESS}/pages/\d+)"', ADDRESS))
    assert "移転しました" in page and "alert(1)" not in page.partition("ページの作り")[0]
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert editor.get("/staff/sources/invented/pages/1").status_code == 404


def test_pages_of_earlier_crawls_do_not_hide_what_there_is_to_do(
    editor: Desk, fallen: Run, site: Site, tmp_path: Path
) -> None:
    assert "それより前の取得" not in editor.text(ADDRESS)
    crawled(site, tmp_path / "crawl", -6, 4, 4)
    newest, _, older = editor.text(ADDRESS).partition("それより前の取得で読んだページ（1件）")
    assert (newest.count(f'href="{ADDRESS}/pages/'), older.count(f'href="{ADDRESS}/pages/')) == (1, 1)


def test_pages_of_a_good_crawl_are_not_kept_and_old_ones_go(site: Site, tmp_path: Path) -> None:
    crawled(site, tmp_path / "crawl", -60, 12, 12)
    assert site.services.store.pages("town") == []
    for hours in range(-50, -40):
        crawled(site, tmp_path / "crawl", hours, 1, 1)
    assert len(site.services.store.pages("town")) == 3


def test_a_new_normal_is_accepted_with_a_reason_and_holds(admin: Desk, site: Site, fallen: Run, tmp_path: Path) -> None:
    store = site.services.store
    answer = admin.post(f"{ADDRESS}/accept", run=fallen.id or 0, note=" ")
    assert (answer.status_code, "理由を書いてください" in answer.text) == (422, True)
    run = admin.found(r'name="run" value="(\d+)"', ADDRESS)
    assert admin.done(f"{ADDRESS}/accept", run=run, note="年度が替わった").endswith("done=accepted")
    text = admin.text(ADDRESS)
    assert "年度が替わった" in text and "読み直しを待っています" in text
    assert crawled(site, tmp_path / "crawl", 1, 4, 4).ok
    assert crawled(site, tmp_path / "crawl", 2, 4, 4).ok
    assert not crawled(site, tmp_path / "crawl", 3, 1, 1).ok
    [entry] = [each for each in store.audit("town") if each.action == "accept"]
    assert (entry.by, entry.note, entry.now["normal"]["seen"]) == ("jiro", "年度が替わった", 4)
    assert admin.done(f"{ADDRESS}/withdraw").endswith("done=withdrawn")
    assert normals.accepted(store, "town", "{}") is None
    assert not crawled(site, tmp_path / "crawl", 4, 4, 4).ok


@pytest.mark.parametrize(
    "stats",
    [
        {"errors": ["https://city.example/: HTTP 500"]},
        {"finish_reason": "shutdown"},
    ],
)
def test_a_crawl_that_went_wrong_is_no_normal(admin: Desk, site: Site, tmp_path: Path, stats: dict[str, Any]) -> None:
    run = crawled(site, tmp_path / "crawl", -12, 2, 2, **stats)
    assert 'name="run"' not in admin.text(ADDRESS)
    answer = admin.post(f"{ADDRESS}/accept", run=1, note="よい")
    assert answer.status_code == 422
    with pytest.raises(normals.NotAcceptable):
        normals.accept(site.services.store, "town", run.id or 0, by="x", now=NOW, note="")


def test_what_came_after_the_page_was_opened_is_not_accepted(
    admin: Desk, site: Site, fallen: Run, tmp_path: Path
) -> None:
    run = admin.found(r'name="run" value="(\d+)"', ADDRESS)
    crawled(site, tmp_path / "crawl", -6, 3, 3)
    answer = admin.post(f"{ADDRESS}/accept", run=run, note="よい")
    assert (answer.status_code, "新しい取得がありました" in answer.text) == (422, True)
    assert normals.accepted(site.services.store, "town", "{}") is None


def test_a_source_is_asked_for_once_and_then_due_whatever_its_time(admin: Desk, site: Site, tmp_path: Path) -> None:
    store = site.services.store
    crawled(site, tmp_path / "crawl", -1, 12, 12)
    runs = {"town": store.runs("town")}

    def wanted() -> list[str]:
        asked = {name: each.at for name, each in asking.open_asks(store, NOW).items()}
        sources = [{"name": "town", "facts": {"verified": False}}]
        return [each.name for each in due(sources, runs, NOW, asked=asked)]

    hurry = Hurry(store, lambda: NOW)
    assert wanted() == [] and not hurry.wanted()
    for _ in range(2):
        assert admin.done(f"{ADDRESS}/ask").endswith("done=asked")
    assert wanted() == ["town"]
    assert [hurry.wanted() for _ in range(2)] == [True, False]
    assert len([each for each in store.audit("town") if each.action == "ask"]) == 1
    crawled(site, tmp_path / "crawl", 1, 12, 12)
    assert wanted() == []
    assert asking.open_asks(store, NOW + timedelta(days=2)) == {}


def test_a_paused_source_says_why_in_the_audit_and_is_not_read(admin: Desk, site: Site, tmp_path: Path) -> None:
    store = site.services.store
    crawled(site, tmp_path / "crawl", -1, 12, 12)
    assert admin.post(f"{ADDRESS}/pause", on="yes").status_code == 422
    assert admin.done(f"{ADDRESS}/pause", on="yes", note="運営者から求められた").endswith("done=paused")
    assert "休止中（1）" in admin.text("/staff/sources")
    assert "jiroさんが" in admin.text(ADDRESS) and "：運営者から求められた" in admin.text(ADDRESS)
    assert admin.post(f"{ADDRESS}/ask").status_code == 409
    assert asking.open_asks(store, NOW) == {}
    assert due([{"name": "town", "facts": {}}], {}, NOW, paused=store.fact("paused"), asked={"town": "2026"}) == []
    admin.done(f"{ADDRESS}/pause")
    assert [(each.action, each.note) for each in store.audit("town")] == [
        ("resume", ""),
        ("pause", "運営者から求められた"),
    ]


def test_a_paused_source_promises_no_reading(admin: Desk, site: Site, tmp_path: Path) -> None:
    crawled(site, tmp_path / "crawl", -1, 12, 12)
    admin.done(f"{ADDRESS}/ask")
    for path in ("/staff/sources", ADDRESS):
        assert "読み直しを待っています" in admin.text(path)
    admin.done(f"{ADDRESS}/pause", on="yes", note="運営者から求められた")
    for path in ("/staff/sources", ADDRESS):
        assert "読み直しを待っています" not in admin.text(path)


@pytest.mark.parametrize(
    ("hours", "told"),
    [(-1, "1<small>件が正常</small>"), (-24 * 9, '0<small>件が正常</small></p><ul class="small"><li>遅れ 1件')],
)
def test_the_overview_calls_no_late_source_well(admin: Desk, site: Site, tmp_path: Path, hours: int, told: str) -> None:
    crawled(site, tmp_path / "crawl", hours, 12, 12)
    assert told in admin.text("/staff")


def test_charts_stay_in_their_box() -> None:
    found = chart("x", "件数", [0, 50, None, 100, 10], share=False)
    points = [tuple(map(float, each.split(","))) for line in found.lines for each in line.split()]
    assert len(found.lines) == 2 and found.fell
    assert all(PAD <= x <= WIDTH - PAD and PAD <= y <= HEIGHT - PAD for x, y in points)
    assert chart("x", "件数", [], share=False).dot is None
    assert chart("x", "率", [0.3], share=True).lines == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("5 notices, no more than 50% of the 20 of the last good run", "前回の20件から半分以下"),
        ("amount is filled in 10% of notices, expected at least 50%", "「金額」が書かれているのは10%"),
        ("body is filled in 1% of notices, and was in 90% of the last good run: look", "作りが変わった"),
        ("3 of 9 notices are incomplete", "9件のうち3件"),
        ("the crawl ended early: shutdown", "途中で止められました"),
        ("https://a.example/: TimeoutError: User timeout", "時間内に返事がありません：https://a.example/"),
        ("https://a.example/: DownloadTimeoutError", "時間内に返事がありません"),
        ("https://a.example/: HTTP 404", "ページがありません（404）"),
        ("ValueError('no programme among the 3 links') on https://a.example/", "作りが変わったようです"),
        ("robots.txt of a.example cannot be had (HTTP 503): its pages are left alone", "読んでよいかの決まり"),
    ],
)
def test_every_fault_is_told_in_plain_words(line: str, told: str) -> None:
    assert told in fault_told(line)


def test_pages_are_kept_by_either_store(store: Store) -> None:
    page = {"url": "https://a.example/", "status": 500, "why": "status", "kind": "text/html", "text": "だめ" * 1000}
    with store.transaction() as writer:
        writer.keep_pages("a", "2026-08-22T03:00:00+09:00", [page, page | {"why": "unread", "status": 200}])
        writer.keep_pages("b", "2026-08-22T03:00:00+09:00", [])
    first, second = store.pages("a")
    assert (first.why, second.why, first.text) == ("unread", "status", "")
    kept = store.page(second.id)
    assert kept and kept.text == "だめ" * 1000
    assert store.page(999) is None

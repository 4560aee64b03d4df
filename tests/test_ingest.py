"""Taking in crawls: what is new, what changed, what vanished, and what must never be lost."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crawlers.items import Notice, Period
from crawlers.recordings import recordings
from indexer.crawl import crawl
from indexer.ingest import ingest, take_in
from indexer.schema import JST
from indexer.store import Run, Store

FIRST = datetime(2026, 8, 1, 4, 0, tzinfo=JST)
FACTS = {
    "title": "架空",
    "publisher": "架空財団",
    "url": "https://x.example/",
    "licence": "CC BY",
    "attribution": "出典：架空",
}


def notice(number: int, **values: Any) -> Notice:
    given = {
        "source": "invented",
        "key": str(number),
        "url": f"https://x.example/{number}",
        "title": f"第{number}種設備補助金",
        "areas": ("東京都",),
        "body": "設備の導入を支援します。",
        "kind": "補助金・助成金",
        "periods": (Period(opens="2026-07-01T00:00Z", closes="2026-09-30T08:00Z"),),
    }
    return Notice(**(given | values))


class Crawls:
    """Writes what a crawl would have written, and takes it in."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self.store = folder, store

    def __call__(self, at: datetime, notices: list[Notice], **stats: Any) -> Run:
        place = self.folder / "invented"
        place.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in notices)
        (place / "notices.jsonl").write_text(lines, encoding="utf-8")
        expect = {"min": 2, "max": 100, "filled": {"title": 1.0}, "complete": True}
        given = {"source": "invented", "facts": FACTS, "expect": expect, "variant": {}, "default": True,
                 "at": at.isoformat(), "missed": {}, "finish_reason": "finished", "errors": []}  # fmt: skip
        (place / "stats.json").write_text(json.dumps(given | stats), encoding="utf-8")
        [run] = ingest(self.folder, self.store)
        return run


@pytest.fixture
def crawls(tmp_path: Path, store: Store) -> Crawls:
    return Crawls(tmp_path / "crawl", store)


TEN = [notice(number) for number in range(1, 11)]


def dump(store: Store) -> list[Any]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text("select * from programmes order by id"))]


def test_the_same_crawl_twice_writes_nothing(crawls: Crawls, store: Store) -> None:
    assert crawls(FIRST, TEN).counts["new"] == 10
    before, runs = dump(store), len(store.runs())
    again = crawls(FIRST, TEN)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    assert dump(store) == before
    assert store.history("invented-1") == []
    assert runs == 1


def test_an_unchanged_programme_is_only_seen_again(crawls: Crawls, store: Store) -> None:
    crawls(FIRST, TEN)
    before = store.get("invented-1")
    crawls(FIRST + timedelta(days=1), TEN)
    after = store.get("invented-1")
    assert before and after
    assert after.last_seen > before.last_seen
    assert replace(after, last_seen=before.last_seen) == before


def test_changes_are_remembered_with_before_and_after(crawls: Crawls, store: Store) -> None:
    crawls(FIRST, TEN)
    later = FIRST + timedelta(days=3)
    moved = notice(
        1, title="第1種設備補助金（延長）", periods=(Period(opens="2026-07-01T00:00Z", closes="2026-10-30T08:00Z"),)
    )
    run = crawls(later, [moved, *TEN[1:]])
    assert (run.counts["changed"], run.counts["new"], run.counts["gone"]) == (1, 0, 0)
    changes = {each.field: each for each in store.history("invented-1")}
    assert set(changes) == {"title", "windows"}
    assert (changes["title"].was, changes["title"].now) == ("第1種設備補助金", "第1種設備補助金（延長）")
    assert changes["windows"].was[0]["closes"] == "2026-09-30T17:00"
    assert changes["windows"].now[0]["closes"] == "2026-10-30T17:00"
    assert {each.cause for each in changes.values()} == {"source"}
    record = store.get("invented-1")
    assert record and record.changed == later.isoformat() and record.first_seen == FIRST.isoformat()


def test_words_before_a_deadline_change_no_deadline(crawls: Crawls, store: Store) -> None:
    told = {"periods": (), "body": "設備の導入を支援します。申請期間：令和8年7月1日から令和8年9月30日まで"}
    crawls(FIRST, [notice(1, **told), *TEN[1:]])
    before = store.get("invented-1")
    crawls(FIRST + timedelta(days=1), [notice(1, **told | {"body": "市内の" + told["body"]}), *TEN[1:]])
    after = store.get("invented-1")
    assert before and after and before.programme.windows[0].span != after.programme.windows[0].span
    assert [each.field for each in store.history("invented-1")] == ["body"]


def test_what_vanished_is_kept_and_marked_and_can_come_back(crawls: Crawls, store: Store) -> None:
    crawls(FIRST, TEN)
    run = crawls(FIRST + timedelta(days=1), TEN[:8])
    assert run.counts["gone"] == 2
    gone = store.get("invented-9")
    assert gone and not gone.listed
    assert crawls(FIRST + timedelta(days=2), TEN).counts["reopened"] == 2
    assert [(each.was, each.now) for each in store.history("invented-9")] == [(False, True), (True, False)]


def test_a_feed_of_the_latest_says_nothing_about_the_rest(crawls: Crawls, store: Store) -> None:
    feed = {"expect": {"min": 1, "max": 100, "filled": {}, "complete": False}}
    crawls(FIRST, TEN, **feed)
    assert crawls(FIRST + timedelta(days=1), TEN[:2], **feed).counts["gone"] == 0


@pytest.mark.parametrize(
    ("notices", "stats", "error"),
    [
        ([], {}, "fewer than"),
        (TEN[:5], {}, "no more than 50%"),
        ([replace(each, areas=()) if n else each for n, each in enumerate(TEN)], {}, "areas is filled in 10%"),
        ([replace(each, title="") for each in TEN], {}, "title is filled in 0%"),
        (TEN, {"finish_reason": "shutdown"}, "ended early"),
        (TEN, {"errors": ["KeyError('result')"]}, "KeyError"),
        ([replace(each, missing=("detail: HTTP 500",)) for each in TEN], {}, "10 of 10 notices are incomplete"),
    ],
)
def test_a_source_that_fails_keeps_yesterdays_data(
    crawls: Crawls, store: Store, notices: list[Notice], stats: dict[str, Any], error: str
) -> None:
    crawls(FIRST, TEN)
    before = dump(store)
    run = crawls(FIRST + timedelta(days=1), notices, **stats)
    assert not run.ok
    assert any(error in each for each in run.errors), run.errors
    assert dump(store) == before
    assert store.runs()[0].errors == run.errors


def test_a_field_that_few_notices_ever_had_may_go(crawls: Crawls) -> None:
    crawls(FIRST, [replace(TEN[0], contact="03-0000-0000"), *TEN[1:]])
    assert crawls(FIRST + timedelta(days=1), TEN).ok


def test_a_detail_that_fails_once_takes_nothing_away(crawls: Crawls, store: Store) -> None:
    first = Period(opens="2026-04-01T00:00Z", closes="2026-05-29T08:00Z", label="第1回")
    second = Period(opens="2026-07-01T00:00Z", closes="2026-09-30T08:00Z", label="第2回")
    full = notice(1, periods=(first, second))
    crawls(FIRST, [full, *TEN[1:]])
    listed = Period(opens="2026-07-01T00:00:00.000Z", closes="2026-09-30T08:00:00.000Z")
    partial = notice(1, body="", kind="", periods=(listed,), missing=("detail: HTTP 500",))
    run = crawls(FIRST + timedelta(days=1), [partial, *TEN[1:]])
    assert run.counts["partial"] == 1
    record = store.get("invented-1")
    assert record and record.programme.body == "設備の導入を支援します。"
    assert [each.round for each in record.programme.windows] == [1, 2]
    assert store.history("invented-1") == []


def test_our_own_better_reading_is_never_a_change_of_the_source(
    crawls: Crawls, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawls(FIRST, [notice(1, areas=("東京都",)), *TEN[1:]])
    with store.engine.begin() as connection:
        connection.execute(sa.text("update programmes set rules = 'older'"))
    run = crawls(FIRST + timedelta(days=1), TEN)
    assert (run.counts["reread"], run.counts["changed"]) == (10, 0)
    record = store.get("invented-1")
    assert record and record.changed == ""


def later(days: int) -> datetime:
    return FIRST + timedelta(days=days)


def changed(store: Store, id: str) -> str:
    record = store.get(id)
    assert record
    return record.changed


def test_what_was_there_before_we_read_the_source_changed_when_it_was_published(crawls: Crawls, store: Store) -> None:
    dated, ahead = replace(TEN[0], published="2026-07-15"), replace(TEN[1], published="2026-09-15")
    crawls(FIRST, [dated, ahead, *TEN[2:]])
    assert changed(store, "invented-1") == "2026-07-15T00:00:00+09:00"
    assert changed(store, "invented-2") == FIRST.isoformat(), "never later than we saw it"
    assert changed(store, "invented-3") == ""
    crawls(later(1), [dated, ahead, *TEN[2:], notice(11)])
    assert changed(store, "invented-11") == later(1).isoformat(), "of a source that we know, new is new"
    crawls(later(2), [notice(21), notice(22)], variant={"all": "yes"}, default=False)
    assert changed(store, "invented-21") == ""


def test_what_vanishes_and_comes_back_has_changed(crawls: Crawls, store: Store) -> None:
    crawls(FIRST, TEN)
    crawls(later(1), TEN[:9])
    assert changed(store, "invented-10") == later(1).isoformat()
    crawls(later(2), TEN)
    assert changed(store, "invented-10") == later(2).isoformat()
    assert changed(store, "invented-9") == ""


def test_what_another_version_of_the_spider_brings_is_no_change_of_the_source(crawls: Crawls, store: Store) -> None:
    extended = replace(TEN[0], periods=(Period(opens="2026-07-01T00:00Z", closes="2026-10-30T08:00Z"),))
    crawls(FIRST, TEN, code="1")
    run = crawls(later(1), [extended, *TEN[1:9], notice(11)], code="2")
    assert (run.counts["changed"], run.counts["reread"], run.counts["new"], run.counts["gone"]) == (0, 1, 1, 1)
    assert {each.cause for id in ("invented-1", "invented-10") for each in store.history(id)} == {"ours"}
    assert [changed(store, f"invented-{number}") for number in (1, 10, 11)] == ["", "", ""]
    again = replace(extended, title="第1種設備補助金（再延長）")
    assert crawls(later(2), [again, *TEN[1:]], code="2").counts["changed"] == 1
    assert [changed(store, f"invented-{number}") for number in (1, 10)] == [later(2).isoformat()] * 2
    assert store.history("invented-1")[0].cause == "source"


def test_days_in_the_same_words_stay_the_same_days(crawls: Crawls, store: Store) -> None:
    words = notice(1, periods=(), body="受付期間：7月1日から10月1日まで")
    crawls(FIRST, [words, *TEN[1:]])
    # After that day, something else on the page is mended: 10月1日 is no day of next year.
    crawls(later(100), [replace(words, contact="03-0000-0000", body=f"{words.body}。お問い合わせは窓口へ。"), *TEN[1:]])
    record = store.get("invented-1")
    assert record and [each.closes for each in record.programme.windows] == ["2026-10-01"]
    assert [each.field for each in store.history("invented-1")] == ["body"]
    crawls(later(101), [replace(words, body="受付期間：7月1日から10月8日まで"), *TEN[1:]])
    assert "windows" in [each.field for each in store.history("invented-1")]


def test_an_older_recording_changes_nothing(crawls: Crawls, store: Store) -> None:
    crawls(FIRST, TEN)
    before = dump(store)
    crawls(FIRST - timedelta(days=30), [notice(1, title="古い名前"), *TEN[1:4], notice(11), notice(12), notice(13)])
    after = {row[0]: row for row in dump(store)}
    assert all(after[row[0]] == row for row in before)


def test_what_a_clock_of_the_future_noted_does_not_keep_out_what_comes_now(crawls: Crawls, store: Store) -> None:
    crawls(FIRST + timedelta(days=3650), TEN)
    crawls(FIRST, [notice(1, title="あたらしい名前"), *TEN[1:9]])
    folder = crawls.folder / "invented"
    assert [each.programme.title for each in store.records() if each.programme.id == "invented-1"] != ["あたらしい名前"]
    take_in(folder, store, present=FIRST + timedelta(hours=1))
    record = store.get("invented-1")
    assert record and (record.programme.title, record.last_seen) == ("あたらしい名前", FIRST.isoformat())
    gone = store.get("invented-10")
    assert gone and not gone.listed


def test_the_same_recordings_again_change_nothing(crawls: Crawls, store: Store) -> None:
    later = FIRST + timedelta(days=21)
    crawls(FIRST, TEN)
    crawls(later, [*TEN[:8], notice(11)])
    before, changes = dump(store), store.history("invented-9")
    crawls(FIRST, TEN)
    crawls(later, [*TEN[:8], notice(11)])
    assert dump(store) == before
    assert store.history("invented-9") == changes


def test_a_broken_file_stops_before_the_store(crawls: Crawls, store: Store) -> None:
    crawls(FIRST, TEN)
    before = dump(store)
    (crawls.folder / "invented" / "notices.jsonl").write_text('{"source": "invented", "nonsense": 1}\n')
    with pytest.raises(TypeError):
        ingest(crawls.folder, store)
    assert dump(store) == before
    with pytest.raises(FileNotFoundError, match="no crawl"):
        ingest(crawls.folder / "nowhere", store)


def test_a_second_replay_of_real_recordings_writes_nothing(shared: Path, store: Store, tmp_path: Path) -> None:
    names = ("jnet21-support", "mirasapo-news")
    chosen = [each for each in recordings(shared / "recordings") if each.folder.name.startswith(names)]
    for recording in chosen:
        crawl([], tmp_path / recording.folder.name, replay=recording.folder)
    states = []
    for _ in range(2):
        for recording in chosen:
            ingest(tmp_path / recording.folder.name, store, recording.recorded_at)
        states.append((dump(store), len(store.runs(limit=1000))))
    assert states[0] == states[1]
    assert store.count() > 200 and states[0][1] == len(chosen)

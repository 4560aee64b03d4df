"""The audit: found again by who, what and when; exported whole; never changed, not even by the database's owner."""

import csv
import io
import json

import pytest
import sqlalchemy as sa

from indexer.store import Entry, Store, StoreError
from tests.frontend.staff.conftest import Desk
from tests.running import Site

pytestmark = pytest.mark.engine


def note(store: Store, action: str, target: str, at: str = "2026-08-20T12:00:00+09:00", **values: str) -> None:
    with store.transaction() as writer:
        writer.note(
            Entry(at=at, by=values.get("by", "hanako"), action=action, target=target, note=values.get("why", ""))
        )


def test_what_was_done_is_told_in_plain_words_with_before_and_after(editor: Desk) -> None:
    assert editor.correct("title", title="直した名称").status_code == 303
    text = editor.text("/staff/audit?verb=correct")
    assert "直した（名称）" in text and "直した名称" in text and "理由：公式の募集要領で確認" in text
    assert 'href="/staff/programmes/invented-0001"' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["c", "b", "a"]),
        ("q=why-b", ["b"]),
        ("q=%25", []),
        ("by=taro", ["b"]),
        ("by=tar", []),
        ("verb=correct", ["b", "a"]),
        ("verb=correct+title", ["a"]),
        ("since=2026-08-21", ["c", "b"]),
        ("until=2026-08-21", ["b", "a"]),
        ("since=2026-08-21&until=2026-08-21", ["b"]),
        ("since=nonsense&until=9999-12-31", ["c", "b", "a"]),
        ("since='%20OR%201=1--", ["c", "b", "a"]),
    ],
)
def test_it_is_found_by_who_what_and_when(editor: Desk, site: Site, query: str, found: list[str]) -> None:
    store = site.services.store
    note(store, "correct title", "a-1")
    note(store, "correct gx", "b-1", "2026-08-21T23:59:59+09:00", by="taro", why="why-b")
    note(store, "pause", "c-1", "2026-08-22T00:00:00+09:00")
    lines = editor.text(f"/staff/audit.jsonl?{query}").splitlines()
    targets = [json.loads(each)["target"] for each in lines]
    assert [each[0] for each in targets if each.endswith("-1")] == found


def test_all_of_it_is_exported_without_formulas(editor: Desk, site: Site) -> None:
    for number in range(1050):
        note(site.services.store, "seen theme", f"p-{number}", why="=HYPERLINK(1)")
    answer = editor.get("/staff/audit.csv?verb=seen")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1051 and len({row[0] for row in rows}) == 1051
    assert rows[1][5] == "p-1049" and rows[1][-1] == "'=HYPERLINK(1)"
    assert "これより前の100件" in editor.text("/staff/audit")


def test_what_it_tells_of_is_called_by_its_name(editor: Desk, site: Site) -> None:
    note(site.services.store, "user", "taro", by="the command line")
    editor.done("/staff/programmes/invented-0011/feature", collection="0", note="費用が半分に")
    editor.correct("title", title="直した名称")
    name = site.services.store.get("invented-0011")
    assert name
    text = editor.text("/staff/audit")
    assert f"・{name.programme.title}（費用が半分に）" in text and "programme&#34;" not in text
    assert "サーバーのコマンド" in text and "the command line</span>" not in text
    old = site.services.store.get("invented-0001")
    assert old and f">{old.programme.title}</a>" in text
    # The address of its page finds what was done to it.
    found = editor.text("/staff/audit.jsonl?q=https://site.example/programmes/invented-0001%3Fx=1").splitlines()
    assert [json.loads(each)["target"] for each in found] == ["invented-0001"]
    assert "サーバーのコマンド,利用者を登録・変更した" in editor.text("/staff/audit.csv?verb=user")
    assert '<option value="remove user">利用者を削除した' in text


@pytest.mark.parametrize("statement", ["update audit set note = 'x'", "delete from audit"])
def test_nobody_changes_it(store: Store, statement: str) -> None:
    note(store, "correct title", "a")
    with pytest.raises(StoreError, match="only added to"), store.transaction() as writer:
        writer.connection.execute(sa.text(statement))
    assert [(each.target, each.note) for each in store.audit()] == [("a", "")]

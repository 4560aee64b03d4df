"""What the staff is told of nights: what fails, once; what changed; what broke off; and that it is well again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.items import Notice
from frontend.alerts.sending import outbox
from indexer import checks
from indexer.alerts import webhook
from indexer.alerts.staff import Report, matters, tell
from indexer.keys import keys
from indexer.settings import Settings
from indexer.store import Store
from tests.alerts.conftest import Hook, Post
from tests.samples import NOW

AWAY = ["https://x.example/: HTTP 503"]
ODD = ["3 notices, fewer than the 20 expected"]
NOTICE = Notice(source="a", url="https://x.example/1", title="名称")


class Nights:
    """Nights one after the other, an instant each, and what was told behind each."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store, self.now = settings, store, NOW

    def __call__(self, report: Report, after: timedelta = timedelta(days=1)) -> list[str]:
        self.now += after
        tell(self.settings, self.store, report, self.now)
        waiting = self.store.due_deliveries("9999", 100)
        found = [f"{each.channel}: {each.content['subject']}" for each in waiting]
        with self.store.transaction() as writer:
            for each in waiting:
                writer.move(each, state="sent")
        return found


@pytest.fixture
def nights(store: Store) -> Nights:
    return Nights(Settings(staff_mail="a@example.jp"), store)


def bad(**failed: Sequence[str]) -> Report:
    return Report(failed=failed, read=list(failed))


def test_a_source_that_fails_is_told_once_a_week_and_when_it_is_well_again(nights: Nights) -> None:
    assert nights(Report(read=["a", "b"])) == []
    assert nights(bad(a=AWAY)) == ["mail: aを読めません"]
    for _ in range(6):
        assert nights(bad(a=AWAY)) == []
    assert nights(bad(a=AWAY)) == ["mail: aを読めません"]
    assert nights(bad(a=AWAY, b=ODD)) == ["mail: bを読めません"]
    assert nights(Report(read=["b"], failed={"b": ODD})) == []
    assert nights(Report(read=["a", "b"])) == ["mail: 回復しました"]
    assert nights(Report(read=["a", "b"])) == []


def test_what_a_clock_that_was_ahead_noted_keeps_nobody_silent(nights: Nights) -> None:
    assert nights(bad(a=AWAY), timedelta(days=3000)) == ["mail: aを読めません"]
    assert nights(bad(a=AWAY), timedelta(days=-2999)) == ["mail: aを読めません"]
    assert nights(bad(a=AWAY)) == []


def test_a_night_that_does_not_finish_is_told_once_a_day(nights: Nights) -> None:
    problem, quarter = Report(problem="EngineError: disk full"), timedelta(minutes=15)
    assert nights(problem) == ["mail: 夜間の処理が終わりませんでした"]
    assert [nights(problem, quarter) for _ in range(20)] == [[]] * 20
    assert nights(Report(problem="another"), quarter) == ["mail: 夜間の処理が終わりませんでした"]
    assert nights(problem) == ["mail: 夜間の処理が終わりませんでした"]
    assert nights(Report(read=["a"])) == ["mail: 回復しました"]


def test_a_night_that_broke_off_is_told_where_it_is_met(nights: Nights) -> None:
    broken = Report(broken="2026-08-22T02:00:00+09:00")
    assert nights(broken) == ["mail: 夜間の処理が途中で止まっていました"]
    assert nights(broken, timedelta(minutes=15)) == []
    assert nights(Report(read=["a"])) == [], "nothing to recover from"


def test_nobody_to_tell_is_nothing_to_send(store: Store) -> None:
    assert tell(Settings(), store, bad(a=AWAY), NOW) == 0
    assert store.due_deliveries("9999", 10) == []


@pytest.mark.parametrize(
    ("notices", "stats", "last", "filled", "changed"),
    [
        ([NOTICE], {"expect": {"min": 20, "max": 99}}, None, None, True),
        ([NOTICE] * 9, {"expect": {"min": 1, "max": 99}}, 100, None, True),
        ([NOTICE] * 9, {"expect": {"min": 1, "max": 99, "filled": {"body": 0.9}}}, None, None, True),
        ([NOTICE] * 9, {"expect": {"min": 1, "max": 99}}, 9, {"areas": 1.0}, True),
        (
            [NOTICE] * 9,
            {"expect": {"min": 1, "max": 99}, "errors": ["KeyError('result') on https://x.example/"]},
            9,
            None,
            True,
        ),
        ([NOTICE] * 9, {"expect": {"min": 1, "max": 99}, "errors": ["https://x.example/: HTTP 503"]}, 9, None, False),
        ([NOTICE] * 9, {"expect": {"min": 1, "max": 99}, "finish_reason": "shutdown"}, 9, None, False),
        ([], {"expect": {"min": 5, "max": 9}, "errors": ["https://x.example/: HTTP 503"]}, 9, None, False),
        ([], {"expect": {"min": 5, "max": 9}, "errors": ["https://x.example/: HTTP 404"]}, 9, None, True),
        (
            [],
            {"expect": {"min": 5, "max": 9}, "errors": ["https://x.example/: CannotResolveHostError"]},
            9,
            None,
            False,
        ),
        (
            [],
            {"expect": {"min": 5, "max": 9}, "errors": ["robots.txt of x.example cannot be had (HTTP 500): its pages"]},
            9,
            None,
            False,
        ),
        (
            [],
            {"expect": {"min": 0, "max": 9}, "errors": ["https://x.example/: DownloadTimeoutError"]},
            None,
            None,
            False,
        ),
    ],
)
def test_a_changed_site_is_told_from_one_that_is_away(
    notices: list[Notice], stats: dict[str, Any], last: int | None, filled: Mapping[str, float] | None, changed: bool
) -> None:
    wrong, odd, _ = checks.problems(notices, stats, checks.Normal(last, filled or {}) if last else None)
    errors = wrong + odd
    assert errors and checks.looks_changed(errors) is changed
    [found] = matters(Report(failed={"a": errors}), {}, NOW)
    assert found.changed is changed


def test_mail_and_webhook_arrive(store: Store, tmp_path: Path, post: Post, hook: Hook) -> None:
    secret = webhook.written(b"s" * 32)
    settings = Settings(
        var=tmp_path, staff_mail="a@example.jp, b@example.jp", staff_webhook=hook.url, staff_webhook_secret=secret,
        smtp_host="127.0.0.1", smtp_port=post.port, smtp_security="none", smtp_from="shien@example.jp",
        public_url="https://shien.example.jp",
    )  # fmt: skip
    with store.transaction() as writer:
        writer.set_source("jnet21", {"title": "J-Net21"})
    errors = {"jnet21": ODD, "other": [f"https://x.example/{number}: HTTP 503" for number in range(9)]}
    assert tell(settings, store, Report(failed=errors, read=list(errors)), NOW) == 3

    def clock() -> datetime:
        return NOW

    with outbox(settings, store, keys(settings), clock) as waiting:
        assert dict(waiting.run()) == {"sent": 3}
    assert sorted(to for _, to, _ in post.raw) == ["a@example.jp", "b@example.jp"]
    assert post.mails[0]["Subject"] == "【支援さがし】2件の情報源を読めません"
    part = post.mails[0].get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert (
        text.index("サイトの作りが変わったようです")
        < text.index("J-Net21（jnet21）")
        < text.index("取得に失敗しました")
    )
    assert "ほか6件" in text and "https://shien.example.jp/staff" in text
    [payload] = hook.payloads("shien.staff")
    assert payload["data"]["changed"] == ["jnet21"] and len(payload["data"]["failed"]["other"]) == 9
    assert "2件の情報源を読めません" in payload["text"], "chat systems show it"
    assert hook.got[0][1]["webhook-signature"].startswith("v1,")

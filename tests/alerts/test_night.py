"""The night with everything around it: alerts behind publication, staff who are told, a stop that loses nothing."""

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from indexer.alerts.subscriptions import Desk, marked
from indexer.engine import Engine, EngineError
from indexer.keys import keys
from indexer.nightly import Night
from indexer.settings import Settings
from indexer.store import Store
from indexer.summary import Summary
from tests.alerts.conftest import Post
from tests.conftest import ROOT
from tests.test_nightly import at, fetch, night, rows, source

pytestmark = pytest.mark.engine

NIGHT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.test_nightly import night
def end(what, done, total):
    if what.startswith({stage!r}):
        os.kill(os.getpid(), signal.{signal})
made = night(Path({var!r}), {url!r}, {key!r}, progress=end)
signal.signal(signal.SIGTERM, made.stop)
made.run()
"""


def ended(var: Path, engine: Engine, stage: str, how: str) -> int:
    """A night in a process of its own that gets a signal at a stage; its return code."""
    where = engine.endpoint
    code = NIGHT.format(root=str(ROOT), stage=stage, var=str(var), url=where.url, key=where.key, signal=how)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode


@pytest.fixture(scope="module")
def undisturbed(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What a night leaves in the store that nobody stops."""
    var = tmp_path_factory.mktemp("undisturbed")
    made = night(var, engine.endpoint.url, engine.endpoint.key or "")
    made.run()
    made.store.close()
    return rows(var)


@pytest.mark.parametrize("stage", ["crawl jgrants", "jnet21_support", "publish"])
def test_a_night_that_is_stopped_is_gone_on_with(
    stage: str,
    engine: Engine,
    undisturbed: dict[str, list[Any]],
    tmp_path: Path,
) -> None:
    assert ended(tmp_path, engine, stage, "SIGTERM") == 128 + signal.SIGTERM
    made = night(tmp_path, engine.endpoint.url, engine.endpoint.key or "")
    left = made.store.unfinished()
    assert left is not None and left.stopped
    summary = made.run()
    assert (summary.failed, summary.problem, summary.resumed, summary.new) == ({}, "", True, 22)
    assert made.store.fact("staff_told") is None, "somebody meant it"
    made.store.close()
    assert rows(tmp_path) == undisturbed


def mailing(var: Path, engine: Engine, post: Post, now: datetime, **values: Any) -> Night:
    where = engine.endpoint
    settings = Settings(
        var=var, meili_url=where.url, meili_key=where.key or "", link_minutes=0, now=now, staff_mail="staff@example.jp",
        smtp_host="127.0.0.1", smtp_port=post.port, smtp_security="none", smtp_from="shien@example.jp",
        public_url="https://shien.example.jp", **values,
    )  # fmt: skip
    sources = [source("jgrants"), source("jnet21_support", after="17:00")]
    return Night(settings, Store(settings.store_url), sources=sources, fetch=fetch)


def test_alerts_go_out_behind_publication_once_their_hour_has_come(engine: Engine, tmp_path: Path, post: Post) -> None:
    first = mailing(tmp_path, engine, post, at("2026-08-22T04:00"))
    first.run(["jgrants"])
    desk = Desk(first.store, keys(first.settings), first.clock())
    desk.ask("owner@example.jp", "", "daily", True, who="somebody")
    [follower] = first.store.subscribed(marked(desk.keys, "owner@example.jp"))
    desk.confirm(follower)
    with first.store.transaction() as writer:
        writer.move(first.store.deliveries(follower.id)[0], state="sent")
        # As if it had begun before that night.
        writer.set_subscription(follower.id, {"told_to": 0, "digest": "2026-08-22"})
    first.store.close()
    early = mailing(tmp_path, engine, post, at("2026-08-22T06:59"))
    early.run(["jgrants"])
    assert not any(to == "owner@example.jp" for _, to, _ in post.raw)
    early.store.close()
    morning = mailing(tmp_path, engine, post, at("2026-08-22T07:00"))
    assert morning.pending()
    summary = morning.run(["jgrants"])
    assert (summary.alerts["made"], summary.alerts["sent"]) == (1, 1) and summary.problem == ""
    assert any("alerts: 1 made, 1 sent" in line for line in summary.lines())
    assert [to for _, to, _ in post.raw] == ["owner@example.jp"]
    morning.store.close()
    again = mailing(tmp_path, engine, post, at("2026-08-22T07:15"))
    assert again.run(["jgrants"]).alerts == {}
    assert len(post.raw) == 1
    again.store.close()


def test_the_staff_is_told_of_a_night_that_was_killed(engine: Engine, tmp_path: Path, post: Post) -> None:
    assert ended(tmp_path, engine, "publish", "SIGKILL") == -signal.SIGKILL
    later = mailing(tmp_path, engine, post, at("2026-08-22T04:15"))
    assert later.run().problem == ""
    assert [each["Subject"] for each in post.mails] == ["【支援さがし】夜間の処理が途中で止まっていました"]
    assert post.mails[0]["To"] == "staff@example.jp"
    later.store.close()


def test_the_staff_is_told_of_what_fails_and_of_a_night_without_an_end(
    engine: Engine, tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise EngineError("publication failed, the live index is as it was: no space left on device")

    made = mailing(tmp_path, engine, post, at("2026-08-22T04:00"))
    made.visits.fetch = lambda names, out, **more: fetch(names, out, **more) if names == ["jgrants"] else {}
    with monkeypatch.context() as patched:
        patched.setattr("indexer.nightly.publish", full)
        with pytest.raises(EngineError):
            made.run()
    [mail] = post.mails
    assert mail["Subject"] == "【支援さがし】夜間の処理が終わりませんでした・jnet21_supportを読めません"
    assert "no space left" in post.text() and "the crawl left nothing" in post.text()
    assert made.pending()
    summary = made.run()
    assert summary.resumed and (made.store.fact("publication") or {})["count"] == 14
    assert not any(run.ok for run in made.store.runs("jnet21_support"))
    made.store.close()


def test_the_summary_of_a_night_as_text_and_json(engine: Engine, tmp_path: Path) -> None:
    made = night(tmp_path, engine.endpoint.url, engine.endpoint.key or "")
    summary = made.run()
    told = made.store.nights()[0].summary
    made.store.close()
    assert told == json.loads(json.dumps(summary.told()))
    assert {"new", "changed", "vanished", "reopened", "failed", "unread"} <= set(told)
    assert (told["new"], told["changed"], told["vanished"], told["reopened"]) == (22, 0, 0, 0)
    lines = summary.lines()
    assert lines[0] == "night of 2026-08-22T04:00: 2 sources read, 0 failed"
    assert lines[1] == f"  22 new, 0 changed, 0 vanished, 0 reopened, {told['unread']} unread"


def test_people_are_shown_the_first_errors_of_a_source() -> None:
    lines = Summary("2026-08-22T04:00:00+09:00", failed={"a": list("12345"), "b": ["6"]}).lines()
    assert [line for line in lines if "FAILED" in line or "more" in line] == [
        "  a FAILED: 1", "  a FAILED: 2", "  a FAILED: 3", "    and 2 more", "  b FAILED: 6",
    ]  # fmt: skip

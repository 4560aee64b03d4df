"""`shien doctor`."""

from datetime import timedelta
from pathlib import Path

import meilisearch
import pytest

from indexer.alerts.subscriptions import Desk
from indexer.doctor import Finding, examine
from indexer.engine import Engine
from indexer.keys import keys
from indexer.publish import LIVE, NEXT, publish
from indexer.settings import Settings
from indexer.store import Run, Store, stamp
from tests.samples import EVERYTHING, NOW, record


def test_an_empty_folder_is_told_what_to_do(tmp_path: Path) -> None:
    found = {each.what: each for each in examine(Settings(var=tmp_path, now=NOW))}
    assert found["store"].ok is None and "shien nightly" in found["store"].told
    Store(f"sqlite:///{tmp_path / 'store.sqlite'}").close()
    found = {each.what: each for each in examine(Settings(var=tmp_path, now=NOW))}
    assert found["store"].ok is None and "shien nightly" in found["store"].told
    assert found["publication"].ok is None and "shien publish" in found["publication"].told
    assert found["source jgrants"].told == "never read: `shien nightly jgrants` reads it"


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, now=NOW, meili_url="http://127.0.0.1:9")
    store = Store(settings.store_url)
    with store.transaction() as writer:
        writer.set_source("jgrants", {})
        writer.add_run(
            Run(source="jgrants", variant="{}", at=stamp(NOW - timedelta(days=2)), ok=True, counts={"seen": 3})
        )
        late = stamp(NOW + timedelta(hours=1))
        writer.add_run(Run(source="jgrants", variant="{}", at=late, ok=False, counts={}, errors=["HTTP 500"]))
    store.close()
    found = {each.what: each for each in examine(settings)}
    assert found["engine"].ok is False
    assert found["time"].ok is False and "set the clock" in found["time"].told
    assert found["source jgrants"].ok is False and "HTTP 500" in found["source jgrants"].told


def read(days: float, *errors: str) -> Run:
    at = stamp(NOW - timedelta(days=days))
    return Run(source="jgrants", variant="{}", at=at, ok=not errors, counts={"seen": 3}, errors=list(errors))


@pytest.mark.parametrize(
    ("runs", "facts", "ok", "told"),
    [
        ([read(1)], {}, True, "3 listings on 2026-08-21T"),
        ([read(5)], {}, False, "overdue: `shien nightly jgrants` reads it"),
        ([read(5)], {"days": 7}, True, "3 listings on 2026-08-17T"),
        ([read(2), read(1, "HTTP 503")], {}, False, "failed since 2026-08-20: HTTP 503: tried again by itself"),
        ([read(1, *"abcde")], {}, False, "has never been read well: a; b; c: tried again"),
        ([read(1, "3 notices, fewer than the 20 expected")], {}, False, "mend crawlers/spiders/jgrants.py"),
    ],
)
def test_of_each_source_what_to_do(tmp_path: Path, runs: list[Run], facts: dict[str, int], ok: bool, told: str) -> None:
    settings = Settings(var=tmp_path, now=NOW)
    store = Store(settings.store_url)
    with store.transaction() as writer:
        writer.set_source("jgrants", facts)
        for each in runs:
            writer.add_run(each)
    found = {each.what: each for each in examine(settings)}["source jgrants"]
    assert found.ok is ok and told in found.told
    with store.transaction() as writer:
        writer.set_fact("paused", ["jgrants"])
    found = {each.what: each for each in examine(settings)}["source jgrants"]
    assert found.ok is None and "paused" in found.told
    store.close()


@pytest.mark.engine
def test_an_engine_that_lost_the_index_is_seen(engine: Engine, tmp_path: Path) -> None:
    where = engine.endpoint
    settings = Settings(var=tmp_path, now=NOW, meili_url=where.url, meili_key=where.key or "")
    store = Store(settings.store_url)
    with store.transaction() as writer:
        writer.put([record(each) for each in EVERYTHING], set())
    publish(where, store, NOW)

    def found() -> Finding:
        return {each.what: each for each in examine(settings)}["publication"]

    assert found().ok is True
    client = meilisearch.Client(where.url, where.key)
    rights = ["search", "version", "stats.get", "indexes.get"]
    narrow = client.create_key({"actions": rights, "indexes": ["*"], "expiresAt": None})
    told = {each.what: each for each in examine(settings.model_copy(update={"meili_key": narrow.key}))}["publication"]
    assert told.ok is None and "could not be read" in told.told and "SHIEN_MEILI_KEY" in told.told
    client.wait_for_task(client.index(LIVE).update_filterable_attributes(["kind"]).task_uid)
    assert found().ok is False and "another version made, which may refuse searches" in found().told
    for each in (LIVE, NEXT):
        client.wait_for_task(client.delete_index(each).task_uid)
    assert found().ok is False and "holds 0: run `shien publish`" in found().told
    store.close()


def test_mail_and_schedule(tmp_path: Path) -> None:
    def found(**values: str | int) -> dict[str, Finding]:
        return {each.what: each for each in examine(Settings(var=tmp_path, now=NOW, **values))}  # type: ignore[arg-type]

    store = Store(Settings(var=tmp_path).store_url)
    told = found()
    assert told["mail"].ok is None and "SHIEN_SMTP_HOST" in told["mail"].told
    assert told["schedule"].ok is None and "shien schedule" in told["schedule"].told
    nobody = {"smtp_host": "127.0.0.1", "smtp_port": 1}
    assert "SHIEN_SMTP_FROM and SHIEN_PUBLIC_URL" in found(**nobody)["mail"].told
    complete = nobody | {"smtp_from": "a@example.jp", "public_url": "https://x.example"}
    assert found(**complete)["mail"].ok is False and "cannot be reached" in found(**complete)["mail"].told
    with store.transaction() as writer:
        writer.set_fact("look", {"at": stamp(NOW - timedelta(minutes=20))})
        writer.finish_night(
            writer.begin_night(stamp(NOW - timedelta(hours=2)), []), stamp(NOW - timedelta(hours=1)), {}
        )
    assert found()["schedule"].ok is True
    with store.transaction() as writer:
        writer.set_fact("look", {"at": stamp(NOW - timedelta(hours=3))})
    assert found()["schedule"].ok is False
    Desk(store, keys(Settings(var=tmp_path)), NOW).add_webhook("https://hooks.example.jp/", "", True)
    assert found()["mail"].ok is False and found()["alerts"].ok is True and "secret" not in found()
    (tmp_path / "secret").unlink()
    assert found()["secret"].ok is False
    assert not (tmp_path / "secret").exists(), "looking changes nothing"
    store.close()


def test_a_database_that_does_not_open_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://shien:hunter2@127.0.0.1:1/shien"
    found = {each.what: each for each in examine(Settings(var=tmp_path, now=NOW, database_url=url))}
    assert found["store"].ok is False and "127.0.0.1" in found["store"].told and "hunter2" not in found["store"].told

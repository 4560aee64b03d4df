"""`shien doctor`."""

from datetime import timedelta
from pathlib import Path

from indexer.alerts.subscriptions import Desk
from indexer.doctor import Finding, examine
from indexer.keys import keys
from indexer.settings import Settings
from indexer.store import Run, Store, stamp
from tests.samples import NOW


def test_an_empty_folder_is_told_what_to_do(tmp_path: Path) -> None:
    found = {each.what: each for each in examine(Settings(var=tmp_path, now=NOW))}
    assert found["store"].ok is None and "shien nightly" in found["store"].told
    Store(f"sqlite:///{tmp_path / 'store.sqlite'}").close()
    found = {each.what: each for each in examine(Settings(var=tmp_path, now=NOW))}
    assert found["store"].ok is None and "shien nightly" in found["store"].told
    assert found["publication"].ok is None and "shien publish" in found["publication"].told
    assert found["source jgrants"].told == "never read"


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, now=NOW, meili_url="http://127.0.0.1:9")
    store = Store(settings.store_url)
    with store.transaction() as writer:
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

"""`shien doctor`."""

from datetime import timedelta
from pathlib import Path

from indexer.doctor import examine
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

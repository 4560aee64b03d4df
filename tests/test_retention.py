"""What is kept for how long, and what is never lost."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from indexer.retention import tidy
from indexer.settings import Settings
from indexer.store import Run, Store, stamp
from tests.samples import EVERYTHING, NOW, record


def page(var: Path, name: str, days: float, size: int = 1000) -> Path:
    """A page as Scrapy's cache keeps it, read so many days ago."""
    folder = var / "http" / "jgrants" / name[:2] / name
    folder.mkdir(parents=True)
    (folder / "response_body").write_bytes(b"x" * size)
    at = time.time() - days * 86400
    os.utime(folder / "response_body", (at, at))
    return folder


def test_old_pages_go_and_then_the_oldest_until_the_rest_is_small_enough(tmp_path: Path, store: Store) -> None:
    pages = [page(tmp_path, f"{days:02}abc", days) for days in (0, 1, 5, 20, 60)]
    settings = Settings(var=tmp_path, keep_pages_days=30)
    assert tidy(settings, store, NOW).pages == 1
    assert [each.exists() for each in pages] == [True, True, True, True, False]
    small = Settings(var=tmp_path, keep_pages_days=30, keep_pages_gigabytes=2500 / 1e9)
    assert tidy(small, store, NOW).pages == 2
    assert [each.exists() for each in pages] == [True, True, False, False, False]
    assert tidy(small, store, NOW).pages == 0


def test_a_page_that_a_crawl_replaces_meanwhile_breaks_nothing(tmp_path: Path, store: Store) -> None:
    old, moving = page(tmp_path, "60abc", 60), page(tmp_path, "61abc", 61)
    (moving / "meta").symlink_to(moving / "gone")
    assert tidy(Settings(var=tmp_path, keep_pages_days=30), store, NOW).pages == 1
    assert (old.exists(), moving.exists()) == (False, True)


def test_the_latest_nights_stay(tmp_path: Path, store: Store) -> None:
    for number in range(90, 110):
        (tmp_path / "nights" / str(number)).mkdir(parents=True)
    old = tmp_path / "crawl" / "20250101-000000"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    (tmp_path / "crawl" / "fresh").mkdir()
    assert tidy(Settings(var=tmp_path, keep_nights=14), store, NOW).crawls == 7
    assert sorted(int(each.name) for each in (tmp_path / "nights").iterdir()) == list(range(96, 110))
    assert [each.name for each in (tmp_path / "crawl").iterdir()] == ["fresh"]


def run(days: int, source: str = "a", *, ok: bool = True, variant: str = "{}") -> Run:
    at = stamp(NOW - timedelta(days=days))
    return Run(source=source, variant=variant, at=at, ok=ok, counts={"seen": days})


def test_runs_go_but_never_the_one_that_the_next_is_compared_with(tmp_path: Path, store: Store) -> None:
    with store.transaction() as writer:
        writer.put([record(each) for each in EVERYTHING], set())
        for each in (run(900), run(800, variant="all"), run(700), run(500, "b"), run(450, "b", ok=False), run(3)):
            writer.add_run(each)
        for days in range(440, 300, -20):
            writer.add_run(run(days, "c", ok=False))
    assert tidy(Settings(var=tmp_path), store, NOW).runs == 4
    kept = {(each.source, each.variant, each.counts["seen"]) for each in store.runs(limit=100)}
    assert {each for each in kept if each[0] != "c"} == {
        ("a", "{}", 3),
        ("a", "all", 800),
        ("b", "{}", 500),
        ("b", "{}", 450),
    }
    assert len(kept) == 4 + 5
    assert store.count() == len(EVERYTHING)


def test_nights_go_with_their_visits_but_not_the_one_at_work(tmp_path: Path, store: Store) -> None:
    with store.transaction() as writer:
        for days in (900, 500, 3):
            began = stamp(NOW - timedelta(days=days))
            writer.finish_night(writer.begin_night(began, ["a"]), began, {})
        left = writer.begin_night(stamp(NOW - timedelta(days=600)), ["a"])
    assert tidy(Settings(var=tmp_path), store, NOW).nights == 2
    assert [each.id for each in store.nights()] == [left, left - 1]
    assert store.visits(1) == {} and store.visits(left) == {"a": None}


def test_nothing_there_is_nothing_to_do(tmp_path: Path, store: Store) -> None:
    done = tidy(Settings(var=tmp_path / "nowhere"), store, NOW)
    assert (done.pages, done.crawls, done.nights, done.runs, done.addresses) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("values", [{"keep_nights": 0}, {"keep_pages_gigabytes": 0}, {"keep_runs_days": 1}])
def test_settings_that_would_erase_what_is_needed_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="keep_"):
        Settings(**values)  # type: ignore[arg-type]

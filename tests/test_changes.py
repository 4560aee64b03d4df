"""What of a history is news."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from indexer.changes import news
from indexer.schema import JST, Change, Window
from tests.samples import OPEN, PAST

NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)


def change(field: str, was: Any, now: Any, days: float = 1, cause: str = "source") -> Change:
    return Change(at=(NOW - timedelta(days=days)).isoformat(), field=field, was=was, now=now, cause=cause)


def until(*closes: str | None) -> list[dict[str, Any]]:
    return [{"role": "apply", "closes": each} for each in closes]


EVENT = {"role": "event", "closes": "2026-12-25"}
LATER = change("windows", until("2026-08-31"), until("2026-09-30T17:00"))
BACK = change("windows", until("2026-09-30T17:00"), until("2026-08-31"), 0.5)


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        ([], None),
        ([LATER], "extended"),
        ([change("windows", until("2026-09-30"), until("2026-08-31"))], "shortened"),
        # Over when it moved: the next call stands where the last one stood.
        ([change("windows", until("2026-03-31"), until("2027-03-31"))], "next_call"),
        # Put off and put back.
        ([LATER, BACK], None),
        ([BACK, LATER], None),
        # What we read better is no news, nor is what is old, nor an end where there was none.
        ([change("windows", until("2026-08-31"), until("2026-09-30"), cause="ours")], None),
        ([change("windows", until("2026-08-31"), until("2026-09-30"), days=31)], None),
        ([change("windows", until(None), until("2026-09-30"))], None),
        # A new round puts nothing off, and another label of the same days is nothing.
        ([change("windows", until("2026-08-31"), until("2026-08-31", "2026-12-25"))], None),
        ([change("windows", until("2026-05-29", "2026-08-31"), until("2026-05-29", "2026-09-30"))], "extended"),
        ([change("windows", until("2026-08-31"), until("2026-08-31"))], None),
        (
            [change("windows", until("2026-08-31"), [*until("2026-08-31"), {"role": "event", "closes": "2026-12-25"}])],
            None,
        ),
        ([change("listed", False, True)], "reopened"),
        ([change("listed", False, True, 2), change("listed", True, False)], "vanished"),
        ([LATER, change("listed", True, False)], "vanished"),
        ([change("listed", True, False, 2), change("listed", False, True)], "reopened"),
        ([change("listed", True, False, cause="ours")], None),
        ([change("amount", {"max_yen": 100}, {"max_yen": 200})], "amount"),
        ([change("amount", None, {"max_yen": 200})], None),
        ([change("amount", {"max_yen": 100}, {"max_yen": 200}), LATER], "extended"),
    ],
)
def test_news(history: list[Change], kind: str | None) -> None:
    found = news(history, NOW, OPEN)
    assert (found.kind.value if found else None) == kind
    if found and kind == "extended":
        assert found.was == "2026-08-31" and found.now > found.was
    if found and kind == "vanished":
        assert found.was == "2026-12-25T17:00"


@pytest.mark.parametrize("windows", [PAST, (), (Window(raw="未定"),)])
def test_what_is_over_or_without_a_time_vanishes_every_day(windows: tuple[Window, ...]) -> None:
    assert news([change("listed", True, False)], NOW, windows) is None

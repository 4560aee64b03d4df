"""The drawing of a programme's windows."""

from datetime import datetime

import pytest

from frontend.timeline import timeline
from indexer.schema import JST, Basis, EndedEarly, Role, Window

NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)


def of(*windows: Window) -> list[tuple[str, float | None, float, bool, bool]]:
    return [
        (row.state.value, row.start, row.width, row.open_start, row.open_end) for row in timeline(windows, NOW).rows
    ]


def window(opens: str | None = None, closes: str | None = None, **values: object) -> Window:
    return Window(opens=opens, closes=closes, raw="", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("windows", "rows"),
    [
        pytest.param([], [], id="nothing is drawn where nothing is said"),
        pytest.param([window(basis=Basis.ROLLING)], [("rolling", None, 0.0, False, False)], id="no date, no bar"),
        pytest.param(
            [window("2026-09-01T04:00", "2026-09-11T04:00"), window("2026-08-02T04:00", "2026-08-12T04:00")],
            [("closed", 0.0, 25.0, False, False), ("upcoming", 75.0, 25.0, False, False)],
            id="rounds in the order of time, whatever order they are published in",
        ),
        pytest.param(
            [window(None, "2026-09-30")], [("open", 0.0, 100.0, True, False)], id="from when is not said: it fades in"
        ),
        pytest.param([window("2026-08-01", None)], [("unknown", 0.0, 100.0, False, True)], id="until when is not said"),
        pytest.param(
            [window("2026-08-02T04:00", "2026-09-11T04:00", basis=Basis.UNTIL_BUDGET)],
            [("open", 0.0, 100.0, False, True)],
            id="money may run out before the day: it fades out",
        ),
        pytest.param(
            [window("2026-08-02T04:00", "2026-09-11T04:00", ended_early=EndedEarly(at="2026-08-12T04:00", raw=""))],
            [("closed", 0.0, 25.0, False, False)],
            id="ended early: the bar ends there",
        ),
        pytest.param(
            [
                window("2026-08-02T04:00", None, role=Role.EVENT),
                window("2026-09-01T04:00", "2026-09-11T04:00", role=Role.EVENT),
            ],
            [("closed", 0.0, 2.08, False, False), ("upcoming", 75.0, 25.0, False, False)],
            id="an event without an end ends with its day",
        ),
    ],
)
def test_bars(windows: list[Window], rows: list[tuple[str, float | None, float, bool, bool]]) -> None:
    assert of(*windows) == rows


def test_windows_that_differ_only_in_their_places_are_one() -> None:
    rounds = [window("2026-08-18", "2026-10-07", areas=(code,)) for code in ("01", "47")]
    (row,) = timeline(rounds, NOW).rows
    assert row.window.areas == ("01", "47")
    (row,) = timeline([*rounds, window("2026-08-18", "2026-10-07")], NOW).rows
    assert row.window.areas == ()
    assert len(timeline([*rounds, window("2026-08-18", "2026-10-08")], NOW).rows) == 2


def test_marks_of_the_axis_are_few_and_leave_today_its_room() -> None:
    for last in ("2026-09-30", "2027-03-31", "2029-03-31", "2046-03-31"):
        line = timeline([window("2026-07-01", last)], NOW)
        assert line.today is not None and 1 <= len(line.ticks) <= 7
        assert all(each.moment.day == 1 and abs(each.at - line.today) > 8 for each in line.ticks)
        assert [each.at for each in line.ticks] == sorted(each.at for each in line.ticks)

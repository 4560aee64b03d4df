"""Small charts of how a source went over time: points of an SVG, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, PAD = 240, 64, 4


@dataclass(frozen=True)
class Chart:
    """One value over the runs of a source, oldest first. `values` are numbers, or None where a run had none.

    `now` and `before` are the last two, `fell`: the last one is much lower. `line` has the polylines' points in a box
    of WIDTH by HEIGHT, `dot` where the last value is.
    """

    name: str
    title: str
    values: Sequence[float | None]
    share: bool
    lines: Sequence[str]
    dot: tuple[float, float] | None

    @property
    def now(self) -> float | None:
        return self.values[-1] if self.values else None

    @property
    def before(self) -> float | None:
        return self.values[-2] if len(self.values) > 1 else None

    @property
    def fell(self) -> bool:
        return bool(self.before) and (self.now or 0) < 0.8 * (self.before or 0)


def told_number(chart: Chart) -> str:
    """The last value in words.

    >>> told_number(chart("rate", "補助率", [0.5, 0.25], share=True))
    '25%'
    """
    if chart.now is None:
        return "—"
    return f"{chart.now:.0%}" if chart.share else f"{chart.now:,.0f}件"


def chart(name: str, title: str, values: Sequence[float | None], *, share: bool) -> Chart:
    """The chart of some values; shares are drawn from 0 to 1, counts from 0 to their most."""
    most = 1.0 if share else max((each for each in values if each is not None), default=0) or 1.0
    step = (WIDTH - 2 * PAD) / max(len(values) - 1, 1)
    points = [
        None if each is None else (round(PAD + at * step, 1), round(HEIGHT - PAD - (HEIGHT - 2 * PAD) * each / most, 1))
        for at, each in enumerate(values)
    ]
    lines: list[list[tuple[float, float]]] = [[]]
    for each in points:
        if each is None:
            lines.append([])
        else:
            lines[-1].append(each)
    drawn = [" ".join(f"{x},{y}" for x, y in line) for line in lines if len(line) > 1]
    return Chart(name, title, values, share, drawn, points[-1] if points else None)

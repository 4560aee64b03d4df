"""Reads when one can apply: first version, for the dates and ranges of feeds and APIs."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from indexer.normalise.text import fold
from indexer.schema import JST, Basis, EndedEarly, Precision, Problem, Role, Window

_DATE = (
    r"(?:(?:令和|R)\s*(?P<{0}era>\d{{1,2}}|元)年?|(?P<{0}year>20\d\d)\s*[年/.\-])\s*"
    r"(?P<{0}month>\d{{1,2}})\s*[月/.\-]\s*(?P<{0}day>\d{{1,2}})日?(?:\s*\([^)]{{1,4}}\))?"
)
_RANGE = re.compile(_DATE.format("a") + r"\s*(?:から|[〜～~\-–—―])\s*" + _DATE.format("b"))


@dataclass(frozen=True, kw_only=True)
class Reading:
    windows: tuple[Window, ...] = ()
    problems: tuple[Problem, ...] = ()
    ended: EndedEarly | None = None
    superseded: tuple[Window, ...] = ()


def instant_in_japan(utc: str) -> str:
    """A UTC instant as a moment in Japan.

    >>> instant_in_japan("2026-08-07T08:00Z"), instant_in_japan("2026-08-07T15:00:00.000Z")
    ('2026-08-07T17:00', '2026-08-08T00:00')
    """
    at = datetime.fromisoformat(utc.replace("Z", "+00:00")).astimezone(JST)
    return at.strftime("%Y-%m-%dT%H:%M:%S" if at.second else "%Y-%m-%dT%H:%M")


def read(text: str, *, published: str | None = None, role: Role | None = None, label: str = "") -> Reading:
    """Windows of ranges with both years."""
    folded = fold(text)
    windows = []
    for match in _RANGE.finditer(folded):
        ends = [_day(match, "a"), _day(match, "b")]
        if all(ends):
            span = match.span()
            windows.append(
                Window(
                    role=role or Role.APPLY,
                    opens=ends[0],
                    closes=ends[1],
                    precision=Precision.DAY,
                    basis=Basis.FIXED,
                    label=label,
                    raw=text[span[0] : span[1]],
                    span=span,
                )
            )
    return Reading(windows=tuple(windows))


def _day(match: re.Match[str], end: str) -> str | None:
    era, year = match[f"{end}era"], match[f"{end}year"]
    number = int(year) if year else 2018 + (1 if era == "元" else int(era))
    try:
        return date(number, int(match[f"{end}month"]), int(match[f"{end}day"])).isoformat()
    except ValueError:
        return None

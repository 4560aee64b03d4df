"""What changed at a source lately, in one word: a deadline was put off or brought forward, an amount is another."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from indexer.schema import JST, Change, Kind, News, NewsKind, Window
from indexer.state import State, standing

FRESH = timedelta(days=30)
"""So long a change is news."""

NEWS = ("windows", "listed", "amount")
"""Fields whose changes can be news."""


OFFERED = frozenset({State.OPEN, State.CLOSING, State.ROLLING, State.UPCOMING})


def news(
    changes: Sequence[Change], now: datetime, windows: Sequence[Window] = (), kind: Kind = Kind.SUBSIDY
) -> News | None:
    """The change that matters most to who applies, of the last 30 days; None if there is none.

    Only what the source changed counts: a better reading of ours is no news. What was taken down before its end (told
    by `windows` and `kind`) comes first, then a deadline, then an amount; of one kind the latest counts, but measured
    from the first: put off and put back is no change.
    """
    fresh = sorted(
        (each for each in changes if each.cause == "source" and now - datetime.fromisoformat(each.at) <= FRESH),
        key=lambda each: each.at,
    )
    of = {name: [each for each in fresh if each.field == name] for name in NEWS}
    if of["listed"] and not of["listed"][-1].now:
        at = of["listed"][-1].at
        stood = standing(windows, kind, listed=True, now=datetime.fromisoformat(at))
        if stood.state not in OFFERED:
            # Sources take down what is over, every day.
            return None
        return News(kind=NewsKind.VANISHED, at=at, was=f"{stood.closes:%Y-%m-%dT%H:%M}" if stood.closes else "")
    if of["windows"]:
        before, after = _deadlines(of["windows"][0].was), _deadlines(of["windows"][-1].now)
        # One more round puts nothing off.
        if before and after and not before <= after and (was := max(before)) != (is_now := max(after)):
            at = of["windows"][0].at
            # What was over when it moved was not put off: sources write the next call over the last one.
            over = was[:10] < datetime.fromisoformat(at).astimezone(JST).date().isoformat()
            later = NewsKind.NEXT_CALL if over else NewsKind.EXTENDED
            return News(
                kind=later if is_now > was else NewsKind.SHORTENED, at=of["windows"][-1].at, was=was, now=is_now
            )
    if of["listed"] and of["listed"][-1].now:
        return News(kind=NewsKind.REOPENED, at=of["listed"][-1].at)
    if of["amount"]:
        less, more = _most(of["amount"][0].was), _most(of["amount"][-1].now)
        if less and more and less != more:
            return News(kind=NewsKind.AMOUNT, at=of["amount"][-1].at, was=str(less), now=str(more))
    return None


def _deadlines(windows: Any) -> set[str]:
    """Every deadline; none at all if one of the windows has no end, because nothing can be compared then."""
    ends = [each.get("closes") for each in windows or () if each.get("role", "apply") == "apply"]
    return set(ends) if all(ends) else set()


def _most(amount: Mapping[str, Any] | None) -> int | None:
    return (amount or {}).get("max_yen")

"""Windows of one text beside each other: two that say the same become one, rounds follow each other."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from indexer.schema import Basis, Delivery, Role, Window


def joined(one: Window, other: Window) -> Window | None:
    """One window for two that say the same, the fuller of the two; None if they differ."""
    if not (_alike(one.closes, other.closes) or _alike(one.opens, other.opens)):
        return None
    if one.round and other.round and one.round != other.round:
        return None
    if one.role is Role.EVENT and one.opens != other.opens and all("T" in (each.opens or "") for each in (one, other)):
        return None  # Two sessions of one day.
    if _by_post(one, other) or _by_post(other, one):
        return None  # At the counter by an hour, by post as stamped: two ways to apply.
    one, other = _same_year(one, other), _same_year(other, one)
    same = set()
    for end in ("opens", "closes"):
        mine, its = getattr(one, end), getattr(other, end)
        if mine and its and mine[:10] != its[:10]:
            return None
        if mine and its:
            same.add(end)
    if not same or (len(same) == 1 and _ends(one) != same and _ends(other) != same):
        return None
    fuller, lesser = (other, one) if _fullness(other) > _fullness(one) else (one, other)
    update: dict[str, Any] = {
        "delivery": fuller.delivery or lesser.delivery,
        "round": fuller.round or lesser.round,
        "label": fuller.label or lesser.label,
        "basis": lesser.basis if lesser.basis in (Basis.UNTIL_BUDGET, Basis.UNTIL_CAPACITY) else fuller.basis,
    }
    if "closes" in same and len(lesser.closes or "") > len(fuller.closes or ""):
        # The words of the deadline are the ones to show, where the hour stands only there.
        update |= {"closes": lesser.closes, "precision": lesser.precision, "raw": lesser.raw, "span": lesser.span}
    return fuller.model_copy(update=update)


def _by_post(one: Window, other: Window) -> bool:
    stamped = one.delivery is Delivery.POSTMARK and "T" not in (one.closes or "T")
    return stamped and other.delivery is not Delivery.POSTMARK and "T" in (other.closes or "")


def _alike(one: str | None, other: str | None) -> bool:
    """The same day, the year apart."""
    return bool(one and other and one[5:10] == other[5:10])


def _same_year(window: Window, model: Window) -> Window:
    """A deadline whose year we inferred is the model's where all but the year agrees and the rounds are the same."""
    if not (window.round and window.round == model.round and window.closes and model.closes and not window.opens):
        return window
    only_the_window = "closes.year" in window.inferred and "closes.year" not in model.inferred
    if only_the_window and window.closes[5:10] == model.closes[5:10]:
        return window.model_copy(update={"closes": model.closes[:4] + window.closes[4:]})
    return window


def _ends(window: Window) -> set[str]:
    return {end for end in ("opens", "closes") if getattr(window, end)}


def _fullness(window: Window) -> tuple[int, int]:
    return len(_ends(window)), len((window.opens or "") + (window.closes or ""))


def in_order(windows: Sequence[Window]) -> list[Window]:
    """A round without a year that would fall after the next round lies a year earlier."""
    ordered = list(windows)
    numbered = [at for at, each in enumerate(ordered) if each.role is Role.APPLY and each.round]
    for at, following in reversed(list(pairwise(numbered))):
        one, other = ordered[at], ordered[following]
        first, second = one.closes or one.opens or "", other.closes or other.opens or ""
        ends = _ends(one)
        if (
            (one.round or 0) < (other.round or 0)
            and first > second
            and ends == {each.split(".")[0] for each in one.inferred}
        ):
            moved = {end: str(int(getattr(one, end)[:4]) - 1) + getattr(one, end)[4:] for end in ends}
            if not any(value[5:10] == "02-29" for value in moved.values()):
                ordered[at] = one.model_copy(update=moved)
    return ordered


def without_starts(windows: Sequence[Window]) -> list[Window]:
    """A start that stands beside a whole window of the same round (公募開始, then 申請受付 … 締切) adds nothing."""
    kept = []
    for one in windows:
        beside = one.role is Role.APPLY and one.opens and not one.closes and one.basis is Basis.UNSPECIFIED and any(
            other.role is Role.APPLY and other.opens and other.closes and one.span and other.span
            and (other.round == one.round or not one.round)
            and one.opens[:10] <= other.closes[:10] and abs(other.span[0] - one.span[0]) <= 200
            for other in windows
        )  # fmt: skip
        if not beside:
            kept.append(one)
    return kept

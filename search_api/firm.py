"""How small a firm is by law: 中小企業基本法第2条, whose limits depend on the trade.

The divisions of trade that we ask for are wider than the law's trades (宿泊業 and 飲食店 are one): what all of a
division's trades allow is certain, what none of them allows is excluded, and between these nobody can tell.
"""

from collections.abc import Sequence
from typing import NamedTuple

from indexer.normalise.conditions import Size

YEN = 10_000


class _Limits(NamedTuple):
    """Employees and capital in yen of 中小企業者 (one of them is enough), employees of 小規模企業者."""

    employees: int
    capital: int
    small: int


_OTHERS = _Limits(300, 30_000 * YEN, 20)
_WHOLESALE = _Limits(100, 10_000 * YEN, 5)
_SERVICES = _Limits(100, 5_000 * YEN, 5)
_RETAIL = _Limits(50, 5_000 * YEN, 5)
_STRICTEST, _WIDEST = _RETAIL, _OTHERS

_MIXED: dict[str, tuple[_Limits, ...]] = {
    "G": (_SERVICES, _OTHERS),
    "I": (_RETAIL, _WHOLESALE),
    "K": (_SERVICES, _OTHERS),
    "L": (_SERVICES,),
    # 飲食店 is retail; 小規模事業者支援法 lets 宿泊業 and 娯楽業 have 20.
    "M": (_RETAIL, _SERVICES._replace(small=20)),
    "N": (_SERVICES, _OTHERS),
    "O": (_SERVICES,),
    "P": (_SERVICES,),
    "Q": (_SERVICES, _OTHERS),
    "R": (_SERVICES, _OTHERS),
}


def fits(size: Size, industries: Sequence[str], employees: int | None, capital: int | None) -> bool | None:
    """Is the firm so small? None where nobody can tell.

    >>> fits(Size.SME, ["E"], 299, None), fits(Size.SME, ["I"], 80, None), fits(Size.SMALL, ["D"], 21, 1)
    (True, None, False)
    """
    known = [limits for each in industries for limits in _MIXED.get(each, (_OTHERS,))] or [_STRICTEST, _WIDEST]
    answers = {_within(size, limits, employees, capital) for limits in known}
    return answers.pop() if len(answers) == 1 else None


def _within(size: Size, limits: _Limits, employees: int | None, capital: int | None) -> bool | None:
    if size is Size.SMALL:
        return None if employees is None else employees <= limits.small
    met = [None if firm is None else firm <= most for firm, most in zip((employees, capital), limits[:2], strict=True)]
    if any(met):
        return True
    return None if None in met else False

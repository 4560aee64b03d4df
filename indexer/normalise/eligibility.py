"""Reads who can apply: how many employees, how much capital, which trades.

A limit that is read wrongly sends a firm away from money it could have: where a text gives several limits (by trade, as
中小企業基本法 does, or joined by または), none is taken, and the words stay for people to read.
"""

import re
from collections.abc import Sequence
from functools import cache

from indexer.normalise.text import fold
from indexer.schema import Eligibility
from indexer.vocab import labels

_FIELD = re.compile(r"(\d[\d,]*)\s*[人名]\s*以下")
_EMPLOYEES = re.compile(r"従業(?:員|者)(?:数|の数)?[^\n。\d]{0,12}?(\d[\d,]{0,6})\s*[人名]\s*(以下|以内|未満)")
_CAPITAL = re.compile(r"資本(?:金|の額)[^\n。\d]{0,16}?((?:\d[\d,.]*\s*[億千百万]{1,2}\s*){1,2})円\s*(以下|以内)")
_EITHER = re.compile(r"又は|または|もしくは|若しくは|いずれか|業[::]|業は|業\s")

_TIER = re.compile(r"(?![^\d\n]{0,10}資本)[^\d\n。、]{0,10}\d[\d,]*\s*[億万千]?円")

ALMOST_ALL = 15
"""A list of so many of the 18 divisions of trade is no restriction: forms come with everything ticked."""


def read_eligibility(text: str, *, employees: str = "", industries: Sequence[str] = ()) -> Eligibility | None:
    """Who can apply; None where nothing is said.

    `employees` is a source's own field ("300名以下", "従業員数の制約なし"), `industries` its own list of trades.

    >>> read_eligibility("", employees="300名以下").employees_max
    300
    >>> read_eligibility("対象者：市内の中小企業者（従業員20人以下）").employees_max
    20
    >>> read_eligibility("製造業：資本金3億円以下または従業員300人以下").employees_max is None
    True
    """
    raws: list[str] = []
    most = None
    field = _FIELD.search(fold(employees))
    if field:
        most = int(field[1].replace(",", "")) or None
        raws.append(employees)
    limit, lines = _one(text, _EMPLOYEES)
    most = most or limit
    capital, more = _one(text, _CAPITAL)
    raws += dict.fromkeys((*lines, *more))
    trades = divisions(industries)
    if trades:
        raws.append(" / ".join(industries))
    if not raws:
        return None
    return Eligibility(industries=trades, employees_max=most, capital_max_yen=capital, raw="\n".join(raws))


def _one(text: str, limit: re.Pattern[str]) -> tuple[int | None, list[str]]:
    """The one limit of its kind in a text, None for none or several, and the lines they stand in."""
    values: set[int] = set()
    lines: list[str] = []
    either = False
    for line in text.split("\n"):
        folded = fold(line)[:600]
        for match in limit.finditer(folded):
            number = _number(match[1])
            if number is None:
                continue
            if _TIER.match(folded, match.end()):
                return None, []  # 従業員5名以下 200万円: what a firm of that size gets, not who can apply.
            values.add(number - 1 if match[2] == "未満" else number)
            lines.append(line[:600].strip())
            either = either or bool(_EITHER.search(folded))
    if len(values) == 1 and not either:
        [value] = values
        return value or None, lines
    return None, lines


def _number(written: str) -> int | None:
    from indexer.normalise.amounts import money

    if written.replace(",", "").isdigit():
        return int(written.replace(",", ""))
    return next((each.yen for each in money(f"{written}円")), None)


def divisions(names: Sequence[str]) -> tuple[str, ...]:
    """JSIC divisions (A to T) of a source's trade names; empty where they are almost all, or none is known.

    >>> divisions(["製造業", "農業、林業"]), divisions(["飲食店", "物品賃貸業※"])
    (('A', 'E'), ('K', 'M'))
    """
    known = _divisions()
    found = {known[_key(name)] for name in names if _key(name) in known}
    return tuple(sorted(found)) if 0 < len(found) < ALMOST_ALL else ()


@cache
def _divisions() -> dict[str, str]:
    return {_key(name): division for name, division in labels.trades().items()}


def _key(name: str) -> str:
    return re.sub(r"[、,・()※\s]", "", fold(name))

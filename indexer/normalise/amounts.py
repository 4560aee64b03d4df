"""Reads money and who can apply: first version, for the fields of Jグランツ."""

from collections.abc import Sequence

from indexer.normalise.text import fold
from indexer.schema import Amount, Eligibility


def from_number(value: str) -> int | None:
    """Yen of Jグランツ's subsidy_max_limit; 0 and eight nines or more mean that nothing is given.

    >>> from_number("5000000"), from_number("0"), from_number("99999999")
    (5000000, None, None)
    """
    digits = fold(value).replace(",", "").strip()
    if not digits.isascii() or not digits.isdigit() or int(digits) == 0 or (len(digits) >= 8 and set(digits) == {"9"}):
        return None
    return int(digits)


def merge(number: str, rate: str, text: str) -> Amount | None:
    most = from_number(number)
    return Amount(max_yen=most, raw=number) if most else None


def read_eligibility(text: str, *, employees: str = "", industries: Sequence[str] = ()) -> Eligibility | None:
    return None

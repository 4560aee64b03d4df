"""The CO2 of a year from what bills say: emission factors with their sources, and the arithmetic. Pure functions.

Factors and sources are in data/emission_factors.yml. Amounts and results are Decimal, so that what is shown adds up.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from frontend import files
from frontend.language import gettext as _

MONTHS = {"year": 1, "month": 12}
"""By how much amounts are multiplied, for each choice of period."""

MOST = Decimal(10) ** 10
MOST_TIMES = 10
"""So many times the common factor a supplier's own may be: what is beyond was written in kilograms."""
_UNITS = re.compile(r"\s*(?:kwh|キロワット時|m3|立方メートル|リットル|kg|l|t-?co2/.*)\s*$", re.IGNORECASE)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Model):
    """Where a figure is from. `checked` says how it was compared; `verified` is false where nobody could compare it."""

    title: str
    publisher: str
    year: str
    url: HttpUrl
    checked: str
    verified: bool


class Unit(Model):
    """How an amount is written: `divide` of them are one unit of the factor. `id` is its value in the address."""

    unit: str
    divide: int = Field(gt=0)
    name: str = ""
    id: str = ""


class Item(Model):
    """Something that is bought: `factor` t-CO2 for one `per`."""

    id: str
    name: str
    hint: str
    scope: int = Field(ge=1, le=3)
    factor: Decimal = Field(gt=0)
    per: str
    source: str
    also: str = ""
    own: bool = False
    note: str = ""
    units: tuple[Unit, ...]
    support: tuple[dict[str, Any], ...]

    def unit(self, id: str) -> Unit:
        """The unit with this id; the first one for any other."""
        return next((each for each in self.units if each.id == id), self.units[0])


class Household(Model):
    tonnes: Decimal
    source: str


class Factors(Model):
    """The data file. `always`: support that helps whatever is the largest."""

    valid_for: str
    checked_on: Any
    sources: dict[str, Source]
    errors: dict[str, str]
    months: str
    example: str
    household: Household
    items: tuple[Item, ...]
    always: tuple[dict[str, Any], ...]


@cache
def factors() -> Factors:
    return Factors.model_validate(files.values("emission_factors.yml"))


class Unreadable(ValueError):
    """What was typed is no amount; `code` is a key of the file's `errors`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def number(typed: str, most: Decimal = MOST) -> Decimal:
    """What people type as an amount, in half or full width, with commas or the unit behind it.

    >>> number("１２，０００ kWh"), number("0.5")
    (Decimal('12000'), Decimal('0.5'))
    """
    text = _UNITS.sub("", unicodedata.normalize("NFKC", typed)).replace(",", "").replace("、", "").strip()
    if text.startswith(("-", "−", "△", "▲")):
        raise Unreadable("negative")
    if not re.fullmatch(r"(\d{1,30}(\.\d{0,30})?|\.\d{1,30})", text):
        raise Unreadable("no_number")
    found = Decimal(text)
    if found > most:
        raise Unreadable("too_big")
    return found


@dataclass(frozen=True)
class Line:
    """One item of the estimate: what was put in (`amount` of `unit`), how often it counts, and the result."""

    item: Item
    amount: Decimal
    unit: Unit
    times: int
    factor: Decimal
    tonnes: Decimal

    @property
    def own(self) -> bool:
        """Is the factor the reader's own?"""
        return self.factor != self.item.factor

    @property
    def formula(self) -> str:
        """The arithmetic in one line.

        >>> line(factors().items[1], Decimal(1000), Unit(unit="m³", divide=1000), times=12).formula
        '1,000 m³ × 12か月 ÷ 1,000 × 2.05 t-CO₂/千m³ = 24.60 t-CO₂'
        """
        steps = [f"{plain(self.amount)} {self.unit.unit}"]
        steps += [f"× {_(factors().months).format(self.times)}"] if self.times > 1 else []
        steps += [f"÷ {self.unit.divide:,}"] if self.unit.divide > 1 else []
        return " ".join([*steps, f"× {plain(self.factor)} t-CO₂/{_(self.item.per)} = {tonnes(self.tonnes)} t-CO₂"])


def line(item: Item, amount: Decimal, unit: Unit, *, times: int, factor: Decimal | None = None) -> Line:
    used = item.factor if factor is None else factor
    return Line(item, amount, unit, times, used, amount * times / unit.divide * used)


@dataclass(frozen=True)
class Estimate:
    """Lines with the largest first."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return sum((each.tonnes for each in self.lines), Decimal(0))

    @property
    def scopes(self) -> Mapping[int, Decimal]:
        """Tonnes by scope of the GHG Protocol, those that have any."""
        found: dict[int, Decimal] = {}
        for each in sorted(self.lines, key=lambda each: each.item.scope):
            found[each.item.scope] = found.get(each.item.scope, Decimal(0)) + each.tonnes
        return found

    @property
    def households(self) -> int:
        """As many average households emit as much."""
        return round(self.total / factors().household.tonnes)

    def share(self, line: Line) -> int:
        """Percent of the total."""
        return round(line.tonnes / self.total * 100) if self.total else 0


def estimate(lines: list[Line]) -> Estimate:
    return Estimate(tuple(sorted(lines, key=lambda each: -each.tonnes)))


def tonnes(value: Decimal) -> str:
    """Tonnes as they are shown: two decimals, one from a hundred on.

    >>> tonnes(Decimal("0.004")), tonnes(Decimal("4.992")), tonnes(Decimal("1234.56"))
    ('0.01未満', '4.99', '1,234.6')
    """
    if 0 < value < Decimal("0.005"):
        return _("{least}未満").format(least="0.01")
    return f"{value:,.1f}" if value >= 100 else f"{value:,.2f}"


def plain(value: Decimal) -> str:
    """A number without needless zeros.

    >>> plain(Decimal("12000")), plain(Decimal("0.000416")), plain(Decimal("2.50"))
    ('12,000', '0.000416', '2.50')
    """
    return f"{value:,f}"

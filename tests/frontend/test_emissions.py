"""The arithmetic of the CO2 estimate, and the figures that it stands on."""

from decimal import Decimal

import pytest

from frontend.emissions import MOST, Unreadable, estimate, factors, line, number, tonnes

ITEMS = {each.id: each for each in factors().items}

OFFICIAL = [
    # 環境省・経済産業省「算定方法・排出係数一覧」: unit calorific value (GJ) x carbon (t-C/GJ) x 44/12, three digits.
    ("gasoline", "33.4", "0.0187"),
    ("diesel", "38.0", "0.0188"),
    ("kerosene", "36.5", "0.0187"),
    ("fuel_oil", "38.9", "0.0193"),
    ("lpg", "50.1", "0.0163"),
    ("city_gas", "40.0", "0.0140"),
]


@pytest.mark.parametrize(("id", "heat", "carbon"), OFFICIAL)
def test_factors_follow_from_heat_and_carbon(id: str, heat: str, carbon: str) -> None:
    derived = Decimal(heat) * Decimal(carbon) * 44 / 12
    assert round(derived, 2) == ITEMS[id].factor


def test_every_figure_has_its_source_and_says_how_it_was_checked() -> None:
    found = factors()
    for each in found.items:
        assert each.source in found.sources and (not each.also or each.also in found.sources)
    for source in found.sources.values():
        assert source.title and source.publisher and source.checked
        assert any(char.isdigit() for char in source.year)
        assert str(source.url).startswith("https://")
    assert {each.source for each in found.items} | {each.also for each in found.items} - {""} | {
        found.household.source
    } == set(found.sources)


TYPED = [
    ("12000", "12000"),
    ("１２，０００", "12000"),
    ("12,000 kWh", "12000"),
    ("340㎥", "340"),
    ("1.5リットル", "1.5"),
    (" .5 ", "0.5"),
    ("0", "0"),
]


@pytest.mark.parametrize(("typed", "read"), TYPED)
def test_amounts_as_people_type_them(typed: str, read: str) -> None:
    assert number(typed) == Decimal(read)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("abc", "no_number"),
        ("-3", "negative"),
        ("−3", "negative"),
        ("△3", "negative"),
        ("1e9", "no_number"),
        ("1.2.3", "no_number"),
        ("NaN", "no_number"),
        ("Infinity", "no_number"),
        ("約100", "no_number"),
        ("十二", "no_number"),
        ("<script>", "no_number"),
        ("9" * 40, "no_number"),
        (str(MOST + 1), "too_big"),
    ],
)
def test_what_is_no_amount_is_told(typed: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        number(typed)
    assert factors().errors[told].format(most=MOST, example=1)


def test_a_month_counts_twelve_times_and_units_are_converted() -> None:
    electricity, lpg = ITEMS["electricity"], ITEMS["lpg"]
    assert line(electricity, Decimal(10_000), electricity.units[0], times=12).tonnes == Decimal("49.92")
    assert tonnes(line(lpg, Decimal(502), lpg.unit(""), times=1).tonnes) == "2.99"
    assert tonnes(line(lpg, Decimal(458), lpg.unit("mixed"), times=1).tonnes) == "2.99"
    assert tonnes(line(lpg, Decimal(1000), lpg.unit("kg"), times=1).tonnes) == "2.99"
    assert lpg.unit("nonsense") == lpg.units[0]


def test_the_formula_has_the_numbers_put_in() -> None:
    gasoline, electricity = ITEMS["gasoline"], ITEMS["electricity"]
    told = line(gasoline, Decimal("250.5"), gasoline.units[0], times=12).formula
    assert told == "250.5 L × 12か月 ÷ 1,000 × 2.29 t-CO₂/kL = 6.88 t-CO₂"
    own = line(electricity, Decimal(1000), electricity.units[0], times=1, factor=Decimal("0.0003"))
    assert own.own and own.formula == "1,000 kWh × 0.0003 t-CO₂/kWh = 0.30 t-CO₂"


def test_lines_come_by_weight_and_add_up() -> None:
    lines = [line(ITEMS[id], Decimal(1000), ITEMS[id].units[0], times=1) for id in ("water", "gasoline", "electricity")]
    found = estimate(lines)
    assert [each.item.id for each in found.lines] == ["gasoline", "water", "electricity"]
    assert found.total == sum(found.scopes.values()) == Decimal("3.246")
    assert list(found.scopes) == [1, 2, 3]
    assert [found.share(each) for each in found.lines] == [71, 17, 13]
    assert found.households == 1
    assert estimate([]).total == 0

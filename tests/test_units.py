"""Units: conversions against numbers worked out by hand, what is refused, and the language of settings."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.units import conversion_factor, parse_setting, split_setting, to_canonical


@pytest.mark.parametrize(
    "value, unit, target, expected",
    [
        (4.54, "mL/minute/kg", "L/kg/day", 4.54e-3 * 1440),
        (281.7, "mL/kg", "L/kg", 0.2817),
        (58, "ug*hour/mL", "ug*day/mL", 58 / 24),
        (58, "mg*hour/L", "ug*day/mL", 58 / 24),
        (1, "1/(ug*hour/mL)", "mL/ug/day", 24),
        (1e5, "1/M/s", "1/nM/day", 1e5 * 1e-9 * 86400),
        (0.02, "1/minute", "1/day", 28.8),
        (1e-7, "cm^2/s", "mm^2/day", 1e-7 * 100 * 86400),
        (380, "molecule/cell/minute", "molecule/cell/day", 380 * 1440),
        (14, "mL/minute", "mL/day", 20160),
        (0.4, "1/year", "1/day", 0.4 / 365.25),
        (0.02, "1/cm^3", "1/mm^3", 2e-5),
        (60, "kDa", "g/mol", 60000),
        (20, "%", "1", 0.2),
        (1, "uM", "nM", 1000),
        (1, "week", "day", 7),
        (90, "minute", "day", 0.0625),
        (3, "cell/uL", "cell/mL", 3000),
    ],
)
def test_conversions(value: float, unit: str, target: str, expected: float) -> None:
    assert to_canonical(value, unit, target) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    "unit, target",
    [
        ("%", "mg/kg"),  # both are ratios, but a dose is one of masses
        ("1/day", "mg/kg/day"),
        ("mg/kg", "1"),
        ("1", "molecule"),
        ("molecule/cell/day", "1/day"),
        ("molecule", "mol"),
        ("cell", "event"),
        ("mol/L", "mg/L"),
        ("mm^3", "mm^2"),
        ("day", "1/day"),
    ],
)
def test_other_kinds_of_unit_are_refused(unit: str, target: str) -> None:
    with pytest.raises(PagetError, match="wrong unit"):
        conversion_factor(unit, target)


@pytest.mark.parametrize(
    "unit",
    [
        "",
        " ",
        "dayz",
        "degC",
        "kelvin",
        "3 day",
        "day^",
        "1e5",
        "__import__('os')",
        "day;day",
        "mm3",
        "\N{SNOWMAN}",
    ],
)
def test_what_is_no_unit_is_refused(unit: str) -> None:
    with pytest.raises(PagetError):
        conversion_factor(unit, "day")


def test_near_units_are_suggested() -> None:
    with pytest.raises(PagetError, match="Did you mean 'cell/mm\\^3'"):
        conversion_factor("cell/mm3", "cell/mm^3")
    with pytest.raises(PagetError, match="Did you mean 'hour'"):
        conversion_factor("hor", "day")


UNITS = [
    ("mL/minute/kg", "L/kg/day"),
    ("nM", "uM"),
    ("%", "1"),
    ("hour", "day"),
    ("mg/L", "ug/mL"),
    ("um^2/s", "mm^2/day"),
]


@given(st.floats(-1e290, 1e290), st.sampled_from(UNITS))
def test_there_and_back(value: float, units: tuple[str, str]) -> None:
    there = to_canonical(value, *units)
    assert to_canonical(there, *reversed(units)) == pytest.approx(value, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_only_finite_numbers(value: float) -> None:
    with pytest.raises(PagetError, match="finite"):
        to_canonical(value, "day", "day")


@pytest.mark.parametrize(
    "text, target, expected",
    [
        ("20 mg/kg", "mg/kg", 20.0),
        (" 20mg/kg ", "mg/kg", 20.0),
        ("0.02 g/kg", "mg/kg", 20.0),
        ("1e6 cell", "cell", 1e6),
        ("3.5 day", "day", 3.5),
        ("36 hours", "day", 1.5),
        ("20 %", "1", 0.2),
        ("0.2", "1", 0.2),
        ("-1 day", "day", -1.0),
        ("2 1/day", "1/day", 2.0),
        (".5 mL", "mL", 0.5),
    ],
)
def test_settings(text: str, target: str, expected: float) -> None:
    assert parse_setting(text, target) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mg/kg",
        "20",
        "twenty mg/kg",
        "20 30 mg/kg",
        "1,500 mg/kg",
        "20 mg/kg; 3",
        "nan mg/kg",
        "1e999 mg/kg",
        "20 %",
    ],
)
def test_bad_settings(text: str) -> None:
    with pytest.raises(PagetError):
        parse_setting(text, "mg/kg")


@given(st.floats(-1e9, 1e9), st.sampled_from(["mg/kg", "day", "mm^3", "%", "1/day"]))
def test_settings_are_read_as_written(value: float, unit: str) -> None:
    assert split_setting(f"{value!r} {unit}") == (value, unit)

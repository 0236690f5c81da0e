"""Numbers with unit and source, settings, and what edits make of them."""

from __future__ import annotations

import math
import pickle
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from paget.model import Quantity, Setting
from paget.model.quantity import BadValue, Entry, In


class Rates(Entry):
    rate: Annotated[Quantity, In("1/day")]
    """A rate."""
    share: Annotated[Quantity, In("1", at_most=1)] | None = None
    """A share."""


def quantity(**changes: object) -> dict[str, object]:
    return {"value": 2, "unit": "1/hour", "source": "assumed", "kind": "assumed", **changes}


def test_canonical_number_and_range() -> None:
    rate = Rates(rate=quantity(range=[1, 3])).rate  # type: ignore[arg-type]
    assert rate.canonical == 48.0
    assert rate.canonical_range == (24.0, 72.0)
    assert rate.canonical_unit == "1/day"
    assert (rate.value, rate.unit) == (2, "1/hour")


@pytest.mark.parametrize(
    "changes",
    [
        {"value": -1},
        {"value": math.nan},
        {"value": "2"},
        {"value": True},
        {"unit": "hour"},
        {"unit": ""},
        {"source": ""},
        {"kind": "guessed"},
        {"range": [3, 4]},
        {"range": [2, 2]},
        {"range": [1, math.inf]},
        {"range": [-1, 4]},
        {"between": {"distribution": "lognormal", "sd": 0}},
        {"between": {"distribution": "normal", "sd": 1}},
        {"value": 0, "between": {"distribution": "lognormal", "sd": 1}},
        {"kind": "measured"},
        {"kind": "fitted"},
        {"extra": 1},
    ],
)
def test_bad_numbers(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rates(rate=quantity(**changes))  # type: ignore[arg-type]


def test_several_sources() -> None:
    rate = Rates(rate=quantity(source="one2001, two2002", kind="fitted")).rate  # type: ignore[arg-type]
    assert rate.sources == ("one2001", "two2002")


@given(st.floats(0.01, 100), st.floats(0.01, 10))
def test_scaling_keeps_ratio_and_path(value: float, fold: float) -> None:
    original = Rates(rate=quantity(value=value, range=[value / 2, value * 2])).rate  # type: ignore[arg-type]
    original._path = "somewhere/rate"
    scaled = original.scaled(fold, "edited")
    assert scaled.canonical == pytest.approx(original.canonical * fold)
    assert scaled.canonical_range == pytest.approx([limit * fold for limit in original.canonical_range or ()])
    assert scaled.path == "somewhere/rate"
    assert original.canonical == pytest.approx(24 * value)  # the original is left alone


def test_scaling_to_nothing_loses_spread_and_range() -> None:
    between = {"distribution": "lognormal", "sd": 0.5}
    scaled = Rates(rate=quantity(range=[1, 3], between=between)).rate.scaled(0, "knock-out")  # type: ignore[arg-type]
    assert (scaled.canonical, scaled.canonical_range, scaled.between) == (0.0, None, None)


def test_scaling_stops_at_what_makes_sense() -> None:
    share = Rates(rate=quantity(), share=quantity(value=40, unit="%", range=[10, 80])).share  # type: ignore[arg-type]
    assert share is not None
    scaled = share.scaled(5, "over-expression", at_most=1.0)
    assert scaled.canonical == pytest.approx(1.0)
    assert scaled.canonical_range == pytest.approx((0.5, 1.0))


@pytest.mark.parametrize(
    "given, limits, expected",
    [
        ("20 mg/kg", In("mg/kg"), 20.0),
        (3, In("day"), 3.0),
        ("1 week", In("day"), 7.0),
        ("end", In("day", end=True), math.inf),
        (0.5, In("1"), 0.5),
        ("50 %", In("1"), 0.5),
    ],
)
def test_settings(given: object, limits: In, expected: float) -> None:
    setting = Setting.read(given, limits)
    assert setting == expected
    assert Setting.read(setting, limits) == expected
    assert pickle.loads(pickle.dumps(setting)).text == setting.text


@pytest.mark.parametrize(
    "given, limits",
    [
        (20, In("mg/kg")),
        ("20", In("mg/kg")),
        (True, In("1")),
        (None, In("1")),
        ([1], In("day")),
        ("end", In("day")),
        ("-1 day", In("day")),
        ("0 day", In("day", above=0)),
        ("2 mm", In("day")),
    ],
)
def test_bad_settings(given: object, limits: In) -> None:
    with pytest.raises(BadValue):
        Setting.read(given, limits)

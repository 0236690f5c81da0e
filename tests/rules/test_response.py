"""The Hill response against its closed-form cases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.rules.response import hill, hill_term, respond

BASE, MINIMUM, MAXIMUM = 2.0, 0.5, 10.0

finite = st.floats(0.0, 1e6)
power = st.floats(0.25, 8.0)


@pytest.mark.parametrize(
    "up, down, expected",
    [
        (0.0, 0.0, BASE),  # no signal
        (1.0, 0.0, 6.0),  # half-maximum of one promoter: halfway from base to maximum
        (math.inf, 0.0, MAXIMUM),  # saturation
        (0.0, 1.0, 1.25),  # half-maximum of one inhibitor: halfway from base to minimum
        (0.0, math.inf, MINIMUM),
        (1.0, 1.0, 3.25),  # opposing signals: the inhibitor takes the promoted value halfway down
        (math.inf, 1.0, 5.25),
        (math.inf, math.inf, MINIMUM),  # inhibitors act last
        (3.0, 0.0, 8.0),  # two promoters of S = 1 and 2 join one response: H = 3 / 4
    ],
)
def test_closed_form_cases(up: float, down: float, expected: float) -> None:
    assert respond(BASE, MINIMUM, MAXIMUM, up, down) == pytest.approx(expected, rel=1e-12)


def test_two_promoters_are_not_two_responses() -> None:
    """Two promoters at half-maximum give 2/3 of the way, not 3/4 as two separate responses would."""
    assert respond(0.0, 0.0, 1.0, 1.0 + 1.0, 0.0) == pytest.approx(2.0 / 3.0)


def test_limits_on_the_other_side_of_the_base() -> None:
    """The formula interpolates wherever the limits lie: a promoter whose maximum is below the base lowers."""
    assert respond(3.0, 0.0, 1.0, 1.0, 0.0) == pytest.approx(2.0)
    assert respond(3.0, 0.0, 1.0, math.inf, 0.0) == pytest.approx(1.0)
    assert respond(1.0, 4.0, 1.0, 0.0, 1.0) == pytest.approx(2.5)


@pytest.mark.parametrize(
    "signal, half, exponent, expected",
    [
        (0.0, 2.0, 3.0, 0.0),
        (-1.0, 2.0, 3.0, 0.0),
        (2.0, 2.0, 7.0, 1.0),
        (4.0, 2.0, 3.0, 8.0),
        (1.0, 4.0, 0.5, 0.5),
    ],
)
def test_terms(signal: float, half: float, exponent: float, expected: float) -> None:
    assert hill_term(signal, half, exponent) == pytest.approx(expected)


def test_half_maximum_whatever_the_power() -> None:
    for exponent in (0.5, 1.0, 4.0, 8.0):
        assert hill(hill_term(0.3, 0.3, exponent)) == pytest.approx(0.5)


def test_huge_signals_saturate() -> None:
    assert hill(math.inf) == 1.0
    assert hill(hill_term(1e300, 1e-300, 8.0)) == 1.0


@given(finite, finite, st.floats(1e-3, 1e3), power)
def test_terms_rise_with_the_signal(one: float, other: float, half: float, exponent: float) -> None:
    low, high = sorted((one, other))
    assert hill_term(low, half, exponent) <= hill_term(high, half, exponent)


@given(finite, finite, st.floats(0, 10), st.floats(0, 10), st.floats(0, 10))
def test_stays_between_the_limits(up: float, down: float, base: float, below: float, above: float) -> None:
    value = respond(base, base - below, base + above, up, down)
    assert base - below - 1e-9 <= value <= base + above + 1e-9

"""The decomposition of a log ratio: exact, and each change booked where it was made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from paget.analysis.attribution.chain import contributions, log_mean

COUNTS = np.array(
    [[1e6, 9e4, 9e4, 5e3, 100.0, 20.0], [2e5, 2e4, 2e4, 2e3, 90.0, 30.0], [1e4, 1e3, 900.0, 80.0, 4.0, 1.0]]
)
"""Kinds by steps."""


def scaled(kind, step, fold):
    """COUNTS with the conversion of one kind at one step changed: everything downstream changes along."""
    counts = COUNTS.copy()
    counts[kind, step:] *= fold
    return counts


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("fold", [0.01, 0.5, 3.0])
def test_a_change_of_one_conversion_is_booked_there_alone(kind, step, fold):
    found = contributions(scaled(kind, step, fold), COUNTS)
    total = np.log(scaled(kind, step, fold)[:, -1].sum() / COUNTS[:, -1].sum())
    expected = np.zeros_like(COUNTS)
    expected[kind, step] = total
    np.testing.assert_allclose(found, expected, atol=1e-12)


@given(
    *[
        arrays(float, (3, 6), elements=st.floats(0, 1e7).map(lambda x: 0.0 if x < 1e-3 else x))
        for _ in range(2)
    ]
)
@settings(max_examples=300, deadline=None)
def test_contributions_add_up_and_change_sign_with_the_arms(arm, reference):
    totals = arm[:, -1].sum(), reference[:, -1].sum()
    found = contributions(arm, reference)
    if min(totals) == 0:
        assert np.isnan(found).all()
        return
    assert found.sum() == pytest.approx(np.log(totals[0] / totals[1]), abs=1e-6)
    np.testing.assert_allclose(contributions(reference, arm), -found, atol=1e-9)


def test_what_a_kind_loses_is_booked_where_it_was_lost():
    arm = COUNTS.copy()
    arm[1, 3:] = 0.0
    found = contributions(arm, COUNTS)
    assert found[1, 3] == pytest.approx(np.log(21.0 / 51.0), rel=1e-6)
    assert np.abs(np.delete(found.ravel(), 1 * 6 + 3)).max() < 1e-6


def test_what_comes_of_another_kind_is_booked_where_it_is_first_missed():
    """One arm sheds no single cells, but clusters break up: no step gains and the next loses beyond all measure."""
    arm = COUNTS.copy()
    arm[0] = [0.0, 3e4, 3e4, 2e3, 30.0, 6.0]
    found = contributions(arm, COUNTS)
    assert found.sum() == pytest.approx(np.log(37.0 / 51.0))
    assert np.abs(found).max() < 2.0
    assert found[0, 0] == np.abs(found).max() * -1.0


def test_cells_given_into_blood_are_booked_from_blood_on():
    """Nothing is shed in either arm."""
    arm, reference = COUNTS.copy(), COUNTS.copy()
    arm[:, 0] = reference[:, 0] = 0.0
    arm[:, 2:] *= 0.5
    found = contributions(arm, reference)
    assert found[:, 2].sum() == pytest.approx(np.log(0.5))
    np.testing.assert_allclose(np.delete(found, 2, axis=1), 0.0, atol=1e-9)


def test_the_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic():
    a, b = np.array([1.0, 2.0, 5.0]), np.array([3.0, 2.0, 0.1])
    assert (log_mean(a, b) >= np.sqrt(a * b) - 1e-12).all()
    assert (log_mean(a, b) <= (a + b) / 2 + 1e-12).all()
    assert log_mean(2.0, 2.0 + 1e-9) == pytest.approx(2.0)

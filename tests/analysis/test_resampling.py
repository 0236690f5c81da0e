"""Bootstrap intervals cover the truth as often as they say, for few animals and skewed counts."""

import numpy as np
import pytest

from paget.analysis.resampling import interval, resampling_weights, weighted_means

TRIALS = 600


def misses(animals, draw, resamples=600):
    """Share of simulated studies whose interval of a log ratio of two means excludes the truth, 0."""
    rng = np.random.default_rng(7)
    weights = resampling_weights(animals, 1, resamples)
    out = 0
    for _ in range(TRIALS):
        means = weighted_means(weights, draw(rng, animals))
        with np.errstate(divide="ignore"):
            ratio = np.log(means[:, 0] / means[:, 1])
        low, high = interval(ratio[1:], animals)
        out += not low <= 0.0 <= high
    return out / TRIALS


def counts(rng, animals):
    """Twins that share how many foci they are prone to."""
    prone = rng.gamma(2.0, 10.0, size=(animals, 1))
    return rng.poisson(prone, size=(animals, 2)) + 0.0


# Null: the interval misses in 5 % of studies; statistic: share of misses in 600 studies. Up to 10 % is allowed for
# skewed counts and few animals; a share above 10 % comes by chance, at a true 5 %, less than once in 10^6.
@pytest.mark.parametrize("animals", [6, 12, 40])
def test_false_alarms_are_about_one_in_twenty(animals):
    assert 0.01 < misses(animals, counts) < 0.10


def test_a_shifted_arm_is_caught():
    """Planted fault: the second arm has a third fewer; nearly every study must see it."""
    assert misses(40, lambda rng, n: counts(rng, n) * [1.5, 1.0]) > 0.9


def test_means_leave_out_what_is_lost():
    values = np.array([[1.0, np.nan], [3.0, 5.0], [np.nan, np.nan]])
    weights = np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
    expected = [[2.0, 5.0], [5.0 / 3.0, 5.0], [np.nan, np.nan]]
    np.testing.assert_allclose(weighted_means(weights, values), expected)


@pytest.mark.parametrize("animals", [1, 2, 4])
def test_too_few_animals_have_no_interval(animals):
    assert np.isnan(interval(np.arange(100.0), animals)).all()

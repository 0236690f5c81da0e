"""Equivalence: when two arms count as alike.

Statistical checks: the null is "at the edge of the margin, 5 % of experiments find equivalence" (the test is at its
worst there); the statistic is the number of findings among simulated experiments, binomial under the null. Each check
fails by chance in fewer than 1 of 1,000 seeds, and the seed is fixed. A test without a second side must fail the same
check.
"""

import math

import numpy as np
import pytest
import scipy.stats

from paget.trial.equivalence import equivalence

FALSE_ALARM = 1e-3
MARGIN = 1.5


def counts(rng, mean, n, dispersion=0.2):
    return rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, n)).astype(float)


def positive(rng, mean, n):
    return mean * rng.lognormal(-0.045, 0.3, n)


def share_found(draw, ratio, is_count, n=25, experiments=400):
    rng = np.random.default_rng(8)
    found = [
        equivalence(draw(rng, 30.0 * ratio, n), draw(rng, 30.0, n), MARGIN, is_count).p < 0.05
        for _ in range(experiments)
    ]
    return sum(found), experiments


@pytest.mark.parametrize("draw, is_count", [(counts, True), (positive, False)])
@pytest.mark.parametrize("ratio", [MARGIN, 1 / MARGIN])
def test_at_the_edge_of_the_margin_it_is_found_in_one_of_twenty(draw, is_count, ratio):
    """Twice 5 % would be 40 of 400; 5 % is 20, and the check fails above about 35."""
    hits, trials = share_found(draw, ratio, is_count)
    assert scipy.stats.binomtest(hits, trials, 0.05, alternative="greater").pvalue > FALSE_ALARM


@pytest.mark.parametrize("draw, is_count", [(counts, True), (positive, False)])
def test_alike_is_found_and_far_apart_is_not(draw, is_count):
    alike, trials = share_found(draw, 1.0, is_count)
    apart, _ = share_found(draw, 3.0, is_count)
    assert alike > 0.6 * trials
    assert apart == 0


def test_p_is_that_of_two_one_sided_tests():
    """The delta method written out, with its two t tests by SciPy."""
    a, b = np.array([9.0, 11.0, 10.0, 12.0, 8.0, 10.5]), np.array([10.0, 9.5, 11.5, 10.0, 9.0])
    parts = [v.var(ddof=1) / v.size / v.mean() ** 2 for v in (a, b)]
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 5 + parts[1] ** 2 / 4)
    best, error = math.log(a.mean() / b.mean()), math.sqrt(sum(parts))
    law = scipy.stats.t(freedom)
    expected = max(law.sf((best + math.log(1.25)) / error), law.cdf((best - math.log(1.25)) / error))
    found = equivalence(a, b, 1.25)
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert found.effect == pytest.approx(a.mean() / b.mean())
    assert found.low < found.effect < found.high


def test_order_of_arms_and_of_animals_does_not_matter():
    rng = np.random.default_rng(1)
    a, b = counts(rng, 20, 10), counts(rng, 20, 12)
    one, other = equivalence(a, b, MARGIN, True), equivalence(b[::-1], a, MARGIN, True)
    assert one.p == pytest.approx(other.p, rel=1e-6)
    assert one.effect == pytest.approx(1 / other.effect)


@pytest.mark.parametrize(
    "arm, reference, words",
    [
        ([1.0], [1.0, 2.0], "fewer than 2"),
        ([0.0, 0.0], [1.0, 2.0], "all values of an arm are zero"),
        ([-1.0, 2.0], [1.0, 2.0], "a value is negative"),
        ([2.0, 2.0], [2.0, 2.0], "both arms are constant"),
    ],
)
def test_degenerate_data_cannot_tell(arm, reference, words):
    found = equivalence(arm, reference, MARGIN)
    assert math.isnan(found.p)
    assert words in found.note

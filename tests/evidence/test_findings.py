"""Intervals, power and pass rates against theory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from paget.evidence.findings import Question, answer, middle, resampled, wilson
from paget.evidence.measures import DIFFERENCE
from paget.evidence.statistics.effects import two_arms
from paget.evidence.verdicts import prior_pass_rate


def question(direction: str = "lower") -> Question:
    return Question("x", "difference of means", two_arms(DIFFERENCE), direction=direction)


def sample(mean: float, size: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1.0, (*size, 1))


def test_bootstrap_interval_is_that_of_the_mean() -> None:
    """Null: the half width of the interval is 1.96 sqrt(2 / n). Statistic: its ratio, with 1,000 resamples within 10 %
    of one (false alarm below 1e-3: the SD of a quantile of 1,000 resamples is about 3 %)."""
    arms = [sample(0.0, (3, 100), 1), sample(1.0, (3, 100), 2)]
    found = answer(question(), arms, [])
    pooled = [arm.reshape(-1) for arm in arms]
    error = math.sqrt(sum(values.var() / values.size for values in pooled))
    assert found.value == pytest.approx(pooled[0].mean() - pooled[1].mean())
    low, high = found.between_animals
    assert (high - low) / (2 * 1.96 * error) == pytest.approx(1.0, abs=0.1)
    assert found.animals == 300
    assert len(found.by_seed) == 3
    assert found.by_seed[0] == pytest.approx(arms[0][0].mean() - arms[1][0].mean())


def test_power_and_detectable_effect_are_those_of_a_normal_law() -> None:
    arms = [sample(-0.25, (1, 200), 3), sample(0.0, (1, 200), 4)]
    found = answer(question(), arms, [])
    error = (found.between_animals[1] - found.between_animals[0]) / (2 * 1.96)
    z = found.value / error
    assert found.power == pytest.approx(stats.norm.cdf(-z - 1.96) + stats.norm.cdf(z - 1.96), abs=0.05)
    assert found.detectable == pytest.approx(-(1.96 + 0.8416) * error, rel=0.1)


def test_no_effect_has_the_power_of_a_false_alarm() -> None:
    arms = [sample(0.0, (1, 50), seed) for seed in (5, 6)]
    alike = [arm - arm.mean() for arm in arms]
    assert answer(question(), alike, []).power == pytest.approx(0.05, abs=1e-6)


def test_draws_keep_their_own_statistic() -> None:
    central = [sample(0.0, (1, 10), 6)] * 2
    draws = [np.zeros((3, 4, 1)), np.array([1.0, -1.0, math.nan])[:, None, None] * np.ones((3, 4, 1))]
    found = answer(question("lower"), central, draws)
    np.testing.assert_allclose(found.draws, [-1.0, 1.0, math.nan])
    assert found.right().tolist() == [True, False, False]  # a draw without an answer is not right
    assert prior_pass_rate([found]).rate == pytest.approx(1 / 3)


def test_all_findings_of_a_row_must_be_right_in_the_same_draw() -> None:
    central = [sample(0.0, (1, 10), 7)] * 2
    one = answer(
        question(), central, [np.array([-1.0, -1.0, 1.0, 1.0]).reshape(4, 1, 1), np.zeros((4, 1, 1))]
    )
    other = answer(
        question(), central, [np.array([-1.0, 1.0, -1.0, 1.0]).reshape(4, 1, 1), np.zeros((4, 1, 1))]
    )
    assert prior_pass_rate([one]).rate == 0.5
    assert prior_pass_rate([one, other]).rate == 0.25


@pytest.mark.parametrize("hits, total", [(0, 12), (7, 12), (64, 64), (58, 64)])
def test_wilson(hits: int, total: int) -> None:
    assert wilson(hits, total) == pytest.approx(proportion_confint(hits, total, method="wilson"), abs=1e-9)


def test_wilson_without_trials() -> None:
    assert all(map(math.isnan, wilson(0, 0)))


def test_resampling_is_fixed_and_keeps_twins_together() -> None:
    one, other = np.arange(20.0).reshape(20, 1), np.arange(20.0).reshape(20, 1) + 100
    first, again = resampled([one], times=5)[0], resampled([one], times=5)[0]
    np.testing.assert_array_equal(first, again)
    pair = resampled([one, other], times=5)
    np.testing.assert_array_equal(pair[0] + 100, pair[1])
    assert np.unique(pair[0]).size > 10


def test_what_twins_share_falls_out_of_their_comparison() -> None:
    """Standard error of a difference of means: that of the differences of twins, not of two groups of animals."""
    draw = np.random.default_rng(4)
    shared, noise = draw.normal(0.0, 5.0, (3, 60, 1)), draw.normal(0.0, 0.5, (3, 60, 1))
    twins = [shared + 1.0 + noise, shared]
    found = answer(question(), twins, [])
    width = found.between_animals[1] - found.between_animals[0]
    assert width == pytest.approx(2 * 1.96 * noise.std() / math.sqrt(180), rel=0.15)
    strangers = answer(question(), [twins[0], shared[:, ::-1]], [])
    assert strangers.between_animals[1] - strangers.between_animals[0] > 8 * width


def test_middle_leaves_out_what_is_not_known() -> None:
    assert middle(np.array([math.nan, *np.arange(101.0)])) == pytest.approx((2.5, 97.5))
    assert all(map(math.isnan, middle(np.array([math.nan]))))

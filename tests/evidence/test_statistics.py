"""The statistics of the ledger against closed forms and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.evidence.measures import RATIO
from paget.evidence.statistics.associations import auc, cross_validated_auc
from paget.evidence.statistics.effects import split_by_marker
from paget.evidence.statistics.growth import gompertz, law_volumes, log_median, log_spread
from paget.evidence.statistics.levels import log_potency, ratio_of_sums, share_of_sum
from paget.evidence.statistics.rules import response
from paget.model import Catalog, resolve
from paget.model.counterpart import Curve


def test_auc_is_the_mann_whitney_statistic() -> None:
    generator = np.random.default_rng(1)
    scores = generator.integers(0, 8, 60).astype(float)
    outcome = generator.random(60) < 0.4
    u = stats.mannwhitneyu(scores[outcome], scores[~outcome]).statistic
    assert auc(scores, outcome) == pytest.approx(u / (outcome.sum() * (~outcome).sum()))
    assert math.isnan(auc(scores, np.zeros(60, dtype=bool)))


def test_a_score_that_knows_nothing_is_near_one_half() -> None:
    """Null: AUC 1/2. Statistic: mean over 40 samples of 60 animals, SD of one about 0.08, of the mean 0.012; the score
    of left-out animals leans a little below one half. Limit 0.06: false alarm below 1e-5."""
    samples = np.exp(np.random.default_rng(2).normal(size=(40, 60, 4)))
    assert cross_validated_auc(samples).mean() == pytest.approx(0.5, abs=0.06)


def test_a_score_that_knows_tells_also_with_a_useless_companion() -> None:
    generator = np.random.default_rng(3)
    marker = np.exp(generator.normal(size=(80, 2)))
    outcome = marker[:, :1] * np.exp(0.3 * generator.normal(size=(80, 1)))
    assert cross_validated_auc(np.concatenate([marker, outcome], axis=1)) > 0.85
    # Copies of an animal, as the bootstrap makes them, must not help: without signal they stay at one half.
    noise = np.exp(generator.normal(size=(30, 3)))
    doubled = np.concatenate([noise] * 3)
    assert cross_validated_auc(doubled) == pytest.approx(float(cross_validated_auc(noise)), abs=0.35)


def test_too_few_animals_cannot_be_told_apart() -> None:
    assert math.isnan(cross_validated_auc(np.ones((6, 2))))


def test_ratio_of_sums_and_shares() -> None:
    sample = np.array([[1.0, 10.0], [3.0, 30.0], [math.nan, math.nan]])
    assert ratio_of_sums([sample]) == pytest.approx(0.1)
    assert math.isnan(ratio_of_sums([np.zeros((2, 2))]))
    assert share_of_sum(
        np.array([[1.0, 2.0, 5.0], [1.0, 0.0, 1.0]]), np.array([True, True, False])
    ) == pytest.approx(0.4)


def test_potency_is_the_ratio_of_odds() -> None:
    # 40 clusters and 60 singles among metastases, 2 and 98 in blood, half a count each
    sample = np.array([[20.0, 30.0, 1.0, 49.0], [20.0, 30.0, 1.0, 49.0]])
    assert math.exp(log_potency([sample])) == pytest.approx((40.5 / 60.5) / (2.5 / 98.5))


def test_marker_splits_the_effect() -> None:
    marker = np.array([1.0, 2.0, 3.0, 4.0])
    arm = np.stack([marker, np.array([4.0, 4.0, 1.0, 1.0])], axis=-1)
    reference = np.stack([marker, np.array([4.0, 4.0, 4.0, 4.0])], axis=-1)
    assert math.exp(split_by_marker([arm, reference], RATIO)) == pytest.approx(0.25)


def test_growth_law() -> None:
    days = np.array([0.0, 10.0, 1e4])
    volumes = gompertz(np.array(0.56), np.array(0.07), days)
    np.testing.assert_allclose(volumes, [1.0, math.exp(8.0 * -math.expm1(-0.7)), math.exp(8.0)])


def curve(**changes: object) -> Curve:
    words = {
        "statistic": "curve", "trial": "t", "arm": "a", "days": [14.0, 28.0], "alpha": 0.56, "beta": 0.07,
        "alpha_sd": 0.2, "beta_sd": 0.3, "correlation": 0.9, "published_animals": 40,
    }  # fmt: skip
    return Curve.model_validate({**words, **changes})


def test_published_experiments_follow_the_law() -> None:
    volumes = law_volumes(
        curve(beta_sd=0.0)
    )  # volumes then rise with alpha alone: their median is that of the median mouse
    assert volumes.shape == (2000, 40, 2)
    expected = gompertz(np.array(0.56), np.array(0.07), np.array([14.0, 28.0]))
    np.testing.assert_allclose(np.median(volumes, axis=(0, 1)), expected, rtol=0.02)
    alike = law_volumes(curve(alpha_sd=0.0, beta_sd=0.0))
    np.testing.assert_allclose(alike[0, 0], expected)


def test_animals_that_are_gone_are_larger_than_all() -> None:
    sample = np.array([10.0, 100.0, 1000.0, math.nan, math.nan])[:, None]
    assert math.exp(log_median([sample])) == pytest.approx(1000.0)
    assert math.isnan(log_spread([sample]))
    assert math.isnan(log_median([np.array([[1.0], [math.nan], [math.nan]])]))


def test_spread_of_a_normal_law() -> None:
    z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    assert log_spread([np.exp(0.4 * z)[:, None]]) == pytest.approx(0.4, rel=0.01)


def test_response_is_that_of_the_rules(catalog: Catalog) -> None:
    """Cohesion under PLXNB2 activity a: the promoted Hill response of its one rule."""
    model = resolve(catalog, "lm2-4", "scid", drugs=[])
    numbers = model.cell_types["tumour cell"].behaviours["cohesion"]
    rule = next(r for r in model.rules if (r.signal, r.behaviour) == ("PLXNB2 activity", "cohesion"))
    s = (0.6 / rule.half_maximum.canonical) ** rule.power.canonical
    base, top = numbers.base.canonical, numbers.maximum.canonical
    got = response(model, "tumour cell", "cohesion", {"PLXNB2 activity": 0.6}, {})
    assert got == pytest.approx(base + (top - base) * s / (1 + s))
    assert response(model, "tumour cell", "cohesion", {}, {}) == pytest.approx(base)
    assert response(model, "tumour cell", "cohesion", {}, {numbers.base.path: 0.2}) == pytest.approx(0.2)

"""Comparisons of two arms against hand calculation and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.evidence.measures import (
    COUNTS,
    DIFFERENCE,
    GEOMETRIC,
    RATIO,
    mean,
    measure_for,
    rank_correlation,
    ranks,
)

NAN = math.nan


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    "measure, arm, reference, expected",
    [
        (COUNTS, array(1, 2, 3), array(4, 8), math.log((6.5 / 3) / (12.5 / 2))),
        (COUNTS, array(0, 0), array(0, 4), math.log(0.5 / 4.5)),
        (COUNTS, array(1, NAN, 3), array(2, 2), math.log((4.5 / 2) / (4.5 / 2))),
        (RATIO, array(1, 3), array(4, 4), math.log(0.5)),
        (RATIO, array(1, 3), array(0, 0), NAN),
        (GEOMETRIC, array(1, 4), array(8, 8), math.log(0.25)),
        (GEOMETRIC, array(0, 4), array(8, 8), NAN),
        (DIFFERENCE, array(1, 2, NAN), array(5), -3.5),
        (DIFFERENCE, array(NAN), array(5), NAN),
    ],
)
def test_closed_forms(measure: object, arm: np.ndarray, reference: np.ndarray, expected: float) -> None:
    assert measure.compare(arm, reference) == pytest.approx(expected, nan_ok=True)  # type: ignore[attr-defined]


def test_leading_axes_are_repeats() -> None:
    arm, reference = np.arange(1.0, 13.0).reshape(3, 4), np.full((3, 4), 2.0)
    for measure in (COUNTS, RATIO, GEOMETRIC, DIFFERENCE):
        together = measure.compare(arm, reference)
        alone = [measure.compare(a, b) for a, b in zip(arm, reference, strict=True)]
        np.testing.assert_allclose(together, alone)


@pytest.mark.parametrize(
    "kind, values, expected",
    [
        ("count", array(0, 3), COUNTS),
        ("fraction", array(0.1, 0.3), DIFFERENCE),
        ("survival", array(30, 42), DIFFERENCE),
        ("continuous", array(0.1, 0.3), GEOMETRIC),
        ("continuous", array(0.0, 0.3), RATIO),
        ("continuous", array(NAN), RATIO),
    ],
)
def test_choice_of_measure(kind: str, values: np.ndarray, expected: object) -> None:
    assert measure_for(kind, [values]) is expected


def test_mean_of_nothing_is_nan() -> None:
    assert math.isnan(mean(array(NAN, NAN)))


def test_rank_correlation_is_spearmans() -> None:
    generator = np.random.default_rng(1)
    x = generator.integers(0, 6, 40).astype(float)
    y = x + generator.normal(0, 2, 40).round()
    y[3] = NAN
    known = np.isfinite(y)
    expected = stats.spearmanr(x[known], y[known]).statistic
    assert rank_correlation(x, y) == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(rank_correlation(np.stack([x, -x]), np.stack([y, y])), [expected, -expected])
    np.testing.assert_allclose(ranks(x), stats.rankdata(x))


def test_rank_correlation_needs_three_and_a_spread() -> None:
    assert math.isnan(rank_correlation(array(1, 2), array(1, 2)))
    assert math.isnan(rank_correlation(array(1, 1, 1), array(1, 2, 3)))

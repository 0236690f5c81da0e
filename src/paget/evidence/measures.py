"""How one arm differs from another, as one number on a scale where no effect is zero.

Counts and positive numbers compare as the natural logarithm of a ratio, shares and days as a difference. Missing
animals (never enrolled, nothing to read) are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

HALF_A_COUNT = 0.5
"""Added to the sum of counts of each arm, so that an arm without any has a finite ratio."""


@dataclass(frozen=True)
class Measure:
    """A way to compare two samples of animals."""

    name: str
    """What the shown number is, for example "ratio of means"."""
    is_ratio: bool
    """Whether the shown number is exp of the compared one."""
    compare: Callable[[FloatArray, FloatArray], FloatArray]
    """(arm, reference), each of shape (..., animals), to shape (...)."""

    def shown(self, value: FloatArray | float) -> FloatArray:
        """The number as it is reported."""
        return np.exp(value) if self.is_ratio else np.asarray(value, dtype=np.float64)


def log_ratio_of_counts(arm: FloatArray, reference: FloatArray) -> FloatArray:
    """Log of the ratio of mean counts, half a count added to either sum."""
    return _log_mean(arm, HALF_A_COUNT) - _log_mean(reference, HALF_A_COUNT)


def log_ratio_of_means(arm: FloatArray, reference: FloatArray) -> FloatArray:
    """Log of the ratio of means; NaN where a mean is zero."""
    return _log_mean(arm, 0.0) - _log_mean(reference, 0.0)


def log_ratio_of_medians(arm: FloatArray, reference: FloatArray) -> FloatArray:
    """Log of the ratio of geometric means; NaN where a value is zero or less."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [np.where(values > 0.0, np.log(values), np.nan) for values in (arm, reference)]
    empty = [np.any(values <= 0.0, axis=-1) for values in (arm, reference)]
    return np.where(empty[0] | empty[1], np.nan, mean(logs[0]) - mean(logs[1]))


def difference_of_means(arm: FloatArray, reference: FloatArray) -> FloatArray:
    """Difference of means."""
    return mean(arm) - mean(reference)


COUNTS = Measure("ratio of mean counts", True, log_ratio_of_counts)
RATIO = Measure("ratio of means", True, log_ratio_of_means)
GEOMETRIC = Measure("ratio of geometric means", True, log_ratio_of_medians)
DIFFERENCE = Measure("difference of means", False, difference_of_means)


def measure_for(kind: str, samples: list[FloatArray]) -> Measure:
    """The measure that suits an endpoint's kind ("count", "fraction", "survival", "continuous") and its values."""
    if kind == "count":
        return COUNTS
    if kind in ("fraction", "survival"):
        return DIFFERENCE
    known = np.concatenate([sample[np.isfinite(sample)] for sample in samples] or [np.empty(0)])
    return GEOMETRIC if known.size and known.min() > 0.0 else RATIO


def mean(values: FloatArray) -> FloatArray:
    """Mean over the last axis of what is finite; NaN where nothing is."""
    known = np.isfinite(values)
    number = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _log_mean(values: FloatArray, extra: float) -> FloatArray:
    known = np.isfinite(values)
    number = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1) + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((number > 0) & (total > 0.0), np.log(total / np.maximum(number, 1)), np.nan)


def rank_correlation(x: FloatArray, y: FloatArray) -> FloatArray:
    """Spearman's rho over the last axis (mid-ranks), pairs with a missing value left out; NaN with fewer than three."""
    x, y = np.broadcast_arrays(x, y)
    if x.ndim > 1:
        return np.array([rank_correlation(a, b) for a, b in zip(x, y, strict=True)], dtype=np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 3:
        return np.asarray(np.nan)
    a, b = ranks(x[known]), ranks(y[known])
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return np.asarray(a @ b / size if size > 0.0 else np.nan)


def ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]

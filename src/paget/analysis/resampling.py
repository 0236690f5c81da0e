"""Bootstrap over animals: intervals of anything that is made of means over animals.

Animals are resampled, never single readings: a twin brings along what was read from it in every arm. Means of all
resamples are one product of matrices, so that a thousand resamples of hundreds of arms cost less than a second.

The percentile interval is too narrow for few animals. It is *expanded* as Hesterberg (The American Statistician 2015)
proposes: the tail is alpha' = Phi(-sqrt(n / (n - 1)) t_{alpha/2, n-1}), which makes the interval of a mean as wide as
that of Student's t.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 2000
FEWEST_ANIMALS = 5
"""Below this no interval is given: it cannot be wider than the range of the data, which misses the mean of n animals
with probability 2^(1 - n), 25 % for three."""
CONFIDENCE = 0.95


def resampling_weights(animals: int, seed: int, resamples: int = RESAMPLES) -> FloatArray:
    """How often each animal is in each resample, shape (1 + resamples, animals); row 0 is the sample itself."""
    rng = np.random.default_rng([seed, animals])
    drawn = rng.multinomial(animals, np.full(animals, 1.0 / animals), size=resamples)
    return np.vstack([np.ones(animals), drawn]).astype(np.float64)


def weighted_means(weights: FloatArray, values: npt.ArrayLike) -> FloatArray:
    """Means over the animals with a value, one per row of weights.

    values: shape (animals, ...), NaN where an animal has none. Returns shape (rows of weights, ...); NaN where a
    resample holds no animal with a value.
    """
    array = np.asarray(values, dtype=np.float64)
    flat = array.reshape(len(array), -1)
    known = np.isfinite(flat)
    sums = weights @ np.where(known, flat, 0.0)
    counts = weights @ known.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 0.0, sums / counts, np.nan)
    return means.reshape(len(weights), *array.shape[1:])


def tail(animals: int, confidence: float = CONFIDENCE) -> float:
    """Share of resamples beyond each end of the interval."""
    t = float(stdtrit(animals - 1, 0.5 * (1.0 + confidence)))
    return float(ndtr(-math.sqrt(animals / (animals - 1)) * t))


def interval(resampled: FloatArray, animals: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval from the values in all resamples (row 0, the sample itself, left out by the caller).

    Infinite values count as such. NaN where a resample is undefined more often than the interval can bear.
    """
    if animals < FEWEST_ANIMALS:
        return math.nan, math.nan
    share = tail(animals, confidence)
    known = np.sort(resampled[~np.isnan(resampled)])
    if known.size < (1.0 - share) * resampled.size:
        return math.nan, math.nan
    low, high = np.quantile(known, [share, 1.0 - share], method="nearest")
    return float(low), float(high)

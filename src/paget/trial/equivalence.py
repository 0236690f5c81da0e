"""Negative controls: do two arms differ by less than a margin that was declared beforehand?

A large p value of an ordinary test says that a difference was not seen, not that there is none. Two one-sided tests
(TOST) ask the right question: the ratio of means is shown to lie between 1 / margin and margin where both "it is at
most 1 / margin" and "it is at least margin" are rejected at 5 %. p is the larger of the two, so that p < 0.05 means
equivalence; it is the same as a 90 % interval within the margins. The 95 % interval is reported as for other tests.

Counts: the one-sided tests of the negative binomial law (`count_statistics`). All else: the ratio of arithmetic means
by the delta method on its logarithm, against Student's t with Welch's degrees of freedom.
Source: Schuirmann, J Pharmacokinet Biopharm 1987.
"""

from __future__ import annotations

import math
from dataclasses import replace

from scipy.special import stdtr, stdtrit

from paget.trial.count_statistics import chances_above, mean_ratio, negative_binomial
from paget.trial.estimate import ALPHA, Estimate, Values, finite, too_few, undefined

EQUIVALENCE = "equivalence"
_NAME = "ratio of means"

ratio_of_means = mean_ratio
"""The effect alone, for parameter draws."""


def equivalence(arm: object, reference: object, margin: float, is_count: bool = False) -> Estimate:
    """Ratio of means with its 95 % interval; p below 0.05 where it is shown to lie within a factor `margin` (> 1)."""
    a, b = finite(arm), finite(reference)
    note = (
        f"no difference means a ratio between {1 / margin:.3g} and {margin:.3g}; p tests that it lies within"
    )
    if reason := too_few(a, b) or _no_ratio(a, b):
        return undefined(EQUIVALENCE, _NAME, a.size, b.size, reason)
    limits = (-math.log(margin), math.log(margin))
    estimate = _of_counts(a, b, limits) if is_count else _of_means(a, b, limits)
    return replace(estimate, test=EQUIVALENCE).with_note(note)


def _no_ratio(a: Values, b: Values) -> str:
    if min(a.min(), b.min()) < 0:
        return "a value is negative: no ratio"
    return "" if a.any() and b.any() else "all values of an arm are zero: no ratio"


def _of_counts(a: Values, b: Values, limits: tuple[float, float]) -> Estimate:
    above_low, above_high = chances_above(a, b, limits)
    return replace(negative_binomial(a, b), p=max(above_low, 1.0 - above_high))


def _of_means(a: Values, b: Values, limits: tuple[float, float]) -> Estimate:
    """Delta method: the variance of a log mean is var / (n mean^2)."""
    parts = [values.var(ddof=1) / values.size / values.mean() ** 2 for values in (a, b)]
    error, best = math.sqrt(sum(parts)), math.log(a.mean() / b.mean())
    if error <= 1e-12:
        return undefined(
            EQUIVALENCE, _NAME, a.size, b.size, "both arms are constant: no spread to compare with"
        )
    freedom = sum(parts) ** 2 / sum(
        part**2 / (values.size - 1) for part, values in zip(parts, (a, b), strict=True)
    )
    above_low = float(stdtr(freedom, -(best - limits[0]) / error))
    below_high = float(stdtr(freedom, (best - limits[1]) / error))
    width = float(stdtrit(freedom, 1 - ALPHA / 2)) * error
    low, high = math.exp(best - width), math.exp(best + width)
    p = max(above_low, below_high)
    return Estimate(EQUIVALENCE, _NAME, math.exp(best), low, high, p, a.size, b.size)

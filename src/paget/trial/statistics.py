"""Two-sample tests on one number per animal: Welch (also of logarithms), Mann-Whitney, Fisher.

Every function takes the values of the arm and of the reference, leaves out what is not finite, and returns an
`Estimate`. Nothing raises and nothing warns on degenerate data: the estimate is NaN and its note says why.

Sources: Welch, Biometrika 1947; Hodges and Lehmann, Ann Math Stat 1963; Streitberg and Roehmel, EDV Med Biol 1986
(exact rank distribution with ties); Newcombe, Stat Med 1998 (method 10).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from paget.trial.estimate import ALPHA, NAN, Estimate, Values, finite, too_few, undefined

# Beyond this many animals in both arms the normal approximation is good and the exact one slow.
_EXACT_RANKS_UP_TO = 50


def welch(arm: object, reference: object) -> Estimate:
    """Difference of means with unequal variances; the interval inverts the test."""
    a, b = finite(arm), finite(reference)
    return _welch(a, b, "welch", "difference of means")


def log_welch(arm: object, reference: object) -> Estimate:
    """Ratio of geometric means: Welch on natural logarithms. Values must be above zero."""
    a, b = finite(arm), finite(reference)
    name = "ratio of geometric means"
    if a.size and b.size and min(a.min(), b.min()) <= 0:
        return undefined("log-welch", name, a.size, b.size, "a value is zero or negative: no logarithm")
    difference = _welch(np.log(a), np.log(b), "log-welch", name)
    with np.errstate(over="ignore"):
        effect, low, high = (float(np.exp(x)) for x in (difference.effect, difference.low, difference.high))
    return Estimate("log-welch", name, effect, low, high, difference.p, a.size, b.size, difference.note)


def _welch(a: Values, b: Values, test: str, name: str) -> Estimate:
    if reason := too_few(a, b):
        return undefined(test, name, a.size, b.size, reason)
    variance_a, variance_b = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    error = math.sqrt(variance_a + variance_b)
    scale = max(abs(a).max(), abs(b).max())
    if error <= 1e-12 * scale:
        return undefined(test, name, a.size, b.size, "both arms are constant: no spread to compare with")
    freedom = error**4 / (variance_a**2 / (a.size - 1) + variance_b**2 / (b.size - 1))
    difference = float(a.mean() - b.mean())
    half_width = float(stdtrit(freedom, 1 - ALPHA / 2)) * error
    p = 2.0 * float(stdtr(freedom, -abs(difference) / error))
    return Estimate(
        test, name, difference, difference - half_width, difference + half_width, p, a.size, b.size
    )


def mann_whitney(arm: object, reference: object) -> Estimate:
    """Hodges-Lehmann shift with Moses' interval, and the rank-sum p value.

    Up to 50 animals p is exact, ties included (permutation law of the mid-ranks); above, normal with tie and
    continuity corrections. The interval uses the law without ties, which is conservative where ties are many.
    """
    a, b = finite(arm), finite(reference)
    name = "Hodges-Lehmann shift"
    if reason := too_few(a, b):
        return undefined("mann-whitney", name, a.size, b.size, reason)
    both = np.concatenate([a, b])
    if both.min() == both.max():
        return undefined("mann-whitney", name, a.size, b.size, "all values are equal")
    shifts = np.sort(np.subtract.outer(a, b).ravel())
    low, high, note = _shift_interval(shifts, a.size, b.size)
    p = _rank_sum_p(both, a.size)
    return Estimate("mann-whitney", name, float(np.median(shifts)), low, high, p, a.size, b.size, note)


def _mid_ranks(values: Values) -> Values:
    """Ranks from 1; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2.0)[inverse]


def _rank_sum_p(both: Values, n_arm: int) -> float:
    """Two-sided p value of the rank sum of the first `n_arm` values."""
    ranks = _mid_ranks(both)
    observed = ranks[:n_arm].sum()
    total = both.size
    if total > _EXACT_RANKS_UP_TO:
        spread = math.sqrt(n_arm * (total - n_arm) / total * ranks.var(ddof=1))
        distance = max(abs(observed - n_arm * (total + 1) / 2) - 0.5, 0.0)
        return min(1.0, 2.0 * float(ndtr(-distance / spread)))
    law = _rank_sum_law(tuple(np.rint(2 * np.sort(ranks)).astype(int).tolist()), n_arm)
    at = round(2 * observed)
    return min(1.0, 2.0 * float(min(law[: at + 1].sum(), law[at:].sum())))


@lru_cache(maxsize=256)
def _rank_sum_law(doubled_ranks: tuple[int, ...], n_arm: int) -> Values:
    """Probability of each doubled rank sum when `n_arm` animals are drawn at random (shift algorithm)."""
    ways = np.zeros((n_arm + 1, sum(doubled_ranks) + 1))
    ways[0, 0] = 1.0
    for rank in doubled_ranks:
        ways[1:, rank:] += ways[:-1, :-rank].copy()
    return ways[n_arm] / ways[n_arm].sum()


def _shift_interval(shifts: Values, n_arm: int, n_reference: int) -> tuple[float, float, str]:
    """Order statistics of all pairwise shifts that hold the true shift with 95 % confidence."""
    pairs, total = n_arm * n_reference, n_arm + n_reference
    if total > _EXACT_RANKS_UP_TO:
        spread = math.sqrt(pairs * (total + 1) / 12.0)
        rank = max(math.floor(pairs / 2.0 + float(ndtri(ALPHA / 2)) * spread), 1)
        return float(shifts[rank - 1]), float(shifts[pairs - rank]), ""
    law = _rank_sum_law(tuple(range(2, 2 * total + 1, 2)), n_arm)[n_arm * (n_arm + 1) :: 2]
    below = np.cumsum(law)  # below[u] = P(U <= u)
    rank = int(np.searchsorted(below, ALPHA / 2, side="right"))
    if rank > 0:
        return float(shifts[rank - 1]), float(shifts[pairs - rank]), ""
    reached = 100 * (1 - 2 * below[0])
    return float(shifts[0]), float(shifts[-1]), f"so few animals: the interval holds only {reached:.0f} %"


def fisher(arm: object, reference: object) -> Estimate:
    """Difference of the proportions of animals with a value above zero (Newcombe), and Fisher's exact p."""
    from scipy.stats import fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep

    a, b = finite(arm), finite(reference)
    name = "difference of proportions"
    if reason := too_few(a, b):
        return undefined("fisher", name, a.size, b.size, reason)
    hits_a, hits_b = int((a > 0).sum()), int((b > 0).sum())
    if hits_a + hits_b in (0, a.size + b.size):
        what = "no animal" if hits_a + hits_b == 0 else "every animal"
        return undefined("fisher", name, a.size, b.size, f"{what} in either arm has a value above zero")
    low, high = confint_proportions_2indep(hits_a, a.size, hits_b, b.size, method="newcomb", alpha=ALPHA)
    p = float(fisher_exact([[hits_a, a.size - hits_a], [hits_b, b.size - hits_b]]).pvalue)
    return Estimate(
        "fisher", name, hits_a / a.size - hits_b / b.size, float(low), float(high), p, a.size, b.size
    )


def holm(p_values: object) -> Values:
    """Holm's step-down adjusted p values; NaN stays NaN and does not count as a test."""
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, NAN)
    order = np.flatnonzero(np.isfinite(p))
    order = order[np.argsort(p[order], kind="stable")]
    factors = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p[order]), 1.0)
    return adjusted

"""A log ratio of two totals as a sum over kinds and steps, without a rest.

A total V = sum_k v_k over kinds k of aggregate, and each v_k is a product of what happened on the way,

    v_k = shed_k * (survived / shed)_k * (arrested / survived)_k * ... ,

so that between an arm a and a reference r

    log(V_a / V_r) = sum_k sum_s  w_k * log(x_ks,a / x_ks,r),      w_k = L(v_k,a, v_k,r) / L(V_a, V_r)

with x_ks the factor of step s and L(p, q) = (p - q) / log(p / q) the logarithmic mean. This is the logarithmic mean
Divisia index (additive LMDI of a logarithm; Ang, Energy Policy 2004 and 2005): exact whatever the sizes of the changes,
symmetric in the two arms, and a change of one factor of one kind is booked there and nowhere else. A count of zero is
replaced by one so small that it does not matter, which puts all that a kind loses on the step where it was lost. A kind
that one arm lacks at a step and has later (single cells that come of clusters which broke up in blood) counts there as
if it had always been as many.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_LOG_OF_NOTHING = -1e8
"""Stands for the logarithm of a count of zero. The sum over steps converges as it goes to minus infinity (Ang and Liu,
Energy Policy 2007)."""


def log_mean(a: npt.ArrayLike, b: npt.ArrayLike) -> FloatArray:
    """Logarithmic mean of numbers that are not negative; a where both are equal."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    ratio = _log(a) - _log(b)
    near = np.abs(ratio) < 1e-6
    return np.where(near, 0.5 * (a + b), (a - b) / np.where(near, 1.0, ratio))


def _log(counts: FloatArray) -> FloatArray:
    return np.where(counts > 0.0, np.log(np.where(counts > 0.0, counts, 1.0)), _LOG_OF_NOTHING)


def contributions(arm: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """What each kind and step adds to the log ratio of the totals at the last step.

    arm, reference: mean counts, shape (..., kinds, steps), in the order of the cascade. Returns the same shape; its sum
    over the last two axes is log(total of the arm / total of the reference). NaN where a total is zero.
    """
    a, r = np.asarray(arm, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    a, r = np.where((a == 0.0) & (r > 0.0), _next(a), a), np.where((r == 0.0) & (a > 0.0), _next(r), r)
    change = _log(a) - _log(r)
    change[..., 1:] = np.diff(change, axis=-1)
    last_a, last_r = a[..., -1], r[..., -1]
    total_a, total_r = last_a.sum(axis=-1), last_r.sum(axis=-1)
    defined = (total_a > 0.0) & (total_r > 0.0)
    whole = np.where(defined, log_mean(total_a, total_r), np.nan)
    return (log_mean(last_a, last_r) / whole[..., None])[..., None] * change


def _next(counts: FloatArray) -> FloatArray:
    """For each step, the count at the next step that is not zero; 0 where there is none."""
    later = counts.copy()
    for step in range(counts.shape[-1] - 2, -1, -1):
        later[..., step] = np.where(counts[..., step] > 0.0, counts[..., step], later[..., step + 1])
    return later

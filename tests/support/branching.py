"""Means and covariances of a branching process with several stages: what the counts of a tissue are compared with.

Cells of stage s undergo events of rate r that replace them by given numbers of cells of each stage. With A the matrix
of mean changes, d mean/dt = A mean, and d cov/dt = A cov + cov A' + sum over events of r mean_s (change)(change)'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

Event = tuple[int, float, tuple[int, ...]]
"""Stage of the cell, rate (1/day), change of the counts of all stages."""


def moments(
    start: Sequence[float], events: Callable[[float], Sequence[Event]], days: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the counts after some days; `events(day)`; classical Runge-Kutta of order 4."""
    size = len(start)
    state = np.concatenate([np.asarray(start, dtype=float), np.zeros(size * size)])

    def slope(day: float, state: np.ndarray) -> np.ndarray:
        mean, covariance = state[:size], state[size:].reshape(size, size)
        drift, noise = np.zeros((size, size)), np.zeros((size, size))
        for stage, rate, change in events(day):
            jump = np.array(change, dtype=float)
            drift[:, stage] += rate * jump
            noise += rate * mean[stage] * np.outer(jump, jump)
        spread = drift @ covariance
        return np.concatenate([drift @ mean, (spread + spread.T + noise).ravel()])

    h = days / steps
    for number in range(steps):
        day = number * h
        a = slope(day, state)
        b = slope(day + 0.5 * h, state + 0.5 * h * a)
        c = slope(day + 0.5 * h, state + 0.5 * h * b)
        d = slope(day + h, state + h * c)
        state = state + h / 6.0 * (a + 2.0 * b + 2.0 * c + d)
    return state[:size], state[size:].reshape(size, size)


def p_value(observed: Sequence[float], mean: np.ndarray, covariance: np.ndarray) -> float:
    """Probability of counts at least as far from the mean, in the metric of the covariance (chi square)."""
    off = np.asarray(observed, dtype=float) - mean
    known = np.diag(covariance) > 1e-9
    distance = off[known] @ np.linalg.solve(covariance[np.ix_(known, known)], off[known])
    return float(stats.chi2.sf(distance, known.sum()))

"""The Gompertz law of a tumour that starts from 1 mm3.

    V(t) = V0 exp(alpha / beta (1 - exp(-beta t))),   V0 = 1 mm3

alpha is the growth rate at V0, beta its loss per e-fold of volume (both 1/day): dV/dt = V (alpha - beta ln(V / V0)).
V0 is a convention: tumours are read from some 40 mm3 on, and the law is not a claim about the first days.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def log_volume(log_alpha: FloatArray, log_beta: FloatArray, days: FloatArray) -> FloatArray:
    """ln(V / mm3) from the logs of alpha and beta (1/day) and days; shapes broadcast."""
    return np.exp(log_alpha - log_beta) * -np.expm1(-np.exp(log_beta) * days)


def slopes(
    log_alpha: FloatArray, log_beta: FloatArray, days: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """ln V and its derivatives by log alpha and by log beta."""
    value = log_volume(log_alpha, log_beta, days)
    by_beta = np.exp(log_alpha - np.exp(log_beta) * days) * days - value
    return value, value, by_beta


def volume(alpha: float, beta: float, days: FloatArray) -> FloatArray:
    """V (mm3) on the given days."""
    return np.exp(log_volume(np.log(alpha), np.log(beta), np.asarray(days, dtype=np.float64)))

"""Morris' screening of many inputs by elementary effects, with their noise.

Inputs x_i are scaled to 0..1 and stand on LEVELS levels. A trajectory starts anywhere on that grid and changes one
input after the other, each once, in random order, by STEP; the elementary effect of input i in trajectory j is

    EE_ij = (y(x + STEP e_i) - y(x)) / STEP.

Over trajectories: mu = mean EE, mu* = mean |EE| (importance), sigma = SD of EE (interaction or curvature). An effect
that is the same everywhere has sigma 0. Sources: Morris, Technometrics 1991; Campolongo, Cariboni and Saltelli,
Environmental Modelling and Software 2007 (mu*).

y is estimated from a finite number of animals. Where each EE comes with a standard error s_ij (from twins, so that
what two points share cancels), noise alone makes sigma^2 = mean s_ij^2 and mu* about sqrt(2/pi) of that root. So
`sigma` is given without noise, sqrt(max(0, var EE - mean s^2)), and an input whose sum of (EE/s)^2 could be noise is
called so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincc

from paget.analysis.resampling import interval, resampling_weights
from paget.analysis.screen.effects import benjamini_hochberg

FloatArray = npt.NDArray[np.float64]
LEVELS = 4
STEP = LEVELS / (2.0 * (LEVELS - 1.0))
"""2/3: every level is as likely as any other."""
NO_EFFECT, NOISE, LINEAR, MONOTONIC, INTERACTING = "no effect", "noise", "linear", "monotonic", "interacting"
FALSE_DISCOVERIES = 0.05
"""False discovery rate at which an input counts as more than noise."""
_LINEAR_BELOW, _MONOTONIC_BELOW = 0.1, 0.5
"""sigma / mu* below which an effect is nearly linear, or monotonic."""


def trajectory(inputs: int, number: int, seed: int) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Points of one trajectory, shape (inputs + 1, inputs), and which input changes from each point to the next."""
    rng = np.random.default_rng([seed, number])
    low = rng.integers(0, LEVELS // 2, size=inputs) / (LEVELS - 1.0)
    up = rng.random(inputs) < 0.5
    order = rng.permutation(inputs)
    points = np.tile(np.where(up, low, low + STEP), (inputs + 1, 1))
    for place, which in enumerate(order):
        points[place + 1 :, which] = low[which] + STEP if up[which] else low[which]
    return points, order


def elementary_effects(
    points: FloatArray, order: npt.NDArray[np.int64], values: FloatArray, errors: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """EE of every input in one trajectory and its standard error, shape (inputs,).

    values: y at the points, shape (inputs + 1,). errors: standard error of each difference of consecutive values.
    """
    effects, noise = np.empty(order.size), np.zeros(order.size)
    steps = points[np.arange(1, order.size + 1), order] - points[np.arange(order.size), order]
    effects[order] = np.diff(values) / steps
    if errors is not None:
        noise[order] = errors / np.abs(steps)
    return effects, noise


def summary(effects: FloatArray, noise: FloatArray, animals: int, seed: int = 0) -> pd.DataFrame:
    """One row per input: mu, mu_star (low, high), sigma, noise, p, q, kind, lost.

    effects, noise: shape (trajectories, inputs); NaN where a point could not be evaluated. animals: behind each
    standard error. The interval of mu* resamples trajectories; `noise` is what mu* would be without any effect.
    """
    trajectories = len(effects)
    weights = resampling_weights(trajectories, seed)
    rows = []
    for ee, s in zip(effects.T, noise.T, strict=True):
        known = np.isfinite(ee) & np.isfinite(s)
        rows.append(_row(ee[known], s[known], animals, weights, ee))
    table = pd.DataFrame(rows)
    table["q"] = benjamini_hochberg(table["p"].to_numpy(dtype=float))
    table["kind"] = [_kind(row) for row in table.to_dict("records")]
    return table


def _row(
    ee: FloatArray, s: FloatArray, animals: int, weights: FloatArray, whole: FloatArray
) -> dict[str, float]:
    if not ee.size:
        names = ("mu", "mu_star", "low", "high", "sigma", "noise", "p")
        return {**dict.fromkeys(names, np.nan), "lost": whole.size}
    variance = float(ee.var(ddof=1)) if ee.size > 1 else 0.0
    noise = float((s**2).mean())
    known = np.isfinite(whole)
    sums = weights @ np.where(known, np.abs(np.nan_to_num(whole)), 0.0)
    with np.errstate(invalid="ignore"):
        means = sums / (weights @ known)
    low, high = interval(means[1:], ee.size)
    return {
        "mu": float(ee.mean()),
        "mu_star": float(np.abs(ee).mean()),
        "low": low,
        "high": high,
        "sigma": float(np.sqrt(max(variance - noise, 0.0))),
        "noise": float(np.sqrt(2.0 * noise / np.pi)),
        "p": _p(ee, s, animals),
        "lost": int(whole.size - ee.size),
    }


def _p(ee: FloatArray, s: FloatArray, animals: int) -> float:
    """Chance that noise alone makes sum (EE/s)^2 as large; 1 without any effect, 0 for effects without noise.

    (EE/s)^2 has mean (n - 1)/(n - 3) under Student's t with n animals; the sum, so scaled, is compared with chi-square.
    """
    if not ee.any():
        return 1.0
    sure = s == 0.0
    if (ee[sure] != 0.0).any() or animals < 5:
        return 0.0
    scale = (animals - 3.0) / (animals - 1.0)
    total = scale * float(((ee[~sure] / s[~sure]) ** 2).sum())
    return float(gammaincc(0.5 * np.count_nonzero(~sure), 0.5 * total))


def _kind(row: dict[str, float]) -> str:
    """What an input is, in a word: see the head of this file."""
    if not row["mu_star"] > 0.0:
        return NO_EFFECT
    if not row["q"] < FALSE_DISCOVERIES:
        return NOISE
    ratio = row["sigma"] / row["mu_star"]
    if ratio < _LINEAR_BELOW:
        return LINEAR
    return MONOTONIC if ratio < _MONOTONIC_BELOW else INTERACTING

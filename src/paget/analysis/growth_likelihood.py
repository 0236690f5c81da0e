"""Likelihood of volumes under a population of Gompertz laws.

Animal i has z_i = (log alpha_i, log beta_i), normal over animals with mean m and covariance S. Its reading at t has
ln v = ln V(t; z_i) + error, the error normal with SD sigma. The likelihood of an animal is the integral over z_i,

    L_i = int prod_j N(ln v_ij; ln V(t_ij; z), sigma^2) N(z; m, S) dz,

taken by adaptive Gauss-Hermite quadrature: nodes around the mode of the integrand, scaled by its curvature there
(Gauss-Newton). One node is the Laplace approximation. Source: Pinheiro and Bates, J. Comput. Graph. Stat. 4 (1995) 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paget.analysis.gompertz import log_volume, slopes
from paget.analysis.growth_data import Volumes

FloatArray = npt.NDArray[np.float64]

NODES = 7
"""Quadrature nodes per random effect; 5 and 9 give the same estimates to four digits."""
MODE_STEPS = 60
LARGEST_STEP = 0.7
"""Longest step of log alpha and log beta in the search for a mode."""

PARAMETERS = (
    "log alpha",
    "log beta",
    "log SD of log alpha",
    "log SD of log beta",
    "atanh correlation",
    "log sigma",
)
"""The numbers that are fitted, on scales without limits."""


@dataclass(frozen=True)
class Readings:
    """Volumes as the likelihood wants them; rows filled up, `present` tells what counts."""

    days: FloatArray
    """Shape (animals, readings)."""
    logs: FloatArray
    """ln volume, 0 where absent."""
    present: npt.NDArray[np.bool_]
    """Whether there is a reading."""

    @staticmethod
    def of(volumes: Volumes) -> Readings:
        """What carries a volume."""
        present = np.isfinite(volumes.volumes)
        logs = np.log(np.where(present, volumes.volumes, 1.0))
        return Readings(np.nan_to_num(volumes.days), logs, present)


def law_of(parameters: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Mean m (2,), covariance S (2, 2) and sigma from PARAMETERS (6,)."""
    sd = np.exp(parameters[2:4])
    cross = np.tanh(parameters[4]) * sd[0] * sd[1]
    covariance = np.array([[sd[0] ** 2, cross], [cross, sd[1] ** 2]])
    return parameters[:2], covariance, float(np.exp(parameters[5]))


def inverse(matrix: FloatArray) -> FloatArray:
    """Inverse of a matrix, or of each of a stack of them."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def modes(
    readings: Readings, mean: FloatArray, precision: FloatArray, sigma: float
) -> tuple[FloatArray, FloatArray]:
    """Mode of every animal's integrand, shape (animals, 2), and minus its curvature there, shape (animals, 2, 2)."""
    effects = np.tile(mean, (len(readings.days), 1))
    for _ in range(MODE_STEPS):
        gradient, curvature = _gradient(readings, effects, mean, precision, sigma)
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        effects = effects + step * np.minimum(1.0, LARGEST_STEP / np.maximum(longest, 1e-300))
        if longest.max() < 1e-9:
            break
    return effects, _gradient(readings, effects, mean, precision, sigma)[1]


def _gradient(
    readings: Readings, effects: FloatArray, mean: FloatArray, precision: FloatArray, sigma: float
) -> tuple[FloatArray, FloatArray]:
    value, by_alpha, by_beta = slopes(effects[:, :1], effects[:, 1:], readings.days)
    slope = np.stack([by_alpha, by_beta], axis=2) * readings.present[:, :, None]
    residual = (readings.logs - value) * readings.present
    gradient = np.einsum("ij,ijk->ik", residual, slope) / sigma**2 - (effects - mean) @ precision
    curvature = np.einsum("ijk,ijl->ikl", slope, slope) / sigma**2 + precision
    return gradient, curvature


def log_likelihoods(parameters: FloatArray, readings: Readings, nodes: int = NODES) -> FloatArray:
    """Log-likelihood of each animal, shape (animals,), at PARAMETERS (6,)."""
    mean, covariance, sigma = law_of(parameters)
    precision = inverse(covariance)
    effects, curvature = modes(readings, mean, precision, sigma)
    scale = np.linalg.cholesky(inverse(curvature))
    grid, log_weight = _nodes(nodes)
    at = effects[:, None, :] + np.einsum("ijk,nk->inj", scale, grid)
    terms = _log_integrand(readings, at, mean, precision, sigma) + log_weight
    largest = terms.max(axis=1)
    total = np.log(np.exp(terms - largest[:, None]).sum(axis=1))
    volume = np.log(scale[:, 0, 0]) + np.log(scale[:, 1, 1])
    return largest + total + volume - np.log(2.0 * np.pi) - 0.5 * np.linalg.slogdet(covariance)[1]


def _nodes(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes in two dimensions, shape (count^2, 2), and the log of weight times exp(z^2 / 2)."""
    node, weight = np.polynomial.hermite_e.hermegauss(count)
    grid = np.stack(np.meshgrid(node, node), axis=2).reshape(-1, 2)
    log_weight = np.log(np.outer(weight, weight)).ravel() + 0.5 * (grid**2).sum(axis=1)
    return grid, log_weight


def _log_integrand(
    readings: Readings, at: FloatArray, mean: FloatArray, precision: FloatArray, sigma: float
) -> FloatArray:
    """Log of readings given effects times the unnormalised law of the effects, shape (animals, nodes)."""
    value = log_volume(at[:, :, :1], at[:, :, 1:], readings.days[:, None, :])
    squares = ((readings.logs[:, None, :] - value) * readings.present[:, None, :]) ** 2
    count = readings.present.sum(axis=1)[:, None]
    data = -0.5 * squares.sum(axis=2) / sigma**2 - count * (np.log(sigma) + 0.5 * np.log(2.0 * np.pi))
    off = at - mean
    return data - 0.5 * np.einsum("ink,kl,inl->in", off, precision, off)

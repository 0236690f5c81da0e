"""Growth of untreated tumours, fitted as a population.

`fit_population` estimates the law of alpha and beta over animals (see `gompertz` and `growth_likelihood`) by maximum
likelihood, standard errors from the curvature of the log-likelihood.

**Drop-out.** Large tumours leave, so the mean of those that are left is too small. What decides is the volume that was
*read*: an animal is taken out because of readings that are in the data. Missing readings are then missing at random,
the chance of leaving is a factor of the likelihood that does not contain the growth parameters, and the likelihood of
the readings alone is enough (Rubin, Biometrika 63 (1976) 581). `population_medians` is the median over *all* animals,
those that left included. It would be biased if animals left for something that was not read: a tumour that grew fast
after its last reading, say.

`fit_each` fits every animal by itself, by least squares on logs. It is simple and needs no law over animals, but its
spread contains the error of each fit: two animals of five late readings tell alpha and beta apart badly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares, minimize
from scipy.stats import norm, qmc

from paget.analysis.gompertz import FloatArray, log_volume
from paget.analysis.growth_data import Volumes
from paget.analysis.growth_likelihood import NODES, Readings, inverse, law_of, log_likelihoods, modes
from paget.errors import PagetError

FEWEST_ANIMALS = 5
START = np.array([np.log(0.5), np.log(0.07), np.log(0.3), np.log(0.3), np.arctanh(0.8), np.log(0.2)])
GRADIENT_TOLERANCE = 1e-3
HESSIAN_STEP = 2e-3
MEDIAN_SAMPLE = 1 << 11
"""Animals (quasi-random) over which a median is taken."""
LIMITS = ([np.log(1e-3), np.log(1e-4)], [np.log(20.0), np.log(5.0)])
"""Bounds of log alpha and log beta in the fit of one animal."""


@dataclass(frozen=True)
class PopulationFit:
    """Estimated law of the Gompertz parameters over animals."""

    parameters: FloatArray
    """`growth_likelihood.PARAMETERS`, shape (6,)."""
    covariance: FloatArray
    """Covariance of their estimates, shape (6, 6)."""
    log_likelihood: float
    effects: FloatArray
    """Most likely (log alpha, log beta) of each animal, shape (animals, 2)."""
    readings: int
    """Readings that entered."""
    not_felt: int
    """Readings without a palpable tumour, left out."""

    @property
    def alpha(self) -> float:
        """Median growth rate at 1 mm3 (1/day)."""
        return float(np.exp(self.parameters[0]))

    @property
    def beta(self) -> float:
        """Median loss of growth rate per e-fold of volume (1/day)."""
        return float(np.exp(self.parameters[1]))

    @property
    def sd_alpha(self) -> float:
        """SD of log alpha between animals."""
        return float(np.exp(self.parameters[2]))

    @property
    def sd_beta(self) -> float:
        """SD of log beta between animals."""
        return float(np.exp(self.parameters[3]))

    @property
    def correlation(self) -> float:
        """Correlation of log alpha and log beta between animals."""
        return float(np.tanh(self.parameters[4]))

    @property
    def residual_sd(self) -> float:
        """SD of the log of a reading about its animal's law."""
        return float(np.exp(self.parameters[5]))

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """Estimates with intervals: name, unit, estimate, low, high."""
        width = norm.ppf(0.5 + level / 2) * np.sqrt(np.diag(self.covariance))
        rows = [
            (name, unit, *(back(self.parameters[index] + side * width[index]) for side in (0, -1, 1)))
            for index, (name, unit, back) in enumerate(_ROWS)
        ]
        return pd.DataFrame(rows, columns=["name", "unit", "estimate", "low", "high"])


_ROWS = (
    ("alpha", "1/day", np.exp),
    ("beta", "1/day", np.exp),
    ("SD of log alpha", "1", np.exp),
    ("SD of log beta", "1", np.exp),
    ("correlation of logs", "1", np.tanh),
    ("residual SD of log volume", "1", np.exp),
)


def fit_population(volumes: Volumes, nodes: int = NODES) -> PopulationFit:
    """Fit the law over animals; `nodes` per random effect of the quadrature (1: Laplace).

    Raises PagetError for fewer than five animals or when the likelihood has no maximum inside.
    """
    readings = Readings.of(volumes)
    seen = int(readings.present.any(axis=1).sum())
    if seen < FEWEST_ANIMALS:
        raise PagetError("too few animals for a population", found=seen, allowed=f"{FEWEST_ANIMALS} or more")

    def loss(parameters: FloatArray) -> float:
        return -float(log_likelihoods(parameters, readings, nodes).sum())

    result = minimize(loss, START, method="BFGS", options={"gtol": GRADIENT_TOLERANCE})
    curvature = _hessian(loss, result.x)
    if not np.isfinite(result.fun) or np.linalg.eigvalsh(curvature)[0] <= 0.0:
        raise PagetError(
            "the readings do not determine a population of growth laws",
            found=f"{readings.present.sum()} readings of {seen} animals",
            allowed="animals followed over several e-folds of volume",
        )
    mean, covariance, sigma = law_of(result.x)
    effects, _ = modes(readings, mean, inverse(covariance), sigma)
    return PopulationFit(
        result.x,
        inverse(curvature),
        -float(result.fun),
        effects,
        volumes.readings,
        volumes.not_felt,
    )


def _hessian(loss: Callable[[FloatArray], float], at: FloatArray) -> FloatArray:
    """Second derivatives by central differences, shape (n, n)."""
    size = len(at)
    steps = HESSIAN_STEP * np.eye(size)
    result = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            corners = [
                sign * other * loss(at + sign * steps[i] + other * steps[j])
                for sign in (1, -1)
                for other in (1, -1)
            ]
            result[i, j] = result[j, i] = sum(corners) / (4.0 * HESSIAN_STEP**2)
    return result


def population_medians(
    fit: PopulationFit, days: Sequence[float], level: float = 0.95, draws: int = 400, seed: int = 1
) -> pd.DataFrame:
    """Median volume (mm3) over all animals by day: day, median, low, high.

    The interval comes from `draws` parameter sets from the normal law of the estimates. It is an interval of the
    median, not of an animal.
    """
    at = np.asarray(days, dtype=np.float64)
    scores = _scores()
    generator = np.random.default_rng(seed)
    drawn = generator.multivariate_normal(fit.parameters, fit.covariance, size=draws)
    spread = np.array([median_volumes(parameters, at, scores) for parameters in drawn])
    low, high = np.quantile(spread, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    central = median_volumes(fit.parameters, at, scores)
    return pd.DataFrame({"day": at, "median": central, "low": low, "high": high})


def _scores() -> FloatArray:
    """Quasi-random standard normal scores, shape (MEDIAN_SAMPLE, 2), the same in every call."""
    points = qmc.Sobol(2, scramble=True, seed=1).random(MEDIAN_SAMPLE)
    return np.asarray(norm.ppf(np.clip(points, 1e-9, 1 - 1e-9)))


def median_volumes(parameters: FloatArray, days: FloatArray, scores: FloatArray | None = None) -> FloatArray:
    """Median volume (mm3) over animals on each day, shape (days,), under PARAMETERS (6,)."""
    mean, covariance, _ = law_of(parameters)
    normal = _scores() if scores is None else scores
    effects = mean + normal @ np.linalg.cholesky(covariance).T
    logs = log_volume(effects[:, :1], effects[:, 1:], days[None, :])
    return np.asarray(np.exp(np.median(logs, axis=0)))


def fit_each(volumes: Volumes, fewest: int = 4) -> pd.DataFrame:
    """Fit every animal with at least `fewest` volumes by itself: animal, readings, alpha, beta, residual_sd.

    residual_sd has readings - 2 degrees of freedom.
    """
    rows = []
    for name, days, read in zip(volumes.animals, volumes.days, volumes.volumes, strict=True):
        present = np.isfinite(read)
        if present.sum() >= fewest:
            rows.append((name, int(present.sum()), *_fit_one(days[present], np.log(read[present]))))
    return pd.DataFrame(rows, columns=["animal", "readings", "alpha", "beta", "residual_sd"])


def _fit_one(days: FloatArray, logs: FloatArray) -> tuple[float, float, float]:
    found = least_squares(
        lambda effect: log_volume(effect[0], effect[1], days) - logs, START[:2], bounds=LIMITS, x_scale=0.1
    )
    alpha, beta = np.exp(found.x)
    return float(alpha), float(beta), float(np.sqrt(2.0 * found.cost / (len(days) - 2)))


def summarise_each(each: pd.DataFrame) -> dict[str, float]:
    """Medians, SDs of logs, correlation of logs and pooled residual SD of `fit_each`."""
    logs = np.log(each[["alpha", "beta"]].to_numpy())
    freedom = each["readings"].to_numpy() - 2
    return {
        "alpha": float(each["alpha"].median()),
        "beta": float(each["beta"].median()),
        "sd_alpha": float(logs[:, 0].std(ddof=1)),
        "sd_beta": float(logs[:, 1].std(ddof=1)),
        "correlation": float(np.corrcoef(logs.T)[0, 1]),
        "residual_sd": float(np.sqrt((freedom * each["residual_sd"] ** 2).sum() / freedom.sum())),
    }

"""What a simulated counterpart says: central value, both kinds of interval, the draws, and the power of the
experiment."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[list[FloatArray]], FloatArray]
"""Samples, each of shape (..., animals, readings), to a statistic of shape (...)."""

RESAMPLES = 1000
CONFIDENCE = 0.95
BOOTSTRAP_SEED = 20090116
DETECTABLE_POWER = 0.8


@dataclass(frozen=True)
class Finding:
    """One number of a row: an effect, a correlation, a level. All numbers are as shown (ratios are ratios)."""

    name: str
    """What is compared, for example "lung foci: A against B"."""
    measure: str
    """What the number is, for example "ratio of means"."""
    unit: str
    value: float
    """All animals of all seeds, central parameters."""
    between_animals: tuple[float, float]
    """95 % bootstrap interval over animals, at the number that was used; twins are resampled together."""
    from_parameters: tuple[float, float]
    """Middle 95 % over parameter draws."""
    by_seed: tuple[float, ...]
    """The value of every seed by itself."""
    draws: FloatArray
    """The value in each parameter draw, shape (draws,)."""
    no_effect: float | None
    """The value that stands for no effect; None for a level."""
    direction: str | None
    """"lower" or "higher" than no effect: what was published; None for a level."""
    target: tuple[float, float] | None
    """Range that was published; None where only a direction was seen."""
    animals: int
    """Animals per arm, all seeds together; the same ones in every arm."""
    power: float
    """Chance that a comparison of so many twins excludes no effect, were the simulated effect true."""
    within: bool = False
    """Whether the whole interval must lie in `target`, as where two arms are said to be equal."""
    detectable: float = math.nan
    """Smallest effect in the published direction that such a comparison decides with 80 % power."""

    def right(self) -> npt.NDArray[np.bool_]:
        """Which parameter draws give the right answer; a draw without an answer does not."""
        with np.errstate(invalid="ignore"):
            if self.target is not None:
                low, high = self.target
                return (self.draws >= low) & (self.draws <= high)
            if self.no_effect is None:
                return np.zeros(self.draws.shape, dtype=bool)
            if self.direction == "lower":
                return self.draws < self.no_effect
            return self.draws > self.no_effect


@dataclass(frozen=True)
class Question:
    """What is asked of the samples of a row."""

    name: str
    measure: str
    statistic: Statistic
    unit: str = "1"
    is_ratio: bool = False
    """Whether the statistic is the logarithm of what is shown."""
    null: float | None = 0.0
    """Value of the statistic without effect; None for a level."""
    direction: str | None = None
    target: tuple[float, float] | None = None
    within: bool = False
    """Whether the interval must lie in the target altogether."""


def answer(question: Question, central: Sequence[FloatArray], draws: Sequence[FloatArray]) -> Finding:
    """Evaluate a statistic on the pooled seeds, on each seed, on resampled animals, and on every draw.

    central: per sample, shape (seeds, animals, readings). draws: per sample, shape (draws, animals, readings).
    """
    pooled = [sample.reshape(-1, sample.shape[-1]) for sample in central]
    value = float(question.statistic(pooled))
    spread = question.statistic(resampled(pooled))
    by_seed = np.atleast_1d(question.statistic(list(central)))
    over_draws = np.atleast_1d(question.statistic(list(draws))) if draws and len(draws[0]) else np.empty(0)
    error = float(np.nanstd(spread)) if np.isfinite(spread).any() else math.nan
    shown = np.exp if question.is_ratio else np.asarray
    low, high = middle(spread)
    lowest, highest = middle(over_draws)
    return Finding(
        name=question.name,
        measure=question.measure,
        unit=question.unit,
        value=float(shown(value)),
        between_animals=(float(shown(low)), float(shown(high))),
        from_parameters=(float(shown(lowest)), float(shown(highest))),
        by_seed=tuple(float(shown(x)) for x in by_seed),
        draws=np.asarray(shown(over_draws), dtype=np.float64),
        no_effect=None if question.null is None else float(shown(question.null)),
        direction=question.direction,
        target=question.target,
        within=question.within,
        animals=min(len(sample) for sample in pooled),
        power=_power(value, question.null, error),
        detectable=_detectable(question, error),
    )


def without_animals(
    name: str,
    measure: str,
    values: Sequence[float] | FloatArray,
    target: tuple[float, float] | None = None,
    direction: str | None = None,
) -> Finding:
    """A number without unit that has no spread between animals: beside a published range, or as a ratio that is lower
    or higher than one.

    values: the central one, then one per parameter draw.
    """
    central, draws = float(values[0]), np.asarray(values[1:], dtype=np.float64)
    return Finding(
        name=name,
        measure=measure,
        unit="1",
        value=central,
        between_animals=(central, central),
        from_parameters=middle(draws),
        by_seed=(central,),
        draws=draws,
        no_effect=1.0 if target is None else None,
        direction=direction,
        target=target,
        animals=0,
        power=math.nan,
        detectable=math.nan,
    )


def resampled(samples: Sequence[FloatArray], times: int = RESAMPLES) -> list[FloatArray]:
    """Bootstrap: animals drawn with replacement, shape (times, animals, readings); all samples hold the same animals
    in the same order and are resampled together."""
    generator = np.random.Generator(np.random.Philox(BOOTSTRAP_SEED))
    animals = len(samples[0])
    indices = generator.integers(0, animals, size=(times, animals))
    return [sample[indices] for sample in samples]


def middle(values: FloatArray, share: float = CONFIDENCE) -> tuple[float, float]:
    """The middle of a distribution; NaN where nothing is known."""
    known = values[np.isfinite(values)]
    if not known.size:
        return math.nan, math.nan
    low, high = np.quantile(known, [(1.0 - share) / 2.0, (1.0 + share) / 2.0])
    return float(low), float(high)


def _power(value: float, null: float | None, error: float) -> float:
    """Chance that |estimate - null| exceeds 1.96 errors when the truth is `value`: both tails, normal law."""
    if null is None or not math.isfinite(value) or not error > 0.0:
        return math.nan
    distance, limit = (value - null) / error, float(ndtri(0.5 + CONFIDENCE / 2.0))
    return float(ndtr(distance - limit) + ndtr(-distance - limit))


def _detectable(question: Question, error: float) -> float:
    if question.null is None or question.direction is None or not error > 0.0:
        return math.nan
    size = (float(ndtri(0.5 + CONFIDENCE / 2.0)) + float(ndtri(DETECTABLE_POWER))) * error
    edge = question.null - size if question.direction == "lower" else question.null + size
    return math.exp(edge) if question.is_ratio else edge


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion; NaN without trials."""
    if total == 0:
        return math.nan, math.nan
    z2 = float(ndtri(0.5 + CONFIDENCE / 2.0)) ** 2
    share = hits / total
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = math.sqrt(z2 * (share * (1 - share) / total + z2 / (4 * total**2))) / (1 + z2 / total)
    return max(centre - half, 0.0), min(centre + half, 1.0)

"""Growth of untreated primaries against a Gompertz law with differences between animals that real tumours gave.

Each published median over animals has an error of its own: that of a median of as many animals as were measured. The
simulated median must come within the 95 % interval that the law gives such a median.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from paget.evidence.arms import ArmName
from paget.evidence.findings import BOOTSTRAP_SEED, Finding, Question, Statistic, answer
from paget.evidence.statistics.animals import Animals, Need
from paget.model.counterpart import Curve
from paget.model.readings import Reading

FloatArray = npt.NDArray[np.float64]

REPEATS = 2000
"""Published experiments that are drawn from the law."""
_NORMAL_QUARTILES = 1.349
"""Distance of the quartiles of a normal law, in SDs."""


def _reading(day: float) -> Reading:
    return Reading(state="primary volume", trial_day=day)


def needs_curve(part: Curve) -> Iterable[Need]:
    """The volume on every day."""
    for day in part.days:
        yield ArmName(part.trial, part.arm), _reading(day)


def ask_curve(part: Curve, animals: Animals) -> list[Finding]:
    """Median volume on each day, and spread between animals on the last."""
    arm = ArmName(part.trial, part.arm)
    volumes = law_volumes(part)
    found = []
    for index, day in enumerate(part.days):
        medians = np.median(volumes[..., index], axis=1)
        found.append(_ask(arm, day, "median of volumes", log_median, np.log(medians), animals, True, "mm^3"))
    spreads = log_spread([np.where(np.isnan(volumes), np.inf, volumes)[..., -1:]])
    found.append(_ask(arm, part.days[-1], "SD of log volume", log_spread, spreads, animals, False, "1"))
    return found


def _ask(
    arm: ArmName, day: float, what: str, statistic: Statistic, published: FloatArray, animals: Animals,
    is_ratio: bool, unit: str,
) -> Finding:  # fmt: skip
    low, high = np.quantile(published, [0.025, 0.975])
    shown = np.exp if is_ratio else np.asarray
    question = Question(
        name=f"primary on day {day:g}",
        measure=what,
        unit=unit,
        statistic=statistic,
        is_ratio=is_ratio,
        null=None,
        target=(float(shown(low)), float(shown(high))),
    )
    return answer(question, [animals.central(arm, _reading(day))], [animals.draws(arm, _reading(day))])


def law_volumes(part: Curve) -> FloatArray:
    """Volumes of repeated published experiments [mm^3], shape (REPEATS, animals, days)."""
    generator = np.random.Generator(np.random.Philox(BOOTSTRAP_SEED))
    scores = generator.standard_normal((2, REPEATS, part.published_animals))
    other = part.correlation * scores[0] + np.sqrt(1.0 - part.correlation**2) * scores[1]
    alpha, beta = part.alpha * np.exp(part.alpha_sd * scores[0]), part.beta * np.exp(part.beta_sd * other)
    days = np.array(part.days)
    return gompertz(alpha[..., None], beta[..., None], days)


def gompertz(alpha: FloatArray, beta: FloatArray, days: FloatArray) -> FloatArray:
    """Volume [mm^3] from 1 mm^3 on day 0: exp(alpha / beta (1 - exp(-beta t)))."""
    return np.asarray(np.exp(alpha / beta * -np.expm1(-beta * days)))


def _gone_are_large(sample: FloatArray) -> FloatArray:
    """Animals leave when their tumour is too large: for quantiles they lie above all others."""
    return np.where(np.isnan(sample[..., 0]), np.inf, sample[..., 0])


def log_median(samples: list[FloatArray]) -> FloatArray:
    """Log of the median volume; NaN where half of the animals are gone."""
    with np.errstate(divide="ignore"):
        median = np.log(np.median(_gone_are_large(samples[0]), axis=-1))
    return np.where(np.isfinite(median), median, np.nan)


def log_spread(samples: list[FloatArray]) -> FloatArray:
    """SD of log volumes, from their quartiles; NaN where a quarter of the animals are gone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.quantile(_gone_are_large(samples[0]), [0.25, 0.75], axis=-1, method="nearest")
        spread = (np.log(high) - np.log(low)) / _NORMAL_QUARTILES
    return np.where(np.isfinite(spread), spread, np.nan)

"""Readings of the same animals: correlation, change over time, and how well they tell what becomes of an animal."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from paget.evidence.arms import ArmName
from paget.evidence.findings import Finding, Question, answer
from paget.evidence.measures import measure_for, rank_correlation, ranks
from paget.evidence.statistics.animals import Animals, Need
from paget.model.counterpart import Change, Correlation, Discrimination

FloatArray = npt.NDArray[np.float64]

FOLDS = 5
"""Parts of a cross-validation."""
_TINY = 1e-9
"""Added to a share before its logarithm."""
_PENALTY = 1e-3
"""Of the linear score, per animal: with more predictors than animals it must stay finite."""


# ---- correlation -----------------------------------------------------------------------------------------------------


def needs_correlation(part: Correlation) -> Iterable[Need]:
    """Both readings of every pair."""
    arm = ArmName(part.trial, part.arm)
    for pair in part.pairs:
        yield arm, pair.x
        yield arm, pair.y


def ask_correlation(part: Correlation, animals: Animals) -> list[Finding]:
    """One rank correlation per pair."""
    arm = ArmName(part.trial, part.arm)
    found = []
    for pair in part.pairs:
        question = Question(
            name=f"{pair.y.describe()} with {pair.x.describe()}, {part.arm}",
            measure="rank correlation",
            statistic=lambda samples: rank_correlation(samples[0][..., 0], samples[0][..., 1]),
            direction="higher" if pair.direction == "positive" else "lower",
        )
        central, draws = (of(arm, pair.x, pair.y) for of in (animals.central, animals.draws))
        found.append(answer(question, [central], [draws]))
    return found


# ---- change ----------------------------------------------------------------------------------------------------------


def needs_change(part: Change) -> Iterable[Need]:
    """Both readings."""
    arm = ArmName(part.trial, part.arm)
    yield arm, part.earlier
    yield arm, part.later


def ask_change(part: Change, animals: Animals) -> list[Finding]:
    """The later reading against the earlier one."""
    arm = ArmName(part.trial, part.arm)
    central, draws = (of(arm, part.later, part.earlier) for of in (animals.central, animals.draws))
    measure = measure_for(animals.kind(arm, part.later), [central])
    question = Question(
        name=f"{part.later.describe()} against {part.earlier.describe()}, {part.arm}",
        measure=measure.name,
        unit="1" if measure.is_ratio else animals.unit(arm, part.later),
        statistic=lambda samples: measure.compare(samples[0][..., 0], samples[0][..., 1]),
        is_ratio=measure.is_ratio,
        direction=part.direction,
    )
    return [answer(question, [central], [draws])]


# ---- discrimination --------------------------------------------------------------------------------------------------


def needs_discrimination(part: Discrimination) -> Iterable[Need]:
    """Predictors and outcome."""
    arm = ArmName(part.trial, part.arm)
    for reading in (*part.predictors, part.outcome):
        yield arm, reading


def ask_discrimination(part: Discrimination, animals: Animals) -> list[Finding]:
    """Area under the curve of the cross-validated score; one half says nothing."""
    arm = ArmName(part.trial, part.arm)
    readings = (*part.predictors, part.outcome)
    question = Question(
        name=f"{part.outcome.describe()} above the median, told by {len(part.predictors)} readings, {part.arm}",
        measure="area under the curve",
        statistic=lambda samples: cross_validated_auc(samples[0]),
        null=0.5,
        direction="higher",
    )
    return [answer(question, [animals.central(arm, *readings)], [animals.draws(arm, *readings)])]


def cross_validated_auc(sample: FloatArray) -> FloatArray:
    """AUC of a linear score of log predictors that was fitted to the other animals.

    sample: shape (..., animals, predictors + outcome). NaN with too few animals, or where all outcomes are alike.
    """
    if sample.ndim > 2:
        return np.array([cross_validated_auc(part) for part in sample], dtype=np.float64)
    known = sample[np.isfinite(sample).all(axis=1)]
    if len(known) < 2 * FOLDS:
        return np.asarray(np.nan)
    outcome = known[:, -1] > np.median(known[:, -1])
    predictors = np.log(np.maximum(known[:, :-1], 0.0) + _TINY)
    # Copies of one animal (bootstrap) go into one fold: otherwise an animal would be told by itself.
    _, animal = np.unique(known, axis=0, return_inverse=True)
    fold = np.ravel(animal) % FOLDS
    scores = np.empty(len(known))
    for part in range(FOLDS):
        test = fold == part
        if test.any() and not test.all():
            scores[test] = _score(predictors[~test], outcome[~test], predictors[test])
    return np.asarray(auc(scores, outcome))


def _score(predictors: FloatArray, outcome: npt.NDArray[np.bool_], new: FloatArray) -> FloatArray:
    """Ridge regression of the outcome on standardised predictors, applied to new animals."""
    centre, spread = predictors.mean(axis=0), predictors.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    x = (predictors - centre) / spread
    y = outcome - outcome.mean()
    weights = np.linalg.solve(x.T @ x + _PENALTY * len(x) * np.eye(x.shape[1]), x.T @ y)
    return np.asarray(((new - centre) / spread) @ weights)


def auc(scores: FloatArray, outcome: npt.NDArray[np.bool_]) -> float:
    """Chance that an animal with the outcome scores higher than one without (ties count half)."""
    positive, negative = int(outcome.sum()), int((~outcome).sum())
    if positive == 0 or negative == 0:
        return float("nan")
    return (float(ranks(scores)[outcome].sum()) - positive * (positive + 1) / 2) / (positive * negative)

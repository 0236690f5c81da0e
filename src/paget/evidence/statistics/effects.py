"""Arms against each other: effects, effects that differ between readings, and effects that depend on a marker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from paget.evidence.arms import ArmName
from paget.evidence.findings import Finding, Question, Statistic, answer
from paget.evidence.measures import COUNTS, RATIO, Measure, measure_for
from paget.evidence.statistics.animals import Animals, Need
from paget.model.counterpart import Contrasts, Effect, Interaction, Modification
from paget.model.readings import Reading

FloatArray = npt.NDArray[np.float64]

# ---- contrasts -------------------------------------------------------------------------------------------------------


def needs_contrasts(part: Contrasts) -> Iterable[Need]:
    """Both arms of every effect."""
    for effect in part.effects:
        for arm in _arms_of(effect, part.trial):
            yield arm, effect


def ask_contrasts(part: Contrasts, animals: Animals) -> list[Finding]:
    """One finding per effect."""
    return [_contrast(effect, *_arms_of(effect, part.trial), animals) for effect in part.effects]


def _arms_of(effect: Effect, trial: str) -> tuple[ArmName, ArmName]:
    name = effect.trial or trial
    return ArmName(name, effect.arm), ArmName(name, effect.reference)


def _contrast(effect: Effect, arm: ArmName, reference: ArmName, animals: Animals) -> Finding:
    central = [animals.central(name, effect) for name in (arm, reference)]
    measure = ratio_for(animals, arm, effect)
    if effect.direction != "equal":
        measure = measure_for(animals.kind(arm, effect), central)
    question = Question(
        name=f"{effect.describe()}: {effect.arm} against {effect.reference}",
        measure=measure.name,
        unit="1" if measure.is_ratio else animals.unit(arm, effect),
        statistic=two_arms(measure),
        is_ratio=measure.is_ratio,
        **_published(effect),
    )
    return answer(question, central, [animals.draws(name, effect) for name in (arm, reference)])


def _published(effect: Effect) -> dict[str, Any]:
    """The direction, or the range within which two arms are equal."""
    if effect.direction == "equal":
        return {"null": None, "target": (1.0 / effect.margin, effect.margin), "within": True}
    return {"direction": effect.direction}


def two_arms(measure: Measure) -> Statistic:
    """A measure of the first reading of two samples."""
    return lambda samples: measure.compare(samples[0][..., 0], samples[1][..., 0])


# ---- interaction of effects ------------------------------------------------------------------------------------------


def needs_interaction(part: Interaction) -> Iterable[Need]:
    """Each reading of its two arms."""
    for arms, reading in _effects_of(part):
        for arm in arms:
            yield arm, reading


def _effects_of(part: Interaction) -> list[tuple[list[ArmName], Reading]]:
    """(arm and reference, reading) of the stronger and of the weaker effect."""
    weaker = (part.weaker_arm or part.arm, part.weaker_reference or part.reference)
    return [
        ([ArmName(part.trial, name) for name in (part.arm, part.reference)], part.stronger),
        ([ArmName(part.trial, name) for name in weaker], part.weaker),
    ]


def ask_interaction(part: Interaction, animals: Animals) -> list[Finding]:
    """The ratio of the two ratios; below one where the effect is larger on the `stronger` reading."""
    effects = _effects_of(part)
    measures = [ratio_for(animals, arms[0], reading) for arms, reading in effects]
    samples = [(arm, reading) for arms, reading in effects for arm in arms]
    question = Question(
        name=f"effect on {_effect_text(*effects[0])} over effect on {_effect_text(*effects[1])}",
        measure="ratio of ratios",
        statistic=ratio_of_ratios(*measures),
        is_ratio=True,
        direction="lower",
    )
    central = [animals.central(arm, reading) for arm, reading in samples]
    return [answer(question, central, [animals.draws(arm, reading) for arm, reading in samples])]


def _effect_text(arms: list[ArmName], reading: Reading) -> str:
    return f"{reading.describe()} ({arms[0].arm} against {arms[1].arm})"


def ratio_of_ratios(stronger: Measure, weaker: Measure) -> Statistic:
    """Log of the ratio of two effects: samples are arm and reference of the stronger one, then of the weaker one."""

    def statistic(samples: list[FloatArray]) -> FloatArray:
        values = [sample[..., 0] for sample in samples]
        return stronger.compare(values[0], values[1]) - weaker.compare(values[2], values[3])

    return statistic


def ratio_for(animals: Animals, arm: ArmName, reading: Reading) -> Measure:
    """Ratio of means, with half a count added where counts are compared."""
    return COUNTS if animals.kind(arm, reading) == "count" else RATIO


# ---- markers that modify an effect -----------------------------------------------------------------------------------


def needs_modification(part: Modification) -> Iterable[Need]:
    """Marker and outcome of both arms."""
    for arm in (part.arm, part.reference):
        for reading in (part.marker, part.outcome):
            yield ArmName(part.trial, arm), reading


def ask_modification(part: Modification, animals: Animals) -> list[Finding]:
    """The ratio of arm to reference above the median of the marker, over that ratio below it."""
    arms = [ArmName(part.trial, name) for name in (part.arm, part.reference)]
    measure = ratio_for(animals, arms[0], part.outcome)
    question = Question(
        name=f"effect on {part.outcome.describe()} with much against little {part.marker.describe()}: "
        f"{part.arm} against {part.reference}",
        measure="ratio of ratios",
        statistic=lambda samples: split_by_marker(samples, measure),
        is_ratio=True,
        direction=part.direction,
    )
    both = (part.marker, part.outcome)
    return [
        answer(question, [animals.central(a, *both) for a in arms], [animals.draws(a, *both) for a in arms])
    ]


def split_by_marker(samples: list[FloatArray], measure: Measure) -> FloatArray:
    """Log ratio among animals above the median marker of both arms minus that among the others.

    samples: two of shape (..., animals, [marker, outcome]).
    """
    markers = np.concatenate([sample[..., 0] for sample in samples], axis=-1)
    with np.errstate(all="ignore"):
        edge = np.nanmedian(markers, axis=-1, keepdims=True)
    high = [np.where(sample[..., 0] > edge, sample[..., 1], np.nan) for sample in samples]
    low = [np.where(sample[..., 0] <= edge, sample[..., 1], np.nan) for sample in samples]
    return measure.compare(high[0], high[1]) - measure.compare(low[0], low[1])

"""Which animals a counterpart needs, and what is asked of them: one pair of small functions per statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from paget.evidence.arms import ArmName, ArmPlan
from paget.evidence.findings import Finding, Question, Statistic, answer
from paget.evidence.measures import Measure, measure_for, rank_correlation
from paget.evidence.simulation import ArmRuns
from paget.model import Catalog
from paget.model.counterpart import Change, Contrasts, Correlation, Effect, Reading
from paget.model.endpoints import find_endpoint
from paget.model.published import PublishedResult

FloatArray = npt.NDArray[np.float64]
Need = tuple[ArmName, Reading]


class Animals:
    """The simulated animals, by arm and reading."""

    def __init__(self, plans: Iterable[ArmPlan], runs: Mapping[ArmName, ArmRuns], catalog: Catalog) -> None:
        self._columns = {plan.name: {r.key: i for i, r in enumerate(plan.readings)} for plan in plans}
        self._runs, self.catalog = runs, catalog

    def central(self, arm: ArmName, *readings: Reading) -> FloatArray:
        """Shape (seeds, animals, readings)."""
        return self._runs[arm].central[..., self._places(arm, readings)]

    def draws(self, arm: ArmName, *readings: Reading) -> FloatArray:
        """Shape (draws, animals, readings)."""
        return self._runs[arm].draws[..., self._places(arm, readings)]

    def _places(self, arm: ArmName, readings: Iterable[Reading]) -> list[int]:
        return [self._columns[arm][reading.key] for reading in readings]

    def kind(self, arm: ArmName, reading: Reading) -> str:
        """Kind of the numbers: "count", "fraction", "survival" or "continuous"."""
        if reading.funnel is not None:
            return "count"
        return self._endpoint(arm, reading, "kind", "continuous")

    def unit(self, arm: ArmName, reading: Reading) -> str:
        """Unit of a reading; "" where the engine's record states it."""
        return self._endpoint(arm, reading, "unit", "")

    def _endpoint(self, arm: ArmName, reading: Reading, what: str, otherwise: str) -> str:
        names = reading.endpoints()
        if not names:
            return otherwise
        sites = list(self.catalog.hosts[self.catalog.trials[arm.trial].host].sites)
        endpoint = find_endpoint(names[0], sites, self.catalog.cell_types, self.catalog.factors)
        return otherwise if endpoint is None else str(getattr(endpoint, what))


# ---- contrasts -------------------------------------------------------------------------------------------------------


def _arms_of(effect: Effect, trial: str) -> tuple[ArmName, ArmName]:
    name = effect.trial or trial
    return ArmName(name, effect.arm), ArmName(name, effect.reference)


def _needs_contrasts(part: Contrasts) -> Iterable[Need]:
    for effect in part.effects:
        for arm in _arms_of(effect, part.trial):
            yield arm, effect


def _ask_contrasts(part: Contrasts, result: PublishedResult, animals: Animals) -> list[Finding]:
    return [_contrast(effect, *_arms_of(effect, part.trial), animals) for effect in part.effects]


def _contrast(effect: Effect, arm: ArmName, reference: ArmName, animals: Animals) -> Finding:
    central = [animals.central(name, effect) for name in (arm, reference)]
    measure = measure_for(animals.kind(arm, effect), central)
    question = Question(
        name=f"{effect.describe()}: {effect.arm} against {effect.reference}",
        measure=measure.name,
        unit="1" if measure.is_ratio else animals.unit(arm, effect),
        statistic=two_arms(measure),
        is_ratio=measure.is_ratio,
        direction=effect.direction,
    )
    return answer(question, central, [animals.draws(name, effect) for name in (arm, reference)])


def two_arms(measure: Measure) -> Statistic:
    """A measure of the first reading of two samples."""
    return lambda samples: measure.compare(samples[0][..., 0], samples[1][..., 0])


# ---- correlation -----------------------------------------------------------------------------------------------------


def _needs_correlation(part: Correlation) -> Iterable[Need]:
    arm = ArmName(part.trial, part.arm)
    for pair in part.pairs:
        yield arm, pair.x
        yield arm, pair.y


def _ask_correlation(part: Correlation, result: PublishedResult, animals: Animals) -> list[Finding]:
    arm = ArmName(part.trial, part.arm)
    found = []
    for pair in part.pairs:
        question = Question(
            name=f"{pair.y.describe()} with {pair.x.describe()}, {part.arm}",
            measure="rank correlation",
            statistic=lambda samples: rank_correlation(samples[0][..., 0], samples[0][..., 1]),
            direction="higher" if pair.direction == "positive" else "lower",
        )
        central, draws = animals.central(arm, pair.x, pair.y), animals.draws(arm, pair.x, pair.y)
        found.append(answer(question, [central], [draws]))
    return found


# ---- change ----------------------------------------------------------------------------------------------------------


def _needs_change(part: Change) -> Iterable[Need]:
    arm = ArmName(part.trial, part.arm)
    yield arm, part.earlier
    yield arm, part.later


def _ask_change(part: Change, result: PublishedResult, animals: Animals) -> list[Finding]:
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


# ---- all statistics --------------------------------------------------------------------------------------------------

_STATISTICS: dict[str, tuple[Callable[[Any], Iterable[Need]], Callable[..., list[Finding]]]] = {
    "contrasts": (_needs_contrasts, _ask_contrasts),
    "correlation": (_needs_correlation, _ask_correlation),
    "change": (_needs_change, _ask_change),
}


def needs(result: PublishedResult) -> list[tuple[ArmName, Reading, int]]:
    """Arms and readings that a row is computed from, and the least animals per draw (0: the usual number)."""
    return [
        (arm, reading, part.animals_per_draw or 0)
        for part in result.counterpart
        for arm, reading in _STATISTICS[part.statistic][0](part)
    ]


def findings(result: PublishedResult, animals: Animals) -> list[Finding]:
    """The numbers of a row."""
    return [
        finding
        for part in result.counterpart
        for finding in _STATISTICS[part.statistic][1](part, result, animals)
    ]

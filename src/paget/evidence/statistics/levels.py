"""Numbers that must meet a published range: levels, shares, potency of clusters, sources of a factor."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from paget.evidence.arms import ArmName, model_of_arm
from paget.evidence.findings import Finding, Question, answer, without_animals
from paget.evidence.measures import HALF_A_COUNT, mean
from paget.evidence.statistics.animals import Animals, Need
from paget.model import Catalog, Model
from paget.model.counterpart import Level, Levels, Potency, Sources
from paget.model.readings import Reading
from paget.model.tumour import TUMOUR_CELL
from paget.trial.subjects import Values

FloatArray = npt.NDArray[np.float64]

# ---- levels ----------------------------------------------------------------------------------------------------------


def needs_levels(part: Levels) -> Iterable[Need]:
    """What is read, and what it is a share of."""
    arm = ArmName(part.trial, part.arm)
    for level in part.levels:
        yield arm, level.reading
        if level.of is not None:
            yield arm, level.of


def ask_levels(part: Levels, animals: Animals) -> list[Finding]:
    """One finding per level."""
    return [_level(level, ArmName(part.trial, part.arm), animals) for level in part.levels]


def _level(level: Level, arm: ArmName, animals: Animals) -> Finding:
    readings = [level.reading] if level.of is None else [level.reading, level.of]
    question = Question(
        name=level.name or " over ".join(reading.describe() for reading in readings),
        measure="mean" if level.of is None else "ratio of sums",
        unit=level.unit,
        statistic=_mean if level.of is None else ratio_of_sums,
        null=None,
        target=(level.low, level.high),
    )
    return answer(question, [animals.central(arm, *readings)], [animals.draws(arm, *readings)])


def _mean(samples: list[FloatArray]) -> FloatArray:
    return mean(samples[0][..., 0])


def ratio_of_sums(samples: list[FloatArray]) -> FloatArray:
    """Sum of the first reading over all animals by that of the second."""
    totals = np.nansum(samples[0], axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals[..., 1] > 0.0, totals[..., 0] / totals[..., 1], np.nan)


# ---- potency of clusters ---------------------------------------------------------------------------------------------


def _of_potency(part: Potency) -> list[Reading]:
    founded = [
        Reading(funnel="micrometastasis", aggregate=kind, site=part.site) for kind in ("cluster", "single")
    ]
    return [*founded, Reading(blood="cluster"), Reading(blood="single")]


def needs_potency(part: Potency) -> Iterable[Need]:
    """Metastases by the aggregate that founded them, and the aggregates in blood."""
    for reading in _of_potency(part):
        yield ArmName(part.trial, part.arm), reading


def ask_potency(part: Potency, animals: Animals) -> list[Finding]:
    """Odds of clusters among metastases over their odds in blood."""
    arm, readings = ArmName(part.trial, part.arm), _of_potency(part)
    question = Question(
        name=f"potency of a cluster in blood, {part.site}, {animals.catalog.trials[part.trial].tumour}",
        measure="ratio of odds",
        statistic=log_potency,
        is_ratio=True,
        null=None,
        target=(part.low, part.high),
    )
    return [answer(question, [animals.central(arm, *readings)], [animals.draws(arm, *readings)])]


def log_potency(samples: list[FloatArray]) -> FloatArray:
    """Log odds ratio of the sums of (clusters, singles) among metastases and in blood, half a count added to each."""
    logs = np.log(np.nansum(samples[0], axis=-2) + HALF_A_COUNT)
    return (logs[..., 0] - logs[..., 1]) - (logs[..., 2] - logs[..., 3])


# ---- sources of a factor ---------------------------------------------------------------------------------------------


def _makers(part: Sources, catalog: Catalog) -> list[str]:
    model = model_of_arm(ArmName(part.trial, part.arm), catalog)
    return [name for name in model.cell_types if any(_secretes(model, name, f) for f in part.factors)]


def _secretes(model: Model, cell_type: str, factor: str) -> bool:
    return f"secretion of {factor}" in model.cell_types[cell_type].behaviours


def needs_sources(part: Sources, catalog: Catalog) -> Iterable[Need]:
    """Counts of all cells that make the factors."""
    for name in _makers(part, catalog):
        yield ArmName(part.trial, part.arm), _count(name, part)


def _count(cell_type: str, part: Sources) -> Reading:
    field = "primary tumour cells" if cell_type == TUMOUR_CELL else f"primary {cell_type}"
    return Reading(state=field, volume=part.volume)


def ask_sources(part: Sources, animals: Animals) -> list[Finding]:
    """Shares made by the `makers`: in the primary, from its cells; in the healthy organ, from its residents.

    Secretion is taken at its base: rules that raise or lower it are not looked at.
    """
    arm, names = ArmName(part.trial, part.arm), _makers(part, animals.catalog)
    model = animals.model_of(arm)
    values = animals.values_of_draws(model)
    rates = np.array([[_rate(model, name, part, own) for name in names] for own in values])
    ours = np.array([name in part.makers for name in names])
    readings = [_count(name, part) for name in names]
    central, draws = animals.central(arm, *readings), animals.draws(arm, *readings)
    made = [central * rates[0], draws * rates[1:, None, :]]
    text = " and ".join(part.factors)
    primary = Question(
        name=f"{text} made by {' + '.join(part.makers)} in the primary",
        measure="share",
        statistic=lambda samples: share_of_sum(samples[0], ours),
        null=None,
        target=(part.low, 1.0),
    )
    resident = np.array([_in_organ(model, part, names, own) for own in values]) * rates
    return [answer(primary, [made[0]], [made[1]]), _organ_finding(part, text, resident, ours)]


def _rate(model: Model, cell_type: str, part: Sources, values: Values) -> float:
    """Molecules per cell and day of all the factors."""
    behaviours = model.cell_types[cell_type].behaviours
    found = [behaviours.get(f"secretion of {factor}") for factor in part.factors]
    return sum(values.get(b.base.path, b.base.canonical) for b in found if b is not None)


def _in_organ(model: Model, part: Sources, names: list[str], values: Values) -> list[float]:
    cells = model.host.sites[part.organ].cells
    return [values.get(cells[n].path, cells[n].canonical) if n in cells else 0.0 for n in names]


def share_of_sum(sample: FloatArray, ours: npt.NDArray[np.bool_]) -> FloatArray:
    """Share of `ours` in what is made by all, over all animals."""
    total = np.nansum(sample, axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(total[..., ours].sum(axis=-1) / total.sum(axis=-1))


def _organ_finding(part: Sources, text: str, made: FloatArray, ours: npt.NDArray[np.bool_]) -> Finding:
    with np.errstate(invalid="ignore"):
        shares = made[:, ours].sum(axis=1) / made.sum(axis=1)
    name = f"{text} made by {' + '.join(part.makers)} in the healthy {part.organ}"
    return without_animals(name, "share", shares, (part.low, 1.0))

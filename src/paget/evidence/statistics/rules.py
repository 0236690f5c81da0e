"""What the catalog says without any animal: two of its numbers, or a behaviour under stated signals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.evidence.findings import Finding, without_animals
from paget.evidence.statistics.animals import Animals
from paget.model import Catalog, Model, resolve
from paget.model.counterpart import Comparison, Numbers, Response
from paget.rules.response import hill_term, respond
from paget.trial.subjects import Values

FloatArray = npt.NDArray[np.float64]

NO_CHANGE = 0.01
"""Two responses that differ by less than this share are equal."""


def ask_numbers(part: Numbers, animals: Animals) -> list[Finding]:
    """The ratio of two numbers, central and in every draw."""
    model = resolve(animals.catalog, part.tumour, part.host, drugs=[])
    values = animals.values_of_draws(model)
    pairs = [[_number(model, path, own) for path in (part.number, part.reference)] for own in values]
    ratios = np.array([number / reference for number, reference in pairs])
    name = f"{_short(part.number)} against {_short(part.reference)}"
    return [without_animals(name, "ratio of numbers", ratios, direction=part.direction)]


def _number(model: Model, path: str, values: Values) -> float:
    try:
        return values.get(path, model.quantity(path).canonical)
    except KeyError:
        raise PagetError("no such number in this model", key="path", found=path) from None


def _short(path: str) -> str:
    return path.rsplit("/", 1)[-1].replace("_", " ")


def ask_response(part: Response, animals: Animals) -> list[Finding]:
    """The behaviour in one condition over that in another, central and in every draw."""
    model = resolve(animals.catalog, part.tumour, part.host, drugs=[])
    _check(part, model, animals.catalog)
    signals = {condition.name: condition.signals for condition in part.conditions}
    values = animals.values_of_draws(model)
    responses = {
        name: np.array([response(model, part.cell_type, part.behaviour, levels, own) for own in values])
        for name, levels in signals.items()
    }
    return [_compared(part, comparison, responses) for comparison in part.comparisons]


def _compared(part: Response, comparison: Comparison, responses: dict[str, FloatArray]) -> Finding:
    ratios = responses[comparison.condition] / responses[comparison.reference]
    name = f"{part.behaviour} of {part.cell_type}: {comparison.condition} against {comparison.reference}"
    if comparison.direction == "equal":
        return without_animals(name, "ratio of responses", ratios, (1.0 - NO_CHANGE, 1.0 + NO_CHANGE))
    return without_animals(name, "ratio of responses", ratios, direction=comparison.direction)


def response(
    model: Model, cell_type: str, behaviour: str, signals: dict[str, float], values: Values
) -> float:
    """A behaviour under stated signals, all others at zero; contacts are counted, not averaged."""
    numbers = model.cell_types[cell_type].behaviours[behaviour]
    base, minimum, maximum = (
        values.get(q.path, q.canonical) for q in (numbers.base, numbers.minimum, numbers.maximum)
    )
    sums = {"increases": 0.0, "decreases": 0.0}
    for rule in model.rules:
        if (rule.cell_type, rule.behaviour) == (cell_type, behaviour) and rule.signal in signals:
            half, power = (values.get(q.path, q.canonical) for q in (rule.half_maximum, rule.power))
            sums[rule.direction] += hill_term(signals[rule.signal], half, power)
    return float(respond(base, minimum, maximum, sums["increases"], sums["decreases"]))


def _check(part: Response, model: Model, catalog: Catalog) -> None:
    if part.cell_type not in model.cell_types:
        raise PagetError("no such cell type here", key="cell_type", found=part.cell_type)
    behaviours = model.cell_types[part.cell_type].behaviours
    if part.behaviour not in behaviours:
        raise PagetError(
            f"{part.cell_type} does not show this behaviour", key="behaviour", found=part.behaviour,
            allowed=sorted(behaviours),
        )  # fmt: skip
    for condition in part.conditions:
        for signal in condition.signals:
            if catalog.vocabulary.signal(signal) is None:
                raise PagetError("unknown signal", key="conditions.signals", found=signal)

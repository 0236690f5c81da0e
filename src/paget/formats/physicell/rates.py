"""Rates that are too fast for their step: rate times step above 1, where PhysiCell's chance of an event saturates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from paget.formats.physicell.carried_over import WARNING, CarriedOver
from paget.tissue.definition import CellType, Rule, Steps

_AT_PHENOTYPE = ("apoptosis", "necrosis", "exit from cycle phase ", "transform to ")
_AT_MECHANICS = (
    "phagocytose ",
    "attack ",
    "fuse to ",
    "cell attachment rate",
    "cell detachment rate",
)
_NO_CHANCE = ("attack damage rate", "attack duration")


def warn_of_fast_rates(
    types: Sequence[CellType], rules: Sequence[Rule], steps: Steps, file: str, report: CarriedOver
) -> None:
    """Add a warning for each base or saturation whose rate times step is above 1."""
    fixed = {
        (cell_type.name, f"exit from cycle phase {number}")
        for cell_type in types
        for number, phase in enumerate(cell_type.cycle.phases)
        if phase.fixed_duration
    }
    for name, behaviour, value in _values(types, rules):
        step, of = _step(behaviour, steps)
        if step is None or (name, behaviour) in fixed or value * step <= 1.0 + 1e-9:
            continue
        note = (
            f"{behaviour} of {name} reaches {value:g} /min; times the {of} step of {step:g} min this is "
            f"{value * step:.3g}, above 1: PhysiCell's chance saturates; largest safe step {1.0 / value:.3g} min"
        )
        report.add(WARNING, file, None, "rates", note)


def _values(types: Sequence[CellType], rules: Sequence[Rule]) -> Iterator[tuple[str, str, float]]:
    """Largest value of each behaviour of each type, from its base and the saturations of its rules."""
    largest: dict[tuple[str, str], float] = {}
    for cell_type in types:
        for behaviour, value in cell_type.behaviours.items():
            largest[cell_type.name, behaviour] = value
    for rule in rules:
        if rule.increases:
            key = (rule.cell_type, rule.behaviour)
            largest[key] = max(rule.saturation, largest.get(key, 0.0))
    for (name, behaviour), value in largest.items():
        yield name, behaviour, value


def _step(behaviour: str, steps: Steps) -> tuple[float | None, str]:
    if behaviour in _NO_CHANCE:
        return None, ""
    if behaviour.startswith(_AT_PHENOTYPE):
        return steps.phenotype, "phenotype"
    if behaviour.startswith(_AT_MECHANICS):
        return steps.mechanics, "mechanics"
    return None, ""


def note_overwritten(
    columns: Mapping[str, object], rules: Sequence[Rule], file: str, report: CarriedOver
) -> None:
    """Add a warning for each behaviour that cells have of their own and that a rule then writes."""
    for behaviour in columns:
        types = sorted({rule.cell_type for rule in rules if rule.behaviour == behaviour})
        if types:
            note = f"a rule writes {behaviour} of {', '.join(types)}: own values last until the first phenotype step"
            report.add(WARNING, file, None, "cells", note)

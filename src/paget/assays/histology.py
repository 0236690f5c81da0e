"""Readings of the primary under the microscope: Ki-67, activated receptors, collagen.

Tumour cells are counted in fields of view. Fields of one tumour differ by more than chance, so counts are beta-binomial
with a correlation within fields.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from paget.assays.bench import (
    NOTHING,
    Animal,
    Moment,
    Order,
    Reading,
    count_in_fields,
    generator_for,
    number,
    state,
)
from paget.keyed_random import normal

_PERCENT = 100.0


@dataclass(frozen=True)
class Ki67:
    """Numbers of a Ki-67 count. Cells that a spindle poison holds in mitosis stain as well as cycling ones."""

    cells: int = number(1000, "cell", "assumed", "assumed", "tumour cells counted")
    fields: int = number(5, "1", "assumed", "assumed", "fields of view")
    correlation: float = number(0.02, "1", "assumed", "assumed", "correlation of two cells of one field")


@dataclass(frozen=True)
class DamageStain:
    """Numbers of a stain for damage: breaks of DNA, or arrest in mitosis after a spindle poison."""

    cells: int = number(1000, "cell", "assumed", "assumed", "tumour cells counted")
    fields: int = number(5, "1", "assumed", "assumed", "fields of view")
    correlation: float = number(0.02, "1", "assumed", "assumed", "correlation of two cells of one field")


@dataclass(frozen=True)
class ReceptorStain:
    """Numbers of a stain for activated (phosphorylated) receptors."""

    threshold: float = number(0.35, "1", "assumed", "assumed", "activity from which a cell stains")
    spread: float = number(
        0.5, "1", "assumed", "assumed", "SD of the log of activity between cells of one tumour"
    )
    cells: int = number(1000, "cell", "assumed", "assumed", "tumour cells counted")
    fields: int = number(5, "1", "assumed", "assumed", "fields of view")
    correlation: float = number(0.02, "1", "assumed", "assumed", "correlation of two cells of one field")


@dataclass(frozen=True)
class CollagenImaging:
    """Numbers of collagen imaging (second harmonic generation or picrosirius under polarised light)."""

    error: float = number(0.03, "1", "assumed", "assumed", "SD of the order read from one tumour")


def ki67_index(animal: Animal, moment: Moment, order: Order, numbers: Ki67) -> Reading:
    """Share of Ki-67-positive tumour cells of the primary (%), with the hours since the last dose."""
    cells = state(animal, moment, "primary tumour cells")
    if not cells >= 1.0:
        return NOTHING
    cycling = state(animal, moment, "primary cycling cells") + state(animal, moment, "primary damaged cells")
    counted = min(numbers.cells, int(cells))
    generator = generator_for(animal, moment, "Ki-67")
    positive = count_in_fields(generator, cycling / cells, counted, numbers.fields, numbers.correlation)
    return Reading(_PERCENT * positive / counted, since_last_dose(animal, moment))


def damaged_cells(animal: Animal, moment: Moment, order: Order, numbers: DamageStain) -> Reading:
    """Share of tumour cells of the primary that are damaged and alive (%), with the hours since the last dose."""
    cells = state(animal, moment, "primary tumour cells")
    if not cells >= 1.0:
        return NOTHING
    share = state(animal, moment, "primary damaged cells") / cells
    counted = min(numbers.cells, int(cells))
    generator = generator_for(animal, moment, "stain for damage")
    positive = count_in_fields(generator, share, counted, numbers.fields, numbers.correlation)
    return Reading(_PERCENT * positive / counted, since_last_dose(animal, moment))


def since_last_dose(animal: Animal, moment: Moment) -> str:
    """When the last dose was, in words; "" for an animal without one. Arrest and damage depend on it."""
    hours = 24.0 * (moment.day - animal.record.last_dose_day)
    return f"{hours:.0f} h after the last dose" if hours >= 0.0 else ""


def receptor_positive_cells(animal: Animal, moment: Moment, order: Order, numbers: ReceptorStain) -> Reading:
    """Share of tumour cells of the primary that stain for any of the receptors asked for (%).

    Activity varies between cells by one log-normal factor with median 1; a cell stains where the most active of its
    receptors passes the threshold.
    """
    cells = state(animal, moment, "primary tumour cells")
    if not cells >= 1.0:
        return NOTHING
    activity = max((state(animal, moment, f"{name} activity") for name in order.receptors), default=math.nan)
    if math.isnan(activity):
        return Reading(math.nan, "receptor not in this model")
    counted = min(numbers.cells, int(cells))
    share = share_above(activity, numbers.threshold, numbers.spread)
    generator = generator_for(animal, moment, "receptor stain " + ", ".join(order.receptors))
    positive = count_in_fields(generator, share, counted, numbers.fields, numbers.correlation)
    return Reading(_PERCENT * positive / counted)


def share_above(median: float, threshold: float, spread: float) -> float:
    """Share of a log-normal quantity (median, SD of the log) that lies above the threshold."""
    if median <= 0.0:
        return 0.0
    return 0.5 * math.erfc(math.log(threshold / median) / (spread * math.sqrt(2.0)))


def collagen_alignment(animal: Animal, moment: Moment, order: Order, numbers: CollagenImaging) -> Reading:
    """Order of the collagen fibres of the primary (0 random, 1 parallel)."""
    if not state(animal, moment, "primary volume") > 0.0:
        return NOTHING
    error = numbers.error * float(normal(generator_for(animal, moment, "collagen")))
    return Reading(min(max(state(animal, moment, "collagen alignment") + error, 0.0), 1.0))

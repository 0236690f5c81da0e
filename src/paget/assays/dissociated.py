"""Readings of the dissociated primary: composition by flow cytometry, residual living tumour cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paget.assays.bench import (
    NOTHING,
    Animal,
    Moment,
    Order,
    Reading,
    generator_for,
    log_error,
    number,
    state,
)
from paget.keyed_random import binomial, multinomial

_PERCENT = 100.0


@dataclass(frozen=True)
class FlowCytometry:
    """Numbers of flow cytometry. Cell types come out of a tissue with different yields."""

    events: int = number(50_000, "cell", "assumed", "assumed", "living cells analysed")
    error: float = number(0.1, "1", "assumed", "assumed", "SD of the log of the yield of a cell type")


@dataclass(frozen=True)
class ResidualCells:
    """Numbers of the count of living tumour cells."""

    aliquot: float = number(0.01, "1", "assumed", "assumed", "share of the tumour that is counted")
    error: float = number(0.15, "1", "assumed", "assumed", "SD of the log of the yield")


def cells_of(animal: Animal, moment: Moment, cell_type: str) -> float:
    """Cells of one type in the primary; 0 for a type that the engine does not carry."""
    count = state(
        animal, moment, f"primary {cell_type}s" if cell_type == "tumour cell" else f"primary {cell_type}"
    )
    return 0.0 if math.isnan(count) else count


def composition(animal: Animal, moment: Moment, order: Order, numbers: FlowCytometry) -> Reading:
    """Share of one cell type among the events of the tube (%). All types of one animal come from the same tube."""
    types = animal.cell_types
    if order.endpoint.filling not in types:
        return Reading(math.nan, "cell type not in this model")
    cells = [cells_of(animal, moment, cell_type) for cell_type in types]
    if sum(cells) < 1.0:
        return NOTHING
    generator = generator_for(animal, moment, "flow cytometry")
    recovered = np.array([count * log_error(generator, numbers.error) for count in cells])
    events = np.zeros(len(types), dtype=np.int64)
    multinomial(generator, min(numbers.events, int(sum(cells))), recovered / recovered.sum(), events)
    return Reading(_PERCENT * float(events[types.index(order.endpoint.filling)]) / max(1, int(events.sum())))


def residual_tumour_cells(animal: Animal, moment: Moment, order: Order, numbers: ResidualCells) -> Reading:
    """Living tumour cells of the primary: an aliquot is counted and scaled up, so one cell seen is the limit."""
    cells = state(animal, moment, "primary tumour cells")
    if math.isnan(cells):
        return Reading(cells)
    generator = generator_for(animal, moment, "residual cells")
    aliquot = min(1.0, numbers.aliquot * log_error(generator, numbers.error))
    seen = int(binomial(generator, np.int64(cells), aliquot))
    note = "" if seen else f"below the limit of {1.0 / numbers.aliquot:.0f} cells"
    return Reading(round(seen / numbers.aliquot), note)

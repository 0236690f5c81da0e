"""Levels of factors by ELISA: in the interstitial fluid of the primary, and in plasma.

A kit reports from a limit of detection on. The limit stands in the unit of the level: kits reach a few pg/mL, which is
about a tenth of a picomole per litre for a protein of 20 kDa.
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
    generator_for,
    log_error,
    number,
    state,
)


@dataclass(frozen=True)
class Elisa:
    """Numbers of the kit."""

    error: float = number(
        0.2, "1", "assumed", "assumed", "SD of the log of a level (sampling, dilution, plate)"
    )
    limit: float = number(0.0001, "nM", "assumed", "assumed", "lowest level that the kit reports")


def level_in_primary(animal: Animal, moment: Moment, order: Order, numbers: Elisa) -> Reading:
    """Level in the interstitial fluid of the primary (nM)."""
    if not state(animal, moment, "primary tumour cells") >= 1.0:
        return NOTHING
    return _read(animal, moment, order, numbers, order.endpoint.filling, "primary")


def level_in_plasma(animal: Animal, moment: Moment, order: Order, numbers: Elisa) -> Reading:
    """Free level in plasma (nM)."""
    return _read(animal, moment, order, numbers, f"plasma free {order.endpoint.filling}", "plasma")


def _read(animal: Animal, moment: Moment, order: Order, numbers: Elisa, field: str, specimen: str) -> Reading:
    level = state(animal, moment, field)
    if math.isnan(level):
        return Reading(level, f"{order.endpoint.filling} is not in this model")
    generator = generator_for(animal, moment, f"ELISA of {order.endpoint.filling} in {specimen}")
    level *= log_error(generator, numbers.error)
    if level >= numbers.limit:
        return Reading(level)
    return Reading(0.0, f"below the limit of {numbers.limit:g} nM")

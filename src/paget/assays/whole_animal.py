"""Readings that leave the animal alive: light, weight, blood neutrophils."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paget.assays.bench import Animal, Moment, Order, Reading, generator_for, log_error, number, state

_TUMOUR_CELLS = "tumour cells in "


@dataclass(frozen=True)
class Bioluminescence:
    """Numbers of the camera. Light is absorbed by depth; here every living tumour cell counts alike."""

    light: float = number(
        50.0, "photon/s/cell", "assumed", "assumed", "light that reaches the camera from a cell"
    )
    background: float = number(2.0e5, "photon/s", "assumed", "assumed", "light of an animal without tumour")
    error: float = number(0.25, "1", "assumed", "assumed", "SD of the log of the light (substrate, position)")
    background_error: float = number(0.2, "1", "assumed", "assumed", "SD of the log of the background")


@dataclass(frozen=True)
class Scale:
    """Numbers of the scale."""

    error: float = number(
        0.01, "1", "assumed", "assumed", "SD of the log of a weight (gut, bladder, the scale)"
    )


@dataclass(frozen=True)
class BloodCount:
    """Numbers of the blood counter."""

    error: float = number(
        0.15, "1", "assumed", "assumed", "SD of the log of a count (sampling site, counter)"
    )
    limit: float = number(2.0e4, "cell/mL", "assumed", "assumed", "lowest count that the counter reports")


def bioluminescence(animal: Animal, moment: Moment, order: Order, numbers: Bioluminescence) -> Reading:
    """Light of the whole animal (photons per second)."""
    cells = living_tumour_cells(animal, moment)
    generator = generator_for(animal, moment, "camera")
    signal = cells * numbers.light * log_error(generator, numbers.error)
    return Reading(signal + numbers.background * log_error(generator, numbers.background_error))


def living_tumour_cells(animal: Animal, moment: Moment) -> float:
    """Tumour cells of the primary and of all other sites."""
    sites = [name for name in animal.record.fields if name.startswith(_TUMOUR_CELLS)]
    return state(animal, moment, "primary tumour cells") + sum(state(animal, moment, name) for name in sites)


def body_weight(animal: Animal, moment: Moment, order: Order, numbers: Scale) -> Reading:
    """Weight of the animal (g)."""
    weight = state(animal, moment, "body weight")
    return Reading(weight * log_error(generator_for(animal, moment, "scale"), numbers.error))


def blood_neutrophils(animal: Animal, moment: Moment, order: Order, numbers: BloodCount) -> Reading:
    """Neutrophils per mL of blood."""
    count = state(animal, moment, "blood neutrophils")
    count *= log_error(generator_for(animal, moment, "blood counter"), numbers.error)
    if math.isnan(count) or count >= numbers.limit:
        return Reading(count)
    return Reading(0.0, f"below the limit of {numbers.limit:g} cells per mL")

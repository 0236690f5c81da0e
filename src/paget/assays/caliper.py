"""Caliper volume of the primary: V = L W^2 / 2.

Length and width are read with independent log-normal errors of one size, so the log of the volume has an SD
sqrt(1 + 4) times that of a length. The model's volumes are fitted to caliper volumes; a caliper therefore has no bias
here. A tumour that cannot be felt is written down as 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from paget.assays.bench import Animal, Moment, Order, Reading, generator_for, log_error, number, state


@dataclass(frozen=True)
class Caliper:
    """Numbers of the caliper."""

    error: float = number(
        0.18,
        "1",
        "benzekry2014,vaghi2020",
        "fitted",
        "SD of the log of a volume: of readings about each mouse's growth law",
    )
    aspect: float = number(1.25, "1", "assumed", "assumed", "length of a tumour over its width")
    palpable: float = number(15.0, "mm^3", "assumed", "assumed", "smallest volume that can be felt")


def caliper_volume(animal: Animal, moment: Moment, order: Order, numbers: Caliper) -> Reading:
    """Volume of the primary as read (mm3)."""
    volume = state(animal, moment, "primary volume")
    if math.isnan(volume):
        return Reading(volume)
    if volume < numbers.palpable:
        return Reading(0.0, "not palpable")
    length, width = true_diameters(volume, numbers.aspect)
    generator = generator_for(animal, moment, "caliper")
    length *= log_error(generator, numbers.error / math.sqrt(5.0))
    width *= log_error(generator, numbers.error / math.sqrt(5.0))
    return Reading(0.5 * length * width * width)


def true_diameters(volume: float, aspect: float) -> tuple[float, float]:
    """Length and width (mm) of a tumour whose L W^2 / 2 is `volume` (mm3) and whose L / W is `aspect`."""
    width = (2.0 * volume / aspect) ** (1.0 / 3.0)
    return aspect * width, width

"""Circulating tumour cells in a terminal blood draw.

The engine leaves the aggregates that are in the blood, by size and partner. A tube takes a share of the blood, the
laboratory recovers a share of the tube; what is found is a binomial sample. Counts in mice vary severalfold within a
day beyond chance (Front Oncol 2020, 601085): each animal's blood is first multiplied by a log-normal factor with mean
1. All endpoints of one draw come from the same tube. An aggregate counts once, whatever its size, and counts are not
corrected for recovery: multiply by 1 / recovery to estimate the blood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paget.assays.bench import Animal, Generator, Moment, Order, Reading, generator_for, number
from paget.keyed_random import Purpose, binomial, normal

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BloodDraw:
    """Numbers of the draw."""

    draw_volume: float = number(0.8, "mL", "assumed", "assumed", "blood drawn from the heart")
    recovery: float = number(
        0.5, "1", "assumed", "assumed", "share of the aggregates of the tube that are found"
    )
    within_day: float = number(
        0.7, "1", "assumed", "assumed", "SD of the log of the count of one animal within a day"
    )


def ctc_per_ml(animal: Animal, moment: Moment, order: Order, numbers: BloodDraw) -> Reading:
    """Aggregates found per mL, single cells and clusters alike."""
    return _per_ml(animal, moment, numbers, slice(None), slice(None))


def clusters_per_ml(animal: Animal, moment: Moment, order: Order, numbers: BloodDraw) -> Reading:
    """Aggregates of two and more tumour cells found per mL."""
    return _per_ml(animal, moment, numbers, slice(1, None), slice(None))


def with_partner_per_ml(animal: Animal, moment: Moment, order: Order, numbers: BloodDraw) -> Reading:
    """Aggregates found per mL that travel with a cell of the type asked for."""
    partner = order.endpoint.filling
    if partner not in animal.record.partners:
        return Reading(0.0, f"{partner} does not travel with tumour cells in this model")
    column = 1 + animal.record.partners.index(partner)
    return _per_ml(animal, moment, numbers, slice(None), slice(column, column + 1))


def cluster_size(animal: Animal, moment: Moment, order: Order, numbers: BloodDraw) -> Reading:
    """Mean number of tumour cells in the clusters of the tube."""
    if not _is_at_exit(animal, moment):
        return _no_draw()
    found = tube(animal, moment, numbers)
    by_size = found.sum(axis=1)[1:]
    clusters = int(by_size.sum())
    if clusters == 0:
        return Reading(math.nan, "no cluster in the tube")
    return Reading(
        float(by_size @ np.arange(2, 2 + by_size.size)) / clusters, f"{clusters} clusters in the tube"
    )


def _per_ml(animal: Animal, moment: Moment, numbers: BloodDraw, sizes: slice, partners: slice) -> Reading:
    if not _is_at_exit(animal, moment):
        return _no_draw()
    drawn = min(numbers.draw_volume, animal.record.blood_volume)
    return Reading(float(tube(animal, moment, numbers)[sizes, partners].sum()) / drawn)


def _is_at_exit(animal: Animal, moment: Moment) -> bool:
    return moment.row == len(animal.record.days) - 1


def _no_draw() -> Reading:
    return Reading(math.nan, "blood is drawn at the end only")


def tube(animal: Animal, moment: Moment, numbers: BloodDraw) -> IntArray:
    """Aggregates found in the tube, shape of `SubjectRecord.circulating`."""
    generator = generator_for(animal, moment, "blood draw", Purpose.BLOOD_DRAW)
    share = min(1.0, numbers.draw_volume / animal.record.blood_volume) * numbers.recovery
    factor = math.exp(numbers.within_day * float(normal(generator)) - 0.5 * numbers.within_day**2)
    found = np.zeros_like(animal.record.circulating)
    for place, count in np.ndenumerate(animal.record.circulating):
        if count > 0:
            found[place] = binomial(generator, np.int64(multiplied(generator, int(count), factor)), share)
    return found


def multiplied(generator: Generator, count: int, factor: float) -> int:
    """A count times a factor, as a whole number with the right mean: n floor(f) + Binomial(n, f - floor(f))."""
    whole = math.floor(factor)
    return count * whole + int(binomial(generator, np.int64(count), factor - whole))

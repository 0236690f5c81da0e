"""Virtual histology of an organ: foci and metastatic area in a few parallel sections.

The organ is a cube of its volume, metastases included; the sections are parallel to one face, equally spaced and
centred. A metastasis is a sphere whose centre lies anywhere along the axis with equal chance. A section at distance x
from the centre of a sphere of radius r shows a disc of diameter 2 sqrt(r^2 - x^2), and a disc is seen from a least
diameter on: a sphere is seen by a section within h = sqrt(r^2 - least^2 / 4) of its centre. Each metastasis counts
once, however many sections show it, so with k sections at spacing s in an organ of height H the chance to be seen is

    (min(2 h, s) (k - 1) + 2 h) / H        as long as the outermost sections are more than h from the faces.

Foci are therefore far fewer than metastases, and large ones are over-represented: as under a real microscope.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paget.assays.bench import Animal, Generator, Moment, Order, Reading, generator_for, log_error, number
from paget.host.record import SITES, Snapshot
from paget.keyed_random import uniform

_PERCENT, _UM_PER_MM = 100.0, 1000.0
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sections:
    """Numbers of the histology."""

    sections: int = number(5, "1", "assumed", "assumed", "sections of an organ")
    spacing: float = number(0.5, "mm", "assumed", "assumed", "distance of two sections")
    least_profile: float = number(
        0.05, "mm", "assumed", "assumed", "smallest diameter of a profile that is seen"
    )
    error: float = number(0.05, "1", "assumed", "assumed", "SD of the log of an area drawn by hand")


def foci(animal: Animal, moment: Moment, order: Order, numbers: Sections) -> Reading:
    """Metastases seen in at least one section."""
    if moment.snapshot is None:
        return Reading(math.nan, "lesions were not listed")
    profiles, _ = _profiles(animal, moment, moment.snapshot, order.endpoint.site, numbers)
    return Reading(float(np.count_nonzero((profiles >= numbers.least_profile).any(axis=1))))


def metastatic_area(animal: Animal, moment: Moment, order: Order, numbers: Sections) -> Reading:
    """Share of the area of all sections that is metastasis (%); the same sections as the foci."""
    if moment.snapshot is None:
        return Reading(math.nan, "lesions were not listed")
    site = order.endpoint.site
    profiles, height = _profiles(animal, moment, moment.snapshot, site, numbers)
    seen = np.where(profiles >= numbers.least_profile, profiles, 0.0)
    share = 0.25 * math.pi * float(np.sum(seen**2)) / (numbers.sections * height**2)
    share *= log_error(generator_for(animal, moment, f"area in {site}"), numbers.error)
    return Reading(_PERCENT * min(share, 1.0))


def metastasis_size(animal: Animal, moment: Moment, order: Order, numbers: Sections) -> Reading:
    """Mean, over the metastases seen, of the largest diameter that a section shows (um); sections as for the foci."""
    if moment.snapshot is None:
        return Reading(math.nan, "lesions were not listed")
    profiles, _ = _profiles(animal, moment, moment.snapshot, order.endpoint.site, numbers)
    largest = profiles.max(axis=1, initial=0.0)
    seen = largest[largest >= numbers.least_profile]
    return (
        Reading(_UM_PER_MM * float(seen.mean())) if seen.size else Reading(math.nan, "no metastasis was seen")
    )


def _profiles(
    animal: Animal, moment: Moment, snapshot: Snapshot, site: str, numbers: Sections
) -> tuple[FloatArray, float]:
    """Diameters of the profiles (mm), shape (lesions, sections), and the height of the organ (mm)."""
    volumes = snapshot.volume[snapshot.site == SITES.index(site)]
    height = (animal.organ_volumes[site] + float(volumes.sum())) ** (1.0 / 3.0)
    places = _places(generator_for(animal, moment, f"sections of {site}"), volumes.size, height)
    distances = places[:, None] - section_places(numbers, height)[None, :]
    radii = 0.5 * sphere_diameters(volumes)
    return 2.0 * np.sqrt(np.maximum(radii[:, None] ** 2 - distances**2, 0.0)), height


def _places(generator: Generator, count: int, height: float) -> FloatArray:
    return np.array([height * float(uniform(generator)) for _ in range(count)], dtype=np.float64)


def section_places(numbers: Sections, height: float) -> FloatArray:
    """Where the sections lie (mm from one face), closer together in an organ too thin for the spacing."""
    spacing = min(numbers.spacing, height / numbers.sections)
    order = np.arange(numbers.sections, dtype=np.float64)
    return height / 2.0 + (order - 0.5 * (numbers.sections - 1)) * spacing


def sphere_diameters(volumes: FloatArray) -> FloatArray:
    """Diameters of spheres of these volumes (mm for mm3)."""
    return np.asarray(np.cbrt(6.0 * volumes / math.pi), dtype=np.float64)

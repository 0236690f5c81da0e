"""What an assay would read on average, without its own chance: fewer animals then say as much.

Foci are counted in a few sections, which miss most metastases. The expected number is the sum over metastases of the
chance to be seen (`paget.assays.sections`): with k sections at spacing s in an organ of height H, a metastasis that a
section sees from within h is seen with probability (the union of k intervals)

    (min(2 h, s) (k - 1) + 2 min(h, e)) / H,    e = (H - (k - 1) s) / 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.assays import Animal, Order, take
from paget.assays.sections import Sections, sphere_diameters
from paget.host.record import SITES
from paget.trial.observation import PlannedAssay, moments

FloatArray = npt.NDArray[np.float64]


FOCI = "{site} foci"
"""Pattern of the endpoint whose readings are replaced by their expectation."""


def expected_reading(animal: Animal, assay: PlannedAssay) -> float:
    """The last reading of an assay; for foci its expectation over where the sections cut. NaN where there is none."""
    taken = moments(animal.record, assay)
    if not taken:
        return float("nan")
    moment, order = taken[-1], assay.order
    if order.endpoint.pattern != FOCI or moment.snapshot is None:
        return float(take(animal, moment, order).value)
    volumes = moment.snapshot.volume[moment.snapshot.site == SITES.index(order.endpoint.site)]
    return expected_foci(volumes, animal.organ_volumes[order.endpoint.site], numbers_of(order))


def numbers_of(order: Order) -> Sections:
    """Sections of an order, the usual ones where it says nothing."""
    return order.numbers if isinstance(order.numbers, Sections) else Sections()


def expected_foci(volumes: FloatArray, organ: float, numbers: Sections) -> float:
    """Expected number of metastases seen in sections. volumes, organ: mm3."""
    height = (organ + float(volumes.sum())) ** (1.0 / 3.0)
    spacing = min(numbers.spacing, height / numbers.sections)
    radii = 0.5 * sphere_diameters(volumes)
    reach = np.sqrt(np.maximum(radii**2 - 0.25 * numbers.least_profile**2, 0.0))
    margin = 0.5 * (height - (numbers.sections - 1) * spacing)
    seen = np.minimum(2.0 * reach, spacing) * (numbers.sections - 1) + 2.0 * np.minimum(reach, margin)
    return float((seen / height).sum())

"""The tissue on which speed and memory are measured: a packed ball or disc of one cell type in oxygen.

Cells of malignant-epithelial size (2494 um3), the separated flow-cytometry cycle and the reference deaths; oxygen opens
the cycle and withholds necrosis, pressure closes the cycle. Cells lie 16 um apart on a hexagonal lattice, each shifted
a little, so that they overlap as in a packed tissue; nothing crawls. The domain is 1 mm3 (2 mm x 2 mm for the disc),
or as large as the cells need, in voxels of 20 um, with oxygen held at 38 mmHg on all faces. Cycle, death and volume are
those of PhysiCell's sample projects (BSD-3-Clause; Ghaffarizadeh et al., PLoS Comput Biol 2018).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paget.tissue.definition import (
    CellType,
    Cycle,
    Death,
    Definition,
    Domain,
    Factor,
    Phase,
    Population,
    Rule,
)
from paget.tissue.simulation import Simulation

TYPE, OXYGEN = "tumour", "oxygen"
SPACING = 16.0
"""Between neighbours (um)."""
SHIFT = 0.3
"""Standard deviation of the shift of each coordinate (um)."""
CYCLE = Cycle(
    "Flow cytometry model (separated)", 6,
    (
        Phase("G0/G1", 4),
        Phase("S", 10, fixed_duration=True, doubles_at_entry=True),
        Phase("G2", 12, fixed_duration=True),
        Phase("M", 13, fixed_duration=True, divides_at_exit=True),
    ),
)  # fmt: skip
ENTRY = "exit from cycle phase 0"
APOPTOSIS = Death((516.0,), (True,), 0.05, 0.0, 1.66667e-2, 5.83333e-3)
NECROSIS = Death((0.0, 86400.0), (True, True), 1.11667e-2, 8.33333e-4, 5.33333e-5, 2.16667e-3)


def factors(count: int, flat: bool) -> tuple[Factor, ...]:
    """Oxygen and, with the same numbers but slower diffusion, as many more as are asked for."""
    held = (38.0,) * 4 + ((None, None) if flat else (38.0, 38.0))
    names = [OXYGEN] + [f"s{number}" for number in range(1, count)]
    return tuple(
        Factor(name, 1e5 / (number + 1), 0.1, 38.0, held, "mmHg") for number, name in enumerate(names)
    )


def definition(count: int = 1, *, flat: bool = False, half: float = 500.0) -> Definition:
    """The model with so many factors in a box (flat: a square) of the given half width (um)."""
    medium = factors(count, flat)
    behaviours = {
        ENTRY: 3.333e-5,
        "exit from cycle phase 1": 0.002083,
        "exit from cycle phase 2": 0.004167,
        "exit from cycle phase 3": 0.016667,
        "apoptosis": 7e-5,
        "necrosis": 3e-3,
    } | {f"{factor.name} uptake": 10.0 for factor in medium}
    tumour = CellType(TYPE, 0, CYCLE, behaviours, APOPTOSIS, NECROSIS)
    rules = (
        Rule(TYPE, OXYGEN, False, "necrosis", 3.75, 8.0, 0.0),
        Rule(TYPE, OXYGEN, True, ENTRY, 21.5, 4.0, 0.003333),
        Rule(TYPE, "pressure", False, ENTRY, 1.0, 4.0, 0.0),
    )
    depth = 10.0 if flat else half
    domain = Domain((-half, -half, -depth), (half, half, depth), (20.0, 20.0, 20.0), flat)
    return Definition(domain, medium, (tumour,), rules, springs=False, tracks_internalised=True)


def population(count: int, *, flat: bool = False) -> Population:
    """So many cells, nearest to the centre, of a hexagonal lattice."""
    places = (_sheet if flat else _pile)(count)
    nearest = np.argsort(np.einsum("ij,ij->i", places, places), kind="stable")[:count]
    places = places[nearest]
    places += np.random.default_rng(0).normal(0.0, SHIFT, places.shape)
    if flat:
        places[:, 2] = 0.0
    return Population(places, np.zeros(count, dtype=np.int32))


def _sheet(count: int) -> npt.NDArray[np.float64]:
    """A triangular lattice with more points than asked for inside its inscribed circle, shape (n, 3) (um)."""
    reach = math.ceil(1.3 * math.sqrt(count / 2.0)) + 3
    i, j = np.meshgrid(np.arange(-reach, reach + 1.0), np.arange(-reach, reach + 1.0))
    x, y = i + 0.5 * (j % 2), j * math.sqrt(0.75)
    return SPACING * np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)


def _pile(count: int) -> npt.NDArray[np.float64]:
    """A cubic close packing with more points than asked for inside its inscribed ball, shape (n, 3) (um)."""
    reach = math.ceil((2.0 * count * 3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)) + 2
    axis = np.arange(-reach, reach + 1, dtype=np.int32)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    return points[points.sum(axis=1) % 2 == 0] * (SPACING / math.sqrt(2.0))


def half_width(count: int, flat: bool) -> float:
    """Half the width of the domain of so many cells (um)."""
    if flat:
        return max(1000.0, 100.0 * math.ceil(1.1 * SPACING * math.sqrt(0.866 * count / math.pi) / 100.0))
    radius = (count * SPACING**3 / math.sqrt(2.0) * 3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)
    return max(500.0, 100.0 * math.ceil(1.1 * radius / 100.0))


def scene(
    count: int,
    *,
    flat: bool = False,
    factor_count: int = 1,
    scheme: str = "default",
    threads: int | None = None,
    half: float | None = None,
) -> Simulation:
    """The ball (flat: the disc) of so many cells, ready to run."""
    made = definition(factor_count, flat=flat, half=half or half_width(count, flat))
    return Simulation(made, population(count, flat=flat), scheme=scheme, threads=threads)

"""Volume of a cell: fluid, nuclear solids and cytoplasmic solids, each drawn to its target.

    dF/dt = r_F (f V - F),   dN/dt = r_N (N* - N),   dC/dt = r_C (q N* - C),   V = F + N + C

V total volume, F fluid, N and C solids of nucleus and cytoplasm, f target fraction of fluid, N* target of the nuclear
solids, q target ratio of cytoplasm to nucleus. The nucleus holds the share of the fluid that it has of the volume. One
explicit Euler step per phenotype step, in the order that PhysiCell takes (Ghaffarizadeh et al., PLoS Comput Biol
2018): the new fluid is shared by the old volumes.

In apoptosis f = N* = q = 0: the cell shrinks. In necrosis f = 1: it swells, until it bursts and f = 0.
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.tissue.cells import (
    CYTOPLASMIC_SOLID,
    FLUID,
    LIVE,
    NECROTIC,
    NUCLEAR,
    NUCLEAR_SOLID,
    TARGET_NUCLEAR_SOLID,
    TOTAL,
)
from paget.tissue.laws import radius_of
from paget.tissue.tables import (
    CALCIFICATION,
    CYTOPLASMIC_RATE,
    CYTOPLASMIC_TO_NUCLEAR,
    D_CALCIFICATION,
    D_CYTOPLASMIC,
    D_LYSED,
    D_NUCLEAR,
    D_UNLYSED,
    FLUID_FRACTION,
    FLUID_RATE,
    NUCLEAR_RATE,
)


@kernel
def growth_of(cells, types, i):
    """Of cell i: target fraction of fluid, target ratio of solids, rates of fluid, cytoplasm, nucleus and calcium."""
    kind, model = cells.kind[i], cells.model[i]
    if model == LIVE:
        growth = types.growth[kind]
        return (
            growth[FLUID_FRACTION], growth[CYTOPLASMIC_TO_NUCLEAR], growth[FLUID_RATE],
            growth[CYTOPLASMIC_RATE], growth[NUCLEAR_RATE], growth[CALCIFICATION],
        )  # fmt: skip
    death = types.death[kind, model - 1]
    swelling = model == NECROTIC and cells.phase[i] == 0
    lysed = model == NECROTIC and cells.phase[i] == 1
    return (
        1.0 if swelling else 0.0, 0.0, death[D_LYSED] if lysed else death[D_UNLYSED],
        death[D_CYTOPLASMIC], death[D_NUCLEAR], death[D_CALCIFICATION],
    )  # fmt: skip


@kernel
def update_volume(cells, types, i, step):
    """Advance the volume and radius of cell i by a step (min)."""
    fraction, ratio, fluid_rate, cytoplasmic_rate, nuclear_rate, calcification = growth_of(cells, types, i)
    volume = cells.volume[i]
    total, target = volume[TOTAL], volume[TARGET_NUCLEAR_SOLID]
    fluid = max(volume[FLUID] + step * fluid_rate * (fraction * total - volume[FLUID]), 0.0)
    nuclear_fluid = volume[NUCLEAR] / (total + 1e-16) * fluid
    nuclear = max(volume[NUCLEAR_SOLID] + step * nuclear_rate * (target - volume[NUCLEAR_SOLID]), 0.0)
    cytoplasmic = max(
        volume[CYTOPLASMIC_SOLID] + step * cytoplasmic_rate * (ratio * target - volume[CYTOPLASMIC_SOLID]),
        0.0,
    )
    volume[FLUID] = fluid
    volume[NUCLEAR_SOLID] = nuclear
    volume[CYTOPLASMIC_SOLID] = cytoplasmic
    volume[NUCLEAR] = nuclear + nuclear_fluid
    volume[TOTAL] = (cytoplasmic + (fluid - nuclear_fluid)) + volume[NUCLEAR]
    if volume[TOTAL] != total:
        cells.place[i, 3] = radius_of(volume[TOTAL])
    if calcification > 0.0 and cells.calcified.shape[0]:
        cells.calcified[i] += step * calcification * (1.0 - cells.calcified[i])

"""Numbers about the cells of a snapshot that several file formats need: phases, volumes, rates of the moment.

All functions take a `paget.tissue.snapshot.Snapshot` of n cells and return arrays of n rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.tissue.cells import APOPTOTIC, FLUID, LIVE, NECROTIC, NUCLEAR, TARGET_NUCLEAR_SOLID, TOTAL
from paget.tissue.definition import Domain
from paget.tissue.snapshot import Snapshot
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

Numbers = npt.NDArray[np.float64]

MODELS = ("live", "apoptotic", "necrotic")
"""Words for LIVE, APOPTOTIC and NECROTIC."""
DEATH_CODES = (100, 101)
"""Codes of apoptosis and necrosis in MultiCellDS."""
DEATH_PHASES = {
    APOPTOTIC: ((100, "apoptotic"),),
    NECROTIC: ((101, "necrotic swelling"), (102, "necrotic lysed")),
}
"""Code in MultiCellDS and name of the phases of each way to die."""


class Column(NamedTuple):
    """One fact about every cell."""

    values: npt.NDArray[Any]
    """Shape (n,) or (n, 3)."""
    unit: str
    meaning: str


def optional(snapshot: Snapshot, name: str, default: float = 0.0) -> npt.NDArray[Any]:
    """An array that only some models have, shape (n,); `default` where the model has it not."""
    if name in snapshot.cells:
        return snapshot.cells[name]
    return np.full(snapshot.count, default)


def columns_of(snapshot: Snapshot, name: str, first: int, last: int) -> Numbers:
    """Columns first .. last - 1 of an array that only some models have; zeros where the model has it not."""
    if name in snapshot.cells:
        return snapshot.cells[name][:, first:last]
    return np.zeros((snapshot.count, last - first))


def phases(snapshot: Snapshot) -> list[tuple[int, str]]:
    """Code and name of every phase that a cell may be in; `phase_numbers` are places in this list."""
    found = [
        (phase.code, phase.name) for kind in snapshot.definition.cell_types for phase in kind.cycle.phases
    ]
    return found + [phase for model in (APOPTOTIC, NECROTIC) for phase in DEATH_PHASES[model]]


def phase_numbers(snapshot: Snapshot) -> npt.NDArray[np.int64]:
    """Place of the phase of each cell in `phases`."""
    cycles = [len(kind.cycle.phases) for kind in snapshot.definition.cell_types]
    first = np.concatenate([[0], np.cumsum(cycles)]).astype(np.int64)
    model, phase = snapshot.cells["model"], snapshot.cells["phase"].astype(np.int64)
    start = np.select(
        [model == APOPTOTIC, model == NECROTIC], [first[-1], first[-1] + 1], first[snapshot.kind]
    )
    return start + np.where(model == APOPTOTIC, 0, np.where(model == NECROTIC, np.minimum(phase, 1), phase))


def phase_names(snapshot: Snapshot) -> npt.NDArray[Any]:
    """Name of the phase of each cell."""
    return np.array([name for _, name in phases(snapshot)])[phase_numbers(snapshot)]


def phase_codes(snapshot: Snapshot) -> Numbers:
    """MultiCellDS code of the phase of each cell."""
    return np.array([code for code, _ in phases(snapshot)], dtype=np.float64)[phase_numbers(snapshot)]


def cycle_codes(snapshot: Snapshot) -> Numbers:
    """MultiCellDS code of the cycle or death model of each cell."""
    own = np.array([kind.cycle.code for kind in snapshot.definition.cell_types])[snapshot.kind]
    model = snapshot.cells["model"]
    return np.select([model == APOPTOTIC, model == NECROTIC], DEATH_CODES, own).astype(np.float64)


def exit_rates(snapshot: Snapshot) -> Numbers:
    """Rate at which each cell leaves its present phase (1/min)."""
    phase, model = snapshot.cells["phase"].astype(np.int64), snapshot.cells["model"]
    rates = np.zeros(snapshot.count)
    for number in np.unique(phase[model == LIVE]):
        here = (phase == number) & (model == LIVE)
        rates[here] = snapshot.behaviour(snapshot.vocabulary.behaviour.exit + int(number))[here]
    dying = model != LIVE
    rates[dying] = snapshot.types.death_rate[
        snapshot.kind[dying], model[dying] - 1, np.minimum(phase[dying], 1)
    ]
    return rates


def change_rates(snapshot: Snapshot) -> Numbers:
    """Rates of cytoplasmic and nuclear biomass, fluid and calcification (1/min), shape (n, 4)."""
    model = snapshot.cells["model"]
    alive = [CYTOPLASMIC_RATE, NUCLEAR_RATE, FLUID_RATE, CALCIFICATION]
    rates = snapshot.types.growth[snapshot.kind][:, alive]
    dying = model != LIVE
    death = snapshot.types.death[snapshot.kind[dying], model[dying] - 1]
    lysed = (model[dying] == NECROTIC) & (snapshot.cells["phase"][dying] > 0)
    fluid = np.where(lysed, death[:, D_LYSED], death[:, D_UNLYSED])
    rates[dying] = np.column_stack(
        [death[:, D_CYTOPLASMIC], death[:, D_NUCLEAR], fluid, death[:, D_CALCIFICATION]]
    )
    return rates


def target_solids(snapshot: Snapshot) -> Numbers:
    """Cytoplasmic and nuclear solid volume that each cell aims at (um3), shape (n, 2); the dead aim at none."""
    nuclear = np.where(snapshot.dead, 0.0, snapshot.cells["volume"][:, TARGET_NUCLEAR_SOLID])
    ratio = snapshot.types.growth[snapshot.kind, CYTOPLASMIC_TO_NUCLEAR]
    return np.column_stack([ratio * nuclear, nuclear])


def target_fluid_fraction(snapshot: Snapshot) -> Numbers:
    """Fluid fraction that each cell aims at: 1 in swelling necrosis, 0 in other deaths."""
    model, phase = snapshot.cells["model"], snapshot.cells["phase"]
    alive = snapshot.types.growth[snapshot.kind, FLUID_FRACTION]
    return np.where(model == LIVE, alive, np.where((model == NECROTIC) & (phase == 0), 1.0, 0.0))


def fluid_fraction(snapshot: Snapshot) -> Numbers:
    """Fluid in the total volume."""
    volume = snapshot.cells["volume"]
    return volume[:, FLUID] / np.maximum(volume[:, TOTAL], 1e-16)


def calcified_fraction(snapshot: Snapshot) -> Numbers:
    """Calcified fraction; where no cell calcifies, that of a new cell of the type."""
    if "calcified" in snapshot.cells:
        return snapshot.cells["calcified"]
    start = [kind.volume.calcified_fraction for kind in snapshot.definition.cell_types]
    return np.array(start, dtype=np.float64)[snapshot.kind]


def voxel_centres(domain: Domain) -> tuple[npt.NDArray[np.float64], ...]:
    """Coordinates of the voxel centres along x, y and z (um)."""
    nz, ny, nx = domain.shape
    return tuple(
        low + (np.arange(n, dtype=np.float64) + 0.5) * step
        for low, n, step in zip(domain.low, (nx, ny, nz), domain.spacing, strict=True)
    )


def cell_columns(snapshot: Snapshot) -> dict[str, Column]:
    """The state of every cell under plain names, as Zarr stores, AnnData and VTK files have it (positions apart)."""
    cells, volume = snapshot.cells, snapshot.cells["volume"]
    columns = {
        "identifier": Column(snapshot.identifier, "1", "serial number"),
        "type": Column(snapshot.kind, "1", "number of the cell type"),
        "phase": Column(phase_numbers(snapshot).astype(np.int16), "1", "number of the phase"),
        "dead": Column(snapshot.dead, "1", "in a death model"),
        "model": Column(cells["model"], "1", "0 live, 1 apoptotic, 2 necrotic"),
        "elapsed": Column(cells["elapsed"], "min", "time in the phase"),
        "divisions": Column(cells["divisions"], "1", "divisions since the start"),
        "radius": Column(snapshot.radius, "um", "radius"),
        "volume": Column(volume[:, TOTAL], "um3", "total volume"),
        "nuclear_volume": Column(volume[:, NUCLEAR], "um3", "volume of the nucleus"),
        "fluid_fraction": Column(fluid_fraction(snapshot), "1", "fluid in the total volume"),
        "pressure": Column(cells["pressure"], "1", "overlap with neighbours relative to a packed tissue"),
        "velocity": Column(cells["velocity"], "um/min", "velocity"),
    }
    if "damage" in cells:
        columns["damage"] = Column(cells["damage"], "1", "damage")
    if "attack" in cells:
        columns["attack_time"] = Column(cells["attack"][:, 0], "min", "time under attack")
        columns["damage_delivered"] = Column(cells["attack"][:, 1], "1", "damage done to others")
    if "target" in cells:
        columns["attack_target"] = Column(cells["target"], "1", "identifier of the cell under attack, or -1")
    for number, receptor in enumerate(snapshot.definition.receptors if "activity" in cells else ()):
        columns[f"{receptor} activity"] = Column(
            cells["activity"][:, number], "1", "activity of the receptor"
        )
    return columns

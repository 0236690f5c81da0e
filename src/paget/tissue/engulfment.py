"""One cell takes another in: phagocytosis and fusion.

    phagocytosis   all fluid joins the cytoplasm, all solids the cytoplasmic solids; the nucleus stays as it is.
                   A share of what the eaten cell held of each factor passes (`TypeTable.transferred`), the rest is
                   lost with it; conserved custom variables pass whole.
    fusion         nuclei, fluids, solids, target of the nuclear solids and held amounts add; the cell moves to the
                   common centre of volume.

As in PhysiCell 1.14 (`ingest_cell`, `fuse_cell`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.compiled import kernel
from paget.tissue.cells import (
    CYTOPLASMIC_SOLID,
    DEAD,
    FLUID,
    NOBODY,
    NUCLEAR,
    NUCLEAR_SOLID,
    REMOVED,
    TARGET_NUCLEAR_SOLID,
    TOTAL,
)
from paget.tissue.laws import radius_of


class Insides(NamedTuple):
    """The arrays of the cells (`CellArrays`) that change when one takes another in."""

    place: np.ndarray
    velocity: np.ndarray
    pressure: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    volume: np.ndarray
    columns: np.ndarray
    target: np.ndarray
    held: np.ndarray
    nuclei: np.ndarray


@kernel
def engulf(cells, transferred, conserved, i, j):
    """Cell i eats cell j.

    `transferred`: as in `TypeTable`; `conserved`: columns of conserved custom variables.
    """
    eater, eaten = cells.volume[i], cells.volume[j]
    eater[FLUID] += eaten[FLUID]
    eater[CYTOPLASMIC_SOLID] += eaten[CYTOPLASMIC_SOLID] + eaten[NUCLEAR_SOLID]
    for factor in range(cells.held.shape[1] if cells.held.shape[0] > 0 else 0):
        cells.held[i, factor] += cells.held[j, factor] * transferred[cells.kind[j], factor]
    for column in conserved:
        cells.columns[i, column] += cells.columns[j, column]
    _take_size(cells, i)
    vanish(cells, j)


@kernel
def fuse(cells, i, j):
    """Cell j becomes part of cell i."""
    one, other = cells.volume[i], cells.volume[j]
    share = other[TOTAL] / (one[TOTAL] + other[TOTAL])
    for axis in range(3):
        cells.place[i, axis] += share * (cells.place[j, axis] - cells.place[i, axis])
    for part in (FLUID, NUCLEAR, NUCLEAR_SOLID, CYTOPLASMIC_SOLID, TARGET_NUCLEAR_SOLID):
        one[part] += other[part]
    for factor in range(cells.held.shape[1] if cells.held.shape[0] > 0 else 0):
        cells.held[i, factor] += cells.held[j, factor]
    if cells.nuclei.shape[0] > 0:
        cells.nuclei[i] += cells.nuclei[j]
    _take_size(cells, i)
    vanish(cells, j)


@kernel
def _take_size(cells, i):
    """Total volume and radius from the parts."""
    volume = cells.volume[i]
    volume[TOTAL] = volume[FLUID] + volume[NUCLEAR_SOLID] + volume[CYTOPLASMIC_SOLID]
    cells.place[i, 3] = radius_of(volume[TOTAL])


@kernel
def vanish(cells, j):
    """Nothing is left of cell j; its row waits for the next clean-up. (Its springs are cut by the caller.)"""
    cells.flags[j] |= REMOVED | DEAD
    cells.place[j, 3] = 0.0
    cells.pressure[j] = 0.0
    for part in range(cells.volume.shape[1]):
        cells.volume[j, part] = 0.0
    for axis in range(3):
        cells.velocity[j, axis] = 0.0
    for factor in range(cells.held.shape[1] if cells.held.shape[0] > 0 else 0):
        cells.held[j, factor] = 0.0
    if cells.nuclei.shape[0] > 0:
        cells.nuclei[j] = 0
    if cells.target.shape[0] > 0:
        cells.target[j] = NOBODY

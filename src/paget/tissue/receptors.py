"""Receptors of cells in a tissue: how active they are, and what they take out of the tissue.

Ligands and antagonists compete for the receptors of a cell at the levels of its voxel (Gaddum, `paget.pharmacology`):

    activity_r = expression_r L_r / (1 + L_r + A_r),    L_r = sum_f C_f / K_rf,

with C_f the free level, K_rf the dissociation constant and A_r the same sum over antagonists. Filled receptors take
their ligand into the cell: a loss of amount that saturates with the level. Exchange between cells and fields is linear
in the level, so the uptake is linearised where the level is now: cell i of volume V takes up C_f V u_f per minute with

    u_f = (1 / V) sum_r n_r k_r / (K_rf (1 + L_r + A_r)),

n_r k_r the receptors of the cell (as level um3) times the rate at which filled ones are taken in. As levels settle this
becomes exact; the host engine iterates the same law.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.compiled import kernel, parallel_kernel, prange
from paget.pharmacology.occupancy import held_share
from paget.rules.tables import HOST_SIDE, TUMOUR_CELL, TUMOUR_SIDE
from paget.tissue.cells import ABSENT, TOTAL, Cells
from paget.tissue.laws import is_dead
from paget.tissue.neighbours import BLOCKS


class Receptors(NamedTuple):
    """Receptors of the cell types. K cell types, R receptors, F factors: the first F of the tissue."""

    affinity: np.ndarray
    """Dissociation constant of each receptor and factor (level), infinite where it does not bind; shape (R, F)."""
    expression: np.ndarray
    """Receptors relative to the unedited cell type, 0 where it has none; shape (K, R)."""
    internalising: np.ndarray
    """Ligand that a cell with filled receptors takes in (level um3/min), shape (K, R)."""


class Carriers(NamedTuple):
    """The arrays of the cells (`CellArrays`) that receptors read and write."""

    flags: np.ndarray
    kind: np.ndarray
    voxel: np.ndarray
    volume: np.ndarray
    columns: np.ndarray
    activity: np.ndarray


def carriers_of(cells: Cells) -> Carriers:
    """The cells as the kernels here see them; valid until cells are added."""
    return Carriers(*(cells.arrays[name] for name in Carriers._fields))


@kernel
def _sense_part(cells, uptake, receptors, antagonism, level, first, last):
    factors, nx, ny = receptors.affinity.shape[1], level.shape[3], level.shape[2]
    for i in range(first, last):
        if cells.flags[i] & ABSENT:
            continue
        kind, voxel, alive = cells.kind[i], cells.voxel[i], not is_dead(cells, i)
        x, y, z = voxel % nx, (voxel // nx) % ny, voxel // (nx * ny)
        if alive:
            for factor in range(factors):
                if uptake[factor] >= 0:
                    cells.columns[i, uptake[factor]] = 0.0
        for r in range(receptors.affinity.shape[0]):
            expression, internalising = receptors.expression[kind, r], receptors.internalising[kind, r]
            load = 0.0
            for factor in range(factors):
                load += level[factor, z, y, x] / receptors.affinity[r, factor]
            blocked = antagonism[r, TUMOUR_SIDE if kind == TUMOUR_CELL else HOST_SIDE]
            cells.activity[i, r] = expression * held_share(load, blocked)
            if alive and internalising > 0.0:
                share = internalising / (cells.volume[i, TOTAL] * (1.0 + load + blocked))
                for factor in range(factors):
                    if uptake[factor] >= 0:
                        cells.columns[i, uptake[factor]] += share / receptors.affinity[r, factor]


@parallel_kernel
def sense_receptors(cells, uptake, receptors, antagonism, level, count):
    """Fill the activity of the receptors of all cells (`Carriers`), and the uptake columns of the living ones.

    `uptake`: column of the uptake of each factor, -1 where there is none, shape (F,); `antagonism`: sum of antagonist
    over inhibition constant at each receptor of tumour cells (the first type) and of others, shape (R, 2); `level`
    (m, nz, ny, nx). A dead cell keeps the uptake that it died with, a tenth of what it had.
    """
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        _sense_part(cells, uptake, receptors, antagonism, level, first, last)

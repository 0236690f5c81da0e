"""Division: one cell becomes two of half its volume.

The daughter is put one radius of the mother away in a random direction, the mother moves half a radius the other way.
In two dimensions the direction is that of a sphere, projected on the plane, so that daughters part by less than a
radius (as in PhysiCell). Both are in the same phase, and have half of what the mother held; springs are released,
damage is inherited. A daughter may be of another type, with the probabilities of the behaviours `asymmetric division
to TYPE`.

Divisions happen one after the other in the order of rows, so that identifiers and places do not depend on threads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel
from paget.keyed_random import Purpose, daughter_lineage, uniform_at
from paget.tissue.attachments import release
from paget.tissue.cells import DIVIDES, OUTSIDE, TOTAL, Cells
from paget.tissue.compile import Compiled
from paget.tissue.laws import behaviour_of, radius_of
from paget.tissue.motion import direction_at, locate
from paget.tissue.transformation import convert

_DIVISION = int(Purpose.DIVISION)

TYPE_DRAW = 2
"""Answer of the question DIVISION that chooses the type of a daughter; 0 and 1 give the direction."""

COPIED = (
    "place", "velocity", "kind", "model", "phase", "elapsed", "volume", "columns", "motility", "damage", "attack",
    "target", "held", "calcified", "activity",
)  # fmt: skip
"""Arrays that a daughter has from her mother, after halving. She starts with one nucleus, no springs, no pressure."""


def divide(
    cells: Cells, compiled: Compiled, conserved: npt.NDArray[np.uint8], key: np.uint64, tick: int
) -> int:
    """Divide all cells with the flag DIVIDES; returns how many. `conserved`: 1 for shared columns, shape (c,)."""
    flags = cells["flags"]
    mothers = np.flatnonzero(flags & DIVIDES)
    if not mothers.size:
        return 0
    flags[mothers] &= 255 - DIVIDES
    release(cells, mothers)
    rows = cells.append(mothers.size)
    domain, types, b = compiled.definition.domain, compiled.types, compiled.vocabulary.behaviour
    directions = np.empty((mothers.size, 3))
    _halve(cells.view(), conserved, mothers, key, tick, domain.two_dimensional, directions)
    _copy(cells, mothers, rows)
    low, high, spacing = (np.array(v, dtype=np.float64) for v in (domain.low, domain.high, domain.spacing))
    _part(cells.view(), mothers, rows.start, directions, low, high, spacing, *domain.shape[::-1])
    kinds = types.base.shape[0]
    asymmetric = slice(b.asymmetric, b.asymmetric + kinds)
    if types.base[:, asymmetric].any() or (types.column[asymmetric] >= 0).any():
        _choose_types(cells.view(), types, b, conserved, mothers, rows.start, key, tick)
    return int(mothers.size)


def _copy(cells: Cells, mothers: npt.NDArray[np.int64], rows: slice) -> None:
    for name in COPIED:
        if cells.has(name):
            cells.arrays[name][rows] = cells.arrays[name][mothers]
    if cells.has("nuclei"):
        cells.arrays["nuclei"][rows] = 1


@kernel
def _halve(cells, conserved, mothers, key, tick, flat, directions):
    """Halve what mothers share, draw the directions, times the radius before, in which the daughters part."""
    for k in range(mothers.shape[0]):
        i = mothers[k]
        x, y, z = direction_at(key, _DIVISION, tick, cells.lineage[i], 0, False)
        radius = cells.place[i, 3]
        directions[k, 0], directions[k, 1], directions[k, 2] = (
            radius * x,
            radius * y,
            0.0 if flat else radius * z,
        )
        for part in range(cells.volume.shape[1]):
            cells.volume[i, part] *= 0.5
        cells.place[i, 3] = radius_of(cells.volume[i, TOTAL])
        for column in range(conserved.shape[0]):
            if conserved[column]:
                cells.columns[i, column] *= 0.5
        if cells.held.shape[0]:
            for factor in range(cells.held.shape[1]):
                cells.held[i, factor] *= 0.5
        if cells.attack.shape[0]:
            cells.attack[i, 0] = 0.0


@kernel
def _part(cells, mothers, first, directions, low, high, spacing, nx, ny, nz):
    """Move mothers and daughters apart, and give daughters a lineage of their own."""
    for k in range(mothers.shape[0]):
        i, j = mothers[k], first + k
        cells.divisions[i] += 1
        cells.lineage[j] = daughter_lineage(cells.lineage[i], cells.divisions[i])
        for axis in range(3):
            cells.place[j, axis] += directions[k, axis]
            cells.place[i, axis] -= 0.5 * directions[k, axis]
        for cell in (i, j):
            locate(cells, low, spacing, nx, ny, nz, cell)
            for axis in range(3):
                if not low[axis] <= cells.place[cell, axis] <= high[axis]:
                    cells.flags[cell] |= OUTSIDE


@kernel
def _choose_types(cells, types, b, conserved, mothers, first, key, tick):
    """Draw the type of each daughter; what the probabilities leave to 1 keeps the type of the mother."""
    kinds = types.base.shape[0]
    for k in range(mothers.shape[0]):
        i, j = mothers[k], first + k
        total = 0.0
        for kind in range(kinds):
            total += behaviour_of(cells, types, i, b.asymmetric + kind)
        left = uniform_at(key, _DIVISION, tick, cells.lineage[i], TYPE_DRAW)
        for kind in range(kinds):
            share = behaviour_of(cells, types, i, b.asymmetric + kind)
            if (
                kind == cells.kind[i] and total > 1.0
            ):  # too much in all: what is too much is taken from its own type
                share = max(share + 1.0 - total, 0.0)
            if left <= share:
                if kind != cells.kind[i]:
                    convert(cells, types, conserved, j, kind)
                break
            left -= share

"""What a tissue looks like at one moment: plain arrays and names, for writers, tables and figures.

A snapshot owns its numbers (the simulation may go on) and lists its cells in the order of their identifiers, whatever
their order in memory. Cells that were removed or have left the domain are not in it. n cells, m factors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from paget.tissue.cells import ABSENT, DEAD, NOBODY, Cells
from paget.tissue.definition import Definition
from paget.tissue.laws import UPTAKE_OF_THE_DEAD
from paget.tissue.tables import TypeTable
from paget.tissue.vocabulary import Vocabulary

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Snapshot:
    """One moment of a tissue."""

    time: float
    """(min)"""
    definition: Definition
    vocabulary: Vocabulary
    types: TypeTable
    cells: Mapping[str, npt.NDArray[Any]]
    """The arrays of `paget.tissue.cells.CellArrays` by name, n rows each; optional arrays that are not in use are
    absent."""
    level: Numbers
    """Level of each factor in its unit, shape (m, nz, ny, nx)."""

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.cells["kind"])

    @property
    def position(self) -> Numbers:
        """(um), shape (n, 3)."""
        return self.cells["place"][:, :3]

    @property
    def radius(self) -> Numbers:
        """(um), shape (n,)."""
        return self.cells["place"][:, 3]

    @property
    def kind(self) -> npt.NDArray[np.int32]:
        """Index of the cell type, shape (n,)."""
        return self.cells["kind"]

    @property
    def dead(self) -> npt.NDArray[np.bool_]:
        """Whether in a death model, shape (n,)."""
        return (self.cells["flags"] & DEAD) != 0

    @property
    def identifier(self) -> npt.NDArray[np.int64]:
        """Serial numbers, ascending, shape (n,)."""
        return self.cells["identifier"]

    def behaviour(self, number: int) -> Numbers:
        """Value of a behaviour (its number in the vocabulary) as the engine uses it in each cell, shape (n,).

        Dead cells neither secrete nor export, and take up a tenth; where cells have values of their own these already
        say so.
        """
        column = self.types.column[number]
        if column >= 0:
            return self.cells["columns"][:, column].copy()
        values = self.types.base[self.kind, number]
        first, factors = self.vocabulary.behaviour, len(self.definition.factors)
        if (
            first.secretion <= number < first.secretion + factors
            or first.export <= number < first.export + factors
        ):
            values[self.dead] = 0.0
        elif first.uptake <= number < first.uptake + factors:
            values[self.dead] *= UPTAKE_OF_THE_DEAD
        return values

    def behaviours(self, first: int, count: int) -> Numbers:
        """Values of consecutive behaviours, shape (n, count)."""
        values = np.empty((self.count, count))
        for offset in range(count):
            values[:, offset] = self.behaviour(first + offset)
        return values

    def part(self, first: int, last: int) -> Snapshot:
        """The same moment with the cells first .. last - 1 only (views, nothing is copied)."""
        return replace(self, cells={name: array[first:last] for name, array in self.cells.items()})

    def level_at_cells(self) -> Numbers:
        """Level of each factor in the voxel of each cell, shape (n, m)."""
        flat = self.level.reshape(len(self.level), int(np.prod(self.level.shape[1:])))
        return np.ascontiguousarray(flat[:, self.voxel()].T)

    def voxel(self) -> npt.NDArray[np.int64]:
        """Flat index (x fastest) of the voxel of each cell, shape (n,); beyond a face it is the voxel there."""
        domain = self.definition.domain
        nz, ny, nx = domain.shape
        inside = np.floor((self.position - domain.low) / domain.spacing).astype(np.int64)
        i, j, k = np.clip(inside, 0, np.array([nx, ny, nz]) - 1).T
        return (k * ny + j) * nx + i

    def contacts(self) -> npt.NDArray[np.int64]:
        """Pairs of cells (rows, the lower first) that are nearer than the sum of their adhesion ranges, shape (p, 2).

        This is what a cell senses as contact: range = relative maximum adhesion distance times radius.
        """
        if self.count < 2:
            return np.empty((0, 2), dtype=np.int64)
        reach = self.behaviour(self.vocabulary.behaviour.adhesion_distance) * self.radius
        pairs = cKDTree(self.position).query_pairs(2.0 * float(reach.max()), output_type="ndarray")
        one, other = pairs[:, 0], pairs[:, 1]
        apart = np.zeros(len(pairs))
        for place in np.ascontiguousarray(self.position.T):
            apart += (place[one] - place[other]) ** 2
        near = apart < (reach[one] + reach[other]) ** 2
        keys = one[near].astype(np.int64) * self.count + other[near]
        keys.sort()  # several times as fast as sorting pairs
        return np.column_stack(np.divmod(keys, self.count))

    def springs(self) -> npt.NDArray[np.int64]:
        """Pairs of cells (rows, the lower first) that a spring ties, shape (p, 2)."""
        if "springs" not in self.cells or not self.count:
            return np.empty((0, 2), dtype=np.int64)
        tied = self.cells["springs"]
        one, place = np.nonzero(tied != NOBODY)
        partner = tied[one, place]
        other = np.minimum(np.searchsorted(self.identifier, partner), self.count - 1)
        here = self.identifier[other] == partner
        pairs = np.column_stack([one[here], other[here]]).astype(np.int64)
        return np.unique(np.sort(pairs, axis=1), axis=0)


def snapshot_of(simulation: Any) -> Snapshot:
    """The present moment of a simulation, copied."""
    return make_snapshot(
        simulation.definition,
        simulation.vocabulary,
        simulation.types,
        simulation.cells,
        simulation.fields.level,
        simulation.time,
    )


def make_snapshot(
    definition: Definition,
    vocabulary: Vocabulary,
    types: TypeTable,
    cells: Cells,
    level: Numbers,
    time: float,
) -> Snapshot:
    """The same from the parts of a simulation. `level`: shape (m, nz, ny, nx); `time` in min."""
    present = np.flatnonzero((cells["flags"] & ABSENT) == 0)
    order = present[np.argsort(cells["identifier"][present])]
    arrays = {name: cells[name][order] for name, array in cells.arrays.items() if array.shape[0]}
    shape = (len(definition.factors), *definition.domain.shape)
    copied = np.array(level, dtype=np.float64).reshape(shape)
    return Snapshot(float(time), definition, vocabulary, types, arrays, copied)

"""What cells take from the voxel that they are in, and give to it.

A cell of volume V in a voxel of volume W that secretes at rate S towards a target T, takes up at rate U and exports an
amount E per minute changes the level by

    du/dt = V/W (S (T - u) - U u) + E/W

The default solvers take the sums over the cells of a voxel, sink = sum V/W (S + U) and source = sum V/W S T + E/W, into
their system. PhysiCell's scheme lets one cell after the other take an implicit step,

    u <- (u + dt V/W S T) / (1 + dt V/W (S + U)) + dt E/W,

and these affine maps compose to one map per voxel, u <- gain u + gift, exactly. Cells of a voxel come in the order of
memory. Dead cells secrete and export nothing and take up a tenth, where no column says otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.tissue.cells import ABSENT, DEAD, TOTAL, Cells
from paget.tissue.laws import UPTAKE_OF_THE_DEAD
from paget.tissue.neighbours import BLOCKS
from paget.tissue.tables import Bases, TypeTable
from paget.tissue.vocabulary import BehaviourIndex


class Exchangers(NamedTuple):
    """The arrays of the cells that exchange reads."""

    volume: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    voxel: np.ndarray
    columns: np.ndarray


@law
def _value(cells, bases, i, behaviour, if_dead):
    """A behaviour of exchange: with a column what it says, else the base, times `if_dead` in dead cells."""
    column = bases.column[behaviour]
    if column >= 0:
        return cells.columns[i, column]
    base = bases.base[cells.kind[i], behaviour]
    return base * if_dead if cells.flags[i] & DEAD else base


@law
def rates_of(cells, bases, b, factor, per_voxel, i):
    """Sink (1/min), source (level/min) and export (level/min) of cell i for a factor; `per_voxel` 1/W (1/um3)."""
    share = cells.volume[i, TOTAL] * per_voxel
    secretion = _value(cells, bases, i, b.secretion + factor, 0.0)
    uptake = _value(cells, bases, i, b.uptake + factor, UPTAKE_OF_THE_DEAD)
    export = _value(cells, bases, i, b.export + factor, 0.0)
    target = _value(cells, bases, i, b.secretion_target + factor, 1.0)
    return share * (secretion + uptake), share * secretion * target, export * per_voxel


@kernel
def _sort_by_voxel(cells, count, first, rows):
    """Rows of the present cells sorted by voxel (`first`: zeros on entry); how many there are, in how many voxels."""
    for i in range(count):
        if not cells.flags[i] & ABSENT:
            first[cells.voxel[i] + 1] += 1
    occupied = 0
    for v in range(1, first.shape[0]):
        occupied += first[v] > 0
        first[v] += first[v - 1]
    present = first[first.shape[0] - 1]
    for i in range(count):
        if not cells.flags[i] & ABSENT:
            rows[first[cells.voxel[i]]] = i
            first[cells.voxel[i]] += 1
    return present, occupied


@kernel
def _list_voxels(cells, rows, present, voxel, start):
    """Occupied voxels and where their cells start in `rows`."""
    found = 0
    for place in range(present):
        if place == 0 or cells.voxel[rows[place]] != cells.voxel[rows[place - 1]]:
            voxel[found], start[found] = cells.voxel[rows[place]], place
            found += 1
    start[found] = present


@parallel_kernel
def _sum_rates(cells, bases, b, factor, per_voxel, rows, start, sink, source):
    """Sink (1/min) and source (level/min) of each occupied voxel, exports included."""
    occupied = start.shape[0] - 1
    for block in prange(BLOCKS):
        for o in range(block * occupied // BLOCKS, (block + 1) * occupied // BLOCKS):
            total, gives = 0.0, 0.0
            for place in range(start[o], start[o + 1]):
                takes, secretes, exports = rates_of(cells, bases, b, factor, per_voxel, rows[place])
                total += takes
                gives += secretes + exports
            sink[o], source[o] = total, gives


@parallel_kernel
def _compose_maps(cells, bases, b, factor, per_voxel, step, rows, start, gain, gift):
    """Composition of one implicit step of each cell, for each occupied voxel."""
    occupied = start.shape[0] - 1
    for block in prange(BLOCKS):
        for o in range(block * occupied // BLOCKS, (block + 1) * occupied // BLOCKS):
            a, c = 1.0, 0.0
            for place in range(start[o], start[o + 1]):
                takes, secretes, exports = rates_of(cells, bases, b, factor, per_voxel, rows[place])
                denominator = 1.0 + step * takes
                a /= denominator
                c = (c + step * secretes) / denominator + step * exports
            gain[o], gift[o] = a, c


@parallel_kernel
def _settle_split(cells, bases, b, factor, per_voxel, step, steps, rows, start, before, held):
    """Add to `held` what each cell took in `steps` steps whose levels, before the exchange, sum to `before`."""
    occupied = start.shape[0] - 1
    for block in prange(BLOCKS):
        for o in range(block * occupied // BLOCKS, (block + 1) * occupied // BLOCKS):
            found = before[o]
            for place in range(start[o], start[o + 1]):
                i = rows[place]
                takes, secretes, exports = rates_of(cells, bases, b, factor, per_voxel, i)
                left = (found + steps * step * secretes) / (1.0 + step * takes) + steps * step * exports
                held[i, factor] += (found - left) / per_voxel
                found = left


@parallel_kernel
def _settle_step(cells, bases, b, factor, per_voxel, step, rows, start, level, voxel, held):
    """Add to `held` what each cell took in one step that ended at `level`, flat."""
    occupied = start.shape[0] - 1
    for block in prange(BLOCKS):
        for o in range(block * occupied // BLOCKS, (block + 1) * occupied // BLOCKS):
            u = level[voxel[o]]
            for place in range(start[o], start[o + 1]):
                i = rows[place]
                takes, secretes, exports = rates_of(cells, bases, b, factor, per_voxel, i)
                held[i, factor] += step * (takes * u - secretes - exports) / per_voxel


class Exchange:
    """Occupied voxels, their cells, and the coefficients of the factors that cells exchange. o occupied voxels."""

    def __init__(self, voxels: int, voxel_volume: float, room: npt.NDArray[np.int32] | None = None) -> None:
        """`room`: memory to count in that nobody needs while cells are sorted, at least voxels + 1 numbers."""
        self.per_voxel = 1.0 / voxel_volume
        self.voxels = voxels
        self.rows: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        """Cells by voxel."""
        self.voxel: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        """Occupied voxels in ascending order, shape (o,)."""
        self.start: npt.NDArray[np.int32] = np.zeros(1, np.int32)
        """First cell of each in `rows`, shape (o + 1,)."""
        self._first = np.zeros(voxels + 1, np.int32) if room is None else room[: voxels + 1]

    def sort(self, cells: Cells) -> None:
        """Find out which voxels are occupied, and by whom."""
        self.view, count = cells.part(Exchangers), cells.count
        self._first[:] = 0
        self.rows = np.empty(count, np.int32)
        present, occupied = _sort_by_voxel(self.view, count, self._first, self.rows)
        self.voxel, self.start = np.empty(occupied, np.int64), np.empty(occupied + 1, np.int32)
        _list_voxels(self.view, self.rows, present, self.voxel, self.start)

    def rates(self, types: Bases, b: BehaviourIndex, factor: int) -> tuple[npt.NDArray, npt.NDArray]:
        """Sink (1/min) and source (level/min) of each occupied voxel."""
        sink, source = np.empty((2, len(self.voxel)))
        _sum_rates(self.view, types, b, factor, self.per_voxel, self.rows, self.start, sink, source)
        return sink, source

    def maps(
        self, types: Bases, b: BehaviourIndex, factor: int, step: float
    ) -> tuple[npt.NDArray, npt.NDArray]:
        """Gain and gift of each occupied voxel over one short step."""
        gain, gift = np.empty((2, len(self.voxel)))
        _compose_maps(self.view, types, b, factor, self.per_voxel, step, self.rows, self.start, gain, gift)
        return gain, gift

    def settle_split(
        self, types: Bases, b: BehaviourIndex, factor: int, step: float, steps: int, before, held
    ) -> None:
        """Book what cells took during split steps."""
        arguments = (self.per_voxel, step, float(steps), self.rows, self.start, before, held)
        _settle_split(self.view, types, b, factor, *arguments)

    def settle_step(self, types: Bases, b: BehaviourIndex, factor: int, step: float, level, held) -> None:
        """Book what cells took during one implicit or quasi-steady step that ended at `level`."""
        arguments = (self.per_voxel, step, self.rows, self.start, level.reshape(-1), self.voxel, held)
        _settle_step(self.view, types, b, factor, *arguments)


def exchanged(types: TypeTable, b: BehaviourIndex, factors: int) -> list[int]:
    """Factors that some cell may take up, secrete or export."""
    found = []
    for factor in range(factors):
        numbers = [b.secretion + factor, b.uptake + factor, b.export + factor]
        if types.base[:, numbers].any() or (types.column[numbers] >= 0).any():
            found.append(factor)
    return found

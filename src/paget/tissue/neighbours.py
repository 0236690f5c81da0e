"""Who may touch whom: Verlet lists over a cell list, with a skin that adapts to counts.

Cells are sorted into boxes whose edge is the longest reach of any pair plus the skin (counting sort; the boxes span the
cells, not the domain). A pair is listed when its distance is below the reaches of both plus the skin. The list stays
valid until some cell has moved, or grown in reach, by half the skin; then it is built again from the present places.
Lists are full (each pair twice): every cell then sums over its own neighbours, in the order of the list, and the sums
do not depend on the number of threads.

The skin minimises the expected cost per step: building costs as much as some force steps and happens every skin / (2 v)
steps, evaluation grows with the volume of (reach + skin). v is the displacement per step since the last build, a
count; no clock is read, so that two runs do the same.

Now and then cells are also sorted in memory by box, so that neighbours lie close to each other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, parallel_kernel, prange
from paget.tissue.cells import ABSENT, REMOVED, Cells
from paget.tissue.laws import behaviour_of
from paget.tissue.tables import Bases

BLOCKS = 64
"""Parts of the cells that threads work through; fixed, so that nothing depends on the number of threads."""
NOWHERE = 1e30
"""Coordinate of what takes part in nothing: its distance to anything is beyond every reach."""
SKINS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Skins to choose from (um)."""
BUILD_COST = 12.0
"""Cost of building the list, in evaluations of all forces without a skin (profiled, 1e4 and 1e5 cells)."""
LONGEST_INTERVAL = 60.0
"""Steps after which a list would be built again anyway, by divisions."""
BUILDS_BETWEEN_SORTS = 20
LARGEST_BOX_COUNT = 8
"""Boxes per cell, at most; sparse cells get larger boxes instead."""


class Reachers(NamedTuple):
    """The arrays of the cells that decide how far they reach."""

    place: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    columns: np.ndarray


class Neighbours:
    """The Verlet list of a tissue."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.skin = 2.0
        self.start: npt.NDArray[np.int32] = np.zeros(1, dtype=np.int32)
        """Neighbours of row i are neighbour[start[i]] .. neighbour[start[i + 1] - 1], shape (n + 1,)."""
        self.neighbour: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.reference: npt.NDArray[np.float64] = np.zeros((0, 4))
        """x, y, z and reach of every cell when the list was built (um), shape (n, 4)."""
        self.valid = False
        self.steps = 0
        """Steps since the list was built."""
        self.builds_since_sort = BUILDS_BETWEEN_SORTS
        self.travelled = 0.0
        """Largest displacement plus growth of reach since the list was built (um)."""
        self.longest = 0.0
        """Longest reach of a pair at the last build (um)."""
        self.most = 0
        """Largest number of neighbours of a cell."""

    def refresh(self, cells: Cells, bases: Bases, reach: int) -> None:
        """Build the list if it is not valid any more. `reach`: index of the relative maximum adhesion distance."""
        complete = self.valid and cells.count == len(self.start) - 1
        if complete and self.travelled <= 0.5 * self.skin:
            return
        self._adapt()
        order = self._tidy(cells)
        if order is not None:
            cells.take(order)
            self.builds_since_sort = 0
        self.builds_since_sort += 1
        if self.reference.shape[0] < cells.count or self.reference.shape[0] > 2 * cells.capacity:
            self.reference = np.empty((cells.capacity, 4))
        _remember(cells.part(Reachers), bases, reach, cells.count, self.reference)
        if self.builds_since_sort >= BUILDS_BETWEEN_SORTS:
            self._sort(cells)
            _remember(cells.part(Reachers), bases, reach, cells.count, self.reference)
            self.builds_since_sort = 0
        self._list(cells.count)
        self.valid, self.steps, self.travelled = True, 0, 0.0

    def invalidate(self) -> None:
        """Cells were added: the list no longer knows all of them."""
        self.valid = False

    def _adapt(self) -> None:
        """Choose the skin that would have been cheapest at the pace since the last build."""
        if not self.steps:
            return
        pace = max(self.travelled / self.steps, 1e-9)
        reach = max(float(self.longest), 1.0)

        def cost(skin: float) -> float:
            interval = min(max(skin / (2.0 * pace), 1.0), LONGEST_INTERVAL)
            return BUILD_COST / interval + (1.0 + skin / reach) ** self.dimensions

        self.skin = min(SKINS, key=cost)

    def _tidy(self, cells: Cells) -> npt.NDArray[np.int64] | None:
        """Rows to keep when some cells were removed; None: all."""
        removed = cells["flags"] & REMOVED
        return np.flatnonzero(removed == 0) if removed.any() else None

    def _boxes(
        self, count: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], tuple[int, int, int], float]:
        """Sort cells into boxes: first sorted position of each box, rows in sorted order, boxes along x, y, z, edge."""
        bounds = np.empty((BLOCKS, 7))
        _bounds(self.reference, count, bounds)
        low, high = bounds[:, :3].min(axis=0), bounds[:, 3:6].max(axis=0)
        self.longest = 2.0 * float(bounds[:, 6].max())
        self.low = np.minimum(low, high)
        extent = np.maximum(high - low, 0.0)
        edge = max(self.longest + self.skin, 1.0)
        while np.prod(np.floor(extent / edge) + 1.0) > LARGEST_BOX_COUNT * count + 64:
            edge *= 1.26
        shape = tuple(int(n) for n in np.floor(extent / edge) + 1.0)
        first = np.zeros(math.prod(shape) + 1, dtype=np.int32)
        box = np.empty(count, dtype=np.int32)
        rows = np.empty(count, dtype=np.int32)
        _number_boxes(self.reference, count, self.low, 1.0 / edge, shape[0], shape[1], shape[2], box)
        used = _counting_sort(box, count, first, rows)
        return first, rows[:used], shape, edge  # type: ignore[return-value]

    def _sort(self, cells: Cells) -> None:
        """Sort the cells in memory by box; those that take part in nothing come last."""
        _, rows, _, _ = self._boxes(cells.count)
        if len(rows) < cells.count:
            absent = np.ones(cells.count, dtype=bool)
            absent[rows] = False
            rows = np.concatenate([rows, np.flatnonzero(absent).astype(np.int32)])
        cells.take(rows.astype(np.int64))

    def _list(self, count: int) -> None:
        first, rows, shape, edge = self._boxes(count)
        place = np.empty((len(rows), 4))
        _gather(self.reference, rows, place)
        self.start = np.zeros(count + 1, dtype=np.int32)
        arguments = (first, rows, place, self.low, 1.0 / edge, *shape, self.skin)
        _count_pairs(*arguments, self.start)
        self.most = int(self.start.max())
        np.cumsum(self.start, out=self.start)
        if self.neighbour.shape[0] < self.start[-1] or self.neighbour.shape[0] > 2 * self.start[-1] + 4096:
            self.neighbour = np.empty(int(self.start[-1] * 1.1) + 1024, dtype=np.int32)
        _write_pairs(*arguments, self.start, self.neighbour)

    def state(self, count: int) -> dict[str, npt.NDArray]:
        """What a checkpoint needs to have the same list again."""
        numbers = [
            self.skin,
            float(self.valid),
            float(self.steps),
            float(self.builds_since_sort),
            self.travelled,
        ]
        return {
            "reference": self.reference[: min(count, self.reference.shape[0])].copy(),
            "numbers": np.array([*numbers, self.longest]),
        }

    def restore(self, state: dict[str, npt.NDArray]) -> None:
        """Have the list of a checkpoint again."""
        skin, valid, steps, builds, self.travelled, self.longest = (float(x) for x in state["numbers"])
        self.skin, self.valid, self.steps, self.builds_since_sort = skin, bool(valid), int(steps), int(builds)
        self.reference = np.array(state["reference"])
        if self.valid:
            self._list(self.reference.shape[0])


@kernel
def _remember_part(cells, bases, reach, first, last, reference):
    for i in range(first, last):
        if cells.flags[i] & ABSENT:
            reference[i, 0] = NOWHERE
            reference[i, 3] = 0.0
            continue
        for axis in range(3):
            reference[i, axis] = cells.place[i, axis]
        reference[i, 3] = behaviour_of(cells, bases, i, reach) * cells.place[i, 3]


@parallel_kernel
def _remember(cells, bases, reach, count, reference):
    """Write x, y, z and reach of every cell; cells that take part in nothing are NOWHERE."""
    for block in prange(BLOCKS):
        _remember_part(cells, bases, reach, block * count // BLOCKS, (block + 1) * count // BLOCKS, reference)


@parallel_kernel
def _bounds(reference, count, bounds):
    """Lowest and highest x, y, z and the longest reach of each block of cells, shape (BLOCKS, 7)."""
    for block in prange(BLOCKS):
        for axis in range(3):
            bounds[block, axis] = NOWHERE
            bounds[block, 3 + axis] = -NOWHERE
        bounds[block, 6] = 0.0
        for i in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            if reference[i, 0] < NOWHERE:
                for axis in range(3):
                    bounds[block, axis] = min(bounds[block, axis], reference[i, axis])
                    bounds[block, 3 + axis] = max(bounds[block, 3 + axis], reference[i, axis])
                bounds[block, 6] = max(bounds[block, 6], reference[i, 3])


@parallel_kernel
def _number_boxes(reference, count, low, per_edge, nx, ny, nz, box):
    """Box of each cell, -1 for what is NOWHERE."""
    for block in prange(BLOCKS):
        for i in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            if reference[i, 0] >= NOWHERE:
                box[i] = -1
                continue
            bx = min(int((reference[i, 0] - low[0]) * per_edge), nx - 1)
            by = min(int((reference[i, 1] - low[1]) * per_edge), ny - 1)
            bz = min(int((reference[i, 2] - low[2]) * per_edge), nz - 1)
            box[i] = (bz * ny + by) * nx + bx


@kernel
def _counting_sort(box, count, first, rows):
    """Rows by box, in the order of rows within one; `first` becomes the first position of each box. Gives how many."""
    for i in range(count):
        if box[i] >= 0:
            first[box[i] + 1] += 1
    for b in range(1, first.shape[0]):
        first[b] += first[b - 1]
    used = first[first.shape[0] - 1]
    for i in range(count):
        if box[i] >= 0:
            rows[first[box[i]]] = i
            first[box[i]] += 1
    for b in range(first.shape[0] - 1, 0, -1):
        first[b] = first[b - 1]
    first[0] = 0
    return used


@parallel_kernel
def _gather(reference, rows, place):
    count = rows.shape[0]
    for block in prange(BLOCKS):
        for k in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            for axis in range(4):
                place[k, axis] = reference[rows[k], axis]


@kernel
def _pairs_of(k, first, rows, place, low, per_edge, nx, ny, nz, skin, write, at, neighbour):
    """Neighbours of the cell at sorted position k: their number, and where `write`, their rows from `at` on."""
    x, y, z, reach = place[k, 0], place[k, 1], place[k, 2], place[k, 3] + skin
    bx, by, bz = int((x - low[0]) * per_edge), int((y - low[1]) * per_edge), int((z - low[2]) * per_edge)
    found = 0
    for cz in range(max(bz - 1, 0), min(bz + 2, nz)):
        for cy in range(max(by - 1, 0), min(by + 2, ny)):
            row = (cz * ny + cy) * nx
            for other in range(first[row + max(bx - 1, 0)], first[row + min(bx + 1, nx - 1) + 1]):
                dx, dy, dz = place[other, 0] - x, place[other, 1] - y, place[other, 2] - z
                limit = reach + place[other, 3]
                if dx * dx + dy * dy + dz * dz < limit * limit and other != k:
                    if write:
                        neighbour[at + found] = rows[other]
                    found += 1
    return found


@parallel_kernel
def _count_pairs(first, rows, place, low, per_edge, nx, ny, nz, skin, start):
    """Write the number of neighbours of row i into start[i + 1]."""
    count = rows.shape[0]
    for block in prange(BLOCKS):
        for k in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            start[rows[k] + 1] = _pairs_of(
                k, first, rows, place, low, per_edge, nx, ny, nz, skin, False, 0, rows
            )


@parallel_kernel
def _write_pairs(first, rows, place, low, per_edge, nx, ny, nz, skin, start, neighbour):
    count = rows.shape[0]
    for block in prange(BLOCKS):
        for k in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            _pairs_of(k, first, rows, place, low, per_edge, nx, ny, nz, skin, True, start[rows[k]], neighbour)

"""The grids of a multigrid solver: voxels, and coarser and coarser cells made of them.

The unknowns are the free voxels, a box. Each coarser level joins pairs of cells along the axes whose cells are not much
longer than the shortest, down to a single cell. All levels have the finite-volume matrix of their cells,

    coupling of two cells that share a face    D/d^2 * area / distance of their centres
    diagonal                                   sum over the voxels of (1/dt + decay + sink), plus all couplings

with widths, areas and distances in voxels, and held voxels as neighbours beyond their faces. Couplings follow from the
geometry; only the diagonal is stored.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel

ELONGATED = 1.5
"""An axis is coarsened where its cells are at most so many times as long as along the shortest axis."""
BLOCKS = 16
"""Parts of the rows that threads work through; fixed."""
CHUNK = 512
"""Cells whose neighbours are summed at a time: long loops, and their values stay in the first cache."""
LANES = 64
"""Partial sums (and largest numbers) of an array: so sums are vector code and yet have one order."""

Triple = tuple[float, float, float]
Widths = list[npt.NDArray[np.float64]]


class Room(NamedTuple):
    """Working arrays, which all systems of a tissue share. T cells of all levels of the largest, n of its finest."""

    diagonal: npt.NDArray[np.float64]
    """Shape (T,)."""
    right: npt.NDArray[np.float64]
    """Right side; on the finest level the residual of the outer iteration; shape (T,)."""
    value: npt.NDArray[np.float64]
    """Correction, shape (T,)."""
    turned: npt.NDArray[np.float32]
    """The residual or the next correction of one level, shape (n,)."""
    direction: npt.NDArray[np.float32]
    """Of the outer iteration, shape (n,). Single precision suffices: the residual follows the direction as it is."""
    lines: npt.NDArray[np.float64]
    """Neighbours of some rows, one line per block."""
    sums: npt.NDArray[np.float64]
    """Partial sums of a product, then partial largest numbers, one line per block."""


class Levels(NamedTuple):
    """Geometry of all levels. L levels, longest axis a.

    Flat arrays hold the levels one after the other, the finest first; axes are z, y, x. A layer is all cells of one z;
    arrays of layers hold one layer of each level.
    """

    shape: npt.NDArray[np.int64]
    """Shape (L, 3)."""
    first: npt.NDArray[np.int64]
    """First cell of each level, shape (L + 1,)."""
    layer: npt.NDArray[np.int64]
    """First cell of each level in the arrays of layers, shape (L + 1,)."""
    ratio: npt.NDArray[np.int64]
    """Cells along each axis that the next level joins (1 or 2), shape (L, 3)."""
    width: npt.NDArray[np.float64]
    """Width of each cell (voxels), shape (L, 3, a)."""
    face: npt.NDArray[np.float64]
    """1/(d^2 distance) across the lower face of each cell (1/um2), shape (L, 3, a + 1); 0 at ends without flux."""
    area: npt.NDArray[np.float64]
    """Area of each cell of a layer (voxels^2)."""
    south: npt.NDArray[np.float64]
    """Coupling to the cell before along y, per depth and D, of each cell of a layer; 0 where there is none."""
    west: npt.NDArray[np.float64]
    """The same along x."""
    near: npt.NDArray[np.float64]
    """Weight of the coarse cell that a cell is part of in its correction, shape (L, 3, a)."""
    far: npt.NDArray[np.float64]
    """Weight of the coarse cell next to that, on the side where the cell lies, shape (L, 3, a)."""


def room_for(systems: list[Levels]) -> Room:
    """Room for the largest of some systems."""
    most, finest = (max(int(levels.first[level]) for levels in systems) for level in (-1, 1))
    longest = max(int(levels.shape.max()) for levels in systems)
    return Room(
        diagonal=np.zeros(most),
        right=np.zeros(most),
        value=np.zeros(most),
        turned=np.zeros(finest, np.float32),
        direction=np.zeros(finest, np.float32),
        lines=np.zeros((BLOCKS, max(CHUNK, longest) + 3)),
        sums=np.zeros((BLOCKS, 2 * LANES)),
    )


def levels_of(shape: tuple[int, int, int], held: tuple[tuple[bool, bool], ...], spacing: Triple) -> Levels:
    """Levels for a box of free voxels, all tuples z, y, x; `held`: whether the voxels beyond its faces are held."""
    widths, ratios = _coarsen(shape, spacing)
    shapes = np.array([[len(w) for w in level] for level in widths], dtype=np.int64)
    longest = max(shape)
    width, near, far = np.zeros((3, len(widths), 3, longest))
    face = np.zeros((len(widths), 3, longest + 1))
    for level, of_axes in enumerate(widths):
        for axis, (w, ends) in enumerate(zip(of_axes, held, strict=True)):
            n = len(w)
            width[level, axis, :n] = w
            face[level, axis, : n + 1] = _reciprocal_distances(w, ends) / spacing[axis] ** 2
            if level < len(ratios):
                weights = _weights(w, widths[level + 1][axis], ratios[level][axis], ends)
                near[level, axis, :n], far[level, axis, :n] = weights
    layers = [_layer(of_axes, face[level]) for level, of_axes in enumerate(widths)]
    area, south, west = (np.concatenate(parts) for parts in zip(*layers, strict=True))
    first = np.concatenate(([0], np.cumsum(shapes.prod(axis=1))))
    layer = np.concatenate(([0], np.cumsum(shapes[:, 1:].prod(axis=1))))
    ratio = np.array([*ratios, [1, 1, 1]], dtype=np.int64)
    return Levels(shapes, first, layer, ratio, width, face, area, south, west, near, far)


def _coarsen(shape: tuple[int, int, int], spacing: Triple) -> tuple[list[Widths], list[list[int]]]:
    """Widths of the cells (voxels) of all levels, and how many cells each step joins."""
    widths, ratios = [[np.ones(n) for n in shape]], []
    while max(len(w) for w in widths[-1]) > 1:
        lengths = [w.mean() * d if len(w) > 1 else np.inf for w, d in zip(widths[-1], spacing, strict=True)]
        ratios.append([2 if length <= ELONGATED * min(lengths) else 1 for length in lengths])
        joined = [
            np.add.reduceat(w, np.arange(0, len(w), r)) for w, r in zip(widths[-1], ratios[-1], strict=True)
        ]
        widths.append(joined)
    return widths, ratios


def _reciprocal_distances(width: npt.NDArray, held: tuple[bool, bool]) -> npt.NDArray:
    """Across each face; the centre of a held voxel lies half a voxel beyond the end; 0 without flux."""
    ends = [2.0 / (w + 1.0) if is_held else 0.0 for w, is_held in zip(width[[0, -1]], held, strict=True)]
    return np.concatenate((ends[:1], 2.0 / (width[1:] + width[:-1]), ends[1:]))


def _layer(widths: Widths, face: npt.NDArray) -> tuple[npt.NDArray, ...]:
    """Area, and couplings to the south and west, of each cell of a layer; flat."""
    _, y, x = widths
    south, west = face[1, : len(y)].copy(), face[2, : len(x)].copy()
    south[0], west[0] = 0.0, 0.0  # what lies beyond is not in the layer
    return np.outer(y, x).ravel(), np.outer(south, x).ravel(), np.outer(y, west).ravel()


def _weights(
    width: npt.NDArray, joined: npt.NDArray, ratio: int, held: tuple[bool, bool]
) -> tuple[npt.NDArray, npt.NDArray]:
    """Weights of the near and the far coarse cell in each cell, by linear interpolation between centres."""
    near, far = np.ones(len(width)), np.zeros(len(width))
    fine, coarse = np.cumsum(width) - 0.5 * width, np.cumsum(joined) - 0.5 * joined
    for i, x in enumerate(fine):
        own = i // ratio
        side = -1 if x < coarse[own] else 1
        if x != coarse[own] and 0 <= own + side < len(joined):
            far[i] = (x - coarse[own]) / (coarse[own + side] - coarse[own])
            near[i] = 1.0 - far[i]
        elif x != coarse[own] and held[side > 0]:  # the correction is zero at the centre of a held voxel
            outside = -0.5 if side < 0 else joined.sum() + 0.5
            near[i] = (outside - x) / (outside - coarse[own])
    return near, far


@kernel
def set_diagonals(levels, room, diffusion):
    """From 1/dt + decay + sink in the finest `diagonal` to the diagonals of all levels."""
    last = levels.shape.shape[0] - 1
    for level in range(last + 1):
        nz, ny, nx = levels.shape[level]
        here = levels.first[level]
        if level < last:
            for cell in range(levels.first[level + 1], levels.first[level + 2]):
                room.diagonal[cell] = 0.0
            _join(levels, room, level)
        for row in range(nz * ny):
            diagonal = room.diagonal[here + row * nx : here + (row + 1) * nx]
            _add_couplings(levels.width[level], levels.face[level], diffusion, row // ny, row % ny, diagonal)


@kernel
def _add_couplings(width, face, diffusion, k, j, diagonal):
    """Add the couplings of the cells of row (k, j), to held voxels too."""
    deep, high = diffusion * width[0, k], width[1, j]
    beside = deep * (face[1, j] + face[1, j + 1]) + diffusion * (face[0, k] + face[0, k + 1]) * high
    for i in range(diagonal.shape[0]):
        diagonal[i] += beside * width[2, i] + deep * high * (face[2, i] + face[2, i + 1])


@kernel
def _join(levels, room, level):
    """Add the diagonals of a level's cells, before their couplings, to those of the cells they are part of."""
    nz, ny, nx = levels.shape[level]
    rz, ry, rx = levels.ratio[level]
    _, NY, many = levels.shape[level + 1]
    for row in range(nz * ny):
        there = levels.first[level + 1] + (row // ny // rz * NY + row % ny // ry) * many
        own = room.diagonal[levels.first[level] + row * nx : levels.first[level] + (row + 1) * nx]
        coarse = room.diagonal[there : there + many]
        for i in range(nx // rx):
            coarse[i] += own[rx * i] + (own[2 * i + 1] if rx == 2 else 0.0)
        if nx % rx:
            coarse[many - 1] += own[nx - 1]


@kernel
def sum_neighbours(levels, level, diffusion, values, row, line):
    """Set `line` to the sum of coupling times value over the neighbours of its cells, in one layer from `row` on.

    Short loops over few arrays: the compiler can check that these do not overlap, and makes vector code.
    """
    nz, ny, nx = levels.shape[level]
    layer, count = ny * nx, line.shape[0]
    k, start = row // ny, row % ny * nx
    here, place = levels.first[level] + k * layer, levels.layer[level]
    own = values[here : here + layer]
    area, depth = levels.area[place + start :], diffusion * levels.width[level, 0, k]
    below = diffusion * levels.face[level, 0, k] if k > 0 else 0.0
    above = diffusion * levels.face[level, 0, k + 1] if k < nz - 1 else 0.0
    a = values[here + start - layer * (k > 0) :]
    b = values[here + start + layer * (k < nz - 1) :]
    for c in range(count):
        line[c] = area[c] * (below * a[c] + above * b[c])
    _add_shifted(levels.south[place : place + layer], own, nx, depth, start, line)
    _add_shifted(levels.west[place : place + layer], own, 1, depth, start, line)


@kernel
def _add_shifted(coupling, own, shift, depth, start, line):
    """Add to `line`, cells of a layer from `start` on, what the cells `shift` before and after them contribute."""
    begin = max(shift - start, 0)
    to, weight, values = line[begin:], coupling[start + begin :], own[start + begin - shift :]
    for c in range(line.shape[0] - begin):
        to[c] += depth * weight[c] * values[c]
    count = min(line.shape[0], own.shape[0] - shift - start)
    weight, values = coupling[start + shift :], own[start + shift :]
    for c in range(count):
        line[c] += depth * weight[c] * values[c]


@kernel
def add_product(a, b, sums):
    """Add the product of two arrays to the lanes of `sums`."""
    whole = a.shape[0] // LANES * LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            sums[lane] += a[start + lane] * b[start + lane]
    for c in range(whole, a.shape[0]):
        sums[c - whole] += a[c] * b[c]


@kernel
def add_largest(values, largest):
    """Largest sizes of an array, lane by lane."""
    whole = values.shape[0] // LANES * LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            size = abs(values[start + lane])
            largest[lane] = size if size > largest[lane] else largest[lane]
    for c in range(whole, values.shape[0]):
        largest[c - whole] = max(abs(values[c]), largest[c - whole])

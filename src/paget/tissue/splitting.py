"""Diffusion by locally one-dimensional splitting: PhysiCell's scheme, for runs that must reproduce it.

Each short step solves (1 + dt decay/3 - dt D d2/dx2) u = u along x, then y, then z (two dimensions: decay/2, x and y),
each a tridiagonal system with no-flux ends, by the Thomas algorithm with coefficients that are computed once. Voxels at
faces with a boundary level are set to it before each sweep and at the end. The exchange with cells follows each step,
as one affine map per voxel.

A voxel at several faces belongs to the last of them (x before y before z) at which *any* factor has a boundary level;
where this factor has none there, it is free, although another of its faces is held: so does PhysiCell.

The splitting is of first order in the step, and with many cells in a voxel far from converged at 0.01 min; the default
solvers are both faster and more accurate. Source: Ghaffarizadeh et al., Bioinformatics 32 (2016) 1256.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, parallel_kernel, prange
from paget.tissue.definition import Domain

PARTS = 16
"""Parts of the layers and of the columns that threads work through; fixed."""
SMALL = 20_000
"""Grids of fewer voxels are stepped by one thread."""
WIDE = 256
"""Columns swept at a time: long loops, and few enough that a sweep stays in the second cache."""

Boundary = tuple[float | None, ...]


class Sweeps(NamedTuple):
    """What a factor is for its sweeps. A tissue of two dimensions stands upright: its y is the third axis here."""

    shape: npt.NDArray[np.int64]
    """Voxels along the third, second and first axis, shape (3,)."""
    scale: npt.NDArray[np.float64]
    """Reciprocal pivots of the elimination along the first, second and third axis, shape (3, longest axis)."""
    carry: npt.NDArray[np.float64]
    """The same times dt D / dx^2."""
    share: npt.NDArray[np.float64]
    """dt decay of the sweeps along each axis, shape (3,)."""
    held: npt.NDArray[np.uint8]
    """1 for each face with a boundary level, 2 for one with that of another factor, 0 for others; shape (6,)."""
    levels: npt.NDArray[np.float64]
    """Level held at each face, shape (6,)."""


class Trade(NamedTuple):
    """Exchange of a factor with the cells of occupied voxels. o voxels, ascending."""

    voxel: npt.NDArray[np.int64]
    """Shape (o,)."""
    gain: npt.NDArray[np.float64]
    """The exchange makes a level gain * level + gift, shape (o,)."""
    gift: npt.NDArray[np.float64]
    found: npt.NDArray[np.float64]
    """Sum of the levels that the exchanges found, shape (o,)."""


def sweeps_of(
    diffusion: float,
    decay: float,
    step: float,
    domain: Domain,
    boundary: Boundary,
    others: Sequence[Boundary],
) -> Sweeps:
    """Coefficients for steps of `step` min; `others`: boundaries of all factors."""
    lengths, spacing, axes = domain.shape[::-1], domain.spacing, [0, 1, 2]
    if domain.two_dimensional:
        axes = [0, 2, 1]
    share = np.full(3, step * decay / (2.0 if domain.two_dimensional else 3.0))
    if domain.two_dimensional:
        share[1] = 0.0
    scale, carry = np.zeros((3, max(lengths))), np.zeros((3, max(lengths)))
    for place, axis in enumerate(axes):
        coupling = step * diffusion / spacing[axis] ** 2
        rows = _eliminate(lengths[axis], coupling, share[place])
        scale[place, : lengths[axis]], carry[place, : lengths[axis]] = rows
    faces = [2 * axis + side for axis in axes for side in range(2)]
    held, levels = np.zeros(6, np.uint8), np.zeros(6)
    for place, face in enumerate(faces):
        if any(other[face] is not None for other in others):
            own_level = boundary[face]
            held[place] = 2 if own_level is None else 1
            levels[place] = 0.0 if own_level is None else own_level
    x, y, z = (lengths[axis] for axis in axes)
    return Sweeps(np.array([z, y, x]), scale, carry, share, held, levels)


def _eliminate(length: int, coupling: float, decay: float) -> tuple[npt.NDArray, npt.NDArray]:
    """Reciprocal pivots, and these times the coupling, of a line."""
    scale = np.empty(length)
    before = 0.0
    for i in range(length):
        neighbours = (i > 0) + (i < length - 1)
        scale[i] = 1.0 / (1.0 + decay + coupling * (neighbours - coupling * before))
        before = scale[i]
    return scale, coupling * scale


@kernel
def hold_layer(level, sweeps, k):
    """Set the voxels of layer k at faces with a boundary level to it. `level`: flat."""
    nz, ny, nx = sweeps.shape
    held, levels = sweeps.held, sweeps.levels
    layer = level[k * ny * nx : (k + 1) * ny * nx]
    for face in (5, 4):
        if held[face] and k == (nz - 1 if face == 5 else 0):
            if held[face] == 1:
                for c in range(ny * nx):
                    layer[c] = levels[face]
            return
    first, last = (1 if held[2] else 0), (ny - 1 if held[3] else ny)
    for face in range(2):
        if held[face] == 1 and (face == 1 or nx > 1 or not held[1]):
            for j in range(first, last):
                layer[j * nx + face * (nx - 1)] = levels[face]
    for face in range(2, 4):
        if held[face] == 1 and (face == 3 or ny > 1 or not held[3]):
            row = layer[(face - 2) * (ny - 1) * nx :]
            for i in range(nx):
                row[i] = levels[face]


@kernel
def _sweep_four(a, b, c, d, scale, carry):
    """Sweep four rows along x side by side: one alone would wait for each result before the next."""
    n = a.shape[0]
    p, q, r, s = a[0] * scale[0], b[0] * scale[0], c[0] * scale[0], d[0] * scale[0]
    a[0], b[0], c[0], d[0] = p, q, r, s
    for i in range(1, n):
        m, f = scale[i], carry[i]
        p, q, r, s = m * a[i] + f * p, m * b[i] + f * q, m * c[i] + f * r, m * d[i] + f * s
        a[i], b[i], c[i], d[i] = p, q, r, s
    for i in range(n - 2, -1, -1):
        f = carry[i]
        p, q, r, s = a[i] + f * p, b[i] + f * q, c[i] + f * r, d[i] + f * s
        a[i], b[i], c[i], d[i] = p, q, r, s


@kernel
def _sweep_one(a, scale, carry):
    n = a.shape[0]
    p = a[0] * scale[0]
    a[0] = p
    for i in range(1, n):
        p = scale[i] * a[i] + carry[i] * p
        a[i] = p
    for i in range(n - 2, -1, -1):
        p = a[i] + carry[i] * p
        a[i] = p


@kernel
def sweep_x(level, sweeps, first, last):
    """Sweep rows first .. last - 1 along x."""
    nx = sweeps.shape[2]
    scale, carry = sweeps.scale[0], sweeps.carry[0]
    row = first
    while row + 4 <= last:
        a, b = level[row * nx : (row + 1) * nx], level[(row + 1) * nx : (row + 2) * nx]
        c, d = level[(row + 2) * nx : (row + 3) * nx], level[(row + 3) * nx : (row + 4) * nx]
        _sweep_four(a, b, c, d, scale, carry)
        row += 4
    while row < last:
        _sweep_one(level[row * nx : (row + 1) * nx], scale, carry)
        row += 1


@kernel
def _eliminate_line(own, before, scale, carry):
    for i in range(own.shape[0]):
        own[i] = scale * own[i] + carry * before[i]


@kernel
def _substitute_line(own, after, carry):
    for i in range(own.shape[0]):
        own[i] += carry * after[i]


@kernel
def sweep_columns(level, scale, carry, lines, stride, first, last):
    """Sweep columns first .. last - 1 side by side, along `lines` lines that are `stride` voxels apart."""
    for start in range(first, last, WIDE):
        end = min(start + WIDE, last)
        for i in range(start, end):
            level[i] *= scale[0]
        for n in range(1, lines):
            here, before = n * stride, (n - 1) * stride
            own, other = level[here + start : here + end], level[before + start : before + end]
            _eliminate_line(own, other, scale[n], carry[n])
        for n in range(lines - 2, -1, -1):
            here, after = n * stride, (n + 1) * stride
            own, other = level[here + start : here + end], level[after + start : after + end]
            _substitute_line(own, other, carry[n])


@kernel
def sweep_y(level, sweeps, k):
    """Sweep layer k along the second axis."""
    _, ny, nx = sweeps.shape
    sweep_columns(level[k * ny * nx :], sweeps.scale[1], sweeps.carry[1], ny, nx, 0, nx)


@kernel
def sweep_z(level, sweeps, first, last):
    """Sweep columns first .. last - 1 of a layer along the third axis."""
    nz, ny, nx = sweeps.shape
    sweep_columns(level, sweeps.scale[2], sweeps.carry[2], nz, ny * nx, first, last)


@kernel
def sweep_layers(level, sweeps, first, last):
    """The part of a step in layers first .. last - 1: along x, then y, with boundary levels before and after each."""
    ny = sweeps.shape[1]
    for k in range(first, last):
        hold_layer(level, sweeps, k)
    if ny == 1:  # layers are rows: several at a time
        sweep_x(level, sweeps, first, last)
    for k in range(first, last):
        if ny > 1:
            sweep_x(level, sweeps, k * ny, (k + 1) * ny)
        hold_layer(level, sweeps, k)
        if ny > 1 or sweeps.scale[1, 0] != 1.0:
            sweep_y(level, sweeps, k)
            hold_layer(level, sweeps, k)


@kernel
def exchange_voxels(level, trade, first, last):
    """Exchange with the cells of occupied voxels first .. last - 1; sums the levels that they found."""
    for place in range(first, last):
        u = level[trade.voxel[place]]
        trade.found[place] += u
        level[trade.voxel[place]] = trade.gain[place] * u + trade.gift[place]


@kernel
def _end_layers(level, sweeps, trade, first, last, begin, end):
    """The end of a step in some layers: boundary levels, exchange in occupied voxels begin .. end - 1."""
    for k in range(first, last):
        hold_layer(level, sweeps, k)
    exchange_voxels(level, trade, begin, end)


@kernel
def _small_steps(level, sweeps, steps, trade):
    """Steps in one thread, for grids whose steps are shorter than starting a parallel loop."""
    nz, ny, nx = sweeps.shape
    for _ in range(steps):
        sweep_layers(level, sweeps, 0, nz)
        sweep_z(level, sweeps, 0, ny * nx)
        _end_layers(level, sweeps, trade, 0, nz, 0, trade.voxel.shape[0])


@parallel_kernel
def _large_steps(level, sweeps, steps, trade, bounds):
    """In layers, then in columns: two parallel loops a step. The end of a step waits for the layers of the next."""
    nz, ny, nx = sweeps.shape
    for step in range(steps + 1):
        for part in prange(PARTS):
            first, last = part * nz // PARTS, (part + 1) * nz // PARTS
            if step > 0:
                _end_layers(level, sweeps, trade, first, last, bounds[part], bounds[part + 1])
            if step < steps:
                sweep_layers(level, sweeps, first, last)
        if step < steps:
            for part in prange(PARTS):
                sweep_z(level, sweeps, part * ny * nx // PARTS, (part + 1) * ny * nx // PARTS)


def split_steps(level: npt.NDArray[np.float64], sweeps: Sweeps, steps: int, trade: Trade) -> None:
    """So many steps of one factor, in place. `level`: shape (nz, ny, nx)."""
    if level.size < SMALL:
        _small_steps(level.reshape(-1), sweeps, steps, trade)
    else:
        nz = int(sweeps.shape[0])
        layers = np.array([part * nz // PARTS for part in range(PARTS + 1)])
        bounds = np.searchsorted(trade.voxel, layers * (level.size // nz))
        _large_steps(level.reshape(-1), sweeps, steps, trade, bounds)

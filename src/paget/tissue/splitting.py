"""Diffusion by locally one-dimensional splitting: PhysiCell's scheme, for runs that must reproduce it.

Each short step solves (1 + dt decay/3 - dt D d2/dx2) u = u along x, then y, then z, each a tridiagonal system with
no-flux ends, solved by the Thomas algorithm with coefficients that are computed once. Voxels at faces with a boundary
level are set to it before each sweep and at the end. The exchange with cells follows each step, as one affine map per
voxel.

The splitting is of first order in the step, and with many cells in a voxel far from converged at 0.01 min; the default
solvers are both faster and more accurate. Source: Ghaffarizadeh et al., Bioinformatics 2016.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.compiled import kernel, parallel_kernel, prange

PARTS = 16
"""Parts of the layers and rows that threads work through; fixed."""


class Sweeps(NamedTuple):
    """What a factor is for its sweeps along x, y and z."""

    couplings: np.ndarray
    """dt D / dx^2 along each axis, shape (3,)."""
    scale: np.ndarray
    """Reciprocal pivots of the elimination, shape (3, longest axis)."""
    back: np.ndarray
    """Factors of the back substitution, shape (3, longest axis)."""
    held: np.ndarray
    """1 for each face with a boundary level, uint8, shape (6,)."""
    levels: np.ndarray
    """Level held at each face, shape (6,)."""


def sweeps_of(
    diffusion: float, decay: float, step: float, shape: tuple[int, int, int], spacing: tuple[float, ...],
    boundary: tuple[float | None, ...],
) -> Sweeps:  # fmt: skip
    """Coefficients for steps of `step` min on a grid of `shape` (z, y, x)."""
    lengths = shape[::-1]
    couplings = np.array([step * diffusion / d**2 for d in spacing])
    scale, back = np.zeros((3, max(lengths))), np.zeros((3, max(lengths)))
    for axis, length in enumerate(lengths):
        share = step * decay / 3.0
        if length == 1:
            scale[axis, 0] = 1.0 / (1.0 + share)
            continue
        for i in range(length):
            ends = 1.0 if i in (0, length - 1) else 2.0
            pivot = 1.0 + share + ends * couplings[axis] + couplings[axis] * (back[axis, i - 1] if i else 0.0)
            scale[axis, i], back[axis, i] = 1.0 / pivot, -couplings[axis] / pivot
    held = np.array([level is not None for level in boundary], dtype=np.uint8)
    for axis, length in enumerate(lengths):
        if length == 1:
            held[2 * axis : 2 * axis + 2] = 0
    levels = np.array([0.0 if level is None else level for level in boundary])
    return Sweeps(couplings, scale, back, held, levels)


@kernel
def _hold(level, k, sweeps):
    """Set the voxels of layer k at faces with a boundary level to it; of two faces the later one wins."""
    nz, ny, nx = level.shape
    for face in range(2):
        if sweeps.held[face]:
            for j in range(ny):
                level[k, j, face * (nx - 1)] = sweeps.levels[face]
    for face in range(2):
        if sweeps.held[2 + face]:
            for i in range(nx):
                level[k, face * (ny - 1), i] = sweeps.levels[2 + face]
    for face in range(2):
        if sweeps.held[4 + face] and k == face * (nz - 1):
            for j in range(ny):
                for i in range(nx):
                    level[k, j, i] = sweeps.levels[4 + face]


@kernel
def _sweep_x(level, k, sweeps, turned):
    """Sweep layer k along x, in a turned copy, so that neighbouring lines lie side by side."""
    _, ny, nx = level.shape
    coupling = sweeps.couplings[0]
    for j in range(ny):
        for i in range(nx):
            turned[i, j] = level[k, j, i]
    for j in range(ny):
        turned[0, j] *= sweeps.scale[0, 0]
    for i in range(1, nx):
        for j in range(ny):
            turned[i, j] = (turned[i, j] + coupling * turned[i - 1, j]) * sweeps.scale[0, i]
    for i in range(nx - 2, -1, -1):
        for j in range(ny):
            turned[i, j] -= sweeps.back[0, i] * turned[i + 1, j]
    for j in range(ny):
        for i in range(nx):
            level[k, j, i] = turned[i, j]


@kernel
def _sweep_y(level, k, sweeps):
    _, ny, nx = level.shape
    coupling = sweeps.couplings[1]
    for i in range(nx):
        level[k, 0, i] *= sweeps.scale[1, 0]
    for j in range(1, ny):
        for i in range(nx):
            level[k, j, i] = (level[k, j, i] + coupling * level[k, j - 1, i]) * sweeps.scale[1, j]
    for j in range(ny - 2, -1, -1):
        for i in range(nx):
            level[k, j, i] -= sweeps.back[1, j] * level[k, j + 1, i]


@kernel
def _sweep_z(level, j, sweeps):
    nz, _, nx = level.shape
    coupling = sweeps.couplings[2]
    for i in range(nx):
        level[0, j, i] *= sweeps.scale[2, 0]
    for k in range(1, nz):
        for i in range(nx):
            level[k, j, i] = (level[k, j, i] + coupling * level[k - 1, j, i]) * sweeps.scale[2, k]
    for k in range(nz - 2, -1, -1):
        for i in range(nx):
            level[k, j, i] -= sweeps.back[2, k] * level[k + 1, j, i]


@kernel
def _exchange_part(level, voxel, gain, gift, before, first, last):
    """Exchange with the cells of occupied voxels first .. last - 1; sums the levels that they found."""
    flat = level.reshape(level.size)
    for place in range(first, last):
        u = flat[voxel[place]]
        before[place] += u
        flat[voxel[place]] = gain[place] * u + gift[place]


@kernel
def _small_steps(level, sweeps, steps, turned, voxel, gain, gift, before):
    """The same in one thread, for grids whose steps are shorter than starting a parallel loop."""
    for _ in range(steps):
        for k in range(level.shape[0]):
            _hold(level, k, sweeps)
            _sweep_x(level, k, sweeps, turned)
            _hold(level, k, sweeps)
            _sweep_y(level, k, sweeps)
            _hold(level, k, sweeps)
        for j in range(level.shape[1]):
            _sweep_z(level, j, sweeps)
        for k in range(level.shape[0]):
            _hold(level, k, sweeps)
        _exchange_part(level, voxel, gain, gift, before, 0, voxel.shape[0])


@kernel
def _end_part(level, sweeps, part, voxel, gain, gift, before, bounds):
    """The end of a step in the layers of a part: boundary levels, exchange."""
    nz = level.shape[0]
    for k in range(part * nz // PARTS, (part + 1) * nz // PARTS):
        _hold(level, k, sweeps)
    _exchange_part(level, voxel, gain, gift, before, bounds[part], bounds[part + 1])


@parallel_kernel
def _large_steps(level, sweeps, steps, turned, voxel, gain, gift, before, bounds):
    """In layers, then in rows: two parallel loops a step. The end of a step waits for the layers of the next."""
    nz, ny = level.shape[0], level.shape[1]
    for step in range(steps):
        for part in prange(PARTS):
            if step > 0:
                _end_part(level, sweeps, part, voxel, gain, gift, before, bounds)
            for k in range(part * nz // PARTS, (part + 1) * nz // PARTS):
                _hold(level, k, sweeps)
                _sweep_x(level, k, sweeps, turned[part])
                _hold(level, k, sweeps)
                _sweep_y(level, k, sweeps)
                _hold(level, k, sweeps)
        for part in prange(PARTS):
            for j in range(part * ny // PARTS, (part + 1) * ny // PARTS):
                _sweep_z(level, j, sweeps)
    for part in prange(PARTS):
        _end_part(level, sweeps, part, voxel, gain, gift, before, bounds)


SMALL = 20_000
"""Grids of fewer voxels are stepped by one thread."""


def split_steps(level, sweeps, steps, turned, voxel, gain, gift, before):
    """So many steps of one factor, in place. `level` (nz, ny, nx); `turned`: workspace (PARTS, nx, ny).

    `voxel`: occupied voxels, sorted; `gain`, `gift`: the exchange with cells makes their level gain * level + gift;
    `before`: sum of the levels that the exchanges found, shapes (o,).
    """
    if level.size < SMALL:
        _small_steps(level, sweeps, steps, turned[0], voxel, gain, gift, before)
    else:
        nz = level.shape[0]
        layers = np.array([part * nz // PARTS for part in range(PARTS + 1)])
        bounds = np.searchsorted(voxel, layers * (level.size // nz))
        _large_steps(level, sweeps, steps, turned, voxel, gain, gift, before, bounds)

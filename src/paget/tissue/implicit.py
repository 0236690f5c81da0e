"""Diffusion without splitting: one implicit step, or the steady state, by preconditioned conjugate gradients.

One backward Euler step of length dt solves, at every voxel that is not held at a boundary level,

    (1/dt + decay + sink) u - D Laplace(u) = u_before/dt + source

with the uptake of cells (sink, source) inside the system, so that no step is too long; the steady state is the same
without 1/dt. The Laplacian is the seven-point (five-point) difference with mirrored no-flux faces. The matrix is
symmetric and positive and is never stored; the preconditioner is its diagonal, the start is the present level. Sums
run in fixed blocks of rows, so that the bits do not depend on the number of threads.

After an implicit step the mean of the residual is added to every voxel. That makes the step conservative to rounding,
whatever the tolerance: the content is then the old one plus the flows evaluated at the solution. (Adding the residual
voxel by voxel would do so too, but magnifies it by the step times D/dx^2.)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.compiled import kernel, parallel_kernel, prange

BLOCKS = 32
"""Parts of the rows that threads work through; fixed."""


class Work(NamedTuple):
    """Room that the factors of a tissue share, shape (nz, ny, nx) each."""

    sink: np.ndarray
    """Uptake of cells (1/min)."""
    residual: np.ndarray
    """On entry the source (level/min)."""
    direction: np.ndarray
    image: np.ndarray
    """The matrix times the direction."""


class Grid(NamedTuple):
    """What a factor is on its grid."""

    constant: float
    """1/dt + decay (1/min)."""
    x: float
    """D / dx^2 (1/min); 0 along an axis of one voxel."""
    y: float
    z: float
    free: np.ndarray
    """First and last (exclusive) free voxel along x, y, z: those at faces with a boundary level are not; (6,)."""


@kernel
def _row_image(work, grid, k, j, products):
    """Image of one row of directions; adds direction times image, voxel by voxel, to `products`, shape (nx,)."""
    nz, ny, nx = work.sink.shape
    p, q, sink = work.direction[k, j], work.image[k, j], work.sink[k, j]
    south, north = work.direction[k, max(j - 1, 0)], work.direction[k, min(j + 1, ny - 1)]
    below, above = work.direction[max(k - 1, 0), j], work.direction[min(k + 1, nz - 1), j]
    first, last = grid.free[0], grid.free[1]
    centre = grid.constant + 2.0 * (grid.x + grid.y + grid.z)
    # Short loops over few arrays: the compiler can check that these do not overlap, and makes vector code.
    for i in range(first, last):
        q[i] = (centre + sink[i]) * p[i]
    for i in range(first, last):
        q[i] -= grid.y * (south[i] + north[i])
    for i in range(first, last):
        q[i] -= grid.z * (below[i] + above[i])
    for i in range(max(first, 1), min(last, nx - 1)):
        q[i] -= grid.x * (p[i - 1] + p[i + 1])
    if first == 0:
        q[0] -= grid.x * (p[0] + p[min(1, nx - 1)])
    if last == nx and nx > 1:
        q[nx - 1] -= grid.x * (p[nx - 2] + p[nx - 1])
    for i in range(first, last):
        products[i] += p[i] * q[i]


@kernel
def _row_step(level, work, grid, k, j, alpha, products):
    """Advance level and residual of one row by alpha directions; adds residual^2/diagonal to `products`."""
    u, r, p, q, sink = (
        level[k, j],
        work.residual[k, j],
        work.direction[k, j],
        work.image[k, j],
        work.sink[k, j],
    )
    centre = grid.constant + 2.0 * (grid.x + grid.y + grid.z)
    first, last = grid.free[0], grid.free[1]
    for i in range(first, last):
        u[i] += alpha * p[i]
    for i in range(first, last):
        r[i] -= alpha * q[i]
    for i in range(first, last):
        products[i] += r[i] * r[i] / (centre + sink[i])


@kernel
def _row_turn(work, grid, k, j, beta):
    """The next directions of one row."""
    r, p, sink = work.residual[k, j], work.direction[k, j], work.sink[k, j]
    centre = grid.constant + 2.0 * (grid.x + grid.y + grid.z)
    for i in range(grid.free[0], grid.free[1]):
        p[i] = r[i] / (centre + sink[i]) + beta * p[i]


@kernel
def _row_of(grid, number):
    """Layer and row of the number-th free row."""
    rows = grid.free[3] - grid.free[2]
    return grid.free[4] + number // rows, grid.free[2] + number % rows


@kernel
def _total(products):
    """Sum in a fixed order; clears what was summed."""
    total = 0.0
    for block in range(products.shape[0]):
        for i in range(products.shape[1]):
            total += products[block, i]
            products[block, i] = 0.0
    return total


@parallel_kernel
def prepare(level, work, grid, per_step):
    """Turn the source in `work.residual` into the residual of the present level; `per_step`: 1/dt, 0 for steady."""
    count = (grid.free[3] - grid.free[2]) * (grid.free[5] - grid.free[4])
    for block in prange(BLOCKS):
        for number in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            k, j = _row_of(grid, number)
            _row_residual(level, work, grid, per_step, k, j)


@kernel
def _row_residual(level, work, grid, per_step, k, j):
    nz, ny, nx = level.shape
    centre = grid.constant + 2.0 * (grid.x + grid.y + grid.z)
    for i in range(grid.free[0], grid.free[1]):
        u = level[k, j, i]
        around_x = level[k, j, max(i - 1, 0)] + level[k, j, min(i + 1, nx - 1)]
        around_y = level[k, max(j - 1, 0), i] + level[k, min(j + 1, ny - 1), i]
        around_z = level[max(k - 1, 0), j, i] + level[min(k + 1, nz - 1), j, i]
        diagonal = centre + work.sink[k, j, i]
        flows = grid.x * around_x + grid.y * around_y + grid.z * around_z
        right = work.residual[k, j, i] + per_step * u
        work.residual[k, j, i] = right + flows - diagonal * u


@parallel_kernel
def solve(level, work, grid, goal, most, products):
    """Conjugate gradients from a residual; returns iterations, at most `most`, and what is left of the residual.

    Stops when the sum of residual^2/diagonal is at most `goal`. `products`: workspace of zeros, shape (BLOCKS, nx).
    """
    count = (grid.free[3] - grid.free[2]) * (grid.free[5] - grid.free[4])
    for block in prange(BLOCKS):
        for number in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
            k, j = _row_of(grid, number)
            _row_turn(work, grid, k, j, 0.0)
            _row_step(level, work, grid, k, j, 0.0, products[block])
    rest = _total(products)
    iterations = 0
    while rest > goal and iterations < most:
        for block in prange(BLOCKS):
            for number in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
                k, j = _row_of(grid, number)
                _row_image(work, grid, k, j, products[block])
        alpha = rest / _total(products)
        for block in prange(BLOCKS):
            for number in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
                k, j = _row_of(grid, number)
                _row_step(level, work, grid, k, j, alpha, products[block])
        before = rest
        rest = _total(products)
        beta = rest / before
        for block in prange(BLOCKS):
            for number in range(block * count // BLOCKS, (block + 1) * count // BLOCKS):
                k, j = _row_of(grid, number)
                _row_turn(work, grid, k, j, beta)
        iterations += 1
    return iterations, rest


@kernel
def close_account(level, work, grid, step):
    """Add the mean residual, over a step, to every free voxel: the conservative end of an implicit step."""
    total, voxels = 0.0, 0
    for k in range(grid.free[4], grid.free[5]):
        for j in range(grid.free[2], grid.free[3]):
            for i in range(grid.free[0], grid.free[1]):
                total += work.residual[k, j, i]
                voxels += 1
    shift = step * total / max(voxels, 1)
    for k in range(grid.free[4], grid.free[5]):
        for j in range(grid.free[2], grid.free[3]):
            for i in range(grid.free[0], grid.free[1]):
                level[k, j, i] += shift

"""An approximate inverse of the diffusion matrix: one multigrid V-cycle, the preconditioner of paget.tissue.implicit.

Every level takes one damped step of Jacobi from zero, hands the residual to the next coarser level, adds the correction
from there, and takes another step. Corrections are interpolated linearly and residuals are summed with the same
weights, which keeps the cycle symmetric. Conjugate gradients with this cycle gain a factor of four to eight in each
iteration on any grid; with the diagonal alone they need an iteration for every voxel or two that levels have to travel.
Source of the method: Trottenberg, Oosterlee and Schueller, Multigrid, 2001.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, parallel_kernel, prange
from paget.tissue.levels import (
    BLOCKS,
    CHUNK,
    LANES,
    Levels,
    add_largest,
    add_product,
    sum_neighbours,
)

DAMPING = 6.0 / 7.0
"""Of the steps of Jacobi: the best smoother in three dimensions, and nearly so in two."""

BEGIN, FIND_REST, GATHER, PROLONG, SMOOTH, KEEP, START, TURN, IMAGE, STEP = range(10)
"""Tasks: those of a cycle in their order, then those of the iteration around it (paget.tissue.implicit)."""


def cycle_of(levels: Levels) -> npt.NDArray[np.int64]:
    """The cycle as a list of tasks and levels, shape (t, 2).

    It turns `right`, and a first step in `value`, into an approximate solution in `turned`, all of the finest level.
    """
    last = len(levels.shape) - 1
    down = [
        (task, level)
        for level in range(last)
        for task in ((FIND_REST, GATHER) if level == 0 else (BEGIN, FIND_REST, GATHER))
    ]
    up = [(task, level) for level in range(last - 1, -1, -1) for task in (PROLONG, SMOOTH, KEEP)]
    if not last:
        return np.array([(SMOOTH, 0)], dtype=np.int64)
    return np.array([*down, (BEGIN, last), (SMOOTH, last), (KEEP, last), *up[:-1]], dtype=np.int64)


@parallel_kernel
def spread_rows(u, bounds, levels, room, diffusion, level, task, factor, rows):
    """One task for all rows of a level, on several threads."""
    for block in prange(BLOCKS):
        part = np.int64(block)
        first, last = part * rows // BLOCKS, (part + 1) * rows // BLOCKS
        work_rows(u, bounds, levels, room, diffusion, level, task, factor, first, last, part)


@kernel
def work_rows(u, bounds, levels, room, diffusion, level, task, factor, first, last, block):
    """One task for rows first .. last - 1 of a level (GATHER: of the next level).

    All tasks are in one function, and the loops over rows inside its parts: compilers are slow with long
    chains of calls, and a call that hands over all arrays costs as much as a row.
    """
    if task in (SMOOTH, IMAGE, STEP):
        for lane in range(2 * LANES):
            room.sums[block, lane] = 0.0
    if task == GATHER:
        _gather(levels, room, level, first, last)
    elif task == PROLONG:
        _prolong(levels, room, level, first, last, room.lines[block])
    elif task == IMAGE:
        _find_images(levels, room, diffusion, first, last, block)
    elif task in (START, FIND_REST, SMOOTH):
        _use_residuals(levels, room, diffusion, level, task, first, last, block)
    else:
        nx = levels.shape[level, 2]
        if task == STEP:
            _step_level(u, bounds, levels, room, factor, first, last, block)
        _update_cells(room, levels.first[level], task, factor, first * nx, last * nx)


@kernel
def _update_cells(room, here, task, factor, first, last):
    """Tasks that need no neighbours; `here`: first cell of the level."""
    count = last - first
    value, right = room.value[here + first : here + last], room.right[here + first : here + last]
    direction, turned = room.direction[first:last], room.turned[first:last]
    if task == TURN:
        for c in range(count):
            direction[c] = turned[c] + factor * direction[c]
    elif task == KEEP:
        for c in range(count):
            value[c] = turned[c]
    else:
        if task == STEP:  # the residual follows the level; the image of the direction is in `value`
            for c in range(count):
                right[c] -= factor * value[c]
        diagonal = room.diagonal[here + first : here + last]
        for c in range(count):
            value[c] = DAMPING * right[c] / diagonal[c]


@kernel
def _step_level(u, bounds, levels, room, alpha, first, last, block):
    """Advance the free voxels of the level, within `bounds`, along the direction."""
    ny, nx = levels.shape[0, 1], levels.shape[0, 2]
    for row in range(first, last):
        own = u[bounds[0, 0] + row // ny, bounds[1, 0] + row % ny, bounds[2, 0] : bounds[2, 1]]
        direction = room.direction[row * nx : (row + 1) * nx]
        for i in range(nx):
            own[i] += alpha * direction[i]
        add_largest(own, room.sums[block, LANES:])


@kernel
def _find_images(levels, room, diffusion, first, last, block):
    """The matrix times the direction, into `value`; and its product with the direction."""
    ny, nx = levels.shape[0, 1], levels.shape[0, 2]
    row = first
    while row < last:
        rows = min(last - row, ny - row % ny, max(CHUNK // nx, 1))
        begin, end = row * nx, (row + rows) * nx
        line = room.lines[block, : rows * nx]
        sum_neighbours(levels, 0, diffusion, room.direction, row, line)
        image, direction, diagonal = (
            room.value[begin:end],
            room.direction[begin:end],
            room.diagonal[begin:end],
        )
        for c in range(rows * nx):
            image[c] = diagonal[c] * direction[c] - line[c]
        add_product(image, direction, room.sums[block])
        row += rows


@kernel
def _use_residuals(levels, room, diffusion, level, task, first, last, block):
    """Residuals, right side minus matrix times value, of some rows of one layer at a time, and what is done with them.

    START keeps them; SMOOTH makes another step of Jacobi, into `turned`, and on the finest level finds what the
    iteration around the cycle asks about it; FIND_REST sums them along x into coarse cells, into `turned`, by row.
    """
    ny, nx = levels.shape[level, 1], levels.shape[level, 2]
    row = first
    while row < last:
        rows = min(last - row, ny - row % ny, max(CHUNK // nx, 1))
        count, here = rows * nx, levels.first[level] + row * nx
        line, turned = room.lines[block, :count], room.turned[row * nx : row * nx + count]
        sum_neighbours(levels, level, diffusion, room.value, row, line)
        value, right = room.value[here : here + count], room.right[here : here + count]
        diagonal = room.diagonal[here : here + count]
        for c in range(count):
            line[c] += right[c] - diagonal[c] * value[c]
        if task == START:
            for c in range(count):
                right[c] = line[c]
        elif task == SMOOTH:
            for c in range(count):
                turned[c] = value[c] + DAMPING * line[c] / diagonal[c]
            if level == 0:
                add_product(right, turned, room.sums[block])
                add_largest(turned, room.sums[block, LANES:])
        else:
            _sum_along(levels, room, level, row, line)
        row += rows


@kernel
def _sum_along(levels, room, level, row, line):
    """Cells of some rows, in `line`, times their weights, to the coarse cells that they lie between along x."""
    nx, many, ratio = levels.shape[level, 2], levels.shape[level + 1, 2], levels.ratio[level, 2]
    near, far = levels.near[level, 2], levels.far[level, 2]
    for start in range(0, line.shape[0], nx):
        fine = line[start : start + nx]
        begin = (row + start // nx) * many
        rest = room.turned[begin : begin + many]
        if ratio == 1:
            for c in range(many):
                rest[c] = fine[c]
            continue
        for c in range(nx // 2):
            rest[c] = near[2 * c] * fine[2 * c] + near[2 * c + 1] * fine[2 * c + 1]
        if nx % 2:
            rest[many - 1] = near[nx - 1] * fine[nx - 1]
        for c in range(1, many):
            rest[c] += far[2 * c - 1] * fine[2 * c - 1]
        for c in range(many - 1):
            rest[c] += far[2 * c + 2] * fine[2 * c + 2]


@kernel
def _gather(levels, room, level, first, last):
    """Right side of rows of the next level, from the residuals of this one."""
    nz, ny, _ = levels.shape[level]
    rz, ry, _ = levels.ratio[level]
    _, NY, many = levels.shape[level + 1]
    near, far = levels.near[level], levels.far[level]
    for row in range(first, last):
        z, y = row // NY, row % NY
        start = levels.first[level + 1] + row * many
        right = room.right[start : start + many]
        for c in range(many):
            right[c] = 0.0
        for k in range(max(rz * z + 1 - rz, 0), min(rz * z + 2 * rz - 1, nz)):
            deep = near[0, k] if k // rz == z else far[0, k]
            for j in range(max(ry * y + 1 - ry, 0), min(ry * y + 2 * ry - 1, ny)):
                weight = deep * (near[1, j] if j // ry == y else far[1, j])
                rest = room.turned[(k * ny + j) * many :]
                for c in range(many):
                    right[c] += weight * rest[c]


@kernel
def _prolong(levels, room, level, first, last, line):
    """Add the correction of the next level to rows of this one."""
    ny, nx = levels.shape[level, 1], levels.shape[level, 2]
    rz, ry, rx = levels.ratio[level]
    NZ, NY, many = levels.shape[level + 1]
    near, far = levels.near[level], levels.far[level]
    coarse = room.value[levels.first[level + 1] : levels.first[level + 2]]
    line[0], line[many + 1] = 0.0, 0.0
    for row in range(first, last):
        k, j = row // ny, row % ny
        z, y = k // rz, j // ry
        z_far, y_far = _beside(z, k % rz, NZ), _beside(y, j % ry, NY)
        a, b = coarse[(z * NY + y) * many :], coarse[(z * NY + y_far) * many :]
        c, d = coarse[(z_far * NY + y) * many :], coarse[(z_far * NY + y_far) * many :]
        a_weight, b_weight = near[0, k] * near[1, j], near[0, k] * far[1, j]
        c_weight, d_weight = far[0, k] * near[1, j], far[0, k] * far[1, j]
        for i in range(many):
            line[1 + i] = a_weight * a[i] + b_weight * b[i] + (c_weight * c[i] + d_weight * d[i])
        start = levels.first[level] + row * nx
        _add_between(near[2], far[2], line, rx, room.value[start : start + nx])


@kernel
def _beside(own, part, cells):
    """The coarse cell next to `own` on the side of its first (0) or second part; at the ends itself, of no weight."""
    return min(max(own + 2 * part - 1, 0), cells - 1)


@kernel
def _add_between(near, far, line, ratio, value):
    """Add to a row the interpolation of a coarse row, which stands in `line` from 1 on, between zeros."""
    nx = value.shape[0]
    if ratio == 1:
        for i in range(nx):
            value[i] += line[1 + i]
        return
    for i in range(nx // 2):
        value[2 * i] += near[2 * i] * line[i + 1] + far[2 * i] * line[i]
        value[2 * i + 1] += near[2 * i + 1] * line[i + 1] + far[2 * i + 1] * line[i + 2]
    if nx % 2:
        value[nx - 1] += near[nx - 1] * line[nx // 2 + 1] + far[nx - 1] * line[nx // 2]

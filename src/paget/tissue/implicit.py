"""Diffusion without splitting: one implicit step, or the steady state, by preconditioned conjugate gradients.

One backward Euler step of length dt solves, at every voxel that is not held at a boundary level,

    (1/dt + decay + sink) u - D Laplace(u) = u_before/dt + source

with the uptake of cells (sink, source) inside the system, so that no step is too long; the steady state is the same
without 1/dt. The Laplacian is the seven-point (five-point) difference with mirrored faces where there is no flux. The
matrix is symmetric and positive and never stored; the preconditioner is a multigrid cycle (paget.tissue.multigrid), the
start is the present level. The preconditioned residual estimates the error of the level: the iteration ends when it is
nowhere above a tolerance times the largest level. Sums run in fixed blocks, so that the bits do not depend on the
number of threads.

Two corrections of the size of the tolerance end a solve. Where nothing exports at a negative rate the exact solution is
not negative, and what the tolerance left below zero becomes zero. Then the level is scaled such that all that entered
the free voxels stays or leaves: mass is conserved to rounding, whatever the tolerance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel
from paget.tissue.levels import BLOCKS, LANES, Levels, Room, levels_of, set_diagonals
from paget.tissue.multigrid import (
    BEGIN,
    GATHER,
    IMAGE,
    START,
    STEP,
    TURN,
    cycle_of,
    spread_rows,
    work_rows,
)

SMALL = 32_000
"""Levels of fewer cells are worked through by one thread: starting the others would take longer."""
MOST_ITERATIONS = 500
SMALLEST, LARGEST = 1e-12, 1e12
"""Levels beyond are scaled before they are solved."""

Faces = tuple[float | None, ...]


class Exchanged(NamedTuple):
    """What cells exchange in the voxels that they occupy. o voxels."""

    voxel: npt.NDArray[np.int64]
    """Flat index, ascending, shape (o,)."""
    sink: npt.NDArray[np.float64]
    """(1/min), shape (o,)."""
    source: npt.NDArray[np.float64]
    """(level/min), shape (o,)."""


NOTHING = Exchanged(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


class Face(NamedTuple):
    """A held face of a box of free voxels, as slices along z, y, x."""

    outside: tuple[slice, ...]
    """The held voxels, in the whole grid."""
    inside: tuple[slice, ...]
    """The free voxels next to them, in the whole grid."""
    within: tuple[slice, ...]
    """The same, in the box."""
    per_area: float
    """1/d^2 (1/um2)"""


class Box:
    """The free voxels of factors with the same held faces, and the grids of their systems."""

    def __init__(
        self, shape: tuple[int, int, int], spacing: tuple[float, float, float], boundary: Faces
    ) -> None:
        """`shape` z, y, x; `spacing` x, y, z (um); `boundary`: levels held at xmin ... zmax, None without flux."""
        pairs = [boundary[4:6], boundary[2:4], boundary[0:2]]
        held = tuple((low is not None, high is not None) for low, high in pairs)
        self.free = tuple(slice(int(low), n - int(high)) for (low, high), n in zip(held, shape, strict=True))
        self.bounds = np.array([[part.start, part.stop] for part in self.free], dtype=np.int64)
        """First and last (exclusive) free voxel along z, y, x, shape (3, 2)."""
        self.spacing = spacing[::-1]
        """Along z, y, x (um)."""
        self.faces = self._faces(held, self.spacing)
        nz, ny, nx = (max(part.stop - part.start, 0) for part in self.free)
        self.levels: Levels | None = None
        """None where no voxel is free."""
        if nz * ny * nx:
            self.levels = levels_of((nz, ny, nx), held, self.spacing)
            cycle = cycle_of(self.levels)
            self.begin = np.concatenate(([(START, 0), (BEGIN, 0)], cycle))
            self.again = np.concatenate(([(TURN, 0), (IMAGE, 0), (STEP, 0)], cycle))

    def _faces(self, held: tuple[tuple[bool, bool], ...], spacing: tuple[float, ...]) -> list[Face]:
        found = []
        for axis, free in enumerate(self.free):
            for is_held, beyond, first in zip(
                held[axis], (free.start - 1, free.stop), (free.start, free.stop - 1), strict=True
            ):
                if is_held:
                    outside, inside, within = [*self.free], [*self.free], [slice(None)] * 3
                    outside[axis], inside[axis] = slice(beyond, beyond + 1), slice(first, first + 1)
                    within[axis] = slice(first - free.start, first - free.start + 1)
                    found.append(Face(tuple(outside), tuple(inside), tuple(within), 1.0 / spacing[axis] ** 2))
        return found


def solve(
    level: npt.NDArray[np.float64], box: Box, room: Room, diffusion: float, decay: float, per_step: float,
    exchanged: Exchanged, tolerance: float,
) -> int:  # fmt: skip
    """Replace `level` (nz, ny, nx) by its state a step later, or the steady state; returns the number of iterations.

    `per_step`: 1/dt, 0 for the steady state. Returns -1 where the iteration did not end.
    """
    levels, inside = box.levels, level[box.free]
    if levels is None:
        return 0
    highest = _highest(level, diffusion / min(box.spacing) ** 2 + decay + per_step, exchanged)
    if not math.isfinite(highest):
        return -1
    if highest != 0.0 and not SMALLEST < highest < LARGEST:  # out of proportion to single precision
        scale = 2.0 ** -math.frexp(highest)[1]
        level *= scale
        scaled = exchanged._replace(source=exchanged.source * scale)
        done = solve(level, box, room, diffusion, decay, per_step, scaled, tolerance)
        level /= scale
        return done
    room.diagonal[: inside.size] = per_step + decay
    room.value[: inside.size] = inside.reshape(-1)
    right = room.right[: inside.size].reshape(inside.shape)
    np.multiply(inside, per_step, out=right)
    for face in box.faces:
        right[face.within] += diffusion * face.per_area * level[face.outside]
    free = _place(level, box, exchanged, room)
    entering = float(right.sum())
    if entering == 0.0 and not exchanged.source[free].any():
        inside[:] = 0.0
        return 0
    set_diagonals(levels, room, diffusion)
    held = max((float(level[face.outside].max()) for face in box.faces), default=0.0)
    reached = max(held, float(inside.max()))
    programs = (box.begin, box.again)
    done = iterate(
        level, box.bounds, levels, room, *programs, diffusion, tolerance, reached, held, MOST_ITERATIONS
    )
    if done >= 0:
        _conserve(level, box, diffusion, decay + per_step, exchanged, free, entering)
    return done


def _highest(level: npt.NDArray, rate: float, exchanged: Exchanged) -> float:
    """Size of the levels, as they are or as the sources make them against `rate` (1/min)."""
    sizes = [float(level.max()), -float(level.min())]
    if len(exchanged.voxel):
        sizes.append(float((np.abs(exchanged.source) / (rate + exchanged.sink)).max()))
    return max(sizes)


def _conserve(
    level: npt.NDArray, box: Box, diffusion: float, constant: float, exchanged: Exchanged, free: npt.NDArray,
    entering: float,
) -> None:  # fmt: skip
    """Make what stays in the free voxels and leaves them equal to what entered, by one small correction."""
    inside, sink, voxel = level[box.free], exchanged.sink[free], exchanged.voxel[free]
    exports = bool((exchanged.source < 0.0).any())
    if not exports and float(inside.min()) < 0.0:
        np.maximum(inside, 0.0, out=inside)
    leaving = constant * float(inside.sum()) + float(sink @ level.reshape(-1)[voxel])
    leaving += sum(diffusion * face.per_area * float(level[face.inside].sum()) for face in box.faces)
    if not exports and leaving > 0.0:
        inside *= entering / leaving
        return
    per_level = constant * inside.size + float(sink.sum())
    per_level += sum(diffusion * face.per_area * level[face.inside].size for face in box.faces)
    inside += (entering - leaving) / per_level


def _place(level: npt.NDArray, box: Box, exchanged: Exchanged, room: Room) -> npt.NDArray[np.bool_]:
    """Add sinks to the diagonal and sources to the right side; which of the occupied voxels are free."""
    free = np.zeros(len(exchanged.voxel), np.bool_)
    if len(free):
        _place_free(np.array(level.shape), box.bounds, *exchanged, room.diagonal, room.right, free)
    return free


@kernel
def _place_free(shape, bounds, voxel, sink, source, diagonal, right, free):
    for o in range(voxel.shape[0]):
        i, row = voxel[o] % shape[2], voxel[o] // shape[2]
        k, j = row // shape[1], row % shape[1]
        inside = bounds[0, 0] <= k < bounds[0, 1] and bounds[1, 0] <= j < bounds[1, 1]
        if inside and bounds[2, 0] <= i < bounds[2, 1]:
            row = (k - bounds[0, 0]) * (bounds[1, 1] - bounds[1, 0]) + j - bounds[1, 0]
            cell = row * (bounds[2, 1] - bounds[2, 0]) + i - bounds[2, 0]
            diagonal[cell] += sink[o]
            right[cell] += source[o]
            free[o] = True


@kernel
def iterate(u, bounds, levels, room, begin, again, diffusion, tolerance, reached, held, most):
    """Conjugate gradients from right side and start in `room`; the number of iterations, -1 if `most` did not suffice.

    `bounds`: of the free voxels of the level `u`; `begin`, `again`: tasks and levels of the first and of later
    iterations; `reached`, `held`: highest level at the start, and of the held voxels. There is one call for all tasks,
    and not a dozen, because every call adds seconds to the time of compilation.
    """
    alpha, beta, size, none = 0.0, 0.0, 0.0, np.int64(0)
    for iteration in range(most + 1):
        program = again if iteration else begin
        for place in range(program.shape[0]):
            task, level = program[place, 0], program[place, 1]
            factor = beta if task == TURN else alpha
            of = level + 1 if task == GATHER else level
            rows = levels.shape[of, 0] * levels.shape[of, 1]
            if levels.first[level + 1] - levels.first[level] < SMALL:
                work_rows(u, bounds, levels, room, diffusion, level, task, factor, none, rows, none)
            else:
                spread_rows(u, bounds, levels, room, diffusion, level, task, factor, rows)
            if task == IMAGE:
                alpha = size / total(room.sums, levels.first[1])
            elif task == STEP:
                reached = max(held, largest(room.sums, levels.first[1]))
        before = size
        size = total(room.sums, levels.first[1])
        if not size >= 0.0:  # not a number, or not positive: the system is no diffusion
            return -1
        if largest(room.sums, levels.first[1]) <= tolerance * reached:
            return iteration
        beta = size / before if iteration else 0.0
    return -1


@kernel
def total(sums, cells):
    """Sum of the partial sums of a level of so many cells, in a fixed order."""
    found = 0.0
    for block in range(BLOCKS if cells >= SMALL else 1):
        for lane in range(LANES):
            found += sums[block, lane]
    return found


@kernel
def largest(sums, cells):
    """The largest of the partial largest numbers of a level of so many cells."""
    found = 0.0
    for block in range(BLOCKS if cells >= SMALL else 1):
        for lane in range(LANES, 2 * LANES):
            found = max(found, sums[block, lane])
    return found

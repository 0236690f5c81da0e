"""Crawling, and the step from velocities to places.

Crawling is a persistent biased random walk: with probability dt / persistence a cell chooses a new direction, the unit
vector of (1 - bias) times a random direction plus bias times the direction of its chemotaxis, and keeps it. Places
advance by the second-order Adams-Bashforth rule, x += dt (3/2 v - 1/2 v_before).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import ABSENT, DEAD, OUTSIDE, REMOVED
from paget.tissue.gradient import gradient_at
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS, NOWHERE


class Crawlers(NamedTuple):
    """The arrays of the cells that crawling reads and writes."""

    velocity: np.ndarray
    motility: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    voxel: np.ndarray
    lineage: np.ndarray
    columns: np.ndarray


class Crawling(NamedTuple):
    """The arrays of `TypeTable` that crawling reads."""

    base: np.ndarray
    column: np.ndarray
    motile: np.ndarray
    in_plane: np.ndarray
    chemotaxis_mode: np.ndarray
    chemotaxis_factor: np.ndarray
    chemotaxis_direction: np.ndarray


class Movers(NamedTuple):
    """The arrays of the cells that motion reads and writes."""

    place: np.ndarray
    velocity: np.ndarray
    previous_velocity: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    voxel: np.ndarray
    columns: np.ndarray


_MOTILITY = int(Purpose.MOTILITY)


@law
def direction_at(key, purpose, tick, lineage, draw, in_plane):
    """A uniformly distributed direction, in space or in the plane, from answers draw and draw + 1 of a question."""
    angle = 2.0 * math.pi * uniform_at(key, purpose, tick, lineage, draw)
    if in_plane:
        return math.cos(angle), math.sin(angle), 0.0
    z = 2.0 * uniform_at(key, purpose, tick, lineage, draw + 1) - 1.0
    flat = math.sqrt(max(1.0 - z * z, 0.0))
    return flat * math.cos(angle), flat * math.sin(angle), z


@law
def unit(x, y, z):
    """A vector of length 1, or 0 for a vector of no length."""
    length = math.sqrt(x * x + y * y + z * z)
    if length < 1e-16:
        return 0.0, 0.0, 0.0
    return x / length, y / length, z / length


@kernel
def _attraction(cells, types, b, i, level, spacing):
    """Unit vector in which chemotaxis draws cell i; 0 without chemotaxis or gradient."""
    kind = cells.kind[i]
    mode = types.chemotaxis_mode[kind]
    x, y, z = 0.0, 0.0, 0.0
    if mode == 0:
        return x, y, z
    for factor in range(level.shape[0]):
        if mode == 1:
            weight = types.chemotaxis_direction[kind] if factor == types.chemotaxis_factor[kind] else 0.0
        else:
            weight = behaviour_of(cells, types, i, b.chemotaxis + factor)
        if weight != 0.0:
            gx, gy, gz = gradient_at(level, factor, cells.voxel[i], spacing)
            if mode == 3:
                gx, gy, gz = unit(gx, gy, gz)
            x, y, z = x + weight * gx, y + weight * gy, z + weight * gz
    return unit(x, y, z)


@kernel
def _turn(cells, types, b, i, level, spacing, key, tick):
    """Choose a new direction and velocity of crawling."""
    kind = cells.kind[i]
    bias = behaviour_of(cells, types, i, b.bias)
    speed = behaviour_of(cells, types, i, b.speed)
    ax, ay, az = _attraction(cells, types, b, i, level, spacing)
    rx, ry, rz = direction_at(key, _MOTILITY, tick, cells.lineage[i], 1, types.in_plane[kind] != 0)
    mx, my, mz = unit(
        (1.0 - bias) * rx + bias * ax, (1.0 - bias) * ry + bias * ay, (1.0 - bias) * rz + bias * az
    )
    cells.motility[i, 0], cells.motility[i, 1], cells.motility[i, 2] = speed * mx, speed * my, speed * mz
    cells.motility[i, 3], cells.motility[i, 4], cells.motility[i, 5] = ax, ay, az


@kernel
def _crawl_part(cells, types, b, level, spacing, key, tick, dt, first, last):
    for i in range(first, last):
        if cells.flags[i] & (ABSENT | DEAD) or not types.motile[cells.kind[i]]:
            for axis in range(3):
                cells.motility[i, axis] = 0.0
            continue
        persistence = behaviour_of(cells, types, i, b.persistence)
        if persistence < dt or uniform_at(key, _MOTILITY, tick, cells.lineage[i], 0) < dt / persistence:
            _turn(cells, types, b, i, level, spacing, key, tick)
        for axis in range(3):
            cells.velocity[i, axis] += cells.motility[i, axis]


@parallel_kernel
def crawl(cells, types, b, level, spacing, key, tick, dt, count):
    """Turn cells that crawl, and add crawling to their velocity. `level`: (m, nz, ny, nx); `spacing`: (3,) (um)."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        _crawl_part(cells, types, b, level, spacing, key, tick, dt, first, last)


@kernel
def locate(cells, low, spacing, nx, ny, nz, i):
    """Set the voxel of cell i from its place."""
    vx = min(max(int((cells.place[i, 0] - low[0]) / spacing[0]), 0), nx - 1)
    vy = min(max(int((cells.place[i, 1] - low[1]) / spacing[1]), 0), ny - 1)
    vz = min(max(int((cells.place[i, 2] - low[2]) / spacing[2]), 0), nz - 1)
    cells.voxel[i] = (vz * ny + vy) * nx + vx


@kernel
def _move_part(cells, bases, b, reference, low, high, spacing, nx, ny, nz, flat, dt, first, last):
    """Advance cells first .. last - 1; the largest displacement plus growth of reach since the list was built (um)."""
    largest = 0.0
    varies = bases.column[b.adhesion_distance] >= 0 or bases.base.shape[0] > 1
    reach = bases.base[0, b.adhesion_distance]
    for i in range(first, last):
        if cells.flags[i] & ABSENT:
            continue
        if behaviour_of(cells, bases, i, b.movable) < 0.5:
            for axis in range(3):
                cells.velocity[i, axis] = 0.0
        moved, inside = 0.0, True
        for axis in range(3):
            velocity = 0.0 if flat and axis == 2 else cells.velocity[i, axis]
            x = cells.place[i, axis] + dt * (1.5 * velocity - 0.5 * cells.previous_velocity[i, axis])
            cells.place[i, axis] = x
            cells.previous_velocity[i, axis] = velocity
            cells.velocity[i, axis] = 0.0
            inside = inside and low[axis] <= x <= high[axis]
            moved += (x - reference[i, axis]) * (x - reference[i, axis])
        if not inside:
            cells.flags[i] |= OUTSIDE
            largest = NOWHERE  # a new list without this cell
            continue
        locate(cells, low, spacing, nx, ny, nz, i)
        if varies:
            reach = behaviour_of(cells, bases, i, b.adhesion_distance)
        largest = max(largest, math.sqrt(moved) + reach * cells.place[i, 3] - reference[i, 3])
    return largest


@parallel_kernel
def move(cells, bases, b, reference, low, high, spacing, nx, ny, nz, flat, dt, count, largest):
    """Advance all cells by dt (min), clear their velocities, find their voxels; who leaves the domain is OUTSIDE.

    `largest`, shape (BLOCKS,): displacement plus growth of reach against `reference`, by block.
    """
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        largest[block] = _move_part(
            cells, bases, b, reference, low, high, spacing, nx, ny, nz, flat, dt, first, last
        )


@kernel
def banish(place, velocity, flags, count):
    """Put cells that were removed NOWHERE, so that no neighbour feels them until the list is built again."""
    for i in range(count):
        if flags[i] & REMOVED:
            for axis in range(3):
                place[i, axis] = NOWHERE
                velocity[i, axis] = 0.0

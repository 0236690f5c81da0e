"""Centre-based mechanics: adhesion and repulsion of neighbours, walls, pressure.

Overdamped motion: the velocity of a cell is the sum over its neighbours, at distance d along the unit vector from them,

    v = sum_j [ sqrt(r_i r_j) (1 - d/R)^2 (d < R)  -  sqrt(a_i f_ij a_j f_ji) (1 - d/S)^2 (d < S) ]

with R the sum of the radii, S the sum of the adhesion ranges (relative maximum adhesion distance times radius), r and a
the strengths of repulsion and adhesion (um/min) and f the affinities. Pressure adds (1 - d/R)^2 over overlapping
neighbours, in units of twelve neighbours at close packing. Source: Macklin et al., J Theor Biol 2012; Ghaffarizadeh et
al., PLoS Comput Biol 2018.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.tissue.cells import ABSENT
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS

PRESSURE_SCALE = 0.027288820670331
"""12 (1 - sqrt(pi / (2 sqrt(3))))^2: the sum over twelve neighbours at close packing."""
SMALLEST_DISTANCE = 1e-5
"""Cells at the same place are taken to be this far apart (um)."""
WALL_STRENGTH = 100.0
"""Repulsion from the faces of the domain (um/min)."""
UNIFORM, BY_TYPE, BY_CELL = 0, 1, 2
"""How the strengths of a pair are found: one for all pairs, by the types of both, or cell by cell."""


class Bodies(NamedTuple):
    """The arrays of the cells that forces read and write. Kernels that are given all arrays compile far more slowly."""

    place: np.ndarray
    velocity: np.ndarray
    pressure: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    columns: np.ndarray


PAIR_ROWS = 9
DX, DY, DZ, TOUCH, LIMIT, REPULSION, ADHESION, FORCE, OVERLAP = range(PAIR_ROWS)
"""Rows of the workspace of pairs: displacement (um), sum of radii and of ranges (um), strengths (um/min), results."""


@law
def _strengths(cells, bases, b, i, j):
    """Repulsion and adhesion of a pair of cells (um/min)."""
    repulsion = behaviour_of(cells, bases, i, b.repulsion) * behaviour_of(cells, bases, j, b.repulsion)
    adhesion = behaviour_of(cells, bases, i, b.adhesion) * behaviour_of(cells, bases, j, b.adhesion)
    to_other = behaviour_of(cells, bases, i, b.affinity + cells.kind[j])
    to_me = behaviour_of(cells, bases, j, b.affinity + cells.kind[i])
    return math.sqrt(repulsion), math.sqrt(adhesion * to_other * to_me)


@kernel
def pair_table(bases, b, table):
    """Repulsion and adhesion of each pair of types, for models where cells of a type do not differ; shape (2, K, K)."""
    for k in range(bases.base.shape[0]):
        for other in range(bases.base.shape[0]):
            adhesion = bases.base[k, b.adhesion] * bases.base[other, b.adhesion]
            affinity = bases.base[k, b.affinity + other] * bases.base[other, b.affinity + k]
            table[0, k, other] = math.sqrt(bases.base[k, b.repulsion] * bases.base[other, b.repulsion])
            table[1, k, other] = math.sqrt(adhesion * affinity)


@kernel
def _gather_pairs(cells, bases, b, start, neighbour, table, mode, i, pair):
    """Write the pairs of cell i side by side into `pair`, shape (9, width); returns how many."""
    x, y, z, radius = cells.place[i, 0], cells.place[i, 1], cells.place[i, 2], cells.place[i, 3]
    first, found = start[i], start[i + 1] - start[i]
    reach = behaviour_of(cells, bases, i, b.adhesion_distance)
    for k in range(found):
        j = neighbour[first + k]
        other = cells.place[j, 3]
        pair[DX, k], pair[DY, k], pair[DZ, k] = (
            x - cells.place[j, 0],
            y - cells.place[j, 1],
            z - cells.place[j, 2],
        )
        pair[TOUCH, k] = radius + other
        if mode == UNIFORM:
            pair[LIMIT, k] = reach * (radius + other)
            continue
        pair[LIMIT, k] = reach * radius + behaviour_of(cells, bases, j, b.adhesion_distance) * other
        if mode == BY_TYPE:
            pair[REPULSION, k] = table[0, cells.kind[i], cells.kind[j]]
            pair[ADHESION, k] = table[1, cells.kind[i], cells.kind[j]]
        else:
            pair[REPULSION, k], pair[ADHESION, k] = _strengths(cells, bases, b, i, j)
    return found


@kernel
def _evaluate_pairs(pair, found):
    """Force over distance, and overlap, of each pair. No branch, no sum: the compiler makes vector code of it."""
    for k in range(found):
        square = pair[DX, k] * pair[DX, k] + pair[DY, k] * pair[DY, k] + pair[DZ, k] * pair[DZ, k]
        distance = max(math.sqrt(square), SMALLEST_DISTANCE)
        overlap = max(1.0 - distance / pair[TOUCH, k], 0.0)
        overlap *= overlap
        pull = max(1.0 - distance / pair[LIMIT, k], 0.0)
        pair[FORCE, k] = (pair[REPULSION, k] * overlap - pair[ADHESION, k] * pull * pull) / distance
        pair[OVERLAP, k] = overlap


@kernel
def _force_part(cells, bases, b, start, neighbour, table, mode, first, last, pair):
    """Add the forces on cells first .. last - 1 to their velocity and set their pressure."""
    if mode == UNIFORM:
        for k in range(pair.shape[1]):
            pair[REPULSION, k], pair[ADHESION, k] = table[0, 0, 0], table[1, 0, 0]
    for i in range(first, last):
        if cells.flags[i] & ABSENT:
            continue
        found = _gather_pairs(cells, bases, b, start, neighbour, table, mode, i, pair)
        _evaluate_pairs(pair, found)
        vx, vy, vz, pressure = 0.0, 0.0, 0.0, 0.0
        for k in range(found):
            vx += pair[FORCE, k] * pair[DX, k]
            vy += pair[FORCE, k] * pair[DY, k]
            vz += pair[FORCE, k] * pair[DZ, k]
            pressure += pair[OVERLAP, k]
        cells.velocity[i, 0] += vx
        cells.velocity[i, 1] += vy
        cells.velocity[i, 2] += vz
        cells.pressure[i] = pressure / PRESSURE_SCALE


@kernel
def _wall_part(cells, low, high, axes, first, last):
    """Push cells that overlap a face of the domain back inside, away from the nearest face."""
    for i in range(first, last):
        if cells.flags[i] & ABSENT:
            continue
        nearest, face, side = 1e300, 0, 0.0
        for axis in range(axes):
            below, above = cells.place[i, axis] - low[axis], high[axis] - cells.place[i, axis]
            if below < nearest:
                nearest, face, side = below, axis, 1.0
            if above < nearest:
                nearest, face, side = above, axis, -1.0
        radius = cells.place[i, 3]
        if nearest < radius:
            push = 1.0 - nearest / radius
            cells.velocity[i, face] += side * WALL_STRENGTH * push * push


@parallel_kernel
def add_forces(cells, bases, b, start, neighbour, table, mode, low, high, walls, axes, count, pairs):
    """Add forces of neighbours and walls to the velocity of every cell, and set pressures.

    `cells`: `Bodies`; `bases`: `Bases`; `start`, `neighbour`: Verlet list; `table`: from `pair_table`; `mode`: UNIFORM,
    BY_TYPE or BY_CELL; `axes`: 2 or 3; `pairs`: workspace, shape (BLOCKS, 9, largest number of neighbours).
    """
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        _force_part(cells, bases, b, start, neighbour, table, mode, first, last, pairs[block])
        if walls:
            _wall_part(cells, low, high, axes, first, last)

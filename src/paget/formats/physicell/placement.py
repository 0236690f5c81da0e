"""Cells that no file lists: `number_of_cells` of each type, uniform in the domain, as PhysiCell's template places them.

The template's C++ reads the user parameter; nearly every project that is made of rules keeps that code. Places are
functions of the seed and of the number of the cell, so that more cells of one type leave the first ones where they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paget.keyed_random import Purpose, new_generator, seek, subject_key, uniform
from paget.tissue.definition import Domain, Population

_PLACES = 0
"""Tick of the numbers that place cells; distributions of parameters come after it."""


def placement_key(seed: int) -> np.uint64:
    """Key of everything that is drawn while a project is read."""
    return subject_key(seed, "placement", 0)


def place_uniformly(domain: Domain, types: Sequence[str], number: int, seed: int) -> Population:
    """`number` cells of each type, uniform in the domain (at z = 0 in two dimensions)."""
    key, generator = placement_key(seed), new_generator()
    low, high = np.array(domain.low), np.array(domain.high)
    position = np.empty((number * len(types), 3))
    for row in range(len(position)):
        kind, serial = divmod(row, number)
        seek(generator, key, int(Purpose.PLACEMENT), _PLACES, np.uint64(kind << 40 | serial))
        for axis in range(3):
            position[row, axis] = uniform(generator)
    position = low + position * (high - low)
    if domain.two_dimensional:
        position[:, 2] = 0.0
    return Population(position, np.repeat(np.arange(len(types), dtype=np.int32), number))

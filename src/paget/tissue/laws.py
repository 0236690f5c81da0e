"""Small laws that several kernels of the tissue engine share."""

from __future__ import annotations

import math

from paget.compiled import law
from paget.tissue.cells import DEAD

UPTAKE_OF_THE_DEAD = 0.1
"""Uptake of a dead cell relative to a live one (as in PhysiCell)."""


@law
def behaviour_of(cells, types, i, behaviour):
    """Value of a behaviour (its index) in cell i: its own where cells differ, else the base of its type."""
    column = types.column[behaviour]
    if column >= 0:
        return cells.columns[i, column]
    return types.base[cells.kind[i], behaviour]


@law
def is_dead(cells, i):
    """Whether cell i is in a death model."""
    return cells.flags[i] & DEAD != 0


@law
def event_chance(rate, step, linear):
    """Probability of an event of the given rate (1/min) within a step (min).

    1 - exp(-rate step), or rate step where `linear` (PhysiCell): that saturates silently above 1.
    """
    return rate * step if linear else -math.expm1(-rate * step)


@law
def radius_of(volume):
    """Radius (um) of a sphere of the given volume (um3)."""
    return math.pow(volume / 4.188790204786391, 1.0 / 3.0)

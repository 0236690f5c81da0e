"""What the kernels of the phenotype step see: the arrays they need, and the moment.

Every array that a kernel is given costs compile time in each function that it is passed to, used or not. So the step
gets these, by the names that they have in `CellArrays` and `TypeTable`, and the laws that read either do not notice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.tissue.tables import TypeTable


class Selves(NamedTuple):
    """The arrays of `CellArrays` that a cell reads or writes of its own."""

    place: np.ndarray
    pressure: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    model: np.ndarray
    phase: np.ndarray
    elapsed: np.ndarray
    volume: np.ndarray
    voxel: np.ndarray
    lineage: np.ndarray
    columns: np.ndarray
    motility: np.ndarray
    damage: np.ndarray
    attack: np.ndarray
    target: np.ndarray
    held: np.ndarray
    calcified: np.ndarray
    activity: np.ndarray


class Kinds(NamedTuple):
    """The arrays of `TypeTable` that decide about growth, cycle and death."""

    base: np.ndarray
    column: np.ndarray
    volume: np.ndarray
    growth: np.ndarray
    death: np.ndarray
    death_rate: np.ndarray
    death_fixed: np.ndarray
    fixed: np.ndarray
    divides: np.ndarray
    doubles: np.ndarray
    next: np.ndarray


class Moment(NamedTuple):
    """When and how a step is taken."""

    key: np.uint64
    """Key of the simulation's random numbers."""
    tick: int
    """Number of the mechanics step."""
    time: float
    """(min)"""
    step: float
    """Length of the step (min)."""
    linear: bool
    """Whether the chance of an event is rate times step."""
    transforms: bool
    """Whether any cell may transform."""
    damages: bool
    """Whether cells keep account of damage."""


def kinds_of(types: TypeTable) -> Kinds:
    """The cell types as the phenotype step sees them."""
    return Kinds(*(getattr(types, name) for name in Kinds._fields))

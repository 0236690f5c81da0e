"""Records: how a class of annotated fields becomes one block of memory that a kernel gets by pointer.

A kernel that takes fifty arrays compiles slowly and is called slowly. So the model and the state of a subject are one
NumPy record each. Arrays inside are as long as a capacity, not as the model needs, because their
lengths are part of the type: models of the usual size then share one compiled kernel.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import get_annotations
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np

CAPACITY = {
    "K": 16,  # cell types
    "F": 32,  # factors
    "R": 32,  # receptors
    "D": 32,  # drugs
    "O": 4,  # routes
    "B": 192,  # behaviours
    "Q": 512,  # rules
    "P": 8,  # types of partner
    "N": 64,  # secretions
    "E": 16,  # behaviours of expression
    "C": 64,  # receptors of cell types, counted one by one
    "Y": 64,  # ligands of receptors, counted one by one
    "T": 32,  # transformations
    "S": 7,  # sites
}
"""Usual capacity along each axis; a larger model doubles the axes that it needs, and compiles once more."""

PLAIN = {float: np.float64, int: np.int64, np.uint64: np.uint64}


def capacities(needed: Mapping[str, int]) -> dict[str, int]:
    """Capacity of every axis for a model that needs so much along each."""
    result = dict(CAPACITY)
    for axis, length in needed.items():
        while result[axis] < length:
            result[axis] *= 2
    return result


def dtype_of(spec: type, axes: Mapping[str, int]) -> np.dtype:
    """The NumPy record type of a class of annotated fields.

    A field is a number (`float`, `int`), a further class of fields, or `Annotated[number, axis, ...]` with axes that
    are numbers, names, or `name + number`. Fields that a class inherits stand last: if they stood first, Numba would
    take the record for one of the class that they come from.
    """
    hints = get_type_hints(spec, include_extras=True)
    names = [name for part in spec.__mro__ for name in get_annotations(part)]
    return np.dtype([(name, *_field(hints[name], axes)) for name in names], align=True)


def _field(hint: Any, axes: Mapping[str, int]) -> tuple[Any, ...]:
    if get_origin(hint) is Annotated:
        number, *shape = get_args(hint)
        return PLAIN[number], tuple(_length(axis, axes) for axis in shape)
    if hint in PLAIN:
        return (PLAIN[hint],)
    return (dtype_of(hint, axes),)


def _length(axis: int | str, axes: Mapping[str, int]) -> int:
    if isinstance(axis, int):
        return axis
    name, _, more = axis.partition("+")
    return axes[name.strip()] + (int(more) if more else 0)

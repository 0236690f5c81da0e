"""The record of a model under construction: its entries, and which quantity fills which of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from paget.model import Quantity
from paget.rules.records import dtype_of
from paget.rules.tables import Tables

Transform = Callable[[float], float]
Slot = tuple[str, str, tuple[int, ...], Transform]
"""Part of the tables, field, index, and what becomes of the canonical value there."""

LOG_2 = math.log(2.0)


def _same(value: float) -> float:
    return value


def rate_of(half_life: float) -> float:
    """Rate constant (1/day) of a half-life (day)."""
    return LOG_2 / half_life


class Entries:
    """The record under construction and, for every quantity, the entries that it fills."""

    def __init__(self, axes: Mapping[str, int]) -> None:
        self.tables = np.zeros(1, dtype=dtype_of(Tables, axes))
        self.slots: dict[str, list[Slot]] = {}

    def fill(self, part: str, field: str, value: Any) -> None:
        """Write integers or a constant; arrays go to the front of the field."""
        target = self.tables[0][part]
        if np.ndim(value) == 0:
            target[field] = value
        else:
            target[field][tuple(slice(length) for length in np.shape(value))] = value

    def put(
        self, part: str, field: str, index: tuple[int, ...], quantity: Quantity, of: Transform = _same
    ) -> None:
        """Write a quantity into an entry and remember the place."""
        self.slots.setdefault(quantity.path, []).append((part, field, index, of))
        write(self.tables, part, field, index, of(quantity.canonical))


def write(tables: np.ndarray, part: str, field: str, index: tuple[int, ...], value: float) -> None:
    if index:
        tables[0][part][field][index] = value
    else:
        tables[0][part][field] = value

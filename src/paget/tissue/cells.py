"""The cells: a structure of arrays with room to grow, cell axis first.

Every array has one row per cell, so that appending, dropping and re-sorting cells are the same few lines for all of
them. Arrays that only some models need (behaviours that differ between cells, damage, attachments, amounts held ...)
have a width of zero, or no rows at all, in models that do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

DEAD = 1
"""Flag: in a death model."""
REMOVED = 2
"""Flag: ingested, fused or at the end of its death; dropped at the next clean-up, takes part in nothing."""
OUTSIDE = 4
"""Flag: crossed the edge of the domain; takes part in nothing."""
DIVIDES = 8
"""Flag: divides at the end of this step."""
ABSENT = REMOVED | OUTSIDE
"""A cell with one of these flags takes part in nothing."""

LIVE, APOPTOTIC, NECROTIC = 0, 1, 2
"""Values of `model`: cycle of the type, apoptosis, necrosis."""

TOTAL, FLUID, NUCLEAR, NUCLEAR_SOLID, CYTOPLASMIC_SOLID, TARGET_NUCLEAR_SOLID, RUPTURE = range(7)
"""Columns of `volume`, all um3."""

NOBODY = -1
"""No cell, where an identifier is expected."""


class CellArrays(NamedTuple):
    """What kernels see. C rows (the capacity), of which the first `count` are cells."""

    place: np.ndarray
    """x, y, z and radius (um), shape (C, 4)."""
    velocity: np.ndarray
    """(um/min), shape (C, 3)."""
    previous_velocity: np.ndarray
    """Of the step before, shape (C, 3)."""
    pressure: np.ndarray
    """Overlap with neighbours relative to a packed tissue, shape (C,)."""
    kind: np.ndarray
    """Index of the cell type, int32, shape (C,)."""
    flags: np.ndarray
    """Bits DEAD, REMOVED, OUTSIDE, DIVIDES; uint8, shape (C,)."""
    model: np.ndarray
    """LIVE, APOPTOTIC or NECROTIC, int8, shape (C,)."""
    phase: np.ndarray
    """Phase within the model, int8, shape (C,)."""
    elapsed: np.ndarray
    """Time in the phase (min), shape (C,)."""
    volume: np.ndarray
    """Parts of the volume (um3), shape (C, 7); columns TOTAL ... RUPTURE."""
    voxel: np.ndarray
    """Flat index of the voxel (x fastest), int32, shape (C,)."""
    identifier: np.ndarray
    """Serial number, int64, shape (C,)."""
    lineage: np.ndarray
    """Key of the cell's random numbers, uint64, shape (C,)."""
    divisions: np.ndarray
    """Divisions so far, int32, shape (C,)."""
    columns: np.ndarray
    """Behaviours that differ between cells of a type, shape (C, c)."""
    motility: np.ndarray
    """Velocity of crawling (um/min) and direction of its bias, shape (C, 6), or (0, 6) where nothing crawls."""
    damage: np.ndarray
    """Shape (C,), or (0,)."""
    attack: np.ndarray
    """Time under attack (min) and damage delivered, shape (C, 2), or (0, 2)."""
    target: np.ndarray
    """Identifier of the cell under attack or NOBODY, int64, shape (C,), or (0,)."""
    springs: np.ndarray
    """Identifiers of attached cells, NOBODY where free, int64, shape (C, s), or (0, s)."""
    held: np.ndarray
    """Amount of each factor that the cell has taken up (level um3), shape (C, m), or (0, m)."""
    nuclei: np.ndarray
    """Number of nuclei, int16, shape (C,), or (0,)."""
    calcified: np.ndarray
    """Calcified fraction, shape (C,), or (0,)."""
    activity: np.ndarray
    """Activity of each receptor, the signal `RECEPTOR activity`; shape (C, r), or (0, r)."""


Part = TypeVar("Part", bound=tuple)

ALWAYS: dict[str, tuple[type, int]] = {
    "place": (np.float64, 4),
    "velocity": (np.float64, 3),
    "previous_velocity": (np.float64, 3),
    "pressure": (np.float64, 0),
    "kind": (np.int32, 0),
    "flags": (np.uint8, 0),
    "model": (np.int8, 0),
    "phase": (np.int8, 0),
    "elapsed": (np.float64, 0),
    "volume": (np.float64, 7),
    "voxel": (np.int32, 0),
    "identifier": (np.int64, 0),
    "lineage": (np.uint64, 0),
    "divisions": (np.int32, 0),
}
"""Arrays that every model has: type and width (0: one number a cell)."""

OPTIONAL: dict[str, tuple[type, int]] = {
    "motility": (np.float64, 6),
    "damage": (np.float64, 0),
    "attack": (np.float64, 2),
    "target": (np.int64, 0),
    "springs": (np.int64, 12),
    "held": (np.float64, 1),
    "nuclei": (np.int16, 0),
    "calcified": (np.float64, 0),
    "activity": (np.float64, 1),
}
"""Arrays that some models have; the widths of `springs`, `held` and `activity` depend on the model."""


class Cells:
    """All cells of a tissue."""

    def __init__(self, columns: int, optional: Mapping[str, int], capacity: int = 1024) -> None:
        """`columns`: behaviours that differ between cells; `optional`: arrays of OPTIONAL in use and their widths."""
        self.count = 0
        self.next_identifier = 0
        self.capacity = max(capacity, 16)
        shapes: dict[str, tuple[type, tuple[int, ...]]] = {}
        for name, (number, width) in ALWAYS.items():
            shapes[name] = (number, (self.capacity, width) if width else (self.capacity,))
        shapes["columns"] = (np.float64, (self.capacity, columns))
        for name, (number, width) in OPTIONAL.items():
            rows = self.capacity if name in optional else 0
            shapes[name] = (number, (rows, optional.get(name, width)) if width else (rows,))
        self.arrays: dict[str, npt.NDArray] = {
            name: np.zeros(shape, dtype=number) for name, (number, shape) in shapes.items()
        }
        self._view: CellArrays | None = None

    def has(self, name: str) -> bool:
        """Whether the model has this array."""
        return self.arrays[name].shape[0] > 0

    def view(self) -> CellArrays:
        """The arrays as kernels see them; valid until cells are added."""
        if self._view is None:
            self._view = CellArrays(**self.arrays)
        return self._view

    def part(self, view: type[Part]) -> Part:
        """Some of the arrays: those that are fields of a NamedTuple. Valid until cells are added."""
        fields: tuple[str, ...] = view._fields  # type: ignore[attr-defined]
        return view(*(self.arrays[name] for name in fields))

    def __getitem__(self, name: str) -> npt.NDArray:
        """One array, cut to the cells that exist (a view: writing changes the cells)."""
        return self.arrays[name][: self.count]

    def reserve(self, more: int) -> None:
        """Make room for so many more cells."""
        if self.count + more <= self.capacity:
            return
        self.capacity = max(self.count + more, self.capacity + self.capacity // 4)
        for name, array in self.arrays.items():
            if array.shape[0]:
                wider = np.zeros((self.capacity, *array.shape[1:]), dtype=array.dtype)
                wider[: self.count] = array[: self.count]
                self.arrays[name] = wider
        self._view = None

    def append(self, more: int) -> slice:
        """Add so many cells, all zero but for their identifiers; the rows they have."""
        self.reserve(more)
        rows = slice(self.count, self.count + more)
        for array in self.arrays.values():
            if array.shape[0]:
                array[rows] = 0
        for name in ("target", "springs"):
            if self.has(name):
                self.arrays[name][rows] = NOBODY
        self.arrays["identifier"][rows] = np.arange(self.next_identifier, self.next_identifier + more)
        self.next_identifier += more
        self.count += more
        return rows

    def widen(self, name: str, width: int, filling: int) -> None:
        """Give an array of the model more columns, filled with `filling`."""
        array = self.arrays[name]
        wider = np.full((len(array), width), filling, dtype=array.dtype)
        wider[:, : array.shape[1]] = array
        self.arrays[name] = wider
        self._view = None

    def take(self, order: npt.NDArray[np.int64]) -> None:
        """Keep the cells with these row numbers, in this order."""
        for array in self.arrays.values():
            if array.shape[0]:
                array[: len(order)] = array[order]
        self.count = len(order)

    def state(self) -> dict[str, npt.NDArray]:
        """Copies of all arrays, cut to the cells that exist, for a checkpoint."""
        kept = {name: array[: self.count].copy() for name, array in self.arrays.items() if array.shape[0]}
        return kept | {"next_identifier": np.array(self.next_identifier)}

    def restore(self, state: Mapping[str, npt.NDArray]) -> None:
        """Take over the cells of a checkpoint of the same model."""
        self.count = 0
        self.reserve(len(state["kind"]))
        self.count = len(state["kind"])
        if self.has("springs") and state["springs"].shape[1] > self.arrays["springs"].shape[1]:
            self.widen("springs", state["springs"].shape[1], NOBODY)
        for name, array in self.arrays.items():
            if array.shape[0]:
                array[: self.count] = state[name]
        self.next_identifier = int(state["next_identifier"])

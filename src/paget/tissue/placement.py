"""Where cells are at the start: places in simple shapes, at random or in the densest packing.

Random places are keyed: cell i of a group has the same place whatever other groups there are, and however many cells
come after it. Places follow the uniform law exactly (radius of a ball: cube root, of a disc: square root of a uniform
number). All lengths in um; results have shape (n, 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel
from paget.keyed_random import Purpose, uniform_at

Numbers = npt.NDArray[np.float64]

PLACEMENT = int(Purpose.PLACEMENT)


class Region(Protocol):
    """A shape that can be filled."""

    @property
    def measure(self) -> float:
        """Volume (um3), or area (um2) of a flat shape."""

    @property
    def corners(self) -> tuple[Numbers, Numbers]:
        """Lower and upper corner of the box around it."""

    @property
    def anchor(self) -> Numbers:
        """A point of the lattice that fills it."""

    def sample(self, uniform: Numbers) -> Numbers:
        """Places from numbers between 0 and 1, shape (n, 3)."""

    def contains(self, place: Numbers) -> npt.NDArray[np.bool_]:
        """Which places lie in it, shape (n,)."""


@dataclass(frozen=True)
class BallRegion:
    """Between two spheres."""

    centre: Numbers
    radius: float
    inner: float = 0.0

    @property
    def measure(self) -> float:
        """Volume (um3)."""
        return 4.0 / 3.0 * math.pi * (self.radius**3 - self.inner**3)

    @property
    def corners(self) -> tuple[Numbers, Numbers]:
        """Corners of the cube around it."""
        return self.centre - self.radius, self.centre + self.radius

    @property
    def anchor(self) -> Numbers:
        """The centre."""
        return self.centre

    def sample(self, uniform: Numbers) -> Numbers:
        """Uniform in volume."""
        radius = np.cbrt(self.inner**3 + uniform[:, 0] * (self.radius**3 - self.inner**3))
        height = 2.0 * uniform[:, 1] - 1.0
        angle = 2.0 * math.pi * uniform[:, 2]
        width = np.sqrt(1.0 - height**2)
        direction = np.column_stack([width * np.cos(angle), width * np.sin(angle), height])
        return self.centre + radius[:, None] * direction

    def contains(self, place: Numbers) -> npt.NDArray[np.bool_]:
        """By distance from the centre."""
        return _between(np.linalg.norm(place - self.centre, axis=1), self.inner, self.radius)


@dataclass(frozen=True)
class DiscRegion:
    """Between two circles in the plane z = constant."""

    centre: Numbers
    radius: float
    inner: float = 0.0

    @property
    def measure(self) -> float:
        """Area (um2)."""
        return math.pi * (self.radius**2 - self.inner**2)

    @property
    def corners(self) -> tuple[Numbers, Numbers]:
        """Corners of the square around it."""
        reach = np.array([self.radius, self.radius, 0.0])
        return self.centre - reach, self.centre + reach

    @property
    def anchor(self) -> Numbers:
        """The centre."""
        return self.centre

    def sample(self, uniform: Numbers) -> Numbers:
        """Uniform in area."""
        radius = np.sqrt(self.inner**2 + uniform[:, 0] * (self.radius**2 - self.inner**2))
        angle = 2.0 * math.pi * uniform[:, 1]
        return self.centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle), 0.0 * radius])

    def contains(self, place: Numbers) -> npt.NDArray[np.bool_]:
        """By distance from the centre, in the plane."""
        return _between(np.linalg.norm((place - self.centre)[:, :2], axis=1), self.inner, self.radius)


@dataclass(frozen=True)
class BoxRegion:
    """A box; one without extension along an axis is flat."""

    low: Numbers
    high: Numbers

    @property
    def measure(self) -> float:
        """Volume (um3), or area (um2) if it is flat."""
        edges = self.high - self.low
        return float(np.prod(edges[edges > 0.0]))

    @property
    def corners(self) -> tuple[Numbers, Numbers]:
        """Its own corners."""
        return self.low, self.high

    @property
    def anchor(self) -> Numbers:
        """The lower corner."""
        return self.low

    def sample(self, uniform: Numbers) -> Numbers:
        """Uniform along each axis."""
        return self.low + uniform * (self.high - self.low)

    def contains(self, place: Numbers) -> npt.NDArray[np.bool_]:
        """By its planes."""
        inside: npt.NDArray[np.bool_] = np.all((place >= self.low) & (place <= self.high), axis=1)
        return inside


def _between(distance: Numbers, low: float, high: float) -> npt.NDArray[np.bool_]:
    return np.asarray((distance >= low) & (distance <= high))


@kernel
def fill_uniform(key, group, out):
    """Fill rows of `out` with keyed uniform numbers: row i, column d is draw d of cell i of the group."""
    for i in range(out.shape[0]):
        for d in range(out.shape[1]):
            out[i, d] = uniform_at(key, PLACEMENT, group, i, d)


def uniform_numbers(key: np.uint64, group: int, cells: int) -> Numbers:
    """Four numbers in (0, 1) for each cell of a group, shape (cells, 4): three for its place, one for its type."""
    out = np.empty((cells, 4))
    fill_uniform(np.uint64(key), np.int64(group), out)
    return out


def packed(region: Region, spacing: float, flat: bool) -> Numbers:
    """Places of the densest lattice with neighbours at `spacing` (um) that lie in the region, layer by layer.

    In a plane the triangular lattice; in space the hexagonal close packing: layers of it, every other one over the
    gaps.
    """
    low, high = (corner - region.anchor for corner in region.corners)
    row_height = spacing * math.sqrt(3.0) / 2.0
    layer_height = spacing * math.sqrt(2.0 / 3.0)
    layers = np.array([0]) if flat else _numbers(low[2], high[2], layer_height)
    rows = _numbers(low[1], high[1], row_height)
    columns = _numbers(low[0], high[0], spacing)
    layer, row, column = (grid.ravel() for grid in np.meshgrid(layers, rows, columns, indexing="ij"))
    odd_layer, odd_row = layer % 2, row % 2
    x = spacing * (column + 0.5 * odd_row + 0.5 * odd_layer)
    y = row_height * (row + odd_layer / 3.0)
    place = region.anchor + np.column_stack([x, y, layer_height * layer])
    return place[region.contains(place)]


def _numbers(low: float, high: float, step: float) -> npt.NDArray[np.int64]:
    """Whole numbers whose multiples of `step` reach over low .. high, with one more at each end."""
    return np.arange(math.floor(low / step) - 1, math.ceil(high / step) + 2)


def along(start: Numbers, end: Numbers, count: int) -> Numbers:
    """Places at equal distances on a line, both ends among them; a single one stands in the middle."""
    share = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
    return start + share[:, None] * (end - start)


def pick(shares: Numbers, uniform: Numbers) -> npt.NDArray[np.int64]:
    """Number of the type of each cell in a mixture with these shares (they add up to 1)."""
    limits = np.cumsum(shares)[:-1]
    return np.searchsorted(limits, uniform, side="right")

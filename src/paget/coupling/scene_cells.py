"""The cells of a scene at the start: its shapes filled, group by group.

Random places are keyed by the seed and the number of the group, those of vessels apart from those of cells: a further
group changes no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from paget.keyed_random import subject_key
from paget.model.scene import Scene
from paget.model.scene_shapes import Ball, Box, CellGroup, Disc, Filling, Layer, Line, Points, Vessels
from paget.tissue.definition import Definition, Population
from paget.tissue.laws import radius_of
from paget.tissue.placement import (
    BallRegion,
    BoxRegion,
    DiscRegion,
    Region,
    along,
    packed,
    pick,
    uniform_numbers,
)

Numbers = npt.NDArray[np.float64]
ReadCells = Callable[[str, Definition], Population]
"""Reads the cells of a file, given its path as the scene has it."""

MOST_CELLS = 50_000_000
"""More than this is a slip in a unit: such a tissue fits no machine."""
CLOSENESS = 0.95
"""Usual distance of neighbours in a packing, in diameters of the cell."""
_VESSELS = 1 << 20
"""Added to the number of a group of vessels."""


def scene_population(scene: Scene, definition: Definition, seed: int, read: ReadCells) -> Population:
    """Places and types of all cells; PagetError, with file and line, for shapes that do not fit into the domain."""
    fill = _Fill(scene, definition, np.uint64(subject_key(seed, "tissue", 0)))
    parts = []
    for number, group in enumerate(scene.cells):
        if group.shape.kind == "csv":
            parts.append(read(group.shape.file, definition))
        else:
            parts.append(fill.group(("cells", number), number, group))
    for number, vessels in enumerate(scene.vessels):
        parts.append(fill.group(("vessels", number), _VESSELS + number, vessels))
    return _joined(parts)


def _joined(parts: Sequence[Population]) -> Population:
    volumes = None
    if any(part.volume is not None for part in parts):
        volumes = np.concatenate(
            [part.volume if part.volume is not None else np.full(len(part.kind), np.nan) for part in parts]
        )
    names = dict.fromkeys(name for part in parts for name in part.behaviours)
    behaviours = {
        name: np.concatenate([part.behaviours.get(name, np.full(len(part.kind), np.nan)) for part in parts])
        for name in names
    }
    return Population(
        np.concatenate([part.position for part in parts]),
        np.concatenate([part.kind for part in parts]),
        volumes,
        behaviours,
    )


class _Fill:
    """Fills the shapes of one scene."""

    def __init__(self, scene: Scene, definition: Definition, key: np.uint64) -> None:
        self.scene, self.domain, self.key = scene, definition.domain, key
        self.names = [cell_type.name for cell_type in definition.cell_types]
        self.radii = [radius_of(cell_type.volume.total) for cell_type in definition.cell_types]
        self.flat = definition.domain.two_dimensional

    def group(self, at: tuple[str | int, ...], number: int, group: CellGroup | Vessels) -> Population:
        types = [self.names.index(name) for name in _types(group)]
        place = self._places(at, number, group, max(self.radii[kind] for kind in types))
        self._check_inside(at, place)
        kind = np.full(len(place), types[0], dtype=np.int32)
        if isinstance(group, CellGroup) and group.mixture is not None:
            shares = np.array([float(share) for share in group.mixture.values()])
            drawn = pick(shares, uniform_numbers(self.key, number, len(place))[:, 3])
            kind = np.array(types, dtype=np.int32)[drawn]
        return Population(place, kind)

    def _places(self, at: tuple[str | int, ...], number: int, group: Filling, radius: float) -> Numbers:
        shape = group.shape
        spacing = float(group.spacing) if group.spacing is not None else 2.0 * CLOSENESS * radius
        if isinstance(shape, Points):
            return np.array([self._point(at, point) for point in shape.at])
        if isinstance(shape, Line):
            start, end = self._point(at, shape.begin), self._point(at, shape.end)
            length = float(np.linalg.norm(end - start))
            count = group.count or 1 + int(length / spacing + 1e-9)
            return along(start, end, self._affordable(at, count))
        region = self._region(at, shape)
        if group.packing is not None:
            each = spacing**2 if self._is_flat(region) else spacing**3
            self._affordable(at, region.measure / each)
            return packed(region, spacing, self._is_flat(region))
        count = self._affordable(at, self._count(at, group, region))
        return region.sample(uniform_numbers(self.key, number, count)[:, :3])

    def _count(self, at: tuple[str | int, ...], group: Filling, region: Region) -> float:
        if group.count is not None:
            return group.count
        flat = self._is_flat(region)
        key = "areal_density" if flat else "density"
        density = getattr(group, key)
        if density is None:
            other, unit = ("density", "area") if flat else ("areal_density", "volume")
            raise self.scene.error(
                f"a {'flat' if flat else 'solid'} shape has cells per {unit}: use {key}", *at, other
            )
        return float(density) * region.measure * (1e-6 if flat else 1e-9)

    def _affordable(self, at: tuple[str | int, ...], count: float) -> int:
        number = round(count)
        if number < 1:
            raise self.scene.error("has room for no cell", *at, "shape")
        if number > MOST_CELLS:
            raise self.scene.error(
                "holds more cells than any machine",
                *at,
                found=f"{count:.3g} cells",
                allowed=f"{MOST_CELLS:g}",
            )
        return number

    def _region(self, at: tuple[str | int, ...], shape: Any) -> Region:
        if isinstance(shape, Ball | Disc):
            if isinstance(shape, Ball) and self.flat:
                raise self.scene.error("a flat tissue has no ball; use disc", *at, "shape", "kind")
            if shape.inner_radius >= shape.radius:
                raise self.scene.error(
                    "the inner radius must be below the radius", *at, "shape", "inner_radius",
                    found=shape.inner_radius.text,
                )  # fmt: skip
            make = BallRegion if isinstance(shape, Ball) else DiscRegion
            return make(self._point(at, shape.centre), float(shape.radius), float(shape.inner_radius))
        low, high = self._box(at, shape)
        if not (low <= high).all() or (low == high).all():
            raise self.scene.error("the lower corner must be below the upper", *at, "shape")
        return BoxRegion(low, high)

    def _box(self, at: tuple[str | int, ...], shape: Layer | Box) -> tuple[Numbers, Numbers]:
        low, high = np.array(self.domain.low), np.array(self.domain.high)
        if isinstance(shape, Layer):
            axis = "xyz".index(shape.axis)
            if axis == 2 and self.flat:
                raise self.scene.error("a flat tissue has no layer along z", *at, "shape", "axis")
            low[axis], high[axis] = float(shape.begin), float(shape.end)
        else:
            low = low if shape.low is None else self._point(at, shape.low)
            high = high if shape.high is None else self._point(at, shape.high)
        if self.flat:
            low[2] = high[2] = 0.0
        return low, high

    def _point(self, at: tuple[str | int, ...], point: Sequence[float]) -> Numbers:
        if len(point) == 2 and not self.flat:
            raise self.scene.error("a place in a solid tissue needs three lengths", *at, "shape")
        place = np.array([float(x) for x in point])
        if self.flat:
            place = np.append(place[:2], 0.0)
        return place

    def _is_flat(self, region: Region) -> bool:
        low, high = region.corners
        return self.flat or bool(high[2] - low[2] == 0.0)

    def _check_inside(self, at: tuple[str | int, ...], place: Numbers) -> None:
        low, high = np.array(self.domain.low), np.array(self.domain.high)
        outside = ~((place >= low) & (place <= high)).all(axis=1)
        if outside.any():
            worst = ", ".join(f"{x:g}" for x in place[outside][0])
            size = " x ".join(text.text for text in self.scene.domain.size)
            raise self.scene.error(
                "reaches out of the domain",
                *at,
                "shape",
                found=f"({worst}) um",
                allowed=f"{size} around the origin",
            )


def _types(group: CellGroup | Vessels) -> list[str]:
    return group.types if isinstance(group, CellGroup) else [group.type]

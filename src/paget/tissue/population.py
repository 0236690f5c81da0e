"""The cells at the start: which arrays a run needs, and the rows of a population."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel
from paget.errors import PagetError
from paget.keyed_random import daughter_lineage
from paget.tissue.cells import NOBODY, TOTAL, Cells
from paget.tissue.compile import Compiled
from paget.tissue.definition import Population

FIRST_LINEAGE = np.uint64(0x9E3779B97F4A7C15)
"""Parent of the cells of a population: the one with identifier n is its n-th daughter."""


def optional_arrays(compiled: Compiled, needs: Mapping[str, int]) -> dict[str, int]:
    """Arrays of `cells.OPTIONAL` that a definition needs, with widths; `needs`: those of the interactions."""
    definition, types = compiled.definition, compiled.types
    arrays = dict(needs)
    if types.motile.any():
        arrays["motility"] = 6
    if definition.tracks_internalised and definition.factors:
        arrays["held"] = len(definition.factors)
    if definition.receptors:
        arrays["activity"] = len(definition.receptors)
    calcifies = types.growth[:, 5].any() or types.death[:, :, 4].any()
    if calcifies:
        arrays["calcified"] = 0
    if _used(compiled, "damage"):
        arrays["damage"] = 0
    return arrays


def _used(compiled: Compiled, kind: str) -> bool:
    number = getattr(compiled.vocabulary.behaviour, kind)
    return bool(compiled.types.base[:, number].any() or compiled.types.column[number] >= 0)


def place_population(compiled: Compiled, cells: Cells, population: Population) -> None:
    """Add a population to the cells. Raises PagetError for cells outside the domain, unknown types, bad volumes."""
    position = np.asarray(population.position, dtype=np.float64).reshape(-1, 3)
    kind = np.asarray(population.kind, dtype=np.int32)
    _check(compiled, position, kind)
    rows = cells.append(len(kind))
    cells.arrays["kind"][rows] = kind
    cells.arrays["volume"][rows] = compiled.types.volume[kind]
    _own_volumes(compiled, cells, population, rows)
    cells.arrays["place"][rows, :3] = position
    if compiled.definition.domain.two_dimensional:
        cells.arrays["place"][rows, 2] = 0.0
    cells.arrays["place"][rows, 3] = np.cbrt(cells.arrays["volume"][rows, TOTAL] / 4.188790204786391)
    cells.arrays["voxel"][rows] = _voxels(compiled, position)
    _name_lineages(cells["lineage"], cells["identifier"], FIRST_LINEAGE, rows.start)
    for column, behaviour in enumerate(compiled.columns):
        cells.arrays["columns"][rows, column] = _values(compiled, population, behaviour, kind)
    if cells.has("nuclei"):
        cells.arrays["nuclei"][rows] = 1
    if cells.has("calcified"):
        calcified = np.array([t.volume.calcified_fraction for t in compiled.definition.cell_types])
        cells.arrays["calcified"][rows] = calcified[kind]
    for name in ("target", "springs"):
        if cells.has(name):
            cells.arrays[name][rows] = NOBODY


def _check(compiled: Compiled, position: npt.NDArray[np.float64], kind: npt.NDArray[np.int32]) -> None:
    domain, types = compiled.definition.domain, compiled.definition.cell_types
    if len(position) != len(kind):
        raise PagetError(
            "every cell needs a place and a type", key="population", found=f"{len(position)} and {len(kind)}"
        )
    if not np.isfinite(position).all():
        row = int(np.flatnonzero(~np.isfinite(position).all(axis=1))[0])
        raise PagetError("a place is not a number", key=f"cell {row}", found=position[row].tolist())
    axes = slice(0, 2 if domain.two_dimensional else 3)
    outside = (position[:, axes] < domain.low[axes]) | (position[:, axes] > domain.high[axes])
    if outside.any():
        row = int(np.flatnonzero(outside.any(axis=1))[0])
        raise PagetError(
            "a cell lies outside the domain", key=f"cell {row}", found=position[row].tolist(),
            allowed=f"{domain.low} to {domain.high} um",
        )  # fmt: skip
    if len(kind) and (kind.min() < 0 or kind.max() >= len(types)):
        raise PagetError("an unknown number of a cell type", key="population", found=int(kind.max()))


def _voxels(compiled: Compiled, position: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    domain = compiled.definition.domain
    nz, ny, nx = domain.shape
    index = ((position - domain.low) / domain.spacing).astype(np.int64)
    x, y, z = np.clip(index, 0, np.array([nx, ny, nz]) - 1).T
    return (z * ny + y) * nx + x


def _own_volumes(compiled: Compiled, cells: Cells, population: Population, rows: slice) -> None:
    """Scale all parts of the volume, targets included, of cells that have a volume of their own."""
    if population.volume is None:
        return
    own = np.asarray(population.volume, dtype=np.float64)
    if (own <= 0.0).any():
        row = int(np.flatnonzero(own <= 0.0)[0])
        raise PagetError("a volume must be positive", key=f"cell {row}", found=float(own[row]), allowed="um3")
    ratio = np.where(np.isnan(own), 1.0, own / cells.arrays["volume"][rows, TOTAL])
    cells.arrays["volume"][rows] *= ratio[:, None]


def _values(compiled: Compiled, population: Population, behaviour: int, kind: npt.NDArray) -> npt.NDArray:
    """Values of one behaviour in the cells of a population, shape (n,)."""
    base = compiled.types.base[kind, behaviour]
    own = population.behaviours.get(compiled.vocabulary.behaviours[behaviour])
    return base if own is None else np.where(np.isnan(own), base, own)


@kernel
def _name_lineages(lineage, identifier, parent, first):
    for i in range(first, lineage.shape[0]):
        lineage[i] = daughter_lineage(parent, identifier[i])

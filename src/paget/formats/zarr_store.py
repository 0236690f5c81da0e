"""Zarr store (format 3) of a tissue over time: fields as one array, cells as one group per moment.

    zarr.json            attributes: schema, snapshots, factors, cell types, phases, domain, provenance
    time                 (time,)                      min
    x, y, z              (x,), (y,), (z,)             centres of the voxels, um
    level                (time, factor, z, y, x)      level of each factor in its unit; attribute `units`
    cells/00000000/      the cells at time[0]
        position         (cell, axis)                 um
        type, phase ...  (cell,)                      attributes `units`, `meaning`; numbers of types and phases are
                                                      places in the lists of the root
        contacts         (pair, 2)                    rows of cells in contact, the lower first
        springs          (pair, 2)                    rows of cells that a spring ties
    cells/00000001/ ...

Cells stand in the order of their identifiers. The attribute `snapshots` says how many moments are whole: it is written
last, and each file by itself is replaced in one step, so that a store that was interrupted is one moment short and not
torn. Writing moment k of a longer store cuts what is later; a run that resumes does that.

`xarray.open_zarr(path, consolidated=False)` gives the fields with their coordinates.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.formats.atomic import writing_to
from paget.formats.snapshot import Column, cell_columns, phases, voxel_centres
from paget.tissue.snapshot import Snapshot

SCHEMA = "tissue-zarr/1"
SNAPSHOTS = "snapshots"
VOXELS_IN_A_CHUNK = 2_000_000
CELLS_IN_A_CHUNK = 500_000


def write_zarr(
    path: Path | str, snapshot: Snapshot, number: int, provenance: Mapping[str, Any] | None = None
) -> Path:
    """Write moment `number` (0, 1, 2 ...) of a store; moment 0 begins it anew.

    Raises PagetError if an earlier moment is missing, or the system refuses; the moments before then stay.
    """
    import zarr

    path = Path(path)
    with writing_to(path):
        if number == 0:
            shutil.rmtree(path, ignore_errors=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            root = zarr.open_group(path, mode="w")
            _begin(root, snapshot, provenance or {})
        else:
            root = _opened(path, number)
        _cut(root, number)
        _write_fields(root, snapshot, number)
        _write_cells(root, snapshot, number)
        root.attrs[SNAPSHOTS] = number + 1
    return path


def snapshots_in(path: Path | str) -> int:
    """Whole moments in a store; 0 if there is none."""
    import zarr

    try:
        return int(zarr.open_group(Path(path), mode="r").attrs.get(SNAPSHOTS, 0))
    except (OSError, ValueError):
        return 0


def _opened(path: Path, number: int) -> Any:
    import zarr

    whole = snapshots_in(path)
    if whole < number:
        raise PagetError(
            "the store lacks moments before this one", file=path, found=whole, allowed=f"{number} or more"
        )
    return zarr.open_group(path, mode="r+")


def _begin(root: Any, snapshot: Snapshot, provenance: Mapping[str, Any]) -> None:
    definition, domain = snapshot.definition, snapshot.definition.domain
    root.attrs.update(
        {
            "schema": SCHEMA,
            SNAPSHOTS: 0,
            "factors": [
                {
                    "name": f.name,
                    "units": f.unit,
                    "diffusion_um2_per_min": f.diffusion,
                    "decay_per_min": f.decay,
                }
                for f in definition.factors
            ],
            "cell_types": [{"name": kind.name, "code": kind.code} for kind in definition.cell_types],
            "phases": [{"name": name, "code": code} for code, name in phases(snapshot)],
            "domain": {"low": domain.low, "high": domain.high, "spacing": domain.spacing, "units": "um"},
            "provenance": dict(provenance),
        }
    )
    nz, ny, nx = domain.shape
    layers = max(1, min(nz, VOXELS_IN_A_CHUNK // (ny * nx)))
    units = [factor.unit for factor in definition.factors]
    _array(root, "time", np.empty(0), ("time",), "min", "time", chunks=(1024,))
    for axis, centres in zip("xyz", voxel_centres(domain), strict=True):
        _array(root, axis, centres, (axis,), "um", "centre of the voxel")
    empty = np.empty((0, *snapshot.level.shape))
    dimensions = ("time", "factor", "z", "y", "x")
    _array(root, "level", empty, dimensions, units, "level of each factor", chunks=(1, 1, layers, ny, nx))
    root.create_group("cells")


def _cut(root: Any, number: int) -> None:
    """Drop moments `number` and later."""
    if root.attrs[SNAPSHOTS] > number:
        root.attrs[SNAPSHOTS] = number
    for name in ("time", "level"):
        array = root[name]
        if array.shape[0] > number:
            array.resize((number, *array.shape[1:]))
    for name in list(root["cells"].group_keys()):
        if int(name) >= number:
            del root["cells"][name]


def _write_fields(root: Any, snapshot: Snapshot, number: int) -> None:
    for name, values in (("time", snapshot.time), ("level", snapshot.level)):
        array = root[name]
        array.resize((number + 1, *array.shape[1:]))
        array[number] = values


def _write_cells(root: Any, snapshot: Snapshot, number: int) -> None:
    group = root["cells"].create_group(f"{number:08d}")
    columns = {"position": Column(snapshot.position, "um", "x, y, z of the centre"), **cell_columns(snapshot)}
    for name, column in columns.items():
        dimensions = ("cell", "axis")[: column.values.ndim]
        _array(group, name.replace("/", "|"), column.values, dimensions, column.unit, column.meaning)
    _array(
        group,
        "contacts",
        snapshot.contacts().astype(np.int32),
        ("contact", "end"),
        "1",
        "rows of cells in contact",
    )
    _array(
        group,
        "springs",
        snapshot.springs().astype(np.int32),
        ("spring", "end"),
        "1",
        "rows of cells that a spring ties",
    )


def _array(
    parent: Any,
    name: str,
    values: npt.NDArray[Any],
    dimensions: tuple[str, ...],
    units: Any,
    meaning: str,
    chunks: tuple[int, ...] | None = None,
) -> None:
    """A new array; NaN (or 0) where a chunk is missing."""
    if chunks is None:
        chunks = (min(max(len(values), 1), CELLS_IN_A_CHUNK), *values.shape[1:])
    array = parent.create_array(
        name, shape=values.shape, dtype=values.dtype, chunks=tuple(max(size, 1) for size in chunks),
        dimension_names=dimensions, attributes={"units": units, "meaning": meaning},
        fill_value=np.nan if values.dtype.kind == "f" else values.dtype.type(0),
    )  # fmt: skip
    if values.size:
        array[...] = values

"""The formats in which a run can write the whole state of its tissue, by name.

Each writes moment `number` over an earlier one of that number: a run that resumes writes some moments again, with the
same content.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from paget.errors import PagetError, did_you_mean
from paget.runs.job import Output

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation
    from paget.tissue.snapshot import Snapshot

Writer = Callable[["Snapshot", Path, int], object]


def output(name: str, every: float, factor: str | None = None) -> Output:
    """Snapshots in a format every so many minutes; `factor`: what pictures show. PagetError for an unknown format."""
    if name not in WRITERS:
        raise PagetError(
            "unknown format", found=name, allowed=list(WRITERS), suggestion=did_you_mean(name, WRITERS)
        )
    write = _pictures(factor) if name == "png" else WRITERS[name]

    def write_moment(simulation: Simulation, folder: Path, number: int) -> None:
        from paget.tissue.snapshot import snapshot_of

        write(snapshot_of(simulation), folder, number)

    return Output(name, every, write_moment)


def _multicellds(snapshot: Snapshot, folder: Path, number: int) -> None:
    from paget.formats.physicell.multicellds import MultiCellDSFolder

    place = folder / "multicellds"
    place.mkdir(exist_ok=True)
    MultiCellDSFolder(place, None, number).save(snapshot)


def _anndata(snapshot: Snapshot, folder: Path, number: int) -> None:
    from paget.formats.anndata_file import write_anndata

    place = folder / "anndata"
    place.mkdir(exist_ok=True)
    write_anndata(place / f"{number:08d}.h5ad", snapshot)


def _zarr(snapshot: Snapshot, folder: Path, number: int) -> None:
    from paget.formats.zarr_store import write_zarr

    write_zarr(folder / "snapshots.zarr", snapshot, number)


def _vtk(snapshot: Snapshot, folder: Path, number: int) -> None:
    from paget.formats.vtk_file import write_vtk

    place = folder / "vtk"
    place.mkdir(exist_ok=True)
    write_vtk(place, snapshot, number)


def _pictures(factor: str | None) -> Writer:
    def write(snapshot: Snapshot, folder: Path, number: int) -> None:
        # The report stands above this room: it is looked up by name, not imported at load time.
        slices = importlib.import_module("paget.report.figures.slices")
        place = folder / "pictures"
        place.mkdir(exist_ok=True)
        slices.save_slice(place / f"{number:08d}.png", snapshot, factor=factor)

    return write


WRITERS: dict[str, Writer] = {
    "multicellds": _multicellds,
    "anndata": _anndata,
    "zarr": _zarr,
    "vtk": _vtk,
    "png": _pictures(None),
}
"""What writes each format."""

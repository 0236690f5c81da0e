"""Output folders in the manner of PhysiCell: MultiCellDS XML (version 2) with MATLAB files and graphs.

`initial.*`, `output00000000.*`, `output00000001.*` ..., `final.*` and `initial_mesh0.mat`, as PhysiCell 1.14 names
them; pcdl and PhysiCell Studio open the folder. The XML file of a snapshot is written last: where it stands, the files
that it names are whole.

Differences on purpose: coordinates and rates have all their digits (PhysiCell prints six); cells that were removed or
have left the domain are not written; a snapshot without cells is written like any other.
"""

from __future__ import annotations

import time as clock
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import numpy as np
import numpy.typing as npt

from paget._version import __version__
from paget.formats.atomic import new_file
from paget.formats.physicell.graphs import write_graph
from paget.formats.physicell.labels import Label, fill, labels_of, rows_of, type_codes
from paget.formats.physicell.mat4 import write_matrix
from paget.formats.snapshot import voxel_centres
from paget.tissue.snapshot import Snapshot

MESH = "initial_mesh0.mat"
SETTINGS = "PhysiCell_settings.xml"
BLOCK = 4096
"""Cells or voxels that are turned into numbers of a file at a time."""


class MultiCellDSFolder:
    """A folder that snapshots are written into, one after another."""

    def __init__(self, folder: Path | str, settings: bytes | None = None, number: int = 0) -> None:
        """`settings`: content of the settings file, copied into the folder; `number`: of the next numbered snapshot.

        Raises PagetError where the folder cannot be written.
        """
        self.folder = Path(folder)
        self.number = number
        self._has_mesh = number > 0 and (self.folder / MESH).exists()
        self._started = clock.monotonic()
        if settings is not None:
            with new_file(self.folder / SETTINGS) as temporary:
                temporary.write_bytes(settings)

    def initial(self, snapshot: Snapshot) -> Path:
        """Write `initial.xml` and its files; returns the XML file."""
        return self._write("initial", snapshot)

    def save(self, snapshot: Snapshot) -> Path:
        """Write the next `output%08d.xml` and its files; returns the XML file."""
        path = self._write(f"output{self.number:08d}", snapshot)
        self.number += 1
        return path

    def final(self, snapshot: Snapshot) -> Path:
        """Write `final.xml` and its files; returns the XML file."""
        return self._write("final", snapshot)

    def _write(self, stem: str, snapshot: Snapshot) -> Path:
        runtime = clock.monotonic() - self._started
        path = write_multicellds(self.folder, stem, snapshot, runtime, mesh=not self._has_mesh)
        self._has_mesh = True
        return path


def write_multicellds(
    folder: Path | str, stem: str, snapshot: Snapshot, runtime: float = 0.0, mesh: bool = True
) -> Path:
    """Write one snapshot as `STEM.xml` with its files, and the mesh unless it is there already.

    `runtime`: wall time of the run so far (s). Raises PagetError where the system refuses; files that stood there
    before stay whole.
    """
    folder, labels = Path(folder), labels_of(snapshot)
    if mesh:
        write_matrix(folder / MESH, "mesh", 4, _voxels(snapshot), _mesh_blocks(snapshot))
    rows = 4 + len(snapshot.definition.factors)
    write_matrix(
        folder / f"{stem}_microenvironment0.mat", "multiscale_microenvironment", rows, _voxels(snapshot),
        _field_blocks(snapshot),
    )  # fmt: skip
    cells = folder / f"{stem}_cells.mat"
    write_matrix(cells, "cells", rows_of(labels), snapshot.count, _cell_blocks(snapshot, labels))
    nobody = np.empty((0, 2), dtype=np.int64)
    write_graph(folder / f"{stem}_cell_neighbor_graph.txt", snapshot.identifier, snapshot.contacts())
    write_graph(folder / f"{stem}_attached_cells_graph.txt", snapshot.identifier, nobody)
    write_graph(folder / f"{stem}_spring_attached_cells_graph.txt", snapshot.identifier, snapshot.springs())
    return _write_xml(folder / f"{stem}.xml", _document(stem, snapshot, labels, runtime))


def _voxels(snapshot: Snapshot) -> int:
    return int(np.prod(snapshot.definition.domain.shape))


def _mesh_blocks(snapshot: Snapshot) -> Iterator[npt.NDArray[np.float64]]:
    """x, y, z and volume of the voxels, x fastest; one layer of constant z at a time."""
    domain = snapshot.definition.domain
    x, y, z = voxel_centres(domain)
    for height in z:
        layer = np.empty((len(y), len(x), 4))
        layer[..., 0], layer[..., 1], layer[..., 2] = x, y[:, None], height
        layer[..., 3] = domain.voxel_volume
        yield layer.reshape(-1, 4)


def _field_blocks(snapshot: Snapshot) -> Iterator[npt.NDArray[np.float64]]:
    for k, mesh in enumerate(_mesh_blocks(snapshot)):
        levels = snapshot.level[:, k].reshape(len(snapshot.level), len(mesh))
        yield np.concatenate([mesh, levels.T], axis=1)


def _cell_blocks(snapshot: Snapshot, labels: list[Label]) -> Iterator[npt.NDArray[np.float64]]:
    for first in range(0, snapshot.count, BLOCK):
        yield fill(labels, snapshot.part(first, min(first + BLOCK, snapshot.count)))


def _write_xml(path: Path, root: Element) -> Path:
    ElementTree.indent(root, "\t")
    content = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    with new_file(path) as temporary:
        temporary.write_bytes(content + b"\n")
    return path


def _document(stem: str, snapshot: Snapshot, labels: list[Label], runtime: float) -> Element:
    root = Element("MultiCellDS", version="2", type="snapshot/simulation")
    _metadata(SubElement(root, "metadata"), snapshot, runtime)
    _microenvironment(SubElement(root, "microenvironment"), stem, snapshot)
    populations = SubElement(SubElement(root, "cellular_information"), "cell_populations")
    custom = SubElement(SubElement(populations, "cell_population", type="individual"), "custom")
    _cells(custom, stem, snapshot, labels)
    for element, ending in (
        ("neighbor_graph", "cell_neighbor_graph"),
        ("attached_cells_graph", "attached_cells_graph"),
        ("spring_attached_cells_graph", "spring_attached_cells_graph"),
    ):
        graph = SubElement(custom, element, type="text", source="PhysiCell", data_version="2")
        _leaf(graph, "filename", f"{stem}_{ending}.txt")
    return root


def _metadata(metadata: Element, snapshot: Snapshot, runtime: float) -> None:
    software = SubElement(metadata, "software")
    _leaf(software, "name", "Paget")
    _leaf(software, "version", __version__)
    _leaf(SubElement(software, "creator"), "organization-name", "The Paget developers")
    _leaf(metadata, "current_time", _number(snapshot.time), units="min")
    _leaf(metadata, "current_runtime", f"{runtime:.6f}", units="sec")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _leaf(metadata, "created", now)
    _leaf(metadata, "last_modified", now)


def _microenvironment(parent: Element, stem: str, snapshot: Snapshot) -> None:
    box = SubElement(parent, "domain", name="microenvironment")
    domain = snapshot.definition.domain
    mesh = SubElement(box, "mesh", type="Cartesian", uniform="true", regular="true", units="micron")
    corners = " ".join(_number(value) for value in (*domain.low, *domain.high))
    _leaf(mesh, "bounding_box", corners, type="axis-aligned", units="micron", delimiter=" ")
    for axis, centres in zip("xyz", voxel_centres(domain), strict=True):
        _leaf(mesh, f"{axis}_coordinates", " ".join(map(_number, centres)), delimiter=" ")
    _leaf(SubElement(mesh, "voxels", type="matlab"), "filename", MESH)
    variables = SubElement(box, "variables")
    for number, factor in enumerate(snapshot.definition.factors):
        variable = SubElement(variables, "variable", name=factor.name, units=factor.unit, ID=str(number))
        physical = SubElement(variable, "physical_parameter_set")
        SubElement(physical, "conditions")
        _leaf(physical, "diffusion_coefficient", _number(factor.diffusion), units="micron^2/min")
        _leaf(physical, "decay_rate", _number(factor.decay), units="1/min")
    _leaf(SubElement(box, "data", type="matlab"), "filename", f"{stem}_microenvironment0.mat")


def _cells(custom: Element, stem: str, snapshot: Snapshot, labels: list[Label]) -> None:
    data = SubElement(custom, "simplified_data", type="matlab", source="PhysiCell", data_version="2")
    types = SubElement(data, "cell_types")
    for index, (kind, code) in enumerate(
        zip(snapshot.definition.cell_types, type_codes(snapshot), strict=True)
    ):
        _leaf(types, "type", kind.name, ID=str(index), type=str(code))
    parent, row = SubElement(data, "labels"), 0
    for label in labels:
        _leaf(parent, "label", label.name, index=str(row), size=str(label.size), units=label.unit)
        row += label.size
    _leaf(data, "filename", f"{stem}_cells.mat")


def _leaf(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text


def _number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value))

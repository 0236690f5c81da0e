"""VTK files for ParaView: fields as image data, cells as points with radius and data, and an index over time.

    fields.pvd, cells.pvd        what to open: moments in time (min)
    fields_00000000.vti          levels of the factors, one number per voxel, named by the factor
    cells_00000000.vtp           one point per cell: state, levels at the cell; show as glyphs, scaled by `radius`

XML with raw appended data (little endian, 64-bit lengths), read by ParaView, VisIt, PyVista and VTK 6 and later.
Numbers of types and phases are places in `type names` and `phase names` of the field data.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.formats.atomic import new_file
from paget.formats.snapshot import cell_columns, phases
from paget.tissue.snapshot import Snapshot

TYPES = {
    "f8": "Float64", "i1": "Int8", "i2": "Int16", "i4": "Int32", "i8": "Int64", "u1": "UInt8", "b1": "UInt8",
}  # fmt: skip
"""Names of number types in VTK by those of NumPy."""


def write_vtk(folder: Path | str, snapshot: Snapshot, number: int) -> list[Path]:
    """Write moment `number` (0, 1, 2 ...) and bring both indices up to date; what they list as later is dropped.

    Returns the two index files. Raises PagetError if the system refuses; earlier files stay.
    """
    folder, indices = Path(folder), []
    for name, ending, write in (("fields", "vti", write_fields), ("cells", "vtp", write_cells)):
        path = folder / f"{name}_{number:08d}.{ending}"
        write(path, snapshot)
        indices.append(_list(folder / f"{name}.pvd", path.name, snapshot.time, number))
    return indices


def write_fields(path: Path | str, snapshot: Snapshot) -> Path:
    """Levels of all factors as image data, one value per voxel."""
    domain = snapshot.definition.domain
    nz, ny, nx = domain.shape
    extent = f"0 {nx} 0 {ny} 0 {nz}"
    file = _Appended("ImageData", WholeExtent=extent, Origin=_text(domain.low), Spacing=_text(domain.spacing))
    _facts(file, snapshot)
    piece = SubElement(file.body, "Piece", Extent=extent)
    data = SubElement(piece, "CellData")
    for factor, level in zip(snapshot.definition.factors, snapshot.level, strict=True):
        file.array(data, factor.name, level.ravel())
    return file.write(Path(path))


def write_cells(path: Path | str, snapshot: Snapshot) -> Path:
    """Cells as points with their state, and the levels at their places."""
    n = snapshot.count
    file = _Appended("PolyData")
    _facts(file, snapshot)
    piece = SubElement(
        file.body, "Piece", NumberOfPoints=str(n), NumberOfVerts=str(n), NumberOfLines="0", NumberOfStrips="0",
        NumberOfPolys="0",
    )  # fmt: skip
    data = SubElement(piece, "PointData", Scalars="radius")
    for name, column in cell_columns(snapshot).items():
        file.array(data, name, column.values)
    for factor, level in zip(snapshot.definition.factors, snapshot.level_at_cells().T, strict=True):
        file.array(data, f"{factor.name} level", level)
    file.array(SubElement(piece, "Points"), "position", snapshot.position)
    vertices = SubElement(piece, "Verts")
    file.array(vertices, "connectivity", np.arange(n, dtype=np.int64))
    file.array(vertices, "offsets", np.arange(1, n + 1, dtype=np.int64))
    return file.write(Path(path))


def _facts(file: _Appended, snapshot: Snapshot) -> None:
    """Time, and the names behind numbers of types and phases."""
    facts = SubElement(file.body, "FieldData")
    time = file.array(facts, "TimeValue", np.array([snapshot.time]))
    time.set("NumberOfTuples", "1")
    _strings(facts, "type names", [kind.name for kind in snapshot.definition.cell_types])
    _strings(facts, "phase names", [name for _, name in phases(snapshot)])


def _strings(parent: Element, name: str, words: Sequence[str]) -> None:
    """Texts the way VTK keeps them: the codes of their letters, each text ended by 0."""
    element = SubElement(parent, "DataArray", type="String", Name=name, format="ascii")
    element.set("NumberOfTuples", str(len(words)))
    element.text = " ".join(str(byte) for word in words for byte in (*word.encode("utf-8"), 0))


class _Appended:
    """A VTK file in the making: a tree of XML, and the arrays that follow it."""

    def __init__(self, kind: str, **attributes: str) -> None:
        self.root = Element(
            "VTKFile", type=kind, version="1.0", byte_order="LittleEndian", header_type="UInt64"
        )
        self.body = SubElement(self.root, kind, attributes)
        self.arrays: list[npt.NDArray] = []
        self.offset = 0

    def array(self, parent: Element, name: str, values: npt.NDArray) -> Element:
        """Add an array of n numbers, or of n rows of numbers."""
        kind = values.dtype.str[1:]
        plain = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        element = SubElement(
            parent, "DataArray", type=TYPES[kind], Name=name, format="appended", offset=str(self.offset)
        )
        if values.ndim == 2:
            element.set("NumberOfComponents", str(values.shape[1]))
        self.arrays.append(plain)
        self.offset += 8 + plain.nbytes
        return element

    def write(self, path: Path) -> Path:
        """Tree, then each array with its length in bytes before it."""
        ElementTree.indent(self.root)
        head = ElementTree.tostring(self.root, encoding="UTF-8", xml_declaration=True)
        with new_file(path) as temporary, temporary.open("wb") as file:
            file.write(head.removesuffix(b"</VTKFile>"))
            file.write(b'  <AppendedData encoding="raw">\n_')
            for array in self.arrays:
                file.write(np.uint64(array.nbytes).astype("<u8").tobytes())
                file.write(array.reshape(-1).view(np.uint8).data)
            file.write(b"\n  </AppendedData>\n</VTKFile>\n")
        return path


def _list(path: Path, name: str, time: float, number: int) -> Path:
    """Add a file to an index; those that the index lists from this number on are dropped."""
    root = Element("VTKFile", type="Collection", version="0.1", byte_order="LittleEndian")
    collection = SubElement(root, "Collection")
    collection.extend(_listed(path)[:number])
    SubElement(collection, "DataSet", timestep=repr(float(time)), group="", part="0", file=name)
    ElementTree.indent(root)
    with new_file(path) as temporary:
        temporary.write_bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n")
    return path


def _listed(path: Path) -> list[Element]:
    if not path.exists():
        return []
    try:
        return ElementTree.parse(path).findall(".//DataSet")
    except (OSError, ElementTree.ParseError) as error:
        raise PagetError(f"cannot be read as an index of VTK files: {error}", file=path) from error


def _text(numbers: Sequence[float]) -> str:
    return " ".join(repr(float(number)) for number in numbers)

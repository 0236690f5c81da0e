"""VTK files, read by a small reader written from the description of the format."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats.vtk_file import write_cells, write_fields, write_vtk

NUMBERS = {
    "Float64": "<f8", "Int64": "<i8", "Int32": "<i4", "Int16": "<i2", "Int8": "<i1", "UInt8": "<u1",
}  # fmt: skip


def read(path):
    """The tree of a file, and its arrays by name."""
    content = path.read_bytes()
    mark = content.index(b'<AppendedData encoding="raw">')
    start = content.index(b"_", mark) + 1
    root = ElementTree.fromstring(content[:mark] + b"</VTKFile>")
    assert (root.get("byte_order"), root.get("header_type")) == ("LittleEndian", "UInt64")
    arrays, end = {}, start
    for element in root.iter("DataArray"):
        if element.get("type") == "String":
            letters = bytes(int(code) for code in element.text.split())
            arrays[element.get("Name")] = [word.decode() for word in letters.split(b"\0")[:-1]]
            assert len(arrays[element.get("Name")]) == int(element.get("NumberOfTuples"))
            continue
        at = start + int(element.get("offset"))
        size = int(np.frombuffer(content[at : at + 8], "<u8")[0])
        values = np.frombuffer(content[at + 8 : at + 8 + size], NUMBERS[element.get("type")])
        columns = int(element.get("NumberOfComponents", 1))
        arrays[element.get("Name")] = values.reshape(-1, columns) if columns > 1 else values
        end = at + 8 + size
    assert content[end:] == b"\n  </AppendedData>\n</VTKFile>\n"
    return root, arrays


@pytest.mark.parametrize("two_dimensional", [False, True])
def test_fields(fake_tissue, tmp_path, two_dimensional):
    snapshot = fake_tissue.snapshot(5, two_dimensional)
    root, arrays = read(write_fields(tmp_path / "a.vti", snapshot))
    nz, ny, nx = snapshot.definition.domain.shape
    image = root.find("ImageData")
    assert image.get("WholeExtent") == image.find("Piece").get("Extent") == f"0 {nx} 0 {ny} 0 {nz}"
    assert tuple(map(float, image.get("Origin").split())) == snapshot.definition.domain.low
    assert image.get("Spacing") == "20.0 20.0 20.0"
    for factor, level in zip(("oxygen", "debris"), snapshot.level, strict=True):
        np.testing.assert_array_equal(arrays[factor].reshape(nz, ny, nx), level)  # x fastest, as VTK has it
    assert [e.get("Name") for e in root.find(".//CellData")] == ["oxygen", "debris"]
    assert arrays["TimeValue"].tolist() == [60.0]


@pytest.mark.parametrize("cells", [0, 1, 40])
def test_cells(fake_tissue, tmp_path, cells):
    snapshot = fake_tissue.snapshot(cells)
    root, arrays = read(write_cells(tmp_path / "a.vtp", snapshot))
    piece = root.find("PolyData/Piece")
    assert piece.get("NumberOfPoints") == piece.get("NumberOfVerts") == str(cells)
    np.testing.assert_array_equal(arrays["position"].reshape(-1, 3), snapshot.position)
    np.testing.assert_array_equal(arrays["connectivity"], np.arange(cells))
    np.testing.assert_array_equal(arrays["offsets"], np.arange(cells) + 1)
    data = {element.get("Name"): arrays[element.get("Name")] for element in root.find(".//PointData")}
    assert {len(values) for values in data.values()} == {cells}
    np.testing.assert_array_equal(data["radius"], snapshot.radius)
    np.testing.assert_array_equal(data["dead"], snapshot.dead)
    np.testing.assert_array_equal(data["identifier"], snapshot.identifier)
    np.testing.assert_array_equal(data["velocity"].reshape(-1, 3), snapshot.cells["velocity"])
    np.testing.assert_array_equal(data["debris level"], snapshot.level_at_cells()[:, 1])


def test_names_behind_numbers(fake_tissue, tmp_path):
    snapshot = fake_tissue.with_names(fake_tissue.snapshot(8), "O2 <&>", "tümour")
    root, arrays = read(write_cells(tmp_path / "a.vtp", snapshot))
    assert arrays["type names"] == ["tümour", "hunter"]
    assert [arrays["phase names"][k] for k in arrays["phase"][:3]] == ["G0/G1", "live", "apoptotic"]
    assert "O2 <&> level" in {element.get("Name") for element in root.iter("DataArray")}


class TestSeries:
    @staticmethod
    def listed(folder, name):
        found = ElementTree.parse(folder / f"{name}.pvd").findall("Collection/DataSet")
        return [(float(element.get("timestep")), element.get("file")) for element in found]

    def test_index(self, fake_tissue, tmp_path):
        for number in range(3):
            indices = write_vtk(tmp_path / "vtk", fake_tissue.snapshot(4, time=6.0 * number), number)
        assert indices == [tmp_path / "vtk" / "fields.pvd", tmp_path / "vtk" / "cells.pvd"]
        times = (0.0, 6.0, 12.0)
        assert self.listed(tmp_path / "vtk", "cells") == [
            (t, f"cells_{k:08d}.vtp") for k, t in enumerate(times)
        ]
        assert self.listed(tmp_path / "vtk", "fields") == [
            (t, f"fields_{k:08d}.vti") for k, t in enumerate(times)
        ]

    def test_a_run_that_resumes_drops_what_was_later(self, fake_tissue, tmp_path):
        for number in range(4):
            write_vtk(tmp_path, fake_tissue.snapshot(4, time=6.0 * number), number)
        write_vtk(tmp_path, fake_tissue.snapshot(4, time=7.0), 1)
        assert [time for time, _ in self.listed(tmp_path, "cells")] == [0.0, 7.0]

    def test_a_damaged_index_is_an_error(self, fake_tissue, tmp_path):
        (tmp_path / "fields.pvd").write_text("<VTKFile>")
        with pytest.raises(PagetError, match=r"fields\.pvd: cannot be read"):
            write_vtk(tmp_path, fake_tissue.snapshot(4), 1)

    def test_a_full_disk_is_an_error_and_earlier_files_stay(self, fake_tissue, tmp_path, full_disk):
        write_vtk(tmp_path, fake_tissue.snapshot(4), 0)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with full_disk(5000), pytest.raises(PagetError, match="cannot be written"):
            write_vtk(tmp_path, fake_tissue.snapshot(300), 1)
        after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert after["cells.pvd"] == before["cells.pvd"]
        assert before.keys() - {"fields.pvd"} <= after.keys()
        assert not [name for name in after if name.endswith(".tmp")]

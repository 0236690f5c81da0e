"""Initial levels from CSV and from MATLAB level 4."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats.physicell.initial_field import read_initial_field, read_matrix
from paget.formats.physicell.mat4 import write_matrix
from paget.tissue.definition import Domain, Factor

BOX = Domain((0, 0, 0), (40, 60, 20), (20, 20, 20))
FACTORS = (Factor("oxygen", 1, 0, initial=38.0), Factor("drug", 1, 0, initial=1.0))
CENTRES = [(x, y, 10.0) for y in (10.0, 30.0, 50.0) for x in (10.0, 30.0)]


def rows(*values):
    return [
        ",".join(f"{number:g}" for number in (*place, *extra))
        for place, extra in zip(CENTRES, values, strict=True)
    ]


def write(path, lines):
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_header_names_the_factors(tmp_path):
    lines = ["x,y,z,drug", *rows(*[(n,) for n in range(6)])]
    level = read_initial_field(write(tmp_path / "i.csv", lines[:1] + lines[:0:-1]), "csv", BOX, FACTORS)
    assert level.shape == (2, 1, 3, 2)
    np.testing.assert_array_equal(level[1, 0], [[0, 1], [2, 3], [4, 5]])
    assert (level[0] == 38.0).all()


def test_without_a_header_columns_are_the_factors_in_order(tmp_path):
    level = read_initial_field(
        write(tmp_path / "i.csv", rows(*[(n, -n) for n in range(6)])), "CSV", BOX, FACTORS
    )
    np.testing.assert_array_equal(level.reshape(2, 6), [range(6), [0, -1, -2, -3, -4, -5]])


def test_matlab(tmp_path):
    table = np.array([(*place, n, 10 * n) for n, place in enumerate(CENTRES)])
    path = write_matrix(tmp_path / "i.mat", "m", 6, 5, [table.T])
    np.testing.assert_array_equal(read_matrix(path), table)
    level = read_initial_field(path, "matlab", BOX, FACTORS)
    np.testing.assert_array_equal(level[1].ravel(), [0, 10, 20, 30, 40, 50])


@pytest.mark.parametrize(("code", "kind"), [(10, "<f4"), (20, "<i4"), (30, "<i2"), (40, "<u2"), (50, "u1")])
def test_other_types_of_number(tmp_path, code, kind):
    values = np.arange(6).astype(kind)
    (tmp_path / "m.mat").write_bytes(struct.pack("<5I", code, 2, 3, 0, 1) + b"a" + values.tobytes())
    np.testing.assert_array_equal(read_matrix(tmp_path / "m.mat"), [[0, 2, 4], [1, 3, 5]])


HEADERS = [
    (b"MATLAB 5.0 MAT-file, and more", "is no MATLAB level 4 file of a full matrix"),
    (b"short", "too short"),
    (struct.pack("<5I", 1000, 1, 1, 0, 0) + bytes(8), "is no MATLAB level 4 file of a full matrix"),
    (struct.pack("<5I", 0, 1, 1, 1, 0) + bytes(16), "complex numbers"),
    (struct.pack("<5I", 0, 10, 10, 0, 0) + bytes(8), "ends too early"),
    (struct.pack("<5I", 0, 2**32 - 1, 2**32 - 1, 0, 0) + bytes(8), "ends too early"),
]


@pytest.mark.parametrize(("data", "message"), HEADERS)
def test_bad_matrices(tmp_path, data, message):
    (tmp_path / "m.mat").write_bytes(data)
    with pytest.raises(PagetError, match=message):
        read_matrix(tmp_path / "m.mat")


GOOD = rows(*[(n, 0) for n in range(6)])
BAD = [
    (GOOD[:-1], "needs one row for every voxel (found '5 rows'; allowed: 6)"),
    ([*GOOD, GOOD[0]], "i.csv:7: the same voxel twice"),
    (
        [*GOOD[:2], "30,30,10,0", *GOOD[4:]],
        "i.csv:3: wrong number of fields (found 4; allowed: 5: x, y, z and 2 factors",
    ),
    ([*GOOD[:5], "30,50,10,much,0"], "i.csv:6: is not a finite number (found 'much')"),
    ([*GOOD[:5], "30,50,10,inf,0"], "i.csv:6: is not a finite number (found 'inf')"),
    (
        ["x,y,z,oxigen", *GOOD],
        "i.csv:1: unknown substrate (found 'oxigen'; allowed: oxygen, drug). Did you mean",
    ),
    (["x,y,z,drug,drug", *GOOD], "the same substrate twice"),
    (["x,y,drug", *GOOD], "the header must begin with x,y,z"),
]


@pytest.mark.parametrize(("lines", "message"), BAD)
def test_bad_levels(tmp_path, lines, message):
    with pytest.raises(PagetError) as error:
        read_initial_field(write(tmp_path / "i.csv", lines), "csv", BOX, FACTORS)
    assert message in str(error.value)


def test_a_matrix_of_another_shape_and_another_type_of_file(tmp_path):
    path = write_matrix(tmp_path / "i.mat", "m", 6, 4, [np.zeros((4, 6))])
    with pytest.raises(PagetError, match=r"found '6 x 4'; allowed: 5 columns"):
        read_initial_field(path, "matlab", BOX, FACTORS)
    with pytest.raises(PagetError, match="unknown type of initial levels"):
        read_initial_field(path, "hdf5", BOX, FACTORS)

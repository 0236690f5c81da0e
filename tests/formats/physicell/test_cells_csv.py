"""Cells as CSV, versions 1 and 2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.formats.physicell.carried_over import CarriedOver
from paget.formats.physicell.cells_csv import parse_cells, population_of
from paget.formats.physicell.dictionary import dictionary_of
from paget.tissue.definition import Domain

TYPES = (("tumour", 4), ("T cell", 1))
NAMES = dictionary_of(("oxygen",), TYPES, ("marker",))
BOX = Domain((-50, -50, -50), (50, 50, 50), (20, 20, 20))


def parse(text):
    return parse_cells(text, "c.csv", TYPES, NAMES)


def test_version_1_knows_types_by_number():
    table = parse("1,2,3,4\n-1e1, .5 ,0,1\r\n\n")
    np.testing.assert_array_equal(table.position, [[1, 2, 3], [-10, 0.5, 0]])
    np.testing.assert_array_equal(table.kind, [0, 1])
    np.testing.assert_array_equal(table.line, [1, 2])


def test_version_2_has_columns_of_its_own():
    text = "X,Y,Z,type,volume,cycle entry,custom:marker\n0,0,0,tumour,2000,0.5\n1,1,1,T cell,skip,,-3\n"
    table = parse(text)
    np.testing.assert_array_equal(table.kind, [0, 1])
    np.testing.assert_array_equal(table.own["volume"], [2000, np.nan])
    np.testing.assert_array_equal(table.own["exit from cycle phase 0"], [0.5, np.nan])
    np.testing.assert_array_equal(table.own["custom:marker"], [np.nan, -3])


def test_no_cells():
    assert len(parse("").kind) == len(parse("x,y,z,type\n").kind) == len(parse("\n\n").kind) == 0


def test_columns_of_unknown_custom_variables_are_ignored_with_a_warning():
    report = CarriedOver()
    population = population_of(parse("x,y,z,type,custom:GFP\n0,0,0,tumour,5\n"), BOX, "c.csv", report)
    assert population.behaviours == {}
    assert "column custom:GFP is ignored" in report.warnings[0]


def test_cells_outside_are_left_out_with_a_warning():
    report = CarriedOver()
    rows = "\n".join(f"{x},0,0,4" for x in (0, 51, -50, 50, -51))
    population = population_of(parse(rows), BOX, "c.csv", report)
    np.testing.assert_array_equal(population.position[:, 0], [0, -50, 50])
    assert "2 cells lie outside the domain, left out (line 2, line 5)" in report.warnings[0]


BAD = [
    ("1,2,3\n", 1, "each line must be x,y,z,type ID (found '3 fields')"),
    ("0,0,0,4\n1,2,3,4,5\n", 2, "each line must be x,y,z,type ID"),
    ("0,0,0,4\n1,two,3,4\n", 2, "y: is not a finite number (found 'two')"),
    ("0,0,0,4\n1,2,nan,4\n", 2, "z: is not a finite number (found 'nan')"),
    ("0,0,0,4\n1_0,2,0,4\n", 2, "x: is not a finite number (found '1_0')"),
    ("0,0,0,2\n", 1, "unknown cell type ID (found '2'; allowed: 1, 4)"),
    ("0,0,0,4.5\n", 1, "unknown cell type ID"),
    ("x,y,z,kind\n", 1, "the header must begin with x,y,z,type"),
    ("x,y,type\n", 1, "the header must begin with x,y,z,type"),
    (
        "x,y,z,type,apotosis\n",
        1,
        "neither volume nor a behaviour (found 'apotosis'). Did you mean 'apoptosis'?",
    ),
    ("x,y,z,type,volume,volume\n", 1, "the same column twice"),
    ("x,y,z,type,cycle entry,exit from cycle phase 0\n", 1, "the same column twice"),
    (
        "x,y,z,type\n0,0,0,tumor\n",
        2,
        "type: unknown cell type (found 'tumor'; allowed: tumour, T cell). Did you mean",
    ),
    ("x,y,z,type\n0,0,0\n", 2, "wrong number of fields (found 3; allowed: 4 to 4, as the header)"),
    ("x,y,z,type\n0,0,0,tumour,1\n", 2, "wrong number of fields (found 5"),
    ("x,y,z,type,volume\n0,0,0,tumour,big\n", 2, "volume: is not a finite number (found 'big')"),
    ("x,y,z,type,volume\n0,0,0,tumour,0\n", 2, "volume: is out of bounds"),
    ("x,y,z,type,apoptosis\n0,0,0,tumour,-1\n", 2, "apoptosis: is out of bounds"),
    ("x,y,z,type,apoptosis\n0,0,0,tumour,1e999\n", 2, "apoptosis: is not a finite number"),
]


@pytest.mark.parametrize(("text", "line", "message"), BAD)
def test_bad_cells(text, line, message):
    with pytest.raises(PagetError) as error:
        parse(text)
    assert message in str(error.value)
    assert (error.value.file, error.value.line) == ("c.csv", line)


@given(st.text(alphabet="xyztype,tumour 0123.-e\n\r", max_size=100))
def test_any_text_is_cells_or_an_error(text):
    try:
        table = parse(text)
    except PagetError:
        return
    assert np.isfinite(table.position).all()


coordinates = st.floats(min_value=-1e6, max_value=1e6)
cell = st.tuples(coordinates, coordinates, coordinates, st.sampled_from([name for name, _ in TYPES]))
volumes = st.one_of(st.none(), st.floats(min_value=1e-3, max_value=1e6))


@given(st.lists(st.tuples(cell, volumes), max_size=12))
def test_what_is_written_is_read(rows):
    lines = [",".join([*(repr(c) for c in at[:3]), at[3], "" if v is None else repr(v)]) for at, v in rows]
    table = parse("\n".join(["x,y,z,type,volume", *lines]))
    assert table.position.tolist() == [list(at[:3]) for at, _ in rows]
    assert [TYPES[kind][0] for kind in table.kind] == [at[3] for at, _ in rows]
    assert [None if np.isnan(v) else v for v in table.own["volume"]] == [v for _, v in rows]

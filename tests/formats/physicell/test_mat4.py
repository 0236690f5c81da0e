"""MATLAB level-4 files: an independent reader finds the numbers, and the bytes are those of the format."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from paget.formats.physicell.mat4 import write_matrix

NAMES = st.from_regex(r"[a-z_]{1,30}", fullmatch=True)
MATRICES = arrays(
    np.float64,
    st.tuples(st.integers(0, 6), st.integers(1, 9)),
    elements=st.floats(allow_nan=True, allow_infinity=True, width=64),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(by_column=MATRICES, name=NAMES, cut=st.integers(0, 6))
def test_scipy_reads_what_was_written_bit_for_bit(tmp_path, by_column, name, cut):
    columns, rows = by_column.shape
    path = write_matrix(tmp_path / "a.mat", name, rows, columns, [by_column[:cut], by_column[cut:]])
    assert path.stat().st_size == 20 + len(name) + 8 * rows * columns
    found = scipy.io.loadmat(path)[name]
    assert found.shape == (rows, columns)
    assert found.T.tobytes() == by_column.tobytes()


def test_the_header_and_the_order_of_the_numbers(tmp_path):
    path = write_matrix(tmp_path / "a.mat", "cells", 2, 3, [np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])])
    content = path.read_bytes()
    assert struct.unpack("<5I", content[:20]) == (0, 2, 3, 0, 5)
    assert content[20:25] == b"cells"
    assert struct.unpack("<6d", content[25:]) == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


def test_any_memory_order_and_byte_order(tmp_path):
    numbers = np.arange(12.0).reshape(4, 3)
    for number, block in enumerate((numbers, np.asfortranarray(numbers), numbers.astype(">f8"))):
        path = write_matrix(tmp_path / f"{number}.mat", "a", 3, 4, [block])
        np.testing.assert_array_equal(scipy.io.loadmat(path)["a"].T, numbers)


@pytest.mark.parametrize(
    "rows, columns, block, message",
    [
        (2, 3, np.zeros((2, 2)), "2 columns instead of 3"),
        (2, 3, np.zeros((4, 2)), "4 columns instead of 3"),
        (2, 3, np.zeros((3, 4)), "rows"),
        (2, 3, np.zeros(6), "rows"),
        (2**32, 3, np.zeros((1, 1)), "at most"),
    ],
)
def test_a_matrix_that_does_not_add_up_leaves_no_file(tmp_path, rows, columns, block, message):
    with pytest.raises(ValueError, match=message):
        write_matrix(tmp_path / "a.mat", "a", rows, columns, [block])
    assert not list(tmp_path.iterdir())

"""MATLAB level-4 files with one matrix of float64, as PhysiCell writes and reads them.

Header of five little-endian uint32: 0 (double, full, little endian), rows, columns, 0 (real), length of the name; then
the name, without a NUL at its end, then the numbers by columns. `scipy.io.loadmat` and MATLAB read them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paget.formats.atomic import new_file

LARGEST = 2**32 - 1
"""Most rows or columns that the header can say."""


def write_matrix(
    path: Path, name: str, rows: int, columns: int, blocks: Iterable[npt.NDArray[np.float64]]
) -> Path:
    """Write a matrix piece by piece, so that it need not be in memory as a whole.

    Each block has some columns of the file as its own rows: shape (columns of the block, rows). Raises ValueError if
    the blocks do not add up to the shape announced, PagetError if the system refuses to write.
    """
    if max(rows, columns) > LARGEST:
        raise ValueError(f"a level-4 file has at most {LARGEST} rows and columns")
    title = name.encode("ascii")
    with new_file(path) as temporary, temporary.open("wb") as file:
        file.write(struct.pack("<5I", 0, rows, columns, 0, len(title)) + title)
        written = 0
        for block in blocks:
            if block.ndim != 2 or block.shape[1] != rows:
                raise ValueError(f"a block of shape {block.shape} in a matrix of {rows} rows")
            file.write(np.ascontiguousarray(block, dtype="<f8").data)
            written += block.shape[0]
        if written != columns:
            raise ValueError(f"{written} columns instead of {columns}")
    return path

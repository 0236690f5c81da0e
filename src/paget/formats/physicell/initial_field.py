"""Initial levels of factors from a file: one row for every voxel, as CSV or as a MATLAB level 4 matrix.

    x, y, z, level of the first factor, level of the second ...

A header of the CSV names its factors; without one the columns are the factors in order (PhysiCell means so, but its
reader never comes past the first line). Factors that are not in the file keep the one level of the settings file.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError, did_you_mean
from paget.formats.physicell.element import as_number
from paget.formats.physicell.safe_xml import read_bytes
from paget.formats.physicell.text_table import LARGEST, fields_of, numbered_lines, read_text
from paget.tissue.definition import Domain, Factor

_TYPES = {0: "<f8", 1: "<f4", 2: "<i4", 3: "<i2", 4: "<u2", 5: "u1"}
"""Types of number of MATLAB level 4, by the tens of the first word of the header."""


def read_initial_field(
    path: Path, kind: str, domain: Domain, factors: Sequence[Factor]
) -> npt.NDArray[np.float64]:
    """Levels at the start, shape (m, nz, ny, nx); `kind`: `csv` or `matlab`. Raises PagetError."""
    names = [factor.name for factor in factors]
    if kind.lower() == "csv":
        table, columns, lines = _csv(path, names)
    elif kind.lower() == "matlab":
        table = read_matrix(path)
        columns, lines = list(range(len(names))), None
        if table.ndim != 2 or table.shape[1] != 3 + len(names):
            raise PagetError(
                "needs one row per voxel and a column for x, y, z and each factor",
                file=str(path), found=f"{table.shape[0]} x {table.shape[1]}",
                allowed=f"{3 + len(names)} columns",
            )  # fmt: skip
    else:
        raise PagetError(
            "unknown type of initial levels", file=str(path), found=kind, allowed=("csv", "matlab")
        )
    return _fill(table, columns, lines, path, domain, factors)


def _fill(
    table: npt.NDArray[np.float64],
    columns: list[int],
    lines: list[int] | None,
    path: Path,
    domain: Domain,
    factors: Sequence[Factor],
) -> npt.NDArray[np.float64]:
    nz, ny, nx = domain.shape
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise PagetError(
            "is not a finite number", file=str(path), line=_line(lines, row), key=f"row {row + 1}"
        )
    steps = np.floor((table[:, :3] - domain.low) / domain.spacing).astype(np.int64)
    x, y, z = np.clip(steps, 0, np.array([nx, ny, nz]) - 1).T
    voxels = (z * ny + y) * nx + x
    order = np.argsort(voxels, kind="stable")
    again = np.flatnonzero(np.diff(voxels[order]) == 0)
    if len(again):
        row = int(order[again + 1].min())
        place = ", ".join(f"{value:g}" for value in table[row, :3])
        raise PagetError("the same voxel twice", file=str(path), line=_line(lines, row), found=place)
    if len(voxels) != nx * ny * nz:
        raise PagetError(
            "needs one row for every voxel",
            file=str(path),
            found=f"{len(voxels)} rows",
            allowed=f"{nx * ny * nz}",
        )
    levels = np.empty((len(factors), nx * ny * nz))
    levels[:] = np.array([factor.initial for factor in factors])[:, None]
    for at, factor in enumerate(columns):
        levels[factor, voxels] = table[:, 3 + at]
    return levels.reshape(len(factors), nz, ny, nx)


def _line(lines: list[int] | None, row: int) -> int | None:
    return None if lines is None else lines[row]


def _csv(path: Path, names: list[str]) -> tuple[npt.NDArray[np.float64], list[int], list[int]]:
    """Numbers, index of the factor of each column after z, line of each row."""
    lines = list(numbered_lines(read_text(path)))
    if not lines:
        raise PagetError("is empty", file=str(path))
    columns = list(range(len(names)))
    if lines[0][1].lstrip()[:1] in ("x", "X"):
        columns = _header(path, *lines[0], names)
        lines = lines[1:]
    table = np.empty((len(lines), 3 + len(columns)))
    for row, (number, line) in enumerate(lines):
        fields = fields_of(line)
        if len(fields) != table.shape[1]:
            raise PagetError(
                "wrong number of fields", file=str(path), line=number, found=len(fields),
                allowed=f"{table.shape[1]}: x, y, z and {len(columns)} factors",
            )  # fmt: skip
        for column, text in enumerate(fields):
            value = as_number(text)
            if value is None:
                raise PagetError("is not a finite number", file=str(path), line=number, found=text)
            table[row, column] = value
    return table, columns, [number for number, _ in lines]


def _header(path: Path, number: int, line: str, names: list[str]) -> list[int]:
    labels = [label.strip() for label in fields_of(line)]
    if [label.lower() for label in labels[:3]] != ["x", "y", "z"]:
        raise PagetError("the header must begin with x,y,z", file=str(path), line=number, found=line[:60])
    columns: list[int] = []
    for label in labels[3:]:
        if label not in names:
            near = did_you_mean(label, names)
            raise PagetError(
                "unknown substrate", file=str(path), line=number, found=label, allowed=names, suggestion=near
            )
        if names.index(label) in columns:
            raise PagetError("the same substrate twice", file=str(path), line=number, found=label)
        columns.append(names.index(label))
    return columns


def read_matrix(path: Path) -> npt.NDArray[np.float64]:
    """The one real, full, little-endian matrix of a MATLAB level 4 file. Raises PagetError for any other file."""
    data = read_bytes(path, LARGEST)
    if len(data) < 20:
        raise PagetError("is no MATLAB level 4 file: too short", file=str(path), found=f"{len(data)} bytes")
    form, rows, columns, imaginary, name_length = struct.unpack("<5I", data[:20])
    number = (form // 10) % 10
    if form >= 100 or form % 10 != 0 or number not in _TYPES:
        raise PagetError(
            "is no MATLAB level 4 file of a full matrix: save it with '-v4'", file=str(path), found=form
        )
    if imaginary:
        raise PagetError("is a matrix of complex numbers", file=str(path))
    kind = np.dtype(_TYPES[number])
    start = 20 + name_length
    size = rows * columns * kind.itemsize
    if len(data) < start + size:
        raise PagetError(
            "ends too early",
            file=str(path),
            found=f"{len(data)} bytes",
            allowed=f"{start + size} for {rows} x {columns}",
        )
    values = np.frombuffer(data, dtype=kind, count=rows * columns, offset=start)
    return values.reshape((rows, columns), order="F").astype(np.float64)

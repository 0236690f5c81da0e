"""Cells at the start as CSV: version 1 (`x,y,z,type number`, no header) and version 2 (header, type by name).

Version 2 may have further columns: `volume` and any behaviour. An empty field, or one that begins with s ("skip"),
keeps what the type has. Cells outside the domain are left out with a warning: PhysiCell keeps them, but they take part
in nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError, did_you_mean
from paget.formats.physicell.carried_over import DIFFERENT, WARNING, CarriedOver, counted
from paget.formats.physicell.dictionary import Dictionary
from paget.formats.physicell.element import NUMBER, as_number
from paget.formats.physicell.text_table import fields_of, numbered_lines, read_text
from paget.tissue.definition import Domain, Population

_AXES = ("x", "y", "z")


@dataclass
class CellTable:
    """Cells of one file, not yet looked at: n cells."""

    position: npt.NDArray[np.float64]
    """Shape (n, 3) (um)."""
    kind: npt.NDArray[np.int32]
    """Index of the cell type, shape (n,)."""
    line: npt.NDArray[np.int64]
    """Where each cell stands in the file, shape (n,)."""
    own: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    """`volume` and behaviours, NaN where the type decides; shape (n,) each."""
    ignored: tuple[str, ...] = ()
    """Columns of custom variables that no type has."""


def read_cells(path: Path, types: Sequence[tuple[str, int]], dictionary: Dictionary) -> CellTable:
    """Cells of a file of either version; `types`: names and IDs. Raises PagetError with file and line."""
    return parse_cells(read_text(path), str(path), types, dictionary)


def parse_cells(text: str, file: str, types: Sequence[tuple[str, int]], dictionary: Dictionary) -> CellTable:
    """Cells of a text; `file` is its name in messages."""
    lines = list(numbered_lines(text))
    if not lines:
        return CellTable(np.zeros((0, 3)), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))
    if lines[0][1].lstrip()[:1] in ("x", "X"):
        return _version_2(lines, file, types, dictionary)
    return _version_1(lines, file, types)


def _version_1(lines: list[tuple[int, str]], file: str, types: Sequence[tuple[str, int]]) -> CellTable:
    rows = [fields_of(line) for _, line in lines]
    for (number, _), fields in zip(lines, rows, strict=True):
        if len(fields) != 4:
            what = "each line must be x,y,z,type ID"
            raise PagetError(what, file=file, line=number, found=f"{len(fields)} fields")
    numbers = [number for number, _ in lines]
    values = _numbers(
        [list(column) for column in zip(*rows, strict=True)], numbers, file, (*_AXES, "type ID")
    )
    by_code = {code: at for at, (_, code) in enumerate(types)}
    kinds = np.empty(len(rows), dtype=np.int32)
    for at, code in enumerate(values[3]):
        if code not in by_code:
            raise PagetError(
                "unknown cell type ID",
                file=file,
                line=numbers[at],
                found=f"{code:g}",
                allowed=sorted(by_code),
            )
        kinds[at] = by_code[int(code)]
    return CellTable(np.column_stack(values[:3]), kinds, np.array(numbers, dtype=np.int64))


def _version_2(
    lines: list[tuple[int, str]], file: str, types: Sequence[tuple[str, int]], dictionary: Dictionary
) -> CellTable:
    labels = _labels(lines[0], file, dictionary)
    unknown = [
        at
        for at, label in enumerate(labels)
        if label.startswith("custom:") and label not in dictionary.behaviours
    ]
    numbers = [number for number, _ in lines[1:]]
    rows = [_row(line, number, file, len(labels)) for number, line in lines[1:]]
    columns: list[list[str]] = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in labels]
    values = _numbers(columns[:3], numbers, file, _AXES)
    own = {
        label: _own_values(columns[at], numbers, file, label)
        for at, label in enumerate(labels)
        if at > 3 and at not in unknown
    }
    kinds = _kinds(columns[3], numbers, file, [name for name, _ in types])
    ignored = tuple(labels[at] for at in unknown)
    return CellTable(np.column_stack(values), kinds, np.array(numbers, dtype=np.int64), own, ignored)


def _labels(header: tuple[int, str], file: str, dictionary: Dictionary) -> list[str]:
    """Canonical names of the columns."""
    number, line = header
    given = [label.strip() for label in fields_of(line)]
    if [label.lower() for label in given[:4]] != [*_AXES, "type"]:
        raise PagetError("the header must begin with x,y,z,type", file=file, line=number, found=line[:60])
    labels = [label.lower() for label in given[:4]]
    for label in given[4:]:
        if label == "volume":
            name = label
        elif label in dictionary.behaviours:
            name = dictionary.behaviours[label]
        elif label.startswith("custom:"):
            name = label
        else:
            near = did_you_mean(label, ["volume", *dictionary.behaviours])
            what = "unknown column: neither volume nor a behaviour"
            raise PagetError(what, file=file, line=number, found=label, suggestion=near)
        if name in labels:
            raise PagetError("the same column twice", file=file, line=number, found=label)
        labels.append(name)
    return labels


def _row(line: str, number: int, file: str, width: int) -> list[str]:
    """Fields of one line; those that are missing at its end are empty."""
    fields = line.split(",")
    if len(fields) > width:
        fields = fields_of(line)
    if not 4 <= len(fields) <= width:
        raise PagetError(
            "wrong number of fields",
            file=file,
            line=number,
            found=len(fields),
            allowed=f"4 to {width}, as the header",
        )
    return fields + [""] * (width - len(fields))


def _numbers(
    columns: list[list[str]], lines: list[int], file: str, names: Sequence[str]
) -> list[npt.NDArray[np.float64]]:
    """Columns as numbers; PagetError for the first field that is none."""
    result = []
    for name, column in zip(names, columns, strict=True):
        try:
            values = np.array(column, dtype=np.float64)
            good = bool(np.isfinite(values).all()) and not any("_" in text for text in column)
        except ValueError:
            good = False
        if not good:
            row = next(at for at, text in enumerate(column) if as_number(text) is None)
            raise PagetError(
                "is not a finite number", file=file, line=lines[row], key=name, found=column[row]
            )
        result.append(values)
    return result


def _own_values(column: list[str], lines: list[int], file: str, label: str) -> npt.NDArray[np.float64]:
    """Values of one further column, NaN where a field is empty or says to skip."""
    values = np.full(len(column), np.nan)
    least = (
        0.0 if not label.startswith(("chemotactic", "custom:")) and not label.endswith(" export") else -np.inf
    )
    for row, text in enumerate(column):
        word = text.strip()
        if not word or word[0] in "sS":
            continue
        if not NUMBER.fullmatch(word) or not np.isfinite(float(word)):
            raise PagetError("is not a finite number", file=file, line=lines[row], key=label, found=text)
        values[row] = float(word)
        if values[row] < least or (label == "volume" and values[row] == 0.0):
            raise PagetError("is out of bounds", file=file, line=lines[row], key=label, found=text)
    return values


def _kinds(column: list[str], lines: list[int], file: str, names: list[str]) -> npt.NDArray[np.int32]:
    index = {name: at for at, name in enumerate(names)}
    kinds = np.empty(len(column), dtype=np.int32)
    for row, name in enumerate(column):
        at = index.get(name)
        if at is None:
            raise PagetError(
                "unknown cell type", file=file, line=lines[row], key="type", found=name, allowed=names,
                suggestion=did_you_mean(name, names),
            )  # fmt: skip
        kinds[row] = at
    return kinds


def population_of(table: CellTable, domain: Domain, file: str, report: CarriedOver) -> Population:
    """The cells that lie in the domain, in the order of the file; what is left out goes into the report."""
    inside = ((table.position >= domain.low) & (table.position <= domain.high)).all(axis=1)
    if not inside.all():
        lines = [f"line {line}" for line in table.line[~inside]]
        number = "1 cell lies" if len(lines) == 1 else f"{len(lines)} cells lie"
        note = f"{number} outside the domain, left out ({counted(lines)}); "
        note += "PhysiCell keeps such cells without letting them take part"
        report.add(WARNING, file, int(table.line[~inside][0]), "cells", note)
    for label in table.ignored:
        note = f"column {label} is ignored, as PhysiCell does: no cell definition has this custom variable"
        report.add(WARNING, file, 1, "cells", note)
    position = table.position[inside]
    if domain.two_dimensional and position[:, 2].any():
        note = "two dimensions: all cells are put at z = 0; PhysiCell leaves them at their z within the layer"
        report.add(DIFFERENT, file, None, "cells", note)
        position = position * (1.0, 1.0, 0.0)
    own = {label: values[inside] for label, values in table.own.items()}
    own = {label: values for label, values in own.items() if not np.isnan(values).all()}
    volume = own.pop("volume", None)
    return Population(position, table.kind[inside], volume, own)


def join(populations: Sequence[Population]) -> Population:
    """Several populations as one, in order."""
    if not populations:
        return Population(np.zeros((0, 3)), np.zeros(0, dtype=np.int32))
    names = {name for population in populations for name in population.behaviours}
    volumes = None
    if any(population.volume is not None for population in populations):
        volumes = np.concatenate([_or_nothing(p, p.volume) for p in populations])
    return Population(
        np.concatenate([p.position for p in populations]),
        np.concatenate([p.kind for p in populations]),
        volumes,
        {
            name: np.concatenate([_or_nothing(p, _column(p.behaviours, name)) for p in populations])
            for name in sorted(names)
        },
    )


def _column(columns: Mapping[str, npt.NDArray[np.float64]], name: str) -> npt.NDArray[np.float64] | None:
    return columns.get(name)


def _or_nothing(population: Population, values: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
    return np.full(len(population.kind), np.nan) if values is None else values

"""An XLSX workbook laid out as laboratories paste data into their plotting program.

One sheet per endpoint: columns are arms, rows are animals. One sheet more for an endpoint that is read on several days:
rows are days, columns are animals grouped by arm. Survival: days, then one column per arm with 1 for a death and 0 for
an animal that left alive. All numbers are of the central parameters; the first sheet says that they are simulated.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from openpyxl import Workbook

_LONGEST_NAME = 31
_ILLEGAL = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
WORKBOOK = "tables.xlsx"


def write_workbook(result: Any, folder: Path) -> Path:
    """Write `tables.xlsx` into `folder`."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    arms = [arm.name for arm in result.design.arms]
    names = _SheetNames()
    endpoints = result.endpoints[result.endpoints["draw"] == 0]
    _about(book, names("About"), result, endpoints)
    for endpoint, rows in endpoints.groupby("endpoint", sort=False, observed=True):
        if endpoint != "survival":
            _by_arm(book, names(endpoint), rows, arms)
    _survival(book, names("survival"), result.survival, arms)
    for endpoint, rows in _repeated(result.measurements):
        _by_day(book, names(f"{endpoint} by day"), rows, arms)
    path = Path(folder) / WORKBOOK
    book.save(path)
    return path


class _SheetNames:
    """Turns titles into legal sheet names: at most 31 characters, none forbidden, no two the same."""

    def __init__(self) -> None:
        self._used: set[str] = {"history"}  # a name that the program keeps for itself

    def __call__(self, title: str) -> str:
        plain = " ".join(title.translate(_ILLEGAL).split()).strip("'") or "sheet"
        name, number = plain[:_LONGEST_NAME].strip(), 2
        while name.casefold() in self._used:
            ending = f" {number}"
            name = plain[: _LONGEST_NAME - len(ending)].strip() + ending
            number += 1
        self._used.add(name.casefold())
        return name


def _about(book: Workbook, name: str, result: Any, endpoints: pd.DataFrame) -> None:
    sheet = book.create_sheet(name)
    provenance = getattr(result, "provenance", None) or {}
    rows: list[list[Any]] = [
        ["Simulated data: no animal was used. Research software, not for clinical decisions."],
        ["Trial", result.design.name],
        ["Seed", provenance.get("seed")],
        ["Paget", provenance.get("paget")],
        ["Model", provenance.get("model_hash")],
        [],
        ["Endpoint", "Unit"],
        *([e, u] for e, u in zip(*_units(endpoints), strict=True)),
    ]
    for row in rows:
        sheet.append(row)


def _units(endpoints: pd.DataFrame) -> tuple[list[str], list[str]]:
    first = endpoints.drop_duplicates("endpoint")
    return first["endpoint"].astype(str).tolist(), first["unit"].astype(str).tolist()


def _by_arm(book: Workbook, name: str, rows: pd.DataFrame, arms: list[str]) -> None:
    """Columns are arms, rows are animals."""
    wide = _wide(rows, "animal", ["arm"]).reindex(columns=arms)
    sheet = book.create_sheet(name)
    sheet.append([f"animal ({rows['unit'].iloc[0]})", *arms])
    for animal, values in zip(wide.index, wide.to_numpy(dtype=float), strict=True):
        sheet.append([int(animal), *_cells(values)])


def _survival(book: Workbook, name: str, survival: pd.DataFrame, arms: list[str]) -> None:
    """Days, and in the column of the animal's arm 1 (death) or 0 (left alive)."""
    sheet = book.create_sheet(name)
    sheet.append(["day (1 death, 0 left alive)", *arms])
    column_of = {arm: column for column, arm in enumerate(arms)}
    central = survival[survival["draw"] == 0] if len(survival) else survival
    for arm, day, event in zip(central["arm"], central["day"], central["event"], strict=True):
        if arm in column_of:
            row: list[Any] = [float(day), *[None] * len(arms)]
            row[1 + column_of[arm]] = int(event)
            sheet.append(row)


def _repeated(measurements: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Endpoints whose readings by day come on more than one day for some animal."""
    table = measurements[measurements["draw"] == 0]
    if "matching" in table.columns:
        table = table[table["matching"] == "day"]
    for endpoint, rows in table.groupby("endpoint", sort=False, observed=True):
        if rows.groupby(["arm", "animal"], observed=True)["day"].nunique().max() > 1:
            yield str(endpoint), rows


def _by_day(book: Workbook, name: str, rows: pd.DataFrame, arms: list[str]) -> None:
    """Rows are days, columns are animals grouped by arm (first header row) and number (second)."""
    wide = _wide(rows, "day", ["arm", "animal"])
    order = [key for arm in arms for key in wide.columns if key[0] == arm]
    wide = wide[order]
    sheet = book.create_sheet(name)
    sheet.append([f"arm ({rows['unit'].iloc[0]})", *(arm for arm, _ in order)])
    sheet.append(["day", *(int(animal) for _, animal in order)])
    for day, values in zip(wide.index, wide.to_numpy(dtype=float), strict=True):
        sheet.append([float(day), *_cells(values)])


def _wide(rows: pd.DataFrame, down: str, across: list[str]) -> pd.DataFrame:
    """Values with `down` in the rows and `across` in the columns; a row of lost animals stays, empty."""
    keys = [down, *across]
    return rows.drop_duplicates(keys).set_index(keys)["value"].unstack(across).sort_index()


def _cells(values: np.ndarray) -> list[float | None]:
    """Numbers as they are, empty cells where none is known."""
    return [float(value) if np.isfinite(value) else None for value in values]

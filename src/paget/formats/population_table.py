"""Table of a tissue over time: how many cells of each type are alive and dead, and the levels of the factors.

One row for each time, in CSV. A row depends on the state of the tissue alone; a run that resumes cuts the rows that
are later than its checkpoint and writes them again, with the same bits.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.errors import PagetError
from paget.formats.atomic import write_text
from paget.formats.checkpoint import writing_to

if TYPE_CHECKING:
    import pandas as pd

NAME = "population.csv"
TIME = "time_min"


def population_columns(types: Sequence[str], factors: Sequence[str]) -> list[str]:
    """Names of the columns: time (min), counts of all cells, mean pressure; counts by type; levels by factor."""
    columns = [TIME, "cells", "live", "apoptotic", "necrotic", "mean pressure"]
    for name in types:
        columns += [f"{name} live", f"{name} dead"]
    for name in factors:
        columns += [f"{name} mean", f"{name} minimum", f"{name} at live cells"]
    return columns


def population_row(simulation: Any) -> list[float | int]:
    """The values at this moment, in the order of `population_columns`.

    `mean` and `minimum` of a factor are over voxels, `at live cells` is the mean over the live cells; the mean
    pressure is over live cells. Means over no cell are empty (NaN).
    """
    from paget.tissue.cells import ABSENT, DEAD, NECROTIC

    cells = simulation.cells
    here = (cells["flags"] & ABSENT) == 0
    dead = here & ((cells["flags"] & DEAD) != 0)
    live = here & ~dead
    necrotic = int((dead & (cells["model"] == NECROTIC)).sum())
    row: list[float | int] = [round(float(simulation.time), 6), int(here.sum()), int(live.sum())]
    row += [int(dead.sum()) - necrotic, necrotic, _mean(cells["pressure"][live])]
    n_types = len(simulation.definition.cell_types)
    alive, gone = (np.bincount(cells["kind"][which], minlength=n_types) for which in (live, dead))
    for number in range(n_types):
        row += [int(alive[number]), int(gone[number])]
    for level in simulation.fields.level:
        row += [float(level.mean()), float(level.min()), _mean(level.ravel()[cells["voxel"][live]])]
    return row


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


class PopulationTable:
    """The table of a run that is under way, row by row in a file."""

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        self.path = folder / NAME
        self.columns = list(columns)

    def start(self, before: float = -1.0) -> None:
        """Begin the file, or keep of what is there the rows no later than `before` (min)."""
        kept = [row for row in self._rows() if float(row[0]) <= before + 1e-6]
        with writing_to(self.path):
            write_text(self.path, _text([self.columns, *kept]))

    def append(self, row: Sequence[float | int]) -> None:
        """Add one row."""
        with writing_to(self.path), self.path.open("a", encoding="utf-8", newline="") as stream:
            stream.write(_text([["" if value != value else repr(value) for value in row]]))

    def _rows(self) -> list[list[str]]:
        """Whole rows of the file; the last one may be torn."""
        if not self.path.exists():
            return []
        whole = self.path.read_text(encoding="utf-8").rpartition("\n")[0]
        rows = list(csv.reader(io.StringIO(whole)))
        return (
            [row for row in rows[1:] if len(row) == len(self.columns)] if rows[:1] == [self.columns] else []
        )


def _text(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def read_population(folder: Path | str) -> pd.DataFrame:
    """The table of a run folder as a data frame; PagetError if there is none."""
    import pandas as pd

    path = Path(folder) / NAME
    try:
        return pd.read_csv(path)
    except FileNotFoundError:
        raise PagetError("is no folder of a tissue: there is no population.csv", file=folder) from None
    except (OSError, ValueError) as error:
        raise PagetError(f"cannot be read: {error}", file=path) from error

"""Table of a tissue over time: cells of each type that are alive and dead, their reach, pressure and levels.

One row for each time and cell type, and one for `all` types:

    time_min                            simulated time
    type                                name of the cell type, or `all`
    live, apoptotic, necrotic, total    numbers of cells
    max_radius_um                       largest distance of a cell from the centre of the domain
    mean_pressure                       over the cells of the row, dead ones included
    FACTOR mean, FACTOR minimum         levels at the cells of the row, in the unit of the factor

Values of no cell are empty. While a run is under way the table is `population.csv`, which grows row by row; a row
depends on the state of the tissue alone, and a run that resumes cuts what is later than its checkpoint and writes it
again with the same bits. At the end `population.parquet` has the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.formats.atomic import new_file, write_text, writing_to
from paget.tissue.cells import ABSENT, DEAD, NECROTIC

if TYPE_CHECKING:
    import pandas as pd

NAME = "population.csv"
COMPLETE = "population.parquet"
TIME = "time_min"
ALL = "all"
COUNTS = ("live", "apoptotic", "necrotic", "total")

Row = list[float | int | str]


def population_columns(factors: Sequence[str]) -> list[str]:
    """Names of the columns."""
    levels = [f"{name} {what}" for name in factors for what in ("mean", "minimum")]
    return [TIME, "type", *COUNTS, "max_radius_um", "mean_pressure", *levels]


def population_rows(simulation: Any) -> list[Row]:
    """The rows of this moment, `all` first, in the order of `population_columns`."""
    cells, domain = simulation.cells, simulation.definition.domain
    here = np.flatnonzero((cells["flags"] & ABSENT) == 0)
    centre = (np.array(domain.low) + np.array(domain.high)) / 2.0
    facts = {
        "kind": cells["kind"][here],
        "dead": (cells["flags"][here] & DEAD) != 0,
        "necrotic": cells["model"][here] == NECROTIC,
        "distance": np.sqrt(((cells["place"][here, :3] - centre) ** 2).sum(axis=1)),
        "pressure": cells["pressure"][here],
    }
    fields = simulation.fields.level.reshape(len(simulation.definition.factors), int(np.prod(domain.shape)))
    levels = [level[cells["voxel"][here]] for level in fields]
    time = round(float(simulation.time), 6)
    rows: list[Row] = [[time, ALL, *_row(slice(None), facts, levels)]]
    for number, kind in enumerate(simulation.definition.cell_types):
        rows.append([time, kind.name, *_row(facts["kind"] == number, facts, levels)])
    return rows


def _row(
    which: Any, facts: dict[str, npt.NDArray], levels: list[npt.NDArray[np.float64]]
) -> list[float | int]:
    """Numbers of some cells."""
    dead, necrotic = facts["dead"][which], facts["necrotic"][which]
    of_necrosis = int((dead & necrotic).sum())
    of_apoptosis = int(dead.sum()) - of_necrosis
    counts = [len(dead) - of_apoptosis - of_necrosis, of_apoptosis, of_necrosis, len(dead)]
    found = [level[which] for level in levels]
    at_cells = [number for level in found for number in (_of(np.mean, level), _of(np.min, level))]
    return [*counts, _of(np.max, facts["distance"][which]), _of(np.mean, facts["pressure"][which]), *at_cells]


def _of(function: Any, values: npt.NDArray[np.float64]) -> float:
    return float(function(values)) if values.size else float("nan")


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

    def append(self, rows: Sequence[Row]) -> None:
        """Add the rows of one moment."""
        text = _text([[_shown(value) for value in row] for row in rows])
        with writing_to(self.path), self.path.open("a", encoding="utf-8", newline="") as stream:
            stream.write(text)

    def finish(self) -> Path:
        """Write the Parquet file of the whole table; returns it."""
        path = self.path.with_name(COMPLETE)
        frame = read_population(self.path.parent)
        with new_file(path) as temporary:
            frame.to_parquet(temporary, index=False)
        return path

    def _rows(self) -> list[list[str]]:
        """Whole rows of the file; the last one may be torn."""
        if not self.path.exists():
            return []
        whole = self.path.read_text(encoding="utf-8").rpartition("\n")[0]
        rows = list(csv.reader(io.StringIO(whole)))
        if rows[:1] != [self.columns]:
            return []
        return [row for row in rows[1:] if len(row) == len(self.columns)]


def _shown(value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    return "" if value != value else repr(value)


def _text(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def read_population(folder: Path | str) -> pd.DataFrame:
    """The table of a run folder as a data frame; PagetError if there is none."""
    import pandas as pd

    path = Path(folder) / NAME
    try:
        return pd.read_csv(path, dtype={"type": str}, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise PagetError("is no folder of a tissue: there is no population.csv", file=folder) from None
    except (OSError, ValueError) as error:
        raise PagetError(f"cannot be read: {error}", file=path) from error

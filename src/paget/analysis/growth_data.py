"""Tumour volumes of many animals over time: reading, holding, and leaving out what a laboratory would not have seen.

A file has one reading per line in the columns `ID` (animal), `Time` (day after injection) and `Observation` (mm3),
separated by tabs or commas. A reading of 0 means that no tumour was felt: it carries no volume and is kept as missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from paget.errors import PagetError, did_you_mean

FloatArray = npt.NDArray[np.float64]

COLUMNS = ("ID", "Time", "Observation")


@dataclass(frozen=True)
class Volumes:
    """Readings of all animals; rows are filled up with NaN."""

    animals: tuple[str, ...]
    """Name of each animal."""
    days: FloatArray
    """Day of each reading, shape (animals, most readings); NaN where there is none."""
    volumes: FloatArray
    """Volume (mm3), the same shape; NaN where there is none or nothing was felt."""

    @property
    def readings(self) -> int:
        """Readings that carry a volume."""
        return int(np.isfinite(self.volumes).sum())

    @property
    def not_felt(self) -> int:
        """Readings at which no tumour was felt."""
        return int((np.isfinite(self.days) & np.isnan(self.volumes)).sum())

    def of_animals(self, rows: Sequence[int]) -> Volumes:
        """The readings of some animals, by row."""
        return Volumes(tuple(self.animals[row] for row in rows), self.days[rows], self.volumes[rows])


def read_volumes(path: Path | str) -> Volumes:
    """Read a file of volumes.

    Raises PagetError for a file that is missing or empty, lacks a column, or holds something that is not a day >= 0 or
    a volume >= 0, the same animal and day twice, or no volume at all.
    """
    frame = _table(Path(path))
    _check_numbers(frame, path)
    repeated = frame.duplicated(["ID", "Time"])
    if repeated.any():
        line = int(np.flatnonzero(repeated)[0])
        raise PagetError("the same animal and day twice", file=path, line=line + 2, found=frame["ID"][line])
    if not (frame["Observation"] > 0).any():
        raise PagetError("no volume above 0", file=path, key="Observation")
    return _padded(frame)


def _table(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, sep=r"[\t,]", engine="python", dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError:
        raise PagetError("the file is empty", file=path) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PagetError("the file cannot be read", file=path, found=reason) from None
    for column in COLUMNS:
        if column not in frame:
            found = [str(name) for name in frame.columns]
            near = did_you_mean(column, found)
            raise PagetError("a column is missing", file=path, key=column, found=found, suggestion=near)
    if frame.empty:
        raise PagetError("the file has no readings", file=path)
    return frame[list(COLUMNS)].copy()


def _check_numbers(frame: pd.DataFrame, path: Path | str) -> None:
    """Turn days and volumes into numbers, in place."""
    for column, meaning in (("Time", "a day >= 0"), ("Observation", "a volume >= 0 (mm3)")):
        numbers = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64)
        bad = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
        if bad.size:
            line = int(bad[0])
            raise PagetError(
                "not a number that makes sense",
                file=path,
                line=line + 2,
                key=column,
                found=frame[column][line],
                allowed=meaning,
            )
        frame[column] = numbers


def _padded(frame: pd.DataFrame) -> Volumes:
    groups = [(name, rows.sort_values("Time")) for name, rows in frame.groupby("ID", sort=False)]
    longest = max(len(rows) for _, rows in groups)
    days, volumes = np.full((2, len(groups), longest), np.nan)
    for index, (_, rows) in enumerate(groups):
        days[index, : len(rows)] = rows["Time"]
        volumes[index, : len(rows)] = rows["Observation"]
    volumes[volumes == 0.0] = np.nan
    return Volumes(tuple(str(name) for name, _ in groups), days, volumes)


def on_days(days: Sequence[float], volumes: FloatArray) -> Volumes:
    """Volumes (mm3), shape (animals, days), that were all read on the same days; 0 and NaN: nothing felt."""
    read = np.where(volumes > 0.0, volumes, np.nan)
    every = np.tile(np.asarray(days, dtype=np.float64), (len(read), 1))
    return Volumes(tuple(str(row + 1) for row in range(len(read))), every, read)


def drop_out(volumes: Volumes, limit: float) -> Volumes:
    """The same animals, each taken out after its first reading of at least `limit` (mm3)."""
    large = np.nan_to_num(volumes.volumes) >= limit
    gone = np.cumsum(large, axis=1) - large > 0  # strictly after the first large reading
    days, read = volumes.days.copy(), volumes.volumes.copy()
    days[gone], read[gone] = np.nan, np.nan
    return Volumes(volumes.animals, days, read)

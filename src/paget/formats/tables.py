"""Tables of a finished trial: tidy CSV and Parquet of every frame.

One file per frame in `tables/`; units are in a column of their own. Empty cells are values that are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from paget.errors import PagetError

FRAMES = (
    "measurements",
    "endpoints",
    "contrasts",
    "survival",
    "funnel",
    "series",
    "lesions",
    "passages",
    "blood",
)
TABLES = "tables"


def write_tables(result: Any, folder: Path) -> list[Path]:
    """Write each frame of the result as `tables/NAME.csv` and `tables/NAME.parquet`; returns the files."""
    frames = {name: getattr(result, name, None) for name in FRAMES}
    return write_frames({name: frame for name, frame in frames.items() if frame is not None}, folder)


def write_frames(frames: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each frame as `tables/NAME.csv` and `tables/NAME.parquet`; returns the files."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    place = Path(folder) / TABLES
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for name, frame in frames.items():
        table = pa.Table.from_pandas(_plain(frame), preserve_index=False)
        parquet.write_table(table, place / f"{name}.parquet")
        csv.write_csv(_without_nulls_of_no_type(table), place / f"{name}.csv")
        written += [place / f"{name}.csv", place / f"{name}.parquet"]
    return written


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Categories as plain text: other programs read it more widely, and Parquet packs it just as well."""
    coded = [column for column in frame.columns if isinstance(frame[column].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(coded, str)) if coded else frame


def _without_nulls_of_no_type(table: Any) -> Any:
    """A frame without rows has columns of Arrow's null type, which its CSV writer does not know."""
    import pyarrow as pa

    fields = [pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))


def read_tables(folder: Path, names: Iterable[str] = FRAMES) -> dict[str, pd.DataFrame]:
    """The frames of a run folder, from its Parquet files. Raises PagetError if one is missing or not readable."""
    import pyarrow as pa
    from pyarrow import parquet

    frames = {}
    for name in names:
        path = Path(folder) / TABLES / f"{name}.parquet"
        try:
            frames[name] = parquet.read_table(path).to_pandas()
        except FileNotFoundError:
            raise PagetError("a table of the run is missing", file=path) from None
        except (OSError, pa.ArrowException) as error:
            raise PagetError(f"a table of the run cannot be read: {error}", file=path) from error
    return frames

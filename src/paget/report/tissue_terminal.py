"""The end of a tissue run on a terminal: cells of each type and levels of factors, at the start and at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.formats.population import ALL
from paget.report.numbers import short
from paget.report.words import RESEARCH_ONLY

if TYPE_CHECKING:
    import pandas as pd

_HEADS = ("cell type", "live at start", "live at end", "apoptotic", "necrotic")


def terminal_populations(table: pd.DataFrame) -> str:
    """Text with a row for each cell type that there ever was, and one for each factor.

    table: as `paget.formats.population.read_population` gives it.
    """
    first, last = table["time_min"].iloc[0], table["time_min"].iloc[-1]
    start = table[table["time_min"] == first].set_index("type")
    end = table[table["time_min"] == last].set_index("type")
    ever = table.groupby("type", sort=False)["total"].max()
    kinds = [name for name in ever.index if name != ALL and ever[name] > 0]
    if len(kinds) != 1:
        kinds.append(ALL)
    rows = [
        [
            name,
            f"{start.loc[name, 'live']:,}",
            *(f"{end.loc[name, key]:,}" for key in ("live", "apoptotic", "necrotic")),
        ]
        for name in kinds
    ]
    lines = [f"After {_time(last)}:", "", *_aligned([list(_HEADS), *rows])]
    factors = [name.removesuffix(" mean") for name in table.columns if name.endswith(" mean")]
    if factors:
        levels = [
            [name, short(start.loc[ALL, f"{name} mean"]), short(end.loc[ALL, f"{name} mean"]),
             short(end.loc[ALL, f"{name} minimum"])]
            for name in factors
        ]  # fmt: skip
        lines += [
            "",
            *_aligned([["level at cells", "mean at start", "mean at end", "least at end"], *levels]),
        ]
    return "\n".join([*lines, "", RESEARCH_ONLY])


def _time(minutes: float) -> str:
    for unit, length in (("days", 1440.0), ("hours", 60.0)):
        if minutes >= 3 * length:
            return f"{minutes / length:.4g} {unit}"
    return f"{minutes:.4g} minutes"


def _aligned(rows: list[list[str]]) -> list[str]:
    """First column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]))
    return lines

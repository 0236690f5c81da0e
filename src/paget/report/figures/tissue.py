"""The end of a tissue run in one figure: cells over time, reach, pressure, and levels at the cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.formats.atomic import writing_to
from paget.formats.population import ALL
from paget.report.figures.slices import TYPE_COLOURS
from paget.report.numbers import label
from paget.report.render import FigureFiles
from paget.report.style import INK, drawing, new_figure, quiet_grid

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 3
MOST_FACTORS = 9
"""Factors that get an axes of their own."""


def save_summary(folder: Path, table: pd.DataFrame, units: Mapping[str, str], title: str = "") -> Path:
    """Write `tissue_summary` as `tissue.png` and `tissue.svg`; returns the PNG. PagetError if the system refuses."""
    axes = tissue_summary(table, units, title)
    with writing_to(folder), FigureFiles(folder) as files:
        files.save(axes, "tissue")
    return folder / "tissue.png"


def tissue_summary(table: pd.DataFrame, units: Mapping[str, str], title: str = "") -> np.ndarray:
    """Numbers of cells by type, distance of the outermost cell from the centre, mean pressure, mean levels at cells.

    table: as `paget.formats.population.read_population` gives it. units: of the levels, by factor. Returns the axes.
    """
    factors = [name.removesuffix(" mean") for name in table.columns if name.endswith(" mean")][:MOST_FACTORS]
    count = 3 + len(factors)
    columns = min(count, COLUMNS)
    rows = -(-count // columns)
    figure = new_figure(3.4 * columns, 2.7 * rows)
    scale, unit = time_scale(float(table["time_min"].max()))
    with drawing():
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        types = [str(name) for name in table["type"].unique() if name != ALL]
        _numbers(axes[0], table, types, scale)
        _lines(axes[1], table, types, "max_radius_um", scale)
        axes[1].set_ylabel("Outermost cell (µm)")
        _lines(axes[2], table, types, "mean_pressure", scale)
        axes[2].set_ylabel("Mean pressure")
        for ax, factor in zip(axes[3:], factors, strict=False):
            _lines(ax, table, types, f"{factor} mean", scale)
            ax.set_ylabel(label(f"{factor} at cells", _printed(units.get(factor, ""))))
        for ax in axes[:count]:
            ax.set_xlabel(f"Time ({unit})")
            ax.set_xlim(left=0.0)
            _from_zero(ax)
            quiet_grid(ax)
        for ax in axes[count:]:
            ax.set_visible(False)
        if title:
            figure.suptitle(title, x=0.01, horizontalalignment="left", fontsize=11, fontweight="bold")
        _legend(figure, types)
    return axes[:count]


def time_scale(last: float) -> tuple[float, str]:
    """Minutes in the unit that suits a run of so many minutes, and its name."""
    if last <= 180.0:
        return 1.0, "min"
    return (60.0, "h") if last <= 4 * 1440.0 else (1440.0, "d")


def _numbers(ax: Axes, table: pd.DataFrame, types: list[str], scale: float) -> None:
    """Living cells of each type as a line, dead ones as a dotted line."""
    for number, name in enumerate(types):
        rows = table[table["type"] == name]
        colour = TYPE_COLOURS[number % len(TYPE_COLOURS)]
        ax.plot(rows["time_min"] / scale, rows["live"], color=colour, linewidth=2.0)
        dead = rows["apoptotic"] + rows["necrotic"]
        if dead.any():
            ax.plot(rows["time_min"] / scale, dead, color=colour, linewidth=1.4, linestyle=(0, (1, 1.5)))
    ax.set_ylabel("Cells")


def _lines(ax: Axes, table: pd.DataFrame, types: list[str], column: str, scale: float) -> None:
    """Each type in its colour; all of them in ink where there is more than one."""
    for number, name in enumerate(types):
        rows = table[table["type"] == name]
        colour = TYPE_COLOURS[number % len(TYPE_COLOURS)]
        ax.plot(rows["time_min"] / scale, rows[column], color=colour, linewidth=1.6)
    if len(types) > 1:
        rows = table[table["type"] == ALL]
        ax.plot(rows["time_min"] / scale, rows[column], color=INK, linewidth=1.0, linestyle=(0, (4, 2)))


def _from_zero(ax: Axes) -> None:
    """Start the vertical axis at 0 where nothing lies below."""
    lowest = min(
        (np.nanmin(y) for y in (line.get_ydata() for line in ax.lines) if np.isfinite(y).any()), default=0.0
    )
    if lowest >= 0.0:
        ax.set_ylim(bottom=0.0)


def _printed(unit: str) -> str:
    return "" if unit == "dimensionless" else unit


def _legend(figure: Any, types: list[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=TYPE_COLOURS[number % len(TYPE_COLOURS)], linewidth=2.0, label=name)
        for number, name in enumerate(types)
    ]
    if len(types) > 1:
        handles.append(Line2D([], [], color=INK, linewidth=1.0, linestyle=(0, (4, 2)), label="all types"))
    handles.append(Line2D([], [], color=INK, linewidth=1.4, linestyle=(0, (1, 1.5)), label="dead"))
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 5), fontsize=8.5)

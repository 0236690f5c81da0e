"""Growth of the primary: every animal a thin line, the median of its arm a thick one, two kinds of band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paget.report.curves import Readings, band_of_medians, readings
from paget.report.numbers import label, tick
from paget.report.style import (
    FAINT,
    MOST_ANIMALS_DRAWN,
    ArmStyle,
    arm_names,
    arm_styles,
    axes_or_new,
    day_axis,
    drawing,
    new_figure,
    quiet_grid,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VOLUME = "primary volume"


def growth_curves(result: Any, ax: Axes | None = None, endpoint: str = VOLUME, log: bool = False) -> Axes:
    """All arms on one axes: animals thin, medians thick. Bands are in `growth_panels`, where they do not overlap.

    A cross marks an animal that left early. Its last reading stays in the median, which is drawn while at least half of
    the arm is still measured.
    """
    ax = axes_or_new(ax, 7.2, 4.4)
    found = readings(result.measurements, endpoint)
    names = arm_names(result)
    styles = arm_styles(names)
    with drawing():
        for name in names:
            if (name, 0) in found:
                _animals(ax, found[name, 0], styles[name], alpha=0.28)
        for name in names:
            if (name, 0) in found:
                _median(ax, found[name, 0], styles[name], name)
        _finish(ax, result, endpoint, log)
        if ax.get_legend_handles_labels()[0]:
            ax.legend(loc="upper left", handlelength=2.2)
    return ax


def growth_panels(result: Any, endpoint: str = VOLUME, log: bool = True) -> np.ndarray:
    """One axes per arm: animals, median, band between animals (filled), band from parameters (hatched).

    The reference arm's median is repeated in grey. Returns the array of axes.
    """
    names, found = arm_names(result), readings(result.measurements, endpoint)
    styles = arm_styles(names)
    columns = min(len(names), 4)
    rows = -(-len(names) // columns)
    figure = new_figure(max(2.6 * columns, 4.0), 2.9 * rows)
    with drawing():
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for ax, name in zip(grid.flat, names, strict=False):
            _panel(ax, found, names[0], name, styles)
            _finish(ax, result, endpoint, log)
            ax.set_title(name, color=styles[name].colour, fontsize=10)
            ax.label_outer()
        for ax in grid.flat[len(names) :]:
            ax.set_visible(False)
        _legend(figure, any(draw > 0 for _, draw in found))
    return grid.ravel()[: len(names)]


def _panel(ax: Axes, found: dict[tuple[str, int], Readings], first: str, name: str, styles: Any) -> None:
    if name != first and (first, 0) in found:
        other = found[first, 0]
        ax.plot(other.days, _median_of(other), color=FAINT, linewidth=1.2, linestyle=(0, (2, 2)))
    if (name, 0) not in found:
        return
    style, here = styles[name], found[name, 0]
    low, high = (np.where(here.followed, edge, np.nan) for edge in here.carried().band())
    ax.fill_between(here.days, low, high, color=style.colour, alpha=0.22, linewidth=0)
    _animals(ax, here, style, alpha=0.4)
    parameters = band_of_medians(found, name)
    if parameters is not None:
        days, low, high = parameters
        ax.fill_between(
            days, low, high, facecolor="none", edgecolor=style.colour, hatch="////", linewidth=0, alpha=0.45
        )
        for edge in (low, high):
            ax.plot(days, edge, color=style.colour, linewidth=1.0, linestyle=(0, (4, 2)))
    _median(ax, here, style, name)


def _animals(ax: Axes, found: Readings, style: ArmStyle, alpha: float) -> None:
    """Thin lines of at most 40 animals, and a cross where one left before the last day."""
    from matplotlib.collections import LineCollection

    step = max(1, -(-found.values.shape[0] // MOST_ANIMALS_DRAWN))
    lines, ends = [], []
    for values in found.values[::step]:
        known = np.isfinite(values)
        line = np.column_stack([found.days[known], values[known]])
        lines.append(line)
        if line.size and line[-1, 0] < found.days[-1]:
            ends.append(line[-1])
    ax.add_collection(LineCollection(lines, colors=style.colour, linewidths=0.7, alpha=alpha))
    if ends:
        x, y = np.transpose(ends)
        ax.plot(x, y, linestyle="none", marker="x", markersize=4, color=style.colour, alpha=0.7)
    ax.autoscale_view()


def _median(ax: Axes, found: Readings, style: ArmStyle, name: str) -> None:
    ax.plot(
        found.days, _median_of(found), color=style.colour, linewidth=2.6, label=name, marker=style.marker,
        markersize=4.5, markevery=max(1, found.days.size // 8), solid_capstyle="round",
    )  # fmt: skip


def _median_of(found: Readings) -> np.ndarray:
    """Median with last readings carried forward, while at least half of the arm is still measured."""
    return np.where(found.followed, found.carried().median(), np.nan)


def _finish(ax: Axes, result: Any, endpoint: str, log: bool) -> None:
    units = result.measurements.loc[result.measurements["endpoint"] == endpoint, "unit"]
    day_axis(ax)
    ax.set_ylabel(label(endpoint, str(units.iloc[0]) if len(units) else ""))
    if log:
        _logarithmic(ax, result, endpoint)
    else:
        ax.set_ylim(bottom=0)
    quiet_grid(ax)


def _logarithmic(ax: Axes, result: Any, endpoint: str) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    rows = result.measurements
    positive = rows.loc[(rows["endpoint"] == endpoint) & (rows["draw"] == 0) & (rows["value"] > 0), "value"]
    if not len(positive):
        return
    ax.set_yscale("log", nonpositive="mask")
    ax.set_ylim(positive.min() / 1.3, positive.max() * 1.5)
    ax.yaxis.set_major_locator(LogLocator(numticks=6))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(tick)


def _legend(figure: Any, with_draws: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Line2D([], [], color=FAINT, linewidth=2.6, label="median of the arm"),
        Line2D([], [], color=FAINT, linewidth=0.8, label="one animal (× left early)"),
        Patch(facecolor=FAINT, alpha=0.3, label="between animals (middle 90 %)"),
    ]
    if with_draws:
        label_ = "from parameters (middle 90 % of medians)"
        handles.append(Patch(facecolor="none", edgecolor=FAINT, hatch="////", label=label_))
    handles.append(
        Line2D([], [], color=FAINT, linewidth=1.2, linestyle=(0, (2, 2)), label="median of the first arm")
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8.5)

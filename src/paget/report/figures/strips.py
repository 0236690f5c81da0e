"""Strip plots: one point per animal, median and quartiles of each arm, and the range from parameters beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from paget.report.curves import BAND
from paget.report.figures.composition import is_composition
from paget.report.numbers import common_scale, label, tick
from paget.report.style import (
    INK,
    MOST_ANIMALS_DRAWN,
    arm_names,
    arm_styles,
    axes_or_new,
    drawing,
    new_figure,
    quiet_grid,
    two_lines,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DECADES_FOR_LOG = 1.7
_SPREAD = 0.24


def endpoint_strip(result: Any, endpoint: str, ax: Axes | None = None) -> Axes:
    """One endpoint: a point per animal, a bar at the median, a box from quartile to quartile.

    The axis is logarithmic where values span decades, and linear below 1 and logarithmic above where counts with
    zeros do. With parameter draws, the bracket to the right of each arm is the middle 90 % of its median over draws.
    """
    ax = axes_or_new(ax, 4.6, 3.8)
    rows = result.endpoints[result.endpoints["endpoint"] == endpoint]
    with drawing():
        _draw(ax, rows, endpoint, arm_names(result), compact=False)
    return ax


def endpoint_strips(result: Any) -> np.ndarray:
    """All endpoints but survival and composition on one figure; returns the array of axes."""
    names = arm_names(result)
    everything = dict(iter(result.endpoints.groupby("endpoint", sort=False, observed=True)))
    groups = {
        name: rows for name, rows in everything.items() if name != "survival" and not is_composition(name)
    }
    lines, columns = _grid_of(len(groups))
    width, height = 2.7 * columns, 2.3 * lines + 0.5
    figure = new_figure(width, height, layout=None)
    # Fixed margins [inch]: all panels are alike, and solving for a layout takes longer than drawing.
    edges = {
        "left": 0.55 / width,
        "right": 1 - 0.08 / width,
        "bottom": 0.5 / height,
        "top": 1 - 0.35 / height,
    }
    with drawing():
        grid = figure.subplots(lines, columns, squeeze=False)
        figure.subplots_adjust(**edges, wspace=0.32, hspace=0.27)
        for ax, (endpoint, rows) in zip(grid.flat, groups.items(), strict=False):
            _draw(ax, rows, str(endpoint), names, compact=True)
        for ax in grid.flat[len(groups) :]:
            ax.remove()
        if not groups:
            return np.array([figure.add_subplot(frame_on=False, xticks=[], yticks=[])])
        figure.legend(handles=_arm_handles(names), loc="lower center", ncols=4, fontsize=10)
    return grid.ravel()[: len(groups)]


def _grid_of(panels: int) -> tuple[int, int]:
    """(lines, columns): four or five columns, whichever leaves fewer places empty."""
    columns = min((4, 5), key=lambda c: (-panels % c, c)) if panels > 5 else max(panels, 1)
    return max(-(-panels // columns), 1), columns


def _arm_handles(names: list[str]) -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], linestyle="none", marker=s.marker, color=s.colour, markersize=6, label=name)
        for name, s in arm_styles(names).items()
    ]


def _draw(ax: Axes, rows: pd.DataFrame, endpoint: str, names: list[str], compact: bool) -> None:
    scale, power = common_scale(rows["value"].to_numpy(dtype=float))
    rows = rows.assign(value=rows["value"] / scale)
    by_arm = {
        str(arm): table["value"].to_numpy(dtype=float)
        for arm, table in rows[rows["draw"] == 0].groupby("arm", sort=False, observed=True)
    }
    ranges = _ranges_from_parameters(rows)
    everything = np.concatenate([np.empty(0), *by_arm.values()])
    shown = np.concatenate([everything, *ranges.values()])
    threshold = _choose_scale(ax, shown[np.isfinite(shown)])
    labels = []
    for place, (name, style) in enumerate(arm_styles(names).items()):
        values = by_arm.get(name, np.empty(0))
        known = np.sort(values[np.isfinite(values)])
        lost = values.size - known.size
        labels.append(f"n = {known.size}" + (f" ({lost} lost)" if lost else ""))
        if known.size:
            _arm(ax, place, known, style, threshold, small=compact)
        if name in ranges:
            _bracket(ax, place + 0.4, *ranges[name], style.colour)
    unit = str(rows["unit"].iloc[0]) if len(rows) else ""
    _finish(ax, label(endpoint, unit, power), names, labels, compact)


def _arm(ax: Axes, place: int, values: np.ndarray, style: Any, threshold: float, small: bool) -> None:
    step = max(1, -(-values.size // (5 * MOST_ANIMALS_DRAWN)))
    shown = values[::step]
    ax.plot(
        place + _sideways(shown, threshold), shown, linestyle="none", marker=style.marker, color=style.colour,
        markersize=3.6 if small else 5.5, alpha=0.75, markeredgewidth=0, clip_on=False,
    )  # fmt: skip
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    ax.fill_between([place - 0.3, place + 0.3], low, high, color=style.colour, alpha=0.16, linewidth=0)
    ax.plot([place - 0.3, place + 0.3], [middle, middle], color=INK, linewidth=1.8, solid_capstyle="butt")


def _sideways(values: np.ndarray, threshold: float) -> np.ndarray:
    """Offsets that set points of nearly equal height side by side; the same values give the same picture."""
    heights = np.arcsinh(values / threshold) if threshold > 0 else values
    span = heights.max() - heights.min()
    if values.size < 2:
        return np.zeros(values.size)
    level = (
        np.rint((heights - heights.min()) / span * 14).astype(int)
        if span > 0
        else np.zeros(values.size, dtype=int)
    )
    offsets = np.zeros(values.size)
    for here in np.unique(level):
        members = np.flatnonzero(level == here)
        width = min(_SPREAD, 0.055 * (members.size - 1))
        offsets[members] = np.linspace(-width, width, members.size) if members.size > 1 else 0.0
    return offsets


def _choose_scale(ax: Axes, values: np.ndarray) -> float:
    """Set the scale of the vertical axis; returns where it turns logarithmic, 0 where it is linear."""
    positive = values[values > 0]
    linear = (
        not positive.size or values.min() < 0 or np.log10(positive.max() / positive.min()) < _DECADES_FOR_LOG
    )
    if linear:
        _linear(ax, values)
        return 0.0
    if values.min() > 0:
        ax.set_yscale("log")
        ax.set_ylim(positive.min() / 1.5, positive.max() * 1.5)
        ticks = _decades(positive.min(), positive.max())
    else:
        threshold = float(10 ** np.floor(np.log10(positive.min())))
        ax.set_yscale("symlog", linthresh=threshold, linscale=0.5)
        ax.set_ylim(-0.08 * threshold, positive.max() * 1.6)
        ticks = np.append(0.0, _decades(threshold, positive.max()))
    ax.set_yticks(ticks, [tick(value) for value in ticks])
    ax.minorticks_off()
    return float(threshold if values.min() == 0 else positive.min())


def _linear(ax: Axes, values: np.ndarray) -> None:
    """From zero, unless that would squeeze all points to the top (as with body weights)."""
    ax.yaxis.set_major_locator(MaxNLocator(5))
    if not values.size:
        return
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * max(high - low, 1e-9 * abs(high), 1e-12)
    from_zero = 0 <= low < 0.7 * high or high == low == 0
    ax.set_ylim(0.0 if from_zero else low - margin, max(high + margin, 1e-9))


def _decades(low: float, high: float) -> np.ndarray:
    """Powers of ten between two numbers, at most six; 2 and 5 as well where there would be fewer than three."""
    exponents = np.arange(np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9) + 1)
    if exponents.size < 3:
        all_of = np.outer(
            10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1), [1, 2, 5]
        ).ravel()
        return all_of[(all_of >= low / 1.5) & (all_of <= high * 1.5)]
    return 10.0 ** exponents[:: -(-exponents.size // 6)]


def _ranges_from_parameters(rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Middle 90 % of each arm's median over parameter draws; nothing below two draws."""
    drawn = rows[rows["draw"] > 0]
    medians = drawn.groupby(["arm", "draw"], sort=False, observed=True)["value"].median().dropna()
    found = {}
    for arm, values in medians.groupby(level="arm", sort=False, observed=True):
        if len(values) > 1:
            low, high = np.quantile(values.to_numpy(), BAND)
            found[str(arm)] = (float(low), float(high))
    return found


def _bracket(ax: Axes, x: float, low: float, high: float, colour: str) -> None:
    ax.plot([x, x], [low, high], color=colour, linewidth=1.4, linestyle=(0, (2, 1)), marker="_", markersize=5)


def _finish(ax: Axes, title: str, names: list[str], labels: list[str], compact: bool) -> None:
    ax.set_xlim(-0.6, len(names) - 0.35)
    quiet_grid(ax)
    if compact:
        ax.set_title(title, fontsize=9, fontweight="normal", x=-0.12)
        ax.tick_params(axis="y", labelsize=8)
        ax.set_xticks([])
        return
    ax.set_ylabel(title)
    ticks = [f"{two_lines(name)}\n{count}" for name, count in zip(names, labels, strict=True)]
    ax.set_xticks(range(len(names)), ticks, fontsize=8.5)

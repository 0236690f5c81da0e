"""Tolerability: body weight relative to its first reading, and blood neutrophils."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paget.report.curves import Readings, readings
from paget.report.numbers import common_scale, label
from paget.report.style import (
    FAINT,
    MOST_ANIMALS_DRAWN,
    arm_names,
    arm_styles,
    day_axis,
    drawing,
    new_figure,
    quiet_grid,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDPOINTS = ("body weight", "blood neutrophils")


def tolerability(result: Any, ax: Axes | None = None, endpoint: str = ENDPOINTS[0]) -> Axes | np.ndarray:
    """Each animal thin, the median of its arm thick.

    Without `ax`: a new figure with one axes per measured endpoint; returns them in an array. With `ax`: `endpoint`
    only. Body weight is in per cent of the animal's first reading and includes the tumour.
    """
    if ax is not None:
        with drawing():
            _draw(ax, result, endpoint)
        return ax
    measured = [name for name in ENDPOINTS if (result.measurements["endpoint"] == name).any()]
    figure = new_figure(5.2 * max(len(measured), 1), 3.6)
    with drawing():
        grid = figure.subplots(1, max(len(measured), 1), squeeze=False).ravel()
        for axes, name in zip(grid, measured, strict=False):
            _draw(axes, result, name)
        if measured:
            handles, labels = grid[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower center", ncols=4)
        else:
            grid[0].set_axis_off()
            grid[0].text(0.5, 0.5, "not measured", ha="center", color=FAINT, transform=grid[0].transAxes)
    return grid


def _draw(ax: Axes, result: Any, endpoint: str) -> None:
    from matplotlib.collections import LineCollection

    found = readings(result.measurements, endpoint)
    relative = endpoint == "body weight"
    scale, power = common_scale(np.concatenate([np.empty(0), *(r.values.ravel() for r in found.values())]))
    for name, style in arm_styles(arm_names(result)).items():
        if (name, 0) not in found:
            continue
        here = _relative(found[name, 0]) if relative else _divided(found[name, 0], scale)
        step = max(1, -(-here.values.shape[0] // MOST_ANIMALS_DRAWN))
        lines = [np.column_stack([here.days, row])[np.isfinite(row)] for row in here.values[::step]]
        ax.add_collection(LineCollection(lines, colors=style.colour, linewidths=0.6, alpha=0.22))
        ax.plot(
            here.days, here.median(), color=style.colour, linewidth=2.4, label=name, marker=style.marker,
            markersize=4.5, markevery=max(1, here.days.size // 8),
        )  # fmt: skip
    unit = _unit(result, endpoint)
    ax.set_ylabel("Body weight (% of first reading)" if relative else label(endpoint, unit, power))
    day_axis(ax)
    quiet_grid(ax)
    if relative:
        ax.axhline(100, color=FAINT, linewidth=0.9)
        _humane_limit(ax, result.design)
    else:
        ax.set_ylim(bottom=0)


def _humane_limit(ax: Axes, design: Any) -> None:
    """A line at the loss of weight at which the trial kills animals for humane reasons, where it does."""
    loss = getattr(getattr(design, "humane_endpoint", None), "weight_loss", None)
    if loss is None:
        return
    height = 100.0 * (1.0 - float(loss))
    ax.axhline(height, color=FAINT, linewidth=0.9, linestyle=(0, (3, 2)))
    words = f"humane endpoint: {100 * float(loss):g} % loss"
    ax.annotate(words, (1, height), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8.5)
    ax.set_ylim(bottom=min(ax.get_ylim()[0], height - 3))


def _relative(found: Readings) -> Readings:
    """Per cent of each animal's first reading."""
    first = np.argmax(np.isfinite(found.values), axis=1)
    start = found.values[np.arange(len(first)), first]
    return Readings(found.days, 100.0 * found.values / start[:, None])


def _divided(found: Readings, scale: float) -> Readings:
    return Readings(found.days, found.values / scale)


def _unit(result: Any, endpoint: str) -> str:
    units = result.measurements.loc[result.measurements["endpoint"] == endpoint, "unit"]
    return str(units.iloc[0]) if len(units) else ""

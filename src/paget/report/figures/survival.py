"""Kaplan-Meier curves with the number at risk below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from paget.report.style import arm_names, arm_styles, axes_or_new, day_axis, drawing, quiet_grid
from paget.trial.survival import kaplan_meier

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def survival_curves(result: Any, ax: Axes | None = None, at_risk: bool = True) -> Axes:
    """Share of animals alive over time; a tick marks an animal that left alive before the end.

    The faint band is the 95 % interval of the curve (log-log Greenwood). `at_risk` adds the numbers below the axis.
    """
    names = arm_names(result)
    ax = axes_or_new(ax, 7.2, 3.9 + (0.4 + 0.18 * len(names)) * at_risk)
    table = result.survival[result.survival["draw"] == 0]
    curves = dict(iter(kaplan_meier(table).groupby("arm", sort=False, observed=True)))
    with drawing():
        for place, (name, style) in enumerate(arm_styles(names).items()):
            if name in curves:
                # Earlier arms are thicker, so that curves that coincide can all be seen.
                width = 2.0 + 1.3 * (len(names) - 1 - place)
                _curve(ax, curves[name], table[table["arm"] == name], name, style, min(width, 6.0))
        last = float(table["day"].max()) if len(table) else 1.0
        ax.set(xlim=(0, last * 1.02), ylim=(0, 1.04), ylabel="Share alive")
        day_axis(ax)
        ax.set_yticks(np.linspace(0, 1, 5), ["0", "25 %", "50 %", "75 %", "100 %"])
        quiet_grid(ax)
        if curves:
            ax.legend(loc="lower left")
        if at_risk and len(table):
            _numbers_at_risk(ax, table, names, last)
    return ax


def _curve(ax: Axes, curve: pd.DataFrame, animals: pd.DataFrame, name: str, style: Any, width: float) -> None:
    days, alive = curve["day"].to_numpy(), curve["survival"].to_numpy()
    ax.step(days, alive, where="post", color=style.colour, linewidth=width, label=name, solid_capstyle="butt")
    ax.fill_between(
        days, curve["low"], curve["high"], step="post", color=style.colour, alpha=0.08, linewidth=0
    )
    left = animals.loc[~animals["event"].astype(bool), "day"].to_numpy(dtype=float)
    left = np.unique(left[left < days[-1]])
    if left.size:
        at = alive[np.searchsorted(days, left, side="right") - 1]
        ax.plot(left, at, linestyle="none", marker="|", markersize=8, color=style.colour)


def _numbers_at_risk(ax: Axes, table: pd.DataFrame, names: list[str], last: float) -> None:
    """Rows of numbers under the axis, at its ticks."""
    ticks = [day for day in ax.get_xticks() if 0 <= day <= last]
    styles = arm_styles(names)
    ax.set_xlabel("Day after inoculation" + "\n" * (len(names) + 2))
    place: dict[str, Any] = {
        "xycoords": ("data", "axes fraction"),
        "textcoords": "offset points",
        "va": "top",
        "fontsize": 8.5,
    }
    ax.annotate(
        "At risk", (0, 0), xytext=(-12, -40), ha="right", fontweight="bold", annotation_clip=False, **place
    )
    for row, name in enumerate(names, 1):
        days = table.loc[table["arm"] == name, "day"].to_numpy(dtype=float)
        colour, below = styles[name].colour, -40 - 13 * row
        ax.annotate(
            name, (0, 0), xytext=(-12, below), ha="right", color=colour, annotation_clip=False, **place
        )
        for day in ticks:
            number = str(int((days >= day).sum()))
            ax.annotate(number, (day, 0), xytext=(0, below), ha="center", annotation_clip=False, **place)

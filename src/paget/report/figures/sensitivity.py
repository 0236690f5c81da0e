"""Which unknown numbers matter most: bars of mu*, the mu*-sigma plane, and mechanisms together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from paget.report.style import ARM_COLOURS, FAINT, INK, axes_or_new, drawing, new_figure, quiet_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_SHOWN = 20
KIND_COLOURS = {
    "linear": ARM_COLOURS[3],
    "monotonic": ARM_COLOURS[1],
    "interacting": ARM_COLOURS[6],
    "noise": FAINT,
}
KIND_WORDS = {
    "linear": "the same everywhere (σ < 0.1 µ*)",
    "monotonic": "nearly the same (σ < 0.5 µ*)",
    "interacting": "depends on the others, or curved",
    "noise": "not told from noise",
}


def sensitivity_figure(parameters: pd.DataFrame, groups: pd.DataFrame, notes: dict[str, Any]) -> np.ndarray:
    """The most important numbers on the left, mechanisms together on the right."""
    rows = min(MOST_SHOWN, len(parameters))
    figure = new_figure(13.0, 1.5 + 0.29 * rows)
    with drawing():
        grid = figure.subplots(1, 2, width_ratios=[7, 3])
        top_panel(grid[0], parameters, notes)
        groups_panel(grid[1], groups)
    return grid


def top_panel(ax: Axes, parameters: pd.DataFrame, notes: dict[str, Any]) -> Axes:
    """mu* with its interval over trajectories; a tick where pure noise would be."""
    rows = parameters.head(MOST_SHOWN).to_dict("records")
    for place, row in enumerate(rows):
        ax.barh(-place, row["mu_star"], height=0.64, color=KIND_COLOURS.get(row["kind"], FAINT), alpha=0.85)
        if np.isfinite(row["low"]) and np.isfinite(row["high"]):
            ax.plot([row["low"], row["high"]], [-place] * 2, color=INK, linewidth=1.4, solid_capstyle="butt")
        ax.plot([row["noise"]] * 2, [-place - 0.32, -place + 0.32], color=INK, linewidth=1.0)
    names = [f"{_short(row['label'])} {'↑' if row['mu'] > 0 else '↓'}" for row in rows]
    ax.set_yticks([-i for i in range(len(rows))], names, fontsize=8.5)
    ax.set_ylim(0.4 - len(rows), 0.6)
    ax.set_xlabel(f"µ*: change of ln({notes['endpoint']}) over the range used (1 is 2.7 times)")
    ax.set_title("Unknowns that matter most")
    handles = [
        ax.barh([np.nan], [np.nan], color=colour, label=KIND_WORDS[kind])
        for kind, colour in KIND_COLOURS.items()
    ]
    ax.legend(handles=handles, loc="lower right", fontsize=8.5)
    _finish(ax)
    return ax


def groups_panel(ax: Axes, groups: pd.DataFrame) -> Axes:
    """Root of the sum of squares of mu* by mechanism or part of the model."""
    rows = groups[groups["together"] > 0.0].head(MOST_SHOWN).to_dict("records")
    for place, row in enumerate(rows):
        ax.barh(-place, row["together"], height=0.64, color=ARM_COLOURS[1], alpha=0.85)
    names = [f"{row['group']} ({row['matter']} of {row['parameters']})" for row in rows]
    ax.set_yticks([-i for i in range(len(rows))], names, fontsize=8.5)
    ax.set_ylim(0.4 - max(len(rows), 1), 0.6)
    ax.set_xlabel("Root of the sum of µ*²")
    ax.set_title("By mechanism")
    _finish(ax)
    return ax


def plane(parameters: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """sigma against mu*: on the floor what is the same everywhere, near the diagonal what depends on the others."""
    ax = axes_or_new(ax, 6.4, 4.6)
    with drawing():
        for kind, colour in KIND_COLOURS.items():
            rows = parameters[parameters["kind"] == kind]
            size = 12 if kind == "noise" else 30
            ax.scatter(
                rows["mu_star"], rows["sigma"], s=size, color=colour, label=KIND_WORDS[kind], alpha=0.8
            )
        most = float(parameters["mu_star"].max())
        for slope, word in ((1.0, "σ = µ*"), (0.5, "0.5"), (0.1, "0.1")):
            ax.plot([0.0, most], [0.0, slope * most], color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
            ax.annotate(word, (most, slope * most), fontsize=8, color=FAINT)
        ax.set_xlim(left=0.0)
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel("µ*")
        ax.set_ylabel("σ, without noise")
        ax.set_title("Importance and interaction")
        ax.legend(fontsize=8.5, loc="upper left")
        quiet_grid(ax, "both")
    return ax


def _short(label: str, most: int = 74) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"


def _finish(ax: Axes) -> None:
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(left=0.0)
    quiet_grid(ax, "x")

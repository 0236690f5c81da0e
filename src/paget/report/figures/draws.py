"""Counts of circulating tumour cells in the tubes of many patients: heavy tails, sizes, partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paget.report.numbers import tick
from paget.report.style import ARM_COLOURS, INK, axes_or_new, drawing, quiet_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = {"singles": "single cells", "homotypic": "homotypic clusters", "mixed": "mixed clusters"}


def tail(tables: dict[str, Any], ax: Axes | None = None) -> Axes:
    """Share of tubes that hold so many and more, by class, both axes logarithmic; points: published largest counts."""
    patients, published = tables["patients"], tables["summary"].set_index("quantity")["published"]
    ax = axes_or_new(ax, 6.0, 3.9)
    with drawing():
        for colour, (name, label) in zip(ARM_COLOURS, CLASSES.items(), strict=False):
            counts = np.sort(patients[name].to_numpy())[::-1]
            present = counts > 0
            rank = np.arange(1, counts.size + 1) / counts.size
            ax.step(counts[present], rank[present], where="pre", color=colour, label=label)
            ax.plot(published[f"{name}, largest"], 1 / 1529, "o", mfc="none", color=colour, clip_on=False)
        ax.axvline(5, color=INK, linewidth=0.6, linestyle=":")
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.xaxis.set_major_formatter(tick)
        ax.yaxis.set_major_formatter(tick)
        ax.set_xlabel("aggregates found in the tube")
        ax.set_ylabel("share of tubes with so many and more")
        ax.legend()
        quiet_grid(ax)
    return ax


def partners(tables: dict[str, Any], ax: Axes | None = None) -> Axes:
    """Share of each leukocyte among the partners in mixed clusters over its share in blood."""
    table = tables["partners"]
    table = table[table["count"] > 0].sort_values("enrichment")
    ax = axes_or_new(ax, 6.0, 0.45 * len(table) + 1.2)
    with drawing():
        place = np.arange(len(table))
        value = table["enrichment"].to_numpy()
        spread = np.abs(np.vstack([value - table["low"], table["high"] - value]))
        ax.errorbar(value, place, xerr=spread, fmt="o", color=ARM_COLOURS[1], capsize=2)
        ax.axvline(1, color=INK, linewidth=0.6, linestyle=":")
        ax.set_yticks(place, table["partner"])
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(tick)
        ax.set_xlabel("share among partners over share in blood")
        quiet_grid(ax, "x")
    return ax

"""Composition of the primary: the share of every cell type, arms side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paget.report.numbers import tick
from paget.report.style import (
    INK,
    MOST_ANIMALS_DRAWN,
    arm_names,
    arm_styles,
    axes_or_new,
    drawing,
    quiet_grid,
    two_lines,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PREFIX = "composition: "


def is_composition(endpoint: str) -> bool:
    """Whether an endpoint is the share of a cell type."""
    return str(endpoint).startswith(PREFIX)


def composition(result: Any, ax: Axes | None = None) -> Axes:
    """One group of arms per cell type, most frequent first: a point per animal, a bar at the median of the arm."""
    rows = result.endpoints
    rows = rows[(rows["draw"] == 0) & rows["endpoint"].astype(str).str.startswith(PREFIX)]
    medians = rows.groupby("endpoint", observed=True)["value"].median().sort_values(ascending=False)
    kinds = [str(name) for name in medians.index]
    values = {
        key: part.to_numpy(dtype=float)
        for key, part in rows.groupby(["endpoint", "arm"], observed=True)["value"]
    }
    ax = axes_or_new(ax, max(1.15 * len(kinds), 4.0), 3.9)
    names = arm_names(result)
    positive = rows["value"][rows["value"] > 0]
    floor = float(positive.min()) / 3 if len(positive) else 0.01
    width = 0.8 / len(names)
    with drawing():
        for place, (name, style) in enumerate(arm_styles(names).items()):
            middle = np.arange(len(kinds)) + (place - (len(names) - 1) / 2) * width
            _arm(
                ax,
                [values.get((kind, name), np.empty(0)) for kind in kinds],
                middle,
                width,
                floor,
                style,
                name,
            )
        _finish(ax, kinds, floor, with_zeros=bool((rows["value"] == 0).any()))
    return ax


def _arm(
    ax: Axes, values: list[np.ndarray], middle: np.ndarray, width: float, floor: float, style: Any, name: str
) -> None:
    known = [v[np.isfinite(v)][:MOST_ANIMALS_DRAWN] for v in values]
    spread = [np.full(v.size, m) + _spread(v.size, width) for v, m in zip(known, middle, strict=True)]
    x, y = (np.concatenate([np.empty(0), *parts]) for parts in (spread, known))
    ax.plot(
        x, np.maximum(y, floor), linestyle="none", marker=style.marker, markersize=3.4, color=style.colour, alpha=0.7,
        markeredgewidth=0, label=name,
    )  # fmt: skip
    there = [place for place, v in enumerate(known) if v.size]
    medians = [max(float(np.median(known[place])), floor) for place in there]
    ax.hlines(medians, middle[there] - width * 0.42, middle[there] + width * 0.42, color=INK, linewidth=1.4)


def _spread(n: int, width: float) -> np.ndarray:
    """Offsets in the order of animals: neighbours in a list stand apart."""
    return (np.arange(n) % 5 - 2) * width * 0.13


def _finish(ax: Axes, kinds: list[str], floor: float, with_zeros: bool) -> None:
    ax.set_yscale("log")
    ax.set_ylim(floor * 0.8, 130.0)
    ticks = [10.0**exponent for exponent in range(-6, 3) if 10.0**exponent > 1.5 * floor]
    ax.set_yticks([floor, *ticks] if with_zeros else ticks)
    ax.yaxis.set_major_formatter(lambda y, place: "0" if y <= floor * 1.01 else tick(y, place))
    ax.minorticks_off()
    ax.set_ylabel("Share of living cells (%)")
    ax.set_xticks(range(len(kinds)), [two_lines(kind.removeprefix(PREFIX)) for kind in kinds], fontsize=8.5)
    ax.set_xlim(-0.5, max(len(kinds) - 0.5, 0.5))
    quiet_grid(ax)
    ax.legend(loc="upper right", ncols=2)

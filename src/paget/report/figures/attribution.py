"""Where an effect comes from: what each step of the cascade adds, and what goes when mechanisms are left out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from paget.report.style import ARM_COLOURS, FAINT, INK, drawing, new_figure, quiet_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KIND_COLOURS = {"single": ARM_COLOURS[1], "cluster": ARM_COLOURS[2], "mixed": ARM_COLOURS[3]}
KIND_WORDS = {
    "single": "single cells",
    "cluster": "clusters of tumour cells",
    "mixed": "clusters with another cell",
}
LINK_WORDS = {
    "shed": "shed by all tumours",
    "survived blood": "survived blood",
    "arrested": "arrested in the organ",
    "entered": "entered the organ",
    "awake": "woke",
    "micrometastasis": "grew to a micrometastasis",
    "macrometastasis": "grew to a macrometastasis",
    "reading": "was large enough to be read",
    "total": "whole effect",
}
_NOTHING_BELOW = 1e-12
_OUT_OF_SIGHT = 1.5
"""How far an interval without end is drawn."""


def attribution_figure(steps: pd.DataFrame, mechanisms: pd.DataFrame, notes: dict[str, Any]) -> np.ndarray:
    """Steps on the left, mechanisms on the right, as far as there are any; returns the array of axes."""
    central = mechanisms[(mechanisms["draw"] == 0) & (mechanisms["without"] != "")]
    singles = central[central["second"] == ""]
    panels: list[tuple[Callable[..., Axes], pd.DataFrame, float]] = (
        [(steps_panel, steps, 7.0)] if len(steps) else []
    )
    panels += [(mechanisms_panel, mechanisms, 5.6)] if len(singles) else []
    rows = max(len(steps["link"].unique()) if len(steps) else 0, len(singles) + 1, 4)
    figure = new_figure(sum(width for *_, width in panels) or 6.0, 1.3 + 0.34 * rows)
    with drawing():
        grid = figure.subplots(
            1, max(len(panels), 1), squeeze=False, width_ratios=[w for *_, w in panels] or None
        )[0]
        for ax, (draw, table, _) in zip(grid, panels, strict=False):
            draw(ax, table, notes)
    return grid


def steps_panel(ax: Axes, steps: pd.DataFrame, notes: dict[str, Any]) -> Axes:
    """One row per link, stacked by kind of aggregate; a dot with its interval for the kinds together."""
    central = steps[steps["draw"] == 0]
    links = ["total", *[link for link in central["link"].unique() if link != "total"]]
    for place, link in enumerate(links):
        rows = central[central["link"] == link]
        whole = rows[rows["aggregate"] == "all"].iloc[0]
        _stack(ax, -place, rows[rows["aggregate"] != "all"], whole)
        _dot(ax, -place, whole["contribution"], whole["low"], whole["high"])
        _over_draws(ax, -place, steps, link)
    ax.set_yticks([-i for i in range(len(links))], [LINK_WORDS.get(link, link) for link in links])
    _finish(ax, len(links), f"Steps to {notes['endpoint']}", "Adds to the log ratio")
    handles = [
        ax.barh([np.nan], [np.nan], color=colour, label=KIND_WORDS[kind])
        for kind, colour in KIND_COLOURS.items()
    ]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.4, -0.16), ncols=3, fontsize=8.5)
    return ax


def _stack(ax: Axes, y: float, kinds: pd.DataFrame, whole: pd.Series) -> None:
    """Bars of the kinds, each sign from zero on; one grey bar where kinds are not told apart."""
    if not len(kinds):
        ax.barh(y, whole["contribution"], height=0.62, color=FAINT, alpha=0.55)
        return
    ends = {True: 0.0, False: 0.0}
    for row in kinds.to_dict("records"):
        value = row["contribution"]
        if abs(value) < _NOTHING_BELOW or not np.isfinite(value):
            continue
        ax.barh(y, value, left=ends[value > 0], height=0.62, color=KIND_COLOURS[row["aggregate"]])
        ends[value > 0] += value


def mechanisms_panel(ax: Axes, mechanisms: pd.DataFrame, notes: dict[str, Any]) -> Axes:
    """How much of the effect is gone without each mechanism, largest first, in units of the log ratio."""
    central = mechanisms[mechanisms["draw"] == 0]
    singles = central[(central["without"] != "") & (central["second"] == "")]
    order = singles.reindex(singles["drop"].abs().sort_values(ascending=False, na_position="last").index)
    for place, row in enumerate(order.to_dict("records")):
        if np.isfinite(row["drop"]):
            ax.barh(-place, row["drop"], height=0.62, color=FAINT, alpha=0.55)
            _dot(ax, -place, row["drop"], row["drop_low"], row["drop_high"])
        else:
            ax.annotate(" cannot be compared", (0.0, -place), va="center", fontsize=8.5, color=FAINT)
    ax.set_yticks([-i for i in range(len(order))], [str(name) for name in order["without"]])
    _finish(ax, len(order), "Effect that is gone without a mechanism", "Log ratio with it minus without it")
    return ax


def interactions_figure(mechanisms: pd.DataFrame) -> Axes:
    """Heat map of the interactions of pairs; a dot where the interval includes no interaction."""
    pairs = mechanisms[(mechanisms["draw"] == 0) & (mechanisms["second"] != "")]
    names = sorted({*pairs["without"], *pairs["second"]})
    field = np.full((len(names), len(names)), np.nan)
    clear = np.zeros_like(field, dtype=bool)
    for row in pairs.to_dict("records"):
        i, j = names.index(row["without"]), names.index(row["second"])
        field[i, j] = field[j, i] = row["interaction"]
        clear[i, j] = clear[j, i] = row["interaction_low"] > 0.0 or row["interaction_high"] < 0.0
    size = 1.9 + 0.42 * len(names)
    figure = new_figure(size + 1.6, size)
    with drawing():
        ax = figure.add_subplot()
        largest = float(np.nanmax(np.abs(field), initial=0.1))
        image = ax.imshow(field, cmap="RdBu_r", vmin=-largest, vmax=largest)
        for i, j in zip(*np.nonzero(np.isfinite(field)), strict=True):
            text = f"{field[i, j]:.2f}".replace("-", "−") if clear[i, j] else "·"
            shade = "white" if abs(field[i, j]) > 0.6 * largest else INK
            ax.text(j, i, text, ha="center", va="center", fontsize=8, color=shade)
        ax.set_xticks(range(len(names)), names, rotation=45, ha="right")
        ax.set_yticks(range(len(names)), names)
        ax.set_title("Interaction of pairs left out")
        figure.colorbar(image, ax=ax, shrink=0.7, label="log ratio")
    return ax


def _dot(ax: Axes, y: float, value: float, low: float, high: float) -> None:
    if not np.isfinite(value):
        return
    for end, arrow in ((low, "<"), (high, ">")):
        if np.isinf(end):  # an arm without any in some resamples: the end is out of sight
            end = value + math.copysign(_OUT_OF_SIGHT, end)
            ax.plot(end, y, marker=arrow, markersize=5, color=INK)
        if np.isfinite(end):
            ax.plot([value, end], [y, y], color=INK, linewidth=1.6, solid_capstyle="butt")
    ax.plot(value, y, marker="o", markersize=5, color=INK)


def _over_draws(ax: Axes, y: float, steps: pd.DataFrame, link: str) -> None:
    """Range over parameter draws, dashed below the bar."""
    drawn = steps[(steps["draw"] > 0) & (steps["link"] == link) & (steps["aggregate"] == "all")][
        "contribution"
    ]
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) > 1:
        ends = np.quantile(drawn, [0.025, 0.975], method="nearest")
        ax.plot(
            ends, [y - 0.4] * 2, color=INK, linewidth=1.1, linestyle=(0, (3, 1.5)), marker="|", markersize=4
        )


def _finish(ax: Axes, rows: int, title: str, xlabel: str) -> None:
    ax.axvline(0.0, color=INK, linewidth=0.9)
    ax.set_ylim(0.4 - rows, 0.6)
    ax.set_xlabel(xlabel)
    ax.set_title(title)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")

"""Figures of a screen: heat map of pairs, dose response, ranking with its costs, steps of the best arms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from paget.report.figures.attribution import LINK_WORDS
from paget.report.numbers import tick
from paget.report.style import (
    ARM_COLOURS,
    ARM_MARKERS,
    FAINT,
    INK,
    arm_styles,
    drawing,
    new_figure,
    quiet_grid,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_RANKED = 25
"""Arms that the ranking shows."""
_LEAST_SCALE = 0.5
_MOST_LOG = 12.0
"""Log ratio beyond which an interval is cut: the lower end of an arm without any metastasis is minus infinity."""
_LINK_COLOURS = (*ARM_COLOURS[1:], "#9b7b4f", FAINT)


def heat_map(effects: pd.DataFrame, interactions: pd.DataFrame, notes: dict[str, Any]) -> np.ndarray:
    """One panel per time. Diagonal and below: log2 ratio to the control; above: excess over Bliss.

    A dot in the upper half marks an excess that is not clear: its 95 % interval includes zero, or there is none.
    """
    drugs, timings = notes["drugs"], notes["timings"]
    size = 1.8 + 0.46 * len(drugs)
    figure = new_figure((size + 0.4) * len(timings) + 1.0, size + 1.0)
    usual = effects[effects["fraction"] == 1.0]
    scales = _scale(usual["effect"]), _scale(interactions["bliss"])
    with drawing():
        grid = figure.subplots(1, len(timings), squeeze=False)[0]
        for ax, timing in zip(grid, timings, strict=True):
            pairs = interactions[interactions["timing"] == timing]
            images = _panel(ax, drugs, usual[usual["timing"] == timing], pairs, scales)
            ax.set_title(f"From day {timing}" if timing[0].isdigit() else _capital(timing))
        below, above = "Effect: log2 of the ratio to control", "Above the diagonal: Bliss excess, log2"
        figure.colorbar(images[0], ax=grid, shrink=0.55, location="bottom", label=below)
        figure.colorbar(images[1], ax=grid, shrink=0.55, location="right", label=above)
    return grid


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _scale(logs: pd.Series) -> float:
    """Largest finite size on the log2 scale, at least _LEAST_SCALE."""
    known = logs.to_numpy(dtype=float)
    known = np.abs(known[np.isfinite(known)]) / math.log(2.0)
    return max(float(known.max(initial=0.0)), _LEAST_SCALE)


def _panel(
    ax: Axes, drugs: list[str], effects: pd.DataFrame, pairs: pd.DataFrame, scales: tuple[float, float]
) -> tuple[Any, Any]:
    n = len(drugs)
    below, above = np.full((n, n), np.nan), np.full((n, n), np.nan)
    for row in effects.to_dict("records"):
        i = drugs.index(row["drug"])
        j = drugs.index(row["second"]) if row["second"] else i
        below[max(i, j), min(i, j)] = row["effect"] / math.log(2.0)
    for row in pairs.to_dict("records"):
        i, j = sorted((drugs.index(row["drug"]), drugs.index(row["second"])))
        above[i, j] = row["bliss"] / math.log(2.0)
        if not (row["bliss_low"] > 0.0 or row["bliss_high"] < 0.0):
            ax.text(j, i, "·", ha="center", va="center", color=INK)
    first = ax.imshow(below, cmap="RdBu_r", vmin=-scales[0], vmax=scales[0])
    second = ax.imshow(above, cmap="PuOr_r", vmin=-scales[1], vmax=scales[1])
    ax.set_xticks(range(n), drugs, rotation=60, ha="right", fontsize=8.5)
    ax.set_yticks(range(n), drugs, fontsize=8.5)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    return first, second


def dose_response(effects: pd.DataFrame, notes: dict[str, Any]) -> Axes:
    """Single drugs at fractions of their usual dose, at the first time of the screen."""
    timing = notes["timings"][0]
    rows = effects[(effects["second"] == "") & (effects["timing"] == timing)]
    figure = new_figure(8.4, 4.4)
    with drawing():
        ax = figure.add_subplot()
        for name, style in arm_styles(notes["drugs"]).items():
            one = rows[rows["drug"] == name].sort_values("fraction")
            ends = np.exp(one[["low", "high"]].to_numpy(dtype=float).T)
            x, y = one["fraction"].to_numpy(dtype=float), np.exp(one["effect"].to_numpy(dtype=float))
            ax.plot(x, y, color=style.colour, marker=style.marker, label=name, markersize=5)
            ax.fill_between(x, *ends, color=style.colour, alpha=0.10, linewidth=0)
        ax.axhline(1.0, color=INK, linewidth=0.9)
        ax.set_xscale("log", base=2)
        ticks = sorted(rows["fraction"].unique())
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel("Dose relative to the usual one")
        ax.set_ylabel(f"{_capital(notes['endpoint'])}, ratio to control")
        ax.set_title(f"Dose response, {timing}")
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8.5)
        quiet_grid(ax)
    return ax


def ranking_figure(ranking: pd.DataFrame, draws: pd.DataFrame, notes: dict[str, Any]) -> np.ndarray:
    """The best arms: ratio to the control with intervals, what they cost, and how often each is the best."""
    rows = ranking.head(MOST_RANKED)
    figure = new_figure(11.5, 1.4 + 0.27 * len(rows))
    drawn = draws.set_index("arm").to_dict("index") if len(draws) else {}
    names = [f"{row['rank']}. {row['arm']}" for row in rows.to_dict("records")]
    with drawing():
        grid = figure.subplots(1, 3, sharey=True, width_ratios=[5, 2.2, 2.2])
        for place, row in enumerate(rows.to_dict("records")):
            _effect(grid[0], -place, row, drawn.get(row["arm"]))
            _cost(grid[1], -place, row)
            if row["arm"] in drawn:
                often = np.nan_to_num(drawn[row["arm"]]["best"])
                grid[2].barh(-place, 100.0 * often, height=0.55, color=ARM_COLOURS[3])
        grid[0].set_yticks([-i for i in range(len(rows))], names, fontsize=8.5)
        grid[0].set_ylim(0.4 - len(rows), 0.6)
        _ratio_axis(grid[0])
        grid[0].axvline(1.0, color=INK, linewidth=0.9)
        grid[0].set_xlabel(f"{_capital(notes['endpoint'])}, ratio to control")
        grid[1].set_xlabel("Bar: weight loss (%)\nDot: neutrophils (%)")
        grid[2].set_xlabel("Best of short list\n(% of draws)")
        for ax in grid[1:]:
            ax.set_xlim(0, 105)
        for ax in grid:
            ax.tick_params(axis="y", length=0)
            ax.spines["left"].set_visible(False)
            quiet_grid(ax, "x")
    return grid


def _ratio_axis(ax: Axes) -> None:
    from matplotlib.ticker import LogLocator

    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 200 else (1,), numticks=9))
    ax.xaxis.set_major_formatter(tick)
    ax.minorticks_off()


def _colour(row: dict[str, Any]) -> str:
    return INK if row["tolerated"] else ARM_COLOURS[6]


def _effect(ax: Axes, y: float, row: dict[str, Any], drawn: dict[str, Any] | None) -> None:
    """Ratio with its interval over twins, and dashed below it the range over parameter draws."""
    ends = np.exp(np.clip(np.nan_to_num([row["low"], row["high"]], nan=row["effect"]), -_MOST_LOG, _MOST_LOG))
    ax.plot(ends, [y, y], color=_colour(row), linewidth=1.8, solid_capstyle="butt")
    ax.plot(math.exp(row["effect"]), y, marker="o", color=_colour(row), markersize=5.5)
    if drawn is not None and np.isfinite(drawn["effect_low"]):
        over = np.exp([drawn["effect_low"], drawn["effect_high"]])
        dashes = (0, (3, 1.5))
        ax.plot(
            over,
            [y - 0.27] * 2,
            color=_colour(row),
            linewidth=1.0,
            linestyle=dashes,
            marker="|",
            markersize=4,
        )


def _cost(ax: Axes, y: float, row: dict[str, Any]) -> None:
    ax.barh(y, 100.0 * row["weight_loss"], height=0.55, color=FAINT if row["tolerated"] else _colour(row))
    ax.plot(100.0 * row["neutrophils"], y, marker="o", color=ARM_COLOURS[1], markersize=4.5, linestyle="none")


def steps_figure(steps: pd.DataFrame, notes: dict[str, Any]) -> Axes:
    """Where in the cascade the best arms act: contributions of the steps to the log ratio, stacked."""
    whole = steps[steps["aggregate"] == "all"]
    names = list(dict.fromkeys(whole["arm"]))
    links = [link for link in dict.fromkeys(whole["link"]) if link != "total"]
    colours = dict(zip(links, _LINK_COLOURS, strict=False))
    table = whole.pivot(index="arm", columns="link", values="contribution")
    figure = new_figure(10.5, 1.6 + 0.34 * len(names))
    with drawing():
        ax = figure.add_subplot()
        for place, name in enumerate(names):
            _stacked(ax, -place, table.loc[name], colours)
            ax.plot(table.loc[name, "total"], -place, marker=ARM_MARKERS[4], color=INK, markersize=6)
        handles = [
            ax.barh([np.nan], [np.nan], color=colour, label=LINK_WORDS.get(link, link))
            for link, colour in colours.items()
        ]
        ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8.5)
        ax.axvline(0.0, color=INK, linewidth=0.9)
        ax.set_yticks([-i for i in range(len(names))], names, fontsize=8.5)
        ax.set_ylim(0.4 - len(names), 0.6)
        ax.set_xlabel(f"Adds to the log ratio of {notes['endpoint']} to control (triangle: whole effect)")
        ax.set_title("Where the best arms act")
        quiet_grid(ax, "x")
    return ax


def _stacked(ax: Axes, y: float, values: pd.Series, colours: dict[str, str]) -> None:
    """Bars of the links, each sign from zero on."""
    ends = {True: 0.0, False: 0.0}
    for link, colour in colours.items():
        value = float(values[link])
        if np.isfinite(value):
            ax.barh(y, value, left=ends[value > 0], height=0.62, color=colour)
            ends[value > 0] += value

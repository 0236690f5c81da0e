"""The cascade funnel: what is left of what an arm sheds, step by step to a macrometastasis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from paget.formats.summary import FUNNEL_STEPS
from paget.report.numbers import tick
from paget.report.style import arm_names, arm_styles, axes_or_new, drawing, new_figure, quiet_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Steps from here on are booked at the organ that was reached; those before at the organ that sheds.
_FIRST_STEP_OF_SITE = "arrested"
_MOST_DOTS = 20


def funnel_table(result: Any, site: str | None = None, draw: int = 0) -> pd.DataFrame:
    """Counts per animal: arm, animal, and one column per step; organs and kinds of aggregate together.

    site: only what reached this organ; the steps before arrest then have no column.
    """
    rows = result.funnel[result.funnel["draw"] == draw]
    steps = list(FUNNEL_STEPS)
    if site is not None:
        rows = rows[rows["site"] == site]
        steps = steps[steps.index(_FIRST_STEP_OF_SITE) :]
    wide = rows.groupby(["arm", "animal", "step"], sort=False, observed=True)["count"].sum().unstack("step")
    present = [step for step in steps if step in wide.columns]
    return wide[present].reset_index()


def cascade_funnel(
    result: Any, ax: Axes | None = None, site: str | None = None, limits: tuple[float, float] | None = None
) -> Axes:
    """Aggregates per animal at each step, on a logarithmic axis: line at the arm's mean, one dot per animal.

    Zeros sit on the line "0" at the foot. site: only one organ, from arrest on. limits: height of "0" and of the
    largest number, to make two funnels comparable; chosen from the data where not given.
    """
    table = funnel_table(result, site)
    steps = [column for column in table.columns if column not in ("arm", "animal")]
    ax = axes_or_new(ax, 7.6 if site is None else 5.6, 4.2)
    names = arm_names(result)
    floor, top = limits or funnel_limits(table)
    with drawing():
        for place, (name, style) in enumerate(arm_styles(names).items()):
            animals = table.loc[table["arm"] == name, steps].to_numpy(dtype=float)
            if not animals.size:
                continue
            shift = (place - (len(names) - 1) / 2) * 0.1
            _animals(ax, animals[:_MOST_DOTS], shift, floor, style)
            ax.plot(
                np.arange(len(steps)) + shift, np.maximum(animals.mean(axis=0), floor), color=style.colour,
                linewidth=2.2, marker=style.marker, markersize=6.5, label=name, markeredgecolor="white",
                markeredgewidth=0.7,
            )  # fmt: skip
        _finish(ax, steps, floor, top, site)
    return ax


def funnel_figure(result: Any, site: str | None = "lung") -> np.ndarray:
    """All organs together beside one organ; returns the array of axes."""
    if site is not None and site not in set(result.funnel["site"]):
        site = None
    figure = new_figure(11.0 if site else 7.6, 4.3)
    with drawing():
        if site is None:
            return np.array([cascade_funnel(result, figure.add_subplot())])
        grid = figure.subplots(1, 2, width_ratios=[7, 5])
        floor, top = funnel_limits(funnel_table(result))
        limits = (min(floor, funnel_limits(funnel_table(result, site))[0]), top)
        cascade_funnel(result, grid[0], limits=limits)
        cascade_funnel(result, grid[1], site, limits=limits)
        if grid[1].get_legend() is not None:
            grid[1].get_legend().remove()
        grid[1].set_ylabel("")
    return grid


def funnel_limits(table: pd.DataFrame) -> tuple[float, float]:
    """(height of "0", top): a decade below the smallest mean of an arm, and twice the largest count."""
    counts = table.drop(columns=["arm", "animal"])
    return _floor(counts.groupby(table["arm"], observed=True).mean().to_numpy(dtype=float)), _top(counts)


def _top(counts: pd.DataFrame) -> float:
    largest = float(np.nanmax(counts.to_numpy(dtype=float), initial=0.0))
    return max(2.0 * largest, 10.0)


def _floor(means: np.ndarray) -> float:
    """Height at which zeros are drawn: a decade below the smallest mean."""
    positive = means[means > 0]
    return float(10.0 ** (np.floor(np.log10(positive.min())) - 1)) if positive.size else 0.01


def _animals(ax: Axes, animals: np.ndarray, shift: float, floor: float, style: Any) -> None:
    x = np.repeat(np.arange(animals.shape[1])[None, :], animals.shape[0], axis=0) + shift
    heights = np.where(animals > 0, animals, floor)
    ax.plot(
        x.ravel(), heights.ravel(), linestyle="none", marker="o", markersize=2.6, color=style.colour, alpha=0.3,
        markeredgewidth=0,
    )  # fmt: skip


def _finish(ax: Axes, steps: list[str], floor: float, top: float, site: str | None) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator

    ax.set_yscale("log")
    ax.set_ylim(floor * 0.7, top)
    ax.yaxis.set_major_locator(LogLocator(numticks=12))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: "0" if y <= floor * 1.01 else tick(y)))
    ax.minorticks_off()
    ax.set_xticks(range(len(steps)), [_broken(step) for step in steps], fontsize=8.5)
    ax.set_xlim(-0.5, max(len(steps) - 0.5, 0.5))
    ax.set_ylabel("Aggregates or groups per animal")
    ax.set_title("All organs" if site is None else site[:1].upper() + site[1:])
    quiet_grid(ax)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper right")


def _broken(step: str) -> str:
    return step.replace(" ", "\n").replace("ometastasis", "o-\nmetastasis")

"""Forest plot of the declared contrasts: effect and interval, ratios and differences on axes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator

from paget.report.numbers import p_value, short, tick, unit_text
from paget.report.style import FAINT, INK, arm_names, arm_styles, axes_or_new, drawing, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 0.5


def contrast_forest(result: Any, ax: Axes | None = None, declared: bool = True) -> Axes | np.ndarray:
    """Effects with their 95 % intervals, the arm's colour, primary contrasts filled.

    Without `ax`: a new figure with one axes per scale (ratios on a logarithmic axis, differences by unit); returns them
    in an array. With `ax`: the first of these scales only.
    """
    groups = _groups(result, declared)
    if ax is not None:
        with drawing():
            _draw(ax, result, *(groups[0] if groups else ("", pd.DataFrame())))
        return ax
    if not groups:
        empty = axes_or_new(None, 8.0, 1.4)
        empty.set_axis_off()
        empty.text(0.5, 0.5, "no contrast", ha="center", color=FAINT, transform=empty.transAxes)
        return np.array([empty])
    heights = [len(rows) * _ROW + 0.55 for _, rows in groups]
    figure = new_figure(9.6, sum(heights) + 0.2)
    with drawing():
        grid = figure.subplots(len(groups), 1, height_ratios=heights, squeeze=False).ravel()
        for axes, (scale, rows) in zip(grid, groups, strict=True):
            _draw(axes, result, scale, rows)
    return grid


def _groups(result: Any, declared: bool) -> list[tuple[str, pd.DataFrame]]:
    """(scale, rows): "" for ratios, else the unit of the difference; contrasts without an effect come last."""
    rows = result.contrasts[result.contrasts["declared"].astype(bool) == declared]
    if not len(rows):
        return []
    units = result.endpoints.drop_duplicates("endpoint").set_index("endpoint")["unit"]
    ratio = rows["effect_name"].str.contains("ratio")
    scale = rows["endpoint"].map(units).fillna("").map(unit_text).where(~ratio, "ratio")
    return [(str(name), rows[scale == name]) for name in pd.unique(scale)]


def _draw(ax: Axes, result: Any, scale: str, rows: pd.DataFrame) -> None:
    styles = arm_styles(arm_names(result))
    is_ratio = scale == "ratio"
    null = 1.0 if is_ratio else 0.0
    window = _window(rows, is_ratio)
    for place, row in enumerate(rows.to_dict("records")):
        _row(ax, -place, row, styles, window)
    ax.axvline(null, color=INK, linewidth=0.9)
    if is_ratio:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(
            LogLocator(subs=(1, 2, 5) if window[1] / window[0] < 200 else (1,), numticks=9)
        )
        ax.xaxis.set_major_formatter(tick)
        ax.minorticks_off()
    ax.set(xlim=window, ylim=(0.6 - len(rows), 0.6))
    ax.set_yticks(
        [-i for i in range(len(rows))],
        [f"{r['endpoint']}\n{r['arm']} vs {r['reference']}" for r in rows.to_dict("records")],
        fontsize=8.5,
    )
    ax.set_xlabel(
        "Ratio (arm / reference)" if is_ratio else f"Difference (arm − reference{', ' * bool(scale)}{scale})"
    )
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False)


def _window(rows: pd.DataFrame, is_ratio: bool) -> tuple[float, float]:
    """Limits that show all finite intervals and the line of no effect."""
    ends = rows[["effect", "low", "high"]].to_numpy(dtype=float).ravel() if len(rows) else np.empty(0)
    ends = ends[np.isfinite(ends) & ((ends > 0) | (not is_ratio))]
    if is_ratio:
        ends = np.clip(np.append(ends, [0.5, 2.0]), 1e-3, 1e3)
        return float(ends.min() / 1.25), float(ends.max() * 1.25)
    ends = np.append(ends, 0.0)
    margin = 0.08 * max(float(np.ptp(ends)), 1e-12)
    return float(ends.min() - margin), float(ends.max() + margin)


def _row(ax: Axes, y: float, row: dict[str, Any], styles: Any, window: tuple[float, float]) -> None:
    style = styles.get(row["arm"])
    colour, marker = (style.colour, style.marker) if style else (INK, "o")
    if np.isfinite(row["effect"]) or np.isfinite(row["low"]) or np.isfinite(row["high"]):
        low, high = np.clip([np.nan_to_num(row["low"], nan=window[0]), row["high"]], *window)
        ax.plot([low, high], [y, y], color=colour, linewidth=2.0, solid_capstyle="butt")
        filled = colour if row["family"] == "primary" else "white"
        at = np.clip(row["effect"], *window)
        ax.plot(at, y, marker=marker, markersize=8, color=colour, markerfacecolor=filled, markeredgewidth=1.6)
        _from_parameters(ax, y, row, colour, window)
    ax.annotate(
        _words(row), (1.01, y), xycoords=("axes fraction", "data"), va="center", ha="left", fontsize=8.5,
        annotation_clip=False,
    )  # fmt: skip


def _from_parameters(
    ax: Axes, y: float, row: dict[str, Any], colour: str, window: tuple[float, float]
) -> None:
    """The range of the effect over parameter draws, dashed below the interval between animals."""
    ends = np.array([row.get("draws_low", np.nan), row.get("draws_high", np.nan)], dtype=float)
    if np.isfinite(ends).all():
        ends = np.clip(ends, *window)
        ax.plot(
            ends,
            [y - 0.24] * 2,
            color=colour,
            linewidth=1.2,
            linestyle=(0, (3, 1.5)),
            marker="|",
            markersize=5,
        )


def _words(row: dict[str, Any]) -> str:
    if not np.isfinite(row["p"]):
        return "cannot be estimated"
    text = f"{short(row['effect'], 2)} [{short(row['low'], 2)}, {short(row['high'], 2)}]"
    corrected = np.isfinite(row["p_holm"])
    p = p_value(row["p_holm"] if corrected else row["p"])
    return f"{text}\np {p}{' (Holm)' if corrected else ''}, n = {row['n_arm']}, {row['n_reference']}"

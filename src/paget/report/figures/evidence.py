"""One row of the ledger as a figure: what was published, what is simulated, and both kinds of uncertainty.

One strip per number of the row, each on an axis of its own. Solid: interval between animals about the central value.
Dashed: middle 95 % over parameter draws; small dots: the draws. Shaded: the side, or the range, that was published.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from paget.report.numbers import short, tick, unit_text
from paget.report.style import ARM_COLOURS, FAINT, INK, drawing, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OBSERVED, SIMULATED = ARM_COLOURS[2], ARM_COLOURS[1]
_STRIP = 0.95
"""Least height of a strip [inch]."""
_LINE = 0.17
"""Height of a line of its name [inch]."""
_WIDEST = 1e4
"""A ratio is drawn between one over this and this."""
_WORDS_PER_LINE = 36
"""Letters per line of a name."""


def evidence_figure(row: Any) -> Any:
    """The figure of a row (its axes); None for a row without findings."""
    findings = list(row.findings)
    if not findings:
        return None
    heights = [max(_STRIP, _LINE * len(_name(finding)) + 0.45) for finding in findings]
    figure = new_figure(9.2, sum(heights) + 0.35)
    with drawing():
        grid = figure.subplots(len(findings), 1, height_ratios=heights, squeeze=False).ravel()
        for axes, finding in zip(grid, findings, strict=True):
            _strip(axes, finding)
    return grid


def _name(finding: Any) -> list[str]:
    """The name in lines."""
    return textwrap.wrap(finding.name, _WORDS_PER_LINE)


def _strip(ax: Axes, finding: Any) -> None:
    on_log = finding.measure.startswith("ratio") or finding.measure == "median of volumes"
    low, high = _window(finding, on_log)
    if on_log:
        ax.set_xscale("log")
    ax.set(xlim=(low, high), ylim=(-0.75, 0.75))
    _published(ax, finding, low, high)
    _draws(ax, finding, low, high)
    _simulated(ax, finding, low, high)
    _axis(ax, finding, on_log)


def _window(finding: Any, on_log: bool) -> tuple[float, float]:
    """Limits that show the intervals, what was published, and most draws."""
    ends = [finding.value, *finding.between_animals, *finding.from_parameters]
    ends += [x for x in (finding.no_effect, *(finding.target or ())) if x is not None]
    known = np.array([x for x in ends if math.isfinite(x) and (x > 0.0 or not on_log)] or [1.0])
    if on_log:
        known = np.clip(known, 1.0 / _WIDEST * known.max(), _WIDEST * max(known.min(), 1e-300))
        return float(known.min() / 1.4), float(known.max() * 1.4)
    margin = 0.08 * max(float(np.ptp(known)), 1e-9)
    return float(known.min() - margin), float(known.max() + margin)


def _published(ax: Axes, finding: Any, low: float, high: float) -> None:
    """The published range, or the published side of no effect."""
    if finding.target is not None:
        start, end = finding.target
    else:
        start, end = (low, finding.no_effect) if finding.direction == "lower" else (finding.no_effect, high)
    ax.axvspan(max(start, low), min(end, high), color=OBSERVED, alpha=0.22, linewidth=0)
    if finding.no_effect is not None:
        ax.axvline(finding.no_effect, color=INK, linewidth=0.9)


def _draws(ax: Axes, finding: Any, low: float, high: float) -> None:
    known = finding.draws[np.isfinite(finding.draws)]
    inside = np.clip(known, low, high)
    # Spread in a fixed pattern, so that equal draws do not hide each other.
    height = -0.42 + 0.16 * (np.arange(known.size) * 0.618 % 1.0 - 0.5)
    ax.plot(inside, height, linestyle="none", marker="o", markersize=2.6, color=FAINT, markeredgewidth=0)
    ends = np.array(finding.from_parameters)
    if np.isfinite(ends).all():
        ends = np.clip(ends, low, high)
        ax.plot(
            ends,
            [-0.2, -0.2],
            color=SIMULATED,
            linewidth=1.2,
            linestyle=(0, (3, 1.5)),
            marker="|",
            markersize=5,
        )


def _simulated(ax: Axes, finding: Any, low: float, high: float) -> None:
    if math.isfinite(finding.value):
        ends = np.clip(np.array(finding.between_animals), low, high)
        ax.plot(ends, [0.22, 0.22], color=SIMULATED, linewidth=2.2, solid_capstyle="butt")
        at = min(max(finding.value, low), high)
        ax.plot(at, 0.22, marker="s", markersize=7, color=SIMULATED)
    ax.annotate(
        _words(finding), (1.01, 0.5), xycoords="axes fraction", va="center", ha="left", fontsize=8.5,
        annotation_clip=False,
    )  # fmt: skip


def _words(finding: Any) -> str:
    low, high = finding.between_animals
    if not math.isfinite(finding.value):
        return "no number"
    text = f"{short(finding.value, 2)} [{short(low, 2)}, {short(high, 2)}]"
    return f"{text}\nn = {finding.animals}" if finding.animals else text


def _axis(ax: Axes, finding: Any, on_log: bool) -> None:
    ax.set_yticks([0.0], ["\n".join(_name(finding))], fontsize=8.5)
    unit = unit_text(finding.unit)
    ax.set_xlabel(f"{finding.measure}{f' ({unit})' if unit else ''}", fontsize=8.0, labelpad=1.0)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=8.0, pad=1.5)
    ax.spines["left"].set_visible(False)
    if on_log:
        low, high = ax.get_xlim()
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 200 else (1,), numticks=9))
        ax.xaxis.set_major_formatter(tick)
        ax.minorticks_off()
    else:
        ax.xaxis.set_major_locator(MaxNLocator(6))

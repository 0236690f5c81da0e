"""What the community benchmarks share: rows of a table, small tissues, figures in the style of the reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paget.report.style import ARM_COLOURS, drawing, new_figure, quiet_grid
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Factor, Phase, Population, Steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RESTING = Cycle("Live", 5, (Phase("live", 14, divides_at_exit=True, doubles_at_entry=True),))
INERT = Factor("inert", 0.0, 0.0, 0.0)
QUIET = {"cell-cell repulsion": 0.0, "cell-cell adhesion": 0.0}
"""Behaviours of cells that do not touch each other."""


@dataclass(frozen=True)
class Row:
    """One number that was measured, and what it is compared with."""

    quantity: str
    paget: float
    exact: float | None = None
    """From a closed form or an independent solution; None where there is none."""
    published: str = ""
    """What other tools gave, in words."""


@dataclass
class Case:
    """One test: its rows, and the curves of its figure by label."""

    title: str
    rows: list[Row]
    curves: dict[str, tuple[npt.NDArray, npt.NDArray]] = field(default_factory=dict)
    axes: tuple[str, str] = ("time (min)", "")
    draw: Callable[[Axes], None] | None = None
    """Draws the panel where lines are not enough."""


def box(half: float, spacing: float) -> Domain:
    """A cube centred at 0 (um)."""
    return Domain((-half,) * 3, (half,) * 3, (spacing,) * 3)


def tissue(
    domain: Domain,
    *types: CellType,
    factors: tuple[Factor, ...] = (INERT,),
    steps: Steps | None = None,
    **more: Any,
) -> Definition:
    """A definition without walls and springs, types numbered in their order."""
    numbered = tuple(replace(one, code=code) for code, one in enumerate(types))
    more = {"walls": False, "springs": False} | more
    return Definition(domain, factors, numbered, steps=steps or Steps(), **more)


def cells_at(
    places: npt.ArrayLike, kinds: Sequence[int] | int = 0, radius: float | None = None, **own: npt.NDArray
) -> Population:
    """Cells at places (um), shape (n, 3); `radius` (um): of all; `own`: behaviours, with `_` for a space."""
    position = np.asarray(places, dtype=np.float64).reshape(-1, 3)
    kind = np.broadcast_to(np.asarray(kinds, dtype=np.int32), len(position)).copy()
    volume = None if radius is None else np.full(len(position), 4.0 / 3.0 * np.pi * radius**3)
    return Population(
        position, kind, volume, {name.replace("_", " "): values for name, values in own.items()}
    )


# ---- tables and figures ----------------------------------------------------------------------------------------------


def print_case(case: Case) -> None:
    """The rows of a case as a table."""
    print(f"\n{case.title}\n{'':52}{'Paget':>11}{'exact':>11}{'difference':>12}  published")
    for row in case.rows:
        exact = "" if row.exact is None else f"{row.exact:11.5g}"
        difference = "" if row.exact is None else f"{row.paget - row.exact:12.2g}"
        print(f"{row.quantity:52}{row.paget:11.5g}{exact:>11}{difference:>12}  {row.published}".rstrip())


def save_figure(cases: Sequence[Case], file: Path) -> None:
    """One panel per case that has something to draw, as PNG."""
    drawn = [case for case in cases if case.curves or case.draw]
    if not drawn:
        return
    columns = min(len(drawn), 3)
    lines = -(-len(drawn) // columns)
    figure = new_figure(4.2 * columns, 3.2 * lines)
    with drawing():
        for number, case in enumerate(drawn):
            ax = figure.add_subplot(lines, columns, number + 1)
            _panel(ax, case)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, dpi=150)
    print(f"\n{file}")


def _panel(ax: Axes, case: Case) -> None:
    """Exact curves thin and black, Paget's and those of the tools in the colours of arms."""
    ax.set_title(case.title)
    ax.set_xlabel(case.axes[0])
    ax.set_ylabel(case.axes[1])
    quiet_grid(ax)
    if case.draw is not None:
        case.draw(ax)
    colours = iter(ARM_COLOURS[1:] * 2)
    for label, (x, y) in case.curves.items():
        exact = label.startswith("exact")
        style = {"color": "black", "lw": 0.9, "ls": "--", "zorder": 3} if exact else {"color": next(colours)}
        ax.plot(x, y, label=label, **style)
    if ax.get_yscale() == "log":
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if case.curves:
        ax.legend()

"""How arms look: one colour and one marker each, the same in every figure, safe for colour-blind readers.

The colours are Okabe and Ito's (2008), without the yellow that vanishes on white and with a dark grey for the first
arm, which is the reference. Ink, grid and arm colours are fixed numbers in every figure, so that the report can replace
them by variables that follow the reader's light or dark scheme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

INK = "#1b1f24"
FAINT = "#8b939c"
GRID = "#e3e6e9"
PAPER = "#ffffff"
ARM_COLOURS = ("#4a4f55", "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
ARM_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
MOST_ANIMALS_DRAWN = 40

_RC: dict[RcKeyType, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": "auto",
    "svg.fonttype": "none",
    "text.parse_math": False,  # a "$" in the name of an arm is a dollar
    "path.simplify": True,
    "hatch.linewidth": 0.6,
}


class ArmStyle(NamedTuple):
    """Colour and marker of an arm."""

    colour: str
    marker: str


def arm_names(result: Any) -> list[str]:
    """Names of the arms in the order of the design."""
    return [str(arm.name) for arm in result.design.arms]


def arm_styles(names: Sequence[str]) -> dict[str, ArmStyle]:
    """Style of every arm by its place in the design; beyond seven arms colours and markers pair anew."""
    n = len(ARM_COLOURS)
    return {name: ArmStyle(ARM_COLOURS[i % n], ARM_MARKERS[(i + i // n) % n]) for i, name in enumerate(names)}


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib settings of Paget's figures, for the time of drawing and saving only."""
    import matplotlib

    with matplotlib.rc_context(_RC):
        yield


def new_figure(width: float, height: float, layout: Literal["constrained"] | None = "constrained") -> Figure:
    """An empty figure [inch], outside pyplot, so that nothing stays in memory."""
    from matplotlib.figure import Figure

    with drawing():
        return Figure(figsize=(width, height), layout=layout)


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """The caller's axes, or those of a new figure."""
    if ax is not None:
        return ax
    figure = new_figure(width, height)
    with drawing():
        return figure.add_subplot()


def quiet_grid(ax: Axes, axis: Literal["x", "y", "both"] = "y") -> None:
    """Thin lines behind the data."""
    ax.grid(visible=True, axis=axis, color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)


def day_axis(ax: Axes) -> None:
    """Days from 0, with ticks at whole weeks where that is readable."""
    from matplotlib.ticker import MultipleLocator

    ax.set_xlabel("Day after inoculation")
    ax.set_xlim(left=0)
    last = ax.get_xlim()[1]
    if 14 <= last <= 400:
        weeks = next(weeks for weeks in (1, 2, 4, 8) if last / (7 * weeks) <= 8)
        ax.xaxis.set_major_locator(MultipleLocator(7 * weeks))


def two_lines(name: str) -> str:
    """A long arm name broken near its middle, after a "+" where there is one."""
    if len(name) <= 14:
        return name
    breaks = [i for i, letter in enumerate(name) if letter == " "]
    plus = [i for i in breaks if name[i - 1] == "+"]
    places = plus or breaks
    if not places:
        return name
    at = min(places, key=lambda i: abs(i - len(name) / 2))
    return f"{name[:at]}\n{name[at + 1 :]}"

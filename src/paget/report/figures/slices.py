"""A slice through a tissue: cells as they are cut, on the level of a factor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError, did_you_mean
from paget.formats.snapshot import voxel_centres
from paget.report.numbers import short, unit_text
from paget.report.render import write_png
from paget.report.style import ARM_COLOURS, INK, axes_or_new, drawing
from paget.tissue.cells import APOPTOTIC, LIVE, NECROTIC
from paget.tissue.snapshot import Snapshot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TYPE_COLOURS = (*ARM_COLOURS[1:], ARM_COLOURS[0])
"""Colours of cell types in their order; they come round again after the last."""
DEATH_COLOURS = {APOPTOTIC: "#f0e442", NECROTIC: "#7a4b2a"}
AXES = "xyz"


def save_slice(path: Path | str, snapshot: Snapshot, **options: Any) -> Path:
    """Write `slice_image` as PNG. Raises PagetError for what is not there to show, or if the system refuses."""
    return write_png(slice_image(snapshot, **options), Path(path))


def slice_image(
    snapshot: Snapshot,
    factor: str | None = None,
    *,
    across: str = "z",
    at: float | None = None,
    limits: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Cells that a plane cuts, drawn with the radius of the cut, over a heat map of a factor.

    factor: name [default: the first; none without factors]. across: the axis that the plane is perpendicular to. at:
    where it cuts (um) [default: the middle of the domain]. limits: range of the colours in the unit of the factor
    [default: that of the slice]; state it for pictures in a row. Colours of cells are those of their types; apoptotic
    cells are yellow, necrotic ones brown, with the colour of the type as edge.
    """
    if across not in AXES:
        raise PagetError("unknown axis", found=across, allowed=tuple(AXES))
    normal = AXES.index(across)
    horizontal, vertical = (axis for axis in range(3) if axis != normal)
    domain = snapshot.definition.domain
    height = (domain.low[normal] + domain.high[normal]) / 2.0 if at is None else float(at)
    if not domain.low[normal] <= height <= domain.high[normal]:
        allowed = f"{domain.low[normal]:g} to {domain.high[normal]:g} um"
        raise PagetError("the plane lies outside the domain", key=across, found=height, allowed=allowed)
    width = domain.high[horizontal] - domain.low[horizontal]
    tall = domain.high[vertical] - domain.low[vertical]
    ax = axes_or_new(ax, 6.4, float(np.clip(5.2 * tall / width, 2.0, 9.0)))
    with drawing():
        _field(ax, snapshot, _factor_number(snapshot, factor), normal, height, limits)
        _cells(ax, snapshot, normal, height)
        ax.set_xlim(domain.low[horizontal], domain.high[horizontal])
        ax.set_ylim(domain.low[vertical], domain.high[vertical])
        ax.set_aspect("equal")
        ax.set_xlabel(f"{AXES[horizontal]} (µm)")
        ax.set_ylabel(f"{AXES[vertical]} (µm)")
        where = "" if domain.two_dimensional else f", {across} = {short(height)} µm"
        ax.set_title(f"{clock(snapshot.time)}{where}", fontsize=10)
        _legend(ax, snapshot)
    return ax


def clock(minutes: float) -> str:
    """A time as one says it: 0 min, 90 min, 36 h, 12 d."""
    if minutes < 120:
        return f"{short(minutes)} min"
    return f"{short(minutes / 60)} h" if minutes < 5 * 1440 else f"{short(minutes / 1440)} d"


def _factor_number(snapshot: Snapshot, name: str | None) -> int | None:
    names = [factor.name for factor in snapshot.definition.factors]
    if name is None:
        return 0 if names else None
    if name not in names:
        raise PagetError(
            "unknown factor", key="factor", found=name, allowed=names, suggestion=did_you_mean(name, names)
        )
    return names.index(name)


def _field(
    ax: Axes,
    snapshot: Snapshot,
    number: int | None,
    normal: int,
    height: float,
    limits: tuple[float, float] | None,
) -> None:
    """The layer of voxels that the plane passes through."""
    if number is None:
        return
    domain = snapshot.definition.domain
    layer = int(np.argmin(np.abs(voxel_centres(domain)[normal] - height)))
    level = np.take(snapshot.level[number], layer, axis=2 - normal)  # rows: the vertical axis of the picture
    low, high = limits or (float(level.min()), float(level.max()))
    edges = [
        (domain.low[axis], domain.low[axis] + domain.shape[2 - axis] * domain.spacing[axis])
        for axis in range(3)
        if axis != normal
    ]
    image = ax.imshow(
        level, origin="lower", extent=(*edges[0], *edges[1]), cmap=_pale_greys(), vmin=low, vmax=max(high, low + 1e-12),
        interpolation="nearest", zorder=0,
    )  # fmt: skip
    factor = snapshot.definition.factors[number]
    unit = unit_text(factor.unit)
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.8, pad=0.02)
    bar.set_label(f"{factor.name} ({unit})" if unit and unit != "dimensionless" else factor.name)
    bar.outline.set_visible(False)


def _pale_greys() -> Any:
    """From white to a grey on which all colours of cells can be told."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("pale greys", ["#ffffff", "#9aa1a8"])


def _cells(ax: Axes, snapshot: Snapshot, normal: int, height: float) -> None:
    from matplotlib.collections import EllipseCollection

    away = snapshot.position[:, normal] - height
    cut = np.flatnonzero(np.abs(away) < snapshot.radius)
    if not cut.size:
        return
    cut = cut[np.argsort(-np.abs(away[cut]), kind="stable")]  # those cut in the middle lie on top
    across = 2.0 * np.sqrt(snapshot.radius[cut] ** 2 - away[cut] ** 2)
    plane = [axis for axis in range(3) if axis != normal]
    edge, face = cell_colours(snapshot.kind[cut], snapshot.cells["model"][cut])
    discs = EllipseCollection(
        across, across, np.zeros(len(cut)), units="xy", offsets=snapshot.position[cut][:, plane],
        offset_transform=ax.transData, facecolors=face, edgecolors=edge, linewidths=0.6,
    )  # fmt: skip
    ax.add_collection(discs)


def cell_colours(
    kind: npt.NDArray[Any], model: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Edge and face of cells of these types, alive or dying, as red, green, blue and opacity; shape (n, 4) each."""
    from matplotlib.colors import to_rgba

    colours = np.array([to_rgba(colour) for colour in TYPE_COLOURS])
    edge = colours[kind % len(colours)]
    face = edge.copy()
    for death, colour in DEATH_COLOURS.items():
        face[model == death] = to_rgba(colour)
    edge[model == LIVE, :3] *= 0.6  # neighbours of one type can be told apart
    return edge, face


def _legend(ax: Axes, snapshot: Snapshot) -> None:
    """Types that the tissue has, and deaths that occur in it."""
    from matplotlib.lines import Line2D

    def disc(face: str, edge: str, name: str) -> Line2D:
        return Line2D(
            [], [], linestyle="none", marker="o", markersize=7, color=face, markeredgecolor=edge, label=name
        )

    handles = [
        disc(TYPE_COLOURS[number % len(TYPE_COLOURS)], TYPE_COLOURS[number % len(TYPE_COLOURS)], kind.name)
        for number, kind in enumerate(snapshot.definition.cell_types)
    ]
    for death, name in ((APOPTOTIC, "apoptotic"), (NECROTIC, "necrotic")):
        if (snapshot.cells["model"] == death).any():
            handles.append(disc(DEATH_COLOURS[death], INK, name))
    ax.figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4), fontsize=9)

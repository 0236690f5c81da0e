"""The box of tissue and the time steps of a settings file.

Read as in release 1.14 (its `modules/PhysiCell_settings.cpp`): in two dimensions the domain is one layer of voxels
around z = 0, whatever the file says about z.
"""

from __future__ import annotations

from paget.formats.physicell.carried_over import UNREAD, UNSUPPORTED
from paget.formats.physicell.element import Element
from paget.tissue.definition import Domain, Steps

MOST_VOXELS = 200_000_000


def read_domain(root: Element) -> Domain:
    """The box of tissue."""
    node = root.need("domain")
    low = [node.need(f"{axis}_min").number() for axis in "xyz"]
    high = [node.need(f"{axis}_max").number() for axis in "xyz"]
    spacing = [node.need(f"d{axis}").above(0.0) for axis in "xyz"]
    flat = node.child("use_2D")
    two_dimensional = flat is not None and flat.flag()
    if two_dimensional:
        if (low[2], high[2]) != (-0.5 * spacing[2], 0.5 * spacing[2]):
            for tag in ("z_min", "z_max"):
                node.need(tag).note = "2-D: one layer of voxels around z = 0, as in PhysiCell"
        low[2], high[2] = -0.5 * spacing[2], 0.5 * spacing[2]
    for axis, bottom, top in zip("xyz", low, high, strict=True):
        if bottom >= top:
            raise node.need(f"{axis}_max").error(
                "the domain has no extent", found=f"{top:g}", allowed=f"above {bottom:g}"
            )
    _check_size(node, low, high, spacing)
    return Domain(_three(low), _three(high), _three(spacing), two_dimensional)


def _check_size(node: Element, low: list[float], high: list[float], spacing: list[float]) -> None:
    voxels = 1.0
    for bottom, top, step in zip(low, high, spacing, strict=True):
        voxels *= max(1.0, (top - bottom) / step)
    if voxels > MOST_VOXELS:
        raise node.error("has too many voxels", found=f"{voxels:.3g}", allowed=f"{MOST_VOXELS}")


def _three(values: list[float]) -> tuple[float, float, float]:
    x, y, z = values
    return x, y, z


def read_steps(root: Element) -> Steps:
    """The time steps (min)."""
    node = root.need("overall")
    default = Steps()
    steps = Steps(
        _step(node, "dt_diffusion", default.diffusion),
        _step(node, "dt_mechanics", default.mechanics),
        _step(node, "dt_phenotype", default.phenotype),
    )
    pairs = (
        ("dt_mechanics", steps.mechanics, "dt_diffusion", steps.diffusion),
        ("dt_phenotype", steps.phenotype, "dt_mechanics", steps.mechanics),
    )
    for longer, value, shorter, unit in pairs:
        if abs(round(value / unit) * unit - value) > 1e-9 * value or value < unit * (1 - 1e-9):
            where = node.child(longer) or node
            raise where.error(
                f"must be a whole multiple of {shorter}",
                found=f"{value:g}",
                allowed=f"multiples of {unit:g} min",
            )
    intracellular = node.child("dt_intracellular")
    if intracellular is not None:
        intracellular.mark(UNSUPPORTED, "no intracellular models")
    for tag in ("time_units", "space_units"):
        unit_node = node.child(tag)
        if unit_node is not None:
            unit_node.mark(UNREAD, "only written to output; steps and rates are in min, lengths in um")
    return steps


def _step(node: Element, tag: str, default: float) -> float:
    child = node.child(tag)
    return default if child is None else child.above(0.0)

"""`result.plot(kind)`: the figures by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paget.errors import PagetError, did_you_mean

KINDS = ("growth", "survival", "funnel", "contrasts", "tolerability", "composition")


def plot(result: Any, kind: str = "growth", ax: Any = None, **options: Any) -> Any:
    """Draw one figure of a result and return its axes.

    kind: "growth", "survival", "funnel", "contrasts", "tolerability", "composition", or the name of an endpoint for
    its strip plot.
    """
    if kind in _functions():
        return _functions()[kind](result, ax=ax, **options)
    endpoints = [str(name) for name in result.endpoints["endpoint"].unique()]
    if kind in endpoints:
        from paget.report.figures.strips import endpoint_strip

        return endpoint_strip(result, kind, ax=ax, **options)
    allowed = [*KINDS, *endpoints]
    raise PagetError(
        "no figure of this name",
        key="plot",
        found=kind,
        allowed=allowed,
        suggestion=did_you_mean(kind, allowed),
    )


def _functions() -> dict[str, Callable[..., Any]]:
    from paget.report.figures.composition import composition
    from paget.report.figures.contrasts import contrast_forest
    from paget.report.figures.funnel import cascade_funnel
    from paget.report.figures.growth import growth_curves
    from paget.report.figures.survival import survival_curves
    from paget.report.figures.tolerability import tolerability

    functions = (growth_curves, survival_curves, cascade_funnel, contrast_forest, tolerability, composition)
    return dict(zip(KINDS, functions, strict=True))

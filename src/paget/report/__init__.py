"""Figures, tables and the self-contained report of a finished trial.

Everything here reads a result (its data frames and its design) and runs nothing. Names are loaded on first use, because
matplotlib and Jinja2 take longer to import than a small trial takes to run.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.report.by_name import plot
    from paget.report.figures.composition import composition
    from paget.report.figures.contrasts import contrast_forest
    from paget.report.figures.funnel import cascade_funnel
    from paget.report.figures.growth import growth_curves, growth_panels
    from paget.report.figures.strips import endpoint_strip, endpoint_strips
    from paget.report.figures.survival import survival_curves
    from paget.report.figures.tolerability import tolerability
    from paget.report.terminal import terminal_summary
    from paget.report.write import write_report

_HOME_OF = {
    "cascade_funnel": "paget.report.figures.funnel",
    "composition": "paget.report.figures.composition",
    "contrast_forest": "paget.report.figures.contrasts",
    "endpoint_strip": "paget.report.figures.strips",
    "endpoint_strips": "paget.report.figures.strips",
    "growth_curves": "paget.report.figures.growth",
    "growth_panels": "paget.report.figures.growth",
    "plot": "paget.report.by_name",
    "survival_curves": "paget.report.figures.survival",
    "terminal_summary": "paget.report.terminal",
    "tolerability": "paget.report.figures.tolerability",
    "write_report": "paget.report.write",
}

__all__ = [
    "cascade_funnel",
    "composition",
    "contrast_forest",
    "endpoint_strip",
    "endpoint_strips",
    "growth_curves",
    "growth_panels",
    "plot",
    "survival_curves",
    "terminal_summary",
    "tolerability",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'paget.report' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)

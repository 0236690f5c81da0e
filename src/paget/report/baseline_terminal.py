"""What a fit of the baselines gave, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paget.report.words import RESEARCH_ONLY

if TYPE_CHECKING:
    from paget.analysis.baseline.fit import BaselineFit

FAR = 0.05
"""Relative distance from a target beyond which it counts as missed."""


def terminal_baseline(found: BaselineFit) -> str:
    """Targets before and after, and the numbers that were moved."""
    lines = [f"{'target':76s} {'wanted':>9s} {'before':>9s} {'after':>9s}"]
    for before, after in zip(found.before, found.after, strict=True):
        missed = "  missed" if abs(after.found / after.wanted - 1.0) > FAR else ""
        lines.append(
            f"{after.target.path_key:76s} {after.wanted:9.4g} {before.found:9.4g} {after.found:9.4g}{missed}"
        )
    for dose, (wanted, ratio) in found.paclitaxel.items():
        name = f"paclitaxel alone, {dose:g} mg/kg weekly: treated over control"
        lines.append(f"{name:76s} {wanted:9.2f} {'':9s} {ratio:9.3f}")
    for tumour, (low, high) in found.growth.items():
        name = f"{tumour}: median volume over its law, days 14 to 38"
        lines.append(f"{name:76s} {'1':>9s} {'':9s} {low:.2f}-{high:.2f}")
    lines += ["", f"{'number':88s} {'before':>10s} {'after':>10s} unit"]
    for one in sorted(found.fitted, key=lambda one: one.path):
        rows = f"  ({', '.join(one.rows)})" if one.rows else ""
        lines.append(f"{one.path:88s} {one.before:10.4g} {one.value:10.4g} {one.unit}{rows}")
    return "\n".join([*lines, "", RESEARCH_ONLY])


def as_json(found: BaselineFit) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "schema": "baseline-fit/1",
        "targets": [
            {
                "target": after.target.path_key,
                "wanted": after.wanted,
                "before": before.found,
                "after": after.found,
                "rows": after.target.rows,
            }
            for before, after in zip(found.before, found.after, strict=True)
        ],
        "paclitaxel": [
            {"dose_mg_per_kg": dose, "wanted": wanted, "found": ratio}
            for dose, (wanted, ratio) in found.paclitaxel.items()
        ],
        "growth": {tumour: {"lowest": low, "highest": high} for tumour, (low, high) in found.growth.items()},
        "numbers": [
            {
                "path": one.path,
                "before": one.before,
                "after": one.value,
                "unit": one.unit,
                "rows": list(one.rows),
            }
            for one in found.fitted
        ],
    }

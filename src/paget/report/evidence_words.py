"""Numbers and sentences of the ledger, for terminal and page alike."""

from __future__ import annotations

import math
from typing import Any

from paget.report.numbers import short, unit_text

USE_TITLES = {
    "fit": "Fit: parameters were fitted to these",
    "built-in": "Built-in: the rule was written from the paper, so that its direction is an input",
    "independent": "Independent: nothing was written from these or fitted to them",
    "forecast": "Forecast: an expectation of the authors, not an observation; not counted",
}
NO_EVIDENCE_MARK = "!"
NO_EVIDENCE_NOTE = f"{NO_EVIDENCE_MARK} more than 90 % of the draws are right before any fitting: no evidence"
WORLD = "In these simulated animals, under these assumptions."


def observed_text(result: Any) -> str:
    """What was published, in a few words: '0.0002', '23 to 50', 'lower (ordering only)'."""
    unit = f" {unit_text(result.unit)}" if unit_text(result.unit) else ""
    numbers = ""
    if result.low is not None and result.high is not None:
        numbers = f"{short(result.low)} to {short(result.high)}{unit}"
        if result.value is not None:
            numbers = f"{short(result.value)}{unit} ({short(result.low)} to {short(result.high)})"
    elif result.value is not None:
        numbers = f"{short(result.value)}{unit}"
    parts = [part for part in (result.direction, numbers) if part]
    text = ", ".join(parts) or result.statement
    return text if result.seen == "size" else f"{text} (ordering only)"


def value_text(finding: Any) -> str:
    """'× 0.52', '−3.1 %'."""
    sign = "× " if finding.measure.startswith("ratio") else ""
    unit = unit_text(finding.unit)
    return f"{sign}{short(finding.value, 2)}{f' {unit}' if unit else ''}"


def interval_text(interval: tuple[float, float]) -> str:
    """'0.41 to 0.66', or a dash."""
    if not all(map(math.isfinite, interval)):
        return "–"
    return f"{short(interval[0], 2)} to {short(interval[1], 2)}"


def pass_text(row: Any) -> str:
    """'0.87', '0.95 !', or a dash where nothing was simulated."""
    if math.isnan(row.prior.rate):
        return "–"
    return f"{row.prior.rate:.2f}{f' {NO_EVIDENCE_MARK}' if row.no_evidence else ''}"


def tally_text(tally: dict[str, Any]) -> str:
    """'built-in: 9 agree, 2 contradict, 3 undecided, 1 not simulated; 2 are no evidence'."""
    parts = [
        f"{tally['agrees']} agree", f"{tally['contradicts']} contradict", f"{tally['undecided']} undecided",
        f"{tally['not simulated']} not simulated",
    ]  # fmt: skip
    text = f"{tally['use']}, {tally['rows']} rows: {', '.join(parts)}"
    if tally["no evidence"]:
        text += f"; prior pass rate above 0.9: {tally['no evidence']}"
    return text + ("" if tally["counted"] else " (not counted)")

"""Results in sentences: what was found in these simulated mice, how surely, and nothing more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from paget.report.numbers import p_value, short, unit_text

SIMULATED = "in these simulated mice, under these assumptions"
RESEARCH_ONLY = "Research software: not for clinical decisions. No animal was used."
P_VALUE_NOTE = (
    "A p value describes a simulated experiment of this size. Simulating more animals makes it smaller and adds no "
    "evidence about mice."
)
TEST_NAMES = {
    "welch": "Welch's t test",
    "log-welch": "Welch's t test of logarithms",
    "mann-whitney": "Mann–Whitney test",
    "negative-binomial": "negative binomial likelihood ratio",
    "poisson": "Poisson test",
    "fisher": "Fisher's exact test",
    "log-rank": "log-rank test",
    "equivalence": "two one-sided tests of equivalence",
}


def headline(row: Mapping[str, Any], unit: str = "") -> str:
    """One declared contrast in a sentence; `row` is a row of the table of contrasts, `unit` that of the endpoint."""
    endpoint = str(row["endpoint"])
    name = endpoint[:1].upper() + endpoint[1:]
    who = f"{row['arm']} against {row['reference']}"
    if not np.isfinite(row["p"]):
        reason = f" ({row['note']})" if row.get("note") else ""
        return f"{name}: {who} cannot be compared{reason}."
    numbers = f"{effect_words(row, unit)} ({interval_words(row)}; {_how_sure(row)})"
    return f"{name}: {_finding(row)}; {numbers}.{_over_draws(row, unit)}"


def _finding(row: Mapping[str, Any]) -> str:
    """Direction, as far as interval and corrected p allow to name one."""
    between = f"{row['arm']} and {row['reference']}"
    if row["test"] == "equivalence":
        p = row["p_holm"] if np.isfinite(row["p_holm"]) else row["p"]
        shown = "alike within the declared margin" if p < 0.05 else "not shown to be alike"
        return f"{between} {'are ' if p < 0.05 else 'were '}{shown}"
    if not interval_is_clear(row):
        return f"no clear difference between {between}"
    null = 1.0 if "ratio" in row["effect_name"] else 0.0
    if row["effect_name"] == "hazard ratio":
        word = "animals lived longer" if row["effect"] < null else "animals died sooner"
    else:
        word = "lower" if row["effect"] < null else "higher"
    text = f"{word} with {row['arm']} than with {row['reference']}"
    corrected = row["p_holm"]
    return (
        f"{text}, but not clearly once corrected for the number of contrasts" if corrected >= 0.05 else text
    )


def interval_is_clear(row: Mapping[str, Any]) -> bool:
    """Whether the 95 % interval excludes "no effect"."""
    null = 1.0 if "ratio" in row["effect_name"] else 0.0
    return not (row["low"] <= null <= row["high"]) and not math.isnan(row["low"])


def effect_words(row: Mapping[str, Any], unit: str = "") -> str:
    """ "ratio of means 0.17", "difference of means −8.5 percentage points"."""
    name = row["effect_name"]
    unit = difference_unit(name, unit)
    return f"{name} {short(row['effect'], 2)}{f' {unit}' if unit else ''}"


def interval_words(row: Mapping[str, Any]) -> str:
    """ "95 % interval 0.06 to 0.46"."""
    return f"95 % interval {short(row['low'], 2)} to {short(row['high'], 2)}"


def difference_unit(effect_name: str, unit: str) -> str:
    """Unit of a difference: differences of per cents are percentage points, proportions and ratios have none."""
    if "ratio" in effect_name or "proportion" in effect_name:
        return ""
    return "percentage points" if unit in ("%", "percent") else unit_text(unit)


def _how_sure(row: Mapping[str, Any]) -> str:
    p, holm = row["p"], row["p_holm"]
    text = f"p {p_value(holm)} after Holm" if np.isfinite(holm) else f"p {p_value(p)}, not corrected"
    test = TEST_NAMES.get(row["test"], row["test"])
    return f"{text}; {test}; n = {row['n_arm']} and {row['n_reference']}"


def _over_draws(row: Mapping[str, Any], unit: str) -> str:
    low, high = row.get("draws_low", math.nan), row.get("draws_high", math.nan)
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    ending = difference_unit(row["effect_name"], unit)
    return f" Over the parameter draws: {short(low, 2)} to {short(high, 2)}{f' {ending}' if ending else ''}."


def headlines(result: Any) -> list[str]:
    """All declared contrasts in sentences, primary ones first."""
    units = result.endpoints.drop_duplicates("endpoint").set_index("endpoint")["unit"].to_dict()
    rows = result.contrasts[result.contrasts["declared"].astype(bool)].to_dict("records")
    rows.sort(key=lambda row: row["family"] != "primary")
    return [headline(row, units.get(row["endpoint"], "")) for row in rows]


def listed(words: list[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def days(value: Any) -> str:
    """A duration as the design wrote it ("42 day"), or as a number of days."""
    return (
        str(getattr(value, "text", None) or f"{float(value):g} days")
        .replace(" day", " days")
        .replace("dayss", "days")
    )

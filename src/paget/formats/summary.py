"""`summary.json`: the numbers of a trial that other programs ask for first.

Format "summary/1". Values are one per subject, in the order of `animals`, null where the animal was lost; all are of
the central parameters (draw 0). `between_animals` holds the middle 90 % of the animals of an arm. `from_parameters`
holds the middle 90 % of the median over the parameter draws, or null without draws: the two are never mixed, but the
second contains the sampling noise of a median of so many animals. NaN and infinity are written as null.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from paget.formats.atomic import write_json

SCHEMA = "summary/1"
BAND = (0.05, 0.95)
FUNNEL_STEPS = (
    "shed", "survived blood", "arrested", "entered", "awake", "micrometastasis", "macrometastasis",
)  # fmt: skip


def write_summary(result: Any, folder: Path) -> Path:
    """Write `summary.json` into `folder`."""
    return write_json(Path(folder) / "summary.json", summary(result))


def summary(result: Any) -> dict[str, Any]:
    """The summary as a JSON-able value."""
    design = result.design
    names = [arm.name for arm in design.arms]
    provenance = getattr(result, "provenance", None) or {}
    return {
        "schema": SCHEMA,
        "trial": design.name,
        "title": getattr(design, "title", None),
        "simulated": True,
        "seed": provenance.get("seed", getattr(design, "seed", None)),
        "animals": getattr(design, "animals", None),
        "draws": _draws(result.endpoints),
        "arms": {name: {"endpoints": endpoints} for name, endpoints in _arms(result, names).items()},
        "contrasts": _contrasts(result.contrasts),
        "funnel": _funnel(result.funnel, names),
    }


def _draws(endpoints: pd.DataFrame) -> int:
    return int(endpoints["draw"].max()) if len(endpoints) else 0


def _arms(result: Any, names: list[str]) -> dict[str, dict[str, Any]]:
    table = result.endpoints.sort_values("animal", kind="stable")
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    over_draws = _medians_over_draws(table)
    central = table[table["draw"] == 0]
    for (arm, endpoint), rows in central.groupby(["arm", "endpoint"], sort=False, observed=True):
        if arm in found:
            found[arm][endpoint] = _endpoint(rows, over_draws.get((arm, endpoint)))
    _add_survival(result, found)
    return found


def _medians_over_draws(table: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """Median of each arm and endpoint in each draw above 0."""
    drawn = table[table["draw"] > 0]
    medians = drawn.groupby(["arm", "endpoint", "draw"], sort=False, observed=True)["value"].median()
    groups = medians.groupby(level=["arm", "endpoint"], sort=False, observed=True)
    return {key: values.to_numpy(dtype=float) for key, values in groups}


def _endpoint(rows: pd.DataFrame, over_draws: np.ndarray | None) -> dict[str, Any]:
    values = rows["value"].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    days = rows["day"].to_numpy(dtype=float)
    days = days[np.isfinite(days)]
    return {
        "unit": str(rows["unit"].iloc[0]),
        "day": number(np.max(days)) if days.size else None,
        "animals": [int(animal) for animal in rows["animal"]],
        "values": [number(value) for value in values],
        "n": int(known.size),
        "median": _quantile(known, 0.5),
        "mean": number(known.mean()) if known.size else None,
        "q25": _quantile(known, 0.25),
        "q75": _quantile(known, 0.75),
        "between_animals": [_quantile(known, share) for share in BAND],
        "from_parameters": _range(over_draws),
    }


def _range(over_draws: np.ndarray | None) -> list[float | None] | None:
    if over_draws is None or np.isfinite(over_draws).sum() < 2:
        return None
    known = over_draws[np.isfinite(over_draws)]
    return [_quantile(known, share) for share in BAND]


def _quantile(known: np.ndarray, share: float) -> float | None:
    return number(np.quantile(known, share)) if known.size else None


def _add_survival(result: Any, found: dict[str, dict[str, Any]]) -> None:
    """Survival days and whether each is a death, for trials that recorded them."""
    table = getattr(result, "survival", None)
    if table is None or not len(table):
        return
    table = table[table["draw"] == 0].sort_values("animal", kind="stable")
    for arm, rows in table.groupby("arm", sort=False, observed=True):
        if arm not in found:
            continue
        if "survival" not in found[arm]:
            found[arm]["survival"] = _endpoint(rows.assign(value=rows["day"], unit="day"), None)
        found[arm]["survival"]["events"] = [bool(event) for event in rows["event"]]


def _contrasts(table: pd.DataFrame) -> list[dict[str, Any]]:
    has_draws = "draws_low" in table.columns
    return [
        {
            "endpoint": row["endpoint"],
            "arms": [row["arm"], row["reference"]],
            "effect_name": row["effect_name"],
            "effect": number(row["effect"]),
            "interval": [number(row["low"]), number(row["high"])],
            "p": number(row["p"]),
            "p_holm": number(row["p_holm"]),
            "test": row["test"],
            "declared": bool(row["declared"]),
            "family": row["family"],
            "n": [int(row["n_arm"]), int(row["n_reference"])],
            "from_parameters": _both([row["draws_low"], row["draws_high"]]) if has_draws else None,
            "note": row.get("note", ""),
        }
        for row in table.to_dict("records")
    ]


def _both(pair: Iterable[Any]) -> list[float | None] | None:
    values = [number(value) for value in pair]
    return None if all(value is None for value in values) else values


def _funnel(table: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    """Mean count per animal of each step, per arm and site, and "all" sites together."""
    means = funnel_means(table)
    arms: dict[str, dict[str, dict[str, float | None]]] = {name: {} for name in names}
    for (arm, site, step), mean in means.items():
        if arm in arms:
            arms[arm].setdefault(site, {})[step] = number(mean)
            everywhere = arms[arm].setdefault("all", {})
            everywhere[step] = (everywhere.get(step) or 0.0) + float(mean)
    return {"unit": "aggregates per animal (mean)", "steps": list(FUNNEL_STEPS), "arms": arms}


def funnel_means(table: pd.DataFrame, draw: int = 0) -> dict[tuple[str, str, str], float]:
    """Mean count per animal by (arm, site, step) in one draw, kinds of aggregate together."""
    central = table[table["draw"] == draw]
    animals = central.groupby("arm", observed=True)["animal"].nunique()
    sums = central.groupby(["arm", "site", "step"], sort=False, observed=True)["count"].sum()
    return {(arm, site, step): float(total) / animals[arm] for (arm, site, step), total in sums.items()}


def number(value: Any) -> float | None:
    """A finite float, or None."""
    value = float(value)
    return value if math.isfinite(value) else None

"""The self-contained page `report.html`: everything in one file, nothing fetched from anywhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from paget.formats.summary import FUNNEL_STEPS, funnel_means
from paget.report import arrive, facts
from paget.report.markdown import to_html
from paget.report.material import Material
from paget.report.numbers import common_scale, p_value, scaled_unit, short
from paget.report.style import arm_names
from paget.report.terminal import quartiles
from paget.report.words import P_VALUE_NOTE, RESEARCH_ONLY, TEST_NAMES, difference_unit, headlines
from paget.trial.survival import median_survival

_HERE = Path(__file__).parent
_SECTIONS = (
    ("arms", "Arms"),
    ("card", "Card"),
    ("results", "Results"),
    ("growth", "Growth"),
    ("endpoints", "Endpoints"),
    ("survival", "Survival"),
    ("funnel", "Funnel"),
    ("contrasts", "Contrasts"),
    ("tolerability", "Tolerability"),
    ("model", "Model"),
    ("parameters", "Parameters"),
    ("arrive", "ARRIVE"),
    ("references", "References"),
    ("provenance", "Provenance"),
)


def page(result: Any, material: Material, figures: Mapping[str, str]) -> str:
    """The HTML text. figures: name -> SVG ready for a page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    design = result.design
    rows = _contrast_rows(result)
    start, _, rest = material.model_text.partition("\n\n")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((_HERE / "report.html.j2").read_text(encoding="utf-8"))
    return template.render(
        css=Markup((_HERE / "report.css").read_text(encoding="utf-8")),
        title=getattr(design, "title", "") or design.name,
        question=getattr(design, "question", ""),
        sections=_sections(design),
        research_only=RESEARCH_ONLY,
        p_value_note=P_VALUE_NOTE,
        draws=int(result.endpoints["draw"].max()) if len(result.endpoints) else 0,
        arms=facts.arm_rows(result),
        card=facts.card(result),
        headlines=headlines(result),
        figures={name: Markup(svg) for name, svg in figures.items()},
        endpoint_rows=_endpoint_rows(result),
        survival_rows=_survival_rows(result),
        funnel_steps=FUNNEL_STEPS,
        funnel_rows=_funnel_rows(result),
        declared=[row for row in rows if row["declared"]],
        exploratory=[row for row in rows if not row["declared"]],
        model_start=Markup(to_html(start)),
        model_html=Markup(to_html(rest)),
        parameters=[(kind, [_parameter(row) for row in group]) for kind, group in material.by_kind()],
        parameter_count=len(material.parameters),
        arrive=arrive.essential_ten(result),
        references=material.references,
        reference_keys={reference.key for reference in material.references},
        provenance=result.provenance or {},
        provenance_rows=_provenance_rows(result.provenance or {}),
    )


def _sections(design: Any) -> list[tuple[str, str]]:
    """The sections that this trial has: one without a primary has no growth curve, one without a card no card."""
    missing = set()
    if getattr(design, "card", None) is None:
        missing.add("card")
    if not getattr(design, "makes_primary", True):
        missing.add("growth")
    return [(name, title) for name, title in _SECTIONS if name not in missing]


def _endpoint_rows(result: Any) -> list[dict[str, Any]]:
    names = arm_names(result)
    central = result.endpoints[result.endpoints["draw"] == 0]
    found = []
    for endpoint, rows in central.groupby("endpoint", sort=False, observed=True):
        scale, power = common_scale(rows["value"].to_numpy(dtype=float))
        unit = scaled_unit(str(rows["unit"].iloc[0]), power)
        values = {
            str(arm): part.to_numpy(dtype=float) for arm, part in rows.groupby("arm", observed=True)["value"]
        }
        cells = [quartiles(values.get(name, np.empty(0)) / scale) for name in names]
        found.append({"name": f"{endpoint} ({unit})" if unit else str(endpoint), "cells": cells})
    return found


def _survival_rows(result: Any) -> list[dict[str, Any]]:
    return [
        {**row, "median": _median(row["median"], row["low"], row["high"])}
        for row in median_survival(result.survival).to_dict("records")
    ]


def _median(median: float, low: float, high: float) -> str:
    if math.isinf(median):
        return "not reached"
    return f"{short(median)} [{short(low)}, {'not reached' if math.isinf(high) else short(high)}]"


def _funnel_rows(result: Any) -> list[dict[str, Any]]:
    """Means per animal over all organs, with the share of the step before."""
    means: dict[tuple[str, str], float] = {}
    for (arm, _, step), mean in funnel_means(result.funnel).items():
        means[arm, step] = means.get((arm, step), 0.0) + mean
    found = []
    for arm in arm_names(result):
        cells, before = [], math.nan
        for step in FUNNEL_STEPS:
            mean = means.get((arm, step), math.nan)
            share = f" ({short(100 * mean / before, 2)} %)" if before > 0 and not math.isnan(mean) else ""
            cells.append(f"{short(mean)}{share}")
            before = mean
        found.append({"arm": arm, "cells": cells})
    return found


def _contrast_rows(result: Any) -> list[dict[str, Any]]:
    units = result.endpoints.drop_duplicates("endpoint").set_index("endpoint")["unit"].to_dict()
    return [_contrast(row, units.get(row["endpoint"], "")) for row in result.contrasts.to_dict("records")]


def _contrast(row: dict[str, Any], unit: str) -> dict[str, Any]:
    over_draws = (row.get("draws_low", math.nan), row.get("draws_high", math.nan))
    note = str(row.get("note", "") or "").removesuffix(
        "exploratory: not declared beforehand, p not corrected"
    )
    return {
        "endpoint": row["endpoint"],
        "family": row["family"],
        "declared": bool(row["declared"]),
        "against": f"{row['arm']} against {row['reference']}",
        "effect_name": row["effect_name"] or "–",
        "unit": difference_unit(row["effect_name"] or "ratio", unit),
        "effect": short(row["effect"]),
        "interval": _interval(row["low"], row["high"]),
        "from_parameters": _interval(*over_draws) if np.isfinite(row["p"]) else "–",
        "p": p_value(row["p"]).removeprefix("= ") if np.isfinite(row["p"]) else "–",
        "p_holm": p_value(row["p_holm"]).removeprefix("= ") if np.isfinite(row["p_holm"]) else "–",
        "test": TEST_NAMES.get(row["test"], row["test"]),
        "note": note.removesuffix("; "),
        "n": f"{row['n_arm']}, {row['n_reference']}",
    }


def _interval(low: float, high: float) -> str:
    return "–" if math.isnan(low) or math.isnan(high) else f"{short(low)} to {short(high)}"


def _parameter(row: Mapping[str, Any]) -> dict[str, Any]:
    limits = row.get("range")
    return {
        "name": row.get("path") or row.get("name", ""),
        "value": short(float(row["value"]), 4),
        "unit": "" if row.get("unit") == "1" else row.get("unit", ""),
        "range": f"{short(float(limits[0]))} to {short(float(limits[1]))}" if limits else "",
        "sources": [key.strip() for key in str(row.get("source", "")).split(",")],
        "note": row.get("note") or "",
    }


def _provenance_rows(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts in reading order; nested versions on one line; the design is in provenance.json."""
    rows = []
    for name, value in provenance.items():
        if name == "design" or value in (None, ""):
            continue
        text = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)
        rows.append((name.replace("_", " "), text))
    return [*rows, ("design", "in provenance.json")]

"""The circulation of a trial for readers: text for the terminal, and JSON."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from paget.report.draws import aligned, interval_text, plain_records
from paget.report.numbers import short

SCHEMA = "circulation/1"
HEADS = {
    "events": ("Arm", "In blood at exit", "Per animal", "95 % interval", "Share of events"),
    "partners": (
        "Arm",
        "Leukocyte",
        "Held",
        "Share of partners",
        "Share in blood",
        "Enrichment",
        "95 % interval",
    ),
    "passages": ("Arm", "Aggregates", "Step", "Per animal", "Share"),
    "potency": ("Arm", "Against single cells", "Quantity", "Value", "95 % interval"),
    "half_lives": (
        "Arm",
        "Injected",
        "Half-life (min)",
        "95 % interval",
        "Put in (min)",
        "Stopped in first bed",
    ),
}
NOTE = (
    "Intervals: bootstrap over animals. Potency: odds among metastases over odds in blood at exit, as an experimenter "
    "measures it. Blood and metastases are the engine's own, without errors of an assay."
)


def circulation_json(tables: dict[str, pd.DataFrame], trial: str) -> dict[str, Any]:
    """All tables, ready for JSON; what is not known is null."""
    records = {name: plain_records(table) for name, table in tables.items()}
    return {"schema": SCHEMA, "simulated": True, "trial": trial, **records}


def circulation_text(tables: dict[str, pd.DataFrame]) -> str:
    """The tables for a terminal."""
    rows = {
        "events": [
            [r.arm, r.aggregate, short(r.per_animal), interval_text(r.low, r.high), short(r.share)]
            for r in tables["events"].itertuples()
        ],
        "partners": [
            [
                r.arm, r.partner, f"{r.held:,}", short(r.share), short(r.in_blood), short(r.enrichment),
                interval_text(r.low, r.high),
            ]
            for r in tables["partners"].rename(columns={"count": "held"}).itertuples()
        ],
        "passages": [
            [r.arm, r.aggregate, r.step, short(r.per_animal), short(r.share)]
            for r in tables["passages"].itertuples()
            if r.per_animal > 0
        ],
        "potency": [
            [r.arm, r.aggregates, r.quantity, short(r.value), interval_text(r.low, r.high)]
            for r in tables["potency"].itertuples()
            if not math.isnan(r.value)
        ],
        "half_lives": [
            [
                r.arm, r.aggregate, short(r.measured), interval_text(r.low, r.high), short(r.put_in),
                short(r.first_bed),
            ]
            for r in tables["half_lives"].itertuples()
        ],
    }  # fmt: skip
    return "\n\n".join([*(aligned(HEADS[name], lines) for name, lines in rows.items()), NOTE])

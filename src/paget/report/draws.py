"""Virtual draws for readers: text for the terminal, JSON, page and figures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from paget.report.figures import draws as figures
from paget.report.numbers import short
from paget.report.study_page import Section, write_study

SCHEMA = "draw/1"
CAUTION = (
    "Rows marked 'fitted' were used to set the free numbers of the population: that they come out near says nothing. "
    "Largest counts grow with the number of draws. Which draws the published means and medians belong to, all or "
    "the positive ones, was not clear from what was seen of the paper."
)
_SUMMARY = ("Quantity", "Simulated", "95 % interval", "Published", "Use")
_PARTNERS = ("Leukocyte", "Held", "Share of partners", "Share in blood", "Enrichment", "95 % interval")
_SIZES = ("Tumour cells", "Homotypic", "Mixed", "Published homotypic (of 40)")


def draw_json(tables: dict[str, pd.DataFrame], notes: dict[str, Any]) -> dict[str, Any]:
    """Notes and tables, ready for JSON; what is not known is null."""
    records = {name: plain_records(table) for name, table in tables.items()}
    return {"schema": SCHEMA, "simulated": True, **notes, **records}


def plain_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, ready for JSON; NaN becomes null."""
    return [
        {
            str(key): None if isinstance(value, float) and math.isnan(value) else value
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def draw_text(tables: dict[str, pd.DataFrame], notes: dict[str, Any]) -> str:
    """The tables for a terminal."""
    parts = [
        headline(notes),
        aligned(_SUMMARY, summary_rows(tables["summary"])),
        aligned(_SIZES, size_rows(tables["sizes"])),
        aligned(_PARTNERS, partner_rows(tables["partners"])),
        CAUTION,
    ]
    return "\n\n".join(parts)


def headline(notes: dict[str, Any]) -> str:
    """What was drawn, in a sentence."""
    return (
        f"{notes['volume']:g} mL from each of {notes['n_patients']:,} simulated {notes['title']}; assay state: "
        f"{notes['state']}; seed {notes['seed']}."
    )


def summary_rows(table: pd.DataFrame) -> list[list[str]]:
    """Rows of the first table."""
    return [
        [
            row.quantity,
            short(row.value),
            interval_text(row.low, row.high),
            short(row.published) if not math.isnan(row.published) else "",
            "" if math.isnan(row.published) else "fitted" if row.fitted else "not fitted",
        ]
        for row in table.itertuples()
    ]


def size_rows(table: pd.DataFrame) -> list[list[str]]:
    """Rows of the sizes, up to the largest that was found."""
    found = table[(table["homotypic"] > 0) | (table["mixed"] > 0)]
    return [
        [
            f"{row.cells}",
            f"{row.homotypic:,}" if row.cells > 1 else "",
            f"{row.mixed:,}",
            f"{row.published or ''}",
        ]
        for row in found.itertuples()
    ]


def partner_rows(table: pd.DataFrame) -> list[list[str]]:
    """Rows of the partners, the most enriched first."""
    return [
        [
            row.partner, f"{row.count_:,}", short(row.share), short(row.in_blood), short(row.enrichment),
            interval_text(row.low, row.high),
        ]
        for row in table.rename(columns={"count": "count_"}).sort_values("enrichment", ascending=False).itertuples()
    ]  # fmt: skip


def interval_text(low: float, high: float) -> str:
    """'0.42 to 0.47', nothing where there is none."""
    return "" if math.isnan(low) else f"{short(low)} to {short(high)}"


def aligned(heads: tuple[str, ...], rows: list[list[str]]) -> str:
    """A plain table: the first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(cells)
        )
        for cells in (zip(row, widths, strict=True) for row in [list(heads), *rows])
    ]
    return "\n".join(line.rstrip() for line in lines)


def write_draws(tables: dict[str, pd.DataFrame], notes: dict[str, Any], folder: Path) -> Path:
    """Figures and page into `folder`."""
    drawn = {
        "tail": (
            lambda: figures.tail(tables),
            "Share of tubes with so many aggregates and more, by class; circles: the largest published counts",
        )
    }
    if (tables["partners"]["count"] > 0).any():
        drawn["partners"] = (
            lambda: figures.partners(tables),
            "Enrichment of each type of leukocyte among the partners in mixed clusters",
        )
    sections = [
        Section("Counts", [headline(notes), CAUTION], ["tail"], _SUMMARY, summary_rows(tables["summary"])),
        Section("Sizes of clusters", [], [], _SIZES, size_rows(tables["sizes"])),
        Section(
            "Partners", [], [name for name in drawn if name == "partners"], _PARTNERS,
            partner_rows(tables["partners"]),
        ),
    ]  # fmt: skip
    return write_study(
        folder,
        f"Virtual draws: {notes['title']}",
        headline(notes),
        sections,
        drawn,
        kicker="Study of simulated patients",
    )

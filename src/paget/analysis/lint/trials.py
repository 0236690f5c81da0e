"""Trials: each with its card."""

from __future__ import annotations

from collections.abc import Iterator

from paget.analysis.lint.findings import Finding, finding
from paget.model import Catalog


def check_cards(catalog: Catalog) -> Iterator[Finding]:
    """Each trial has a card that says what was seen in the paper and what was chosen here."""
    results = set(catalog.of_kind("result"))
    for design in catalog.trials.values():
        if design.card is None:
            yield finding(design, ("name",), "trial cards", f"{design.name} has no [card]")
            continue
        for row in design.card.results:
            if row not in results:
                what = f"'{row}' is no published result of the catalog"
                yield finding(design, ("card", "results"), "trial cards", what)

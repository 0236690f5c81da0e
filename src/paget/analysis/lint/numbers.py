"""Numbers: sourced, within their range, fitted to something that is named, and used."""

from __future__ import annotations

from collections.abc import Iterator

from paget.analysis.lint.findings import Finding, finding
from paget.analysis.lint.reading import paths_read
from paget.model import Catalog, Quantity
from paget.model.names import Item
from paget.model.walking import locations

READ_ELSEWHERE = {("drug", "usual"): "screens", ("factor", "molar_mass"): "descriptions, for levels in ng/mL"}
"""Parts of a file, by kind and first key, that no model reads: what reads them instead."""

DATA_KINDS = ("scene", "trial", "result")
"""Kinds of items whose numbers are choices or observations, not numbers of the model."""


def _quantities(catalog: Catalog) -> Iterator[tuple[Item, tuple[str | int, ...], Quantity]]:
    for item in catalog.items():
        for location, quantity in locations(item):
            yield item, location, quantity


def check_ranges(catalog: Catalog) -> Iterator[Finding]:
    """A range contains its value, and is a range."""
    for item, location, quantity in _quantities(catalog):
        if quantity.range is not None and not quantity.range[0] <= quantity.value <= quantity.range[1]:
            yield finding(item, location, "ranges", f"the range does not contain {quantity.value:g}")


def check_sources(catalog: Catalog) -> Iterator[Finding]:
    """Every number says where it is from; what is derived is derived from something."""
    for item, location, quantity in _quantities(catalog):
        if not all(quantity.sources):
            yield finding(item, location, "sources", "the source is empty")
        elif quantity.kind == "derived" and "assumed" in quantity.sources and not quantity.note:
            yield finding(
                item, location, "sources", "derived from what is assumed, and no note says from what"
            )
        elif quantity.kind == "measured" and "definition" in quantity.sources:
            yield finding(item, location, "sources", "a definition is not measured")


def check_fitted(catalog: Catalog) -> Iterator[Finding]:
    """Every fitted number names the published results that it was fitted to."""
    known = set(catalog.of_kind("result"))
    for item, location, quantity in _quantities(catalog):
        if quantity.kind != "fitted":
            continue
        if not quantity.rows:
            yield finding(
                item, location, "fitted numbers", "fitted, but names no rows = [...] that it was fitted to"
            )
        for row in quantity.rows or ():
            if row not in known:
                yield finding(
                    item, location, "fitted numbers", f"'{row}' is no published result of the catalog"
                )


def check_unused(catalog: Catalog) -> Iterator[Finding]:
    """Every number of the model is read by some engine, assay or plan."""
    read = paths_read(catalog)
    for item, location, quantity in _quantities(catalog):
        if item.kind in DATA_KINDS or (item.kind, location[0]) in READ_ELSEWHERE or quantity.path in read:
            continue
        yield finding(item, location, "unused numbers", "nothing reads this number in any tumour and host")

"""The daily row of a subject and the list of its lesions: what the assays will read."""

from __future__ import annotations

from paget.compiled import kernel
from paget.host.environment import vessel_density
from paget.host.lesions import read_lesion, tumour_cells
from paget.host.pools import resting_cells
from paget.host.record import SITES
from paget.host.stages import CYCLING, DAMAGED, QUIESCENT
from paget.host.state import FULL, LESIONS, SITE_COUNT
from paget.host.treatment import body_weight

PER_SITE = ("tumour cells in {}", "lesions in {}", "lesion volume in {}", "solitary cells in {}")
PER_SITE_UNITS = ("cell", "1", "mm^3", "cell")


def row_fields(
    cell_types: tuple[str, ...],
    receptors: tuple[str, ...],
    factors: tuple[str, ...],
    drugs: tuple[str, ...],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and units of the columns of a row, in the order in which `write_row` fills them."""
    columns = [
        ("primary volume", "mm^3"),
        ("primary tumour cells", "cell"),
        ("primary quiescent cells", "cell"),
        ("primary cycling cells", "cell"),
        ("primary damaged cells", "cell"),
    ]
    columns += [(f"primary {name}", "cell") for name in cell_types[1:]]
    columns += [(f"{name} activity", "1") for name in receptors]
    columns += [(name, "nM") for name in factors]
    columns += [("collagen density", "1"), ("collagen alignment", "1"), ("vessel density", "1")]
    for site in SITES:
        columns += [(name.format(site), unit) for name, unit in zip(PER_SITE, PER_SITE_UNITS, strict=True)]
    columns += [("body weight", "g"), ("blood neutrophils", "cell/mL"), ("circulating aggregates", "1")]
    columns += [(f"plasma {name}", "ug/mL") for name in drugs]
    columns += [(f"plasma free {name}", "nM") for name in factors]
    names, units = zip(*columns, strict=True)
    return names, units


@kernel
def write_row(tables, state, day, row):
    """Write the state on `day` into row, shape (number of fields,)."""
    at = _write_primary(tables, state, row)
    at = _write_sites(state, row, at)
    row[at] = body_weight(tables, state, day)
    row[at + 1] = tables.body.neutrophils * state.marrow[4]
    aggregates = 0
    for size in range(state.circulating.shape[0]):
        for partner in range(state.circulating.shape[1]):
            aggregates += state.circulating[size, partner]
    row[at + 2] = aggregates
    at += 3
    for drug in range(tables.count.drugs):
        row[at + drug] = state.plasma_drug[drug]
    at += tables.count.drugs
    for factor in range(tables.count.factors):
        row[at + factor] = state.plasma_free[factor]


@kernel
def _write_primary(tables, state, row):
    """The primary: cells, activities, levels, matrix, vessels; returns the next column."""
    cells = state.cells[0]
    row[0] = state.volume[0]
    row[1] = tumour_cells(state, 0)
    row[2], row[3], row[4] = cells[QUIESCENT], cells[CYCLING], cells[DAMAGED]
    at = 5
    for cell_type in range(1, tables.count.types):
        row[at] = state.stroma[0, cell_type]
        at += 1
    present = row[1] > 0.0
    if present:
        read_lesion(tables, state, 0)
    for receptor in range(tables.count.receptors):
        row[at] = state.signals[tables.signal.activity + receptor] if present else 0.0
        at += 1
    for factor in range(tables.count.factors):
        row[at] = state.levels[0, factor] if present else 0.0
        at += 1
    row[at], row[at + 1] = state.matrix[0, 0], state.matrix[0, 1]
    row[at + 2] = vessel_density(tables, state.densities) if present else 0.0
    return at + 3


@kernel
def _write_sites(state, row, at):
    """Metastases and resting cells by site; returns the next column."""
    sites = SITE_COUNT
    for column in range(4 * sites):
        row[at + column] = 0.0
    for lesion in range(1, state.count[LESIONS]):
        column = at + 4 * state.site[lesion]
        row[column] += tumour_cells(state, lesion)
        row[column + 1] += 1.0
        row[column + 2] += state.volume[lesion]
    for site in range(sites):
        row[at + 4 * site + 3] = resting_cells(state, site)
    return at + 4 * sites


@kernel
def write_lesions(state, snapshot, table, filled):
    """Append all lesions outside the primary to table (rows: snapshot, site, cells, volume, founders, kind, partner).

    Returns the rows in use; a full table sets the FULL flag of the state.
    """
    for lesion in range(1, state.count[LESIONS]):
        if filled >= table.shape[0]:
            state.count[FULL] = 1
            return filled
        table[filled, 0] = snapshot
        table[filled, 1] = state.site[lesion]
        table[filled, 2] = tumour_cells(state, lesion)
        table[filled, 3] = state.volume[lesion]
        table[filled, 4] = state.founders[lesion]
        table[filled, 5] = state.kind[lesion]
        table[filled, 6] = state.partner[lesion]
        filled += 1
    return filled

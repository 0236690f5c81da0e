"""Cell types that are nowhere, factors that nobody makes or senses, receptors that nobody carries or reads."""

from __future__ import annotations

from collections.abc import Iterator

from paget.analysis.lint.findings import Finding, finding
from paget.model import Catalog
from paget.model.biology import Behaviour
from paget.model.tumour import TUMOUR_CELL


def check_orphans(catalog: Catalog) -> Iterator[Finding]:
    """Each cell type comes from somewhere; each factor has a source and a sensor; each receptor a carrier and a use."""
    behaviours, signals = list(_behaviours(catalog)), set(_signals(catalog))
    yield from _cell_types(catalog, behaviours)
    yield from _factors(catalog, behaviours, signals)
    yield from _receptors(catalog, signals)


def _behaviours(catalog: Catalog) -> Iterator[tuple[str, str, Behaviour]]:
    for cell_type in catalog.cell_types.values():
        yield from ((cell_type.name, name, one) for name, one in cell_type.behaviours.items())
    for tumour in catalog.tumours.values():
        yield from ((TUMOUR_CELL, name, one) for name, one in tumour.behaviours.items())
    for mechanism in catalog.mechanisms.values():
        for cell, addition in mechanism.cell_types.items():
            yield from ((cell, name, one) for name, one in addition.behaviours.items())


def _signals(catalog: Catalog) -> Iterator[str]:
    for mechanism in catalog.mechanisms.values():
        yield from (rule.signal for rule in mechanism.rules)


def _cell_types(catalog: Catalog, behaviours: list[tuple[str, str, Behaviour]]) -> Iterator[Finding]:
    there = {TUMOUR_CELL}
    for host in catalog.hosts.values():
        there |= {name for site in host.sites.values() for name in site.cells}
    for tumour in catalog.tumours.values():
        there |= set(tumour.composition)
    there |= {cell for cell, name, one in behaviours if name == "recruitment" and one.maximum.canonical > 0}
    there |= {name.removeprefix("transformation to ") for _, name, _ in behaviours}
    for cell_type in catalog.cell_types.values():
        if cell_type.name not in there:
            what = f"{cell_type.name} is in no organ and no tumour, is not recruited, and no cell becomes one"
            yield finding(cell_type, ("name",), "orphans", what)


def _factors(
    catalog: Catalog, behaviours: list[tuple[str, str, Behaviour]], signals: set[str]
) -> Iterator[Finding]:
    made = {name.removeprefix("secretion of ") for _, name, one in behaviours if one.maximum.canonical > 0}
    made |= {name for host in catalog.hosts.values() for name in host.plasma}
    ligands = {name for receptor in catalog.receptors.values() for name in receptor.ligands}
    for factor in catalog.factors.values():
        if factor.name not in made:
            yield finding(
                factor, ("name",), "orphans", f"no cell secretes {factor.name} and no plasma holds it"
            )
        if factor.name not in ligands | signals:
            what = f"no receptor binds {factor.name} and no rule reads its level"
            yield finding(factor, ("name",), "orphans", what)


def _receptors(catalog: Catalog, signals: set[str]) -> Iterator[Finding]:
    carried: dict[str, bool] = {}
    holders = [*catalog.cell_types.values()]
    additions = [a for mechanism in catalog.mechanisms.values() for a in mechanism.cell_types.values()]
    for holder in [*holders, *additions, *catalog.tumours.values()]:
        for name, receptor in getattr(holder, "receptors", {}).items():
            carried[name] = carried.get(name, False) or receptor.internalisation.canonical > 0
    for receptor in catalog.receptors.values():
        if receptor.name not in carried:
            yield finding(receptor, ("name",), "orphans", f"no cell carries {receptor.name}")
        elif f"{receptor.name} activity" not in signals and not carried[receptor.name]:
            what = f"no rule reads the activity of {receptor.name}, and it takes up no ligand"
            yield finding(receptor, ("name",), "orphans", what)

"""From a model of objects, names and units to one flat record, once per genotype.

Every number of the model fills one or more entries of the record; `CompiledModel.with_values` replaces some of them
by path, which is how animals and parameter draws differ without compiling again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from paget.errors import PagetError
from paget.model import Model
from paget.model.biology import Receptor
from paget.model.resolving import sources_of_factor
from paget.rules.drug_entries import place_drugs
from paget.rules.entries import Entries, Slot, Transform, rate_of, write
from paget.rules.layout import Layout, layout_of
from paget.rules.records import capacities
from paget.rules.tables import Body, Count, Tumour


@dataclass(frozen=True)
class CompiledModel:
    """A model ready to run."""

    layout: Layout
    """Names and integer indices."""
    record: np.ndarray
    """The record of `paget.rules.tables.Tables`, shape (1,)."""
    slots: Mapping[str, list[Slot]]
    """Entries that each quantity fills, by path."""
    axes: tuple[tuple[str, int], ...]
    """Capacity along each axis of the record."""

    @property
    def tables(self) -> Any:
        """What the kernels read."""
        return self.record[0]

    @property
    def cell_types(self) -> tuple[str, ...]:
        """Cell types, the tumour cell first."""
        return self.layout.cell_types

    @property
    def factors(self) -> tuple[str, ...]:
        """Factors."""
        return self.layout.factors

    @property
    def receptors(self) -> tuple[str, ...]:
        """Receptors."""
        return self.layout.receptors

    @property
    def drug_names(self) -> tuple[str, ...]:
        """Drugs."""
        return self.layout.drugs

    @property
    def routes(self) -> tuple[str, ...]:
        """Routes of all drugs."""
        return self.layout.routes

    @property
    def partners(self) -> tuple[str, ...]:
        """Cell types that can travel with a shed aggregate."""
        return self.layout.partners

    def with_values(self, values: Mapping[str, float]) -> CompiledModel:
        """A copy in which some quantities, by path, have other canonical values.

        Quantities that the host engine does not read are passed over. A base scales its limits; limits that are given
        too then have the last word, whatever the order.
        """
        record = self.record.copy()
        for path, value in sorted(values.items(), key=lambda item: not item[0].endswith("/base")):
            for part, field, index, of in self.slots.get(path, ()):
                write(record, part, field, index, of(value))
        return replace(self, record=record)


def compile_model(model: Model, drugs: Iterable[str] | None = None) -> CompiledModel:
    """Flatten a model; `drugs` limits it to the drugs that are given (default: all).

    Raises PagetError for what the host engine cannot run: a missing behaviour of the tumour cell, or more
    than two contact signals on one behaviour.
    """
    named = tuple(sorted(model.drugs)) if drugs is None else tuple(drugs)
    layout = layout_of(model, named)
    axes = capacities(layout.lengths())
    entries = Entries(axes)
    _place_layout(layout, entries)
    _place_rules(model, layout, entries)
    _place_signalling(model, layout, entries)
    _place_tumour(model, layout, entries)
    _place_body(model, entries)
    _place_sites(model, layout, entries)
    _place_blood(model, layout, entries)
    place_drugs(model, layout, entries)
    return CompiledModel(layout, entries.tables, entries.slots, tuple(sorted(axes.items())))


def _place_layout(layout: Layout, entries: Entries) -> None:
    lengths = layout.counts()
    for name in Count.__annotations__:
        entries.fill("count", name, lengths[name])
    for part, fields in layout.indices.items():
        for field, value in fields.items():
            entries.fill(part, field, value)


def _place_rules(model: Model, layout: Layout, entries: Entries) -> None:
    """Bases, limits and rules. A new base scales its minimum and maximum, which are stated relative to it."""
    for index, (cell_type, behaviour) in enumerate(layout.behaviours):
        numbers = model.cell_types[cell_type].behaviours[behaviour]
        for limit in ("base", "minimum", "maximum"):
            entries.put("rules", limit, (index,), getattr(numbers, limit))
        base = numbers.base.canonical
        if base > 0.0:
            for limit in ("minimum", "maximum"):
                ratio = getattr(numbers, limit).canonical / base
                entries.slots[numbers.base.path].append(("rules", limit, (index,), _times(ratio)))
    for index, rule in enumerate(layout.rules):
        entries.put("rules", "half", (index,), rule.half_maximum)
        entries.put("rules", "power", (index,), rule.power)


def _times(ratio: float) -> Transform:
    return lambda value: value * ratio


def _place_signalling(model: Model, layout: Layout, entries: Entries) -> None:
    entries.fill("signalling", "affinity", math.inf)
    entries.fill("signalling", "collagen", math.inf)
    for f, name in enumerate(layout.factors):
        factor = model.factors[name]
        entries.put("signalling", "decay", (f,), factor.decay)
        entries.put("signalling", "exchange", (f,), factor.exchange_with_blood)
        entries.tables[0]["signalling"]["crosses"][f] = float(_crosses(model, name))
        if name in model.host.plasma:
            plasma = model.host.plasma[name]
            entries.put("signalling", "plasma_free", (f,), plasma.free)
            entries.put("signalling", "plasma_total", (f,), plasma.total)
            entries.put("signalling", "bound_clearance", (f,), plasma.half_life, rate_of)
            if plasma.cleared_by_neutrophils is not None:
                entries.put("signalling", "cleared_by_neutrophils", (f,), plasma.cleared_by_neutrophils)
    for r, name in enumerate(layout.receptors):
        receptor = model.receptors[name]
        if receptor.collagen is not None:
            entries.put("signalling", "collagen", (r,), receptor.collagen)
        for ligand, constant in receptor.ligands.items():
            if ligand in layout.factors:
                entries.put("signalling", "affinity", (r, layout.factors.index(ligand)), constant)
        for k, cell_type in enumerate(layout.cell_types):
            carried = model.cell_types[cell_type].receptors.get(name)
            if carried is not None:
                entries.put("signalling", "receptors", (k, r), carried.number)
                heard = carried.expression if _is_heard(model, receptor, cell_type) else 0.0
                entries.tables[0]["signalling"]["expression"][k, r] = heard
                entries.put("signalling", "internalisation", (k, r), carried.internalisation)


def _is_heard(model: Model, receptor: Receptor, cell_type: str) -> bool:
    """Whether a receptor of these cells has a ligand here that acts on their species, collagen included."""
    if receptor.collagen is not None:
        return True
    species = model.species_of(cell_type)
    for ligand in receptor.ligands:
        sources = sources_of_factor(ligand, model.cell_types, model.tumour, model.host)
        if any(model.factors[ligand].acts(source, species) for source in sources):
            return True
    return False


def _crosses(model: Model, factor: str) -> bool:
    """Whether the tumour's molecule acts on the receptors of this host."""
    if model.tumour.species == model.host.species:
        return True
    return bool(getattr(model.factors[factor], f"{model.tumour.species}_acts_on_{model.host.species}"))


def _place_tumour(model: Model, layout: Layout, entries: Entries) -> None:
    tumour = model.tumour
    parts = {
        "cell_density": tumour.cell_density,
        "division": model.cell_types[layout.cell_types[0]].behaviours["division"].base,
    }
    for name in Tumour.__annotations__:
        if name != "composition":
            quantity = parts.get(name) or getattr(tumour.crowding, name, None)
            entries.put("tumour", name, (), quantity or getattr(tumour.dissemination, name))
    for cell_type, share in tumour.composition.items():
        entries.put("tumour", "composition", (layout.cell_types.index(cell_type),), share)


def _place_body(model: Model, entries: Entries) -> None:
    host = model.host
    for name in Body.__annotations__:
        if name == "neutrophil_loss":
            entries.put("body", name, (), host.marrow.neutrophil_half_life, rate_of)
            continue
        part = next(part for part in (host.body, host.circulation, host.marrow) if hasattr(part, name))
        if getattr(part, name) is not None:
            entries.put("body", name, (), getattr(part, name))


def _place_sites(model: Model, layout: Layout, entries: Entries) -> None:
    entries.fill("sites", "kept_recruitment", 1.0)
    entries.fill("sites", "kept_deposition", 1.0)
    for s, name in enumerate(layout.sites):
        if name not in model.host.sites:
            raise PagetError("a host needs every site", key=f"sites.{name}", allowed=layout.sites)
        site = model.host.sites[name]
        for part in ("flow", "volume", "stress", "confinement", "receptivity"):
            entries.put("sites", part, (s,), getattr(site, part))
        for cell_type, density in site.cells.items():
            if cell_type in layout.cell_types:
                entries.put("sites", "cells", (s, layout.cell_types.index(cell_type)), density)


def _place_blood(model: Model, layout: Layout, entries: Entries) -> None:
    for p, name in enumerate(layout.partners):
        if name in model.host.circulation.leukocytes:
            entries.put("blood", "leukocytes", (p,), model.host.circulation.leukocytes[name])

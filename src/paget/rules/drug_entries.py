"""The drugs of a compiled model: kinetics, actions and toxicity as entries of the record."""

from __future__ import annotations

import math
from typing import Any

from paget.model import Model
from paget.model.drug_actions import constant_in
from paget.rules.entries import Entries, rate_of
from paget.rules.layout import Layout
from paget.rules.tables import HOST_SIDE, TUMOUR_SIDE


def place_drugs(model: Model, layout: Layout, entries: Entries) -> None:
    """Fill `paget.rules.tables.Drugs`."""
    _fill_neutral(entries)
    for d, name in enumerate(layout.drugs):
        drug = model.drugs[name]
        _place_kinetics(drug.kinetics[model.host.species], layout, entries, d)
        entries.tables[0]["drugs"]["molar"][d] = 1e6 / drug.molar_mass.canonical
        for action in drug.actions:
            _PLACE[action.kind](action, model, layout, entries, d, drug)
        if drug.toxicity is not None:
            for field in ("weight_loss", "weight_recovery", "neutrophil_suppression"):
                entries.put("drugs", field, (d,), getattr(drug.toxicity, field))


def _fill_neutral(entries: Entries) -> None:
    """What a drug does that does nothing."""
    for field in ("peripheral_volume", "half_saturation", "damage_half", "damage_power"):
        entries.fill("drugs", field, 1.0)
    for field in ("depletion_half", "modification", "modification_half"):
        entries.fill("drugs", field, 1.0)
    for field in ("binding_affinity", "antagonism", "inhibition"):
        entries.fill("drugs", field, math.inf)
    entries.fill("drugs", "bioavailability", math.nan)


def _place_kinetics(kinetics: Any, layout: Layout, entries: Entries, d: int) -> None:
    parts = {
        "clearance": kinetics.clearance,
        "volume": kinetics.volume,
        "peripheral_volume": kinetics.peripheral_volume,
        "distribution_clearance": kinetics.distribution_clearance,
        "maximum_elimination": kinetics.maximum_rate,
        "half_saturation": kinetics.half_saturation,
    }
    for field, quantity in parts.items():
        if quantity is not None:
            entries.put("drugs", field, (d,), quantity)
    for name, route in kinetics.routes.items():
        o = layout.routes.index(name)
        entries.put("drugs", "bioavailability", (d, o), route.bioavailability)
        if route.absorption_rate is not None:
            entries.put("drugs", "absorption", (d, o), route.absorption_rate)


def _place_damages(action: Any, model: Model, layout: Layout, entries: Entries, d: int, drug: Any) -> None:
    entries.put("drugs", "damage_rate", (d,), action.maximum_rate)
    entries.put("drugs", "damage_half", (d,), action.half_exposure)
    entries.put("drugs", "damage_power", (d,), action.power)
    entries.put("drugs", "washout", (d,), action.washout)


def _place_binds(action: Any, model: Model, layout: Layout, entries: Entries, d: int, drug: Any) -> None:
    """The affinity is that for the host's ligand, which fills plasma and comes from the host's cells."""
    constant = constant_in(action.affinity, model.host.species)
    if not action.bound or action.factor not in layout.factors or constant is None:
        return
    f = layout.factors.index(action.factor)
    molar = 1e6 / drug.molar_mass.canonical
    entries.put("drugs", "binding_sites", (d,), action.binding_sites, lambda sites: sites * molar)
    entries.put("drugs", "binding_affinity", (d, f), constant)
    entries.put("drugs", "on_rate", (d, f), action.on_rate)
    entries.put("drugs", "capture_share", (d, f), action.tissue_share)
    entries.put("drugs", "complex_clearance", (d, f), action.complex_half_life, rate_of)


def _place_blocks(action: Any, model: Model, layout: Layout, entries: Entries, d: int, drug: Any) -> None:
    """Tumour cells and the host's cells may carry the receptor of different species; each has its own affinity."""
    if action.receptor not in layout.receptors:
        return
    r = layout.receptors.index(action.receptor)
    for side, species in ((TUMOUR_SIDE, model.tumour.species), (HOST_SIDE, model.host.species)):
        constant = constant_in(action.affinity, species)
        if constant is not None:
            entries.put("drugs", "antagonism", (d, r, side), constant)
            entries.put("drugs", "antagonist_share", (d, r), action.tissue_share)


def _place_inhibits(action: Any, model: Model, layout: Layout, entries: Entries, d: int, drug: Any) -> None:
    """As for an antibody, the pool of the factor is the host's."""
    constant = constant_in(action.affinity, model.host.species)
    if action.factor in layout.factors and constant is not None:
        f = layout.factors.index(action.factor)
        entries.put("drugs", "inhibition", (d, f), constant)
        entries.put("drugs", "inhibitor_share", (d, f), action.tissue_share)


def _place_depletes(action: Any, model: Model, layout: Layout, entries: Entries, d: int, drug: Any) -> None:
    constant = constant_in(action.affinity, model.species_of(action.cell_type))
    if action.cell_type in layout.cell_types and constant is not None:
        k = layout.cell_types.index(action.cell_type)
        entries.put("drugs", "depletion_rate", (d, k), action.maximum_rate)
        entries.put("drugs", "depletion_half", (d, k), constant)


def _place_modifies(action: Any, model: Model, layout: Layout, entries: Entries, d: int, drug: Any) -> None:
    constant = constant_in(action.affinity, model.species_of(action.cell_type))
    if (action.cell_type, action.behaviour) in layout.behaviours and constant is not None:
        b = layout.behaviours.index((action.cell_type, action.behaviour))
        entries.put("drugs", "modification", (d, b), action.fold)
        entries.put("drugs", "modification_half", (d, b), constant)


_PLACE = {
    "damages": _place_damages,
    "binds": _place_binds,
    "inhibits": _place_inhibits,
    "blocks": _place_blocks,
    "depletes": _place_depletes,
    "modifies": _place_modifies,
}

"""The drugs of a compiled model: kinetics, actions and toxicity as arrays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from paget.model import Model
from paget.rules.layout import Layout

if TYPE_CHECKING:
    from paget.rules.compile import Arrays

LOG_2 = math.log(2.0)


def place_drugs(model: Model, layout: Layout, arrays: Arrays) -> None:
    """Fill the arrays of `paget.rules.tables.Drugs`; each is named "drug " and its field."""
    _make(layout, arrays)
    for d, name in enumerate(layout.drugs):
        drug = model.drugs[name]
        _place_kinetics(drug.kinetics[model.host.species], layout, arrays, d)
        arrays.values["drug molar"][d] = 1e6 / drug.molar_mass.canonical
        for action in drug.actions:
            _PLACE[action.kind](action, model, layout, arrays, d, drug)
        if drug.toxicity is not None:
            for field in ("weight_loss", "weight_recovery", "neutrophil_suppression"):
                arrays.put(f"drug {field}", (d,), getattr(drug.toxicity, field))


def _make(layout: Layout, arrays: Arrays) -> None:
    drugs, factors, receptors = len(layout.drugs), len(layout.factors), len(layout.receptors)
    types, behaviours = len(layout.cell_types), len(layout.behaviours)
    for field in (
        "clearance",
        "volume",
        "distribution_clearance",
        "maximum_elimination",
        "damage_rate",
        "washout",
        "binding_sites",
        "molar",
        "weight_loss",
        "weight_recovery",
        "neutrophil_suppression",
    ):
        arrays.make(f"drug {field}", drugs)
    for field in ("peripheral_volume", "half_saturation", "damage_half", "damage_power", "tissue_share"):
        arrays.make(f"drug {field}", drugs, fill=1.0)
    arrays.make("drug bioavailability", drugs, len(layout.routes), fill=math.nan)
    arrays.make("drug absorption", drugs, len(layout.routes))
    arrays.make("drug binding_affinity", drugs, factors, fill=math.inf)
    arrays.make("drug on_rate", drugs, factors)
    arrays.make("drug complex_clearance", drugs, factors)
    arrays.make("drug antagonism", drugs, receptors, fill=math.inf)
    arrays.make("drug depletion_rate", drugs, types)
    arrays.make("drug depletion_half", drugs, types, fill=1.0)
    arrays.make("drug modification", drugs, behaviours, fill=1.0)
    arrays.make("drug modification_half", drugs, behaviours, fill=1.0)


def _place_kinetics(kinetics: Any, layout: Layout, arrays: Arrays, d: int) -> None:
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
            arrays.put(f"drug {field}", (d,), quantity)
    for name, route in kinetics.routes.items():
        o = layout.routes.index(name)
        arrays.put("drug bioavailability", (d, o), route.bioavailability)
        if route.absorption_rate is not None:
            arrays.put("drug absorption", (d, o), route.absorption_rate)


def _place_damages(action: Any, model: Model, layout: Layout, arrays: Arrays, d: int, drug: Any) -> None:
    arrays.put("drug damage_rate", (d,), action.maximum_rate)
    arrays.put("drug damage_half", (d,), action.half_exposure)
    arrays.put("drug damage_power", (d,), action.power)
    arrays.put("drug washout", (d,), action.washout)


def _place_binds(action: Any, model: Model, layout: Layout, arrays: Arrays, d: int, drug: Any) -> None:
    """The affinity is that for the host's ligand, which fills plasma and comes from the host's cells."""
    affinity = action.affinity.get(model.host.species)
    if not action.bound or action.factor not in layout.factors or affinity is None:
        return
    f = layout.factors.index(action.factor)
    molar = 1e6 / drug.molar_mass.canonical
    arrays.put("drug binding_sites", (d,), action.binding_sites, lambda sites: sites * molar)
    arrays.put("drug binding_affinity", (d, f), affinity.dissociation_constant)
    arrays.put("drug on_rate", (d, f), action.on_rate)
    arrays.put("drug tissue_share", (d,), action.tissue_share)
    arrays.put("drug complex_clearance", (d, f), action.complex_half_life, lambda life: LOG_2 / life)


def _place_blocks(action: Any, model: Model, layout: Layout, arrays: Arrays, d: int, drug: Any) -> None:
    if action.receptor not in layout.receptors:
        return
    carriers = [c for c in layout.cell_types if action.receptor in model.cell_types[c].receptors]
    species = model.species_of(carriers[0]) if carriers else model.host.species
    if species in action.affinity:
        r = layout.receptors.index(action.receptor)
        arrays.put("drug antagonism", (d, r), action.affinity[species].dissociation_constant)
        arrays.put("drug tissue_share", (d,), action.tissue_share)


def _place_depletes(action: Any, model: Model, layout: Layout, arrays: Arrays, d: int, drug: Any) -> None:
    if action.cell_type in layout.cell_types:
        k = layout.cell_types.index(action.cell_type)
        arrays.put("drug depletion_rate", (d, k), action.maximum_rate)
        arrays.put("drug depletion_half", (d, k), action.half_concentration)


def _place_modifies(action: Any, model: Model, layout: Layout, arrays: Arrays, d: int, drug: Any) -> None:
    if (action.cell_type, action.behaviour) in layout.behaviours:
        b = layout.behaviours.index((action.cell_type, action.behaviour))
        arrays.put("drug modification", (d, b), action.fold)
        arrays.put("drug modification_half", (d, b), action.half_concentration)


_PLACE = {
    "damages": _place_damages,
    "binds": _place_binds,
    "blocks": _place_blocks,
    "depletes": _place_depletes,
    "modifies": _place_modifies,
}

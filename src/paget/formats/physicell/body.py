"""Volume, mechanics and motility of a cell definition. Elements that are absent keep what the type inherits."""

from __future__ import annotations

import math
from dataclasses import replace

from paget.errors import did_you_mean
from paget.formats.physicell.carried_over import DIFFERENT, OFF
from paget.formats.physicell.draft import Draft, Names, known_name
from paget.formats.physicell.element import Element
from paget.tissue.definition import Chemotaxis

_MECHANICS = {
    "cell_cell_adhesion_strength": "cell-cell adhesion",
    "cell_BM_adhesion_strength": "cell-BM adhesion",
    "cell_cell_repulsion_strength": "cell-cell repulsion",
    "cell_BM_repulsion_strength": "cell-BM repulsion",
    "relative_maximum_adhesion_distance": "relative maximum adhesion distance",
}
_SPRINGS = {
    "attachment_elastic_constant": "cell-cell adhesion elastic constant",
    "attachment_rate": "cell attachment rate",
    "detachment_rate": "cell detachment rate",
}
_MOTILITY = {
    "speed": "migration speed",
    "persistence_time": "migration persistence time",
    "migration_bias": "migration bias",
}
DEFAULT_ADHESION_DISTANCE = 1.25


def read_volume(phenotype: Element, draft: Draft) -> None:
    """Volume of a new cell and the rates of its parts."""
    node = phenotype.child("volume")
    if node is None:
        return
    given: dict[str, float] = {}
    for name in (
        "fluid_change_rate",
        "cytoplasmic_biomass_change_rate",
        "nuclear_biomass_change_rate",
        "calcification_rate",
        "relative_rupture_volume",
        "nuclear",
    ):
        child = node.child(name)
        if child is not None:
            given[name] = child.number(0.0)
    for name in ("fluid_fraction", "calcified_fraction"):
        child = node.child(name)
        if child is not None:
            given[name] = child.number(0.0, 1.0)
    total = node.child("total")
    if total is not None:
        given["total"] = total.above(0.0)
    draft.volume = replace(draft.volume, **given)
    if draft.volume.nuclear > draft.volume.total:
        (node.child("nuclear") or node).warn(
            f"the nucleus ({draft.volume.nuclear:g} um3) is larger than the cell ({draft.volume.total:g} um3): the "
            "cytoplasm shrinks to nothing, as in PhysiCell"
        )


def read_mechanics(phenotype: Element, draft: Draft, names: Names, walls: bool) -> None:
    """Strength and range of adhesion and repulsion, affinities, springs."""
    node = phenotype.child("mechanics")
    if node is None:
        return
    _numbers(node, _MECHANICS, draft)
    membrane = node.child("cell_BM_repulsion_strength")
    if walls and membrane is not None and membrane.number() != 100.0:
        membrane.mark(DIFFERENT, "100: PhysiCell sets it so in every step where walls are on; so does Paget")
    affinities = node.child("cell_adhesion_affinities")
    for affinity in affinities.all("cell_adhesion_affinity") if affinities is not None else ():
        target = known_name(affinity, "name", names.types, "cell type", 1.0)
        if target is not None:
            draft.behaviours[f"adhesive affinity to {target}"] = affinity.number(0.0)
    options = node.child("options")
    if options is not None:
        _equilibrium(options, draft)
    _numbers(node, _SPRINGS, draft)
    most = node.child("maximum_number_of_attachments")
    if most is not None:
        draft.behaviours["maximum number of cell attachments"] = float(most.whole(0))


def _numbers(node: Element, behaviours: dict[str, str], draft: Draft) -> None:
    for tag, behaviour in behaviours.items():
        child = node.child(tag)
        if child is not None:
            draft.behaviours[behaviour] = child.number(0.0)


def _equilibrium(options: Element, draft: Draft) -> None:
    """Adhesion strength at which two such cells come to rest at the stated distance."""
    radius = (draft.volume.total / (4.0 / 3.0 * math.pi)) ** (1.0 / 3.0)
    for tag, unit in (
        ("set_relative_equilibrium_distance", 1.0),
        ("set_absolute_equilibrium_distance", radius),
    ):
        node = options.child(tag)
        if node is None:
            continue
        if not node.flag_attribute("enabled"):
            node.mark(OFF)
            continue
        distance = node.above(0.0) / unit
        if distance > 2.0:
            node.warn("an equilibrium beyond two radii is taken as two radii, as PhysiCell does")
        reach = draft.behaviours.get("relative maximum adhesion distance", DEFAULT_ADHESION_DISTANCE)
        if min(distance, 2.0) / 2.0 >= reach:
            raise node.error(
                "cells at this distance do not reach each other",
                found=node.text,
                allowed=f"below {2 * reach:g} radii (relative_maximum_adhesion_distance {reach:g})",
            )
        strength = equilibrium_adhesion(distance, draft.behaviours["cell-cell repulsion"], reach)
        draft.behaviours["cell-cell adhesion"] = strength
        node.note = f"cell_cell_adhesion_strength becomes {strength:g} um/min"


def equilibrium_adhesion(distance: float, repulsion: float, adhesion_distance: float) -> float:
    """Adhesion strength (um/min) that balances repulsion at a distance (in radii, at most 2).

    repulsion * ((1 - s/2) / (1 - s/(2 f)))**2, s the distance and f the relative maximum adhesion distance; from
    equal and opposite forces at that distance.
    """
    half = min(distance, 2.0) / 2.0
    return repulsion * ((1.0 - half) / (1.0 - half / adhesion_distance)) ** 2


# ---- motility -------------------------------------------------------------------------------------------------------


def read_motility(phenotype: Element, draft: Draft, names: Names, two_dimensional: bool) -> None:
    """Crawling and its bias; of the two kinds of chemotaxis the advanced one wins."""
    node = phenotype.child("motility")
    if node is None:
        return
    for tag, behaviour in _MOTILITY.items():
        child = node.child(tag)
        if child is not None:
            draft.behaviours[behaviour] = child.number(0.0, 1.0 if tag == "migration_bias" else None)
    options = node.child("options")
    if options is None:
        return
    enabled, flat = options.child("enabled"), options.child("use_2D")
    if enabled is not None:
        draft.motile = enabled.flag()
    if flat is not None:
        draft.crawls_in_plane = flat.flag() or two_dimensional
        if two_dimensional and not flat.flag():
            flat.mark(DIFFERENT, "true: the domain has two dimensions, as in PhysiCell")
    simple = _simple(options, draft, names)
    weighted = _weighted(options, draft, names)
    if simple is not None and weighted is not None:
        options.warn("chemotaxis and advanced_chemotaxis are both enabled: the advanced one counts")
    _choose(options, draft, weighted or simple)


def _choose(options: Element, draft: Draft, own: Chemotaxis | None) -> None:
    if own is not None:
        draft.chemotaxis = own
    elif draft.chemotaxis.mode != "none" and (
        options.child("chemotaxis") or options.child("advanced_chemotaxis")
    ):
        options.warn(
            "chemotaxis is off, as the file says; PhysiCell keeps the one that the parent type has switched on"
        )
        draft.chemotaxis = Chemotaxis()


def _simple(options: Element, draft: Draft, names: Names) -> Chemotaxis | None:
    node = options.child("chemotaxis")
    if node is None:
        return None
    enabled = node.child("enabled")
    if enabled is None or not enabled.flag():
        node.mark(OFF)
        return None
    factor = node.need("substrate")
    if factor.text not in names.factors:
        near = did_you_mean(factor.text, names.factors)
        raise factor.error("unknown substrate", found=factor.text, allowed=names.factors, suggestion=near)
    direction = node.child("direction")
    sense = 1 if direction is None else direction.whole()
    if direction is not None and sense not in (-1, 1):
        raise direction.error("is no direction", found=direction.text, allowed="1 or -1")
    return Chemotaxis("simple", factor.text, sense)


def _weighted(options: Element, draft: Draft, names: Names) -> Chemotaxis | None:
    node = options.child("advanced_chemotaxis")
    if node is None:
        return None
    enabled, unit = node.child("enabled"), node.child("normalize_each_gradient")
    sensitivities = node.child("chemotactic_sensitivities")
    for one in sensitivities.all("chemotactic_sensitivity") if sensitivities is not None else ():
        factor = known_name(one, "substrate", names.factors, "substrate", 0.0)
        if factor is not None:
            draft.behaviours[f"chemotactic response to {factor}"] = one.number()
    if enabled is None or not enabled.flag():
        return None
    if sensitivities is None:
        node.warn("no chemotactic_sensitivities: cells have no bias in direction")
    return Chemotaxis("normalised" if unit is not None and unit.flag() else "weighted")

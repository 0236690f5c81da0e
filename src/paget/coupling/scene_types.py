"""The cell types of a scene: new ones, and what those of the catalog do in a tissue besides."""

from __future__ import annotations

from dataclasses import replace

from paget.coupling.scene_rules import number
from paget.coupling.scene_words import Words
from paget.host.environment import REFERENCE_ENDOTHELIUM
from paget.model.scene import Scene, SceneCellType
from paget.tissue.cycles import (
    CYCLING_QUIESCENT,
    FLOW_CYTOMETRY,
    FLOW_CYTOMETRY_SEPARATED,
    KI67_ADVANCED,
    KI67_BASIC,
    LIVE,
)
from paget.tissue.definition import CellType, Chemotaxis, Definition, Volume

CYCLES = {
    "live": LIVE,
    "Ki-67": KI67_BASIC,
    "Ki-67 advanced": KI67_ADVANCED,
    "flow cytometry": FLOW_CYTOMETRY,
    "flow cytometry separated": FLOW_CYTOMETRY_SEPARATED,
    "cycling-quiescent": CYCLING_QUIESCENT,
}
"""Cycles by their names in `paget.model.scene.CYCLES`."""


def new_type(name: str, code: int, given: SceneCellType) -> CellType:
    return CellType(name, code, CYCLES[given.cycle or "live"], volume=volume_of(given))


def volume_of(given: SceneCellType) -> Volume:
    """Volume of a cell; the rupture volume and the rates are the reference values."""
    usual = Volume()
    total = given.volume.canonical if given.volume is not None else usual.total
    share = usual.nuclear / usual.total
    nuclear = given.nuclear_volume.canonical if given.nuclear_volume is not None else share * total
    return replace(usual, total=total, nuclear=nuclear)


def extended(scene: Scene, cell_type: CellType, given: SceneCellType, words: Words) -> CellType:
    """A cell type with what the scene lets it do."""
    at: tuple[str | int, ...] = ("cell_types", cell_type.name, "behaviours")
    behaviours = dict(cell_type.behaviours)
    for text, quantity in given.behaviours.items():
        name, value = number(scene, words.behaviour, text, quantity, (*at, text))
        if name in cell_type.behaviours:
            raise scene.error(
                "is stated by the catalog; change it there (`edits`, or a project folder)",
                *at,
                text,
                found=name,
            )
        behaviours[name] = value
    return replace(
        cell_type,
        behaviours=behaviours,
        motile=behaviours.get("migration speed", 0.0) > 0.0,
        chemotaxis=_chemotaxis(scene, cell_type.name, given),
    )


def _chemotaxis(scene: Scene, name: str, given: SceneCellType) -> Chemotaxis:
    weighs = any(text.startswith("chemotactic response to ") for text in given.behaviours)
    weighs = weighs or any(
        rule.cell_type == name and rule.behaviour.startswith("chemotactic response to ")
        for rule in scene.rules
    )
    if given.chemotaxis is not None:
        if weighs:
            raise scene.error(
                "gives chemotaxis and chemotactic responses; use one of them",
                "cell_types",
                name,
                "chemotaxis",
            )
        sign = 1 if given.chemotaxis.direction == "towards" else -1
        return Chemotaxis("simple", given.chemotaxis.factor, sign)
    return Chemotaxis(("normalised" if given.normalised_gradients else "weighted") if weighs else "none")


def as_vessel(scene: Scene, cell_type: CellType, base: Definition) -> CellType:
    """A cell of a vessel: it stays in place, and draws factors of the scene towards their level in plasma.

    At the reference density of such cells the exchange has the rate that is stated: one cell holds the share of the
    volume (um3) that it then has to supply.
    """
    behaviours = {"is_movable": 0.0}
    catalog_names = [factor.name for factor in base.factors]
    for name, given in scene.factors.items():
        if given.exchange_with_blood is not None and name not in catalog_names:
            assert given.plasma is not None
            supplied = 1e9 / REFERENCE_ENDOTHELIUM
            behaviours[f"{name} secretion"] = (
                given.exchange_with_blood.canonical * supplied / cell_type.volume.total
            )
            behaviours[f"{name} secretion target"] = given.plasma.canonical
    return replace(cell_type, behaviours={**cell_type.behaviours, **behaviours}, motile=False)

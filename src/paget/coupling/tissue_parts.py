"""The parts of a tissue, from the table that is compiled for the host engine: cell types, factors, rules, receptors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paget.coupling.words import (
    MOLECULES_PER_LEVEL,
    behaviour_factor,
    behaviour_in_tissue,
    signal_factor,
    signal_in_tissue,
)
from paget.host.environment import REFERENCE_ENDOTHELIUM
from paget.model import Model
from paget.model.mechanism import Rule as ModelRule
from paget.model.tumour import TUMOUR_CELL
from paget.model.vocabulary import Match
from paget.rules import CompiledModel
from paget.tissue.biology import Links
from paget.tissue.cycles import KI67_BASIC, LIVE
from paget.tissue.definition import CellType, Cycle, Factor, Phase, Rule, Volume
from paget.tissue.receptors import Receptors
from paget.tissue.recruitment import Recruited
from paget.tissue.treatment import MINUTES_PER_DAY

VESSELS = "endothelial cell"
"""The cells that exchange factors with plasma."""

STAGES = Cycle(
    "Ki67 (basic) with damage",
    KI67_BASIC.code,
    (
        Phase("Ki67-", 3, next=1),
        Phase("Ki67+", 2, divides_at_exit=True, doubles_at_entry=True, next=0),
        Phase("damaged", 9999, next=0),
    ),
)
"""Stages of a tumour cell: quiescent, cycling, damaged. Codes of MultiCellDS; the last is that of a custom phase."""


@dataclass(frozen=True)
class Spoken:
    """A behaviour of a cell type in both engines."""

    place: int
    """Number in the tables."""
    cell_type: str
    match: Match
    name: str | None
    """In the tissue; None where no cell has such a thing there."""
    base: float
    """In the unit of the tissue."""
    limits: tuple[float, float]


def behaviours_of(model: Model, compiled: CompiledModel) -> list[Spoken]:
    """All behaviours of the model, in the order of the tables."""
    tables = compiled.tables
    share = float(tables["body"]["interstitial_share"])
    words = []
    for place, (cell_type, behaviour) in enumerate(compiled.layout.behaviours):
        match = model.vocabulary.behaviour(behaviour)
        assert match is not None  # checked when the catalog was read
        name = behaviour_in_tissue(match)
        factor = behaviour_factor(match, share) if name is not None else 0.0
        if name is not None and match.kind == "factor" and cell_type == TUMOUR_CELL:
            factor *= float(tables["signalling"]["crosses"][compiled.factors.index(str(match.name))])
        base, low, high = (float(tables["rules"][of][place]) for of in ("base", "minimum", "maximum"))
        words.append(Spoken(place, cell_type, match, name, base * factor, (low * factor, high * factor)))
    return words


def custom_variables(words: Sequence[Spoken]) -> list[str]:
    """Names of the custom variables that carry behaviours."""
    names = [word.name for word in words if word.name is not None]
    return [name.removeprefix("custom:") for name in names if name.startswith("custom:")]


def factors_of(model: Model, compiled: CompiledModel) -> tuple[Factor, ...]:
    """The factors of the model, in the order of the tables."""
    signalling = compiled.tables["signalling"]
    return tuple(
        Factor(
            name=name,
            diffusion=model.factors[name].diffusion.canonical * 1e6 / MINUTES_PER_DAY,
            decay=float(signalling["decay"][f]) / MINUTES_PER_DAY,
            initial=float(signalling["plasma_free"][f]),
            unit="nM",
        )
        for f, name in enumerate(compiled.factors)
    )


def cell_types_of(
    compiled: CompiledModel, words: Sequence[Spoken], volumes: Mapping[str, Volume]
) -> tuple[CellType, ...]:
    """The cell types of the model, in the order of the tables: the tumour cell first."""
    types = []
    for code, name in enumerate(compiled.cell_types):
        volume = volumes.get(name, Volume())
        behaviours = {w.name: w.base for w in words if w.cell_type == name and w.name is not None}
        if name == VESSELS:
            behaviours |= _exchange(compiled, volume)
        cycle = STAGES if name == TUMOUR_CELL else LIVE
        types.append(CellType(name, code, cycle, behaviours, volume=volume))
    return tuple(types)


def _exchange(compiled: CompiledModel, volume: Volume) -> dict[str, float]:
    """What a cell of a vessel does: it draws the level around it towards that in plasma.

    At the reference density of such cells the rate is that of the catalog; one cell holds the share of the volume
    (um3) that it then has to supply.
    """
    signalling, supplied = compiled.tables["signalling"], 1e9 / REFERENCE_ENDOTHELIUM
    behaviours = {}
    for f, name in enumerate(compiled.factors):
        rate = float(signalling["exchange"][f]) / MINUTES_PER_DAY
        behaviours[f"{name} secretion"] = rate * supplied / volume.total
        behaviours[f"{name} secretion target"] = float(signalling["plasma_free"][f])
    return behaviours


def rules_of(model: Model, compiled: CompiledModel, words: Sequence[Spoken]) -> Iterable[Rule]:
    """The rules of the tables that the tissue engine can follow, in the order of the tables."""
    found = {(w.cell_type, w.match.text): w for w in words}
    table = compiled.tables["rules"]
    for number, rule in enumerate(compiled.layout.rules):
        word, signal = found[rule.cell_type, rule.behaviour], signal_of(model, rule)
        name = signal_in_tissue(signal)
        if word.name is None or name is None:
            continue
        increases = rule.direction == "increases"
        yield Rule(
            cell_type=rule.cell_type,
            signal=name,
            increases=increases,
            behaviour=word.name,
            half_maximum=float(table["half"][number]) * signal_factor(signal),
            power=float(table["power"][number]),
            saturation=word.limits[int(increases)],
        )


def signal_of(model: Model, rule: ModelRule) -> Match:
    """The signal of a rule, in the vocabulary."""
    match = model.vocabulary.signal(rule.signal)
    assert match is not None  # checked when the catalog was read
    return match


def recruited_of(model: Model, compiled: CompiledModel) -> Iterable[Recruited]:
    """The cell types that are recruited."""
    for kind, place in enumerate(compiled.tables["behaviour"]["recruitment"][: len(compiled.cell_types)]):
        if place >= 0:
            from_blood = model.cell_types[compiled.cell_types[kind]].blood_leukocyte
            yield Recruited(kind, int(place), from_blood)


def internalised_of(compiled: CompiledModel) -> list[str]:
    """Factors that some receptor takes into cells."""
    signalling = compiled.tables["signalling"]
    taken = (signalling["receptors"] * signalling["internalisation"]).any(axis=0)
    bound = np.isfinite(signalling["affinity"])[taken].any(axis=0)
    return [name for f, name in enumerate(compiled.factors) if bound[f]]


def receptors_of(compiled: CompiledModel) -> Receptors:
    """The receptors of all cell types, in the units of the tissue."""
    kinds, receptors = len(compiled.cell_types), len(compiled.receptors)
    signalling = compiled.tables["signalling"]
    fluid = MOLECULES_PER_LEVEL * float(compiled.tables["body"]["interstitial_share"]) * MINUTES_PER_DAY
    taken = signalling["receptors"] * signalling["internalisation"] / fluid
    return Receptors(
        affinity=signalling["affinity"][:receptors, : len(compiled.factors)].copy(),
        expression=signalling["expression"][:kinds, :receptors].copy(),
        internalising=taken[:kinds, :receptors].copy(),
    )


def links_of(compiled: CompiledModel, words: Sequence[Spoken]) -> Links:
    """Where the behaviours of the tables stand in the tissue; every cell type has a death, if of rate 0."""
    linked = [(w.place, w.cell_type, w.name) for w in words if w.name is not None]
    mortal = {cell_type for _, cell_type, name in linked if name == "apoptosis"}
    linked += [(0, name, "apoptosis") for name in compiled.cell_types if name not in mortal]
    places, cell_types, names = zip(*linked, strict=True)
    decay = compiled.tables["signalling"]["decay"][: len(compiled.factors)] / MINUTES_PER_DAY
    return Links(
        place=np.array(places, dtype=np.int64),
        kind=np.array([compiled.cell_types.index(name) for name in cell_types], dtype=np.int64),
        behaviour=tuple(names),
        decay=decay,
        tumour=compiled.cell_types.index(TUMOUR_CELL),
        vessels=compiled.cell_types.index(VESSELS) if VESSELS in compiled.cell_types else -1,
    )

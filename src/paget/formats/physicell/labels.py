"""The rows of a MultiCellDS cells matrix (data version 2): names, units, sizes and values, in the order of the format.

With m factors, n cell types and 2 death models there are 69 + 2 + 7 n + 8 m rows and one per custom variable. The label
`elapsed_time_in_phase` stands twice because the format has it twice. Facts: output of PhysiCell 1.14.2.

What Paget has no counterpart for has the value that PhysiCell's standard models leave there: no contact with a basement
membrane; orientation along z and polarity 1 in 2-D, no orientation and polarity 0 in 3-D (where PhysiCell's is random
and, with polarity 0, without effect).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.formats.snapshot import (
    calcified_fraction,
    change_rates,
    columns_of,
    cycle_codes,
    exit_rates,
    fluid_fraction,
    optional,
    phase_codes,
    target_fluid_fraction,
    target_solids,
)
from paget.tissue.cells import LIVE, NOBODY, NUCLEAR, TOTAL
from paget.tissue.snapshot import Snapshot

DEATH_MODELS = 2
RATE = "1/min"


class Label(NamedTuple):
    """Some consecutive rows."""

    name: str
    unit: str
    size: int
    values: Callable[[Snapshot], npt.NDArray[Any]]
    """Numbers of the cells of a snapshot, shape (n,) or (n, size)."""


def labels_of(snapshot: Snapshot) -> list[Label]:
    """All labels, in the order of the rows."""
    return [
        *_place(),
        *_state(),
        *_cycle_and_death(snapshot),
        *_volume(),
        *_mechanics(snapshot),
        *_motility(snapshot),
        *_secretion(snapshot),
        *_interactions(snapshot),
        *_integrity_and_custom(snapshot),
    ]


def rows_of(labels: list[Label]) -> int:
    """Rows of the matrix."""
    return sum(label.size for label in labels)


def fill(labels: list[Label], part: Snapshot) -> npt.NDArray[np.float64]:
    """The matrix of some cells, one row per cell: shape (cells, rows), so that its bytes are columns of the file."""
    matrix = np.zeros((part.count, rows_of(labels)))
    row = 0
    for label in labels:
        matrix[:, row : row + label.size] = np.reshape(label.values(part), (part.count, label.size))
        row += label.size
    return matrix


def _place() -> list[Label]:
    return [
        Label("ID", "none", 1, lambda s: s.identifier),
        Label("position", "microns", 3, lambda s: s.position),
        Label("total_volume", "cubic microns", 1, lambda s: s.cells["volume"][:, TOTAL]),
        Label("cell_type", "none", 1, lambda s: type_codes(s)[s.kind]),
        Label("cycle_model", "none", 1, cycle_codes),
        Label("current_phase", "none", 1, phase_codes),
        Label("elapsed_time_in_phase", "min", 1, lambda s: s.cells["elapsed"]),
        Label("nuclear_volume", "cubic microns", 1, lambda s: s.cells["volume"][:, NUCLEAR]),
        Label("cytoplasmic_volume", "cubic microns", 1, _cytoplasmic_volume),
        Label("fluid_fraction", "none", 1, fluid_fraction),
        Label("calcified_fraction", "none", 1, calcified_fraction),
        Label("orientation", "none", 3, _orientation),
        Label("polarity", "none", 1, lambda s: np.full(s.count, float(s.definition.domain.two_dimensional))),
    ]


def _state() -> list[Label]:
    return [
        Label("velocity", "micron/min", 3, lambda s: s.cells["velocity"]),
        Label("pressure", "none", 1, lambda s: s.cells["pressure"]),
        Label("number_of_nuclei", "none", 1, lambda s: optional(s, "nuclei", 1.0)),
        Label("total_attack_time", "min", 1, lambda s: columns_of(s, "attack", 0, 1)),
        Label("contact_with_basement_membrane", "none", 1, lambda s: np.zeros(s.count)),
    ]


def _cycle_and_death(snapshot: Snapshot) -> list[Label]:
    apoptosis = snapshot.vocabulary.behaviour.apoptosis
    return [
        Label("current_cycle_phase_exit_rate", RATE, 1, exit_rates),
        Label("elapsed_time_in_phase", "min", 1, lambda s: s.cells["elapsed"]),
        Label("dead", "none", 1, lambda s: s.dead),
        Label("current_death_model", "none", 1, lambda s: np.maximum(s.cells["model"] - 1, 0)),
        Label("death_rates", RATE, DEATH_MODELS, lambda s: s.behaviours(apoptosis, DEATH_MODELS)),
    ]


def _volume() -> list[Label]:
    return [
        Label("cytoplasmic_biomass_change_rate", RATE, 1, lambda s: change_rates(s)[:, 0]),
        Label("nuclear_biomass_change_rate", RATE, 1, lambda s: change_rates(s)[:, 1]),
        Label("fluid_change_rate", RATE, 1, lambda s: change_rates(s)[:, 2]),
        Label("calcification_rate", RATE, 1, lambda s: change_rates(s)[:, 3]),
        Label("target_solid_cytoplasmic", "cubic microns", 1, lambda s: target_solids(s)[:, 0]),
        Label("target_solid_nuclear", "cubic microns", 1, lambda s: target_solids(s)[:, 1]),
        Label("target_fluid_fraction", "none", 1, target_fluid_fraction),
        Label("radius", "microns", 1, lambda s: s.radius),
        Label(
            "nuclear_radius", "microns", 1, lambda s: np.cbrt(s.cells["volume"][:, NUCLEAR] * 0.75 / np.pi)
        ),
        Label("surface_area", "square microns", 1, lambda s: 4.0 * np.pi * s.radius**2),
    ]


def _mechanics(snapshot: Snapshot) -> list[Label]:
    b, types = snapshot.vocabulary.behaviour, len(snapshot.definition.cell_types)
    return [
        _one("cell_cell_adhesion_strength", "micron/min", b.adhesion),
        _one("cell_BM_adhesion_strength", "micron/min", b.membrane_adhesion),
        _one("cell_cell_repulsion_strength", "micron/min", b.repulsion),
        _one("cell_BM_repulsion_strength", "micron/min", b.membrane_repulsion),
        _several("cell_adhesion_affinities", "none", b.affinity, types),
        _one("relative_maximum_adhesion_distance", "none", b.adhesion_distance),
        _one("maximum_number_of_attachments", "none", b.maximum_attachments),
        _one("attachment_elastic_constant", RATE, b.elastic),
        _one("attachment_rate", RATE, b.attachment),
        _one("detachment_rate", RATE, b.detachment),
    ]


def _motility(snapshot: Snapshot) -> list[Label]:
    b, factors = snapshot.vocabulary.behaviour, len(snapshot.definition.factors)
    return [
        Label("is_motile", "none", 1, lambda s: (s.types.motile[s.kind] != 0) & (s.cells["model"] == LIVE)),
        _one("persistence_time", "min", b.persistence),
        _one("migration_speed", "micron/min", b.speed),
        Label("migration_bias_direction", "none", 3, lambda s: columns_of(s, "motility", 3, 6)),
        _one("migration_bias", "none", b.bias),
        Label("motility_vector", "micron/min", 3, _crawling),
        Label("chemotaxis_index", "none", 1, lambda s: np.maximum(s.types.chemotaxis_factor[s.kind], 0)),
        Label("chemotaxis_direction", "none", 1, lambda s: s.types.chemotaxis_direction[s.kind]),
        _several("chemotactic_sensitivities", "none", b.chemotaxis, factors),
    ]


def _secretion(snapshot: Snapshot) -> list[Label]:
    b, factors = snapshot.vocabulary.behaviour, len(snapshot.definition.factors)
    return [
        _several("secretion_rates", RATE, b.secretion, factors),
        _several("uptake_rates", RATE, b.uptake, factors),
        _several("saturation_densities", "stuff/cubic micron", b.secretion_target, factors),
        _several("net_export_rates", "stuff/min", b.export, factors),
        Label("internalized_total_substrates", "stuff", factors, lambda s: columns_of(s, "held", 0, factors)),
        Label("fraction_released_at_death", "none", factors, lambda s: s.types.released[s.kind]),
        Label("fraction_transferred_when_ingested", "none", factors, lambda s: s.types.transferred[s.kind]),
    ]


def _interactions(snapshot: Snapshot) -> list[Label]:
    b, types = snapshot.vocabulary.behaviour, len(snapshot.definition.cell_types)
    return [
        _one("apoptotic_phagocytosis_rate", RATE, b.eat_apoptotic),
        _one("necrotic_phagocytosis_rate", RATE, b.eat_necrotic),
        _one("other_dead_phagocytosis_rate", RATE, b.eat_other),
        _several("live_phagocytosis_rates", RATE, b.eat, types),
        _several("attack_rates", RATE, b.attack, types),
        _several("immunogenicities", "none", b.immunogenicity, types),
        Label("attack_target", "none", 1, lambda s: optional(s, "target", NOBODY)),
        _one("attack_damage_rate", RATE, b.attack_damage),
        _one("attack_duration", "min", b.attack_duration),
        Label("attack_total_damage_delivered", "none", 1, lambda s: columns_of(s, "attack", 1, 2)),
        _several("fusion_rates", RATE, b.fuse, types),
        _several("transformation_rates", RATE, b.transform, types),
        _several("asymmetric_division_probabilities", "none", b.asymmetric, types),
    ]


def _integrity_and_custom(snapshot: Snapshot) -> list[Label]:
    b = snapshot.vocabulary.behaviour
    return [
        Label("damage", "none", 1, lambda s: optional(s, "damage")),
        _one("damage_rate", RATE, b.damage),
        _one("damage_repair_rate", RATE, b.repair),
        *(_one(name, "dimensionless", b.custom + k) for k, name in enumerate(snapshot.definition.custom)),
    ]


def _one(name: str, unit: str, behaviour: int) -> Label:
    return Label(name, unit, 1, lambda s: s.behaviour(behaviour))


def _several(name: str, unit: str, first: int, size: int) -> Label:
    return Label(name, unit, size, lambda s: s.behaviours(first, size))


def type_codes(snapshot: Snapshot) -> npt.NDArray[np.int64]:
    """Number by which files know each cell type."""
    return np.array([kind.code for kind in snapshot.definition.cell_types], dtype=np.int64)


def _cytoplasmic_volume(snapshot: Snapshot) -> npt.NDArray[np.float64]:
    return snapshot.cells["volume"][:, TOTAL] - snapshot.cells["volume"][:, NUCLEAR]


def _orientation(snapshot: Snapshot) -> npt.NDArray[np.float64]:
    along_z = np.zeros((snapshot.count, 3))
    along_z[:, 2] = float(snapshot.definition.domain.two_dimensional)
    return along_z


def _crawling(snapshot: Snapshot) -> npt.NDArray[np.float64]:
    crawling = columns_of(snapshot, "motility", 0, 3).copy()
    crawling[snapshot.dead] = 0.0
    return crawling

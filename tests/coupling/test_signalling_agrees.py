"""Signalling in a well-mixed tissue follows the host engine: steady levels, receptor activity, behaviours that follow.

Cells of all types lie in a box that is mixed at once, because it is one voxel, or fast, by diffusion; nothing moves, is
born or dies. Levels are then deterministic, and the comparison needs no statistics: the tissue must settle where the
host engine (`host/environment.py`) has its steady state for the same numbers of cells per volume: to a part in a
hundred thousand in one voxel, to a part in a thousand by diffusion, where levels differ by a hundredth between places.
Planted faults: secretion off by a thousandth, receptors off by a hundredth.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from paget.coupling.tissue_model import PlannedDose, tissue_model
from paget.coupling.tissue_parts import behaviours_of
from paget.host.environment import fill_shared, sense_and_act
from paget.host.state import new_state
from paget.host.treatment import advance_treatment, give_dose
from paget.pharmacology.plasma import fill_kinetics
from paget.tissue.definition import Domain, Population, Steps
from paget.tissue.simulation import Simulation

TOLERANCE = 1e-5
SETTLED = 1800.0
"""Minutes after which the slowest factor (MMP-9, relaxing in 140 minutes) is at its level within the tolerance."""
SIDE = 200.0
BOX = Domain((0.0, 0.0, 0.0), (SIDE,) * 3, (SIDE,) * 3)
MANY_VOXELS = Domain((0.0, 0.0, 0.0), (SIDE,) * 3, (50.0,) * 3)
STEPS = Steps(mechanics=2.0, phenotype=2.0)
COUNTS = {
    "tumour cell": 500, "tumour-associated macrophage": 110, "macrophage": 20, "fibroblast": 75, "neutrophil": 25,
    "endothelial cell": 12, "NK cell": 5, "CD8 T cell": 10,
}  # fmt: skip
"""A PyMT tumour in 0.008 mm3."""
STILL = ("cycle entry", "division", "death", "attack on {cell type}", "transformation to {cell type}")
"""What is switched off, so that counts stay what they are."""


def still(model) -> dict[str, float]:
    """Values that switch off births, deaths and changes of type."""
    return {
        numbers.base.path: 0.0
        for cell_type in model.cell_types.values()
        for name, numbers in cell_type.behaviours.items()
        if model.vocabulary.behaviour(name).pattern in STILL
    }


def built_tissue(model, values=None, doses=(), domain=BOX):
    """A tissue without births, deaths and motion, in which factors diffuse fast."""
    built = tissue_model(
        model, domain, values=still(model) | (values or {}), doses=doses, steps=STEPS, recruitment=False
    )
    definition = built.definition
    fast = tuple(dataclasses.replace(factor, diffusion=3e5) for factor in definition.factors)
    ghosts = {"cell-cell repulsion": 0.0, "cell-cell adhesion": 0.0}
    types = tuple(
        dataclasses.replace(cell_type, behaviours={**cell_type.behaviours, **ghosts})
        for cell_type in definition.cell_types
    )
    changed = dataclasses.replace(definition, factors=fast, cell_types=types, walls=False)
    return dataclasses.replace(built, definition=changed)


def settled(built, minutes: float) -> Simulation:
    names = list(built.compiled.cell_types)
    kinds = np.repeat([names.index(name) for name in COUNTS], list(COUNTS.values()))
    places = np.random.default_rng(1).uniform(0.0, SIDE, (len(kinds), 3))
    simulation = Simulation(
        built.definition, Population(places, kinds), seed=1, threads=1, biology=built.biology()
    )
    return simulation.run(until=minutes)


def host_state(built, doses=(), minutes: float = 0.0):
    """State of the host engine at the same density of cells, settled, after the same time under the same doses."""
    compiled = built.compiled
    state = new_state(compiled.tables, compiled.axes)[0]
    fill_kinetics(compiled.tables["drugs"], state["kinetics"])
    for dose in doses:
        drug, route = compiled.drug_names.index(dose.drug), compiled.routes.index(dose.route)
        give_dose(compiled.tables, state, drug, route, dose.amount)
    for _ in range(round(minutes / STEPS.phenotype)):
        advance_treatment(compiled.tables, state, STEPS.phenotype / 1440.0)
    fill_shared(compiled.tables, state)
    for name, count in COUNTS.items():
        state["densities"][compiled.cell_types.index(name)] = count / (SIDE * 1e-3) ** 3
    levels, expression = np.full(state["levels"].shape[1], 0.1), state["niche_expression"][0]
    for _ in range(50):  # secretion reads the levels of the step before
        sense_and_act(compiled.tables, state, levels, expression, 0.0, 1.0, 0.0)
    return state, levels[: len(compiled.factors)]


def tissue_levels(simulation) -> np.ndarray:
    return simulation.fields.level.reshape(len(simulation.definition.factors), -1).mean(axis=1)


@pytest.fixture(scope="module")
def untreated(mouse):
    built = built_tissue(mouse)
    return built, settled(built, SETTLED)


def test_levels(untreated) -> None:
    built, simulation = untreated
    _, levels = host_state(built)
    assert simulation.cells.count == sum(COUNTS.values())
    assert tissue_levels(simulation) == pytest.approx(levels, rel=TOLERANCE)


def test_levels_by_diffusion(mouse) -> None:
    """The mean over 64 voxels, in which the cells lie at random."""
    built = built_tissue(mouse, domain=MANY_VOXELS)
    simulation = settled(built, SETTLED)
    _, levels = host_state(built)
    assert tissue_levels(simulation) == pytest.approx(levels, rel=1e-3)


def test_receptor_activity(untreated) -> None:
    """Of every cell type, in every cell."""
    built, simulation = untreated
    state, _ = host_state(built)
    signalling, cells = built.compiled.tables["signalling"], simulation.cells
    side = np.where(cells["kind"] == 0, 0, 1)
    for r in range(len(built.compiled.receptors)):
        expected = signalling["expression"][cells["kind"], r] * state["activity"][r, side]
        assert cells["activity"][:, r] == pytest.approx(expected, rel=2 * TOLERANCE)


def test_behaviours(mouse, untreated) -> None:
    """Behaviours that sense levels and receptors only have the value of the host engine, in the unit of the tissue."""
    built, simulation = untreated
    state, _ = host_state(built)
    compared = 0
    for word in behaviours_of(mouse, built.compiled):
        pressed = any(r.signal == "pressure" and r.behaviour == word.match.text for r in mouse.rules)
        base = built.compiled.tables["rules"]["base"][word.place]
        if word.name is None or pressed or base == 0.0:
            continue
        column = simulation.types.column[simulation.vocabulary.behaviour_number(word.name)]
        cells = simulation.cells["kind"] == built.compiled.cell_types.index(word.cell_type)
        if column >= 0 and cells.any():
            expected = state["behaviours"][word.place] * word.base / base
            assert simulation.cells["columns"][cells, column] == pytest.approx(expected, rel=TOLERANCE)
            compared += 1
    assert compared >= 2


def test_levels_under_an_antibody(mouse) -> None:
    """Capture in the tissue, less ligand in plasma: six hours after the dose, and a day after it.

    Compared are the factors that the antibody binds or could bind; others may relax more slowly than that.
    """
    doses = [PlannedDose(0.0, "xentuzumab", "i.v.", 5.0)]
    built = built_tissue(mouse, doses=doses)
    simulation = settled(built, 360.0)
    for minutes in (360.0, 1440.0):
        simulation.run(until=minutes)
        _, levels = host_state(built, doses, minutes)
        here = tissue_levels(simulation)
        for name in ("IGF-1", "IGF-2", "insulin"):
            place = built.compiled.factors.index(name)
            assert here[place] == pytest.approx(levels[place], rel=0.002), name
    assert (
        levels[built.compiled.factors.index("IGF-1")]
        < 0.1 * host_state(built)[1][built.compiled.factors.index("IGF-1")]
    )


def test_planted_faults_are_seen(mouse, untreated) -> None:
    built, _ = untreated
    _, levels = host_state(built)
    secretion = mouse.cell_types["fibroblast"].behaviours["secretion of IGF-1"].base
    number = mouse.cell_types["tumour cell"].receptors["IGF1R"].number
    for quantity, fold in ((secretion, 1.001), (number, 1.01)):
        faulty = settled(built_tissue(mouse, {quantity.path: quantity.canonical * fold}), SETTLED)
        assert tissue_levels(faulty) != pytest.approx(levels, rel=TOLERANCE)

"""Receptors, drugs and recruitment in a running tissue: the same bits however it is run, and effects of drugs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from paget.coupling.tissue_model import PlannedDose, TissueModel, tissue_model
from paget.rules.rule_table import value_in_cell
from paget.tissue.cells import ABSENT, DEAD
from paget.tissue.definition import Domain, Population, Steps
from paget.tissue.simulation import Simulation

SIDE = 160.0
BOX = Domain((0.0, 0.0, 0.0), (SIDE,) * 3, (20.0,) * 3)
STEPS = Steps(mechanics=1.0, phenotype=6.0)
DOSES = [PlannedDose(60.0, "paclitaxel", "i.v.", 30.0), PlannedDose(66.0, "xentuzumab", "i.p.", 20.0)]


def population(built: TissueModel, seed: int = 1) -> Population:
    """300 cells, mostly tumour cells."""
    random, types = np.random.default_rng(seed), len(built.compiled.cell_types)
    kinds = np.where(random.random(300) < 0.6, 0, random.integers(0, types, 300))
    return Population(random.uniform(10.0, SIDE - 10.0, (300, 3)), kinds)


def start(built: TissueModel, threads: int = 1) -> Simulation:
    return Simulation(built.definition, population(built), seed=4, threads=threads, biology=built.biology())


@pytest.fixture(scope="module")
def built(mouse) -> TissueModel:
    """Both drugs; many times the usual recruitment, so that cells enter in a short time."""
    values = {
        cell_type.behaviours["recruitment"].base.path: 20.0
        * cell_type.behaviours["recruitment"].base.canonical
        for cell_type in mouse.cell_types.values()
        if "recruitment" in cell_type.behaviours
    }
    return tissue_model(mouse, BOX, doses=DOSES, steps=STEPS, values=values)


@pytest.fixture(scope="module")
def course(built) -> Simulation:
    return start(built).run(until=240.0)


def same(one: Simulation, other: Simulation) -> bool:
    a, b = one.state(), other.state()
    return a.keys() == b.keys() and all(a[name].tobytes() == b[name].tobytes() for name in a)


# ---- the same bits ---------------------------------------------------------------------------------------------------


def test_everything_happens_in_this_course(course, built) -> None:
    """Otherwise the comparisons below would say little."""
    cells = course.cells
    assert cells.next_identifier > 300 + cells["divisions"].sum() > 300  # some entered, some divided
    assert (cells["phase"][cells["flags"] == 0] == 2).any()  # some are damaged
    assert (cells["flags"] & DEAD).any()
    assert course.fields.decay[built.compiled.factors.index("IGF-1")] > 0.01  # the antibody captures
    assert cells["activity"].any()


def test_threads_change_nothing(course, built) -> None:
    assert same(course, start(built, threads=2).run(until=240.0))


def test_resuming_changes_nothing(course, built) -> None:
    """At a time at which both drugs act."""
    kept = start(built).run(until=123.0).state()
    resumed = Simulation.from_state(built.definition, kept, threads=1, biology=built.biology())
    assert same(course, resumed.run(until=240.0))


def test_a_branch_goes_its_own_way(course, built) -> None:
    simulation = start(built).run(until=123.0)
    branch = simulation.branch()
    branch.run(until=240.0)
    assert same(course, branch)
    assert simulation.time == 123.0
    assert same(course, simulation.run(until=240.0))


def test_biology_does_not_change_the_model(built) -> None:
    record, definition = built.compiled.record.tobytes(), built.definition
    start(built).run(until=90.0)
    assert built.compiled.record.tobytes() == record
    assert built.definition is definition


# ---- what drugs do to all cells of a type ----------------------------------------------------------------------------


def with_drug(built: TissueModel, **entries: float) -> TissueModel:
    """A model in which paclitaxel has further effects; keys `depletion` (1/day) and `modification` (fold) of a type."""
    record = built.compiled.record.copy()
    drugs, layout = record[0]["drugs"], built.compiled.layout
    number = layout.drugs.index("paclitaxel")
    drugs["depletion_rate"][number, layout.cell_types.index("neutrophil")] = entries.get("depletion", 0.0)
    place = layout.behaviours.index(("tumour cell", "cycle entry"))
    drugs["modification"][number, place] = entries.get("modification", 1.0)
    half = entries.get("half", 1e-9)  # ug/mL; by default saturated
    drugs["depletion_half"][number], drugs["modification_half"][number] = half, half
    return dataclasses.replace(built, compiled=dataclasses.replace(built.compiled, record=record))


def test_depletion_adds_to_death(mouse) -> None:
    plain = tissue_model(mouse, BOX, doses=[PlannedDose(0.0, "paclitaxel", "i.v.", 1.0)], steps=STEPS)
    simulation = start(with_drug(plain, depletion=14.4))
    number, kind = simulation.vocabulary.behaviour.apoptosis, plain.compiled.cell_types.index("neutrophil")
    before = simulation.types.base[:, number].copy()
    simulation.run(until=1.0)
    added = simulation.types.base[:, number] - before
    assert added[kind] == pytest.approx(0.01, rel=1e-6)
    assert np.delete(added, kind).tolist() == [0.0] * (len(added) - 1)


def test_modification_multiplies_a_ruled_behaviour(mouse) -> None:
    """At any signals: base and limits are scaled alike."""
    plain = tissue_model(mouse, BOX, doses=[PlannedDose(0.0, "paclitaxel", "i.v.", 1.0)], steps=STEPS)
    with_, without = start(with_drug(plain, modification=0.3)), start(plain)
    with_.run(until=1.0)
    column = without.types.column[without.vocabulary.behaviour_number("exit from cycle phase 0")]
    row = int(np.flatnonzero(without.rules.column == column)[0])
    for signals in np.random.default_rng(1).uniform(0.0, 3.0, (20, len(without.rules.sensed))):
        changed = value_in_cell(with_.rules, row, signals, False, 0.0)
        assert changed == pytest.approx(
            0.3 * value_in_cell(without.rules, row, signals, False, 0.0), rel=1e-6
        )


def test_effects_wear_off(mouse) -> None:
    """Two days after a dose of paclitaxel bases are those of the model again."""
    plain = tissue_model(mouse, BOX, doses=[PlannedDose(0.0, "paclitaxel", "i.v.", 1.0)], steps=STEPS)
    simulation = start(with_drug(plain, depletion=5.0, half=0.01))
    before = simulation.types.base.copy()
    simulation.run(until=1.0)
    assert simulation.types.base != pytest.approx(before, rel=1e-3)
    for step in range(1, 480):
        simulation.biology.treatment.advance(6.0 * step, 6.0)
    simulation.run(until=7.0)
    assert simulation.types.base == pytest.approx(before, rel=1e-9)


def test_cells_of_the_domain_only(course) -> None:
    """Newcomers are put inside the walls."""
    places = course.cells["place"][(course.cells["flags"] & ABSENT) == 0, :3]
    assert places.min() >= 0.0
    assert places.max() <= SIDE

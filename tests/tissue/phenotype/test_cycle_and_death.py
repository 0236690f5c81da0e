"""Phases of cycle and death: fixed durations to the step, exponential times, the order of events.

Statistical checks. Null: survivors of n cells after k steps are binomial with the closed-form chance. Statistic: z.
False-alarm rate 1e-3 each, fixed seed; a rate 20 % off must be caught.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.tissue.cells import APOPTOTIC, DEAD, LIVE, NECROTIC, REMOVED, TARGET_NUCLEAR_SOLID, TOTAL
from paget.tissue.death import die
from paget.tissue.definition import CellType, Cycle, Death, Definition, Phase, Rule

Z = 3.29
"""Two-sided 1e-3."""


def tissue_with(phenotype, behaviours, cycle=None, cells: int = 1, rules=(), **parts):
    cell_type = CellType("cell", 0, cycle or phenotype.LIVE, behaviours, **parts)
    definition = Definition(phenotype.BOX, (phenotype.OXYGEN,), (cell_type,), rules)
    return phenotype.Tissue(definition, [0] * cells)


@settings(max_examples=20)
@given(duration=st.floats(1.0, 200.0), step=st.sampled_from([2.0, 3.0, 6.0]))
def test_a_fixed_phase_ends_at_the_step_nearest_to_its_duration(
    phenotype, duration: float, step: float
) -> None:
    cycle = Cycle("two", 9999, (Phase("fixed", 1, fixed_duration=True), Phase("endless", 2)))
    tissue = tissue_with(phenotype, {"exit from cycle phase 0": 1 / duration}, cycle)
    steps = 0
    while tissue.cells["phase"][0] == 0:
        tissue.step(step=step)
        steps += 1
    assert steps == max(math.floor(duration / step - 0.5) + 1, 1)
    assert tissue.cells["elapsed"][0] == 0.0


def test_the_flow_cycle_takes_the_sum_of_its_fixed_phases(phenotype) -> None:
    exits = {
        f"exit from cycle phase {k}": 1 / minutes for k, minutes in enumerate((1e-9, 480.0, 240.0, 60.0))
    }
    tissue = tissue_with(phenotype, exits, phenotype.FLOW)
    target = tissue.cells["volume"][0, TARGET_NUCLEAR_SOLID]
    births, phases, targets = [], [], []
    for _ in range(131 + 40):
        births.append(tissue.step()[0])
        phases.append(int(tissue.cells["phase"][0]))
        targets.append(tissue.cells["volume"][0, TARGET_NUCLEAR_SOLID] / target)
    assert [phases.index(k) + 1 for k in (1, 2, 3, 0)] == [1, 81, 121, 131]
    assert births.index(1) == 130
    assert targets[0] == targets[129] == 2.0
    assert targets[130] == 1.0
    assert sum(births) == 1, "both daughters are in G0/G1 at step 131, in S from step 132 on"
    assert tissue.cells["phase"].tolist() == [1, 1]


def test_a_phase_may_name_the_next(phenotype) -> None:
    cycle = Cycle("back and forth", 9999, (Phase("a", 1, next=2), Phase("b", 2), Phase("c", 3, next=1)))
    tissue = tissue_with(phenotype, {f"exit from cycle phase {k}": 1.0 for k in range(3)}, cycle)
    seen = [(tissue.step(linear=True), int(tissue.cells["phase"][0]))[1] for _ in range(4)]
    assert seen == [2, 1, 2, 1]


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("what", ["apoptosis", "necrosis", "exit from cycle phase 0"])
def test_exponential_survival(phenotype, what: str, linear: bool) -> None:
    """Those that are left after 50 steps are binomial with exp(-r t), or (1 - r dt)^50 where chances are linear."""
    n, rate, steps = 1900, 0.004, 50
    cycle = Cycle("two", 9999, (Phase("first", 1), Phase("second", 2)))

    def left(r: float) -> int:
        endless = Death((1e9, 1e9), (True, True), 0.0, 0.0, 0.0, 0.0)
        tissue = tissue_with(phenotype, {what: r}, cycle, n, apoptosis=endless, necrosis=endless)
        tissue.step(steps, linear=linear)
        return int(((tissue.cells["phase"] == 0) & (tissue.cells["model"] == LIVE)).sum())

    share = (1 - rate * 6) ** steps if linear else math.exp(-rate * 6 * steps)
    spread = math.sqrt(n * share * (1 - share))
    assert abs(left(rate) - n * share) < Z * spread
    assert abs(left(1.2 * rate) - n * share) > Z * spread, "planted fault"


def test_of_two_deaths_apoptosis_is_asked_first(phenotype) -> None:
    tissue = tissue_with(phenotype, {"apoptosis": 1.0, "necrosis": 1.0}, cells=50)
    tissue.step(linear=True)
    assert (tissue.cells["model"] == APOPTOTIC).all()
    assert (tissue.cells["flags"] & DEAD).all()


def test_time_of_an_apoptotic_cell(phenotype) -> None:
    """It is removed by the 86th step after the start, the step of its death being the first: 86 x 6 = 516 min."""
    tissue = tissue_with(phenotype, {"apoptosis": 1.0})
    tissue.step(linear=True)
    assert tissue.cells["elapsed"][0] == 6.0
    assert tissue.step(84) == (0, 0)
    assert tissue.step(drop=False) == (0, 1)
    assert tissue.cells["flags"][0] & REMOVED
    assert tissue.step() == (0, 1), "a removed cell takes part in nothing, but is still there until dropped"


def test_a_lysed_cell_is_removed_in_time(phenotype) -> None:
    tissue = tissue_with(
        phenotype, {"necrosis": 1.0}, necrosis=Death((0.0, 60.0), (True, True), 0.0, 0.0, 0.0, 0.0)
    )
    tissue.cells["volume"][0, TOTAL] *= 1.0
    tissue.step(50, linear=True)
    assert tissue.cells["phase"][0] == 0, "without a change of volume it does not burst"
    tissue.cells["volume"][0, 6] = 1.0
    tissue.step()
    assert tissue.cells["phase"][0] == 1
    tissue.step(9)
    assert tissue.cells.count == 1
    tissue.step()
    assert tissue.cells.count == 0


def test_a_dead_cell_secretes_nothing_and_takes_up_a_tenth(phenotype) -> None:
    rules = tuple(
        Rule("cell", "pressure", True, f"oxygen {what}", 1.0, 1.0, 9.0)
        for what in ("secretion", "uptake", "export", "secretion target")
    )
    tissue = tissue_with(
        phenotype, {"apoptosis": 1.0, "oxygen uptake": 3.0, "oxygen secretion": 2.0}, rules=rules
    )
    tissue.step(linear=True)
    assert tissue.column("oxygen secretion")[0] == 0.0
    assert tissue.column("oxygen export")[0] == 0.0
    assert tissue.column("oxygen uptake")[0] == pytest.approx(0.3, rel=1e-15)
    assert tissue.column("oxygen secretion target")[0] == 1.0
    tissue.cells["pressure"][:] = 5.0
    tissue.step()
    assert tissue.column("oxygen uptake")[0] == pytest.approx(0.3, rel=1e-15), "no rule is for the dead"


@pytest.mark.parametrize("model", [APOPTOTIC, NECROTIC])
def test_what_death_writes(phenotype, model: int) -> None:
    tissue = tissue_with(phenotype, {})
    tissue.cells["motility"][:] = 1.0
    tissue.cells["elapsed"][:] = 77.0
    die(tissue.cells.view(), tissue.compiled.types, tissue.compiled.vocabulary.behaviour, 0, model)
    assert tissue.cells["model"][0] == model
    assert tissue.cells["elapsed"][0] == 0.0
    assert not tissue.cells["motility"].any()
    assert tissue.cells["volume"][0, TARGET_NUCLEAR_SOLID] == 0.0


def test_damage_and_repair(phenotype) -> None:
    tissue = tissue_with(phenotype, {"damage rate": 0.02, "damage repair rate": 0.005})
    expected = 0.0
    for _ in range(30):
        expected = (expected + 6 * 0.02) / (1 + 6 * 0.005)
        tissue.step()
        assert tissue.cells["damage"][0] == pytest.approx(expected, rel=1e-13)
    untouched = tissue_with(phenotype, {"damage rate": 1e-9})
    untouched.step(5)
    assert untouched.cells["damage"][0] == 0.0


def test_same_bits_whatever_the_optional_arrays(phenotype) -> None:
    """Arrays that a model does not have change nothing for the rest."""
    cell_type = CellType("cell", 0, phenotype.LIVE, {"exit from cycle phase 0": 0.002, "apoptosis": 0.001})
    definition = Definition(phenotype.BOX, (phenotype.OXYGEN,), (cell_type,))
    whole, bare = (phenotype.Tissue(definition, [0] * 50, arrays=arrays) for arrays in (None, ()))
    for tissue in (whole, bare):
        tissue.step(200)
    assert whole.cells.next_identifier > 60
    for name in ("place", "volume", "phase", "lineage", "identifier", "model"):
        assert np.array_equal(whole.cells[name], bare.cells[name]), name

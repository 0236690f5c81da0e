"""Volume: the exact difference equation of relaxation, the way of a dying cell, sharing at division."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.tissue.cells import (
    APOPTOTIC,
    CYTOPLASMIC_SOLID,
    FLUID,
    NECROTIC,
    NUCLEAR,
    NUCLEAR_SOLID,
    RUPTURE,
    TARGET_NUCLEAR_SOLID,
    TOTAL,
)
from paget.tissue.death import die
from paget.tissue.definition import CellType, Definition, Volume

REFERENCE = Volume()


def resting(phenotype, volume: Volume = REFERENCE, cells: int = 1):
    """Cells that neither divide nor die."""
    cell_type = CellType("cell", 0, phenotype.LIVE, volume=volume)
    return phenotype.Tissue(Definition(phenotype.BOX, (), (cell_type,)), [0] * cells)


@settings(max_examples=30)
@given(
    nuclear=st.floats(0.2, 3.0),
    cytoplasmic=st.floats(0.2, 3.0),
    fluid=st.floats(0.0, 3.0),
    steps=st.integers(1, 60),
)
def test_solids_and_fluid_follow_the_difference_equation(
    phenotype, nuclear, cytoplasmic, fluid, steps
) -> None:
    """Solids: x_n = x* + (x_0 - x*) (1 - r dt)^n; fluid: the same with the total of each step as its target."""
    tissue = resting(phenotype)
    volume = tissue.cells["volume"][0]
    volume[NUCLEAR_SOLID] *= nuclear
    volume[CYTOPLASMIC_SOLID] *= cytoplasmic
    volume[FLUID] *= fluid
    volume[TOTAL] = volume[NUCLEAR_SOLID] + volume[CYTOPLASMIC_SOLID] + volume[FLUID]
    start, target = volume.copy(), REFERENCE.nuclear * 0.25
    tissue.step(steps)
    left = {"nuclear": (1 - 6.0 * 0.0055) ** steps, "cytoplasmic": (1 - 6.0 * 0.0045) ** steps}
    goal = target * (REFERENCE.total - REFERENCE.nuclear) / REFERENCE.nuclear
    solids = [
        target + (start[NUCLEAR_SOLID] - target) * left["nuclear"],
        goal + (start[CYTOPLASMIC_SOLID] - goal) * left["cytoplasmic"],
    ]
    assert volume[[NUCLEAR_SOLID, CYTOPLASMIC_SOLID]] == pytest.approx(solids, rel=1e-12)
    wet, total = start[FLUID], start[TOTAL]
    for n in range(1, steps + 1):
        wet += 6.0 * 0.05 * (0.75 * total - wet)
        total = wet + target + (start[NUCLEAR_SOLID] - target) * (1 - 0.033) ** n
        total += goal + (start[CYTOPLASMIC_SOLID] - goal) * (1 - 0.027) ** n
    assert volume[[FLUID, TOTAL]] == pytest.approx([wet, total], rel=1e-11)
    assert tissue.cells["place"][0, 3] == pytest.approx((3 * total / (4 * math.pi)) ** (1 / 3), rel=1e-13)


def test_a_cell_at_its_targets_stays(phenotype) -> None:
    tissue = resting(phenotype)
    before = tissue.cells["volume"].copy(), tissue.cells["place"].copy()
    tissue.step(200)
    assert tissue.cells["volume"] == pytest.approx(before[0], rel=1e-13)
    assert tissue.cells["place"] == pytest.approx(before[1], rel=1e-13)


def test_nucleus_has_its_share_of_the_fluid(phenotype) -> None:
    tissue = resting(phenotype)
    volume = tissue.cells["volume"][0]
    volume[TARGET_NUCLEAR_SOLID] *= 2.0
    for _ in range(20):
        share = volume[NUCLEAR] / volume[TOTAL]
        tissue.step()
        assert volume[NUCLEAR] - volume[NUCLEAR_SOLID] == pytest.approx(share * volume[FLUID], rel=1e-12)


def test_nothing_becomes_negative(phenotype) -> None:
    """Rates times step above 1 overshoot; parts stop at 0."""
    fast = Volume(fluid_change_rate=1.0, cytoplasmic_biomass_change_rate=1.0, nuclear_biomass_change_rate=1.0)
    tissue = resting(phenotype, fast)
    tissue.cells["volume"][:, [FLUID, NUCLEAR_SOLID, CYTOPLASMIC_SOLID]] *= 9.0
    tissue.step()
    assert (tissue.cells["volume"] >= 0.0).all()
    assert tissue.cells["volume"][0, NUCLEAR_SOLID] == 0.0


def test_calcification(phenotype) -> None:
    tissue = resting(phenotype, Volume(calcification_rate=0.01))
    tissue.step(10)
    assert tissue.cells["calcified"][0] == pytest.approx(1 - 0.94**10, rel=1e-12)


def dying(phenotype, model: int):
    tissue = resting(phenotype)
    die(tissue.cells.view(), tissue.compiled.types, tissue.compiled.vocabulary.behaviour, 0, model)
    return tissue


def test_an_apoptotic_cell_shrinks(phenotype) -> None:
    tissue = dying(phenotype, APOPTOTIC)
    volume = tissue.cells["volume"][0]
    start = volume.copy()
    tissue.step(20)
    assert volume[NUCLEAR_SOLID] == pytest.approx(start[NUCLEAR_SOLID] * (1 - 6 * 0.35 / 60) ** 20, rel=1e-12)
    assert volume[CYTOPLASMIC_SOLID] == pytest.approx(start[CYTOPLASMIC_SOLID] * 0.9**20, rel=1e-12)
    assert volume[FLUID] == pytest.approx(start[FLUID] * 0.7**20, rel=1e-12)


def test_a_necrotic_cell_swells_bursts_and_shrinks(phenotype) -> None:
    """While it swells, fluid is drawn to the whole volume: dF = r (V - F) = r (solids) per min."""
    tissue = dying(phenotype, NECROTIC)
    volume = tissue.cells["volume"][0]
    start = volume.copy()
    assert volume[RUPTURE] == 2.0 * start[TOTAL]
    wet, n = start[FLUID], 0
    solids = [start[NUCLEAR_SOLID], start[CYTOPLASMIC_SOLID]]
    while sum(solids) + wet < 2.0 * start[TOTAL]:
        wet += 6 * 0.67 / 60 * sum(solids)
        n += 1
        solids = [
            start[NUCLEAR_SOLID] * (1 - 6 * 0.013 / 60) ** n,
            start[CYTOPLASMIC_SOLID] * (1 - 6 * 0.0032 / 60) ** n,
        ]
    tissue.step(n - 1)
    assert tissue.cells["phase"][0] == 0
    assert volume[TOTAL] < 2.0 * start[TOTAL]
    tissue.step()
    assert tissue.cells["phase"][0] == 1
    assert tissue.cells["elapsed"][0] == 0.0
    assert volume[FLUID] == pytest.approx(wet, rel=1e-12)
    tissue.step(30)
    assert volume[FLUID] == pytest.approx(wet * (1 - 6 * 0.05 / 60) ** 30, rel=1e-12)
    assert tissue.cells["calcified"][0] == pytest.approx(1 - (1 - 6 * 0.0042 / 60) ** (n + 30), rel=1e-12)


def test_a_halved_cell_is_a_small_whole_cell(phenotype) -> None:
    """A cell that doubled and divided has the volumes and targets of a new one, whatever its phase lasted."""
    cell_type = CellType("cell", 0, phenotype.LIVE, {"exit from cycle phase 0": 1.0})
    tissue = phenotype.Tissue(Definition(phenotype.BOX, (), (cell_type,)), [0])
    fresh = tissue.cells["volume"][0].copy()
    births, _ = tissue.step(1, linear=True)
    assert births == 1
    volume = tissue.cells["volume"]
    assert volume[:, TARGET_NUCLEAR_SOLID].tolist() == [fresh[TARGET_NUCLEAR_SOLID]] * 2
    assert volume[:, TOTAL] == pytest.approx(fresh[TOTAL] / 2, rel=1e-12)
    assert np.array_equal(volume[0], volume[1])

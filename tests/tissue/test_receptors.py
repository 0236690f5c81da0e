"""Receptors of cells in a tissue against plain Python: activity, uptake, who takes part, where levels settle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from paget.tissue.cells import DEAD, OUTSIDE, REMOVED, TOTAL, Cells
from paget.tissue.compile import Compiled, compile_definition
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Factor, Phase, Population
from paget.tissue.population import optional_arrays, place_population
from paget.tissue.receptors import Receptors, carriers_of, sense_receptors

LIVE = Cycle("live", 5, (Phase("live", 14),))
DOMAIN = Domain((0.0, 0.0, 0.0), (40.0, 60.0, 20.0), (20.0, 20.0, 20.0))
INFINITE = math.inf

RECEPTORS = Receptors(
    affinity=np.array([[0.5, 2.0, INFINITE], [30.0, 2.0, 1.0]]),
    expression=np.array([[1.0, 2.0], [0.0, 0.5]]),
    internalising=np.array([[900.0, 400.0], [0.0, 250.0]]),
)


def tissue(count: int, seed: int = 1) -> tuple[Compiled, Cells]:
    """Cells of two types at random places; three ligands have columns of uptake, a fourth factor has none."""
    factors = tuple(Factor(name, 1000.0, 0.01) for name in ("a", "b", "c", "oxygen"))
    types = tuple(CellType(name, code, LIVE) for code, name in enumerate(("one", "two")))
    definition = Definition(DOMAIN, factors, types, receptors=("R", "S"))
    compiled = compile_definition(definition, ("a uptake", "b uptake", "c uptake"))
    cells = Cells(len(compiled.columns), optional_arrays(compiled, {}))
    random = np.random.default_rng(seed)
    place = random.uniform(DOMAIN.low, DOMAIN.high, (count, 3))
    volumes = random.uniform(500.0, 4000.0, count)
    place_population(compiled, cells, Population(place, random.integers(0, 2, count), volumes))
    return compiled, cells


def voxel(position) -> tuple[int, int, int]:
    """Indices z, y, x of the voxel of a place."""
    return tuple(int(position[axis] // 20.0) for axis in (2, 1, 0))


def by_hand(kind: int, levels, antagonism, volume: float) -> tuple[list[float], list[float]]:
    """Activity of each receptor, and uptake of each ligand (1/min), from the law of mass action."""
    activity, uptake = [], np.zeros(3)
    for r in range(2):
        bound = [c / k for c, k in zip(levels, RECEPTORS.affinity[r], strict=False)]
        free = 1.0 / (1.0 + sum(bound) + antagonism[r])
        activity.append(RECEPTORS.expression[kind, r] * sum(bound) * free)
        for f in range(3):  # taken in per min, over level and volume; slope at level 0 where there is none
            uptake[f] += RECEPTORS.internalising[kind, r] * free / RECEPTORS.affinity[r, f] / volume
    return activity, uptake.tolist()


def sense(compiled: Compiled, cells: Cells, level, antagonism) -> None:
    first = compiled.vocabulary.behaviour.uptake
    columns = compiled.types.column[first : first + 3]
    sense_receptors(
        carriers_of(cells), columns, RECEPTORS, np.column_stack([antagonism, antagonism]), level, cells.count
    )


@given(st.integers(0, 1000), st.lists(st.floats(0.0, 50.0), min_size=2, max_size=2))
def test_activity_and_uptake(seed: int, antagonism: list[float]) -> None:
    compiled, cells = tissue(30, seed)
    level = np.random.default_rng(seed).uniform(0.0, 8.0, (4, *DOMAIN.shape))
    sense(compiled, cells, level, antagonism)
    for i in range(30):
        z, y, x = voxel(cells["place"][i])
        expected = by_hand(cells["kind"][i], level[:3, z, y, x], antagonism, cells["volume"][i, TOTAL])
        assert cells["activity"][i] == pytest.approx(expected[0], rel=1e-13)
        assert cells["columns"][i] == pytest.approx(expected[1], rel=1e-13)


def test_planted_fault_is_seen() -> None:
    """A ligand that is left out of the competition changes activities by far more than the tolerance above."""
    compiled, cells = tissue(5)
    level = np.full((4, *DOMAIN.shape), 1.0)
    sense(compiled, cells, level, [0.0, 0.0])
    right = cells["activity"].copy()
    level[1] = 0.0
    sense(compiled, cells, level, [0.0, 0.0])
    assert (abs(cells["activity"] / np.where(right > 0.0, right, 1.0) - 1.0) > 0.01).any(axis=1).all()


def test_the_dead_keep_the_uptake_they_died_with() -> None:
    compiled, cells = tissue(6)
    cells["columns"][:] = 7.0
    cells["flags"][2] = DEAD
    cells["flags"][3] = REMOVED | DEAD
    cells["flags"][4] = OUTSIDE
    sense(compiled, cells, np.full((4, *DOMAIN.shape), 0.5), [0.0, 0.0])
    assert (cells["columns"][[2, 3, 4]] == 7.0).all()
    assert (cells["columns"][[0, 1, 5]] != 7.0).all()
    assert cells["activity"][2].any()
    assert not cells["activity"][[3, 4]].any()


def test_a_cell_without_receptors_takes_nothing_up() -> None:
    """Type `two` has none of R: what it takes up it takes up by S."""
    compiled, cells = tissue(20)
    sense(compiled, cells, np.zeros((4, *DOMAIN.shape)), [0.0, 0.0])
    for i in np.flatnonzero(cells["kind"] == 1):
        expected = 250.0 / np.array([30.0, 2.0, 1.0]) / cells["volume"][i, TOTAL]
        assert cells["columns"][i] == pytest.approx(expected, rel=1e-13)
        assert cells["activity"][i].tolist() == [0.0, 0.0]


def test_settling_at_the_level_of_saturable_uptake() -> None:
    """Linearised uptake, refreshed as the level settles, ends where production equals the saturable loss itself.

    One cell in one voxel volume W: 0 = E / W - decay C - (1 / W) n k C / (K + C).
    """
    compiled, cells = tissue(1)
    cells["kind"][0], cells["volume"][0, TOTAL] = 1, 2000.0
    made, decay, room = 600.0, 0.01, 8000.0
    level = np.zeros((4, *DOMAIN.shape))
    for _ in range(60):
        sense(compiled, cells, level, [0.0, 0.0])
        loss = decay + cells["columns"][0, 2] * 2000.0 / room
        level[2] = made / room / loss
    exact = optimize.brentq(lambda c: made / room - decay * c - 250.0 / room * c / (1.0 + c), 0.0, 100.0)
    assert level[2, 0, 0, 0] == pytest.approx(exact, rel=1e-10)

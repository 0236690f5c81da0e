"""What is conserved when one cell takes another in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhoods import World
from tissues import cell_type, definition

from paget.tissue.cells import (
    CYTOPLASMIC_SOLID,
    DEAD,
    FLUID,
    NUCLEAR,
    NUCLEAR_SOLID,
    REMOVED,
    TARGET_NUCLEAR_SOLID,
    TOTAL,
)
from paget.tissue.definition import Factor, Population

FACTORS = (Factor("oxygen", 1e5, 0.1, 38.0), Factor("drug", 1e3, 0.1, 1.0))
EATS, FUSES = {"phagocytose meal": 1e9}, {"fuse to meal": 1e9}


def world_of(rates: dict[str, float], count: int, seed: int, shares: tuple[float, float]) -> World:
    """One cell, which does it to the others around it, one a step."""
    random = np.random.default_rng(seed)
    meal = cell_type("meal", transferred_when_ingested=dict(zip(("oxygen", "drug"), shares, strict=True)))
    made = definition(
        cell_type("taker", rates), meal, factors=FACTORS, tracks_internalised=True, custom={"cargo": True}
    )
    kind = np.array([0] + [1] * (count - 1), np.int32)
    population = Population(
        random.uniform(-5, 5, (count, 3)), kind, random.uniform(500, 5000, count),
        {"custom:cargo": random.uniform(0, 9, count)},
    )  # fmt: skip
    world = World(made, population)
    world.cells["held"][:] = random.uniform(0, 10, (count, 2))
    return world


@given(st.integers(2, 6), st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_eating_conserves_volume_shares_and_cargo(count: int, seed: int, one: float, two: float) -> None:
    world = world_of(EATS, count, seed, (one, two))
    cells = world.cells
    volume, held, cargo = cells["volume"].copy(), cells["held"].copy(), cells["columns"][:, 0].copy()
    place = cells["place"][0, :3].copy()
    assert world.contact(ticks=count - 1) == count - 1
    eater = cells["volume"][0]
    np.testing.assert_allclose(eater[TOTAL], volume[:, TOTAL].sum(), rtol=1e-12)
    np.testing.assert_allclose(eater[FLUID], volume[:, FLUID].sum(), rtol=1e-12)
    np.testing.assert_allclose(
        eater[CYTOPLASMIC_SOLID],
        volume[:, CYTOPLASMIC_SOLID].sum() + volume[1:, NUCLEAR_SOLID].sum(),
        rtol=1e-12,
    )
    for part in (NUCLEAR, NUCLEAR_SOLID, TARGET_NUCLEAR_SOLID):
        assert eater[part] == volume[0, part]
    np.testing.assert_allclose(cells["held"][0], held[0] + held[1:].sum(axis=0) * [one, two], rtol=1e-12)
    np.testing.assert_allclose(cells["columns"][0, 0], cargo.sum(), rtol=1e-12)
    assert (cells["place"][0, :3] == place).all()
    np.testing.assert_allclose(4.1887902047863905 * cells["place"][0, 3] ** 3, eater[TOTAL], rtol=1e-12)


@given(st.integers(2, 6), st.integers(0, 10**6))
def test_fusion_conserves_everything_and_the_centre_of_volume(count: int, seed: int) -> None:
    world = world_of(FUSES, count, seed, (0.0, 0.5))
    cells = world.cells
    volume, held = cells["volume"].copy(), cells["held"].copy()
    centre = (volume[:, TOTAL, None] * cells["place"][:, :3]).sum(axis=0) / volume[:, TOTAL].sum()
    cargo = cells["columns"][0, 0]
    assert world.contact(ticks=count - 1) == count - 1
    for part in (TOTAL, FLUID, NUCLEAR, NUCLEAR_SOLID, CYTOPLASMIC_SOLID, TARGET_NUCLEAR_SOLID):
        np.testing.assert_allclose(cells["volume"][0, part], volume[:, part].sum(), rtol=1e-12)
    np.testing.assert_allclose(cells["held"][0], held.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(cells["place"][0, :3], centre, atol=1e-10)
    assert cells["nuclei"][0] == count
    assert cells["columns"][0, 0] == cargo  # as in PhysiCell: custom variables pass when eaten only


@pytest.mark.parametrize("rates", [EATS, FUSES])
def test_nothing_is_left_of_the_consumed(rates: dict[str, float]) -> None:
    world = world_of(rates, 2, 1, (1.0, 1.0))
    world.cells["velocity"][:] = 1.0
    world.contact()
    cells = world.cells
    assert cells["flags"][1] == REMOVED | DEAD
    for name in ("volume", "held", "velocity", "pressure"):
        assert (cells[name][1] == 0).all()
    assert cells["place"][1, 3] == 0
    assert cells["flags"][0] == 0

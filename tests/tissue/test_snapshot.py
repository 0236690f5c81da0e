"""Snapshots: which cells are in, in which order, and the values that follow from tables and columns."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.tissue.cells import OUTSIDE, REMOVED, Cells
from paget.tissue.compile import compile_definition
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Factor, Phase, Population
from paget.tissue.population import place_population
from paget.tissue.snapshot import make_snapshot, snapshot_of

LIVE = Cycle("live", 5, (Phase("live", 14, divides_at_exit=True),))


def tissue(position, kind=None, own=(), **population) -> SimpleNamespace:
    """What a simulation shows of itself: two types with adhesion ranges of 1.25 and 1.5 radii, one factor."""
    reach = "relative maximum adhesion distance"
    definition = Definition(
        Domain((-30.0, -40.0, -50.0), (30.0, 40.0, 50.0), (20.0, 20.0, 20.0)),
        (Factor("oxygen", 1e5, 0.1),),
        (
            CellType("a", 0, LIVE, {"oxygen uptake": 10.0, "oxygen secretion": 2.0, "oxygen export": 3.0}),
            CellType("b", 1, LIVE, {reach: 1.5}),
        ),
    )
    compiled = compile_definition(definition, own)
    position = np.asarray(position, dtype=np.float64).reshape(-1, 3)
    kind = np.zeros(len(position), np.int32) if kind is None else np.asarray(kind, np.int32)
    cells = Cells(len(compiled.columns), {"springs": 4})
    place_population(compiled, cells, Population(position, kind, **population))
    level = np.arange(60.0).reshape(1, 5, 4, 3)
    return SimpleNamespace(
        definition=definition, vocabulary=compiled.vocabulary, types=compiled.types, cells=cells,
        fields=SimpleNamespace(level=level), time=6.0,
    )  # fmt: skip


def test_absent_cells_are_left_out_and_the_order_is_that_of_identifiers():
    simulation = tissue(np.zeros((6, 3)))
    simulation.cells["flags"][[1, 4]] = REMOVED, OUTSIDE
    simulation.cells.take(np.array([5, 3, 4, 0, 1, 2]))
    snapshot = snapshot_of(simulation)
    assert snapshot.identifier.tolist() == [0, 2, 3, 5]
    assert (snapshot.count, snapshot.time) == (4, 6.0)


def test_a_snapshot_owns_its_numbers():
    simulation = tissue(np.zeros((2, 3)))
    snapshot = snapshot_of(simulation)
    simulation.cells["place"][:] = 99.0
    simulation.fields.level[:] = -1.0
    assert not snapshot.position.any()
    assert snapshot.level.max() == 59.0


class TestBehaviours:
    @pytest.fixture
    def snapshot(self):
        simulation = tissue(
            np.zeros((3, 3)), [0, 0, 1], own=["migration speed"],
            behaviours={"migration speed": np.array([7.0, np.nan, 9.0])},
        )  # fmt: skip
        simulation.cells["flags"][1] = 1
        return snapshot_of(simulation)

    @pytest.mark.parametrize(
        "name, expected",
        [
            ("oxygen uptake", [10.0, 1.0, 0.0]),
            ("oxygen secretion", [2.0, 0.0, 0.0]),
            ("oxygen export", [3.0, 0.0, 0.0]),
            ("relative maximum adhesion distance", [1.25, 1.25, 1.5]),
            ("migration speed", [7.0, 1.0, 9.0]),
        ],
    )
    def test_own_value_else_base_and_the_dead(self, snapshot, name, expected):
        assert snapshot.behaviour(snapshot.vocabulary.behaviour_number(name)).tolist() == expected

    def test_where_the_dead_have_columns_these_count(self, snapshot):
        column = snapshot.types.column.copy()
        uptake = snapshot.vocabulary.behaviour.uptake
        column[uptake] = 0
        own = replace(snapshot, types=snapshot.types._replace(column=column))
        assert own.behaviour(uptake).tolist() == [7.0, 1.0, 9.0]

    def test_reading_changes_nothing(self, snapshot):
        for number in range(len(snapshot.vocabulary.behaviours)):
            snapshot.behaviour(number)[:] = -1.0
        assert snapshot.behaviour(snapshot.vocabulary.behaviour.speed).tolist() == [7.0, 1.0, 9.0]
        assert snapshot.types.base.min() >= 0.0

    def test_a_part(self, snapshot):
        assert snapshot.part(1, 3).identifier.tolist() == [1, 2]
        assert snapshot.part(1, 1).count == 0


def test_levels_at_cells():
    snapshot = snapshot_of(
        tissue([[-30, -40, -50], [-10, -40, -50], [-30, -20, -50], [-30, -40, -30], [30, 40, 50]])
    )
    assert snapshot.level_at_cells()[:, 0].tolist() == [0.0, 1.0, 3.0, 12.0, 59.0]


class TestContacts:
    def test_reach_of_both_counts(self):
        """Radius 8.41 um; reaches 10.5 (a) and 12.6 um (b)."""
        x = [[0, 0, 0], [21.0, 0, 0], [-21.1, 0, 0], [0, 23.1, 0], [0, -23.2, 0]]
        snapshot = snapshot_of(tissue(x, [0, 0, 0, 1, 1]))
        assert snapshot.contacts().tolist() == [[0, 1], [0, 3]]

    @given(st.integers(0, 30), st.integers(0, 10**6))
    def test_all_pairs_and_no_other(self, n, seed):
        random = np.random.default_rng(seed)
        position = random.uniform(-30.0, 30.0, (n, 3))
        volume = random.uniform(200.0, 5000.0, n)
        snapshot = snapshot_of(tissue(position, random.integers(0, 2, n), volume=volume))
        reach = np.where(snapshot.kind == 0, 1.25, 1.5) * snapshot.radius
        expected = [
            [i, j]
            for i, j in itertools.combinations(range(n), 2)
            if np.linalg.norm(position[i] - position[j]) < reach[i] + reach[j]
        ]
        assert snapshot.contacts().tolist() == expected


def test_springs_stand_once_and_only_between_present_cells():
    simulation = tissue(np.zeros((5, 3)))
    simulation.cells["springs"][[0, 3], [2, 0]] = 3, 0
    simulation.cells["springs"][1, 0] = 4
    simulation.cells["springs"][2, 0] = 77
    simulation.cells["flags"][4] = REMOVED
    assert snapshot_of(simulation).springs().tolist() == [[0, 3]]


def test_no_cells():
    snapshot = snapshot_of(tissue(np.empty((0, 3))))
    assert snapshot.count == 0
    assert snapshot.contacts().shape == snapshot.springs().shape == (0, 2)
    assert snapshot.level_at_cells().shape == (0, 1)
    assert snapshot.behaviours(0, 4).shape == (0, 4)


def test_a_field_given_flat():
    simulation = tissue(np.zeros((1, 3)))
    parts = simulation.definition, simulation.vocabulary, simulation.types, simulation.cells
    assert make_snapshot(*parts, simulation.fields.level.ravel(), 0.0).level.shape == (1, 5, 4, 3)

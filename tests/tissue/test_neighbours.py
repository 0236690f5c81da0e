"""Verlet lists against all pairs, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tissues import SHEET, bases_of, compiled_cells, definition, scattered

from paget.compiled import thread_count
from paget.tissue.cells import OUTSIDE, REMOVED
from paget.tissue.neighbours import NOWHERE, Neighbours


def listed(neighbours: Neighbours, cells) -> set[tuple[int, int]]:
    """Listed pairs by identifier."""
    identifier = cells["identifier"]
    pairs = set()
    for i in range(cells.count):
        for k in range(neighbours.start[i], neighbours.start[i + 1]):
            pair = (int(identifier[i]), int(identifier[neighbours.neighbour[k]]))
            assert pair not in pairs, "no pair twice"
            pairs.add(pair)
    return pairs


def all_pairs(cells, range_factor: float, skin: float) -> set[tuple[int, int]]:
    """Pairs within reach by comparing every cell with every other."""
    present = np.flatnonzero((cells["flags"] & (REMOVED | OUTSIDE)) == 0)
    place, identifier = cells["place"], cells["identifier"]
    pairs = set()
    for i in present:
        for j in present:
            distance = np.sqrt(((place[i, :3] - place[j, :3]) ** 2).sum())
            if i != j and distance < range_factor * (place[i, 3] + place[j, 3]) + skin:
                pairs.add((int(identifier[i]), int(identifier[j])))
    return pairs


@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 120), seed=st.integers(0, 1000), flat=st.booleans())
def test_the_list_holds_all_pairs_within_reach_and_skin(count: int, seed: int, flat: bool) -> None:
    population = scattered(count, seed, flat=flat)
    compiled, cells = compiled_cells(definition(domain=SHEET) if flat else definition(), population)
    if count > 4:
        cells["flags"][1] = REMOVED
        cells["flags"][3] = OUTSIDE
    neighbours = Neighbours(2 if flat else 3)
    neighbours.refresh(cells, bases_of(compiled), compiled.vocabulary.behaviour.adhesion_distance)
    assert listed(neighbours, cells) == all_pairs(cells, 1.25, neighbours.skin)


def test_removed_cells_are_dropped_and_outsiders_kept() -> None:
    compiled, cells = compiled_cells(definition(), scattered(40, 3))
    cells["flags"][[0, 7]] = REMOVED
    cells["flags"][9] = OUTSIDE
    neighbours = Neighbours(3)
    neighbours.refresh(cells, bases_of(compiled), compiled.vocabulary.behaviour.adhesion_distance)
    assert cells.count == 38
    assert sorted(cells["identifier"]) == [i for i in range(40) if i not in (0, 7)]
    row = int(np.flatnonzero(cells["identifier"] == 9)[0])
    assert neighbours.start[row] == neighbours.start[row + 1]
    assert neighbours.reference[row, 0] == NOWHERE


def test_cells_close_in_space_lie_close_in_memory() -> None:
    compiled, cells = compiled_cells(definition(), scattered(2000, 5, half=150.0))
    before = np.abs(np.diff(cells["place"][:, :3], axis=0)).mean()
    Neighbours(3).refresh(cells, bases_of(compiled), compiled.vocabulary.behaviour.adhesion_distance)
    assert np.abs(np.diff(cells["place"][:, :3], axis=0)).mean() < 0.5 * before


def test_a_list_stays_valid_until_half_the_skin_is_travelled() -> None:
    compiled, cells = compiled_cells(definition(), scattered(50, 1))
    neighbours = Neighbours(3)
    index = compiled.vocabulary.behaviour.adhesion_distance
    neighbours.refresh(cells, bases_of(compiled), index)
    first = neighbours.start
    neighbours.travelled, neighbours.steps = 0.5 * neighbours.skin, 5
    neighbours.refresh(cells, bases_of(compiled), index)
    assert neighbours.start is first
    neighbours.travelled = 0.51 * neighbours.skin
    neighbours.refresh(cells, bases_of(compiled), index)
    assert neighbours.start is not first


@pytest.mark.parametrize("pace, skin", [(1e-4, 0.5), (0.02, 3.0), (0.3, 6.0)])
def test_the_skin_follows_the_pace(pace: float, skin: float) -> None:
    """Slow cells need none; the faster they are, the more a wider skin saves."""
    compiled, cells = compiled_cells(definition(), scattered(50, 1))
    neighbours = Neighbours(3)
    index = compiled.vocabulary.behaviour.adhesion_distance
    neighbours.refresh(cells, bases_of(compiled), index)
    neighbours.steps, neighbours.travelled = 10, 10 * pace
    neighbours.invalidate()
    neighbours.refresh(cells, bases_of(compiled), index)
    assert neighbours.skin == pytest.approx(skin, abs=1.0)


def test_one_thread_and_two_and_a_checkpoint_give_the_same_list() -> None:
    lists = []
    for threads in (1, 2):
        compiled, cells = compiled_cells(definition(), scattered(500, 8, half=100.0))
        neighbours = Neighbours(3)
        with thread_count(threads):
            neighbours.refresh(cells, bases_of(compiled), compiled.vocabulary.behaviour.adhesion_distance)
        lists.append((neighbours.start.copy(), neighbours.neighbour[: neighbours.start[-1]].copy()))
    again = Neighbours(3)
    again.restore(neighbours.state(cells.count))
    lists.append((again.start, again.neighbour[: again.start[-1]]))
    for start, neighbour in lists[1:]:
        np.testing.assert_array_equal(start, lists[0][0])
        np.testing.assert_array_equal(neighbour, lists[0][1])

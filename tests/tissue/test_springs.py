"""Springs: who is attached, how often attachments form and break, how they pull.

Statistical checks. Null: the number of isolated pairs that join or part is binomial with the closed form
1 - (1 - p_i)(1 - p_j). Statistic: two-sided exact binomial p value. False-alarm rate 1e-4 each, fixed keys. A pair that
throws one partner's dice only must be caught (planted fault).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from neighbourhoods import (
    KEY,
    World,
    by_identifier,
    check_lists,
    couples,
    events,
    hazard,
    partners,
    same,
    triples,
)
from scipy.stats import binomtest, chisquare
from tissues import cell_type, compiled_cells, definition

from paget.compiled import thread_count
from paget.keyed_random import Purpose
from paget.tissue.attachments import release
from paget.tissue.cells import ABSENT, DEAD, DIVIDES, NOBODY, OUTSIDE, REMOVED
from paget.tissue.definition import Population, Steps
from paget.tissue.division import divide
from paget.tissue.interactions import Interactions
from paget.tissue.mechanics import Mechanics

FALSE_ALARM = 1e-4
NO_LEVEL = np.zeros((1, 20, 20, 20))
ATTACHMENT = "cell attachment rate"
DETACHMENT = "cell detachment rate"
MOST = "maximum number of cell attachments"
ELASTIC = "cell-cell adhesion elastic constant"


def crowd(seed: int, count: int = 40, **rates: float) -> World:
    """Cells of three types that attach at various rates, within reach of many others."""
    random = np.random.default_rng(seed)
    names = ("a", "b", "c")
    types = [
        cell_type(
            name,
            {
                ATTACHMENT: random.uniform(0, 3),
                DETACHMENT: random.uniform(0, 2),
                MOST: float(random.integers(1, 6)),
                ELASTIC: random.uniform(0, 0.1),
            }
            | {f"adhesive affinity to {other}": random.uniform(0, 1) for other in names}
            | rates,
        )
        for name in names
    ]
    behaviours = {DETACHMENT: random.uniform(0, 3, count), MOST: random.integers(0, 7, count).astype(float)}
    population = Population(
        random.uniform(-25, 25, (count, 3)), random.integers(0, 3, count).astype(np.int32), None, behaviours
    )
    return World(definition(*types), population)


# ---- against plain Python -------------------------------------------------------------------------------------------


def plain_lists(world: World, dt: float, linear: bool) -> dict[int, list[int]]:
    """Lists of partners after one step, cell by cell. Row numbers are identifiers here."""
    cells, names = world.cells, [one.name for one in world.compiled.definition.cell_types]
    lists = {own: set(row) for own, row in partners(cells).items()}
    parting = {}
    for i, row in lists.items():
        hazards = dict.fromkeys(row, hazard(world.value(i, DETACHMENT), dt, linear))
        parting[i] = events(cells, Purpose.ATTACHMENT, world.tick, "part", i, hazards)
    for i, times in parting.items():
        for _, j in times:
            lists[i].discard(j)
            lists[j].discard(i)
    joining = []
    for i in range(cells.count):
        hazards = {}
        for j in range(cells.count):
            reach = 1.25 * (cells["place"][i, 3] + cells["place"][j, 3])
            if i != j and np.linalg.norm(cells["place"][i, :3] - cells["place"][j, :3]) < reach:
                affinity = world.value(i, f"adhesive affinity to {names[cells['kind'][j]]}")
                hazards[j] = hazard(world.value(i, ATTACHMENT) * affinity, dt, linear)
        for time, j in events(cells, Purpose.ATTACHMENT, world.tick, "join", i, hazards):
            joining.append((time, i, j))
    for _, i, j in sorted(joining):
        if len(lists[i]) < world.value(i, MOST) and len(lists[j]) < world.value(j, MOST):
            lists[i].add(j)
            lists[j].add(i)
    return {own: sorted(row) for own, row in lists.items()}


@pytest.mark.parametrize("linear", [False, True])
def test_lists_agree_with_plain_python(linear: bool) -> None:
    world, seen = crowd(1), set()
    for _ in range(6):
        expected = plain_lists(world, 0.3, linear)
        world.springs(0.3, linear)
        assert partners(world.cells) == expected
        check_lists(world.cells)
        seen |= {(i, j) for i, row in expected.items() for j in row}
    assert len(seen) > sum(map(len, expected.values())) > 20  # some broke, some are there


def test_pull_agrees_with_plain_python() -> None:
    world = crowd(2)
    world.springs(0.3)
    cells, names = world.cells, [one.name for one in world.compiled.definition.cell_types]
    fixed = world.compiled.vocabulary.behaviour.movable
    world.compiled.types.base[2, fixed] = 0.0
    cells["velocity"][:] = 1.0
    world.compiled.types.base[:, world.compiled.vocabulary.behaviour.attachment] = 0.0
    world.springs(1e-12)
    expected = np.ones((cells.count, 3))
    for i, row in partners(cells).items():
        for j in row:
            pull = 1.0
            for k, other in ((i, j), (j, i)):
                pull *= world.value(k, ELASTIC)
                pull *= world.value(k, f"adhesive affinity to {names[cells['kind'][other]]}")
            if cells["kind"][i] != 2:
                expected[i] += math.sqrt(pull) * (cells["place"][j, :3] - cells["place"][i, :3])
    assert np.ptp(expected) > 1.0
    np.testing.assert_allclose(cells["velocity"], expected, rtol=1e-12)


# ---- chances --------------------------------------------------------------------------------------------------------


def attached_pairs(world: World) -> int:
    return int((world.cells["springs"][0::2, 0] != NOBODY).sum())


@pytest.mark.parametrize("linear", [False, True])
def test_chance_that_a_pair_joins(linear: bool) -> None:
    number, dt = 3000, 0.5
    one = cell_type("one", {ATTACHMENT: 0.6, "adhesive affinity to other": 0.5})
    other = cell_type("other", {ATTACHMENT: 0.5})
    p, q = (r * dt if linear else 1 - math.exp(-r * dt) for r in (0.3, 0.5))
    world = couples(number, one, other)
    world.springs(dt, linear)
    joined = attached_pairs(world)
    assert binomtest(joined, number, 1 - (1 - p) * (1 - q)).pvalue > FALSE_ALARM
    assert binomtest(joined, number, q).pvalue < FALSE_ALARM


@pytest.mark.parametrize("linear", [False, True])
def test_chance_that_a_pair_parts(linear: bool) -> None:
    number, dt = 3000, 0.5
    one, other = cell_type("one", {ATTACHMENT: 1e9, DETACHMENT: 0.2}), cell_type("other", {DETACHMENT: 0.5})
    p, q = (r * dt if linear else 1 - math.exp(-r * dt) for r in (0.2, 0.5))
    world = couples(number, one, other)
    world.springs(dt, linear)
    assert attached_pairs(world) == number
    world.compiled.types.base[:, world.compiled.vocabulary.behaviour.attachment] = 0.0
    world.springs(dt, linear)
    left = attached_pairs(world)
    assert binomtest(left, number, (1 - p) * (1 - q)).pvalue > FALSE_ALARM
    assert binomtest(left, number, 1 - q).pvalue < FALSE_ALARM


def test_a_cell_joins_each_of_its_neighbours_independently() -> None:
    """Null: a cell joins two neighbours independently, with chances 1 - exp(-rate affinity dt). Chi-squared test.

    Planted fault: an affinity that is 20 % off.
    """
    number, rate, dt, weak = 4000, 2.0, 0.5, 0.4
    one = cell_type("one", {ATTACHMENT: rate, "adhesive affinity to weak": weak})
    world = triples(number, (1, 0, 2), one, cell_type("strong"), cell_type("weak"))
    world.springs(dt)
    lists = world.cells["springs"] != NOBODY
    joined = lists.any(axis=1).reshape(-1, 3)
    observed = np.bincount(2 * joined[:, 0] + joined[:, 2], minlength=4)

    def p_value(weak: float) -> float:
        p, q = 1 - math.exp(-rate * dt), 1 - math.exp(-weak * rate * dt)
        expected = np.array([(1 - p) * (1 - q), (1 - p) * q, p * (1 - q), p * q])
        return chisquare(observed, number * expected).pvalue

    assert p_value(weak) > FALSE_ALARM
    assert p_value(1.2 * weak) < FALSE_ALARM


@pytest.mark.parametrize("linear", [False, True])
def test_a_cell_parts_from_each_of_its_partners_independently(linear: bool) -> None:
    """Null: the number of two partners that a cell leaves in a step is binomial. Chi-squared test."""
    number, rate, dt = 4000, 1.0, 0.5
    world = triples(
        number, (1, 0, 1), cell_type("one", {ATTACHMENT: 1e9, DETACHMENT: rate}), cell_type("other")
    )
    world.springs(dt)
    world.compiled.types.base[:, world.compiled.vocabulary.behaviour.attachment] = 0.0
    world.springs(dt, linear)
    p = rate * dt if linear else 1 - math.exp(-rate * dt)
    left = 2 - (world.cells["springs"] != NOBODY).sum(axis=1)[1::3]
    expected = number * np.array([(1 - p) ** 2, 2 * p * (1 - p), p**2])
    assert chisquare(np.bincount(left, minlength=3), expected).pvalue > FALSE_ALARM


# ---- lists are sound whatever happens -------------------------------------------------------------------------------

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["springs", "contact", "release", "divide", "die", "leave", "drop", "shuffle"]),
        st.integers(0, 2**32 - 1),
    ),
    min_size=4,
    max_size=25,
)


@given(EVENTS, st.integers(0, 1000))
@settings(max_examples=60)
def test_lists_are_sound_whatever_happens(events: list[tuple[str, int]], seed: int) -> None:
    meals = {"phagocytose a": 0.5, "fuse to b": 0.5, "attack a": 5.0, "attack c": 5.0, "attack duration": 0.5}
    world = crowd(seed, count=25, **meals)
    cells = world.cells
    world.springs(1.0)
    for event, number in events:
        random = np.random.default_rng(number)
        some = random.choice(cells.count, min(4, cells.count), replace=False)
        if event == "springs":
            world.springs(1.0)
        elif event == "contact":
            world.contact()
        elif event == "release":
            release(cells, some)
            assert (cells["springs"][some] == NOBODY).all()
        elif event == "divide":
            cells["flags"][some] |= np.where(cells["flags"][some] == 0, DIVIDES, 0).astype(np.uint8)
            divide(cells, world.compiled, np.zeros(2, np.uint8), KEY, world.tick)
        elif event == "die":
            cells["flags"][some] |= DEAD
        elif event == "leave":
            cells["flags"][some] |= OUTSIDE
        elif event == "drop":  # as in the simulation: springs step between removal and the next list
            cells["flags"][some] |= REMOVED | DEAD
            world.springs(1.0)
            cells.take(np.flatnonzero((cells["flags"] & REMOVED) == 0))
        else:
            cells.take(random.permutation(cells.count))
        check_lists(cells)
        if cells.count < 2:
            return
    world.springs(1.0)
    assert (cells["springs"][(cells["flags"] & ABSENT) != 0] == NOBODY).all()


def test_nobody_has_more_than_the_maximum() -> None:
    eager = {ATTACHMENT: 1e9, DETACHMENT: 0.0, MOST: 3.0}
    random = np.random.default_rng(3)
    made = definition(cell_type("a", eager), cell_type("b", eager | {MOST: 0.0}), cell_type("c", {MOST: 1.0}))
    world = World(
        made, Population(random.uniform(-15, 15, (60, 3)), random.integers(0, 3, 60).astype(np.int32))
    )
    world.springs()
    used, kind = (world.cells["springs"] != NOBODY).sum(axis=1), world.cells["kind"]
    assert used[kind == 0].max() == 3
    assert used[kind == 1].max() == 0
    assert used[kind == 2].max() == 1


def test_lists_grow_as_long_as_they_must() -> None:
    """All of 40 cells within reach of each other; the room at the start does not limit them, nor change anything."""
    eager = cell_type("a", {ATTACHMENT: 1e9, MOST: 1e6})
    made = definition(eager)
    population = Population(np.random.default_rng(4).uniform(-3, 3, (40, 3)), np.zeros(40, np.int32))
    world = World(made, population)
    assert world.cells["springs"].shape[1] < 39
    world.springs()
    assert ((world.cells["springs"] != NOBODY).sum(axis=1) == 39).all()
    check_lists(world.cells)
    fresh = World(made, population)
    fresh.cells.restore(world.cells.state())
    assert same(by_identifier(fresh.cells), by_identifier(world.cells))


def test_the_same_bits_in_any_order_of_memory_and_on_any_number_of_threads() -> None:
    one, other = crowd(5, count=120), crowd(5, count=120)
    random = np.random.default_rng(6)
    for _ in range(3):
        other.cells.take(random.permutation(120))
        for world, threads in ((one, 1), (other, 2)):
            with thread_count(threads):
                world.springs()
    assert same(by_identifier(one.cells), by_identifier(other.cells))


def test_springs_switched_off_do_nothing_but_ties_of_attacks_are_listed() -> None:
    rates = {"attack other": 1e9, "attack duration": 1e9, ATTACHMENT: 1e9, DETACHMENT: 1e9}
    world = couples(2, cell_type("one", rates), cell_type("other"), springs=False)
    world.springs()
    assert (world.cells["springs"] == NOBODY).all()
    world.contact()
    world.springs()
    assert partners(world.cells) == {0: [1], 1: [0], 2: [3], 3: [2]}
    assert (world.cells["velocity"] == 0).all()


# ---- motion ---------------------------------------------------------------------------------------------------------


def distance_after(minutes: float, dt: float, k: tuple[float, float]) -> float:
    """Distance of two attached cells that do nothing else, 12 um apart at the start (um)."""
    still = {ATTACHMENT: 1e9, "cell-cell adhesion": 0.0, "cell-cell repulsion": 0.0}
    types = [cell_type(name, still | {ELASTIC: own}) for name, own in zip("ab", k, strict=True)]
    made = definition(*types, walls=False, steps=Steps(mechanics=dt))
    population = Population(np.array([[-6.0, 0, 0], [6.0, 0, 0]]), np.array([0, 1], np.int32))
    compiled, _ = compiled_cells(made, population)
    interactions, mechanics = Interactions(made, compiled), Mechanics(compiled)
    compiled, cells = compiled_cells(made, population, **interactions.needs)
    for tick in range(round(minutes / dt)):
        mechanics.advance(cells, interactions, NO_LEVEL, KEY, tick, False)
    np.testing.assert_allclose(cells["place"][:, :3].sum(axis=0), 0.0, atol=1e-12)
    return float(np.linalg.norm(cells["place"][0, :3] - cells["place"][1, :3]))


def test_two_attached_cells_relax_exponentially() -> None:
    """Distance 12 exp(-2 k t), k the geometric mean; the error falls with the step (the first step is Euler's 3/2)."""
    exact = 12.0 * math.exp(-2.0 * math.sqrt(0.05 * 0.2) * 5.0)
    errors = [abs(distance_after(5.0, dt, (0.05, 0.2)) - exact) for dt in (0.1, 0.05, 0.025)]
    assert errors[0] < 0.02 * exact
    assert errors[1] < 0.6 * errors[0]
    assert errors[2] < 0.6 * errors[1]

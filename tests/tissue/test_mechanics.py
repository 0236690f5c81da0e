"""Forces and motion against plain Python and closed forms.

Statistical check (random walk). Null: the walk has the mean squared displacement of theory. Statistic: z of the mean
over independent cells. False-alarm rate 1e-4, fixed seed; a persistence time 25 % longer must be caught.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tissues import BOX, SHEET, cell_type, compiled_cells, definition, scattered

from paget.compiled import thread_count
from paget.tissue.cells import OUTSIDE, Cells
from paget.tissue.compile import Compiled
from paget.tissue.definition import Chemotaxis, Definition, Domain, Factor, Population, Steps
from paget.tissue.interactions import Interactions
from paget.tissue.mechanics import Mechanics

KEY = np.uint64(12345)
TOUCH = 2 * 8.412710547954228
NO_LEVEL = np.zeros((1, 20, 20, 20))


def run(compiled: Compiled, cells: Cells, steps: int, level: np.ndarray = NO_LEVEL, first: int = 0) -> None:
    mechanics = Mechanics(compiled)
    interactions = Interactions(compiled.definition, compiled)
    for tick in range(first, first + steps):
        mechanics.advance(cells, interactions, level, KEY, tick, False)


def value(compiled: Compiled, cells: Cells, row: int, name: str) -> float:
    number = compiled.vocabulary.behaviour_number(name)
    column = compiled.types.column[number]
    return cells["columns"][row, column] if column >= 0 else compiled.types.base[cells["kind"][row], number]


def plain_forces(compiled: Compiled, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Velocity and pressure of every cell from the published formula, pair by pair."""
    names = [one.name for one in compiled.definition.cell_types]
    velocity, pressure = np.zeros((cells.count, 3)), np.zeros(cells.count)
    for i in range(cells.count):
        for j in range(cells.count):
            if i == j:
                continue
            gap = cells["place"][i, :3] - cells["place"][j, :3]
            distance = max(math.sqrt((gap**2).sum()), 1e-5)
            radii = [cells["place"][row, 3] for row in (i, j)]
            ranges = [value(compiled, cells, row, "relative maximum adhesion distance") for row in (i, j)]
            touch, limit = sum(radii), radii[0] * ranges[0] + radii[1] * ranges[1]
            force = 0.0
            if distance < touch:
                overlap = (1 - distance / touch) ** 2
                strength = math.prod(value(compiled, cells, row, "cell-cell repulsion") for row in (i, j))
                force += math.sqrt(strength) * overlap
                pressure[i] += overlap / (12 * (1 - math.sqrt(math.pi / (2 * math.sqrt(3)))) ** 2)
            if distance < limit:
                mine = f"adhesive affinity to {names[cells['kind'][j]]}"
                theirs = f"adhesive affinity to {names[cells['kind'][i]]}"
                strength = math.prod(value(compiled, cells, row, "cell-cell adhesion") for row in (i, j))
                strength *= value(compiled, cells, i, mine) * value(compiled, cells, j, theirs)
                force -= math.sqrt(strength) * (1 - distance / limit) ** 2
            velocity[i] += force * gap / distance
    return velocity, pressure


def three_ways() -> list[tuple[str, Definition, Population]]:
    """Strengths that are the same for all cells, differ by type, differ by cell."""
    one = definition(walls=False, springs=False)
    sticky = cell_type("sticky", {"cell-cell adhesion": 2.0, "adhesive affinity to tumour": 0.3})
    stiff = cell_type("stiff", {"cell-cell repulsion": 30.0, "relative maximum adhesion distance": 1.5})
    two = definition(cell_type(), sticky, stiff, walls=False, springs=False)
    own = scattered(60, 4, kinds=3)
    own.behaviours = {"cell-cell adhesion": np.random.default_rng(1).uniform(0, 3, 60)}
    return [
        ("same", one, scattered(60, 2)),
        ("by type", two, scattered(60, 3, kinds=3)),
        ("by cell", two, own),
    ]


@pytest.mark.parametrize("name, made, population", three_ways(), ids=[way[0] for way in three_ways()])
def test_forces_and_pressure_are_the_published_formula(name, made, population) -> None:
    compiled, cells = compiled_cells(made, population)
    mechanics = Mechanics(compiled)
    mechanics.refresh_neighbours(cells)
    velocity, pressure = plain_forces(compiled, cells)
    run(compiled, cells, 1)
    np.testing.assert_allclose(cells["previous_velocity"], velocity, rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(cells["pressure"], pressure, rtol=1e-10, atol=1e-12)


def test_the_first_step_extrapolates_from_rest() -> None:
    compiled, cells = compiled_cells(definition(walls=False, springs=False), scattered(20, 6))
    Mechanics(compiled).refresh_neighbours(cells)
    before = cells["place"][:, :3].copy()
    velocity, _ = plain_forces(compiled, cells)
    run(compiled, cells, 1)
    np.testing.assert_allclose(cells["place"][:, :3] - before, 0.15 * velocity, atol=1e-12)


def gap_after(step: float, minutes: float, from_rest: bool) -> float:
    """Distance of two overlapping cells after relaxing for some minutes."""
    made = definition(
        cell_type(behaviours={"cell-cell adhesion": 0.0}),
        walls=False,
        springs=False,
        steps=Steps(mechanics=step),
    )
    compiled, cells = compiled_cells(
        made, Population(np.array([[0.0, 0, 0], [8.0, 0, 0]]), np.zeros(2, np.int32))
    )
    if not from_rest:  # the velocity that they had a step before
        mine = 10.0 * (1.0 - (8.0 - 20.0 * step * (1.0 - 8.0 / TOUCH) ** 2) / TOUCH) ** 2
        cells["previous_velocity"][:, 0] = [-mine, mine]
    run(compiled, cells, round(minutes / step))
    return float(abs(np.diff(cells["place"][:, 0])[0]))


@pytest.mark.parametrize("from_rest, order", [(True, 1.0), (False, 2.0)])
def test_two_cells_relax_as_the_closed_form(from_rest: bool, order: float) -> None:
    """d' = 2 c (1 - d/R)^2 without adhesion, so that 1/(1 - d/R) grows linearly, by 2 c/R per minute.

    Second order in the step; a start from rest makes one error of first order, in the first step.
    """
    inverse = 1.0 / (1.0 - 8.0 / TOUCH) + 2.0 * 10.0 / TOUCH * 3.2
    exact = TOUCH * (1.0 - 1.0 / inverse)
    errors = [abs(gap_after(step, 3.2, from_rest) - exact) for step in (0.1, 0.05, 0.025)]
    orders = [math.log2(errors[n] / errors[n + 1]) for n in (0, 1)]
    assert orders[-1] == pytest.approx(order, abs=0.15), orders
    assert errors[-1] < 0.01


def test_cells_at_the_same_place_do_not_blow_up() -> None:
    compiled, cells = compiled_cells(definition(), Population(np.zeros((3, 3)), np.zeros(3, np.int32)))
    run(compiled, cells, 5)
    assert np.isfinite(cells["place"]).all()


def test_the_centre_of_mass_stays_where_it_is() -> None:
    compiled, cells = compiled_cells(definition(walls=False, springs=False), scattered(200, 11))
    before = cells["place"][:, :3].mean(axis=0)
    run(compiled, cells, 100)
    np.testing.assert_allclose(cells["place"][:, :3].mean(axis=0), before, atol=1e-9)


def test_walls_push_back_and_without_walls_cells_leave() -> None:
    at_the_edge = Population(np.array([[199.0, 0, 0], [0, -199.0, 0]]), np.zeros(2, np.int32))
    compiled, cells = compiled_cells(definition(), at_the_edge)
    run(compiled, cells, 50)
    assert (np.abs(cells["place"][:, :2]).max(axis=0) < 198.0).all()
    runner = cell_type(behaviours={"migration speed": 20.0, "migration persistence time": 20.0}, motile=True)
    compiled, cells = compiled_cells(definition(runner, walls=False), at_the_edge)
    run(compiled, cells, 400)
    assert (cells["flags"] & OUTSIDE).any()


def test_cells_that_are_not_movable_stay() -> None:
    population = scattered(30, 9)
    population.behaviours = {"is_movable": np.where(np.arange(30) % 2, 1.0, 0.0)}
    compiled, cells = compiled_cells(definition(), population)
    run(compiled, cells, 20)
    order = np.argsort(cells["identifier"])
    moved = np.abs(cells["place"][order, :3] - population.position).max(axis=1)
    assert (moved[::2] == 0).all()
    assert (moved[1::2] > 0).sum() > 4


def test_a_sheet_stays_flat() -> None:
    compiled, cells = compiled_cells(definition(domain=SHEET), scattered(100, 12, flat=True))
    run(compiled, cells, 30)
    assert (cells["place"][:, 2] == 0).all()


def displacement(persistence: float, minutes: float, count: int = 4000) -> np.ndarray:
    """Squared displacement of cells that do not feel each other, crawling at 2 um/min."""
    walker = cell_type(
        behaviours={
            "migration speed": 2.0, "migration persistence time": persistence,
            "cell-cell adhesion": 0.0, "cell-cell repulsion": 0.0,
        },
        motile=True,
    )  # fmt: skip
    wide = Domain((-4000.0,) * 3, (4000.0,) * 3, (2000.0,) * 3)
    compiled, cells = compiled_cells(
        definition(walker, domain=wide, walls=False),
        Population(np.random.default_rng(0).uniform(-3000, 3000, (count, 3)), np.zeros(count, np.int32)),
    )
    run(compiled, cells, 600)  # from rest to a walk that has forgotten its start
    start = cells["place"][:, :3][np.argsort(cells["identifier"])].copy()
    run(compiled, cells, round(minutes / 0.1), first=600)
    end = cells["place"][:, :3][np.argsort(cells["identifier"])]
    return ((end - start) ** 2).sum(axis=1)


def test_a_persistent_random_walk_has_the_mean_square_displacement_of_theory() -> None:
    """Directions last geometric numbers of steps: <x^2> = 2 v^2 tau^2 (t/tau - 1 + exp(-t/tau)), to O(dt/tau)."""
    minutes, tau, speed = 60.0, 5.0, 2.0
    keep = 1.0 - 0.1 / tau
    steps = round(minutes / 0.1)
    lags = np.arange(1, steps)
    exact = (speed * 0.1) ** 2 * (steps + 2.0 * ((steps - lags) * keep**lags).sum())
    continuous = 2.0 * speed**2 * tau**2 * (minutes / tau - 1.0 + math.exp(-minutes / tau))
    assert exact == pytest.approx(continuous, rel=0.02)

    def z(squares: np.ndarray) -> float:
        return abs(squares.mean() - exact) / (squares.std(ddof=1) / math.sqrt(len(squares)))

    assert z(displacement(tau, minutes)) < 3.9
    assert z(displacement(1.25 * tau, minutes)) > 3.9, "a planted fault"


@pytest.mark.parametrize("mode", ["simple", "weighted", "normalised"])
def test_a_fully_biased_cell_climbs_the_gradient(mode: str) -> None:
    _z, y, x = np.meshgrid(*[np.arange(20.0)] * 3, indexing="ij")
    level = np.stack([3.0 * x, 1.0 * y])
    behaviours = {
        "migration speed": 1.0, "migration bias": 1.0, "migration persistence time": 0.0,
        "chemotactic response to oxygen": 1.0, "chemotactic response to signal": 2.0,
    }  # fmt: skip
    climber = cell_type(
        behaviours=behaviours,
        motile=True,
        chemotaxis=Chemotaxis(mode, "signal" if mode == "simple" else None, -1),
    )
    made = definition(climber, factors=(Factor("oxygen", 1.0, 0.0), Factor("signal", 1.0, 0.0)))
    compiled, cells = compiled_cells(made, Population(np.zeros((1, 3)), np.zeros(1, np.int32)))
    run(compiled, cells, 10, level)
    expected = {"simple": (0.0, -1.0), "weighted": (3.0, 2.0), "normalised": (1.0, 2.0)}[mode]
    direction = np.array([*expected, 0.0]) / math.hypot(*expected)
    # The first step moves by 3/2 of its velocity: it extrapolates from rest.
    np.testing.assert_allclose(cells["place"][0, :3], 1.05 * direction, atol=1e-12)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100))
def test_one_thread_and_two_give_the_same_bits(seed: int) -> None:
    places = []
    for threads in (1, 2):
        walker = cell_type(behaviours={"migration persistence time": 2.0}, motile=True)
        compiled, cells = compiled_cells(definition(walker, domain=BOX), scattered(300, seed, half=80.0))
        with thread_count(threads):
            run(compiled, cells, 30)
        places.append(cells["place"].copy())
    np.testing.assert_array_equal(*places)

"""A whole tissue: the same bits on any number of threads, after a checkpoint and in a branch; stopping; bad input."""

from __future__ import annotations

import numpy as np
import pytest
from tissues import SHEET, cell_type, definition, scattered

from paget import PagetError
from paget.tissue.definition import Chemotaxis, Definition, Factor, Population, Rule, Steps
from paget.tissue.simulation import Simulation


def busy() -> Definition:
    """Two cell types that grow, die, crawl up a gradient, eat, attack, attach and transform, with rules."""
    tumour = cell_type(
        "tumour",
        {"exit from cycle phase 0": 0.003, "apoptosis": 1e-3, "oxygen uptake": 5.0, "signal secretion": 1.0,
         "cell attachment rate": 0.01, "cell detachment rate": 0.02, "transform to macrophage": 1e-4},
    )  # fmt: skip
    macrophage = cell_type(
        "macrophage",
        {"phagocytose apoptotic cell": 0.1, "attack tumour": 0.05, "migration speed": 2.0, "migration bias": 0.5,
         "migration persistence time": 5.0, "kill tumour": 0.001, "fuse to macrophage": 0.001},
        motile=True, chemotaxis=Chemotaxis("simple", "signal"),
    )  # fmt: skip
    rules = (
        Rule("tumour", "oxygen", False, "necrosis", 3.75, 8.0, 0.0),
        Rule("tumour", "damage", True, "apoptosis", 1.0, 2.0, 0.1),
        Rule("tumour", "oxygen", True, "exit from cycle phase 0", 21.5, 4.0, 0.01),
        Rule("tumour", "pressure", False, "exit from cycle phase 0", 1.0, 4.0, 0.0),
        Rule("macrophage", "contact with tumour", True, "migration speed", 1.0, 2.0, 0.1),
    )
    factors = (
        Factor("oxygen", 1e5, 0.1, 38.0, (38.0,) * 6),
        Factor("signal", 1e3, 0.05, 0.0, (None,) * 6),
    )
    return definition(tumour, macrophage, rules=rules, factors=factors, tracks_internalised=True)


def crowd(seed: int = 1) -> Population:
    population = scattered(300, seed, half=60.0, kinds=2)
    population.volume = None
    return population


def assert_same(one: Simulation, other: Simulation) -> None:
    mine, theirs = one.state(), other.state()
    assert mine.keys() == theirs.keys()
    for name in mine:
        np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


@pytest.mark.parametrize("scheme, minutes", [("default", 60.0), ("physicell", 12.0)])
def test_threads_checkpoints_and_branches_change_no_bit(scheme: str, minutes: float) -> None:
    whole = Simulation(busy(), crowd(), seed=3, scheme=scheme, threads=2).run(minutes)
    assert whole.cells.count != 300, "something happened"
    single = Simulation(busy(), crowd(), seed=3, scheme=scheme, threads=1).run(0.45 * minutes)
    resumed = Simulation.from_state(busy(), single.state(), threads=2).run(minutes)
    assert_same(resumed, whole)
    branch = single.branch()
    branch.run(0.7 * minutes)
    assert single.time == pytest.approx(0.45 * minutes, abs=0.1), "the branch leaves the trunk alone"
    assert_same(branch.branch().run(minutes), whole)
    assert_same(single.run(minutes), whole)


def test_another_seed_is_another_tissue() -> None:
    one = Simulation(busy(), crowd(), seed=1).run(30.0)
    other = Simulation(busy(), crowd(), seed=2).run(30.0)
    assert not np.array_equal(one.cells["place"], other.cells["place"])


def test_a_run_stops_when_asked_and_calls_back_at_multiples_of_the_interval() -> None:
    simulation = Simulation(definition(), crowd_of_one())
    times: list[float] = []
    simulation.run(3.0, every=0.5, then=lambda now: times.append(round(now.time, 6)))
    assert times == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    simulation.run(3.7)
    simulation.run(
        100.0, stop_when=lambda now: now.time > 4.0, every=0.5, then=lambda now: times.append(now.time)
    )
    assert simulation.time == pytest.approx(4.1)
    assert times[-1] == pytest.approx(4.0)


def crowd_of_one() -> Population:
    return Population(np.zeros((1, 3)), np.zeros(1, np.int32))


def test_no_cells_at_all_is_a_tissue_too() -> None:
    empty = Population(np.zeros((0, 3)), np.zeros(0, np.int32))
    assert Simulation(busy(), empty).run(12.0).cells.count == 0


def test_a_sheet_of_cells_runs_in_two_dimensions() -> None:
    simulation = Simulation(definition(domain=SHEET), scattered(50, 2, flat=True)).run(6.0)
    assert simulation.fields.level.shape == (1, 1, 20, 20)
    assert (simulation.cells["place"][:, 2] == 0.0).all()


BAD: list[tuple[str, Definition, Population, dict, str]] = [
    ("scheme", definition(), crowd_of_one(), {"scheme": "explicit"}, "physicell"),
    ("steps", definition(steps=Steps(phenotype=0.25)), crowd_of_one(), {}, "whole multiple"),
    ("behaviour", definition(cell_type("a", {"apoptose": 1.0})), crowd_of_one(), {}, "apoptosis"),
    (
        "outside",
        definition(),
        Population(np.full((1, 3), 999.0), np.zeros(1, np.int32)),
        {},
        "outside the domain",
    ),
    ("nan", definition(), Population(np.full((1, 3), np.nan), np.zeros(1, np.int32)), {}, "not a number"),
    ("kind", definition(), Population(np.zeros((1, 3)), np.array([3], np.int32)), {}, "unknown number"),
    (
        "volume",
        definition(),
        Population(np.zeros((1, 3)), np.zeros(1, np.int32), np.zeros(1)),
        {},
        "positive",
    ),
    (
        "twice",
        definition(rules=(Rule("tumour", "oxygen", True, "apoptosis", 1.0, 1.0, 1.0),) * 2),
        crowd_of_one(),
        {},
        "same rule twice",
    ),
    (
        "type of rule",
        definition(rules=(Rule("tumor", "oxygen", True, "apoptosis", 1.0, 1.0, 1.0),)),
        crowd_of_one(),
        {},
        "Did you mean 'tumour'",
    ),
    (
        "chemotaxis",
        definition(cell_type(chemotaxis=Chemotaxis("steep"))),
        crowd_of_one(),
        {},
        "simple",
    ),
]


@pytest.mark.parametrize("what, made, population, options, says", BAD, ids=[case[0] for case in BAD])
def test_bad_input_is_named(
    what: str, made: Definition, population: Population, options: dict, says: str
) -> None:
    with pytest.raises(PagetError, match=says):
        Simulation(made, population, **options)

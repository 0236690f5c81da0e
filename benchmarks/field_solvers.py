"""How fast the factors of a tissue are solved on several grids, and what the steps of the default solvers cost.

    python benchmarks/field_solvers.py              # both; two minutes
    python benchmarks/field_solvers.py --speed
    python benchmarks/field_solvers.py --accuracy

Speed: milliseconds of a solve from scratch (every voxel at the boundary level), of one after one in a hundred of the
uptake has changed, and of one short split step, by grid and number of threads. The quickest of many turns counts. Every
second voxel in the middle of the grid takes up.

Accuracy: 400 cells crawl and trade with one factor; root mean square difference of the levels at the cells, relative to
theirs in a run whose factor advances with every mechanics step (0.1 min). `QS` quasi-steady, `I` implicit.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from paget.compiled import thread_count
from paget.tissue import implicit, solver_choice, splitting
from paget.tissue.cycles import LIVE
from paget.tissue.definition import CellType, Definition, Domain, Factor, Population, Steps
from paget.tissue.fields import TOLERANCE
from paget.tissue.levels import room_for
from paget.tissue.simulation import Simulation

GRIDS = ((1, 100, 100), (1, 500, 500), (50, 50, 50), (100, 100, 100))
EDGE = 20.0
"""Of a voxel (um)."""
FACTORS = {
    "fast, held faces": ((1e5, 0.1, 38.0), {"uptake": 10.0}),
    "fast, closed": ((1e5, 0.1, None), {"secretion": 1.0, "secretion target": 10.0, "uptake": 1.0}),
    "slow, closed": ((1e3, 0.05, None), {"export": 100.0, "uptake": 0.1}),
    "short-lived": ((1e3, 2.0, None), {"export": 100.0}),
    "very slow": ((100.0, 0.001, None), {"export": 100.0, "uptake": 0.1}),
}
"""Diffusion (um2/min), decay (1/min) and boundary level, and what cells do with it."""


def quickest(task: Callable[[], object], seconds: float = 1.5) -> float:
    """Milliseconds of the quickest turn within so many seconds."""
    task()
    best, end = np.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - start)
    return 1e3 * best


def middle_of(shape: tuple[int, int, int]) -> np.ndarray:
    """Every second voxel in the middle of a grid."""
    inside = np.zeros(shape, bool)
    inside[tuple(slice(n // 4, n - n // 4) if n > 1 else slice(None) for n in shape)] = True
    return np.flatnonzero(inside)[::2]


def time_grid(shape: tuple[int, int, int]) -> list[float]:
    """Milliseconds from scratch, after a change, and of a split step."""
    nz, ny, nx = shape
    domain = Domain((0.0, 0.0, 0.0), (nx * EDGE, ny * EDGE, nz * EDGE), (EDGE,) * 3, nz == 1)
    boundary = (38.0,) * 4 + ((None,) * 2 if nz == 1 else (38.0,) * 2)
    box, voxel = implicit.Box(shape, (EDGE,) * 3, boundary), middle_of(shape)
    assert box.levels is not None
    room, level = room_for([box.levels]), np.empty(shape)

    def solve(start: np.ndarray | float, more: float) -> None:
        level[:] = start
        exchanged = implicit.Exchanged(voxel, np.full(len(voxel), 10.0 * more), np.zeros(len(voxel)))
        implicit.solve(level, box, room, 1e5, 0.1, 0.0, exchanged, TOLERANCE)

    sweeps = splitting.sweeps_of(1e5, 0.1, 0.01, domain, boundary, [boundary])
    trade = splitting.Trade(voxel, np.full(len(voxel), 0.9), np.zeros(len(voxel)), np.zeros(len(voxel)))
    scratch = quickest(lambda: solve(38.0, 1.0))
    solved = level.copy()
    changed = quickest(lambda: solve(solved, 1.01))
    split = quickest(lambda: splitting.split_steps(level, sweeps, 10, trade)) / 10.0
    return [scratch, changed, split]


def show_speed() -> None:
    print(f"{'grid':>16} {'threads':>8} {'from scratch':>13} {'after change':>13} {'split step':>11}   ms")
    for shape in GRIDS:
        for threads in (1, None):
            with thread_count(threads):
                times = time_grid(shape)
            name = " x ".join(str(n) for n in shape if n > 1)
            cells = f"{times[0]:>13.2f} {times[1]:>13.2f} {times[2]:>11.4f}"
            print(f"{name:>16} {threads or 'all':>8} {cells}")


def ball(
    numbers: tuple[float, float, float | None], trade: dict[str, float], step: float | None
) -> Definition:
    diffusion, decay, boundary = numbers
    domain = Domain((-300.0,) * 3, (300.0,) * 3, (EDGE,) * 3)
    behaviours = {f"factor {name}": value for name, value in trade.items()} | {
        "migration persistence time": 5.0
    }
    cell = CellType("cell", 0, LIVE, behaviours, motile=True)
    factor = Factor("factor", diffusion, decay, boundary or 0.0, (boundary,) * 6)
    return Definition(domain, (factor,), (cell,), steps=Steps(field=step))


def levels_at_cells(definition: Definition, minutes: float) -> tuple[str, np.ndarray]:
    """How the factor was solved, and its level at each cell."""
    random = np.random.default_rng(0)
    place = random.normal(size=(400, 3))
    place *= (150.0 * random.random(400) ** (1 / 3) / np.linalg.norm(place, axis=1))[:, None]
    simulation = Simulation(definition, Population(place, np.zeros(400, np.int32)), seed=1)
    simulation.run(until=minutes + definition.steps.mechanics)
    solver = {"quasi-steady": "QS", "implicit": "I"}[simulation.fields.solver[0]]
    name = f"{solver} {simulation.fields.every[0] * definition.steps.mechanics:g} min"
    return name, simulation.fields.level[0].reshape(-1)[simulation.cells["voxel"]].copy()


def show_accuracy() -> None:
    chosen = solver_choice.RELAXATIONS
    for what, (numbers, trade) in FACTORS.items():
        for minutes in (6.0, 30.0):
            solver_choice.RELAXATIONS = np.inf  # the reference has no quasi-steady factor
            _, expected = levels_at_cells(ball(numbers, trade, 0.1), minutes)
            solver_choice.RELAXATIONS = chosen
            shown = []
            for step in (None, 0.5, 2.0):
                name, levels = levels_at_cells(ball(numbers, trade, step), minutes)
                error = np.sqrt(((levels - expected) ** 2).mean() / (expected**2).mean())
                shown.append(f"{'by default' if step is None else '':>10} {name:>10} {100 * error:5.2f} %")
            print(f"{what:>17} after {minutes:2g} min:", "; ".join(shown))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--accuracy", action="store_true")
    options = parser.parse_args()
    if options.speed or not options.accuracy:
        show_speed()
    if options.accuracy or not options.speed:
        show_accuracy()


if __name__ == "__main__":
    main()

"""PerMedCoE unit tests of mechanics: a cell that is pushed once, and two cells that push each other.

Cells of 10 um across that crawl at 10 um/min along a constant gradient, steps of 0.1 min. Motion is overdamped: the
velocity is the force, there is no mass and no friction coefficient. Places advance by the second-order Adams-Bashforth
rule from rest, as in PhysiCell: the first step is half a step too long, and the step after a force ends takes it back.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from comparison import RESTING, Case, Row, box, cells_at, tissue
from scipy.integrate import solve_ivp

from paget.tissue.definition import CellType, Chemotaxis, Factor
from paget.tissue.simulation import Simulation

RADIUS, SPEED, STEP = 5.0, 10.0, 0.1
"""Radius (um), speed (um/min), mechanics step (min)."""
REPULSION, ADHESION, REACH = 10.0, 0.4, 1.25
"""Strengths (um/min) and adhesion distance (radii) of the PhysiCell entry."""
APART = 30.0
"""Distance of the two cells at the start (um)."""


def crawler(name: str, direction: int, repulsion: float = REPULSION) -> CellType:
    """A cell type that crawls straight along x."""
    behaviours = {
        "migration speed": SPEED,
        "migration bias": 1.0,
        "migration persistence time": 0.0,
        "cell-cell repulsion": repulsion,
        "cell-cell adhesion": ADHESION,
        "relative maximum adhesion distance": REACH,
    }
    return CellType(
        name, 0, RESTING, behaviours, motile=True, chemotaxis=Chemotaxis("simple", "track", direction)
    )


def on_a_track(places: npt.ArrayLike, repulsion: float = REPULSION) -> Simulation:
    """Cells at places along x, which crawl to the right and to the left in turn."""
    domain = box(60.0, 20.0)
    types = crawler("right", 1, repulsion), crawler("left", -1, repulsion)
    made = tissue(domain, *types, factors=(Factor("track", 0.0, 0.0, 0.0),))
    x = np.asarray(places, dtype=np.float64)
    simulation = Simulation(
        made, cells_at(np.outer(x, [1.0, 0.0, 0.0]), np.arange(len(x)) % 2, radius=RADIUS)
    )
    nz, ny, nx = domain.shape
    level = np.broadcast_to(np.arange(1.0, nx + 1.0), (1, nz, ny, nx))
    simulation.fields.set_initial(np.ascontiguousarray(level))
    return simulation


def pushed_once() -> Case:
    """10 um/min for one step, then nothing: without inertia the cell has gone 1 um."""
    simulation = on_a_track([0.0])
    times, way = [0.0], [0.0]
    for step in range(20):
        if step == 1:
            simulation.types.base[:, simulation.vocabulary.behaviour.speed] = 0.0
        simulation.advance()
        times.append(simulation.time)
        way.append(float(simulation.cells["place"][0, 0]))
    rows = [
        Row("way after one step of force (um)", way[-1], SPEED * STEP, PUSHED),
        Row("way at the end of that step (um)", way[1], SPEED * STEP),
    ]
    inertia = SPEED * STEP * np.cumsum(0.9 ** np.arange(21))
    curves = {
        "Paget": (np.array(times), np.array(way)),
        "with inertia, velocity times 0.9 per step": (np.array(times), inertia - inertia[0]),
        "exact, no inertia": (np.array([0.0, STEP, 2.0]), np.array([0.0, 1.0, 1.0])),
    }
    return Case("A cell pushed once", rows, curves, ("time (min)", "way (um)"))


PUSHED = "Chaste and PhysiCell 1 (no inertia), BioDynaMo 9.0 (inertia)"
PUSHING = "after 10 min BioDynaMo 12, PhysiCell 17.6, TiSim 3.2, Chaste 1.4"


def pushing() -> Case:
    """Two cells crawl at each other: with the repulsion of the entry, and with four times as much."""
    rows, curves = [], {}
    for repulsion in (REPULSION, 4.0 * REPULSION):
        times, distance = _distance(on_a_track([-APART / 2, APART / 2], repulsion), 10.0)
        label = f"repulsion {repulsion:g} um/min"
        free = times < 0.95
        lag = float((APART - 2.0 * SPEED * times - distance)[free][1:].max())
        rows.append(Row(f"{label}: lead of Adams-Bashforth before contact (um)", lag, SPEED * STEP))
        exact_times, exact = independent_distance(repulsion, 10.0)
        curves[f"Paget, {label}"] = times, distance
        curves[f"exact, {label}"] = exact_times, exact
        if repulsion == REPULSION:
            rows.append(Row("smallest distance (um)", float(distance.min()), 0.0, PUSHING))
        else:
            rows.append(
                Row("distance after 10 min (um)", float(distance[-1]), resting_distance(repulsion), PUSHING)
            )
    return Case("Two cells push each other", rows, curves, ("time (min)", "distance (um)"))


def _distance(simulation: Simulation, end: float) -> tuple[npt.NDArray, npt.NDArray]:
    times, distance = [0.0], [APART]
    while simulation.time < end - 1e-9:
        simulation.advance()
        x = simulation.cells["place"][np.argsort(simulation.cells["identifier"]), 0]
        times.append(simulation.time)
        distance.append(float(abs(x[1] - x[0])))
        if distance[-1] < 1.0 and distance[-1] > distance[-2]:
            break  # they have passed through each other
    return np.array(times), np.array(distance)


def push(distance: float, repulsion: float) -> float:
    """Velocity with which one cell pushes the other away (um/min); negative: draws it near."""
    touch = 2.0 * RADIUS
    away = repulsion * max(1.0 - distance / touch, 0.0) ** 2
    return away - ADHESION * max(1.0 - distance / (REACH * touch), 0.0) ** 2


def independent_distance(repulsion: float, end: float) -> tuple[npt.NDArray, npt.NDArray]:
    """d' = 2 (push(d) - speed), until the centres meet."""

    def meet(_, y):
        return y[0]

    meet.terminal = True
    found = solve_ivp(
        lambda _, y: [2.0 * (push(y[0], repulsion) - SPEED)], (0.0, end), [APART],
        events=meet, rtol=1e-10, atol=1e-10, max_step=0.01,
    )  # fmt: skip
    return found.t, found.y[0]


def resting_distance(repulsion: float) -> float:
    """Where push(d) = speed: the root of a quadratic in d."""
    touch, reach = 2.0 * RADIUS, 2.0 * RADIUS * REACH
    a = repulsion / touch**2 - ADHESION / reach**2
    b = -2.0 * (repulsion / touch - ADHESION / reach)
    c = repulsion - ADHESION - SPEED
    return (-b - math.sqrt(b * b - 4.0 * a * c)) / (2.0 * a)

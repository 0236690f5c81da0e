"""PerMedCoE unit tests of diffusion and chemotaxis, each with a reference that is solved otherwise.

Concentrations in uM, lengths in um, times in min. A box of 60 um (240 um) in voxels of 20 um, held at 10 uM in the
voxels of its faces: one free voxel with one sink (1,000 with 1,000). The text asks for an uptake of "20 uM/min = 12044
substrates/min"; the settings of the PhysiCell entry make it a rate, 12,044 /min times 1 um3 of cell in 8,000 um3 of
voxel. That rate is what cells take up here.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from comparison import QUIET, RESTING, Case, Row, box, cells_at, tissue
from scipy.sparse import csc_matrix, diags_array, eye_array, kron
from scipy.sparse.linalg import expm_multiply

from paget.tissue.definition import CellType, Chemotaxis, Factor, Rule, Steps
from paget.tissue.simulation import Simulation

HELD = 10.0
"""Level at the faces (uM)."""
DIFFUSION = 2000.0
"""(um2/min)"""
VOXEL = 20.0
SINK = 12044.0 / VOXEL**3
"""Rate of uptake of a voxel with a sink (1/min)."""
EXCHANGE = DIFFUSION / VOXEL**2
"""Rate of exchange with one neighbouring voxel (1/min)."""
ONE_SINK = "BioDynaMo 9.53, Chaste 9.56, PhysiCell 10.00, TiSim 10.00"
MANY_SINKS = "BioDynaMo 5.85, Chaste 1.95, PhysiCell 10.00, TiSim 10.00"
"""Levels after 10 min in the tables of the benchmark, where 602.2 molecules per um3 are 1 uM."""
CHEMOTAXIS = "on the diagonal in BioDynaMo"


def sink_tissue(voxels: int, steps: Steps, scheme: str) -> Simulation:
    """A box of voxels with a sink of 10 um radius in each that is not held."""
    half = 0.5 * VOXEL * voxels
    volume = 4.0 / 3.0 * math.pi * 10.0**3
    factor = Factor("substrate", DIFFUSION, 0.0, 0.0, (HELD,) * 6)
    sink = CellType("sink", 0, RESTING, QUIET | {"substrate uptake": SINK * VOXEL**3 / volume})
    inside = (np.arange(1, voxels - 1) + 0.5) * VOXEL - half
    places = np.stack(np.meshgrid(inside, inside, inside), axis=-1)
    made = tissue(box(half, VOXEL), sink, factors=(factor,), steps=steps)
    return Simulation(made, cells_at(places, radius=10.0), scheme=scheme)


def one_sink() -> Case:
    """The level of the free voxel: c' = 6 k (c0 - c) - s c."""
    end, relaxation = 1.0, 6.0 * EXCHANGE + SINK
    steady = HELD * 6.0 * EXCHANGE / relaxation
    rows = [Row("steady level at the sink, quasi-steady solver (uM)", _settled(3), steady, ONE_SINK)]
    curves = {}
    for label, scheme, step in (
        ("PhysiCell's splitting, 0.01 min", "physicell", 0.01),
        ("implicit, 0.01 min", "default", 0.01),
        ("implicit, 0.1 min", "default", 0.1),
    ):
        steps = Steps(0.01, step if scheme == "default" else 0.01, 6.0, field=step)
        times, levels = _curve(sink_tissue(3, steps, scheme), end, lambda level: float(level[0, 1, 1, 1]))
        if scheme == "physicell":  # as there, the field has taken the step that begins at the present time
            times[1:] += 0.01
        exact = steady * (1.0 - np.exp(-relaxation * times))
        curves[label] = times, levels
        worst = float(np.abs(levels - exact).max())
        rows.append(Row(f"largest error until 1 min, {label}", worst, 0.0))
        rows.append(Row(f"level after 1 min, {label}", float(levels[-1]), steady))
    fine = np.linspace(0.0, end, 400)
    curves["exact"] = fine, steady * (1.0 - np.exp(-relaxation * fine))
    return Case("Diffusion, one sink", rows, curves, ("time (min)", "level at the sink (uM)"))


def many_sinks() -> Case:
    """Mean level of 12 x 12 x 12 voxels, those of the faces included, against the sine series."""
    exact = mean_of_series(np.array([math.inf, 0.1, 0.5, 1.0]))
    rows = [Row("mean level, quasi-steady solver (uM)", _settled(12), float(exact[0]), MANY_SINKS)]
    steps = Steps(0.01, 0.01, 6.0, field=0.01)
    times, levels = _curve(sink_tissue(12, steps, "default"), 1.0, lambda level: float(level.mean()))
    for at, value in zip((0.1, 0.5, 1.0), exact[1:], strict=True):
        found = float(np.interp(at, times, levels))
        rows.append(Row(f"mean level at {at:g} min, implicit, 0.01 min (uM)", found, float(value)))
    curves = {"implicit, 0.01 min": (times, levels), "exact": (times, mean_of_series(times))}
    return Case("Diffusion, 1,000 sinks", rows, curves, ("time (min)", "mean level (uM)"))


def mean_of_series(times: npt.NDArray[np.float64], free: int = 10) -> npt.NDArray[np.float64]:
    """Mean level over all voxels at times (min; inf: steady), by the eigenvectors of the discrete Laplacian."""
    p = np.arange(1, free + 1)
    vectors = np.sqrt(2.0 / (free + 1)) * np.sin(np.pi * np.outer(p, p) / (free + 1))
    values = 4.0 * EXCHANGE * np.sin(np.pi * p / (2 * (free + 1))) ** 2
    rate = values[:, None, None] + values[None, :, None] + values[None, None, :] + SINK
    ends = np.zeros(free)
    ends[[0, -1]] = 1.0
    whole, face = vectors.sum(axis=0), vectors @ ends
    spread = np.einsum("i,j,k->ijk", face, whole, whole)
    pushed = HELD * EXCHANGE * (spread + spread.transpose(1, 0, 2) + spread.transpose(2, 1, 0))
    over = np.einsum("i,j,k->ijk", whole, whole, whole) * pushed / rate
    inside = np.array([(over * (1.0 - np.exp(-rate * t))).sum() for t in np.atleast_1d(times)])
    total = (free + 2) ** 3
    return (inside + HELD * (total - free**3)) / total


def refinement() -> Case:
    """The centre of a cube of 60 um held at its faces, without a sink, as voxels shrink: the order of convergence."""
    at, rows, errors = 0.1, [], []
    exact = centre_of_cube(at)
    for spacing in (15.0, 10.0, 7.5):
        coarse, fine = (_cube(spacing, at, step) for step in (0.001, 0.0005))
        found = 2.0 * fine - coarse  # the error of first order in the step is gone
        errors.append(found - exact)
        rows.append(Row(f"level at the centre after {at:g} min, voxels of {spacing:g} um", found, exact))
    order = math.log(errors[0] / errors[2]) / math.log(2.0)
    rows.append(Row("order of convergence in the voxel", order, 2.0))
    return Case("Diffusion into a cube", rows)


def _cube(spacing: float, until: float, step: float) -> float:
    """Level at the centre; the faces of the cube run through the middle of the outer voxels, which are held."""
    factor = Factor("substrate", DIFFUSION, 0.0, 0.0, (HELD,) * 6)
    steps = Steps(step, step, until, field=step)
    still = CellType("still", 0, RESTING, QUIET)
    made = tissue(box(30.0 + 0.5 * spacing, spacing), still, factors=(factor,), steps=steps)
    simulation = Simulation(made, cells_at([0.0, 0.0, 0.0]))
    simulation.fields.tolerance = 1e-10  # of each step; hundreds of short ones add up
    level = simulation.run(until).fields.level[0]
    return float(level[tuple(n // 2 for n in level.shape)])


def centre_of_cube(time: float, edge: float = 60.0) -> float:
    """Level at the centre of a cube held at its faces, empty at the start (Crank, The Mathematics of Diffusion)."""
    odd = np.arange(1, 200, 2)
    terms = (-1.0) ** ((odd - 1) // 2) / odd * np.exp(-DIFFUSION * (odd * np.pi / edge) ** 2 * time)
    return HELD * (1.0 - (4.0 / np.pi * float(terms.sum())) ** 3)


def _settled(voxels: int) -> float:
    simulation = sink_tissue(voxels, Steps(), "default").run(0.1)
    level = simulation.fields.level[0]
    return float(level[1, 1, 1]) if voxels == 3 else float(level.mean())


def _curve(simulation: Simulation, end: float, read) -> tuple[npt.NDArray, npt.NDArray]:
    times, levels = [0.0], [read(simulation.fields.level)]
    while simulation.time < end - 1e-9:
        simulation.advance()
        times.append(simulation.time)
        levels.append(read(simulation.fields.level))
    return np.array(times), np.array(levels)


# ---- chemotaxis ------------------------------------------------------------------------------------------------------

EDGE, FINE, MINUTES = 120.0, 10.0, 30.0
RESPONSE = 150.0
"""Speed per gradient (um/min per uM/um)."""
STRENGTH = 600.0
"""Rate at which the source brings its voxel to 10 uM (1/min): ten times its exchange with the neighbours."""
FAR = 1e4
"""Half-maximum of the rule (uM/um): so far above any gradient that the response is linear to 1e-4."""


def chemotaxis() -> Case:
    """A cell crawls up the gradient of a source in a corner, as fast as the gradient is steep."""
    half = 0.5 * EDGE
    corner = np.full(3, half - 0.5 * FINE)
    simulation = Simulation(_chemotactic(half), cells_at([[0.0] * 3, corner], (0, 1), radius=10.0))
    times, path = [0.0], [simulation.cells["place"][0, :3].copy()]
    while simulation.time < MINUTES - 1e-9:
        simulation.advance()
        row = int(np.flatnonzero(simulation.cells["kind"] == 0)[0])
        times.append(simulation.time)
        path.append(simulation.cells["place"][row, :3].copy())
    travelled = np.linalg.norm(np.array(path), axis=1)
    exact_times, exact_path = independent_path(corner)
    exact = np.linalg.norm(exact_path, axis=1)
    off = float(np.ptp(np.array(path), axis=1).max())
    rows = [
        Row(f"way of the cell in {MINUTES:g} min (um)", float(travelled[-1]), float(exact[-1]), CHEMOTAXIS),
        Row("largest distance from the diagonal (um)", off, 0.0),
    ]
    curves = {"Paget": (np.array(times), travelled), "exact field, small steps": (exact_times, exact)}
    return Case("Chemotaxis to a corner", rows, curves, ("time (min)", "way (um)"))


def _chemotactic(half: float):
    volume = 4.0 / 3.0 * math.pi * 10.0**3
    seeker = CellType(
        "seeker", 0, RESTING,
        QUIET | {"migration speed": 0.0, "migration bias": 1.0, "migration persistence time": 0.0},
        motile=True, chemotaxis=Chemotaxis("simple", "substrate", 1),
    )  # fmt: skip
    secretes = {"substrate secretion": STRENGTH * FINE**3 / volume, "substrate secretion target": HELD}
    source = CellType("source", 1, RESTING, QUIET | secretes)
    rule = Rule("seeker", "substrate gradient", True, "migration speed", FAR, 1.0, RESPONSE * FAR)
    factor = Factor("substrate", DIFFUSION, 0.0, 0.0)
    return tissue(
        box(half, FINE), seeker, source, factors=(factor,), rules=(rule,),
        steps=Steps(0.05, 0.05, 0.05, field=0.05),
    )  # fmt: skip


def independent_path(
    corner: npt.NDArray, step: float = 0.05, inner: int = 5
) -> tuple[npt.NDArray, npt.NDArray]:
    """The same by the exponential of a sparse matrix and small Euler steps: times and places, shape (t, 3)."""
    n = round(EDGE / FINE)
    line = diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[-1, 1])
    line = (line - diags_array(np.asarray(line.sum(axis=1)).ravel())) * DIFFUSION / FINE**2
    one = eye_array(n)
    matrix = csc_matrix(
        kron(kron(line, one), one) + kron(kron(one, line), one) + kron(kron(one, one), line)
    ).tolil()
    matrix[n**3 - 1, n**3 - 1] -= STRENGTH
    matrix = matrix.tocsc()
    gap = np.full(n**3, HELD)  # distance from 10 uM: a homogeneous equation
    place, places, times = np.zeros(3), [np.zeros(3)], [0.0]
    for k in range(round(MINUTES / step)):
        gap = expm_multiply(matrix * step, gap)
        slopes = np.gradient(HELD - gap.reshape(n, n, n), FINE)
        for _ in range(inner):
            voxel = tuple(np.minimum(((place + 0.5 * EDGE) / FINE).astype(int), n - 1))
            place = place + RESPONSE * step / inner * np.array([slope[voxel] for slope in slopes[::-1]])
        places.append(place)
        times.append((k + 1) * step)
    return np.array(times), np.array(places)

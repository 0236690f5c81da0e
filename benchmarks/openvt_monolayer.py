"""The monolayer of OpenVT, a reference model that several simulators have run, by Paget.

    python benchmarks/openvt_monolayer.py [--out DIR] [--seeds 5]

1. A chain of 11 cells, each overlapping its neighbours by a radius, relaxes. The time in which the distance of its ends
   grows from 5 to 9 diameters (10 at rest) is T, the unit of time of everything else.
2. The same chain between five cells at rest on either side.
3. A monolayer from one cell to 1,000 cells. The area of a cell grows linearly with tau = 5 T, it divides at a size
   drawn from N(2, 0.4^2) reference areas; nothing inhibits growth. Free surface f and free area a of its cells; the
   time against the same branching process without mechanics.
4. The same with fixed sizes: all cells divide together. Just before the tenth division.
5. Growth to 500 cells with contact inhibition by each threshold.

Definitions and published numbers: rheiland/OpenVT_monolayer_PhysiCell, rheiland/mechanics_relaxation (PhysiCell),
Chaste/OpenVT and Chaste/OpenVtMonolayer (Chaste). Motion is overdamped with the quadratic repulsion that both use.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from comparison import RESTING, Case, Row, cells_at, print_case, save_figure, tissue
from openvt_growth import RADIUS, REPULSION, free_fractions, grow, independent_times
from scipy.integrate import solve_ivp

from paget.tissue.definition import CellType, Domain
from paget.tissue.simulation import Simulation

DIAMETER = 2.0 * RADIUS
CELLS = 1000
QUANTILES = (50.0, 95.0, 99.0)


# ---- relaxation of a chain -------------------------------------------------------------------------------------------


def chain(resting: int, joint: float = DIAMETER) -> npt.NDArray[np.float64]:
    """Places along x of 11 cells half a diameter apart, with so many at rest on either side, `joint` away (um)."""
    inner = np.arange(-5, 6) * RADIUS
    outer = inner[-1] + joint + DIAMETER * np.arange(resting)
    return np.concatenate([-outer[::-1], inner, outer])


def relaxation(places: npt.NDArray, minutes: float) -> tuple[npt.NDArray, npt.NDArray]:
    """Times and places, shape (t, n), of a chain in the engine."""
    kind = CellType(
        "cell",
        0,
        RESTING,
        {
            "cell-cell repulsion": REPULSION,
            "cell-cell adhesion": 0.0,
            "relative maximum adhesion distance": 1.0,
        },
    )
    domain = Domain((-200.0, -200.0, -10.0), (200.0, 200.0, 10.0), (20.0,) * 3, two_dimensional=True)
    simulation = Simulation(
        tissue(domain, kind), cells_at(np.outer(places, [1.0, 0.0, 0.0]), radius=RADIUS), threads=1
    )
    times, found = [0.0], [places.copy()]
    while simulation.time < minutes - 1e-9:
        simulation.advance()
        times.append(simulation.time)
        found.append(simulation.cells["place"][np.argsort(simulation.cells["identifier"]), 0])
    return np.array(times), np.array(found)


def independent_relaxation(
    places: npt.NDArray, times: npt.NDArray, strength: float = REPULSION
) -> npt.NDArray:
    """Places at times, shape (t, n), of x_i' = sum_j c (1 - d/R)^2, solved to 1e-10."""

    def velocity(_, x):
        gap = x[:, None] - x[None, :]
        overlap = np.maximum(1.0 - np.abs(gap) / DIAMETER, 0.0)
        np.fill_diagonal(overlap, 0.0)
        return strength * (np.sign(gap) * overlap**2).sum(axis=1)

    found = solve_ivp(
        velocity, (0.0, times[-1]), places, method="LSODA", t_eval=times, rtol=1e-10, atol=1e-10
    )
    return found.y.T


def when(times: npt.NDArray, width: npt.NDArray, level: float) -> float:
    """When a growing width reaches a level, by linear interpolation."""
    return float(np.interp(level, width, times))


def relaxing_chains() -> list[Case]:
    """Both chains, and with the first one the unit of time."""
    short = chain(0)
    times, found = relaxation(short, 300.0)
    exact = independent_relaxation(short, times)
    width, exact_width = (np.ptp(x, axis=1) / DIAMETER for x in (found, exact))
    unit = when(times, exact_width, 9.0)
    rows = [
        Row("T: 5 to 9 diameters, repulsion 10 um/min (min)", when(times, width, 9.0), unit, UNIT),
        Row("T times repulsion over diameter", when(times, width, 9.0) * REPULSION / DIAMETER,
            unit * REPULSION / DIAMETER, "Chaste 88.54"),
        Row("largest error of a place, 300 min (um)", float(np.abs(found - exact).max()), 0.0),
    ]  # fmt: skip
    rows += [
        Row(f"width after {minutes:.1f} min (diameters)", float(np.interp(minutes, times, width)),
            float(np.interp(minutes, times, exact_width)), f"Chaste {chaste}")
        for minutes, chaste in ((CHASTE * 0.5, "8.288"), (CHASTE, "8.952"), (CHASTE * 2.0, "9.409"))
    ]  # fmt: skip
    first = Case(
        "Chain of 11", rows, {"Paget": (times / unit, width), "exact": (times / unit, exact_width)},
        ("time (T)", "width (diameters)"),
    )  # fmt: skip
    return [first, _longer_chain(unit)]


def _longer_chain(unit: float) -> Case:
    """The inner width of 21 cells; the outer ones begin a diameter away (PhysiCell) or three quarters (Chaste)."""
    rows, curves = [], {}
    for tool, joint in (("PhysiCell", DIAMETER), ("Chaste", 0.75 * DIAMETER)):
        places = chain(5, joint)
        times, found = relaxation(places, 400.0)
        exact = independent_relaxation(places, times)
        inner, exact_inner = (np.ptp(x[:, 5:16], axis=1) / DIAMETER for x in (found, exact))
        curves[f"Paget, start of {tool}"] = times / unit, inner
        curves[f"exact, start of {tool}"] = times / unit, exact_inner
        for minutes, chaste in ((CHASTE, "7.687"), (CHASTE * 2.0, "8.356"), (CHASTE * 4.0, "8.959")):
            rows.append(
                Row(f"start of {tool}: inner width after {minutes:.1f} min", float(np.interp(minutes, times, inner)),
                    float(np.interp(minutes, times, exact_inner)), f"Chaste {chaste}" if tool == "Chaste" else "")
            )  # fmt: skip
    return Case("Chain of 11 between 10", rows, curves, ("time (T)", "inner width (diameters)"))


UNIT = "PhysiCell 88.3 and 88.7"
CHASTE = 250.0 / 3.0
"""One unit of time of the Chaste curves (strength 250/3 diameters per unit) at 10 um/min and 10 um (min)."""


# ---- monolayers ------------------------------------------------------------------------------------------------------


def extent(place: npt.NDArray[np.float64]) -> float:
    """Radius of a disc with the second moment of the centres (um)."""
    centred = place[:, :2] - place[:, :2].mean(axis=0)
    return float(np.sqrt(2.0 * np.einsum("ij,ij->i", centred, centred).mean()))


def free_growth(unit: float, seeds: int) -> Case:
    """To 1,000 cells, some seeds, against the branching process without mechanics."""
    tau, rows, curves = 5.0 * unit, [], {}
    alone = independent_times(CELLS, 200)
    for stretch, surface, area in ((1.0, CHASTE_SURFACE, CHASTE_AREA), (1.02, SURFACE, AREA)):
        monolayers = [_one_monolayer(tau, seed, stretch) for seed in range(seeds)]
        ends = [times[-1] for times, *_ in monolayers]
        if stretch == 1.0:
            low, high = np.percentile(alone, [2.5, 97.5])
            rows += [
                Row(f"time to {CELLS:,} cells, mean of {seeds} (tau)", float(np.mean(ends)), float(alone.mean()),
                    GROWTH),
                Row("  2.5 % of 200 runs without mechanics", float(low)),
                Row("  97.5 %", float(high)),
            ]  # fmt: skip
            curves = {f"seed {k}": (times, counts) for k, (times, counts, *_) in enumerate(monolayers)}
        label = f"rest length {stretch:g} sums of radii: "
        rows.append(Row(label + "disc radius (um)", float(np.mean([one[2] for one in monolayers]))))
        for name, at, published in (("surface f", 3, surface), ("area a", 4, area)):
            whole = np.concatenate([one[at] for one in monolayers])
            rows += [
                Row(f"{label}{name}, {q:g} %", float(np.percentile(whole, q)), None, published.get(q, ""))
                for q in QUANTILES
            ]
    return Case(
        f"Monolayer to {CELLS:,} cells", rows, curves, ("time (tau)", "cells"), lambda ax: ax.set_yscale("log")
    )  # fmt: skip


def _one_monolayer(tau: float, seed: int, stretch: float) -> tuple:
    """Times (tau), counts, radius of the disc (um), free surfaces and free areas."""
    simulation, times, counts = grow(CELLS, tau, seed, stretch=stretch)
    place = simulation.cells["place"]
    return times / tau, counts, extent(place), *free_fractions(place, stretch)


GROWTH = "PhysiCell 11.06 (one run, 4,883 min of tau 441.5)"
SURFACE = {95.0: "PhysiCell 0.693", 99.0: "PhysiCell 0.820"}
AREA = {95.0: "PhysiCell 0.974", 99.0: "PhysiCell 0.987"}
CHASTE_SURFACE = {95.0: "Chaste 0.625", 99.0: "Chaste 0.770"}
CHASTE_AREA = {95.0: "Chaste 0.958", 99.0: "Chaste 0.977"}
"""Thresholds of the entries: percentiles of their own monolayers of 1,000 cells (those of Chaste are not labelled)."""


def synchronous(unit: float) -> Case:
    """Fixed sizes: all cells divide together; just before the tenth division, as in the published run."""
    rows, tau = [], 5.0 * unit
    for stretch in (1.0, 1.02):
        simulation, times, counts = grow(600, tau, 0, spread=0.0, stretch=stretch, until=9.9436 * tau)
        place = simulation.cells["place"]
        surface, area = free_fractions(place, stretch)
        if stretch == 1.0:
            ninth = float(times[int(np.argmax(counts >= 512))] / tau)
            rows += [
                Row("cells", float(len(place)), 512.0, "PhysiCell 512"),
                Row("time of the ninth division (tau)", ninth, 9.0),
                Row("radius of a cell (um)", float(place[:, 3].mean()), RADIUS * np.sqrt(1.9436), "PhysiCell 6.954"),
            ]  # fmt: skip
        label = f"rest length {stretch:g} sums of radii: "
        published = STRETCHED if stretch > 1.0 else ("", "", "")
        rows += [
            Row(label + "disc radius (um)", extent(place), None, published[0]),
            Row(label + "median f", float(np.median(surface)), None, published[1]),
            Row(label + "median a", float(np.median(area)), None, published[2]),
        ]

    def draw(ax) -> None:
        from matplotlib.collections import EllipseCollection

        size = 2.0 * place[:, 3]
        discs = EllipseCollection(
            size, size, np.zeros(len(size)), units="x", offsets=place[:, :2], transOffset=ax.transData,
            array=area, cmap="viridis", alpha=0.8,
        )  # fmt: skip
        ax.add_collection(discs)
        ax.figure.colorbar(discs, ax=ax, label="free area a")
        ax.set_aspect("equal")
        ax.autoscale_view()

    return Case("512 cells in step", rows, {}, ("x (um)", "y (um)"), draw)


STRETCHED = "PhysiCell 144.3", "PhysiCell 0.146", "PhysiCell 0.865"


def inhibited_growth(unit: float) -> Case:
    """Growth with each threshold at the PhysiCell entry's 95th percentile."""
    tau, rows, curves = 5.0 * unit, [], {}
    for label, beta, gamma in (
        ("free", 0.0, 0.0),
        ("area a >= 0.970", 0.97044, 0.0),
        ("surface f >= 0.683", 0.0, 0.68266),
    ):
        simulation, times, counts = grow(500, tau, 0, beta=beta, gamma=gamma, until=60.0 * tau)
        rows.append(Row(f"{label}: time to {counts[-1]} cells (tau)", float(times[-1] / tau)))
        surface, area = free_fractions(simulation.cells["place"])
        held = float(np.mean((surface < gamma) | (area < beta)))
        rows.append(Row(f"{label}: share of cells that are inhibited", held))
        curves[label] = times / tau, counts
    return Case("Contact inhibition", rows, curves, ("time (tau)", "cells"), lambda ax: ax.set_yscale("log"))


def main() -> None:
    """Print the tables and draw the figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="folder of the figure")
    parser.add_argument("--seeds", type=int, default=5, help="monolayers with free growth")
    options = parser.parse_args()
    cases = relaxing_chains()
    unit = cases[0].rows[0].paget
    cases += [free_growth(unit, options.seeds), synchronous(unit), inhibited_growth(unit)]
    for case in cases:
        print_case(case)
    save_figure(cases, options.out / "openvt_monolayer.png")


if __name__ == "__main__":
    main()

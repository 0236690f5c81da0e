"""The same project in Paget and in PhysiCell: populations, radius, oxygen and pressure over time, and the field itself.

    python benchmarks/physicell_agreement.py SETTINGS.xml --reference pop0.csv pop1.csv pop2.csv [--every 360]
    python benchmarks/physicell_agreement.py --convergence

The first form runs a project with both schemes, as many seeds as there are references, and prints means and standard
deviations over seeds beside those of the references. A reference is a table of one PhysiCell run with the columns
time_min, total, live, apoptotic, necrotic, max_r, mean_o2_at_cells, min_o2, mean_pressure, and a row per hour.

The second form needs nothing: oxygen at the cells of a packed ball of some 1,300 cells in a box of (400 um)3, from
the splitting with ever shorter steps and from the quasi-steady solver.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd

from paget.formats.physicell import read_project
from paget.tissue.cells import APOPTOTIC, LIVE, NECROTIC
from paget.tissue.cycles import CYCLES
from paget.tissue.definition import CellType, Definition, Domain, Factor, Population, Steps
from paget.tissue.placement import BallRegion, packed
from paget.tissue.simulation import Simulation

COLUMNS = ["total", "live", "apoptotic", "necrotic", "max_r", "mean_o2_at_cells", "min_o2", "mean_pressure"]


def row_of(simulation: Simulation) -> list[float]:
    """One row of a table like the reference's."""
    cells = simulation.cells
    level = simulation.fields.level[0].reshape(-1)[cells["voxel"]]
    counts = [int((cells["model"] == model).sum()) for model in (LIVE, APOPTOTIC, NECROTIC)]
    radius = float(np.linalg.norm(cells["place"][:, :3], axis=1).max())
    return [
        cells.count,
        *counts,
        radius,
        float(level.mean()),
        float(level.min()),
        float(cells["pressure"].mean()),
    ]


def run(path: str, scheme: str, seed: int, minutes: float) -> pd.DataFrame:
    """A run of a project, a row per hour."""
    project = read_project(path, seed=seed)
    simulation = Simulation(project.definition, project.population, seed=seed, scheme=scheme)
    rows: list[list[float]] = []
    simulation.run(minutes, every=60.0, then=lambda now: rows.append(row_of(now)))
    return pd.DataFrame(rows, columns=COLUMNS, index=pd.Index(60.0 * np.arange(1, len(rows) + 1), name="min"))


def compare(path: str, references: list[str], every: float) -> None:
    """Print means and standard deviations over seeds, side by side."""
    tables = [pd.read_csv(name).set_index("time_min")[COLUMNS].loc[60.0:] for name in references]
    minutes = float(tables[0].index.max())
    sources = {"PhysiCell": tables}
    for scheme in ("physicell", "default"):
        sources[f"Paget, {scheme}"] = [run(path, scheme, seed, minutes) for seed in range(len(references))]
    for time in np.arange(every, minutes + 1.0, every):
        print(f"\n{time:.0f} min")
        table = {}
        for source, runs in sources.items():
            values = np.array([one.loc[time].to_numpy() for one in runs])
            spread = values.std(axis=0, ddof=1) if len(runs) > 1 else np.zeros(len(COLUMNS))
            table[source] = [
                f"{mean:.2f} +- {sd:.2f}" for mean, sd in zip(values.mean(axis=0), spread, strict=True)
            ]
        print(pd.DataFrame(table, index=COLUMNS).T.to_string())


def ball() -> tuple[Definition, Population]:
    """A packed ball that takes up oxygen, held at 38 mmHg at the faces."""
    takes = CellType("tumour", 0, CYCLES[5], {"oxygen uptake": 10.0})
    half = 200.0
    domain = Domain((-half,) * 3, (half,) * 3, (20.0,) * 3)
    oxygen = Factor("oxygen", 1e5, 0.1, 38.0, (38.0,) * 6, "mmHg")
    places = packed(BallRegion(np.zeros(3), 90.0), 15.0, False)
    return Definition(domain, (oxygen,), (takes,)), Population(places, np.zeros(len(places), np.int32))


def convergence() -> None:
    """Print oxygen at the cells by solver and step."""
    definition, population = ball()

    def oxygen(simulation: Simulation) -> float:
        return float(simulation.fields.level[0].reshape(-1)[simulation.cells["voxel"]].mean())

    simulation = Simulation(definition, population)
    simulation.fields.advance(simulation.cells, 0)
    print(
        f"{simulation.cells.count} cells; {simulation.fields.solver[0]}: {oxygen(simulation):.2f} mmHg at the cells"
    )
    for step in (0.01, 0.005, 0.0025, 0.00125):
        shorter = replace(definition, steps=replace(Steps(), diffusion=step))
        simulation = Simulation(shorter, population, scheme="physicell")
        simulation.fields.refresh(simulation.cells)
        simulation.fields.split(simulation.cells, round(3.0 / step))
        print(f"splitting, {step} min: {oxygen(simulation):.2f} mmHg")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("settings", nargs="?")
    parser.add_argument("--reference", nargs="+", default=[])
    parser.add_argument("--every", type=float, default=360.0, help="minutes between printed rows")
    parser.add_argument("--convergence", action="store_true")
    options = parser.parse_args()
    if options.convergence:
        convergence()
    elif options.settings and options.reference:
        compare(options.settings, options.reference, options.every)
    else:
        parser.error("give SETTINGS.xml and --reference, or --convergence")


if __name__ == "__main__":
    main()

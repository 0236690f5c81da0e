"""PerMedCoE unit tests of the cell cycle: phases of fixed length, and of Gaussian length.

G0/G1 7 h, S 6 h, G2 3 h, M 2 h, 48 h in steps of 6 min, one cell of 10 um. The volume follows the model of PhysiCell:
at the start of S the cell aims at twice its solids, and reaches its targets exponentially. The volume curve that is the
target of the benchmark fits the same model with S 8 h, G2 4 h, M 1 h after a G0/G1 of 106 min, in steps of 1 min.

Paget's phases are fixed or exponential. Gaussian lengths come from a few lines of Python (`GaussianPhases`), which
give every cell its own exit rates: what a custom module is in PhysiCell.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from comparison import QUIET, Case, Row, box, cells_at, tissue
from scipy.linalg import expm
from scipy.special import ndtri

from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import TOTAL
from paget.tissue.definition import CellType, Cycle, Definition, Phase, Population, Steps, Volume
from paget.tissue.simulation import Simulation

STEP = 6.0
LENGTHS = (420.0, 360.0, 180.0, 120.0)
"""G0/G1, S, G2, M (min)."""
SPREAD = 0.1
"""Standard deviation over mean of the Gaussian lengths."""
CODES = (("G0/G1", 4), ("S", 10), ("G2", 12), ("M", 13))
CURVE_LENGTHS = (106.0, 480.0, 240.0, 60.0)
CURVE = ((300.0, 145.8130126), (600.0, 185.9063225), (870.0, 195.9758402), (900.0, 98.24937124))
"""Some points of the target curve, PerMedCoE/observatory_benchmark: time (min), volume (% of the start)."""


def cycling(lengths: tuple[float, ...], steps: Steps) -> Definition:
    """One cell type with the four phases, all of fixed length; nothing dies, nothing touches."""
    phases = tuple(
        Phase(name, code, fixed_duration=True, divides_at_exit=name == "M", doubles_at_entry=name == "S")
        for name, code in CODES
    )
    exits = {f"exit from cycle phase {k}": 1.0 / length for k, length in enumerate(lengths)}
    kind = CellType("cell", 0, Cycle("separated", 6, phases), QUIET | exits)
    return tissue(box(3000.0, 6000.0), kind, steps=steps)


SLOW = Steps(STEP, STEP, STEP)
"""Nothing moves, so that the mechanics may take the steps of the phenotype."""


def fixed_phases() -> Case:
    """Times of division and the volume of a cell line of fixed phases."""
    simulation = Simulation(cycling(LENGTHS, SLOW), cells_at([0.0, 0.0, 0.0], radius=10.0))
    start = float(simulation.cells["volume"][0, TOTAL])
    times, volumes, divisions = [0.0], [100.0], []
    while simulation.time < 48 * 60.0:
        before = simulation.cells.count
        simulation.advance()
        first = int(np.flatnonzero(simulation.cells["identifier"] == 0)[0])
        times.append(simulation.time)
        volumes.append(100.0 * float(simulation.cells["volume"][first, TOTAL]) / start)
        if simulation.cells.count > before:
            divisions.append(simulation.time)
    exact_times = np.arange(0.0, 48 * 60.0 + 1.0, STEP)
    exact = volume_curve(exact_times, LENGTHS, 3)
    rows = [
        Row(
            "first division (h)",
            divisions[0] / 60.0,
            18.0,
            "Chaste and PhysiCell drift apart with each cycle",
        ),
        Row("second division (h)", divisions[1] / 60.0, 36.0),
        Row("cells after 48 h", float(simulation.cells.count), 4.0),
        Row("volume before the first division (%)", max(volumes[:181]), float(exact[:180].max())),
        Row(
            "largest error of the volume by Euler steps of 6 min (%)",
            float(np.abs(volumes - exact).max()),
            0.0,
        ),
        *_target_rows(),
    ]
    curves = {
        "Paget": (np.array(times) / 60.0, np.array(volumes)),
        "exact": (exact_times / 60.0, exact),
    }
    return Case("Cell cycle, fixed phases", rows, curves, ("time (h)", "volume (%)"))


def _target_rows() -> list[Row]:
    """The model of the target curve against some of its points."""
    made = cycling(CURVE_LENGTHS, Steps(1.0, 1.0, 1.0))
    simulation = Simulation(made, cells_at([0.0, 0.0, 0.0]))
    start = float(simulation.cells["volume"][0, TOTAL])
    rows = []
    for time, percent in CURVE:
        simulation.run(time)
        found = 100.0 * float(simulation.cells["volume"][0, TOTAL]) / start
        rows.append(Row(f"target curve at {time:g} min (%)", found, percent))
    return rows


def volume_curve(
    times: npt.NDArray[np.float64], lengths: tuple[float, ...], generations: int
) -> npt.NDArray[np.float64]:
    """Volume (% of the start) of one line of cells at times (min), by the matrix exponential of the volume model.

    State: fluid, nuclear solids, cytoplasmic solids, target of the nuclear solids. A division lies at the end of the
    interval before it: at its time the cell has been halved.
    """
    volume = Volume()
    f, solid = volume.fluid_fraction, (1.0 - volume.fluid_fraction)
    ratio = (volume.total - volume.nuclear) / volume.nuclear
    r_f, r_c, r_n = (
        volume.fluid_change_rate,
        volume.cytoplasmic_biomass_change_rate,
        volume.nuclear_biomass_change_rate,
    )
    rates = np.array(
        [
            [r_f * (f - 1.0), r_f * f, r_f * f, 0.0],
            [0.0, -r_n, 0.0, r_n],
            [0.0, 0.0, -r_c, r_c * ratio],
            [0.0] * 4,
        ]
    )
    nuclear = solid * 100.0 / (1.0 + ratio)
    state, now = np.array([f * 100.0, nuclear, ratio * nuclear, nuclear]), 0.0
    curve, total = np.full(len(times), np.nan), sum(lengths)
    for generation in range(generations):
        for begin, end, doubles in ((0.0, lengths[0], False), (lengths[0], total, True)):
            if doubles:
                state[3] *= 2.0
            last = generation * total + end
            inside = (times >= now - 1e-9) & (times < last - 1e-9)
            for k in np.flatnonzero(inside):
                curve[k] = (expm(rates * (times[k] - now)) @ state)[:3].sum()
            state, now = expm(rates * (end - begin)) @ state, last
        state = state * 0.5
    return curve


# ---- Gaussian phases -------------------------------------------------------------------------------------------------


class GaussianPhases:
    """Gives each new cell its own lengths of the phases, drawn from normal distributions, by its lineage."""

    own = tuple(f"exit from cycle phase {k}" for k in range(len(LENGTHS)))

    def __init__(self, lengths: tuple[float, ...], spread: float) -> None:
        self.lengths, self.spread = np.array(lengths), spread
        self.drawn = 0

    def begin(self, simulation: Simulation) -> None:
        """Draw for the first cells."""
        self.advance(simulation, 0.0)

    def advance(self, simulation: Simulation, minutes: float) -> None:
        """Draw for the cells that have come since."""
        cells = simulation.cells
        for row in np.flatnonzero(cells["identifier"] >= self.drawn):
            for k, length in enumerate(self.lengths):
                uniform = uniform_at(simulation.key, int(Purpose.PLACEMENT), k, cells["lineage"][row], 99)
                rate = 1.0 / (length * (1.0 + self.spread * ndtri(uniform)))
                column = simulation.types.column[simulation.vocabulary.behaviour.exit + k]
                cells["columns"][row, column] = rate
        self.drawn = cells.next_identifier


def gaussian_phases(count: int = 2000) -> Case:
    """Times of the first division of many cells with Gaussian phases: mean 18 h, SD 10 % of each phase."""
    side = math.ceil(count ** (1 / 3))
    line = (np.arange(side) - side / 2) * 100.0
    places = np.stack(np.meshgrid(line, line, line), axis=-1).reshape(-1, 3)[:count]
    biology = GaussianPhases(LENGTHS, SPREAD)
    simulation = Simulation(
        cycling(LENGTHS, SLOW), Population(places, np.zeros(count, np.int32)), biology=biology
    )
    times: list[float] = []
    while simulation.time < 25 * 60.0:
        simulation.advance()
        divided = int((simulation.cells["divisions"][simulation.cells["identifier"] < count] > 0).sum())
        times += [simulation.time] * (divided - len(times))
    hours = np.array(times) / 60.0
    spread = SPREAD * math.hypot(*LENGTHS) / 60.0
    rows = [
        Row("mean time to division (h)", float(hours.mean()), 18.0),
        Row("SD of it (h)", float(hours.std(ddof=1)), spread, "larger in PhysiCell than in Chaste (plots)"),
        Row("cells that divided within 25 h", float(len(hours)), float(count)),
    ]

    def draw(ax) -> None:
        grid = np.linspace(14.0, 22.0, 200)
        density = np.exp(-0.5 * ((grid - 18.0) / spread) ** 2) / (spread * math.sqrt(2.0 * math.pi))
        ax.hist(hours, bins=np.arange(14.05, 22.1, 0.3), density=True, color="#56b4e9", label="Paget")
        ax.plot(grid, density, color="black", lw=0.9, ls="--", label="exact")
        ax.legend()

    return Case("Cell cycle, Gaussian phases", rows, {}, ("time to division (h)", "density"), draw)

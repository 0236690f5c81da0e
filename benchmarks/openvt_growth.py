"""The growth law of OpenVT's monolayer, which the engine does not have: linear growth of the area, division at a size.

    A(t) = A_b (1 + c / tau),   divides when A >= X A_ref,   X ~ N(2, 0.4^2) drawn at birth,   halves of the area

A_b area at birth, c time in the cycle (it stands still while the cell is inhibited), tau duration of the cycle, A_ref
area of a cell of reference radius. Source: the PhysiCell entry (rheiland/OpenVT_monolayer_PhysiCell, custom_modules).

`AreaGrowth` is what a custom module is in PhysiCell: before each phenotype step it sets the volume of every cell from
its area, and sends those that are due through the exit of their only phase. What it knows of a cell stands in custom
columns of the cell, so that checkpoints need nothing further.

Free fractions of a cell of radius r_i, summed over the cells j that overlap with it at distance d:

    phi = (d^2 - r_j^2 + r_i^2) / (2 d r_i)
    surface f = 1 - 1/pi sum sqrt(1 - phi^2),   area a = 1 - 1/pi sum (arccos phi - phi sqrt(1 - phi^2))

each at least 0. Growth is inhibited where f < gamma or a < beta.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from comparison import INERT, RESTING
from scipy.spatial import cKDTree
from scipy.special import ndtri

from paget.keyed_random import Purpose, uniform_at
from paget.tissue.definition import CellType, Definition, Domain, Population, Steps, Volume
from paget.tissue.simulation import Simulation

RADIUS = 5.0
"""Reference radius (um); also that of a cell at birth, on average."""
REFERENCE = np.pi * RADIUS**2
SPHERE = 4.0 / 3.0 * np.pi * RADIUS**3
REPULSION = 10.0
"""Strength of the quadratic repulsion (um/min); there is no adhesion."""
MEAN, SPREAD = 2.0, 0.4
"""Of the size X at division, in reference areas."""
AT_ONCE = 1e9
"""Rate of a division that is due (1/min)."""
DRAW = 7
"""Answer of the question DIVISION that gives X; the division itself uses 0 to 2."""
OWN = ("custom:area", "custom:area at birth", "custom:clock", "custom:size", "custom:birth")
EXIT = "exit from cycle phase 0"


def monolayer(half: float, phenotype: float = 1.0) -> Definition:
    """Repelling cells in a square of the given half width (um); volumes change by `AreaGrowth` only."""
    still = Volume(SPHERE, 0.75, 392.0, 0.0, 0.0, 0.0)
    kind = CellType(
        "cell", 0, replace(RESTING, phases=(replace(RESTING.phases[0], doubles_at_entry=False),)),
        {"cell-cell repulsion": REPULSION, "cell-cell adhesion": 0.0, "relative maximum adhesion distance": 1.0},
        volume=still,
    )  # fmt: skip
    return Definition(
        Domain((-half, -half, -10.0), (half, half, 10.0), (20.0,) * 3, two_dimensional=True), (INERT,), (kind,),
        custom={name.removeprefix("custom:"): name == "custom:area" for name in OWN},
        steps=Steps(0.01, 0.1, phenotype), walls=False, springs=False,
    )  # fmt: skip


class AreaGrowth:
    """Linear growth of the area, division at a size, contact inhibition below thresholds."""

    own = (*OWN, EXIT)

    def __init__(
        self,
        duration: float,
        *,
        spread: float = SPREAD,
        beta: float = 0.0,
        gamma: float = 0.0,
        stretch: float = 1.0,
    ) -> None:
        """`duration`: tau (min); `beta`, `gamma`: least free area and surface with which a cell grows; `stretch`: how
        much larger cells are for the forces than by their area."""
        self.duration, self.spread, self.beta, self.gamma = duration, spread, beta, gamma
        self.stretch = stretch

    def begin(self, simulation: Simulation) -> None:
        """Cells at the start are new-born with twice the reference size before them."""
        columns = self._columns(simulation)
        columns["custom:area"][:] = REFERENCE
        columns["custom:birth"][:] = -1.0

    def advance(self, simulation: Simulation, minutes: float) -> None:
        """Grow all cells by so many minutes, and let those divide that are large enough."""
        columns, cells = self._columns(simulation), simulation.cells
        self._welcome(simulation, columns)
        grows = np.ones(cells.count, dtype=bool)
        if self.beta > 0.0 or self.gamma > 0.0:
            surface, area = free_fractions(cells["place"], self.stretch)
            grows = (surface >= self.gamma) & (area >= self.beta)
        columns["custom:clock"][grows] += minutes
        size = columns["custom:area at birth"] * (1.0 + columns["custom:clock"] / self.duration)
        due = size >= columns["custom:size"] * REFERENCE
        columns["custom:area"][:] = size
        columns[EXIT][:] = np.where(due, AT_ONCE, 0.0)
        # a division halves the volume, not the area: what divides now gets twice the volume of its daughters
        area = np.where(due, size / 2.0, size)
        self._resize(
            simulation, SPHERE * self.stretch**3 * (area / REFERENCE) ** 1.5 * np.where(due, 2.0, 1.0)
        )

    def _welcome(self, simulation: Simulation, columns: Mapping[str, npt.NDArray]) -> None:
        """Start the clock of new-born cells and draw the size at which they divide."""
        cells = simulation.cells
        birth = (
            cells["identifier"] * 1000.0 + cells["divisions"]
        )  # another one for each daughter, the mother too
        new = np.flatnonzero(columns["custom:birth"] != birth)
        columns["custom:birth"][new] = birth[new]
        columns["custom:clock"][new] = 0.0
        columns["custom:area at birth"][new] = columns["custom:area"][new]
        for row in new:
            born = int(cells["divisions"][row])
            uniform = uniform_at(simulation.key, int(Purpose.DIVISION), born, cells["lineage"][row], DRAW)
            first = cells.count == 1
            columns["custom:size"][row] = MEAN if first else max(MEAN + self.spread * ndtri(uniform), 0.0)

    @staticmethod
    def _resize(simulation: Simulation, volume: npt.NDArray[np.float64]) -> None:
        cells = simulation.cells
        cells["volume"][:] *= (volume / cells["volume"][:, 0])[:, None]
        cells["place"][:, 3] = np.cbrt(cells["volume"][:, 0] * 3.0 / (4.0 * np.pi))

    @staticmethod
    def _columns(simulation: Simulation) -> dict[str, npt.NDArray]:
        """The columns of the cells by name: views, writing changes the cells."""
        number, column = simulation.vocabulary.behaviour_number, simulation.types.column
        columns = simulation.cells["columns"]
        return {name: columns[:, column[number(name)]] for name in AreaGrowth.own}

    def copy(self) -> AreaGrowth:
        """Itself: it has no state."""
        return self

    def state(self) -> dict[str, npt.NDArray]:
        """No state: all stands in the cells."""
        return {}

    def restore(self, simulation: Simulation, state: Mapping[str, npt.NDArray]) -> None:
        """Nothing to take over."""


def free_fractions(place: npt.NDArray[np.float64], stretch: float = 1.0) -> tuple[npt.NDArray, npt.NDArray]:
    """Free surface and free area of cells with x, y, z and `stretch` times the radius in `place`, shape (n, 4)."""
    radius = place[:, 3] / stretch
    surface, area = np.ones(len(place)), np.ones(len(place))
    pairs = cKDTree(place[:, :2]).query_pairs(2.0 * float(radius.max()), output_type="ndarray")
    for i, j in (pairs.T, pairs.T[::-1]) if len(pairs) else ():
        distance = np.linalg.norm(place[i, :2] - place[j, :2], axis=1)
        ri, rj = radius[i], radius[j]
        phi = np.where(distance < ri + rj, (distance**2 - rj**2 + ri**2) / (2.0 * distance * ri), 1.0)
        phi = np.clip(phi, -1.0, 1.0)
        chord = np.sqrt(1.0 - phi**2)
        np.subtract.at(surface, i, chord / np.pi)
        np.subtract.at(area, i, (np.arccos(phi) - phi * chord) / np.pi)
    return np.maximum(surface, 0.0), np.maximum(area, 0.0)


def grow(
    cells: int,
    duration: float,
    seed: int,
    *,
    until: float = np.inf,
    **law: float,
) -> tuple[Simulation, npt.NDArray, npt.NDArray]:
    """Grow a monolayer from one cell to so many cells: the tissue, times (min) and numbers of cells.

    `law`: the options of `AreaGrowth`.
    """
    half = 3.0 * RADIUS * np.sqrt(cells) + 50.0
    population = Population(np.zeros((1, 3)), np.zeros(1, dtype=np.int32), np.array([SPHERE]))
    simulation = Simulation(
        monolayer(half), population, seed=seed, threads=1,
        biology=AreaGrowth(duration, **law),
    )  # fmt: skip
    times, counts = [0.0], [1]

    def note(now: Simulation) -> None:
        times.append(now.time)
        counts.append(now.cells.count)

    end = min(until, 100.0 * duration)
    simulation.run(end, every=1.0, then=note, stop_when=lambda now: now.cells.count >= cells)
    note(simulation)
    return simulation, np.array(times), np.array(counts)


def independent_times(
    cells: int, runs: int, seed: int = 0, spread: float = SPREAD
) -> npt.NDArray[np.float64]:
    """Times (tau) at which the same branching process without mechanics has so many cells, shape (runs,).

    A cell born with area A_b divides after X / A_b - 1 durations, at once if that is negative.
    """
    random = np.random.default_rng(seed)
    found = np.empty(runs)
    for run in range(runs):
        ends, births = np.array([1.0]), np.array([1.0])  # next division and area at division over A_ref, / 2
        count = 1
        while count < cells:
            k = int(np.argmin(ends))
            now, born = ends[k], births[k]
            sizes = np.maximum(random.normal(MEAN, spread, 2), 0.0)
            waits = np.maximum(sizes / born - 1.0, 0.0)
            areas = np.maximum(sizes, born) / 2.0
            ends[k], births[k] = now + waits[0], areas[0]
            ends, births = np.append(ends, now + waits[1]), np.append(births, areas[1])
            count += 1
        found[run] = now
    return found

"""Recruitment: cells that enter a tissue from blood, or come up in it.

A volume V of tissue, its living cells over the density of cells in the tumour, gains b V cells of a type per day, with
b the behaviour `recruitment` of that type. Leukocytes enter at a vessel, each as likely as any other; without a vessel
none comes. Cells of the stroma come up beside any living cell. What the newcomer would sense there (levels, receptors,
cytotoxic drugs, and the vessels of the tissue as a whole) decides b: newcomers are drawn at the largest b and kept with
probability b over that, so that the mean is that of b over all places. Their number is Poisson, as in the host engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel
from paget.keyed_random import Purpose, new_generator, poisson, seek, uniform_at
from paget.pharmacology.occupancy import held_share
from paget.rules.rule_table import WORKSPACE, mean_over_contacts
from paget.rules.tables import HOST_SIDE
from paget.tissue.cells import ABSENT, DEAD, TOTAL
from paget.tissue.definition import Population
from paget.tissue.laws import radius_of
from paget.tissue.motion import direction_at
from paget.tissue.population import place_population
from paget.tissue.receptors import Receptors

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation

_RECRUITMENT = int(Purpose.RECRUITMENT)
_NEWCOMER = np.uint64(1) << np.uint64(63)
"""Added to the number of a newcomer: its random numbers are not those that draw how many come."""


class Recruited(NamedTuple):
    """A cell type that is recruited."""

    kind: int
    place: int
    """Number of its behaviour `recruitment` in the tables of the model (cells per mm3 and day)."""
    from_blood: bool


class Recruitment:
    """Newcomers of all types."""

    def __init__(
        self, types: tuple[Recruited, ...], cell_density: float, vessels: int, reference: float = 1.5e3
    ) -> None:
        """`cell_density`: cells per mm3 of tissue; `vessels`: number of the cell type of vessels, -1 without;
        `reference`: cells of vessels per mm3 at a vessel density of 1."""
        self.types, self.cell_density, self.vessels, self.reference = types, cell_density, vessels, reference

    def advance(
        self, simulation: Simulation, tables: Any, now: Any, receptors: Receptors, minutes: float
    ) -> int:
        """Let newcomers of so many minutes in; returns how many. `tables`, `now`: those of the treatment."""
        cells = simulation.cells
        living = np.flatnonzero(cells["flags"] & (ABSENT | DEAD) == 0)
        vessels = living[cells["kind"][living] == self.vessels]
        signals = np.zeros(_signals(tables))
        signals[int(tables["signal"]["vessel_density"])] = self._vessel_density(vessels.size, living.size)
        cell_days = living.size / self.cell_density * minutes / 1440.0
        places, kinds = [], []
        for recruited in self.types:
            sites = vessels if recruited.from_blood else living
            largest = float(
                tables["rules"]["maximum"][recruited.place] * now["modification"][recruited.place]
            )
            if not sites.size or largest <= 0.0:
                continue
            generator = new_generator()
            seek(generator, simulation.key, _RECRUITMENT, simulation.tick, recruited.kind)
            found = np.empty((poisson(generator, largest * cell_days), 3))
            kept = self._place(simulation, tables, now, receptors, recruited, sites, signals, found)
            places.append(found[:kept])
            kinds.append(np.full(kept, recruited.kind, dtype=np.int32))
        if not places or not sum(map(len, kinds)):
            return 0
        place_population(
            simulation.compiled, cells, Population(np.concatenate(places), np.concatenate(kinds))
        )
        simulation.mechanics.neighbours.invalidate()
        return sum(map(len, kinds))

    def _vessel_density(self, vessels: int, living: int) -> float:
        """Cells of vessels per volume of tissue, relative to the reference; 1 where no cell type is that of vessels."""
        if self.vessels < 0 or not living:
            return 1.0
        return vessels / (living / self.cell_density) / self.reference

    def _place(
        self,
        simulation: Simulation,
        tables: Any,
        now: Any,
        receptors: Receptors,
        recruited: Recruited,
        sites: npt.NDArray[np.int64],
        signals: npt.NDArray[np.float64],
        found: npt.NDArray[np.float64],
    ) -> int:
        domain = simulation.definition.domain
        radius = radius_of(float(simulation.types.volume[recruited.kind, TOTAL]))
        cells = simulation.cells
        kept = place_newcomers(
            cells["place"][sites], cells["voxel"][sites], simulation.fields.level, tables, now, receptors,
            recruited.kind, recruited.place, radius, np.array(domain.low, dtype=np.float64),
            np.array(domain.high, dtype=np.float64), domain.two_dimensional,
            simulation.key, simulation.tick, signals.copy(), np.zeros(WORKSPACE), found,
        )  # fmt: skip
        return int(kept)


def _signals(tables: Any) -> int:
    """Length of the vector of signals that the rules of the tables read."""
    return int(tables["signal"]["cytotoxic_exposure"]) + 1


@kernel
def place_newcomers(
    site,
    voxel,
    level,
    tables,
    now,
    receptors,
    kind,
    place,
    radius,
    low,
    high,
    flat,
    key,
    tick,
    signals,
    averages,
    found,
):
    """Draw a site for each row of `found`, shape (n, 3); keep some, and write where they are (um).

    `site`: x, y, z and radius of the cells at which newcomers may come up, shape (s, 4); `voxel`: their voxels;
    `place`: number of the recruitment in the tables; `signals`: a workspace, zero but for what all newcomers
    sense; `averages`: one of shape WORKSPACE. Returns how many are kept; they stand first.
    """
    kept = 0
    largest = tables.rules.maximum[place]
    for number in range(found.shape[0]):
        lineage = _NEWCOMER | np.uint64(kind) << np.uint64(40) | np.uint64(number)
        chosen = int(uniform_at(key, _RECRUITMENT, tick, lineage, 0) * site.shape[0])
        _fill_signals(tables, now, receptors, level, kind, voxel[chosen], signals)
        chance = mean_over_contacts(tables.rules, place, signals, averages) / largest
        if uniform_at(key, _RECRUITMENT, tick, lineage, 1) >= chance:
            continue
        way = direction_at(key, _RECRUITMENT, tick, lineage, 2, flat)
        reach = site[chosen, 3] + radius
        for axis in range(3):
            found[kept, axis] = min(max(site[chosen, axis] + reach * way[axis], low[axis]), high[axis])
        kept += 1
    return kept


@kernel
def _fill_signals(tables, now, receptors, level, kind, voxel, signals):
    """What a newcomer senses in a voxel: levels, activities, cytotoxic drugs; nothing of contacts and pressure."""
    nx, ny = level.shape[3], level.shape[2]
    x, y, z = voxel % nx, (voxel // nx) % ny, voxel // (nx * ny)
    factors, count = receptors.affinity.shape[1], receptors.affinity.shape[0]
    signals[tables.signal.cytotoxic_exposure] = now.cytotoxic[0]
    for factor in range(factors):
        signals[factor] = level[factor, z, y, x]
    for r in range(count):
        load = 0.0
        for factor in range(factors):
            load += level[factor, z, y, x] / receptors.affinity[r, factor]
        share = held_share(load, now.antagonism[r, HOST_SIDE])
        signals[tables.signal.activity + kind * count + r] = receptors.expression[kind, r] * share

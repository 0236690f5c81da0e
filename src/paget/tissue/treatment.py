"""Drugs in a tissue: doses into the plasma of the body that it belongs to, and damage of cycling cells.

What is in plasma and what it does (`paget.pharmacology.plasma`) is the host engine's own text. Drugs are well mixed
over the tissue: capture of ligand, antagonism, depletion and modified behaviours are the same everywhere. What a cell
makes of a cytotoxic drug is its own: its drug sensitivity scales the exposure that it feels, and

    cycling -> damaged    at the damage rate of that exposure,
    damaged -> dead       at `death of damaged cells`, on top of the common death,
    damaged -> quiescent  at `repair of damage` (the exit of the third phase of its cycle).

These are the stages of the host engine with the same rates; a damaged cell gives up the growth that it had begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel
from paget.keyed_random import Purpose, uniform_at
from paget.pharmacology import plasma
from paget.pharmacology.plasma import Plasma, damage_rate
from paget.rules.records import dtype_of
from paget.tissue.cells import ABSENT, APOPTOTIC, TARGET_NUCLEAR_SOLID, Cells
from paget.tissue.death import die
from paget.tissue.laws import behaviour_of, event_chance, is_dead
from paget.tissue.tables import TypeTable

QUIESCENT, CYCLING, DAMAGED = 0, 1, 2
"""Phases of the cycle of a tumour cell."""

MINUTES_PER_DAY = 1440.0

_DRUG_DAMAGE = int(Purpose.DRUG_DAMAGE)


@dataclass(frozen=True)
class Dose:
    """One dose, by the numbers of drug and route in the tables of the model."""

    minute: float
    """When; it is given at the phenotype step nearest to that time."""
    drug: int
    route: int
    amount: float
    """(mg/kg)"""


class Treatment:
    """The drugs of a model in plasma, and their effects during the present phenotype step."""

    def __init__(self, tables: Any, axes: Mapping[str, int], doses: Sequence[Dose] = ()) -> None:
        """`tables`: record of `paget.rules.tables.Tables` (units of a day); `axes`: its capacities."""
        self.tables = tables
        self.doses = tuple(sorted(doses, key=lambda dose: dose.minute))
        self.given = 0
        """Doses given so far."""
        self._record = np.zeros(1, dtype=dtype_of(Plasma, axes))
        plasma.fill_plasma(tables, self.now)
        plasma.fill_kinetics(tables["drugs"], self.now["kinetics"])

    @property
    def now(self) -> Any:
        """The record of `Plasma`."""
        return self._record[0]

    def advance(self, time: float, minutes: float) -> None:
        """Go through the phenotype step of so many minutes that begins at `time` (min)."""
        state, days = self.now, minutes / MINUTES_PER_DAY
        while self.given < len(self.doses) and self.doses[self.given].minute < time + 0.5 * minutes:
            dose = self.doses[self.given]
            plasma.give(self.tables, state, dose.drug, dose.route, dose.amount)
            self.given += 1
        for drug in range(int(self.tables["count"]["drugs"])):
            plasma.advance_drug(self.tables, state, drug, days)
        plasma.bind_ligands(self.tables, state, days)
        plasma.set_effects(self.tables, state)

    def damages(self) -> bool:
        """Whether cells feel a drug that damages them."""
        return bool((self.now["exposure"] * self.tables["drugs"]["damage_rate"][:, None]).any())

    def copy(self) -> Treatment:
        """An equal one that goes its own way."""
        other = Treatment.__new__(Treatment)
        other.tables, other.doses, other.given = self.tables, self.doses, self.given
        other._record = self._record.copy()
        return other

    def state(self) -> dict[str, npt.NDArray]:
        """What changes, as plain arrays."""
        return {"plasma": np.frombuffer(self._record.tobytes(), np.uint8), "given": np.array(self.given)}

    def restore(self, state: Mapping[str, npt.NDArray]) -> None:
        """Take over a state of the same model."""
        self._record = np.frombuffer(state["plasma"].tobytes(), self._record.dtype).copy()
        self.given = int(state["given"])


class Mortals(NamedTuple):
    """The arrays of the cells (`CellArrays`) that damage and death read and write."""

    kind: npt.NDArray
    flags: npt.NDArray
    model: npt.NDArray
    phase: npt.NDArray
    elapsed: npt.NDArray
    volume: npt.NDArray
    lineage: npt.NDArray
    columns: npt.NDArray
    motility: npt.NDArray


class Deaths(NamedTuple):
    """The arrays of the cell types (`TypeTable`) that they read."""

    base: npt.NDArray
    column: npt.NDArray
    death: npt.NDArray


def mortals_of(cells: Cells) -> Mortals:
    """The cells as `damage_cells` sees them; valid until cells are added."""
    return Mortals(*(cells.arrays[name] for name in Mortals._fields))


def deaths_of(types: TypeTable) -> Deaths:
    """The cell types as `damage_cells` sees them."""
    return Deaths(types.base, types.column, types.death)


@kernel
def damage_cells(cells, types, b, sensitivity, lethal, kind, tables, state, key, tick, step, linear, count):
    """Damage cycling cells of one type (`kind`), and let damaged ones die, over a step (min).

    `cells`: Mortals; `types`: Deaths; `sensitivity`, `lethal`: numbers of the behaviours `drug sensitivity` and `death
    of damaged cells` (1/min); `tables`, `state`: the drugs of the model, and where they are.
    """
    for i in range(count):
        if cells.flags[i] & ABSENT or cells.kind[i] != kind or is_dead(cells, i):
            continue
        if cells.phase[i] == CYCLING:
            felt = behaviour_of(cells, types, i, sensitivity)
            rate = damage_rate(tables, state, felt) / MINUTES_PER_DAY
            chance = event_chance(rate, step, linear)
            if rate > 0.0 and uniform_at(key, _DRUG_DAMAGE, tick, cells.lineage[i], 0) < chance:
                cells.phase[i] = DAMAGED
                cells.elapsed[i] = 0.0
                cells.volume[i, TARGET_NUCLEAR_SOLID] *= 0.5
        elif cells.phase[i] == DAMAGED:
            rate = behaviour_of(cells, types, i, lethal)
            chance = event_chance(rate, step, linear)
            if rate > 0.0 and uniform_at(key, _DRUG_DAMAGE, tick, cells.lineage[i], 1) < chance:
                die(cells, types, b, i, APOPTOTIC)

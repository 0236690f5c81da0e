"""Paget's biology in a tissue: receptors, drugs, damage, recruitment. What `Simulation` takes as `biology`.

Before each phenotype step: drugs advance, and what they do to all cells of a type is written into bases and limits;
newcomers enter; receptors read the levels; cells that feel a cytotoxic drug are damaged. The rules of the cells then
do the rest.

A drug that multiplies a behaviour by m, and one that adds a to a death rate, change its base b and its limits in the
same way (m b + a): the response is linear in these three, so that the value is m times the value without drug, plus a.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from paget.compiled import thread_count
from paget.tissue.receptors import Receptors, carriers_of, sense_receptors
from paget.tissue.recruitment import Recruitment
from paget.tissue.tables import RuleArrays
from paget.tissue.treatment import (
    DAMAGED,
    MINUTES_PER_DAY,
    Treatment,
    damage_cells,
    deaths_of,
    mortals_of,
)

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation


@dataclass(frozen=True)
class Links:
    """Where the parts of a model stand in a tissue. n behaviours, F factors."""

    place: npt.NDArray[np.int64]
    """Numbers of behaviours in the tables of the model, shape (n,)."""
    kind: npt.NDArray[np.int64]
    """Numbers of their cell types, the same in the tables and in the tissue; shape (n,)."""
    behaviour: tuple[str, ...]
    """Their names in the tissue."""
    decay: npt.NDArray[np.float64]
    """Decay of the factors without drug (1/min), shape (F,); the first F factors of the tissue."""
    tumour: int
    """Number of the cell type that is damaged by drugs."""
    vessels: int
    """Number of the cell type that exchanges factors with plasma, -1 where there is none."""


class ModelBiology:
    """Receptors and drugs of a model of Paget, in one tissue."""

    def __init__(
        self,
        receptors: Receptors,
        treatment: Treatment,
        recruitment: Recruitment | None,
        links: Links,
        own: tuple[str, ...],
    ) -> None:
        """`recruitment`: None where no cell enters; `own`: behaviours that need a column, the uptake of each ligand."""
        self.receptors, self.treatment, self.recruitment = receptors, treatment, recruitment
        self.links, self.own = links, own
        self._bases: _Bases | None = None

    def begin(self, simulation: Simulation) -> None:
        """Fill activities and uptakes at the first levels."""
        self._bases = _Bases.of(simulation, self.links)
        self._adjust(simulation)
        self._sense(simulation)

    def advance(self, simulation: Simulation, minutes: float) -> None:
        """Bring drugs, bases, receptors and damage to the phenotype step of so many minutes that is due."""
        if self.treatment.doses:
            self.treatment.advance(simulation.time, minutes)
            self._adjust(simulation)
        if self.recruitment is not None:
            tables, now = self.treatment.tables, self.treatment.now
            self.recruitment.advance(simulation, tables, now, self._apparent(), minutes)
        self._sense(simulation)
        self._damage(simulation, minutes)

    def copy(self) -> ModelBiology:
        """A copy for a branch."""
        return ModelBiology(self.receptors, self.treatment.copy(), self.recruitment, self.links, self.own)

    def state(self) -> dict[str, npt.NDArray]:
        """What changes: the drugs. Activities and uptakes stand in the cells."""
        return self.treatment.state()

    def restore(self, simulation: Simulation, state: Mapping[str, npt.NDArray]) -> None:
        """Take over the state of a checkpoint."""
        self._bases = _Bases.of(simulation, self.links)
        self.treatment.restore(state)
        self._adjust(simulation)

    def _adjust(self, simulation: Simulation) -> None:
        """Write the effects of drugs that are the same for all cells of a type."""
        now, links, bases = self.treatment.now, self.links, self._bases
        assert bases is not None
        added = np.where(bases.dies, now["depletion"][links.kind] / MINUTES_PER_DAY, 0.0)
        bases.write(simulation, now["modification"][links.place], added)
        factors = len(links.decay)
        simulation.fields.decay[:factors] = links.decay + now["capture"][:factors] / MINUTES_PER_DAY
        if links.vessels >= 0:
            first = simulation.vocabulary.behaviour.secretion_target
            simulation.types.base[links.vessels, first : first + factors] = now["plasma_free"][:factors]

    def _sense(self, simulation: Simulation) -> None:
        cells = simulation.cells
        if cells.has("activity"):
            with thread_count(simulation.threads):
                sense_receptors(
                    carriers_of(cells), self._uptake(simulation), self._apparent(),
                    self.treatment.now["antagonism"], simulation.fields.level, cells.count,
                )  # fmt: skip

    def _apparent(self) -> Receptors:
        """The receptors at the constants that ligands under an inhibitor seem to have."""
        factors = self.receptors.affinity.shape[1]
        inhibition = self.treatment.now["inhibition"][:factors]
        return self.receptors._replace(affinity=self.receptors.affinity * (1.0 + inhibition))

    def _uptake(self, simulation: Simulation) -> npt.NDArray[np.int32]:
        first = simulation.vocabulary.behaviour.uptake
        return simulation.types.column[first : first + len(self.links.decay)]

    def _damage(self, simulation: Simulation, minutes: float) -> None:
        cells, tumour = simulation.cells, self.links.tumour
        damaged = (cells["phase"] == DAMAGED) & (cells["kind"] == tumour)
        if self.treatment.damages() or damaged.any():
            names = simulation.vocabulary
            damage_cells(
                mortals_of(cells), deaths_of(simulation.types), names.behaviour,
                names.behaviour_number("custom:drug sensitivity"),
                names.behaviour_number("custom:death of damaged cells"),
                tumour, self.treatment.tables, self.treatment.now,
                simulation.key, simulation.tick, minutes, simulation.linear, cells.count,
            )  # fmt: skip


@dataclass
class _Bases:
    """Bases and limits of the linked behaviours without drug, and the rows of the rules in which they stand."""

    kind: npt.NDArray[np.int64]
    """Numbers of the cell types, shape (n,)."""
    number: npt.NDArray[np.int64]
    """Numbers of the behaviours in the tissue, shape (n,)."""
    dies: npt.NDArray[np.bool_]
    """Whether a behaviour is the death that depletion adds to, shape (n,)."""
    base: npt.NDArray[np.float64]
    """Base in the table of types, shape (n,)."""
    row: npt.NDArray[np.int64]
    """Row of the rules, -1 where no rule writes the behaviour; shape (n,)."""
    limits: npt.NDArray[np.float64]
    """Base, minimum and maximum in that row, shape (3, n)."""

    @classmethod
    def of(cls, simulation: Simulation, links: Links) -> _Bases:
        names, rules = simulation.vocabulary, simulation.rules
        number = np.array([names.behaviour_number(name) for name in links.behaviour], dtype=np.int64)
        found = {}
        for kind in range(len(rules.first_ruled) - 1):
            for place in range(rules.first_ruled[kind], rules.first_ruled[kind + 1]):
                found[kind, simulation.compiled.columns[rules.column[place]]] = place
        row = np.array([found.get((int(k), int(n)), -1) for k, n in zip(links.kind, number, strict=True)])
        return cls(
            kind=links.kind,
            number=number,
            dies=number == names.behaviour.apoptosis,
            base=simulation.types.base[links.kind, number].copy(),
            row=row,
            limits=np.array([np.append(limit, np.nan)[row] for limit in _limits(rules)]),
        )

    def write(self, simulation: Simulation, fold: npt.NDArray, added: npt.NDArray) -> None:
        """Set bases and limits to `fold` times those without drug plus `added`, shapes (n,)."""
        simulation.types.base[self.kind, self.number] = fold * self.base + added
        ruled = self.row >= 0
        for limit, without in zip(_limits(simulation.rules), self.limits, strict=True):
            limit[self.row[ruled]] = (fold * without + added)[ruled]


def _limits(rules: RuleArrays) -> tuple[npt.NDArray, npt.NDArray, npt.NDArray]:
    return rules.base, rules.minimum, rules.maximum

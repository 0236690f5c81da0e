"""What neighbouring cells do to each other: phagocytosis, fusion, killing, attack, springs.

In parallel, each live cell asks the clocks of `contacts` whether, when and to which neighbour it does each act within
the step, at most one of each: it proposes. Then `paget.tissue.resolution` goes through all proposals in the order of
their times, and carries out what is still possible. A proposal depends on the cells at the start of the step only, so
neither threads nor the order of cells in memory change what happens.

    phagocytose TYPE, apoptotic, necrotic, other dead cell    rate (1/min) per neighbour; the neighbour is taken in
    fuse to TYPE        rate per neighbour; two cells become one with all their nuclei
    kill TYPE           rate per neighbour; the neighbour enters apoptosis
    attack TYPE         rate of starting, times the neighbour's immunogenicity to the attacker's type. A spring ties the
                        two; the target's damage grows at the attack damage rate; the attack ends at the rate
                        1/(attack duration), or when one of the two is dead or gone

As in PhysiCell 1.14 (`standard_cell_cell_interactions`), except that there the first neighbour in memory is chosen, the
first rival in memory wins, and `kill` does not exist.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.tissue.acts import propose_all
from paget.tissue.attachments import cut, row_index, tie_pairs
from paget.tissue.cells import NOBODY, Cells
from paget.tissue.compile import Compiled
from paget.tissue.contacts import ATTACK, EAT, FUSE, KILL, Moment, Touching, collect, in_order, room_for
from paget.tissue.definition import Definition
from paget.tissue.resolution import carry_out, deliver_attacks
from paget.tissue.springs import propose_all_joining, propose_all_parting, tend_all
from paget.tissue.tables import Bases, TypeTable
from paget.tissue.vocabulary import BehaviourIndex


class Interactions:
    """What neighbours do in one model. It holds no state of the tissue, only room to work in."""

    def __init__(self, definition: Definition, compiled: Compiled) -> None:
        """Find out which interactions the model has at all: the others cost nothing.

        A rate that is 0 here for all types, and has no column in the cells, stays without effect for good.
        """
        types, behaviour = compiled.types, compiled.vocabulary.behaviour
        self.types, self.bases, self.behaviour = types, Bases(types.base, types.column), behaviour
        kinds = range(len(types.base))
        dead = [behaviour.eat_apoptotic, behaviour.eat_necrotic, behaviour.eat_other]
        acts = {
            EAT: dead + [behaviour.eat + kind for kind in kinds],
            FUSE: [behaviour.fuse + kind for kind in kinds],
            KILL: [behaviour.kill + kind for kind in kinds],
            ATTACK: [behaviour.attack + kind for kind in kinds],
        }
        self.does = np.stack([_ever(types, acts[act]) for act in range(4)], axis=1).astype(np.uint8)
        """1 where a cell type may do an act, shape (K, 4)."""
        self.conserved = _conserved_columns(definition, types, behaviour)
        attaches = definition.springs and bool(_ever(types, [behaviour.attachment]).any())
        self.attaches, self.pulls = attaches, definition.springs and (attaches or self._may(ATTACK))
        self.detaches = bool(_ever(types, [behaviour.detachment]).any())
        self._found = room_for(32)
        self._rows = np.zeros(0, np.int32)

    def _may(self, act: int) -> bool:
        return bool(self.does[:, act].any())

    @property
    def needs(self) -> dict[str, int]:
        """Optional arrays that `Cells` must have for these interactions, and their width (0: one number a cell)."""
        needs: dict[str, int] = {}
        if self._may(ATTACK):
            needs |= {"target": 0, "attack": 2, "damage": 0}
        if self._may(ATTACK) or self.attaches:
            needs["springs"] = 6 if self.attaches else 2
        if self._may(FUSE):
            needs["nuclei"] = 0
        return needs

    def springs_step(
        self,
        cells: Cells,
        start: npt.NDArray[np.int32],
        neighbour: npt.NDArray[np.int32],
        tick: int,
        dt: float,
        key: np.uint64,
        linear: bool,
    ) -> None:
        """Springs break, form and pull: adds to `cells.velocity` (um/min).

        `start` (C + 1,) and `neighbour`: each cell's neighbours, a superset of those in contact, both ways; `dt` (min);
        `linear`: see `laws.event_chance`.
        """
        if not cells.has("springs"):
            return
        moment = Moment(np.uint64(key), int(tick), float(dt), linear)
        rows = self._rows = row_index(cells, self._rows)
        if self.pulls and self.detaches:
            self._part(cells, rows, moment)
        if self.attaches:
            self._join(cells, start, neighbour, moment)
        tend_all(cells.part(Touching), self.bases, self.behaviour, rows, cells.count, self.pulls)

    def _part(self, cells: Cells, rows: npt.NDArray[np.int32], moment: Moment) -> None:
        view = cells.part(Touching)
        found = self._found = collect(
            lambda found: propose_all_parting(
                view, self.bases, self.behaviour, rows, cells.count, moment, found
            ),
            self._found,
        )
        if found.number.any():
            cut(view, found)

    def _join(self, cells: Cells, start, neighbour, moment: Moment) -> None:
        view = cells.part(Touching)
        found = self._found = collect(
            lambda found: propose_all_joining(
                view, self.bases, self.behaviour, start, neighbour, cells.count, moment, found
            ),
            self._found,
        )
        if found.number.any():
            _, actor, partner = in_order(found, cells["identifier"])
            tie_pairs(cells, self.bases, self.behaviour, actor, partner, limited=True)

    def contact_step(
        self,
        cells: Cells,
        start: npt.NDArray[np.int32],
        neighbour: npt.NDArray[np.int32],
        tick: int,
        dt: float,
        key: np.uint64,
        linear: bool,
    ) -> int:
        """Cells eat, fuse, kill, start, continue and end attacks; the number of cells that were consumed.

        A consumed cell stays in its row with the flags REMOVED and DEAD. Where the number is not 0, some cells have
        grown or, after fusion, moved by up to the radius of a cell: lists of neighbours and voxels are out of date.
        """
        if not self.does.any():
            return 0
        moment = Moment(np.uint64(key), int(tick), float(dt), linear)
        view, removed = cells.part(Touching), 0
        found = self._found = collect(
            lambda found: propose_all(
                view, self.bases, self.behaviour, self.does, start, neighbour, cells.count, moment, found
            ),
            self._found,
        )
        if found.number.any():
            self._rows = row_index(cells, self._rows)
            removed = carry_out(cells, self.types, self.behaviour, self.conserved, self._rows, found)
        if self._may(ATTACK):
            attackers = np.flatnonzero(cells["target"] != NOBODY)
            if len(attackers):
                self._rows = row_index(cells, self._rows)
                deliver_attacks(cells, self.bases, self.behaviour, self._rows, moment, attackers)
        return removed


def _ever(types: TypeTable, behaviours: list[int]) -> npt.NDArray[np.bool_]:
    """Whether any of these behaviours can differ from 0 in cells of each type, shape (K,)."""
    own = types.column[behaviours] >= 0
    return (types.base[:, behaviours] != 0.0).any(axis=1) | own.any()


def _conserved_columns(
    definition: Definition, types: TypeTable, behaviour: BehaviourIndex
) -> npt.NDArray[np.int32]:
    """Columns of the custom variables whose amount passes to a cell that eats their owner."""
    numbers = [behaviour.custom + n for n, conserved in enumerate(definition.custom.values()) if conserved]
    columns = types.column[numbers] if numbers else np.zeros(0, np.int32)
    return columns[columns >= 0].astype(np.int32)

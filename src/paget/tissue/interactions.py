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

import math

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.keyed_random import Purpose
from paget.tissue.attachments import cut, row_index, tie_pairs
from paget.tissue.cells import ABSENT, APOPTOTIC, DEAD, NECROTIC, NOBODY, Cells
from paget.tissue.compile import Compiled
from paget.tissue.contacts import (
    ATTACK,
    EAT,
    FUSE,
    KILL,
    Moment,
    Touching,
    clock,
    collect,
    first_event,
    hazard_of,
    in_contact,
    in_order,
    propose,
    room_for,
)
from paget.tissue.definition import Definition
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS
from paget.tissue.resolution import carry_out, deliver_attacks
from paget.tissue.springs import propose_all_joining, propose_all_parting, tend_all
from paget.tissue.tables import Bases, TypeTable
from paget.tissue.vocabulary import BehaviourIndex

CONTACT = int(Purpose.CONTACT)


class Interactions:
    """What neighbours do in one model. It holds no state of the tissue, only room to work in."""

    def __init__(self, definition: Definition, compiled: Compiled) -> None:
        """Find out which interactions the model has at all: the others cost nothing.

        A rate that is 0 here for all types, and has no column in the cells, stays without effect for good.
        """
        types, behaviour = compiled.types, compiled.vocabulary.behaviour
        kinds = len(types.base)
        several = range(kinds)
        self.types, self.bases, self.behaviour = types, Bases(types.base, types.column), behaviour
        acts: dict[int, list[int]] = {
            EAT: [behaviour.eat_apoptotic, behaviour.eat_necrotic, behaviour.eat_other]
            + [behaviour.eat + kind for kind in several],
            FUSE: [behaviour.fuse + kind for kind in several],
            KILL: [behaviour.kill + kind for kind in several],
            ATTACK: [behaviour.attack + kind for kind in several],
        }
        self.does = np.array(
            [_ever(types, acts[act]) for act in (EAT, FUSE, KILL, ATTACK)], np.uint8
        ).T.copy()
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


@law
def rate_of(cells, types, behaviour, i, j, act):
    """Rate (1/min) at which cell i does this act to its neighbour j."""
    if cells.flags[j] & DEAD:
        return dead_meal(cells, types, behaviour, i, j) if act == EAT else 0.0
    first = first_behaviour(behaviour, act)
    rate = behaviour_of(cells, types, i, first + cells.kind[j])
    if act == ATTACK:
        rate *= behaviour_of(cells, types, j, behaviour.immunogenicity + cells.kind[i])
    return rate


@law
def first_behaviour(behaviour, act):
    """Number of the behaviour that does this act to live cells of the first type."""
    if act == EAT:
        return behaviour.eat
    if act == FUSE:
        return behaviour.fuse
    return behaviour.kill if act == KILL else behaviour.attack


@law
def dead_meal(cells, types, behaviour, i, j):
    """Rate (1/min) at which cell i eats the dead cell j."""
    if cells.model[j] == APOPTOTIC:
        return behaviour_of(cells, types, i, behaviour.eat_apoptotic)
    if cells.model[j] == NECROTIC:
        return behaviour_of(cells, types, i, behaviour.eat_necrotic)
    return behaviour_of(cells, types, i, behaviour.eat_other)


@law
def can(cells, types, behaviour, i, act):
    """Whether cell i does this act to anyone: spares most cells the look at their neighbours."""
    first = first_behaviour(behaviour, act)
    highest = 0.0
    for number in range(first, first + types.base.shape[0]):
        highest = max(highest, behaviour_of(cells, types, i, number))
    if act == EAT:
        for number in range(behaviour.eat_apoptotic, behaviour.eat_other + 1):
            highest = max(highest, behaviour_of(cells, types, i, number))
    return highest > 0.0 and not (act == ATTACK and cells.target[i] != NOBODY)


@kernel
def survey(cells, types, behaviour, start, neighbour, moment, i, act, choosing):
    """Total hazard of an act of cell i; where `choosing`, instead the neighbour whose clock is the earliest, or -1.

    One loop for both, so that the compiler makes the laws part of it: this is where the time goes.
    """
    total, chosen, earliest = 0.0, -1, math.inf
    for n in range(start[i], start[i + 1]):
        j = neighbour[n]
        rate = rate_of(cells, types, behaviour, i, j, act)
        if rate <= 0.0 or j == i or not in_contact(cells, types, behaviour, i, j) or cells.flags[j] & ABSENT:
            continue
        hazard = hazard_of(rate, moment)
        total += hazard
        if choosing:
            rings = clock(cells, moment, CONTACT, i, j, act, hazard)
            if chosen < 0 or rings < earliest:
                chosen, earliest = j, rings
    return total, chosen


@kernel
def propose_acts(cells, types, behaviour, does, start, neighbour, moment, found, block, first, last):
    """What cells first .. last - 1 would do to their neighbours."""
    for i in range(first, last):
        if cells.flags[i] & (ABSENT | DEAD):
            continue
        for act in range(4):
            if not does[cells.kind[i], act] or not can(cells, types, behaviour, i, act):
                continue
            total, _ = survey(cells, types, behaviour, start, neighbour, moment, i, act, False)
            time = first_event(moment, CONTACT, cells.lineage[i], act, total)
            if time < 1.0:
                _, chosen = survey(cells, types, behaviour, start, neighbour, moment, i, act, True)
                propose(found, block, act, i, chosen, time)


@parallel_kernel
def propose_all(cells, types, behaviour, does, start, neighbour, count, moment, found):
    """`propose_acts` for all cells."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        propose_acts(
            cells, types, behaviour, does, start, neighbour, moment, found, np.int64(block), first, last
        )

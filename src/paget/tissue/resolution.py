"""Carry out what cells proposed, in the order of the times within the step at which they would do it.

One after the other, so that everybody sees what happened before: who is gone neither acts nor suffers; who is dead does
not act, and is neither killed nor attacked nor fused with. So rivals for one meal are decided by who comes first, and a
cell that has been eaten eats nobody any more. The order does not depend on threads or memory (`contacts.in_order`).

Then attacks of this and earlier steps deliver over the whole step, in the order of the attackers' identifiers, and end.

Events are rare beside cells, so one thread does this.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.attachments import cut_all, row_of, strike_partner, tie_pairs
from paget.tissue.cells import ABSENT, APOPTOTIC, DEAD, NOBODY, Cells
from paget.tissue.contacts import (
    ATTACK,
    EAT,
    END,
    FUSE,
    KILL,
    Moment,
    Proposals,
    Touching,
    in_order,
    pair_lineage,
)
from paget.tissue.death import die
from paget.tissue.engulfment import Insides, engulf, fuse
from paget.tissue.laws import behaviour_of, event_chance
from paget.tissue.phenotype_arrays import Selves, kinds_of
from paget.tissue.tables import Bases, TypeTable
from paget.tissue.vocabulary import BehaviourIndex

CONTACT = int(Purpose.CONTACT)


def carry_out(
    cells: Cells,
    types: TypeTable,
    behaviour: BehaviourIndex,
    conserved: npt.NDArray[np.int32],
    rows: npt.NDArray[np.int32],
    found: Proposals,
) -> int:
    """Decide and do what was proposed; the number of cells that were consumed."""
    act, actor, partner = in_order(found, cells["identifier"])
    done = np.zeros(len(act), np.bool_)
    act_out(
        cells.part(Touching), cells.part(Insides), types.transferred, conserved, rows, cells.count,
        act, actor, partner, done,
    )  # fmt: skip
    killed = partner[done & (act == KILL)]
    if len(killed):
        kill(cells.part(Selves), kinds_of(types), behaviour, killed)
    gone = ((cells["flags"][actor] | cells["flags"][partner]) & ABSENT) != 0
    attacks = done & (act == ATTACK) & ~gone
    if attacks.any():
        tie_pairs(
            cells, Bases(types.base, types.column), behaviour, actor[attacks], partner[attacks], limited=False
        )
    return int(np.count_nonzero(done & (act <= FUSE)))


@law
def possible(cells, act, i, j):
    """Whether cell i can still do this act to cell j."""
    if (cells.flags[i] | cells.flags[j]) & ABSENT or cells.flags[i] & DEAD:
        return False
    return act == EAT or not cells.flags[j] & DEAD


@kernel
def act_out(cells, insides, transferred, conserved, rows, count, acts, actors, partners, done):
    """Go through the proposals in the order given. `done`: what was carried out, killing and ties to be completed."""
    for n in range(len(acts)):
        i, j = actors[n], partners[n]
        if not possible(cells, acts[n], i, j):
            continue
        done[n] = True
        if acts[n] == KILL:
            cells.flags[j] |= DEAD
        elif acts[n] == ATTACK:
            cells.target[i] = cells.identifier[j]
        else:
            cut_all(cells, rows, count, j)
            if acts[n] == EAT:
                engulf(insides, transferred, conserved, i, j)
            else:
                fuse(insides, i, j)


@kernel
def kill(cells, types, behaviour, killed):
    """Let these cells enter apoptosis (it does no harm to those that were eaten since)."""
    for j in killed:
        die(cells, types, behaviour, j, APOPTOTIC)


def deliver_attacks(
    cells: Cells,
    types: Bases,
    behaviour: BehaviourIndex,
    rows: npt.NDArray[np.int32],
    moment: Moment,
    attackers: npt.NDArray[np.int64],
) -> None:
    """Let the cells with these row numbers damage their targets over the step, and end what is over."""
    order = np.argsort(cells["identifier"][attackers], kind="stable")
    deliver(
        cells.part(Touching), types, behaviour, cells.arrays["damage"], cells.arrays["attack"], rows, cells.count,
        moment, attackers[order],
    )  # fmt: skip


@kernel
def deliver(cells, types, behaviour, damage, attack, rows, count, moment, attackers):
    """Damage grows by attack damage rate times step; both sides keep account of it."""
    for i in attackers:
        j = row_of(cells, rows, count, cells.target[i])
        if j < 0:
            cells.target[i] = NOBODY
            continue
        over = bool((cells.flags[i] | cells.flags[j]) & (ABSENT | DEAD))
        if not over:
            dose = behaviour_of(cells, types, i, behaviour.attack_damage) * moment.step
            damage[j] += dose
            attack[j, 0] += moment.step
            attack[i, 1] += dose
            over = ends(cells, types, behaviour, moment, i, j)
        if over:
            cells.target[i] = NOBODY
            strike_partner(cells, i, cells.identifier[j])
            strike_partner(cells, j, cells.identifier[i])


@law
def ends(cells, types, behaviour, moment, i, j):
    """Whether the attack of cell i on cell j ends by itself in this step: at the rate 1/(attack duration)."""
    duration = behaviour_of(cells, types, i, behaviour.attack_duration)
    if duration <= 0.0:
        return True
    lineage = pair_lineage(cells.lineage[i], cells.lineage[j])
    chance = event_chance(1.0 / duration, moment.step, moment.linear)
    return uniform_at(moment.key, CONTACT, moment.tick, lineage, END) < chance

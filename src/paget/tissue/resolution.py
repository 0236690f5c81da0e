"""Decide between rival proposals and carry them out.

Proposals are worked through one by one in the order of `contacts.in_order`, which does not depend on threads or memory:

    1. who consumes whom (phagocytosis and fusion), highest priority first; a proposal falls whose actor or target has
       been consumed before
    2. killing: the target enters apoptosis, unless it is gone; killers act at once, also those that die with it
    3. starts of attacks, unless one of the two is dead or gone; a spring ties the two, whatever their maximum number
    4. attacks of this and earlier steps deliver, in the order of the attackers' identifiers, and end

Events are rare beside cells, so one thread does this.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import ABSENT, APOPTOTIC, DEAD, NOBODY, Cells
from paget.tissue.contacts import (
    ATTACK,
    EAT,
    END,
    FUSE,
    KILL,
    Moment,
    Proposals,
    bodies_of,
    in_order,
    pair_lineage,
)
from paget.tissue.death import die
from paget.tissue.engulfment import engulf, fuse, insides_of
from paget.tissue.laws import behaviour_of, event_chance
from paget.tissue.springs import cut_all, row_of, strike_partner, tie_pairs
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
    removed = 0
    meals, kills, attacks = act <= FUSE, act == KILL, act == ATTACK
    if meals.any():
        removed = consume(
            bodies_of(cells), insides_of(cells), types.transferred, conserved, rows, cells.count,
            act[meals], actor[meals], partner[meals],
        )  # fmt: skip
    if kills.any():
        kill(cells.view(), types, behaviour, partner[kills])
    if attacks.any():
        begin_attacks(cells, types, behaviour, actor[attacks], partner[attacks])
    return int(removed)


@kernel
def consume(cells, insides, transferred, conserved, rows, count, acts, actors, partners):
    """Let cells eat and fuse, in the order given; the number of cells that were consumed."""
    removed = 0
    for n in range(len(acts)):
        i, j = actors[n], partners[n]
        if (cells.flags[i] | cells.flags[j]) & ABSENT:
            continue
        cut_all(cells, rows, count, j)
        if acts[n] == EAT:
            engulf(insides, transferred, conserved, i, j)
        else:
            fuse(insides, i, j)
        removed += 1
    return removed


@kernel
def kill(cells, types, behaviour, targets):
    """Let these cells enter apoptosis, unless they are dead or gone."""
    for j in targets:
        if not cells.flags[j] & (ABSENT | DEAD):
            die(cells, types, behaviour, j, APOPTOTIC)


def begin_attacks(cells: Cells, types: TypeTable, behaviour: BehaviourIndex, attacker, target) -> None:
    """Let cells attack the partners that they proposed, unless one of the two is dead or gone."""
    able = ((cells["flags"][attacker] | cells["flags"][target]) & (ABSENT | DEAD)) == 0
    attacker, target = attacker[able], target[able]
    cells["target"][attacker] = cells["identifier"][target]
    tie_pairs(cells, Bases(types.base, types.column), behaviour, attacker, target, limited=False)


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
        bodies_of(cells), types, behaviour, cells.arrays["damage"], cells.arrays["attack"], rows, cells.count,
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

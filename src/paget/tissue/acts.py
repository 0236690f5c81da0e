"""What a cell would do to its neighbours within a step: the rates of its acts, and its proposals.

Of each act (EAT, FUSE, KILL, ATTACK) a live cell proposes the first that comes, if one does: the clocks of `contacts`.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.keyed_random import Purpose
from paget.tissue.cells import ABSENT, APOPTOTIC, DEAD, NECROTIC, NOBODY
from paget.tissue.contacts import ATTACK, EAT, FUSE, KILL, clock, first_event, hazard_of, in_contact, propose
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS

CONTACT = int(Purpose.CONTACT)


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

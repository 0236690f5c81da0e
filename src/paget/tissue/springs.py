"""Springs between cells: how they break, form and pull.

    break     each partner would break the spring at its detachment rate
    form      each of two neighbours would form one at its attachment rate times its affinity to the other's type; in
              the order of their times, unless one of the two has its maximum number
    pull      velocity_i += sqrt(k_i a_ij k_j a_ji) (x_j - x_i): no rest length

Each cell asks the clocks of `contacts` for what it does itself. As in PhysiCell 1.14
(`dynamic_spring_attachments`, `standard_elastic_contact_function`), which updates the lists in place while other
threads read them. Dead cells form, lose and pull like others, as there.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.keyed_random import Purpose
from paget.tissue.attachments import attached, attachments, has_room, row_of
from paget.tissue.cells import ABSENT, NOBODY
from paget.tissue.contacts import JOIN, PART, clock, first_event, hazard_of, in_contact, propose
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS

ATTACHMENT = int(Purpose.ATTACHMENT)


# ---- break ----------------------------------------------------------------------------------------------------------


@kernel
def propose_parting(cells, types, behaviour, rows, count, moment, found, block, first, last):
    """Propose the springs that cells first .. last - 1 break."""
    for i in range(first, last):
        number = attachments(cells, i)
        if number == 0:
            continue
        hazard = hazard_of(behaviour_of(cells, types, i, behaviour.detachment), moment)
        begin = first_event(moment, ATTACHMENT, cells.lineage[i], PART, number * hazard)
        if begin < 1.0:
            part_from(cells, rows, count, moment, found, block, i, number, hazard, begin)


@kernel
def part_from(cells, rows, count, moment, found, block, i, number, hazard, begin):
    """Propose the springs that cell i breaks, the first of them at `begin`."""
    earliest = math.inf
    for naming in (True, False):  # first the earliest of all clocks, then the times of all
        for slot in range(number):
            j = row_of(cells, rows, count, cells.springs[i, slot])
            if j < 0:
                continue
            rings = clock(cells, moment, ATTACHMENT, i, j, PART, hazard)
            if naming:
                earliest = min(earliest, rings)
            elif begin + rings - earliest < 1.0:
                propose(found, block, PART, i, j, begin + rings - earliest)


@parallel_kernel
def propose_all_parting(cells, types, behaviour, rows, count, moment, found):
    """`propose_parting` for all cells."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        propose_parting(cells, types, behaviour, rows, count, moment, found, np.int64(block), first, last)


# ---- form -----------------------------------------------------------------------------------------------------------


@kernel
def propose_joining(cells, types, behaviour, start, neighbour, moment, found, block, first, last):
    """Propose the springs that cells first .. last - 1 form.

    The first event is asked for over all neighbours in contact; that some of them are attached already, or have no
    room, is looked at only when something comes up.
    """
    for i in range(first, last):
        rate = behaviour_of(cells, types, i, behaviour.attachment)
        if rate <= 0.0 or cells.flags[i] & ABSENT or not has_room(cells, types, behaviour, i):
            continue
        total = 0.0
        for n in range(start[i], start[i + 1]):
            if in_contact(cells, types, behaviour, i, neighbour[n]):
                affinity = behaviour_of(cells, types, i, behaviour.affinity + cells.kind[neighbour[n]])
                total += hazard_of(rate * affinity, moment)
        begin = first_event(moment, ATTACHMENT, cells.lineage[i], JOIN, total)
        if begin < 1.0:
            join_with(cells, types, behaviour, start, neighbour, moment, found, block, i, rate, begin)


@kernel
def join_with(cells, types, behaviour, start, neighbour, moment, found, block, i, rate, begin):
    """Propose the springs that cell i forms, the first of them, possible or not, at `begin`."""
    possible = False
    for n in range(start[i], start[i + 1]):
        possible = possible or free_for(cells, types, behaviour, i, neighbour[n])
    if not possible:
        return
    earliest = math.inf
    for naming in (True, False):  # first the earliest of all clocks, then the times of those that are free
        for n in range(start[i], start[i + 1]):
            j = neighbour[n]
            affinity = behaviour_of(cells, types, i, behaviour.affinity + cells.kind[j])
            if affinity <= 0.0 or not in_contact(cells, types, behaviour, i, j):
                continue
            if not naming and not free_for(cells, types, behaviour, i, j):
                continue
            rings = clock(cells, moment, ATTACHMENT, i, j, JOIN, hazard_of(rate * affinity, moment))
            if naming:
                earliest = min(earliest, rings)
            elif begin + rings - earliest < 1.0:
                propose(found, block, JOIN, i, j, begin + rings - earliest)


@law
def free_for(cells, types, behaviour, i, j):
    """Whether cell j is there, not attached to cell i yet, and has room."""
    return not cells.flags[j] & ABSENT and not attached(cells, i, j) and has_room(cells, types, behaviour, j)


@parallel_kernel
def propose_all_joining(cells, types, behaviour, start, neighbour, count, moment, found):
    """`propose_joining` for all cells."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        propose_joining(
            cells, types, behaviour, start, neighbour, moment, found, np.int64(block), first, last
        )


# ---- pull -----------------------------------------------------------------------------------------------------------


@law
def stiffness(cells, types, behaviour, i, j):
    """Elastic constant of a spring between cells i and j (1/min)."""
    one = behaviour_of(cells, types, i, behaviour.elastic)
    other = behaviour_of(cells, types, j, behaviour.elastic)
    one *= behaviour_of(cells, types, i, behaviour.affinity + cells.kind[j])
    other *= behaviour_of(cells, types, j, behaviour.affinity + cells.kind[i])
    return math.sqrt(max(0.0, one * other))


@kernel
def tend(cells, types, behaviour, rows, count, pulls, first, last):
    """Add what their springs pull to the velocities of cells first .. last - 1, in the order of their lists.

    Partners that are gone are dropped from the lists, and all partners of a cell that is gone itself.
    """
    for i in range(first, last):
        number, kept = attachments(cells, i), 0
        pulled = pulls and behaviour_of(cells, types, i, behaviour.movable) >= 0.5
        for slot in range(number):
            partner = cells.springs[i, slot]
            j = row_of(cells, rows, count, partner)
            if j < 0 or (cells.flags[i] | cells.flags[j]) & ABSENT:
                continue
            cells.springs[i, kept] = partner
            kept += 1
            if pulled:
                k = stiffness(cells, types, behaviour, i, j)
                for axis in range(3):
                    cells.velocity[i, axis] += k * (cells.place[j, axis] - cells.place[i, axis])
        for slot in range(kept, number):
            cells.springs[i, slot] = NOBODY


@parallel_kernel
def tend_all(cells, types, behaviour, rows, count, pulls):
    """`tend` for all cells."""
    for block in prange(BLOCKS):
        tend(
            cells,
            types,
            behaviour,
            rows,
            count,
            pulls,
            block * count // BLOCKS,
            (block + 1) * count // BLOCKS,
        )

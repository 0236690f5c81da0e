"""Springs between cells: who is attached to whom, how attachments form and break, and how they pull.

Each cell lists the identifiers of the cells it is attached to, in ascending order, NOBODY in free slots. Attachments
are symmetric: both partners list each other, or neither does. The list is a set, so that it does not matter in which
order attachments came about, and it has no limit: `widen` makes room when a row is full.

    break     each partner would break the spring at its detachment rate: 1 - (1 - p_i)(1 - p_j), one draw a pair
    form      each of two neighbours would form one at its attachment rate times its affinity to the other's type,
              unless one of them has its maximum number: one draw a pair; rivals for a last slot by priority
    pull      velocity_i += sqrt(k_i a_ij k_j a_ji) (x_j - x_i): no rest length

As in PhysiCell 1.14 (`dynamic_spring_attachments`, `standard_elastic_contact_function`), which updates the lists in
place while other threads read them. Dead cells keep forming, losing and pulling, as there.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import ABSENT, NOBODY, Cells
from paget.tissue.contacts import JOIN, PART, bodies_of, in_contact, pair_lineage, propose
from paget.tissue.laws import behaviour_of, event_chance
from paget.tissue.neighbours import BLOCKS

ATTACHMENT, PRIORITY = int(Purpose.ATTACHMENT), int(Purpose.PRIORITY)


def row_index(cells: Cells, rows: npt.NDArray[np.int32] | None = None) -> npt.NDArray[np.int32]:
    """Row of each cell by its identifier, for `row_of`; `rows` of an earlier call is used again if long enough.

    Identifiers of cells that are gone point anywhere: `row_of` sees that.
    """
    if rows is None or len(rows) < cells.next_identifier:
        rows = np.zeros(cells.next_identifier + cells.next_identifier // 4 + 16, np.int32)
    rows[cells["identifier"]] = np.arange(cells.count, dtype=np.int32)
    return rows


def widen(cells: Cells) -> None:
    """Double the number of attachments that a cell has room for."""
    springs = cells.arrays["springs"]
    cells.widen("springs", 2 * springs.shape[1], NOBODY)


def release(cells: Cells, which: npt.NDArray[np.integer]) -> None:
    """Cut all springs of the cells with these row numbers, on both sides (division, removal)."""
    if not cells.has("springs") or len(which) == 0:
        return
    which = np.asarray(which, np.int64)
    if (cells.arrays["springs"][which, 0] != NOBODY).any():
        release_rows(bodies_of(cells), row_index(cells), cells.count, which)


@law
def row_of(cells, rows, count, identifier):
    """Row of the cell with this identifier, -1 if it is not among the first `count` cells."""
    if identifier < 0 or identifier >= rows.shape[0]:
        return -1
    row = rows[identifier]
    return row if row < count and cells.identifier[row] == identifier else -1


@law
def attachments(cells, i):
    """Number of springs of cell i."""
    number = 0
    while number < cells.springs.shape[1] and cells.springs[i, number] != NOBODY:
        number += 1
    return number


@law
def attached(cells, i, j):
    """Whether a spring ties cell i to cell j."""
    for slot in range(cells.springs.shape[1]):
        if cells.springs[i, slot] == cells.identifier[j]:
            return True
        if cells.springs[i, slot] == NOBODY:
            return False
    return False


@kernel
def list_partner(cells, i, identifier):
    """Add an identifier, which is not there yet, to the ascending list of cell i, which has a free slot."""
    slot = attachments(cells, i)
    while slot > 0 and cells.springs[i, slot - 1] > identifier:
        cells.springs[i, slot] = cells.springs[i, slot - 1]
        slot -= 1
    cells.springs[i, slot] = identifier


@kernel
def strike_partner(cells, i, identifier):
    """Take an identifier off the list of cell i, if it is there."""
    number, kept = attachments(cells, i), 0
    for slot in range(number):
        partner = cells.springs[i, slot]
        if partner != identifier:
            cells.springs[i, kept] = partner
            kept += 1
    for slot in range(kept, number):
        cells.springs[i, slot] = NOBODY


@kernel
def cut_all(cells, rows, count, i):
    """Cut all springs of cell i, on both sides."""
    for slot in range(cells.springs.shape[1] if cells.springs.shape[0] > 0 else 0):
        partner = row_of(cells, rows, count, cells.springs[i, slot])
        if partner >= 0:
            strike_partner(cells, partner, cells.identifier[i])
        cells.springs[i, slot] = NOBODY


@kernel
def release_rows(cells, rows, count, which):
    """`cut_all` for each of these rows."""
    for i in which:
        cut_all(cells, rows, count, i)


# ---- springs that break ---------------------------------------------------------------------------------------------


@law
def either(one, other, moment):
    """Probability that one of two partners acts within the step, at their rates (1/min)."""
    p = min(1.0, event_chance(one, moment.step, moment.linear))
    q = min(1.0, event_chance(other, moment.step, moment.linear))
    return 1.0 - (1.0 - p) * (1.0 - q)


@law
def pair_draw(cells, moment, i, j, purpose, draw):
    """The uniform number of a pair of cells: the same for i, j and j, i."""
    if cells.identifier[i] > cells.identifier[j]:
        i, j = j, i
    return uniform_at(
        moment.key, purpose, moment.tick, pair_lineage(cells.lineage[i], cells.lineage[j]), draw
    )


@law
def breaks(cells, types, behaviour, moment, i, j):
    """Whether the spring between cells i and j breaks in this step."""
    one = behaviour_of(cells, types, i, behaviour.detachment)
    other = behaviour_of(cells, types, j, behaviour.detachment)
    if one <= 0.0 and other <= 0.0:
        return False
    return pair_draw(cells, moment, i, j, ATTACHMENT, PART) < either(one, other, moment)


@kernel
def loosen(cells, types, behaviour, rows, count, moment, first, last):
    """Drop from the lists of cells first .. last - 1 the springs that break and those to cells that are gone.

    Partners come to the same decision from the same number, so each cell writes its own list only.
    """
    for i in range(first, last):
        number, kept = attachments(cells, i), 0
        for slot in range(number):
            partner = cells.springs[i, slot]
            j = row_of(cells, rows, count, partner)
            if j < 0 or (cells.flags[i] | cells.flags[j]) & ABSENT:
                continue
            if not breaks(cells, types, behaviour, moment, i, j):
                cells.springs[i, kept] = partner
                kept += 1
        for slot in range(kept, number):
            cells.springs[i, slot] = NOBODY


@parallel_kernel
def loosen_all(cells, types, behaviour, rows, count, moment):
    """`loosen` for all cells."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        loosen(cells, types, behaviour, rows, count, moment, first, last)


# ---- springs that form ----------------------------------------------------------------------------------------------


@law
def has_room(cells, types, behaviour, i):
    """Whether cell i has fewer than its maximum number of attachments."""
    return attachments(cells, i) < behaviour_of(cells, types, i, behaviour.maximum_attachments)


@law
def forms(cells, types, behaviour, moment, i, j):
    """Whether a spring between the neighbours i and j would form in this step."""
    one = behaviour_of(cells, types, i, behaviour.attachment)
    if one > 0.0:
        one *= behaviour_of(cells, types, i, behaviour.affinity + cells.kind[j])
    other = behaviour_of(cells, types, j, behaviour.attachment)
    if other > 0.0:
        other *= behaviour_of(cells, types, j, behaviour.affinity + cells.kind[i])
    if one <= 0.0 and other <= 0.0:
        return False
    return pair_draw(cells, moment, i, j, ATTACHMENT, JOIN) < either(one, other, moment)


@kernel
def seek_partners(cells, types, behaviour, start, neighbour, moment, found, block, first, last):
    """Propose the springs that would form between cells first .. last - 1 and neighbours of higher identifier."""
    for i in range(first, last):
        if cells.flags[i] & ABSENT or not has_room(cells, types, behaviour, i):
            continue
        for n in range(start[i], start[i + 1]):
            j = neighbour[n]
            if cells.identifier[j] <= cells.identifier[i] or cells.flags[j] & ABSENT:
                continue
            if not in_contact(cells, types, behaviour, i, j) or attached(cells, i, j):
                continue
            if has_room(cells, types, behaviour, j) and forms(cells, types, behaviour, moment, i, j):
                propose(found, block, JOIN, i, j, pair_draw(cells, moment, i, j, PRIORITY, JOIN))


@parallel_kernel
def seek_all_partners(cells, types, behaviour, start, neighbour, count, moment, found):
    """`seek_partners` for all cells."""
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        seek_partners(cells, types, behaviour, start, neighbour, moment, found, np.int64(block), first, last)


@kernel
def tie(cells, types, behaviour, actors, partners, begin, limited):
    """Tie actors[n] to partners[n] for n = begin ...; where `limited`, only if both have room.

    Gives the number of pairs done: less than their number if a list has no free slot (`widen`, then go on there).
    """
    slots = cells.springs.shape[1]
    for n in range(begin, len(actors)):
        i, j = actors[n], partners[n]
        if limited and not (has_room(cells, types, behaviour, i) and has_room(cells, types, behaviour, j)):
            continue
        if attached(cells, i, j):
            continue
        if attachments(cells, i) == slots or attachments(cells, j) == slots:
            return n
        list_partner(cells, i, cells.identifier[j])
        list_partner(cells, j, cells.identifier[i])
    return len(actors)


def tie_pairs(cells: Cells, types, behaviour, actors, partners, limited: bool) -> None:
    """`tie` for all pairs, with as many slots as they need."""
    done = tie(bodies_of(cells), types, behaviour, actors, partners, 0, limited)
    while done < len(actors):
        widen(cells)
        done = tie(bodies_of(cells), types, behaviour, actors, partners, done, limited)


# ---- springs that pull ----------------------------------------------------------------------------------------------


@law
def stiffness(cells, types, behaviour, i, j):
    """Elastic constant of a spring between cells i and j (1/min)."""
    one = behaviour_of(cells, types, i, behaviour.elastic)
    other = behaviour_of(cells, types, j, behaviour.elastic)
    one *= behaviour_of(cells, types, i, behaviour.affinity + cells.kind[j])
    other *= behaviour_of(cells, types, j, behaviour.affinity + cells.kind[i])
    return math.sqrt(max(0.0, one * other))


@kernel
def pull(cells, types, behaviour, rows, count, first, last):
    """Add what their springs pull to the velocities of cells first .. last - 1, in the order of the lists."""
    for i in range(first, last):
        if cells.flags[i] & ABSENT or behaviour_of(cells, types, i, behaviour.movable) < 0.5:
            continue
        for slot in range(attachments(cells, i)):
            j = row_of(cells, rows, count, cells.springs[i, slot])
            if j >= 0:
                k = stiffness(cells, types, behaviour, i, j)
                for axis in range(3):
                    cells.velocity[i, axis] += k * (cells.place[j, axis] - cells.place[i, axis])


@parallel_kernel
def pull_all(cells, types, behaviour, rows, count):
    """`pull` for all cells."""
    for block in prange(BLOCKS):
        pull(cells, types, behaviour, rows, count, block * count // BLOCKS, (block + 1) * count // BLOCKS)

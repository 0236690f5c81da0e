"""Who is attached to whom: lists of partners that are the same on both sides.

Each cell lists the identifiers of the cells it is attached to, in ascending order, NOBODY in free slots at the end.
Both partners list each other, or neither does. A list is a set: it does not tell in which order attachments came about.
It has no limit either: `widen` makes room when a row is full.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law
from paget.tissue.cells import NOBODY, Cells
from paget.tissue.contacts import Touching
from paget.tissue.laws import behaviour_of
from paget.tissue.tables import Bases
from paget.tissue.vocabulary import BehaviourIndex


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
    cells.widen("springs", 2 * cells.arrays["springs"].shape[1], NOBODY)


def release(cells: Cells, which: npt.NDArray[np.integer]) -> None:
    """Cut all springs of the cells with these row numbers, on both sides (division, removal)."""
    if not cells.has("springs") or len(which) == 0:
        return
    which = np.asarray(which, np.int64)
    if (cells.arrays["springs"][which, 0] != NOBODY).any():
        release_rows(cells.part(Touching), row_index(cells), cells.count, which)


def tie_pairs(
    cells: Cells,
    bases: Bases,
    behaviour: BehaviourIndex,
    actors: npt.NDArray[np.int32],
    partners: npt.NDArray[np.int32],
    limited: bool,
) -> None:
    """`tie` for all pairs of rows, with as many slots as they need."""
    done = tie(cells.part(Touching), bases, behaviour, actors, partners, 0, limited)
    while done < len(actors):
        widen(cells)
        done = tie(cells.part(Touching), bases, behaviour, actors, partners, done, limited)


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


@law
def has_room(cells, types, behaviour, i):
    """Whether cell i has fewer than its maximum number of attachments."""
    return attachments(cells, i) < behaviour_of(cells, types, i, behaviour.maximum_attachments)


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


@kernel
def cut(cells, found):
    """Cut the springs of all pairs that were proposed."""
    for block in range(found.act.shape[0]):
        for n in range(found.number[block]):
            i, j = found.actor[block, n], found.partner[block, n]
            strike_partner(cells, i, cells.identifier[j])
            strike_partner(cells, j, cells.identifier[i])


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

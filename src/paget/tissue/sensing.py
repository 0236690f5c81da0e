"""What a cell senses: its own state, the factors where it is, and the cells that it touches.

Signals fill a matrix of one row per cell and one column per signal that some rule reads (`RuleArrays.sensed`).
Contacts are counted before any cell changes, so that what a cell senses of its neighbours does not depend on the order
of cells; all else is a cell's own, and is read when its turn comes.

A neighbour is a cell nearer than the sum of both reaches (relative maximum adhesion distance times radius). Contact
with the basement membrane is always 0: no membrane is modelled, as in PhysiCell.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law, parallel_kernel, prange
from paget.tissue.cells import ABSENT, APOPTOTIC, NECROTIC, NOBODY, TOTAL
from paget.tissue.contacts import in_contact
from paget.tissue.gradient import gradient_at
from paget.tissue.laws import behaviour_of, is_dead
from paget.tissue.neighbours import BLOCKS


@law
def is_contact(s, number):
    """Whether a signal (its number) is a count of neighbours."""
    return s.contact <= number < s.contact_membrane


@law
def _level_at(level, factor, voxel):
    nx, ny = level.shape[3], level.shape[2]
    return level[factor, voxel // (nx * ny), (voxel // nx) % ny, voxel % nx]


@law
def _field_signal(cells, s, number, level, spacing, i):
    """Level, amount inside the cell per volume, or steepness (per um) of a factor."""
    if number < s.internalised:
        return _level_at(level, number, cells.voxel[i])
    if number < s.gradient:
        if cells.held.shape[0] == 0:
            return 0.0
        return cells.held[i, number - s.internalised] / cells.volume[i, TOTAL]
    x, y, z = gradient_at(level, number - s.gradient, cells.voxel[i], spacing)
    return math.sqrt(x * x + y * y + z * z)


@law
def _state_signal(cells, s, number, i):
    """A signal that says something about the cell as a whole; 0 for what the model does not have."""
    if number == s.pressure:
        return cells.pressure[i]
    if number == s.volume:
        return cells.volume[i, TOTAL]
    if number == s.damage:
        return cells.damage[i] if cells.damage.shape[0] else 0.0
    if number == s.damage_delivered:
        return cells.attack[i, 1] if cells.attack.shape[0] else 0.0
    if number == s.attacking:
        return 1.0 if cells.target.shape[0] and cells.target[i] != NOBODY else 0.0
    if number == s.attack_time:
        return cells.attack[i, 0] if cells.attack.shape[0] else 0.0
    if number == s.dead:
        return 1.0 if is_dead(cells, i) else 0.0
    if number == s.apoptotic:
        return 1.0 if cells.model[i] == APOPTOTIC else 0.0
    if number == s.necrotic:
        return 1.0 if cells.model[i] == NECROTIC else 0.0
    return 0.0


@law
def own_signal(cells, types, b, s, number, level, spacing, time, i):
    """Any signal but a contact, in its own unit; `time` in min, `level` (m, nz, ny, nx), `spacing` (3,) in um."""
    if number < s.pressure:
        return _field_signal(cells, s, number, level, spacing, i)
    if number == s.time:
        return time
    if s.custom <= number < s.apoptotic:
        return behaviour_of(cells, types, i, b.custom + number - s.custom)
    if number >= s.activity:
        return cells.activity[i, number - s.activity] if cells.activity.shape[0] else 0.0
    return _state_signal(cells, s, number, i)


@kernel
def sense(cells, types, b, s, sensed, level, spacing, time, i, row):
    """Fill the signals of cell i, shape (s,), but for its contacts."""
    for column in range(sensed.shape[0]):
        number = sensed[column]
        if not is_contact(s, number):
            row[column] = own_signal(cells, types, b, s, number, level, spacing, time, i)


@law
def _counts(cells, s, number, j):
    """Whether neighbour j counts for a contact signal."""
    if number < s.contact_live:
        return cells.kind[j] == number - s.contact
    if number == s.contact_live:
        return not is_dead(cells, j)
    if not is_dead(cells, j):
        return False
    if number == s.contact_apoptotic:
        return cells.model[j] == APOPTOTIC
    if number == s.contact_necrotic:
        return cells.model[j] == NECROTIC
    if number == s.contact_other_dead:
        return cells.model[j] != APOPTOTIC and cells.model[j] != NECROTIC
    return True


@kernel
def _count_part(cells, types, b, s, sensed, start, neighbour, first, last, signals):
    for i in range(first, last):
        for column in range(sensed.shape[0]):
            if is_contact(s, sensed[column]):
                signals[i, column] = 0.0
        if cells.flags[i] & ABSENT or i + 1 >= start.shape[0]:
            continue
        for place in range(start[i], start[i + 1]):
            j = neighbour[place]
            if cells.flags[j] & ABSENT or not in_contact(cells, types, b, i, j):
                continue
            for column in range(sensed.shape[0]):
                if is_contact(s, sensed[column]) and _counts(cells, s, sensed[column], j):
                    signals[i, column] += 1.0


@parallel_kernel
def count_contacts(cells, types, b, s, sensed, start, neighbour, count, signals):
    """Fill the contact signals of all cells, shape (C, s). `cells` and `types`: `Bodies` and `Bases` are enough.

    Candidates of row i are neighbour[start[i]] .. neighbour[start[i + 1] - 1]; more than the true neighbours is fine.
    Rows beyond the list have no contacts.
    """
    for block in prange(BLOCKS):
        first, last = block * count // BLOCKS, (block + 1) * count // BLOCKS
        _count_part(cells, types, b, s, sensed, start, neighbour, first, last, signals)

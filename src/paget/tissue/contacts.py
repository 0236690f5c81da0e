"""Who touches whom, whose dice are thrown, and a place to put what they say: shared by interactions and springs.

Two cells are in contact where their distance is below the sum of their adhesion distances (radius times `relative
maximum adhesion distance`), as in PhysiCell: within reach, not necessarily touching.

Every question about two cells has its own random number. The place of the lineage in `uniform_at` is taken by a hash
of both lineages, first the one who asks: (A about B) and (B about A) differ, and no two partners of a cell share a
draw. The draw number says what is asked:

    purpose CONTACT      EAT, FUSE, KILL, ATTACK: does the actor do it to this partner in this step?
                         END: does this attack end?
    purpose ATTACHMENT   PART, JOIN: does this spring break, does one form? (lower identifier first)
    purpose PRIORITY     the act again (EAT ... JOIN): rank of a proposal among its rivals
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law
from paget.tissue.cells import Cells
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS

EAT, FUSE, KILL, ATTACK, END, PART, JOIN = range(7)
"""What one cell may do to another: acts of a proposal, and numbers of draws."""


class Bodies(NamedTuple):
    """The arrays of the cells (`CellArrays`) that decide about contacts and springs.

    Kernels take minutes instead of seconds to compile if they are given all arrays that a cell may have.
    """

    place: np.ndarray
    velocity: np.ndarray
    kind: np.ndarray
    flags: np.ndarray
    model: np.ndarray
    identifier: np.ndarray
    lineage: np.ndarray
    columns: np.ndarray
    target: np.ndarray
    springs: np.ndarray


def bodies_of(cells: Cells) -> Bodies:
    """The cells as the kernels of this file's readers see them; valid until cells are added or an array is widened."""
    return Bodies(*(cells.arrays[name] for name in Bodies._fields))


class Moment(NamedTuple):
    """When, for how long, and under which key: what a chance depends on besides the cells."""

    key: np.uint64
    tick: int
    step: float
    """(min)"""
    linear: bool
    """Chance of an event rate times step instead of 1 - exp(- rate step)."""


class Proposals(NamedTuple):
    """What cells would do to which neighbours. B blocks with room for r proposals each."""

    act: np.ndarray
    """EAT ... JOIN, int8, shape (B, r)."""
    actor: np.ndarray
    """Row of the cell that acts, int32, shape (B, r)."""
    partner: np.ndarray
    """Row of the other, int32, shape (B, r)."""
    priority: np.ndarray
    """Highest wins, shape (B, r)."""
    number: np.ndarray
    """Proposals of each block, int64, shape (B,); above r: there was no room for some."""


def room_for(proposals: int) -> Proposals:
    """Empty blocks with room for so many proposals each."""
    shape = (BLOCKS, proposals)
    return Proposals(
        np.zeros(shape, np.int8),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape),
        np.zeros(BLOCKS, np.int64),
    )


def collect(propose: Callable[[Proposals], None], found: Proposals) -> Proposals:
    """Let a kernel propose into `found`, or into larger blocks if these overflow (it proposes the same again)."""
    while True:
        found.number[:] = 0
        propose(found)
        if found.number.max() <= found.act.shape[1]:
            return found
        found = room_for(2 * int(found.number.max()))


def in_order(
    found: Proposals, identifier: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Acts, actors and partners in the order in which they are decided.

    First who consumes whom (EAT and FUSE compete), then KILL, then ATTACK; within, highest priority first, ties by the
    identifiers of actor and partner. The order does not depend on where cells lie in memory.
    """
    filled = np.arange(found.act.shape[1]) < found.number[:, None]
    act, actor, partner = found.act[filled], found.actor[filled], found.partner[filled]
    order = np.lexsort(
        (identifier[partner], identifier[actor], -found.priority[filled], np.maximum(act, FUSE))
    )
    return act[order], actor[order], partner[order]


@kernel
def propose(found, block, act, actor, partner, priority):
    """Write a proposal into its block; count it even where there is no room left."""
    position = found.number[block]
    if position < found.act.shape[1]:
        found.act[block, position] = act
        found.actor[block, position] = actor
        found.partner[block, position] = partner
        found.priority[block, position] = priority
    found.number[block] = position + 1


@law
def scrambled(word):
    """A uint64 whose bits all depend on all bits of `word` (finaliser of SplitMix64, Steele et al., OOPSLA 2014)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@law
def pair_lineage(actor, partner):
    """Hash (uint64) of the lineages of two cells; the order matters."""
    return scrambled(np.uint64(actor) + np.uint64(0x9E3779B97F4A7C15)) ^ scrambled(
        np.uint64(partner) + np.uint64(0xD1B54A32D192ED03)
    )


@law
def in_contact(cells, types, behaviour, i, j):
    """Whether cells i and j are within reach of each other (the same bits for i, j and j, i)."""
    x = cells.place[i, 0] - cells.place[j, 0]
    y = cells.place[i, 1] - cells.place[j, 1]
    z = cells.place[i, 2] - cells.place[j, 2]
    reach = (
        behaviour_of(cells, types, i, behaviour.adhesion_distance) * cells.place[i, 3]
        + behaviour_of(cells, types, j, behaviour.adhesion_distance) * cells.place[j, 3]
    )
    return x * x + y * y + z * z < reach * reach

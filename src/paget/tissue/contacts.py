"""Who touches whom, when things happen between two cells within a step, and a place to put what will happen.

Two cells are in contact where their distance is below the sum of their adhesion distances (radius times `relative
maximum adhesion distance`), as in PhysiCell: within reach, not necessarily touching.

**Clocks.** Each event between two cells has a hazard, the number expected within the step:

    rate step,  or  -ln(1 - rate step)  where chances are linear in the rate: exp(-hazard) is what both call "not"

A cell asks once for all its neighbours, at their total hazard H: the first of its events comes at E/H, E exponential,
and most cells have none before the step ends, at 1. Those that have one ask a clock per neighbour, c_j = E_j/hazard_j.
The earliest names the first event; the others come at E/H + c_j - min c. By the memoryless property that is the law
of independent clocks, and the cost is one random number a cell instead of one per neighbour.

**Random numbers.** Draw numbers are the acts EAT ... JOIN, of the purpose CONTACT (EAT ... END) or ATTACHMENT (PART,
JOIN). The first event asks with the lineage of the cell; a clock asks with a hash of two lineages, first that of the
cell that acts: (A about B) and (B about A) differ, and no two neighbours share a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.compiled import kernel, law
from paget.keyed_random import uniform_at
from paget.tissue.laws import behaviour_of
from paget.tissue.neighbours import BLOCKS

EAT, FUSE, KILL, ATTACK, END, PART, JOIN = range(7)
"""What one cell may do to another: acts of a proposal, and numbers of draws."""

CERTAIN = 100.0
"""Hazard of what is sure to happen."""


class Touching(NamedTuple):
    """The arrays of the cells (`CellArrays`) that decide about contacts and springs.

    Given all arrays that a cell may have, kernels take three times as long to compile.
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
    time: np.ndarray
    """When in the step, 0 to 1, shape (B, r)."""
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
    """Acts, actors and partners of some proposals in the order of their times, ties in the order of identifiers.

    So the order does not depend on where cells lie in memory.
    """
    act, actor, partner, time = (
        np.concatenate([array[block, :number] for block, number in enumerate(found.number) if number])
        for array in found[:4]
    )
    order = np.argsort(time, kind="stable")
    in_time = time[order]
    if (in_time[1:] == in_time[:-1]).any():
        order = np.lexsort((act, identifier[partner], identifier[actor], time))
    return act[order], actor[order], partner[order]


@kernel
def propose(found, block, act, actor, partner, time):
    """Write a proposal into its block; count it even where there is no room left."""
    position = found.number[block]
    if position < found.act.shape[1]:
        found.act[block, position] = act
        found.actor[block, position] = actor
        found.partner[block, position] = partner
        found.time[block, position] = time
    found.number[block] = position + 1


@law
def hazard_of(rate, moment):
    """Number of events of this rate (1/min) expected within the step: exp(-hazard) is the chance of none."""
    expected = rate * moment.step
    if not moment.linear:
        return expected
    return -math.log1p(-expected) if expected < 1.0 else CERTAIN


@law
def first_event(moment, purpose, lineage, act, hazard):
    """When the first event of a cell comes, at this total hazard; the step ends at 1."""
    if hazard <= 0.0:
        return math.inf
    return -math.log(uniform_at(moment.key, purpose, moment.tick, lineage, act)) / hazard


@law
def clock(cells, moment, purpose, i, j, act, hazard):
    """When the event between cells i and j comes, on a clock of its own."""
    lineage = pair_lineage(cells.lineage[i], cells.lineage[j])
    return first_event(moment, purpose, lineage, act, hazard)


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

"""Aggregates that form in blood: a passer picks up a leukocyte, or joins with a single tumour cell.

    rate of picking up a leukocyte of type p = pick_up_in_blood x affinity_p x density_p     (1/day)
    rate of joining with a single            = aggregation_in_blood x singles / blood volume (1/day)

The affinity is the product of both adhesions as last read in a lesion: a leukocyte in blood meets the surface that the
tumour cell brought from there. Picking up competes with the ways out of blood at constant rates
over a step. Joining is sampled at the end of a step with the singles that are then there; it is first order in the
step, and off by default: clusters in blood are groups that left the tumour together (Aceto 2014).
"""

from __future__ import annotations

import math

from paget.compiled import kernel
from paget.host.passages import CHANGED, FORMED
from paget.host.pools import MIXED, SINGLE, kind_of
from paget.host.record import LARGEST_AGGREGATE
from paget.keyed_random import binomial


@kernel
def pair_affinity(tables, behaviours, partner):
    """Affinity of a tumour cell and a partner: the product of their adhesions to each other.

    A partner whose adhesion to tumour cells is not stated holds as the tumour cell does; a tumour cell without adhesion
    holds no partner.
    """
    behaviour, back = tables.behaviour.adhesion[partner], tables.behaviour.adhesion_back[partner]
    if behaviour < 0:
        return 0.0
    return behaviours[behaviour] * (behaviours[back] if back >= 0 else 1.0)


@kernel
def keep_adhesion(tables, state):
    """Let circulating cells have the affinity to each partner type that was last read in a lesion."""
    for partner in range(tables.count.partners):
        state.blood_affinity[partner] = pair_affinity(tables, state.behaviours, partner)


@kernel
def leukocytes(tables, state, partner):
    """Leukocytes of a partner type in blood (1/mL).

    Neutrophils are those of the marrow. Of others, a drug that depletes them leaves death / (death + depletion), their
    death in tissue standing for their loss from blood.
    """
    cell_type = tables.behaviour.partner[partner]
    if cell_type == tables.behaviour.neutrophil:
        return tables.body.neutrophils * state.marrow[4]
    number, depletion = tables.blood.leukocytes[partner], state.depletion[cell_type]
    if depletion > 0.0:
        death = tables.behaviour.death[cell_type]
        loss = tables.rules.base[death] if death >= 0 else 0.0
        number *= loss / (loss + depletion)
    return number


@kernel
def fill_pick_up(tables, state):
    """Fill state.pick_up (1/day) for this step; returns the sum over the types."""
    each = tables.tumour.pick_up_in_blood
    if each <= 0.0:
        return 0.0
    total = 0.0
    for partner in range(tables.count.partners):
        affinity = state.blood_affinity[partner]
        state.pick_up[partner] = each * affinity * leukocytes(tables, state, partner)
        total += state.pick_up[partner]
    return total


@kernel
def pick_up(state, size, number, total):
    """Give `number` passers of `size` + 1 cells a leukocyte by their rates of sum `total`; returns how many got one."""
    left, rest, joined = number, total, 0
    for partner in range(state.pick_up.size):
        if left == 0 or rest <= 0.0:
            break
        found = binomial(state.generator, left, min(1.0, state.pick_up[partner] / rest))
        state.entering[size, 1 + partner] += found
        rest -= state.pick_up[partner]
        left -= found
        joined += found
    state.passages[kind_of(size + 1, 0), CHANGED] += joined
    state.passages[MIXED, FORMED] += joined
    return joined


@kernel
def join_singles(tables, state, dt):
    """Let passers join with the single tumour cells in blood during dt (day), the largest first."""
    each = tables.tumour.aggregation_in_blood / tables.body.blood_volume
    if each <= 0.0:
        return
    for size in range(LARGEST_AGGREGATE - 2, -1, -1):
        for partner in range(1 + tables.count.partners):
            singles = state.circulating[0, 0]
            present = state.circulating[size, partner]
            if size == 0 and partner == 0:
                present = singles // 2  # pairs of singles
                singles -= 1
            if present > 0 and singles > 0:
                chance = -math.expm1(-each * singles * dt)
                joined = min(binomial(state.generator, present, chance), state.circulating[0, 0])
                _join(state, size, partner, joined)


@kernel
def _join(state, size, partner, number):
    """Turn `number` passers of a class and as many singles into aggregates of one more cell."""
    state.circulating[size, partner] -= number
    state.circulating[0, 0] -= number
    state.circulating[size + 1, partner] += number
    state.passages[kind_of(size + 1, partner), CHANGED] += number
    state.passages[SINGLE, CHANGED] += number
    state.passages[kind_of(size + 2, partner), FORMED] += number

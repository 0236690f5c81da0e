"""From arrest to waking: death in the capillary, extravasation, rest; what wakes is a founder (`founders.py`).

Cells of an arrested aggregate die one by one, more slowly in company; the aggregate leaves the vessel as one. In the
organ it rests, and dies out or wakes as one (whatever its size).
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel
from paget.host.birth_death import relative_growth
from paget.host.environment import killing_rate
from paget.host.founders import start_groups
from paget.host.pools import FIRST_ESCORTED, is_empty, kind_of_pool
from paget.host.record import CASCADE_STEPS, LARGEST_AGGREGATE
from paget.keyed_random import Purpose, binomial, seek
from paget.rules.tables import DEATH_AFTER_ARREST, DEATH_WHILE_SOLITARY, EXTRAVASATION, WAKING

ENTERED_STEP = CASCADE_STEPS.index("entered")
AWAKE_STEP = CASCADE_STEPS.index("awake")

_ARRESTED, _SOLITARY = int(Purpose.ARREST_POOL), int(Purpose.DORMANT_POOL)


@kernel
def advance_pools(tables, state, site, key, tick, dt):
    """Advance what is arrested and what rests at a site by dt (day); woken groups become founders.

    `read_niche` must have been called for this site in this step.
    """
    index, behaviours = tables.behaviour.tumour, state.niche_behaviours[site]
    killing = killing_rate(tables, state)
    lineage = np.uint64(site + 1)
    seek(state.generator, key, _ARRESTED, tick, lineage)
    for pool in range(2 + tables.count.partners):
        if not is_empty(state.arrested[site, pool]):
            death = _death_in_capillary(tables, behaviours, pool, killing)
            _leave_capillaries(state, site, pool, death, behaviours[index[EXTRAVASATION]], dt)
    seek(state.generator, key, _SOLITARY, tick, lineage)
    waking = behaviours[index[WAKING]] * tables.sites.receptivity[site]
    dying = behaviours[index[DEATH_WHILE_SOLITARY]] + killing
    for pool in range(2 + tables.count.partners):
        if not is_empty(state.solitary[site, pool]):
            _rest(state, site, pool, waking * _stimulation(tables, behaviours, pool), dying, tick, dt)


@kernel
def _death_in_capillary(tables, behaviours, pool, killing):
    """Death rate (1/day) of an arrested tumour cell of a pool: slower in company, killed less beside some partners.

    The partner is in the capillary too, so what it does there follows the signals of the organ's niche. It is left
    behind when the aggregate enters the organ, so that it shields no resting cell.
    """
    death = behaviours[tables.behaviour.tumour[DEATH_AFTER_ARREST]]
    if pool > 0:
        death /= tables.tumour.company_factor
    if pool >= FIRST_ESCORTED:
        shielding = tables.behaviour.shielding[pool - FIRST_ESCORTED]
        if shielding >= 0:
            killing *= 1.0 - min(max(behaviours[shielding], 0.0), 1.0)
    return death + killing


@kernel
def _stimulation(tables, behaviours, pool):
    """Factor on the waking of groups of a pool: the mark of the partner they came with, 1 without.

    It is read in the niche where the group rests: there the signals act that make the mark tell or not.
    """
    if pool < FIRST_ESCORTED:
        return 1.0
    stimulation = tables.behaviour.stimulation[pool - FIRST_ESCORTED]
    return behaviours[stimulation] if stimulation >= 0 else 1.0


@kernel
def _leave_capillaries(state, site, pool, death, leaving, dt):
    """Arrested aggregates of a pool leave the vessel during dt (day) as one, while their cells die one by one (1/day).

    A survivor of a cluster keeps the company's rate. Exact for single cells; cells of a cluster that leaves in this
    step live until then with the mean chance over the times of leaving.
    """
    arrested, resting = state.arrested[site, pool], state.solitary[site, pool]
    stays = math.exp(-leaving * dt)
    lives = math.exp(-death * dt)
    lives_until = leaving * relative_growth(-(leaving + death) * dt) * dt / max(1.0 - stays, 1e-300)
    entered = _leave_alone(
        state.generator, arrested, resting, (1.0 - stays) * min(1.0, lives_until), stays * lives
    )
    for size in range(1, LARGEST_AGGREGATE):
        groups = arrested[size]
        if groups > 0:
            arrested[size] = 0
            gone = binomial(state.generator, groups, 1.0 - stays)
            entered += _thin_groups(state.generator, gone, size + 1, min(1.0, lives_until), resting)
            _thin_groups(state.generator, groups - gone, size + 1, lives, arrested)
    state.funnel[site, ENTERED_STEP, kind_of_pool(pool)] += entered


@kernel
def _leave_alone(generator, arrested, resting, enters, stays):
    """Single cells enter the organ or stay in the vessel, alive, with these chances; returns how many entered."""
    cells = arrested[0]
    entered = binomial(generator, cells, enters)
    arrested[0] = binomial(generator, cells - entered, stays / max(1.0 - enters, 1e-300))
    resting[0] += entered
    return entered


@kernel
def _thin_groups(generator, groups, size, chance, pool):
    """Thin `groups` groups of `size` cells, each cell living with `chance`, into pool (by living cells - 1).

    Returns the groups that still live.
    """
    if groups == 0 or chance <= 0.0:
        return np.int64(0)
    if size == 1:
        living = binomial(generator, groups, chance)
        pool[0] += living
        return living
    left, rest = groups, 1.0
    probability = chance**size  # of all alive; then one fewer, and so on
    for alive in range(size, 0, -1):
        number = binomial(generator, left, min(1.0, probability / rest))
        pool[alive - 1] += number
        left -= number
        if left == 0:
            break
        rest = max(rest - probability, 1e-300)
        probability *= alive / (size - alive + 1.0) * (1.0 - chance) / chance
    return groups - left


@kernel
def _rest(state, site, pool, waking, dying, tick, dt):
    """Resting groups of a pool die out or wake at constant rates (1/day) during dt (day)."""
    both = waking + dying
    if both <= 0.0:
        return
    leaving, resting = -math.expm1(-both * dt), state.solitary[site, pool]
    for size in range(LARGEST_AGGREGATE):
        if resting[size] > 0:
            gone = binomial(state.generator, resting[size], leaving)
            woken = binomial(state.generator, gone, waking / both)
            resting[size] -= gone
            state.funnel[site, AWAKE_STEP, kind_of_pool(pool)] += woken
            start_groups(state, site, pool, size, woken, tick)

"""From arrest to a new lesion: death in the capillary, extravasation, rest, waking, and the ladder of founder sizes.

Cells of an arrested aggregate die one by one, more slowly in company; the aggregate leaves the vessel as one. In the
organ it rests, and dies out or wakes as one (whatever its size). A woken group grows or dies by the ladder law
(`ladder.py`): a founder without company dies easily. From MICROMETASTASIS_CELLS on it is a lesion.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law
from paget.host.birth_death import birth_death_step, relative_growth
from paget.host.environment import killing_rate
from paget.host.ladder import climb
from paget.host.lesions import update_volume
from paget.host.pools import FIRST_ESCORTED, kind_of_pool
from paget.host.record import CASCADE_STEPS, LARGEST_AGGREGATE, MICROMETASTASIS_CELLS
from paget.host.state import FULL, GROUPS, LESIONS, SITE_COUNT
from paget.keyed_random import Purpose, binomial, daughter_lineage, seek, uniform
from paget.rules.tables import (
    DEATH_AFTER_ARREST,
    DEATH_OF_LONE_FOUNDER,
    DEATH_WHILE_SOLITARY,
    EXTRAVASATION,
    WAKING,
)

ENTERED_STEP = CASCADE_STEPS.index("entered")
AWAKE_STEP = CASCADE_STEPS.index("awake")
MICROMETASTASIS_STEP = CASCADE_STEPS.index("micrometastasis")

COMPANY_SCALES = 8.0
"""Company scales of cells from which a group no longer needs company: the excess death is e^-8 of a lone founder's."""

_ARRESTED, _SOLITARY, _WAKING, _LADDER = (
    int(Purpose.ARREST_POOL),
    int(Purpose.DORMANT_POOL),
    int(Purpose.WAKING),
    int(Purpose.LADDER),
)


@kernel
def advance_pools(tables, state, site, key, tick, dt):
    """Advance what is arrested and what rests at a site by dt (day); woken groups join the ladder.

    `read_niche` must have been called for this site in this step.
    """
    index, behaviours = tables.behaviour.tumour, state.niche_behaviours[site]
    killing = killing_rate(tables, state)
    lineage = np.uint64(site + 1)
    seek(state.generator, key, _ARRESTED, tick, lineage)
    for pool in range(2 + tables.count.partners):
        death = _death_in_capillary(tables, behaviours, pool, killing)
        _leave_capillaries(state, site, pool, death, behaviours[index[EXTRAVASATION]], dt)
    seek(state.generator, key, _SOLITARY, tick, lineage)
    waking = behaviours[index[WAKING]] * tables.sites.receptivity[site]
    dying = behaviours[index[DEATH_WHILE_SOLITARY]] + killing
    for pool in range(2 + tables.count.partners):
        _rest(state, site, pool, waking * _stimulation(tables, behaviours, pool), dying, key, tick, dt)


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
    for size in range(LARGEST_AGGREGATE):
        groups = arrested[size]
        if groups > 0:
            arrested[size] = 0
            gone = binomial(state.generator, groups, 1.0 - stays)
            entered = _thin_groups(state.generator, gone, size + 1, min(1.0, lives_until), resting)
            state.funnel[site, ENTERED_STEP, kind_of_pool(pool)] += entered
            _thin_groups(state.generator, groups - gone, size + 1, lives, arrested)


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
def _rest(state, site, pool, waking, dying, key, tick, dt):
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
            _start_groups(state, site, pool, size, woken, tick)


@kernel
def _start_groups(state, site, pool, size, number, tick):
    """Put woken groups on the ladder, each with a lineage of its own."""
    parent = np.uint64(((pool >> 4) << 48) | (tick << 16) | (site << 8) | ((pool & 15) << 4) | size)
    for order in range(number):
        group = state.count[GROUPS]
        if group >= state.group_size.size:
            state.count[FULL] = 1
            return
        state.group_site[group] = site
        state.group_size[group] = size + 1
        state.group_founders[group] = size + 1
        state.group_kind[group] = kind_of_pool(pool)
        state.group_partner[group] = max(pool - FIRST_ESCORTED + 1, 0)
        state.group_lineage[group] = daughter_lineage(parent, np.uint64(order))
        state.count[GROUPS] = group + 1


@kernel
def climb_ladder(tables, state, waiting, key, tick, dt):
    """Advance the first `waiting` founder groups by dt (day) at the rates of their organs; later ones have just woken.

    Groups that reach MICROMETASTASIS_CELLS become lesions, those without cells are dropped.
    """
    kept = 0
    _fill_lone_chances(tables, state, dt)
    for group in range(state.count[GROUPS]):
        size = state.group_size[group]
        if group < waiting:
            seek(state.generator, key, _LADDER, tick, state.group_lineage[group])
            size = _climb_group(tables, state, state.group_site[group], size, dt)
        if size >= MICROMETASTASIS_CELLS:
            found_lesion(tables, state, group, size)
        elif size > 0:
            state.group_size[group] = size
            if kept < group:
                _copy_group(state, group, kept)
            kept += 1
    state.count[GROUPS] = kept


@kernel
def _fill_lone_chances(tables, state, dt):
    """For each organ in use: the chances that a lone founder dies, and that anything happens to it, within dt (day)."""
    index = tables.behaviour.tumour[DEATH_OF_LONE_FOUNDER]
    for site in range(SITE_COUNT):
        if state.active[site] == 1:
            dying = state.deaths[site] + state.niche_behaviours[site, index]
            rate = max(state.births[site] + dying, 1e-300)
            state.lone_event[site] = -math.expm1(-rate * dt)
            state.lone_death[site] = state.lone_event[site] * dying / rate


@kernel
def _climb_group(tables, state, site, size, dt):
    """Cells of one group after dt (day): the ladder while company matters, then linear birth and death."""
    left = dt
    if size == 1:
        # One random number decides what happens first to a lone founder, and when: most of them die here.
        drawn = uniform(state.generator) - state.lone_death[site]
        if drawn < 0.0:
            return np.int64(0)
        births = state.lone_event[site] - state.lone_death[site]
        if drawn >= births:
            return np.int64(1)
        size, left = np.int64(2), _time_left(drawn / births, state.lone_event[site], dt)
    birth, death = state.births[site], state.deaths[site]
    scale = tables.tumour.company_scale
    free = min(np.int64(1.0 + COMPANY_SCALES * scale), MICROMETASTASIS_CELLS)
    if size < free:
        excess = state.niche_behaviours[site, tables.behaviour.tumour[DEATH_OF_LONE_FOUNDER]]
        size, left = climb(size, birth, death, excess, scale, left, free, state.generator)
    if size >= free and left > 0.0:
        size = birth_death_step(size, birth, death, left, state.generator)
    return size


@law
def _time_left(part, event, dt):
    """Time left of dt (day) after an exponential time that ends within it with chance `event`, at quantile `part`."""
    return dt * (1.0 - math.log1p(-part * event) / math.log1p(-event)) if event < 1.0 else dt


@kernel
def _copy_group(state, source, target):
    state.group_site[target] = state.group_site[source]
    state.group_size[target] = state.group_size[source]
    state.group_founders[target] = state.group_founders[source]
    state.group_kind[target] = state.group_kind[source]
    state.group_partner[target] = state.group_partner[source]
    state.group_lineage[target] = state.group_lineage[source]


@kernel
def found_lesion(tables, state, group, size):
    """Turn a founder group of `size` cells into a small lesion."""
    lesion = max(state.count[LESIONS], 1)
    if lesion >= state.site.size:
        state.count[FULL] = 1
        return
    site, kind = state.group_site[group], state.group_kind[group]
    state.site[lesion] = site
    state.small[lesion] = 1
    state.cells[lesion, :] = 0
    state.cells[lesion, 0] = size
    state.stroma[lesion, :] = 0
    state.lineage[lesion] = state.group_lineage[group]
    state.founders[lesion] = state.group_founders[group]
    state.kind[lesion] = kind
    state.partner[lesion] = state.group_partner[group]
    state.reached[lesion] = 0
    state.count[LESIONS] = lesion + 1
    state.funnel[site, MICROMETASTASIS_STEP, kind] += 1
    update_volume(tables, state, lesion)

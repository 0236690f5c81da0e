"""From arrest to a new lesion: death in the capillary, extravasation, rest, waking, and the ladder of founder sizes.

Cells of an arrested aggregate die one by one, more slowly in company; the aggregate leaves the vessel as one. In the
organ it rests, and dies out or wakes as one (whatever its size). A woken group grows or dies by the ladder law
(`ladder.py`): a founder without company dies easily. From MICROMETASTASIS_CELLS on it is a lesion.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law
from paget.host.birth_death import birth_death_step
from paget.host.environment import killing_rate
from paget.host.ladder import climb
from paget.host.lesions import update_volume
from paget.host.record import CASCADE_STEPS, LARGEST_AGGREGATE, MICROMETASTASIS_CELLS
from paget.host.state import FULL, GROUPS, KIND_COUNT, LESIONS, SITE_COUNT
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
    alone = behaviours[index[DEATH_AFTER_ARREST]] + killing
    company = behaviours[index[DEATH_AFTER_ARREST]] / tables.tumour.company_factor + killing
    _die_in_capillaries(state, site, alone, company, 0.5 * dt)
    _extravasate(state, site, behaviours[index[EXTRAVASATION]], dt)
    _die_in_capillaries(state, site, alone, company, 0.5 * dt)
    seek(state.generator, key, _SOLITARY, tick, lineage)
    waking = behaviours[index[WAKING]] * tables.sites.receptivity[site]
    _rest(state, site, waking, behaviours[index[DEATH_WHILE_SOLITARY]] + killing, key, tick, dt)


@kernel
def _die_in_capillaries(state, site, alone, company, dt):
    """Binomial deaths of the cells of arrested aggregates; a survivor of a cluster keeps the company's rate."""
    for kind in range(KIND_COUNT):
        pool = state.arrested[site, kind]
        chance = math.exp(-(alone if kind == 0 else company) * dt)
        state.moved[:] = 0
        for size in range(LARGEST_AGGREGATE):
            if pool[size] > 0:
                _thin_groups(state, pool[size], size + 1, chance)
                pool[size] = 0
        for size in range(LARGEST_AGGREGATE):
            pool[size] = state.moved[size]


@kernel
def _thin_groups(state, groups, size, chance):
    """Thin `groups` groups of `size` cells, each cell living with `chance`, into state.moved (living cells - 1)."""
    if chance <= 0.0:
        return
    if size == 1:
        state.moved[0] += binomial(state.generator, groups, chance)
        return
    left, rest = groups, 1.0
    probability = chance**size  # of all alive; then one fewer, and so on
    for alive in range(size, -1, -1):
        if left == 0:
            return
        number = left if alive == 0 else binomial(state.generator, left, min(1.0, probability / rest))
        if alive > 0:
            state.moved[alive - 1] += number
            rest = max(rest - probability, 1e-300)
            probability *= alive / (size - alive + 1.0) * (1.0 - chance) / chance
        left -= number


@kernel
def _extravasate(state, site, rate, dt):
    chance = -math.expm1(-rate * dt)
    for kind in range(KIND_COUNT):
        for size in range(LARGEST_AGGREGATE):
            if state.arrested[site, kind, size] > 0:
                number = binomial(state.generator, state.arrested[site, kind, size], chance)
                state.arrested[site, kind, size] -= number
                state.solitary[site, kind, size] += number
                state.funnel[site, ENTERED_STEP, kind] += number


@kernel
def _rest(state, site, waking, dying, key, tick, dt):
    """Resting groups die out or wake at constant rates (1/day) during dt (day)."""
    both = waking + dying
    if both <= 0.0:
        return
    leaving = -math.expm1(-both * dt)
    for kind in range(KIND_COUNT):
        for size in range(LARGEST_AGGREGATE):
            if state.solitary[site, kind, size] > 0:
                gone = binomial(state.generator, state.solitary[site, kind, size], leaving)
                woken = binomial(state.generator, gone, waking / both)
                state.solitary[site, kind, size] -= gone
                state.funnel[site, AWAKE_STEP, kind] += woken
                _start_groups(state, site, kind, size, woken, tick)


@kernel
def _start_groups(state, site, kind, size, number, tick):
    """Put woken groups on the ladder, each with a lineage of its own."""
    parent = np.uint64((tick << 16) | (site << 8) | (kind << 4) | size)
    for order in range(number):
        group = state.count[GROUPS]
        if group >= state.group_size.size:
            state.count[FULL] = 1
            return
        state.group_site[group] = site
        state.group_size[group] = size + 1
        state.group_founders[group] = size + 1
        state.group_kind[group] = kind
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
    state.reached[lesion] = 0
    state.count[LESIONS] = lesion + 1
    state.funnel[site, MICROMETASTASIS_STEP, kind] += 1
    update_volume(tables, state, lesion)

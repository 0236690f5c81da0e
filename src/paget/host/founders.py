"""Founders: what has woken and climbs the ladder of sizes (`ladder.py`) until it is a lesion or gone.

A founder without company dies easily. Lone founders are alike, so they are counted, by site, pool and cells of their
group when it woke. Groups of two cells and more are listed, each with a lineage of its own; a group that falls back to
one cell is counted again. From MICROMETASTASIS_CELLS on a group is a lesion.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law
from paget.host.birth_death import birth_death_step
from paget.host.ladder import climb, fill_deaths
from paget.host.lesions import update_volume
from paget.host.pools import is_empty, kind_of_pool, partner_of_pool
from paget.host.record import CASCADE_STEPS, LARGEST_AGGREGATE, MICROMETASTASIS_CELLS
from paget.host.state import FULL, GROUPS, LESIONS
from paget.keyed_random import Purpose, binomial, daughter_lineage, seek, uniform
from paget.rules.tables import DEATH_OF_LONE_FOUNDER

MICROMETASTASIS_STEP = CASCADE_STEPS.index("micrometastasis")

COMPANY_SCALES = 8.0
"""Company scales of cells from which a group no longer needs company: the excess death is e^-8 of a lone founder's."""

_LADDER = int(Purpose.LADDER)

_FROM_LONE = np.uint64(1 << 63)
"""Bit of a lineage's parent that tells groups of lone founders that divide from groups that wake."""


@kernel
def start_groups(state, site, pool, size, number, tick):
    """Make `number` woken groups of `size` + 1 cells founders; those of more cells get a lineage of their own."""
    if size == 0:
        state.lone[site, pool, 0] += number
        return
    parent = _parent(site, pool, size, tick)
    for order in range(number):
        list_group(state, site, pool, size + 1, size + 1, daughter_lineage(parent, np.uint64(order)))


@law
def _parent(site, pool, size, tick):
    """Parent of the lineages of groups that wake at a site, from a pool, with so many cells - 1, at a tick."""
    return np.uint64(((pool >> 4) << 48) | (tick << 16) | (site << 8) | ((pool & 15) << 4) | size)


@kernel
def list_group(state, site, pool, founders, size, lineage):
    """Add a group of `size` cells, of `founders` when it woke, to the list."""
    group = state.count[GROUPS]
    if group >= state.group_size.size:
        state.count[FULL] = 1
        return
    state.group_site[group] = site
    state.group_size[group] = size
    state.group_founders[group] = founders
    state.group_pool[group] = pool
    state.group_lineage[group] = lineage
    state.count[GROUPS] = group + 1


@kernel
def climb_alone(tables, state, site, key, tick, dt):
    """Advance the lone founders of a site by dt (day): they die, stay, or divide and climb on as groups.

    Fills state.founder_deaths of the site; `advance_niche` must have been called for it in this step. What divides
    is listed and done with this step.
    """
    excess = state.niche_behaviours[site, tables.behaviour.tumour[DEATH_OF_LONE_FOUNDER]]
    free, deaths = _free_size(tables), state.founder_deaths[site]
    fill_deaths(state.deaths[site], excess, tables.tumour.company_scale, deaths[:free])
    rate = state.births[site] + deaths[1]
    event = -math.expm1(-rate * dt)
    seek(state.generator, key, _LADDER, tick, np.uint64(site + 1))
    for pool in range(2 + tables.count.partners):
        lone = state.lone[site, pool]
        if is_empty(lone):
            continue
        for founders in range(LARGEST_AGGREGATE):
            if lone[founders] > 0:
                first = binomial(state.generator, lone[founders], event)
                dividing = binomial(state.generator, first, state.births[site] / rate)
                lone[founders] -= first
                _divide(state, site, pool, founders, dividing, rate, event, free, tick, dt)


@kernel
def _divide(state, site, pool, founders, dividing, rate, event, free, tick, dt):
    """Let lone founders that divide within dt (day) climb on from two cells for the time that each has left."""
    parent = _parent(site, pool, founders, tick) | _FROM_LONE
    for order in range(dividing):
        left = time_left(uniform(state.generator), rate, event, dt)
        size = _climb_on(state, site, 2, left, free)
        if size == 1:
            state.lone[site, pool, founders] += 1
        elif size > 1:
            lineage = daughter_lineage(parent, np.uint64(order))
            list_group(state, site, pool, founders + 1, size, lineage)


@law
def time_left(part, rate, event, dt):
    """Time left of dt (day) after an exponential time (1/day) that ends within it, at quantile `part`.

    `event` is the chance that it ends within dt.
    """
    return max(dt + math.log1p(-part * event) / rate, 0.0)


@kernel
def _free_size(tables):
    """Cells from which a group grows without regard to company."""
    return min(np.int64(1.0 + COMPANY_SCALES * tables.tumour.company_scale), MICROMETASTASIS_CELLS)


@kernel
def _climb_on(state, site, size, dt, free):
    """Cells of a group after dt (day): the ladder while company matters, then linear birth and death."""
    left = dt
    if size < free:
        size, left = climb(size, state.births[site], state.founder_deaths[site], left, free, state.generator)
    if size >= free and left > 0.0:
        size = birth_death_step(size, state.births[site], state.deaths[site], left, state.generator)
    return size


@kernel
def climb_together(tables, state, waiting, key, tick, dt):
    """Advance the first `waiting` listed groups by dt (day) at the rates of their organs; later ones are done.

    Groups that reach MICROMETASTASIS_CELLS become lesions, lone founders are counted, what has no cells is dropped.
    `climb_alone` must have been called for all sites in this step.
    """
    kept, free = 0, _free_size(tables)
    for group in range(state.count[GROUPS]):
        size = state.group_size[group]
        if group < waiting:
            seek(state.generator, key, _LADDER, tick, state.group_lineage[group])
            size = _climb_on(state, state.group_site[group], size, dt, free)
        if size >= MICROMETASTASIS_CELLS:
            found_lesion(tables, state, group, size)
        elif size == 1:
            state.lone[state.group_site[group], state.group_pool[group], state.group_founders[group] - 1] += 1
        elif size > 1:
            state.group_size[group] = size
            if kept < group:
                _copy_group(state, group, kept)
            kept += 1
    state.count[GROUPS] = kept


@kernel
def _copy_group(state, source, target):
    state.group_site[target] = state.group_site[source]
    state.group_size[target] = state.group_size[source]
    state.group_founders[target] = state.group_founders[source]
    state.group_pool[target] = state.group_pool[source]
    state.group_lineage[target] = state.group_lineage[source]


@kernel
def found_lesion(tables, state, group, size):
    """Turn a founder group of `size` cells into a small lesion."""
    lesion = max(state.count[LESIONS], 1)
    if lesion >= state.site.size:
        state.count[FULL] = 1
        return
    site, pool = state.group_site[group], state.group_pool[group]
    kind = kind_of_pool(pool)
    state.site[lesion] = site
    state.small[lesion] = 1
    state.cells[lesion, :] = 0
    state.cells[lesion, 0] = size
    state.stroma[lesion, :] = 0
    state.lineage[lesion] = state.group_lineage[group]
    state.founders[lesion] = state.group_founders[group]
    state.kind[lesion] = kind
    state.partner[lesion] = partner_of_pool(pool)
    state.reached[lesion] = 0
    state.count[LESIONS] = lesion + 1
    state.funnel[site, MICROMETASTASIS_STEP, kind] += 1
    update_volume(tables, state, lesion)

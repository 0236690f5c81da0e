"""One step of a subject: treatment, niches, pools, lesions, founders, blood."""

from __future__ import annotations

from paget.compiled import kernel
from paget.host.blood import circulate, shed, sheds
from paget.host.blood_meetings import keep_adhesion
from paget.host.colonisation import advance_pools
from paget.host.environment import act
from paget.host.founders import climb_alone, climb_together
from paget.host.lesions import (
    count_macrometastases,
    grow_large,
    grow_small,
    remove_dead_lesions,
    tumour_cells,
)
from paget.host.niches import advance_niche, mark_active, read_niche
from paget.host.state import GROUPS, LESIONS, SITE_COUNT
from paget.host.treatment import advance_treatment
from paget.pharmacology.plasma import take_back
from paget.rules.tables import BREAK_UP, FIRST_PASS_PASSAGE, LOSS_FROM_BLOOD


@kernel
def advance(tables, state, key, tick, dt):
    """Advance a subject by dt (day) from `tick` (h).

    Each cell goes through a step once: what a lesion sheds arrests in this step and reaches the organ from the next
    on, what wakes in this step climbs from the next on, and a lesion founded in this step grows from the next on.
    Lone founders therefore climb before others wake, and groups become lesions after all lesions have grown.
    """
    advance_treatment(tables, state, dt)
    take_back(tables, state)
    mark_active(state)
    waiting = state.count[GROUPS]
    for site in range(SITE_COUNT):
        if state.active[site] == 1:
            _advance_site(tables, state, site, key, tick, dt)
    for lesion in range(state.count[LESIONS]):
        _advance_lesion(tables, state, lesion, key, tick, dt)
    climb_together(tables, state, waiting, key, tick, dt)
    circulate(tables, state, key, tick, dt)
    remove_dead_lesions(state)
    count_macrometastases(state)


@kernel
def _advance_site(tables, state, site, key, tick, dt):
    read_niche(tables, state, site)
    advance_niche(tables, state, site, dt)
    climb_alone(tables, state, site, key, tick, dt)
    advance_pools(tables, state, site, key, tick, dt)


@kernel
def _advance_lesion(tables, state, lesion, key, tick, dt):
    if state.small[lesion] == 1:
        site = state.site[lesion]
        grow_small(tables, state, lesion, state.births[site], state.deaths[site], key, tick, dt)
    elif tumour_cells(state, lesion) > 0:
        grow_large(tables, state, lesion, key, tick, dt)
        # Without a primary, circulating cells come from metastases.
        sets_blood = lesion == 0 or tumour_cells(state, 0) == 0
        if sets_blood or sheds(tables, state, lesion):
            act(tables, state, tables.count.resting, tables.count.leaving)
            shed(tables, state, lesion, key, tick, dt)
        if sets_blood:
            index = tables.behaviour.tumour
            state.blood_behaviours[0] = state.behaviours[index[LOSS_FROM_BLOOD]]
            state.blood_behaviours[1] = state.behaviours[index[BREAK_UP]]
            state.blood_behaviours[2] = state.behaviours[index[FIRST_PASS_PASSAGE]]
            keep_adhesion(tables, state)
    else:
        state.stroma[lesion, :] = 0
        state.volume[lesion] = 0.0

"""Shedding into blood and lymph, the first bed, circulation, and arrest.

Aggregates are counted by class, tumour cells 1..12 and one partner or none, and thinned by binomials and
multinomials. What passes the first bed circulates and leaves at a constant rate, so the number in blood after a step
is a binomial too.
Fragments of clusters feed smaller classes, so classes are walked through from the largest down.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law
from paget.host.birth_death import relative_growth
from paget.host.blood_meetings import fill_pick_up, join_singles, pair_affinity, pick_up
from paget.host.lesions import ball_volume, tumour_cells
from paget.host.passages import ARRESTED_FIRST, ARRESTED_LATER, CHANGED, DIED, FORMED, MET, PASSED
from paget.host.pools import CLUSTER, SINGLE, kind_of, pool_of
from paget.host.record import CASCADE_STEPS, LARGEST_AGGREGATE
from paget.host.state import DEAD_IN_BLOOD, SHED, SITE_COUNT
from paget.host.walk import (
    BREAKS,
    DIES,
    FIRST_ARREST,
    LUNG,
    NODE,
    fill_fates,
    fill_first_bed,
    first_pass_passage,
    loss_per_circuit,
)
from paget.keyed_random import Purpose, binomial, multinomial, poisson, seek
from paget.rules.tables import COHESION, FIRST_PASS_PASSAGE, SHEDDING

SHED_STEP = CASCADE_STEPS.index("shed")
SURVIVED_STEP = CASCADE_STEPS.index("survived blood")
ARRESTED_STEP = CASCADE_STEPS.index("arrested")

REFERENCE_VOLUME = 1000.0
"""Volume (mm3) at which shedding has its stated rate."""

_SHEDDING, _WALK = int(Purpose.SHEDDING), int(Purpose.WALK)


@kernel
def sheds(tables, state, lesion):
    """Whether a lesion is large enough to shed."""
    return state.volume[lesion] >= ball_volume(tables.tumour.shedding_diameter)


@kernel
def shed(tables, state, lesion, key, tick, dt):
    """Shed aggregates from one large lesion during dt (day) and send them through the first bed.

    `read_lesion` or `grow_large` must have filled state.behaviours for this lesion.
    """
    if not sheds(tables, state, lesion):
        return
    seek(state.generator, key, _SHEDDING, tick, state.lineage[lesion])
    index, behaviours = tables.behaviour.tumour, state.behaviours
    relative = state.volume[lesion] / REFERENCE_VOLUME
    rate = behaviours[index[SHEDDING]] * relative**tables.tumour.shedding_exponent
    most = tumour_cells(state, lesion) // LARGEST_AGGREGATE  # a lesion cannot shed more cells than it has
    events = min(poisson(state.generator, rate * dt), most)
    split_by_size(state, events, behaviours[index[COHESION]])
    _fill_pull(tables, state, lesion)
    split_by_partner(state, tables.count.partners)
    taken = _book_shed(state, state.site[lesion], tables.count.partners)
    _remove_cells(state, lesion, taken)
    _drain(tables, state, state.site[lesion], behaviours[index[FIRST_PASS_PASSAGE]])


@kernel
def split_by_size(state, events, cohesion):
    """Split events by tumour cells: one more stays attached with probability `cohesion`."""
    left = events
    state.sizes[:, :] = 0
    for size in range(LARGEST_AGGREGATE - 1):
        if left == 0:
            return
        stop = binomial(state.generator, left, 1.0 - min(max(cohesion, 0.0), 1.0))
        state.sizes[size, 0] = stop
        left -= stop
    state.sizes[LARGEST_AGGREGATE - 1, 0] = left


@law
def size_share(size, cohesion):
    """Share of shed events that have `size` tumour cells: (1 - c) c^(size - 1), all larger ones in the largest."""
    kept = min(max(cohesion, 0.0), 1.0)
    ends = 1.0 - kept if size < LARGEST_AGGREGATE else 1.0
    return ends * kept ** (size - 1)


@kernel
def _fill_pull(tables, state, lesion):
    """Fill state.pull: affinity of a shed aggregate to each partner type times its share of the lesion's cells."""
    for partner in range(tables.count.partners):
        cells = state.stroma[lesion, tables.behaviour.partner[partner]]
        share = cells / (tables.tumour.cell_density * max(state.volume[lesion], 1e-12))
        state.pull[partner] = pair_affinity(tables, state.behaviours, partner) * share


@kernel
def split_by_partner(state, partners):
    """Give aggregates a partner with probability 1 - exp(-sum of state.pull), shared out over the types by pull."""
    total = 0.0
    for partner in range(partners):
        total += state.pull[partner]
    if total <= 0.0:
        return
    for size in range(LARGEST_AGGREGATE):
        alone = state.sizes[size, 0]
        if alone > 0:
            escorted = binomial(state.generator, alone, -math.expm1(-total))
            state.sizes[size, 0] -= escorted
            rest = total
            for partner in range(partners):
                chance = min(1.0, state.pull[partner] / rest) if rest > 0.0 else 1.0
                joined = binomial(state.generator, escorted, chance)
                state.sizes[size, 1 + partner] = joined
                escorted -= joined
                rest -= state.pull[partner]
            state.sizes[size, 0] += escorted


@kernel
def _book_shed(state, site, partners):
    """Book state.sizes of so many types of partner as shed at `site`; returns the tumour cells in them."""
    cells = 0
    for size in range(state.sizes.shape[0]):
        for partner in range(1 + partners):
            number = state.sizes[size, partner]
            cells += number * (size + 1)
            state.funnel[site, SHED_STEP, kind_of(size + 1, partner)] += number
    state.account[SHED] += cells
    return cells


@kernel
def _remove_cells(state, lesion, taken):
    """Take shed cells out of a lesion: each stage in proportion, the rounding from the first that has cells."""
    total = max(tumour_cells(state, lesion), 1)
    left = taken
    for stage in range(3):
        gone = min(left, np.int64(taken * (state.cells[lesion, stage] / total)))
        state.cells[lesion, stage] -= gone
        left -= gone
    for stage in range(3):
        gone = min(left, state.cells[lesion, stage])
        state.cells[lesion, stage] -= gone
        left -= gone


@kernel
def _drain(tables, state, site, passage):
    """Send state.sizes from a lesion at `site` by lymph to the axillary node or by blood to their first bed."""
    fill_first_bed(tables, site, state.fates)
    for size in range(LARGEST_AGGREGATE):
        for partner in range(1 + tables.count.partners):
            number = state.sizes[size, partner]
            if number > 0:
                by_lymph = 0
                if site == 0:
                    by_lymph = binomial(state.generator, number, tables.tumour.lymphatic_share)
                meet_bed(tables, state, site, NODE, size, partner, by_lymph, passage)
                meet_first_beds(tables, state, site, size, partner, number - by_lymph, passage)


@kernel
def meet_first_beds(tables, state, booked_at, size, partner, number, passage):
    """Share out `number` aggregates over the first beds they can meet, by the chances of `fill_first_bed`.

    All beds are passed alike, so that who passes is drawn first, and then where the others stop.
    """
    if number == 0:
        return
    in_lung = state.fates[FIRST_ARREST + LUNG] == 1.0
    stopped = _pass_bed(tables, state, in_lung, size, partner, number, passage)
    if in_lung:
        arrest(state, booked_at, LUNG, size, partner, stopped)
        return
    multinomial(state.generator, stopped, state.fates, state.fate_counts)
    for site in range(SITE_COUNT):
        arrest(state, booked_at, site, size, partner, state.fate_counts[FIRST_ARREST + site])


@kernel
def meet_bed(tables, state, booked_at, site, size, partner, number, passage):
    """First bed: most aggregates arrest at `site`, the rest start to circulate."""
    if number > 0:
        stopped = _pass_bed(tables, state, site == LUNG, size, partner, number, passage)
        arrest(state, booked_at, site, size, partner, stopped)


@kernel
def _pass_bed(tables, state, in_lung, size, partner, number, passage):
    """Let some of `number` aggregates pass their first bed and circulate; returns how many stop there."""
    passing = binomial(state.generator, number, passage_of_class(tables, size, partner, passage))
    passages = state.passages[kind_of(size + 1, partner)]
    passages[MET] += number
    passages[ARRESTED_FIRST] += number - passing
    passages[PASSED] += passing
    if in_lung:
        state.entering[size, partner] += passing
    else:
        state.entering_veins[size, partner] += passing
    return number - passing


@kernel
def passage_of_class(tables, size, partner, passage):
    """Chance that an aggregate of `size` + 1 tumour cells passes its first bed, from that of a single cell."""
    cells = size + 1 + (1 if partner > 0 else 0)  # a partner makes it as large as one more cell does
    return first_pass_passage(passage, float(cells), tables.tumour.passage_size_exponent)


@kernel
def arrest(state, booked_at, site, size, partner, number):
    """Book aggregates as arrested at `site`; they survived blood, having been shed by `booked_at`."""
    if number == 0:
        return
    kind = kind_of(size + 1, partner)
    state.arrested[site, pool_of(size + 1, partner), size] += number
    state.funnel[booked_at, SURVIVED_STEP, kind] += number
    state.funnel[site, ARRESTED_STEP, kind] += number
    state.arrested_cells[site] += number * (size + 1)


@kernel
def circulate(tables, state, key, tick, dt):
    """Let passers circulate during dt (day): what leaves dies, arrests or breaks up; the rest stays in blood."""
    seek(state.generator, key, _WALK, tick, np.uint64(0))
    picking = fill_pick_up(tables, state)
    for size in range(LARGEST_AGGREGATE - 1, -1, -1):
        for partner in range(1 + tables.count.partners):
            waiting = state.circulating[size, partner]
            for after_lungs in (True, False):
                entered = (
                    state.entering[size, partner] if after_lungs else state.entering_veins[size, partner]
                )
                stayed = waiting if after_lungs else 0
                if entered + stayed > 0:
                    meeting = picking if partner == 0 else 0.0
                    _circulate_class(tables, state, size, partner, stayed, entered, after_lungs, meeting, dt)
    state.entering[:, :] = 0
    state.entering_veins[:, :] = 0
    join_singles(tables, state, dt)


@kernel
def _circulate_class(tables, state, size, partner, stayed, entered, after_lungs, picking, dt):
    """One class of passers: `stayed` were in blood at the start of the step, `entered` came evenly over it.

    They leave the class by the end of their walk or, at the rate `picking` (1/day), by picking up a leukocyte.
    """
    per_day = fill_ends(tables, state, size, partner, after_lungs)
    leaving = per_day + picking
    old = binomial(state.generator, stayed, math.exp(-leaving * dt))
    new = binomial(state.generator, entered, relative_growth(-leaving * dt))
    if after_lungs:
        state.circulating[size, partner] = old + new
    else:
        state.circulating[size, partner] += new
    gone = stayed - old + entered - new
    if picking > 0.0:
        gone -= pick_up(state, size, binomial(state.generator, gone, picking / leaving), picking)
    _end_walk(state, size, partner, gone)


@kernel
def fill_ends(tables, state, size, partner, after_lungs):
    """Rate (1/day) at which passers of a class leave the blood; fills state.fates with the ways out."""
    tumour = tables.tumour
    kind = kind_of(size + 1, partner)
    half_life = tumour.half_life_mixed
    if kind == SINGLE:
        half_life = tumour.half_life_single
    elif kind == CLUSTER:
        half_life = tumour.half_life_cluster
    loss_factor, break_up = state.blood_behaviours[0], state.blood_behaviours[1]
    circuit = tables.body.blood_volume / tables.body.cardiac_output
    loss = loss_per_circuit(half_life, circuit)
    left = fill_fates(tables, loss, loss_factor, break_up if size > 0 else 0.0, after_lungs, state.fates)
    return -math.log1p(-min(left, 1.0 - 1e-12)) / circuit


@kernel
def _end_walk(state, size, partner, number):
    """Draw the fates of passers that leave the blood; fragments circulate on in their own class."""
    if number == 0:
        return
    multinomial(state.generator, number, state.fates, state.fate_counts)
    dead, broken = state.fate_counts[DIES], state.fate_counts[BREAKS]
    state.account[DEAD_IN_BLOOD] += dead * (size + 1)
    if broken > 0:
        state.entering[size - 1, partner] += broken
        state.entering[0, 0] += broken
        state.passages[kind_of(size, partner), FORMED] += broken
        state.passages[SINGLE, FORMED] += broken
    passages = state.passages[kind_of(size + 1, partner)]
    passages[DIED] += dead
    passages[CHANGED] += broken
    passages[ARRESTED_LATER] += number - dead - broken
    for site in range(SITE_COUNT):
        arrest(state, 0, site, size, partner, state.fate_counts[FIRST_ARREST + site])

"""The blood of a patient at rest: shedding at a constant rate, first pass, circulation, by the laws of `blood.py`.

What sheds does not change over the hours that an aggregate stays in blood. The stock of each class is then, but for
fragments that two classes share, Poisson with the mean that `mean_blood` gives.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel
from paget.host.blood import (
    circulate,
    fill_ends,
    meet_bed,
    passage_of_class,
    size_share,
    split_by_partner,
    split_by_size,
)
from paget.host.blood_meetings import fill_pick_up
from paget.host.record import LARGEST_AGGREGATE
from paget.host.state import SITE_COUNT
from paget.host.walk import BREAKS, FAT_PAD, FIRST_ARREST, LUNG
from paget.keyed_random import Purpose, binomial, poisson, seek

_SHEDDING, _BLOOD_DRAW = int(Purpose.SHEDDING), int(Purpose.BLOOD_DRAW)


@kernel
def empty_blood(state):
    """Take out of the blood what is there."""
    state.circulating[:, :] = 0
    state.entering[:, :] = 0
    state.entering_veins[:, :] = 0


@kernel
def fill_blood(tables, state, key, rate, cohesion, passage, dt, steps):
    """Let `rate` aggregates a day be shed for `steps` steps of dt (day) into empty blood; fills state.circulating.

    state.pull holds the pull of each partner type. `steps` times dt should be many half-lives.
    """
    empty_blood(state)
    for step in range(steps):
        seek(state.generator, key, _SHEDDING, step, np.uint64(0))
        state.sizes[:, :] = 0
        split_by_size(state, poisson(state.generator, rate * dt), cohesion)
        split_by_partner(state, tables.count.partners)
        for size in range(LARGEST_AGGREGATE):
            for partner in range(1 + tables.count.partners):
                meet_bed(tables, state, FAT_PAD, LUNG, size, partner, state.sizes[size, partner], passage)
        circulate(tables, state, key, step, dt)


@kernel
def mean_blood(tables, state, rate, cohesion, passage, stock):
    """Fill stock, shape (LARGEST_AGGREGATE, 1 + P), with the mean number of aggregates of each class at rest.

    From the largest class down: stock = inflow / rate of leaving; fragments and what picks up a leukocyte are inflow of
    other classes.
    """
    stock[:, :] = 0.0
    picking = fill_pick_up(tables, state)
    for size in range(LARGEST_AGGREGATE - 1, -1, -1):
        shed = rate * size_share(size + 1, cohesion)
        for partner in range(1 + tables.count.partners):
            share = share_with_partner(tables, state, partner)
            stock[size, partner] += shed * share * passage_of_class(tables, size, partner, passage)
            meeting = picking if partner == 0 else 0.0
            leaving = fill_ends(tables, state, size, partner, True)
            stock[size, partner] /= leaving + meeting
            broken = stock[size, partner] * leaving * state.fates[BREAKS]
            if size > 0:
                stock[size - 1, partner] += broken
                stock[0, 0] += broken
            if partner == 0:
                for other in range(tables.count.partners):
                    stock[size, 1 + other] += stock[size, 0] * state.pick_up[other]


@kernel
def mean_arrests(tables, state, rate, cohesion, passage, stock, arrests):
    """Fill arrests, shape (S,), with the mean number of aggregates that stop in the capillaries of each site per day.

    All blood of the tumour meets the lungs first. stock, shape (LARGEST_AGGREGATE, 1 + P), is filled by `mean_blood`.
    """
    mean_blood(tables, state, rate, cohesion, passage, stock)
    arrests[:] = 0.0
    for size in range(LARGEST_AGGREGATE):
        shed = rate * size_share(size + 1, cohesion)
        for partner in range(1 + tables.count.partners):
            share = share_with_partner(tables, state, partner)
            arrests[LUNG] += shed * share * (1.0 - passage_of_class(tables, size, partner, passage))
            leaving = stock[size, partner] * fill_ends(tables, state, size, partner, True)
            for site in range(SITE_COUNT):
                arrests[site] += leaving * state.fates[FIRST_ARREST + site]


@kernel
def share_with_partner(tables, state, partner):
    """Share of shed aggregates that leave with a partner (0: none), from state.pull."""
    pulled = 0.0
    for other in range(tables.count.partners):
        pulled += state.pull[other]
    if partner == 0:
        return math.exp(-pulled)
    return -math.expm1(-pulled) * state.pull[partner - 1] / pulled if pulled > 0.0 else 0.0


@kernel
def fill_tube(state, key, share, found):
    """Find each aggregate in blood with the chance `share`; fills found, of the shape of state.circulating."""
    seek(state.generator, key, _BLOOD_DRAW, 0, np.uint64(0))
    for size in range(found.shape[0]):
        for partner in range(found.shape[1]):
            found[size, partner] = binomial(state.generator, state.circulating[size, partner], share)

"""Kinds of aggregate, and the pools of arrested and resting groups and of founders.

A kind is single, cluster or mixed (AGGREGATE_KINDS). A pool also knows the partner: the pool of single cells, that of
clusters, and one for each type of partner, whose cells may shield and stimulate those they escort.
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.host.record import LARGEST_AGGREGATE

SINGLE, CLUSTER, MIXED = 0, 1, 2

FIRST_ESCORTED = 2
"""Pool of what arrived with the first type of partner."""


@kernel
def kind_of(size, partner):
    """Kind of aggregate: single cell, cluster of tumour cells, or mixed with a partner (partner 0 is none)."""
    if partner > 0:
        return MIXED
    return CLUSTER if size > 1 else SINGLE


@kernel
def pool_of(size, partner):
    """Pool of an aggregate of `size` tumour cells with a partner (0 is none, 1 the first type)."""
    if partner > 0:
        return FIRST_ESCORTED + partner - 1
    return CLUSTER if size > 1 else SINGLE


@kernel
def kind_of_pool(pool):
    """Kind of the aggregates in a pool."""
    return min(pool, MIXED)


@kernel
def partner_of_pool(pool):
    """Partner of the aggregates in a pool (0 is none, 1 the first type)."""
    return max(pool - FIRST_ESCORTED + 1, 0)


@kernel
def is_empty(groups):
    """Whether no group is in a pool (groups by cells - 1)."""
    present = 0
    for size in range(LARGEST_AGGREGATE):
        present |= groups[size]
    return present == 0


@kernel
def holds_cells(state, site):
    """Whether any aggregate is arrested, rests or is a lone founder at a site."""
    for pool in range(state.arrested.shape[1]):
        arrested, resting, lone = (
            state.arrested[site, pool],
            state.solitary[site, pool],
            state.lone[site, pool],
        )
        if not (is_empty(arrested) and is_empty(resting) and is_empty(lone)):
            return True
    return False


@kernel
def resting_cells(state, site):
    """Tumour cells that are arrested or rest at a site."""
    cells = 0
    for pool in range(state.arrested.shape[1]):
        for size in range(state.arrested.shape[2]):
            groups = state.arrested[site, pool, size] + state.solitary[site, pool, size]
            cells += groups * (size + 1)
    return cells

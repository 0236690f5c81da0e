"""What cells sense in blood plasma, and how it drives the marrow.

Factor levels are the free levels of plasma, receptor activities the occupancy at these levels; contact, pressure,
vessels and collagen are not felt there (zero). The marrow is a tissue that drugs reach as they reach others, so the
antagonism at receptors is that of tissue.
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.host.environment import side_of
from paget.pharmacology.occupancy import held_share
from paget.rules.rule_table import mean_over_contacts

LEAST_AT_REST = 1e-9
"""A behaviour that is smaller than this in health has no relative change."""


@kernel
def sense_plasma(tables, state, free, drugs_act):
    """Fill state.signals for a cell in plasma with free levels `free` (nM, shape (F,)).

    Without `drugs_act` no antagonist is there: the healthy host.
    """
    signalling, index, signals = tables.signalling, tables.signal, state.signals
    receptors, factors = tables.count.receptors, tables.count.factors
    signals[:] = 0.0
    for factor in range(factors):
        signals[factor] = free[factor] / (1.0 + state.inhibition[factor] if drugs_act else 1.0)
    for receptor in range(receptors):
        bound = 0.0
        for factor in range(factors):
            bound += signals[factor] / signalling.affinity[receptor, factor]
        for cell_type in range(tables.count.types):
            blocked = state.antagonism[receptor, side_of(cell_type)] if drugs_act else 0.0
            place = index.activity + cell_type * receptors + receptor
            signals[place] = signalling.expression[cell_type, receptor] * held_share(bound, blocked)


@kernel
def read_in_plasma(tables, state, behaviour):
    """One behaviour at the signals of plasma, under this step's drugs; `sense_plasma` comes first."""
    return (
        mean_over_contacts(tables.rules, behaviour, state.signals, state.averages)
        * state.modification[behaviour]
    )


@kernel
def drive_marrow(tables, state):
    """Set state.marrow_drive: production and release at the present plasma, relative to the healthy host."""
    if tables.behaviour.marrow[0] < 0 and tables.behaviour.marrow[1] < 0:
        return
    sense_plasma(tables, state, state.plasma_free, True)
    for place in range(2):
        behaviour = tables.behaviour.marrow[place]
        if behaviour >= 0:
            now = read_in_plasma(tables, state, behaviour)
            state.marrow_drive[place] = now / state.marrow_at_rest[place]


@kernel
def rest_marrow(tables, state):
    """Note what production and release are in the host's own plasma; there the marrow is at rest by definition."""
    if tables.behaviour.marrow[0] < 0 and tables.behaviour.marrow[1] < 0:
        return
    sense_plasma(tables, state, tables.signalling.plasma_free, False)
    for place in range(2):
        behaviour = tables.behaviour.marrow[place]
        if behaviour >= 0:
            rest = mean_over_contacts(tables.rules, behaviour, state.signals, state.averages)
            state.marrow_at_rest[place] = max(rest, LEAST_AT_REST)

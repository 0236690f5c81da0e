"""What the cells of a well-mixed lesion or niche sense, and what they do in answer.

Factors are at their steady state, because they relax within minutes: production by secreting cells and exchange with
blood against decay, uptake by receptors and capture by antibodies,

    C_f = (sum_k q_kf n_k + exchange v P_f) / (decay + exchange v + capture + uptake(C)),

with n_k cells per volume, P_f the free level in plasma and v the vessel density. Uptake falls as receptors fill, so
the levels are iterated from those of the step before. Receptor activity is the occupancy by
all ligands that compete, antagonists included (Gaddum). Of a factor under an inhibitor 1 / (1 + I / K_I) is active.
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.pharmacology.occupancy import active_load, held_share
from paget.rules.rule_table import evaluate
from paget.rules.tables import TUMOUR_CELL

MOLECULES_PER_NANOMOLAR = 6.02214076e8
"""Molecules in 1 mm3 of fluid at 1 nM."""

REFERENCE_ENDOTHELIUM = 1.5e3
"""Endothelial cells per mm3 at vessel density 1."""

LEVEL_TOLERANCE = 1e-5
LEVEL_ITERATIONS = 60


@kernel
def copy_into(target, source):
    """Copy a vector element by element (a slice copy would allocate)."""
    for place in range(target.size):
        target[place] = source[place]


@kernel
def vessel_density(tables, densities):
    """Vessel density relative to a mature tumour, from cells per mm3 (shape (K,)); 1 without endothelial cells."""
    index = tables.behaviour.endothelial
    return densities[index] / REFERENCE_ENDOTHELIUM if index >= 0 else 1.0


@kernel
def sense_and_act(tables, state, levels, pressure, collagen, alignment):
    """Bring levels (nM, shape (F,)) to their steady state at state.densities and fill state.behaviours.

    `pressure`, `collagen` density and `alignment` are signals without unit. Secretion is read at the levels of the step
    before, everything else at the new ones.
    """
    vessels = vessel_density(tables, state.densities)
    _fill_signals(tables, state, levels, pressure, vessels, collagen, alignment)
    secretions = tables.count.secretions
    evaluate(tables.rules, state.signals, 0, secretions, state.behaviours)
    _apply_modification(state, 0, secretions)
    _fill_production(tables, state)
    _solve_levels(tables, state, levels, vessels)
    _fill_signals(tables, state, levels, pressure, vessels, collagen, alignment)
    last = tables.count.ruled
    evaluate(tables.rules, state.signals, secretions, last, state.behaviours)
    _apply_modification(state, secretions, last)


@kernel
def fill_unruled(tables, state):
    """Write the behaviours without rules, which are the same in every lesion, under this step's drugs."""
    for behaviour in range(tables.count.ruled, tables.count.behaviours):
        state.behaviours[behaviour] = tables.rules.base[behaviour] * state.modification[behaviour]


@kernel
def _apply_modification(state, first, last):
    for behaviour in range(first, last):
        state.behaviours[behaviour] *= state.modification[behaviour]


@kernel
def _fill_production(tables, state):
    """Production of each factor (nM/day) by all cells."""
    state.production[:] = 0.0
    fluid = MOLECULES_PER_NANOMOLAR * tables.body.interstitial_share
    secretion = tables.behaviour.secretion
    for row in range(tables.count.secretions):
        cell_type, factor = secretion[row, 0], secretion[row, 1]
        made = state.behaviours[secretion[row, 2]] * state.densities[cell_type] / fluid
        if cell_type == TUMOUR_CELL:
            made *= tables.signalling.crosses[factor]
        state.production[factor] += made


@kernel
def _solve_levels(tables, state, levels, vessels):
    signalling = tables.signalling
    fluid = MOLECULES_PER_NANOMOLAR * tables.body.interstitial_share
    types, receptors = tables.count.types, tables.count.receptors
    for receptor in range(receptors):
        total = 0.0
        for cell_type in range(types):
            internalising = (
                signalling.receptors[cell_type, receptor] * signalling.internalisation[cell_type, receptor]
            )
            total += state.densities[cell_type] * internalising
        state.receptor_density[receptor] = total / fluid
    for _ in range(LEVEL_ITERATIONS):
        _fill_uptake(tables, state, levels)
        if _update_levels(tables, state, levels, vessels) < LEVEL_TOLERANCE:
            break


@kernel
def _fill_uptake(tables, state, levels):
    """Uptake rate constant (1/day) of each factor at the present levels."""
    signalling = tables.signalling
    state.uptake[:] = 0.0
    for receptor in range(tables.count.receptors):
        if state.receptor_density[receptor] > 0.0:
            filled = 1.0 + state.antagonism[receptor]
            filled += active_load(
                levels, state.inhibition, signalling.affinity[receptor], tables.count.factors
            )
            for factor in range(tables.count.factors):
                apparent = signalling.affinity[receptor, factor] * (1.0 + state.inhibition[factor])
                share = 1.0 / (apparent * filled)
                state.uptake[factor] += state.receptor_density[receptor] * share


@kernel
def _update_levels(tables, state, levels, vessels):
    """One iteration of the levels; returns the largest relative change."""
    signalling = tables.signalling
    largest = 0.0
    for factor in range(tables.count.factors):
        exchange = signalling.exchange[factor] * vessels
        gain = state.production[factor] + exchange * state.plasma_free[factor]
        loss = signalling.decay[factor] + exchange + state.capture[factor] + state.uptake[factor]
        new = gain / loss
        change = abs(new - levels[factor]) / max(new, 1e-30)
        largest = max(largest, change)
        levels[factor] = new
    return largest


@kernel
def _fill_signals(tables, state, levels, pressure, vessels, collagen, alignment):
    signalling, index, signals = tables.signalling, tables.signal, state.signals
    types, receptors, factors = tables.count.types, tables.count.receptors, tables.count.factors
    total = 0.0
    for cell_type in range(types):
        total += state.densities[cell_type]
    for factor in range(factors):
        signals[factor] = levels[factor] / (1.0 + state.inhibition[factor])
    for receptor in range(receptors):
        bound = active_load(levels, state.inhibition, signalling.affinity[receptor], factors)
        state.activity[receptor] = held_share(bound, state.antagonism[receptor])
    for cell_type in range(types):
        first = index.activity + cell_type * receptors
        for receptor in range(receptors):
            signals[first + receptor] = signalling.expression[cell_type, receptor] * state.activity[receptor]
        share = state.densities[cell_type] / total if total > 0.0 else 0.0
        signals[index.contact + cell_type] = tables.body.neighbours * share
    signals[index.pressure] = pressure
    signals[index.vessel_density] = vessels
    signals[index.collagen_density] = collagen
    signals[index.collagen_alignment] = alignment


@kernel
def killing_rate(tables, state):
    """Death rate of a tumour cell by attack (1/day): attack times the contacts it has with each attacker."""
    total, rate = 0.0, 0.0
    for cell_type in range(tables.count.types):
        total += state.densities[cell_type]
        behaviour = tables.behaviour.attack[cell_type]
        if behaviour >= 0:
            rate += state.behaviours[behaviour] * state.densities[cell_type]
    return tables.body.neighbours * rate / total if total > 0.0 else 0.0

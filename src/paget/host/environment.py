"""What the cells of a well-mixed lesion or niche sense, and what they do in answer.

Factors are at their steady state, because they relax within minutes: production by secreting cells and exchange with
blood against decay, uptake by receptors and capture by antibodies,

    C_f = (sum_k q_kf n_k + exchange v P_f) / (decay + exchange v + capture + uptake(C)),

with n_k cells per volume, P_f the free level in plasma and v the vessel density. Uptake falls as receptors fill, so
the levels are found from those of the step before, by Newton's method for each factor at the present levels of the
others (in 5 iterations, where the formula alone, used again and again, takes 15). Receptor activity is the occupancy
by all ligands that compete, collagen and antagonists included (Gaddum), times the receptors of the cell relative to
their stated number. An antagonist may know the receptor of one species only, so tumour cells and the host's cells have
activities of their own. Of a factor under an inhibitor 1 / (1 + I / K_I) is active.
"""

from __future__ import annotations

from paget.compiled import kernel, law
from paget.pharmacology.occupancy import held_share
from paget.rules.places import ONE, place
from paget.rules.rule_table import evaluate
from paget.rules.tables import HOST_SIDE, TUMOUR_CELL, TUMOUR_SIDE

MOLECULES_PER_NANOMOLAR = 6.02214076e8
"""Molecules in 1 mm3 of fluid at 1 nM."""

REFERENCE_ENDOTHELIUM = 1.5e3
"""Endothelial cells per mm3 at vessel density 1."""

LEVEL_TOLERANCE = 1e-4
"""Relative change of its levels that ends the iteration of a competition: Newton's method is then ten times nearer."""
LEVEL_ITERATIONS = 60


@kernel
def copy_into(target, source):
    """Copy a vector element by element (a slice copy would allocate)."""
    for number in range(target.size):
        target[number] = source[number]


@kernel
def vessel_density(tables, densities):
    """Vessel density relative to a mature tumour, from cells per mm3 (shape (K,)); 1 without endothelial cells."""
    index = tables.behaviour.endothelial
    return densities[index] / REFERENCE_ENDOTHELIUM if index >= 0 else 1.0


@kernel
def sense_and_act(tables, state, levels, expression, pressure, collagen, alignment):
    """`sense`, then fill all of state.behaviours."""
    sense(tables, state, levels, expression, pressure, collagen, alignment)
    act(tables, state, tables.count.early, tables.count.ruled)


@kernel
def sense(tables, state, levels, expression, pressure, collagen, alignment):
    """Bring levels (nM, shape (F,)) to their steady state at state.densities and fill state.signals.

    `expression`: receptors relative to their stated number, shape (E,), renewed here; `pressure`, `collagen` density
    and `alignment` are signals without unit. Secretion and expression are read at the levels of the step before,
    everything else at the new ones.
    """
    vessels = vessel_density(tables, state.densities)
    fill_surroundings(tables, state, pressure, vessels, collagen, alignment)
    fill_levels(tables, state, levels, expression)
    early = tables.count.early
    act(tables, state, 0, early)
    for row in range(early - tables.count.secreting):
        expression[row] = state.behaviours[tables.count.secreting + row]
    _fill_production(tables, state)
    _solve_levels(tables, state, levels, expression, vessels)
    fill_levels(tables, state, levels, expression)


@kernel
def act(tables, state, first, last):
    """Fill behaviours first .. last - 1 at state.signals, under this step's drugs; groups of them end as in `Count`."""
    evaluate(tables.rules, state.signals, first, last, state.behaviours, state.averages)
    for behaviour in range(place(first), place(last)):
        state.behaviours[behaviour] *= state.modification[behaviour]


@kernel
def fill_shared(tables, state):
    """Write what is the same in every lesion under this step's drugs: behaviours without rules, and binding."""
    for behaviour in range(tables.count.ruled, tables.count.behaviours):
        state.behaviours[behaviour] = tables.rules.base[behaviour] * state.modification[behaviour]
    signalling, index = tables.signalling, tables.receptor
    for factor in range(tables.count.factors):
        state.free_share[factor] = 1.0 / (1.0 + state.inhibition[factor])
    fluid = MOLECULES_PER_NANOMOLAR * tables.body.interstitial_share
    for receptor in range(tables.count.receptors):
        for pair in range(index.first_ligand[receptor], index.first_ligand[receptor + 1]):
            factor = index.ligand[pair]
            state.binding[pair] = state.free_share[factor] / signalling.affinity[receptor, factor]
        for pair in range(index.first_carrier[receptor], index.first_carrier[receptor + 1]):
            cell_type = index.carrier[pair]
            taken = (
                signalling.receptors[cell_type, receptor] * signalling.internalisation[cell_type, receptor]
            )
            state.intake[pair] = taken / fluid


@kernel
def _fill_production(tables, state):
    """Production of each factor (nM/day) by all cells."""
    state.production[:] = 0.0
    fluid = MOLECULES_PER_NANOMOLAR * tables.body.interstitial_share
    secretion = tables.behaviour.secretion
    for row in range(tables.count.secretions):
        cell_type, factor = place(secretion[row, 0]), place(secretion[row, 1])
        made = state.behaviours[place(secretion[row, 2])] * state.densities[cell_type] / fluid
        if cell_type == TUMOUR_CELL:
            made *= tables.signalling.crosses[factor]
        state.production[factor] += made


@law
def side_of(cell_type):
    """Whose cells these are: 0 for those of the tumour, 1 for those of the host."""
    return TUMOUR_SIDE if cell_type == TUMOUR_CELL else HOST_SIDE


@kernel
def _present(tables, expression, pair):
    """Receptors of one carrier relative to their stated number; `pair` counts carriers of all receptors."""
    behaviour = tables.receptor.expression[pair]
    return expression[place(behaviour - tables.count.secreting)] if behaviour >= 0 else 1.0


@kernel
def _fill_receptor_density(tables, state, expression):
    """Internalising receptors (nM/day when all are filled) of tumour cells and of the host's."""
    index = tables.receptor
    for receptor in range(tables.count.receptors):
        own, hosts = 0.0, 0.0
        for pair in range(place(index.first_carrier[receptor]), place(index.first_carrier[receptor + 1])):
            cell_type = place(index.carrier[pair])
            taken = state.intake[pair] * state.densities[cell_type] * _present(tables, expression, pair)
            if side_of(cell_type) == TUMOUR_SIDE:
                own += taken
            else:
                hosts += taken
        state.receptor_density[receptor, TUMOUR_SIDE] = own
        state.receptor_density[receptor, HOST_SIDE] = hosts


@kernel
def _solve_levels(tables, state, levels, expression, vessels):
    """Bring the levels of each competition to their root; one that is for no receptor is there at once."""
    _fill_receptor_density(tables, state, expression)
    index = tables.receptor
    for group in range(place(tables.count.competitions)):
        factors = index.first_competitor[group + ONE] - index.first_competitor[group]
        receptors = index.first_sought[group + ONE] - index.first_sought[group]
        if factors == 1 and receptors == 1:
            _solve_pair(tables, state, levels, vessels, group)
            continue
        for _ in range(LEVEL_ITERATIONS):
            _fill_uptake(tables, state, levels, group)
            if _update_levels(tables, state, levels, vessels, group) or receptors == 0:
                break


@kernel
def _solve_pair(tables, state, levels, vessels, group):
    """`_fill_uptake` and `_update_levels` in turns for a factor and a receptor that have only each other.

    Most competitions are such pairs; their numbers then stay in registers.
    """
    index = tables.receptor
    factor = place(index.competitor[place(index.first_competitor[group])])
    receptor = place(index.sought[place(index.first_sought[group])])
    binding = state.binding[place(index.first_ligand[receptor])]
    own, hosts = state.receptor_density[receptor, TUMOUR_SIDE], state.receptor_density[receptor, HOST_SIDE]
    empty = 1.0 + state.matrix_load[receptor]
    blocked, hosts_blocked = state.antagonism[receptor, TUMOUR_SIDE], state.antagonism[receptor, HOST_SIDE]
    gain, spent = _exchange(tables, state, factor, vessels)
    level, uptake, fall = levels[factor], 0.0, 0.0
    for _ in range(LEVEL_ITERATIONS):
        before, filled = level, empty + level * binding
        left, right = binding / (filled + blocked), binding / (filled + hosts_blocked)
        uptake = own * left + hosts * right
        fall = (own * left * left + hosts * right * right) * before
        level = _next_level(before, gain, spent + uptake, fall)
        if _is_settled(before, level):
            break
    levels[factor], state.uptake[factor], state.uptake_fall[factor] = level, uptake, fall


@kernel
def _exchange(tables, state, factor, vessels):
    """Gain (nM/day) of a factor by cells and from blood, and its loss (1/day) by all but uptake."""
    exchange = tables.signalling.exchange[factor] * vessels
    gain = state.production[factor] + exchange * state.plasma_free[factor]
    return gain, tables.signalling.decay[factor] + exchange + state.capture[factor]


@law
def _next_level(level, gain, loss, fall):
    """Level (nM) after an iteration, from gain (nM/day), loss (1/day) and the fall of uptake (1/day)."""
    new = (gain - fall * level) / (loss - fall)
    return new if new > 0.0 else gain / loss  # too far for Newton's method


@law
def _is_settled(before, after):
    return abs(after - before) < LEVEL_TOLERANCE * max(after, 1e-30)


@kernel
def _fill_uptake(tables, state, levels, group):
    """Uptake rate constant (1/day) of the factors of a competition at the present levels, and its fall with the own
    level, -C dU/dC."""
    index = tables.receptor
    for row in range(place(index.first_competitor[group]), place(index.first_competitor[group + ONE])):
        factor = place(index.competitor[row])
        state.uptake[factor] = 0.0
        state.uptake_fall[factor] = 0.0
    for row in range(place(index.first_sought[group]), place(index.first_sought[group + ONE])):
        receptor = place(index.sought[row])
        own, hosts = (
            state.receptor_density[receptor, TUMOUR_SIDE],
            state.receptor_density[receptor, HOST_SIDE],
        )
        if own + hosts > 0.0:
            filled = 1.0 + ligand_load(tables, state, receptor, levels)
            left = 1.0 / (filled + state.antagonism[receptor, TUMOUR_SIDE])
            right = 1.0 / (filled + state.antagonism[receptor, HOST_SIDE])
            taken = own * left + hosts * right
            steep = own * left * left + hosts * right * right
            for pair in range(place(index.first_ligand[receptor]), place(index.first_ligand[receptor + ONE])):
                factor, binding = place(index.ligand[pair]), state.binding[pair]
                state.uptake[factor] += taken * binding
                state.uptake_fall[factor] += steep * binding * binding * levels[factor]


@kernel
def ligand_load(tables, state, receptor, levels):
    """sum C / K over the ligands of a receptor at the levels (nM, shape (F,)), collagen among them.

    `fill_shared` and `fill_surroundings` must have been called.
    """
    index = tables.receptor
    total = state.matrix_load[receptor]
    for pair in range(place(index.first_ligand[receptor]), place(index.first_ligand[receptor + ONE])):
        total += levels[place(index.ligand[pair])] * state.binding[pair]
    return total


@kernel
def _update_levels(tables, state, levels, vessels, group):
    """One iteration of the levels of a competition; returns whether none changed by more than the tolerance."""
    index = tables.receptor
    settled = True
    for row in range(place(index.first_competitor[group]), place(index.first_competitor[group + ONE])):
        factor = place(index.competitor[row])
        gain, spent = _exchange(tables, state, factor, vessels)
        new = _next_level(levels[factor], gain, spent + state.uptake[factor], state.uptake_fall[factor])
        if not _is_settled(levels[factor], new):
            settled = False
        levels[factor] = new
    return settled


@kernel
def fill_surroundings(tables, state, pressure, vessels, collagen, alignment):
    """Signals that do not depend on levels: contacts at state.densities, crowding, vessels, matrix, cytotoxic drugs."""
    index, signals = tables.signal, state.signals
    types, total = tables.count.types, 0.0
    for cell_type in range(types):
        total += state.densities[cell_type]
    for cell_type in range(types):
        share = state.densities[cell_type] / total if total > 0.0 else 0.0
        signals[index.contact + cell_type] = tables.body.neighbours * share
    signals[index.pressure] = pressure
    signals[index.vessel_density] = vessels
    signals[index.collagen_density] = collagen
    signals[index.collagen_alignment] = alignment
    signals[index.cytotoxic_exposure] = state.cytotoxic[0]
    for receptor in range(tables.count.receptors):
        state.matrix_load[receptor] = collagen / tables.signalling.collagen[receptor]


@kernel
def fill_levels(tables, state, levels, expression):
    """Signals that follow levels (nM, shape (F,)): the levels themselves and the activity of receptors.

    `fill_shared` and `fill_surroundings` must have been called: collagen is a ligand. Who carries no receptor never
    feels it.
    """
    signalling, index = tables.signalling, tables.receptor
    receptors, first = place(tables.count.receptors), place(tables.signal.activity)
    for factor in range(tables.count.factors):
        state.signals[factor] = levels[factor] * state.free_share[factor]
    for receptor in range(receptors):
        bound = ligand_load(tables, state, receptor, levels)
        for side in range(2):
            state.activity[receptor, side] = held_share(bound, state.antagonism[receptor, side])
        for pair in range(place(index.first_carrier[receptor]), place(index.first_carrier[receptor + ONE])):
            cell_type = place(index.carrier[pair])
            present = signalling.expression[cell_type, receptor] * _present(tables, expression, pair)
            active = state.activity[receptor, TUMOUR_SIDE if cell_type == TUMOUR_CELL else HOST_SIDE]
            state.signals[first + cell_type * receptors + receptor] = present * active


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

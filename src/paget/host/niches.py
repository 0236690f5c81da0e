"""The niche of an organ: what solitary cells, founder groups and small lesions there share.

Resident cells are kept by the organ (what dies is replaced), recruited in proportion to their recruitment relative to
that in the organ at rest, and transformed by tumour signals. Levels, behaviours and the stages of small lesions follow
once per step, whatever the number of lesions. Collagen is kept by the organ in the same way:

    density' = (turnover + digestion at rest) (deposition / deposition at rest) - (turnover + digestion) density,

where `at rest` is what resident cells of the wild type do in the organ without tumour cells: there collagen has the
density of the normal gland (1), and every resident cell type the density that the host states. A host with an edited
genotype comes to rest elsewhere (`genotype.py`). The order of fibres follows the law of lesions.
"""

from __future__ import annotations

import math

from paget.compiled import kernel
from paget.host.environment import act, copy_into, killing_rate, sense
from paget.host.lesions import (
    ALIGNMENT,
    DEPOSITION,
    DIGESTION,
    FULL_DENSITY,
    lesion_crowding,
    matrix_rate,
    relax,
    small_volume,
)
from paget.host.pools import holds_cells
from paget.host.stages import CYCLING, DAMAGED, QUIESCENT, advance_shares, balanced_share
from paget.host.state import DOSED, GROUPS, LESIONS, SITE_COUNT
from paget.pharmacology.plasma import damage_rate
from paget.rules.tables import (
    CYCLE_ENTRY,
    DEATH,
    DEATH_OF_DAMAGED,
    DIVISION,
    DRUG_SENSITIVITY,
    REPAIR,
    TUMOUR_CELL,
)

TYPICAL_SMALL_CELLS = 200.0
"""Tumour cells at whose volume the pressure of small lesions is read."""

READING_STEPS = 20
"""Rounds in which secretion and levels find each other: secretion is read at the levels of the round before."""

SETTLING_STEPS, SETTLING_TIME = 40, 50.0
"""Steps and their length (day) that bring a niche to rest before day 0; its slowest cells turn over in weeks."""


@kernel
def mark_active(state):
    """Mark the sites whose niche can change or matters.

    Those are the sites where tumour cells are arrested, rest, climb or grow (the primary apart), and all sites once a
    drug has been given. Without either a niche stays at rest.
    """
    if state.count[DOSED] == 1:
        state.active[:] = 1
        return
    state.active[:] = 0
    for site in range(SITE_COUNT):
        if holds_cells(state, site):
            state.active[site] = 1
    for lesion in range(1, state.count[LESIONS]):
        state.active[state.site[lesion]] = 1
    for group in range(state.count[GROUPS]):
        state.active[state.group_site[group]] = 1


@kernel
def read_niche(tables, state, site):
    """Let the cells of a niche sense and act; behaviours are kept in state.niche_behaviours."""
    read_surroundings(tables, state, site)
    _read_resting(tables, state, site)


@kernel
def _read_resting(tables, state, site):
    """Add to state.niche_behaviours what only cells do that are arrested, rest or found a lesion."""
    act(tables, state, tables.count.daily, tables.count.resting)
    for behaviour in range(tables.count.daily, tables.count.resting):
        state.niche_behaviours[site, behaviour] = state.behaviours[behaviour]


@kernel
def read_surroundings(tables, state, site):
    """`read_niche` without what only cells do that are arrested, rest or found a lesion."""
    copy_into(state.densities, state.niche[site])
    state.densities[TUMOUR_CELL] = tables.tumour.niche_tumour_share * tables.tumour.cell_density
    volume = small_volume(tables, state, site, TYPICAL_SMALL_CELLS)
    pressure, _ = lesion_crowding(tables, site, volume)
    matrix = state.niche_matrix[site]
    levels, expression = state.niche_levels[site], state.niche_expression[site]
    sense(tables, state, levels, expression, pressure, matrix[0], matrix[1])
    act(tables, state, tables.count.early, tables.count.daily)
    for behaviour in range(tables.count.behaviours):
        state.niche_behaviours[site, behaviour] = state.behaviours[behaviour]


@kernel
def advance_niche(tables, state, site, dt):
    """Advance a niche by dt (day) and set the rates (1/day) of tumour cells in its small lesions.

    state.births and state.deaths of the site are the means over the step. `read_niche` must have been called in this
    step; the cell densities it left are used here.
    """
    index, behaviours = tables.behaviour.tumour, state.niche_behaviours[site]
    common = tables.sites.stress[site] * behaviours[index[DEATH]] + killing_rate(tables, state)
    common += state.depletion[TUMOUR_CELL]
    lethal = behaviours[index[DEATH_OF_DAMAGED]]
    before = state.shares[site, DAMAGED]
    growth = advance_shares(
        state.shares[site],
        behaviours[index[CYCLE_ENTRY]],
        behaviours[index[DIVISION]],
        damage_rate(tables, state, behaviours[index[DRUG_SENSITIVITY]]),
        behaviours[index[REPAIR]],
        lethal,
        dt,
    )
    advance_surroundings(tables, state, site, dt)
    net = math.log(growth) / dt
    state.births[site] = max(0.0, net + lethal * 0.5 * (before + state.shares[site, DAMAGED]))
    state.deaths[site] = common + state.births[site] - net


@kernel
def advance_surroundings(tables, state, site, dt):
    """Relax the collagen and the cells of a niche over dt (day); behaviours and densities are those of `read_niche`."""
    _advance_matrix(tables, state, site, dt)
    _advance_cells(tables, state, site, dt)


@kernel
def _advance_matrix(tables, state, site, dt):
    """Relax collagen density and alignment exactly over dt (day) at constant rates."""
    behaviours, turnover, matrix = (
        state.niche_behaviours[site],
        tables.body.collagen_turnover,
        state.niche_matrix[site],
    )
    kept = resting_matrix_rate(tables, state, site, DIGESTION) + tables.sites.lost_digestion[site]
    laid = resting_matrix_rate(tables, state, site, DEPOSITION)
    now = matrix_rate(tables, state, behaviours, DEPOSITION)
    share = tables.sites.kept_deposition[site]
    source = (turnover + kept) * share * now / laid if laid > 0.0 else (turnover + kept) * share + now
    loss = turnover + matrix_rate(tables, state, behaviours, DIGESTION)
    matrix[0] = relax(matrix[0], source, loss, dt)
    order = matrix_rate(tables, state, behaviours, ALIGNMENT)
    matrix[1] = relax(matrix[1], order, order + turnover, dt)


@kernel
def resting_matrix_rate(tables, state, site, row):
    """Deposition, alignment or digestion of collagen (1/day) by the resident cells of an organ without tumour cells."""
    rate = 0.0
    for cell_type in range(1, tables.count.types):
        behaviour = tables.behaviour.matrix[row, cell_type]
        if behaviour >= 0:
            rate += state.niche_rest[site, behaviour] * tables.sites.cells[site, cell_type] / FULL_DENSITY
    return rate


@kernel
def _advance_cells(tables, state, site, dt):
    """Relax the densities of the niche's cells exactly over dt (day)."""
    index, behaviours = tables.behaviour, state.niche_behaviours[site]
    for cell_type in range(1, tables.count.types):
        loss = behaviours[index.death[cell_type]] if index.death[cell_type] >= 0 else 0.0
        resident = tables.sites.cells[site, cell_type]
        source = _replacement(tables, state, site, cell_type) * resident
        loss += state.depletion[cell_type]
        for row in range(tables.count.transformations):
            rate = behaviours[index.transformation[row, 2]]
            if index.transformation[row, 0] == cell_type:
                loss += rate
            if index.transformation[row, 1] == cell_type:
                source += rate * state.niche[site, index.transformation[row, 0]]
        state.niche[site, cell_type] = relax(state.niche[site, cell_type], source, loss, dt)


@kernel
def _replacement(tables, state, site, cell_type):
    """Rate (1/day) at which a resident cell type is replaced: its resting death times the change of recruitment."""
    index = tables.behaviour
    rate = tables.rules.base[index.death[cell_type]] if index.death[cell_type] >= 0 else 0.0
    recruitment = index.recruitment[cell_type]
    if recruitment >= 0:
        rate *= tables.sites.kept_recruitment[site, cell_type]
        if state.niche_rest[site, recruitment] > 0.0:
            rate *= state.niche_behaviours[site, recruitment] / state.niche_rest[site, recruitment]
    if cell_type == index.neutrophil:
        rate *= state.marrow[4]
    return rate


@kernel
def read_resting_niche(tables, state, site):
    """Note in state.niche_rest what the resident cells of an organ do where no tumour cell is near."""
    copy_into(state.densities, tables.sites.cells[site])
    state.densities[TUMOUR_CELL] = 0.0
    levels, expression = state.niche_levels[site], state.niche_expression[site]
    for _ in range(READING_STEPS):
        sense(tables, state, levels, expression, 0.0, 1.0, 0.0)
    act(tables, state, tables.count.early, tables.count.ruled)
    copy_into(state.niche_rest[site], state.behaviours)


@kernel
def settle_niches(tables, state):
    """Bring all niches and stage shares to rest before the first step."""
    for site in range(SITE_COUNT):
        read_resting_niche(tables, state, site)
        for _ in range(SETTLING_STEPS):
            read_surroundings(tables, state, site)
            advance_surroundings(tables, state, site, SETTLING_TIME)
        _read_resting(tables, state, site)
        behaviours, index = state.niche_behaviours[site], tables.behaviour.tumour
        share = balanced_share(behaviours[index[CYCLE_ENTRY]], behaviours[index[DIVISION]])
        state.shares[site, QUIESCENT] = 1.0 - share
        state.shares[site, CYCLING] = share
        state.shares[site, DAMAGED] = 0.0

"""Growth of lesions: the primary and every metastasis.

A lesion from SHARED_BELOW tumour cells on has its own cell types, factor levels, vessels and collagen. Smaller ones
share the niche and the stages of their organ (`niches.py`), which makes hundreds of them cheap. Counts are integers
and always sampled, at the rates of the step's start: that the crowding of a growing lesion is felt a step late makes
the whole scheme first order in the step.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law
from paget.host.birth_death import birth_death_step, immigration_death_step, relative_growth
from paget.host.environment import act, copy_into, killing_rate, sense, vessel_density
from paget.host.record import CASCADE_STEPS, MACROMETASTASIS_DIAMETER
from paget.host.regimen import TICKS_PER_DAY
from paget.host.stages import (
    CYCLING,
    DAMAGED,
    QUIESCENT,
    advance_stages,
    crowding_loss,
    crowding_pressure,
)
from paget.host.state import LESIONS
from paget.keyed_random import Purpose, binomial, seek
from paget.pharmacology.plasma import damage_rate, give_to_plasma
from paget.rules.tables import (
    CYCLE_ENTRY,
    DEATH,
    DEATH_OF_DAMAGED,
    DIVISION,
    DRUG_SENSITIVITY,
    REPAIR,
    TUMOUR_CELL,
)

SHARED_BELOW = 1000
"""Tumour cells below which a lesion shares the niche and the rates of its organ."""

MACROMETASTASIS_VOLUME = math.pi / 6.0 * MACROMETASTASIS_DIAMETER**3
MACROMETASTASIS = CASCADE_STEPS.index("macrometastasis")

FULL_DENSITY = 1e4
"""Cells per mm3 at which deposition, alignment and digestion of collagen have their stated rates."""

DEPOSITION, ALIGNMENT, DIGESTION = range(3)
"""What cells do to collagen, in the order of `rules.layout.MATRIX_BEHAVIOURS`."""

_BIRTHS, _STROMA, _GRADUATION = (
    int(Purpose.BIRTH_DEATH),
    int(Purpose.STROMA),
    int(Purpose.GRADUATION),
)


@law
def ball_volume(diameter):
    """Volume (mm3) of a ball of `diameter` (mm)."""
    return math.pi / 6.0 * diameter * diameter * diameter


@kernel
def tumour_cells(state, lesion):
    """Living tumour cells of a lesion, damaged ones included."""
    return state.cells[lesion, 0] + state.cells[lesion, 1] + state.cells[lesion, 2]


@kernel
def small_volume(tables, state, site, cells):
    """Volume (mm3) of a small lesion of so many tumour cells in the niche of its site."""
    free = tables.tumour.cell_density
    for cell_type in range(1, tables.count.types):
        free -= state.niche[site, cell_type]
    return cells / max(free, 0.1 * tables.tumour.cell_density)


@kernel
def lesion_crowding(tables, site, volume):
    """(pressure, additional death rate in 1/day) of crowding in a lesion of `volume` (mm3) at a site."""
    tumour = tables.tumour
    volume = volume * tables.sites.confinement[site]
    loss = crowding_loss(
        volume,
        tumour.alpha,
        tumour.beta,
        tumour.division,
        tumour.reference_death,
        tumour.reference_cycle_entry,
        tumour.cell_loss_share,
    )
    pressure = crowding_pressure(
        volume,
        tumour.alpha,
        tumour.beta,
        tumour.division,
        tumour.reference_death,
        tumour.reference_cycle_entry,
        loss,
    )
    return pressure, loss


@kernel
def update_volume(tables, state, lesion):
    """Set the volume of a lesion from its cells."""
    if state.small[lesion] == 1:
        state.volume[lesion] = small_volume(tables, state, state.site[lesion], float(state.cells[lesion, 0]))
        return
    total = float(tumour_cells(state, lesion))
    for cell_type in range(1, tables.count.types):
        total += state.stroma[lesion, cell_type]
    state.volume[lesion] = total / tables.tumour.cell_density


@kernel
def fill_densities(tables, state, lesion):
    """Write the cells per mm3 of a large lesion into state.densities."""
    volume = max(state.volume[lesion], 1e-12)
    state.densities[TUMOUR_CELL] = tumour_cells(state, lesion) / volume
    for cell_type in range(1, tables.count.types):
        state.densities[cell_type] = state.stroma[lesion, cell_type] / volume


@kernel
def read_lesion(tables, state, lesion):
    """Let the cells of a large lesion sense and act: fills densities, levels, signals and all behaviours."""
    sense_lesion(tables, state, lesion)
    act(tables, state, tables.count.early, tables.count.ruled)


@kernel
def sense_lesion(tables, state, lesion):
    """Fill densities, levels and signals of a large lesion; returns its death rate by crowding (1/day)."""
    fill_densities(tables, state, lesion)
    pressure, loss = lesion_crowding(tables, state.site[lesion], state.volume[lesion])
    levels, expression, matrix = state.levels[lesion], state.expression[lesion], state.matrix[lesion]
    sense(tables, state, levels, expression, pressure, matrix[0], matrix[1])
    return loss


@kernel
def grow_large(tables, state, lesion, key, tick, dt):
    """Advance one large lesion by dt (day): tumour cells, other cells, collagen; it gives factors to plasma."""
    loss = sense_lesion(tables, state, lesion)
    act(tables, state, tables.count.early, tables.count.always)
    fluid = tables.body.interstitial_share * state.volume[lesion]
    give_to_plasma(tables, state, state.levels[lesion], fluid, vessel_density(tables, state.densities))
    index, behaviours = tables.behaviour.tumour, state.behaviours
    cells = state.cells[lesion]
    entry, division = behaviours[index[CYCLE_ENTRY]], behaviours[index[DIVISION]]
    stress = tables.sites.stress[state.site[lesion]]
    death = stress * behaviours[index[DEATH]] + killing_rate(tables, state) + state.depletion[TUMOUR_CELL]
    death += loss
    damage = damage_rate(tables, state, behaviours[index[DRUG_SENSITIVITY]])
    repair, lethal = behaviours[index[REPAIR]], behaviours[index[DEATH_OF_DAMAGED]]
    seek(state.generator, key, _BIRTHS, tick, state.lineage[lesion])
    advance_stages(cells, entry, division, death, damage, repair, lethal, dt, state.generator)
    _grow_tissue(tables, state, lesion, key, tick, dt)
    update_volume(tables, state, lesion)


@kernel
def _grow_tissue(tables, state, lesion, key, tick, dt):
    """Advance the other cell types and the collagen: those of the primary by the step, those of metastases by the day.

    They turn over within days, so a day's step at the rates of its last hours is short for them; hundreds of lesions
    make it worth while. Steps never cross midnight, and the step that ends there makes up for the day.
    """
    if lesion > 0:
        if round(tick + TICKS_PER_DAY * dt) % TICKS_PER_DAY != 0:
            return
        dt = 1.0
    act(tables, state, tables.count.always, tables.count.daily)
    _grow_stroma(tables, state, lesion, key, tick, dt)
    _grow_matrix(tables, state, lesion, dt)


@kernel
def _grow_stroma(tables, state, lesion, key, tick, dt):
    """Recruitment, death and transformation of the other cell types."""
    seek(state.generator, key, _STROMA, tick, state.lineage[lesion])
    index, behaviours, stroma = tables.behaviour, state.behaviours, state.stroma[lesion]
    for cell_type in range(1, tables.count.types):
        recruitment = index.recruitment[cell_type]
        arriving = behaviours[recruitment] * state.volume[lesion] if recruitment >= 0 else 0.0
        if cell_type == index.neutrophil:
            arriving *= state.marrow[4]
        dying = state.depletion[cell_type]
        if index.death[cell_type] >= 0:
            dying += behaviours[index.death[cell_type]]
        if stroma[cell_type] > 0 or arriving > 0.0:
            stroma[cell_type] = immigration_death_step(
                stroma[cell_type], arriving, dying, dt, state.generator
            )
    for row in range(tables.count.transformations):
        source, target = index.transformation[row, 0], index.transformation[row, 1]
        rate = behaviours[index.transformation[row, 2]]
        moved = binomial(state.generator, stroma[source], -math.expm1(-rate * dt))
        stroma[source] -= moved
        stroma[target] += moved


@kernel
def _grow_matrix(tables, state, lesion, dt):
    """Relax collagen density and alignment exactly over dt (day) at constant rates."""
    deposition = matrix_rate(tables, state, state.behaviours, DEPOSITION)
    alignment = matrix_rate(tables, state, state.behaviours, ALIGNMENT)
    digestion = matrix_rate(tables, state, state.behaviours, DIGESTION) + tables.body.collagen_turnover
    state.matrix[lesion, 0] = relax(state.matrix[lesion, 0], deposition, digestion, dt)
    loss = alignment + tables.body.collagen_turnover
    state.matrix[lesion, 1] = relax(state.matrix[lesion, 1], alignment, loss, dt)


@kernel
def matrix_rate(tables, state, behaviours, row):
    """Deposition, alignment or digestion (row) of collagen by all cells at state.densities (1/day)."""
    rate = 0.0
    for cell_type in range(tables.count.types):
        behaviour = tables.behaviour.matrix[row, cell_type]
        if behaviour >= 0:
            rate += behaviours[behaviour] * state.densities[cell_type] / FULL_DENSITY
    return rate


@kernel
def relax(value, source, loss, dt):
    """Exact value after dt (day) of d value / dt = source - loss value."""
    return value * math.exp(-loss * dt) + source * dt * relative_growth(-loss * dt)


@kernel
def grow_small(tables, state, lesion, birth, death, key, tick, dt):
    """Advance one small lesion by dt (day) at the rates of its organ; one that dies out keeps no cells."""
    seek(state.generator, key, _BIRTHS, tick, state.lineage[lesion])
    state.cells[lesion, 0] = birth_death_step(state.cells[lesion, 0], birth, death, dt, state.generator)
    if state.cells[lesion, 0] >= SHARED_BELOW:
        make_large(tables, state, lesion, key, tick)
    update_volume(tables, state, lesion)


@kernel
def make_large(tables, state, lesion, key, tick):
    """Give a lesion its own stages, cell types, levels and matrix, drawn from the niche of its organ."""
    site = state.site[lesion]
    total = state.cells[lesion, 0]
    volume = small_volume(tables, state, site, float(total))
    seek(state.generator, key, _GRADUATION, tick, state.lineage[lesion])
    cycling = binomial(state.generator, total, state.shares[site, CYCLING])
    left = max(1.0 - state.shares[site, CYCLING], 1e-12)
    damaged = binomial(state.generator, total - cycling, min(1.0, state.shares[site, DAMAGED] / left))
    state.cells[lesion, QUIESCENT] = total - cycling - damaged
    state.cells[lesion, CYCLING] = cycling
    state.cells[lesion, DAMAGED] = damaged
    for cell_type in range(1, tables.count.types):
        state.stroma[lesion, cell_type] = np.int64(state.niche[site, cell_type] * volume + 0.5)
    copy_into(state.levels[lesion], state.niche_levels[site])
    copy_into(state.expression[lesion], state.niche_expression[site])
    copy_into(state.matrix[lesion], state.niche_matrix[site])
    state.small[lesion] = 0


@kernel
def count_macrometastases(state):
    """Book lesions outside the primary that have just reached the diameter of a macrometastasis."""
    for lesion in range(1, state.count[LESIONS]):
        if state.reached[lesion] == 0 and state.volume[lesion] >= MACROMETASTASIS_VOLUME:
            state.reached[lesion] = 1
            state.funnel[state.site[lesion], MACROMETASTASIS, state.kind[lesion]] += 1


@kernel
def remove_dead_lesions(state):
    """Close the gaps that extinct lesions leave; the primary stays even without cells."""
    kept = 1
    for lesion in range(1, state.count[LESIONS]):
        if tumour_cells(state, lesion) > 0:
            if kept != lesion:
                _copy_lesion(state, lesion, kept)
            kept += 1
    state.count[LESIONS] = min(kept, state.count[LESIONS])


@kernel
def _copy_lesion(state, source, target):
    state.site[target] = state.site[source]
    state.small[target] = state.small[source]
    state.volume[target] = state.volume[source]
    state.lineage[target] = state.lineage[source]
    state.founders[target] = state.founders[source]
    state.reached[target] = state.reached[source]
    state.kind[target] = state.kind[source]
    state.partner[target] = state.partner[source]
    copy_into(state.cells[target], state.cells[source])
    copy_into(state.stroma[target], state.stroma[source])
    copy_into(state.levels[target], state.levels[source])
    copy_into(state.expression[target], state.expression[source])
    copy_into(state.matrix[target], state.matrix[source])

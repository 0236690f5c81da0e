"""Death: when it comes, what changes when it does, and damage.

Apoptosis is asked first, then necrosis. A dead cell crawls no more and divides no more; it secretes and exports
nothing and takes up a tenth, unless a rule for dead cells says otherwise. Its solids dissolve. An apoptotic cell
shrinks and is removed when its phase ends; a necrotic cell swells until it bursts, then shrinks, calcifies, and is
removed (`paget.tissue.cycle`).
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import APOPTOTIC, DEAD, NECROTIC, RUPTURE, TARGET_NUCLEAR_SOLID, TOTAL
from paget.tissue.laws import UPTAKE_OF_THE_DEAD, behaviour_of, event_chance
from paget.tissue.tables import D_RUPTURE

SMALLEST_DAMAGE_RATE = 1e-8
"""Damage changes only where damage or repair is faster (1/min; PhysiCell)."""

_CELL_EVENT = int(Purpose.CELL_EVENT)


@kernel
def die(cells, types, b, i, model):
    """Let cell i enter a death model, APOPTOTIC or NECROTIC."""
    cells.flags[i] |= DEAD
    cells.model[i] = model
    cells.phase[i] = 0
    cells.elapsed[i] = 0.0
    cells.volume[i, TARGET_NUCLEAR_SOLID] = 0.0
    cells.volume[i, RUPTURE] = cells.volume[i, TOTAL] * types.death[cells.kind[i], model - 1, D_RUPTURE]
    if cells.motility.shape[0]:
        for axis in range(6):
            cells.motility[i, axis] = 0.0
    for factor in range(b.secretion_target - b.secretion):
        _scale(cells, types, b.secretion + factor, i, 0.0)
        _scale(cells, types, b.export + factor, i, 0.0)
        _scale(cells, types, b.uptake + factor, i, UPTAKE_OF_THE_DEAD)


@kernel
def _scale(cells, types, behaviour, i, share):
    """Multiply the column of a behaviour in cell i; a behaviour without a column follows from the flag DEAD."""
    column = types.column[behaviour]
    if column >= 0:
        cells.columns[i, column] *= share


@kernel
def check_death(cells, types, b, key, tick, step, linear, i):
    """Whether living cell i dies within the step (min), and of what; then it does."""
    for model in range(APOPTOTIC, NECROTIC + 1):
        rate = behaviour_of(cells, types, i, b.apoptosis if model == APOPTOTIC else b.necrosis)
        if rate > 0.0:
            chance = event_chance(rate, step, linear)
            if uniform_at(key, _CELL_EVENT, tick, cells.lineage[i], model - APOPTOTIC) < chance:
                die(cells, types, b, i, model)
                return


@kernel
def advance_damage(cells, types, b, step, i):
    """Damage and repair of cell i over a step (min): d <- (d + step damage) / (1 + step repair)."""
    damage = behaviour_of(cells, types, i, b.damage)
    repair = behaviour_of(cells, types, i, b.repair)
    if damage > SMALLEST_DAMAGE_RATE or repair > SMALLEST_DAMAGE_RATE:
        cells.damage[i] = (cells.damage[i] + step * damage) / (1.0 + step * repair)

"""A cell becomes one of another type.

It keeps its place, volume, what it holds, its springs and the time it was attacked; it takes the targets, behaviours
and cycle of the new type, from the first phase on. Amounts that are shared at division (conserved custom variables)
stay too. As in PhysiCell, but that the rates at which its volume relaxes are those of the new type as well.
"""

from __future__ import annotations

from paget.compiled import kernel
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import NOBODY, TARGET_NUCLEAR_SOLID
from paget.tissue.laws import behaviour_of, event_chance

_TRANSFORMATION = int(Purpose.TRANSFORMATION)


@kernel
def convert(cells, types, conserved, i, kind):
    """Make living cell i one of type `kind`; `conserved`: 1 for columns that it keeps, uint8, shape (c,)."""
    cells.kind[i] = kind
    cells.phase[i] = 0
    cells.elapsed[i] = 0.0
    cells.volume[i, TARGET_NUCLEAR_SOLID] = types.volume[kind, TARGET_NUCLEAR_SOLID]
    for behaviour in range(types.column.shape[0]):
        column = types.column[behaviour]
        if column >= 0 and not conserved[column]:
            cells.columns[i, column] = types.base[kind, behaviour]
    if cells.motility.shape[0]:
        for axis in range(6):
            cells.motility[i, axis] = 0.0
    if cells.damage.shape[0]:
        cells.damage[i] = 0.0
    if cells.target.shape[0]:
        cells.target[i] = NOBODY
    if cells.attack.shape[0]:
        cells.attack[i, 1] = 0.0


@kernel
def transform(cells, types, b, conserved, key, tick, step, linear, i):
    """Let living cell i become another type if chance has it within the step (min): the first type that it hits."""
    for kind in range(types.base.shape[0]):
        rate = behaviour_of(cells, types, i, b.transform + kind)
        if rate > 0.0:
            chance = event_chance(rate, step, linear)
            if uniform_at(key, _TRANSFORMATION, tick, cells.lineage[i], kind) < chance:
                convert(cells, types, conserved, i, kind)
                return

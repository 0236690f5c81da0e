"""The cycle of a living cell, and the phases of a dying one.

A phase lasts an exponential time with the rate of the behaviour `exit from cycle phase k`, or, where it is fixed,
exactly 1 / rate: it ends at the step nearest to that time. At its end a cell may divide; at the start of the next it
may aim at twice its solid volume. A swelling necrotic cell stays in its phase until it bursts.
"""

from __future__ import annotations

from paget.compiled import kernel, law
from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import DIVIDES, LIVE, NECROTIC, REMOVED, RUPTURE, TARGET_NUCLEAR_SOLID, TOTAL
from paget.tissue.laws import behaviour_of, event_chance

NEVER_AGAIN = 9e99
"""Relative rupture volume of a cell that has burst."""

_CELL_EVENT = int(Purpose.CELL_EVENT)


@law
def phase_ends(rate, fixed, elapsed, step, linear, key, tick, lineage):
    """Whether a phase of the given exit rate (1/min) ends within a step (min), `elapsed` min after it began."""
    if fixed:
        return elapsed > 1.0 / rate - 0.5 * step
    return rate > 0.0 and uniform_at(key, _CELL_EVENT, tick, lineage, 2) < event_chance(rate, step, linear)


@kernel
def _advance_living(cells, types, b, key, tick, step, linear, i):
    kind, phase = cells.kind[i], cells.phase[i]
    rate = behaviour_of(cells, types, i, b.exit + phase)
    fixed = types.fixed[kind, phase] != 0
    if not phase_ends(rate, fixed, cells.elapsed[i], step, linear, key, tick, cells.lineage[i]):
        return
    if types.divides[kind, phase]:
        cells.flags[i] |= DIVIDES
    following = types.next[kind, phase]
    cells.phase[i] = following
    cells.elapsed[i] = 0.0
    if types.doubles[kind, following]:
        cells.volume[i, TARGET_NUCLEAR_SOLID] *= 2.0


@kernel
def _advance_dying(cells, types, key, tick, step, linear, i):
    kind, model, phase = cells.kind[i], cells.model[i], cells.phase[i]
    swelling = model == NECROTIC and phase == 0
    if swelling and cells.volume[i, TOTAL] < cells.volume[i, RUPTURE]:
        return
    rate = types.death_rate[kind, model - 1, phase]
    fixed = types.death_fixed[kind, model - 1, phase] != 0
    if not phase_ends(rate, fixed, cells.elapsed[i], step, linear, key, tick, cells.lineage[i]):
        return
    if swelling:
        cells.phase[i] = 1
        cells.elapsed[i] = 0.0
        cells.volume[i, RUPTURE] = cells.volume[i, TOTAL] * NEVER_AGAIN
    else:
        cells.flags[i] |= REMOVED


@kernel
def advance_cycle(cells, types, b, key, tick, step, linear, i):
    """Advance cell i by a step (min); it may get the flag DIVIDES or REMOVED."""
    cells.elapsed[i] += step
    if cells.model[i] == LIVE:
        _advance_living(cells, types, b, key, tick, step, linear, i)
    else:
        _advance_dying(cells, types, key, tick, step, linear, i)

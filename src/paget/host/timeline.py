"""The course of one subject: inoculation, enrolment, doses, surgery, observation, exit.

A step is at most the protocol's longest and never crosses midnight, a dose or an observation.
"""

from __future__ import annotations

import numpy as np

from paget.compiled import kernel
from paget.host.blood import SHED_STEP, meet_bed, meet_first_beds
from paget.host.environment import copy_into, fill_shared
from paget.host.lesions import update_volume
from paget.host.niches import settle_niches
from paget.host.observe import write_lesions, write_row
from paget.host.plasma_sense import rest_marrow
from paget.host.pools import kind_of
from paget.host.regimen import (
    ANCHOR_ENROLMENT,
    ANCHOR_INOCULATION,
    ANCHOR_SURGERY,
    ANCHOR_TRIGGER,
    EVENT_DOSE,
    EVENT_SURGERY,
    TICKS_PER_DAY,
)
from paget.host.state import FULL, LESIONS, SHED
from paget.host.step import advance
from paget.host.treatment import dose_per_weight, give_dose, weight_lost
from paget.host.walk import FAT_PAD, LEFT_HEART, LIVER, LUNG, fill_first_bed
from paget.keyed_random import Purpose, binomial, seek

# Entries of the clock.
ENROLLED, LAST_DOSE, EXIT_TICK, EXIT_CAUSE, ROWS, LISTED = range(6)

# Indices of EXIT_CAUSES.
END, BY_VOLUME, BY_WEIGHT, BY_LUNG, NOT_ENROLLED = range(5)

NEVER = -1
_INOCULATION, _SURGERY = int(Purpose.INOCULATION), int(Purpose.SURGERY)


@kernel
def simulate(tables, state, regimen, protocol, key, due, clock, rows, snapshot_days, lesions):
    """Run one subject to its exit; fills due (E,), clock (6,), rows (T, fields), snapshot_days (N,), lesions.

    The last snapshot is the exit.
    """
    fill_shared(tables, state)
    settle_niches(tables, state)
    rest_marrow(tables, state)
    _start_clock(regimen, due, clock, snapshot_days)
    tick = 0
    while True:
        if tick == protocol.inoculum_tick:
            _inoculate(tables, state, protocol, key, tick)
        _enrol(state, regimen, protocol, due, clock, tick)
        _pull_triggers(tables, state, regimen, due, clock, tick)
        _carry_out(tables, state, regimen, due, clock, key, tick)
        if tick % TICKS_PER_DAY == 0:
            write_row(tables, state, tick / TICKS_PER_DAY, rows[clock[ROWS]])
            clock[ROWS] += 1
            if _must_leave(tables, state, protocol, clock, tick):
                break
        _take_snapshots(state, protocol, clock, snapshot_days, lesions, tick)
        if tick >= protocol.last_tick or state.count[FULL] == 1:
            break
        following = _next_tick(protocol, due, tick)
        advance(tables, state, key, tick, (following - tick) / TICKS_PER_DAY)
        tick = following
    if tick % TICKS_PER_DAY != 0:
        write_row(tables, state, tick / TICKS_PER_DAY, rows[clock[ROWS]])
        clock[ROWS] += 1
    clock[EXIT_TICK] = tick
    snapshot_days[-1] = tick / TICKS_PER_DAY
    clock[LISTED] = write_lesions(state, snapshot_days.size - 1, lesions, clock[LISTED])


@kernel
def _start_clock(regimen, due, clock, snapshot_days):
    clock[:] = 0
    clock[ENROLLED] = NEVER
    clock[LAST_DOSE] = NEVER
    snapshot_days[:] = np.nan
    for event in range(due.size):
        due[event] = regimen.tick[event] if regimen.anchor[event] == ANCHOR_INOCULATION else NEVER


@kernel
def _inoculate(tables, state, protocol, key, tick):
    """Inject the cells: into the fat pad as the primary, or into blood as aggregates."""
    seek(state.generator, key, _INOCULATION, tick, np.uint64(0))
    state.count[LESIONS] = 1
    state.lineage[0] = np.uint64(1)
    state.reached[0] = 1
    if protocol.inoculum_route == 0:
        _start_primary(tables, state, protocol)
    else:
        _inject_blood(tables, state, protocol)


@kernel
def _start_primary(tables, state, protocol):
    state.site[0] = FAT_PAD
    copy_into(state.levels[0], state.niche_levels[FAT_PAD])
    copy_into(state.expression[0], state.niche_expression[FAT_PAD])
    copy_into(state.matrix[0], state.niche_matrix[FAT_PAD])
    founders = binomial(state.generator, np.int64(protocol.inoculum_cells), protocol.engrafted_share)
    cycling = binomial(state.generator, founders, state.shares[FAT_PAD, 1])
    state.cells[0, 0] = founders - cycling
    state.cells[0, 1] = cycling
    state.founders[0] = founders
    for cell_type in range(1, tables.count.types):
        state.stroma[0, cell_type] = np.int64(tables.tumour.composition[cell_type] * founders + 0.5)
    update_volume(tables, state, 0)


@kernel
def _inject_blood(tables, state, protocol):
    """Tail vein (lungs first), left heart (organs by flow) or portal vein (liver first)."""
    size, partner = protocol.inoculum_size - 1, protocol.inoculum_partner
    number = np.int64(protocol.inoculum_cells) // protocol.inoculum_size
    state.account[SHED] += number * protocol.inoculum_size
    state.funnel[FAT_PAD, SHED_STEP, kind_of(size + 1, partner)] += number
    passage = state.blood_behaviours[2]
    if protocol.inoculum_route == 1:
        meet_bed(tables, state, FAT_PAD, LUNG, size, partner, number, passage)
    elif protocol.inoculum_route == 2:
        fill_first_bed(tables, LEFT_HEART, state.fates)
        meet_first_beds(tables, state, FAT_PAD, size, partner, number, passage)
    else:
        meet_bed(tables, state, FAT_PAD, LIVER, size, partner, number, passage)


@kernel
def _enrol(state, regimen, protocol, due, clock, tick):
    """Enrol a subject whose primary has reached the volume; schedule what counts from enrolment."""
    if clock[ENROLLED] != NEVER or tick < protocol.inoculum_tick:
        return
    if state.volume[0] >= protocol.enrolment_volume and tick <= protocol.enrolment_latest:
        clock[ENROLLED] = tick
        _schedule(regimen, due, ANCHOR_ENROLMENT, tick)


@kernel
def _schedule(regimen, due, anchor, tick):
    for event in range(due.size):
        if regimen.anchor[event] == anchor:
            due[event] = tick + regimen.tick[event]


@kernel
def _pull_triggers(tables, state, regimen, due, clock, tick):
    """Schedule events whose variable has reached its threshold."""
    for event in range(due.size):
        if regimen.anchor[event] == ANCHOR_TRIGGER and due[event] == NEVER and clock[ENROLLED] != NEVER:
            value = state.volume[0]
            if regimen.trigger[event] == 1:
                value = lung_burden(state)
            elif regimen.trigger[event] == 2:
                value = weight_lost(tables, state)
            if value >= regimen.threshold[event]:
                due[event] = tick + regimen.tick[event]


@kernel
def lung_burden(state):
    """Volume of all lesions in the lungs (mm3)."""
    volume = 0.0
    for lesion in range(1, state.count[LESIONS]):
        if state.site[lesion] == LUNG:
            volume += state.volume[lesion]
    return volume


@kernel
def _carry_out(tables, state, regimen, due, clock, key, tick):
    """Do the surgery that is due now, then give the doses, those that surgery has just made due among them."""
    for event in range(due.size):
        if due[event] == tick and regimen.kind[event] == EVENT_SURGERY:
            _operate(tables, state, regimen.residual[event], key, tick)
            _schedule(regimen, due, ANCHOR_SURGERY, tick)
    for event in range(due.size):
        if due[event] == tick and regimen.kind[event] == EVENT_DOSE:
            day, basis = tick / TICKS_PER_DAY, regimen.basis[event]
            dose = dose_per_weight(tables, state, regimen.dose[event], basis, day)
            give_dose(tables, state, regimen.drug[event], regimen.route[event], dose)
            clock[LAST_DOSE] = tick


@kernel
def _operate(tables, state, residual, key, tick):
    """Remove the primary but for a share `residual` of its cells."""
    seek(state.generator, key, _SURGERY, tick, np.uint64(0))
    for stage in range(3):
        state.cells[0, stage] = binomial(state.generator, state.cells[0, stage], residual)
    for cell_type in range(1, tables.count.types):
        state.stroma[0, cell_type] = binomial(state.generator, state.stroma[0, cell_type], residual)
    update_volume(tables, state, 0)


@kernel
def _must_leave(tables, state, protocol, clock, tick):
    """Whether a humane endpoint or missed enrolment takes the subject out; sets the cause. Checked once a day."""
    if state.volume[0] >= protocol.humane_volume:
        clock[EXIT_CAUSE] = BY_VOLUME
    elif weight_lost(tables, state) >= protocol.humane_weight_loss:
        clock[EXIT_CAUSE] = BY_WEIGHT
    elif lung_burden(state) >= protocol.humane_lung_burden:
        clock[EXIT_CAUSE] = BY_LUNG
    elif clock[ENROLLED] == NEVER and tick >= protocol.enrolment_latest:
        clock[EXIT_CAUSE] = NOT_ENROLLED
    else:
        return False
    return True


@kernel
def _take_snapshots(state, protocol, clock, snapshot_days, lesions, tick):
    """List all lesions on the days asked for and at the first passage of the volumes asked for."""
    by_day = protocol.snapshot_ticks.size
    for snapshot in range(by_day + protocol.snapshot_volumes.size):
        if np.isnan(snapshot_days[snapshot]):
            if snapshot < by_day:
                wanted = tick == protocol.snapshot_ticks[snapshot]
            else:
                wanted = state.volume[0] >= protocol.snapshot_volumes[snapshot - by_day]
            if wanted:
                snapshot_days[snapshot] = tick / TICKS_PER_DAY
                clock[LISTED] = write_lesions(state, snapshot, lesions, clock[LISTED])


@kernel
def _next_tick(protocol, due, tick):
    """End of the next step: the longest step, midnight, the next event or observation, whichever is first."""
    following = min(tick + protocol.step_ticks, protocol.last_tick)
    following = min(following, (tick // TICKS_PER_DAY + 1) * TICKS_PER_DAY)
    if protocol.inoculum_tick > tick:
        following = min(following, protocol.inoculum_tick)
    for event in range(due.size):
        if due[event] > tick:
            following = min(following, due[event])
    for snapshot in range(protocol.snapshot_ticks.size):
        if protocol.snapshot_ticks[snapshot] > tick:
            following = min(following, protocol.snapshot_ticks[snapshot])
    return following

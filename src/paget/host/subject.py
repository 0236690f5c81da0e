"""Run one subject: allocate, call the compiled course, and hand back its record."""

from __future__ import annotations

import numpy as np

from paget.errors import PagetError
from paget.host.observe import row_fields
from paget.host.record import LARGEST_AGGREGATE, SITES, Snapshot, SubjectRecord
from paget.host.regimen import EXIT_CAUSES, TICKS_PER_DAY, Protocol, Regimen
from paget.host.state import ARRESTED, DEAD_IN_BLOOD, FULL, SHED, State, new_state
from paget.host.timeline import (
    ENROLLED,
    EXIT_CAUSE,
    EXIT_TICK,
    LAST_DOSE,
    LISTED,
    NEVER,
    ROWS,
    simulate,
)
from paget.host.treatment import fill_kinetics
from paget.pharmacology import marrow
from paget.rules.compile import CompiledModel

FIRST_LESIONS, FIRST_GROUPS, FIRST_LISTED = 512, 2048, 2048
"""Room for lesions, founder groups and listed lesions at first; doubled, and the run repeated, where it is too small."""
MOST_LESIONS = 1 << 20


def run_subject(
    compiled: CompiledModel, regimen: Regimen, protocol: Protocol, key: np.uint64
) -> SubjectRecord:
    """Simulate one subject; the same arguments give the same bits.

    Raises PagetError when a subject grows more than a million lesions.
    """
    _check(protocol)
    room = 1
    while FIRST_LESIONS * room <= MOST_LESIONS:
        record = _run_with_room(compiled, regimen, protocol, key, room)
        if record is not None:
            return record
        room *= 2
    raise PagetError(
        "a subject grew more lesions than can be held",
        found=f"more than {MOST_LESIONS}",
        allowed="a lower shed rate or a shorter study",
    )


def _check(protocol: Protocol) -> None:
    if not 1 <= protocol.inoculum_size <= LARGEST_AGGREGATE:
        raise PagetError(
            "size of the injected aggregates",
            found=str(protocol.inoculum_size),
            allowed=f"1 to {LARGEST_AGGREGATE} tumour cells",
        )


def _run_with_room(compiled, regimen, protocol, key, room) -> SubjectRecord | None:
    """The record, or None where an array was too small."""
    tables = compiled.tables
    state = new_state(tables, FIRST_LESIONS * room, FIRST_GROUPS * room)
    fill_kinetics(tables, state.kinetics)
    transit = 4.0 / tables.body.mean_maturation_time
    marrow.fill_baseline(state.marrow, 1.0, transit, tables.body.neutrophil_loss)
    names, units = row_fields(compiled.cell_types, compiled.receptors, compiled.factors, compiled.drug_names)
    rows = np.zeros((protocol.last_tick // TICKS_PER_DAY + 2, len(names)))
    clock = np.zeros(6, dtype=np.int64)
    due = np.zeros(regimen.tick.size, dtype=np.int64)
    days = np.full(protocol.snapshot_ticks.size + protocol.snapshot_volumes.size + 1, np.nan)
    lesions = np.zeros((FIRST_LISTED * room, 5))
    simulate(tables, state, regimen, protocol, key, due, clock, rows, days, lesions)
    if state.count[FULL] == 1:
        return None
    return SubjectRecord(
        days=np.arange(clock[ROWS], dtype=np.float64),
        fields=names,
        units=units,
        series=rows[: clock[ROWS]].copy(),
        snapshots=_snapshots(protocol, days, lesions[: clock[LISTED]]),
        funnel=state.funnel,
        account=_account(state),
        circulating=state.circulating,
        partners=compiled.partners,
        blood_volume=tables.body.blood_volume,
        enrolment_day=_day(clock[ENROLLED]),
        last_dose_day=_day(clock[LAST_DOSE]),
        exit_day=_day(clock[EXIT_TICK]),
        exit_cause=EXIT_CAUSES[clock[EXIT_CAUSE]],
    )


def _day(tick: int) -> float:
    return float("nan") if tick == NEVER else float(tick) / TICKS_PER_DAY


def _snapshots(protocol: Protocol, days, lesions) -> tuple[Snapshot, ...]:
    by_day = protocol.snapshot_ticks.size
    wanted = [("day", tick / TICKS_PER_DAY) for tick in protocol.snapshot_ticks]
    wanted += [("size", float(volume)) for volume in protocol.snapshot_volumes]
    wanted += [("exit", float(days[-1]))]
    result = []
    for number, (matching, at) in enumerate(wanted):
        rows = lesions[lesions[:, 0] == number]
        result.append(
            Snapshot(
                day=float(days[number]),
                matching=matching,
                at=at,
                site=rows[:, 1].astype(np.int64),
                tumour_cells=rows[:, 2].copy(),
                volume=rows[:, 3].copy(),
                founder_cells=rows[:, 4].astype(np.int64),
            )
        )
    assert by_day <= len(result)
    return tuple(result)


def _account(state: State) -> dict[str, float]:
    """What became of every shed tumour cell; the entries after `shed` add up to it."""
    sizes = np.arange(1, LARGEST_AGGREGATE + 1)
    account = {
        "shed": float(state.account[SHED]),
        "dead in blood": float(state.account[DEAD_IN_BLOOD]),
        "in transit": float((state.circulating.sum(axis=1) * sizes).sum()),
    }
    for index, site in enumerate(SITES):
        account[f"arrested in {site}"] = float(state.arrested_cells[index])
    assert int(state.account[ARRESTED]) == int(state.arrested_cells.sum())
    return account


def warm_up() -> None:
    """Compile the kernels (or load them from the cache) by the smallest run."""
    from paget.host.smallest import smallest_run

    smallest_run()

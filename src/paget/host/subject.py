"""Run one subject: allocate, call the compiled course, and hand back its record."""

from __future__ import annotations

import numpy as np

from paget.errors import PagetError
from paget.host.observe import row_fields
from paget.host.record import LARGEST_AGGREGATE, SITES, Snapshot, SubjectRecord
from paget.host.regimen import EVENT_DOSE, EXIT_CAUSES, INOCULUM_ROUTES, TICKS_PER_DAY, Protocol, Regimen
from paget.host.state import DEAD_IN_BLOOD, FULL, MOST_GROUPS, MOST_LESIONS, SHED, new_state, untouched
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
from paget.pharmacology.plasma import fill_kinetics
from paget.rules.compile import CompiledModel
from paget.rules.records import capacities, dtype_of
from paget.rules.tables import Tables

MOST_LISTED = 1 << 18
"""Lesions that all snapshots of a subject can list together."""

LAST_TICK = (1 << 24) - 1
"""Latest hour that the random numbers tell apart: 1,900 years."""


def run_subject(
    compiled: CompiledModel, regimen: Regimen, protocol: Protocol, key: np.uint64
) -> SubjectRecord:
    """Simulate one subject; the same arguments give the same bits.

    Raises PagetError for a protocol out of bounds, a dose by an unknown route, and more lesions than can be held.
    """
    tables = compiled.tables
    _check(protocol, len(compiled.partners))
    _check_doses(compiled, regimen)
    whole = new_state(tables, compiled.axes)
    state = whole[0]
    fill_kinetics(tables["drugs"], state["kinetics"])
    names, units = row_fields(compiled.cell_types, compiled.receptors, compiled.factors, compiled.drug_names)
    rows = np.zeros((protocol.last_tick // TICKS_PER_DAY + 2, len(names)))
    clock = np.zeros(6, dtype=np.int64)
    due = np.zeros(regimen.tick.size, dtype=np.int64)
    days = np.full(protocol.snapshot_ticks.size + protocol.snapshot_volumes.size + 1, np.nan)
    lesions = untouched(MOST_LISTED * 7, np.float64).reshape(MOST_LISTED, 7)
    simulate(tables, state, regimen, protocol, key, due, clock, rows, days, lesions)
    if state["count"][FULL] == 1:
        raise PagetError(
            "a subject grew more lesions than can be held",
            found=f"more than {MOST_LESIONS} lesions or {MOST_GROUPS} founder groups",
            allowed="a lower shed rate, fewer cells or a shorter study",
        )
    return SubjectRecord(
        days=np.minimum(np.arange(clock[ROWS], dtype=np.float64), _day(clock[EXIT_TICK])),
        fields=names,
        units=units,
        series=rows[: clock[ROWS]].copy(),
        snapshots=_snapshots(protocol, days, lesions[: clock[LISTED]]),
        funnel=state["funnel"].copy(),
        passages=state["passages"].copy(),
        account=_account(state),
        circulating=state["circulating"][:, : 1 + len(compiled.partners)].copy(),
        partners=compiled.partners,
        blood_volume=float(tables["body"]["blood_volume"]),
        enrolment_day=_day(clock[ENROLLED]),
        last_dose_day=_day(clock[LAST_DOSE]),
        exit_day=_day(clock[EXIT_TICK]),
        exit_cause=EXIT_CAUSES[clock[EXIT_CAUSE]],
    )


def _check(protocol: Protocol, partners: int) -> None:
    """Refuse what the kernels could not run."""
    limits = {
        "inoculum_size": (1, LARGEST_AGGREGATE),
        "inoculum_route": (0, len(INOCULUM_ROUTES) - 1),
        "inoculum_cells": (0.0, 1e15),
        "engrafted_share": (0.0, 1.0),
        "step_ticks": (1, LAST_TICK),
        "last_tick": (0, LAST_TICK),
        "inoculum_partner": (0, partners),
    }
    for name, (least, most) in limits.items():
        value = getattr(protocol, name)
        if not least <= value <= most:
            raise PagetError(
                "the protocol of a subject is out of bounds",
                key=name,
                found=str(value),
                allowed=f"{least} to {most}",
            )


def _check_doses(compiled: CompiledModel, regimen: Regimen) -> None:
    """Refuse a dose of a drug or by a route that the model does not have."""
    share = compiled.tables["drugs"]["bioavailability"]
    doses = regimen.kind == EVENT_DOSE
    for drug, route in {*zip(regimen.drug[doses].tolist(), regimen.route[doses].tolist(), strict=True)}:
        if not (0 <= drug < len(compiled.drug_names) and 0 <= route < len(compiled.routes)):
            raise PagetError(
                "a dose names no drug or route of the model", found=f"drug {drug}, route {route}"
            )
        if np.isnan(share[drug, route]):
            raise PagetError(
                f"{compiled.drug_names[drug]} has no such route in this host",
                found=compiled.routes[route],
                allowed=[
                    n for n, known in zip(compiled.routes, share[drug], strict=False) if not np.isnan(known)
                ],
            )


def _day(tick: int) -> float:
    return float("nan") if tick == NEVER else float(tick) / TICKS_PER_DAY


def _snapshots(protocol: Protocol, days, lesions) -> tuple[Snapshot, ...]:
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
                kind=rows[:, 5].astype(np.int64),
                partner=rows[:, 6].astype(np.int64),
            )
        )
    return tuple(result)


def _account(state) -> dict[str, float]:
    """What became of every shed tumour cell; the entries after `shed` add up to it."""
    sizes = np.arange(1, LARGEST_AGGREGATE + 1)
    in_blood = state["circulating"] + state["entering"] + state["entering_veins"]
    account = {
        "shed": float(state["account"][SHED]),
        "dead in blood": float(state["account"][DEAD_IN_BLOOD]),
        "in transit": float((in_blood.sum(axis=1) * sizes).sum()),
    }
    for site, cells in zip(SITES, state["arrested_cells"], strict=True):
        account[f"arrested in {site}"] = float(cells)
    return account


def warm_up() -> None:
    """Compile the kernels, or load them from the cache: a study that ends before it begins, without any model.

    Compilation goes by type, and the types are those of every model of the usual size.
    """
    axes = capacities({})
    tables = np.zeros(1, dtype=dtype_of(Tables, axes))[0]
    state = new_state(tables, tuple(sorted(axes.items())))[0]
    real, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    regimen = Regimen(whole, whole, whole, whole, real, whole, real, whole, whole, real)
    protocol = Protocol(0, 1, 1, 0, 0.0, 1, 0.0, 0.0, 0, 1.0, 1.0, 1.0, whole, real)
    rows, clock, listed = np.zeros((1, 1024)), np.zeros(6, dtype=np.int64), np.zeros((1, 7))
    simulate(tables, state, regimen, protocol, np.uint64(0), whole, clock, rows, np.zeros(1), listed)

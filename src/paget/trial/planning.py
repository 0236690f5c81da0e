"""From the design of a trial to what the engine and the assays read: protocol, regimens, planned assays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from typing import Protocol as Interface

import numpy as np

from paget.assays import Order, expanded, order_for
from paget.errors import PagetError
from paget.host.regimen import (
    ANCHOR_ENROLMENT,
    ANCHOR_INOCULATION,
    ANCHOR_SURGERY,
    ANCHOR_TRIGGER,
    DOSE_BASES,
    EVENT_DOSE,
    EVENT_SURGERY,
    INOCULUM_ROUTES,
    TICKS_PER_DAY,
    TRIGGER_VARIABLES,
    Protocol,
    Regimen,
)
from paget.model import Model
from paget.model.endpoints import Endpoint, find_endpoint
from paget.model.treatment import DAY_ZERO, Surgery, Treatment
from paget.model.trial_design import Arm, AssayRequest, Inoculum, TrialDesign
from paget.trial.observation import Observation, PlannedAssay
from paget.trial.screening import Enrolment
from paget.trial.subjects import Values

LONGEST_STEP = 6
"""Longest step of the engine (h)."""

_ANCHORS = {
    DAY_ZERO: ANCHOR_INOCULATION,
    "inoculation": ANCHOR_INOCULATION,
    "enrolment": ANCHOR_ENROLMENT,
    "surgery": ANCHOR_SURGERY,
}
_NUMBERS_OF_AN_ASSAY = ("threshold", "error", "draw_volume", "sections")


class _Names(Interface):
    """What this module needs of a compiled model."""

    @property
    def drug_names(self) -> tuple[str, ...]: ...
    @property
    def routes(self) -> tuple[str, ...]: ...


def ticks(day: float) -> int:
    """Days as whole hours."""
    return round(day * TICKS_PER_DAY)


# ---- treatments ------------------------------------------------------------------------------------------------------


def regimen_of(arm: Arm, design: TrialDesign, compiled: _Names) -> Regimen:
    """Surgery and doses of an arm, one event each, in the order of the file."""
    events = [_surgery_event(surgery, design) for surgery in arm.surgery]
    for treatment in arm.treatments:
        events += _dose_events(treatment, design, compiled)
    columns = dict(zip(Regimen._fields, zip(*events, strict=True), strict=True)) if events else {}
    real = {"threshold", "dose", "residual"}
    arrays: dict[str, Any] = {
        name: np.array(columns.get(name, ()), dtype=np.float64 if name in real else np.int64)
        for name in Regimen._fields
    }
    return Regimen(**arrays)


def _surgery_event(surgery: Surgery, design: TrialDesign) -> tuple[float, ...]:
    anchor, offset, trigger, threshold = _start(surgery, design)
    tick = ticks((surgery.day or 0.0) + offset)
    return (EVENT_SURGERY, anchor, tick, trigger, threshold, -1, 0.0, 0, -1, float(surgery.residual_share))


def _dose_events(treatment: Treatment, design: TrialDesign, compiled: _Names) -> list[tuple[float, ...]]:
    anchor, offset, trigger, threshold = _start(treatment, design)
    drug = compiled.drug_names.index(treatment.drug)
    route = compiled.routes.index(treatment.route)
    basis, dose = DOSE_BASES.index(treatment.dose.unit), float(treatment.dose)
    return [
        (
            EVENT_DOSE,
            anchor,
            ticks(day + later + offset),
            trigger,
            threshold,
            drug,
            share * dose,
            basis,
            route,
            0.0,
        )
        for day in treatment.dose_days(float(design.duration) - offset)
        for later, share in treatment.parts()
    ]


def _start(event: Treatment | Surgery, design: TrialDesign) -> tuple[int, float, int, float]:
    """Anchor, days to add to what counts from it, index of the trigger's variable and threshold (-1, 0 without)."""
    if event.when is not None:
        return ANCHOR_TRIGGER, 0.0, TRIGGER_VARIABLES.index(event.when.variable), float(event.when.above)
    counted_from = event.counted_from or "inoculation"
    # The engine counts from day 0 of the trial, a file from the day of inoculation.
    offset = float(design.inoculum.day) if counted_from == "inoculation" else 0.0
    return _ANCHORS[counted_from], offset, -1, 0.0


# ---- the course of an animal -----------------------------------------------------------------------------------------


def protocol_of(
    design: TrialDesign,
    model: Model,
    observation: Observation,
    values: Values,
    inoculum: Inoculum | None = None,
    partners: Sequence[str] = (),
) -> Protocol:
    """How every animal is inoculated, enrolled, watched and taken out.

    values: numbers of the parameter draw by path. inoculum: that of the arm [default: the trial's].
    partners: cell types that can travel with an aggregate, in the order of the compiled model.
    """
    inoculum = design.inoculum if inoculum is None else inoculum
    last = ticks(design.duration)
    enrolment, humane = design.enrolment, design.humane_endpoint
    latest = design.duration if enrolment is None or enrolment.latest is None else enrolment.latest
    return Protocol(
        last_tick=last,
        step_ticks=LONGEST_STEP,
        inoculum_tick=ticks(inoculum.day),
        inoculum_route=INOCULUM_ROUTES.index(inoculum.route),
        inoculum_cells=inoculated_cells(inoculum, model, values),
        inoculum_size=inoculum.aggregate_size,
        engrafted_share=engrafted_share(inoculum, model, values),
        enrolment_volume=0.0 if enrolment is None else float(enrolment.volume),
        enrolment_latest=min(ticks(latest), last),
        humane_volume=_or_never(humane.volume),
        humane_weight_loss=_or_never(humane.weight_loss),
        humane_lung_burden=_or_never(humane.lung_burden),
        snapshot_ticks=observation.snapshot_ticks(),
        snapshot_volumes=observation.snapshot_volumes(),
        inoculum_partner=0 if inoculum.partner is None else 1 + list(partners).index(inoculum.partner),
    )


def _or_never(threshold: float | None) -> float:
    return math.inf if threshold is None else float(threshold)


def inoculated_cells(inoculum: Inoculum, model: Model, values: Values) -> float:
    """Tumour cells given to an animal."""
    if inoculum.cells is not None:
        return float(inoculum.cells)
    quantity = model.tumour.inoculation.cells
    return values.get(quantity.path, quantity.canonical)


def engrafted_share(inoculum: Inoculum, model: Model, values: Values) -> float:
    """Share of the cells given into the fat pad that found the primary."""
    if inoculum.engrafted_share is not None:
        return float(inoculum.engrafted_share)
    quantity = model.tumour.inoculation.engrafted_share
    return values.get(quantity.path, quantity.canonical)


def enrolment_of(
    design: TrialDesign, model: Model, values: Values, inoculum: Inoculum | None = None
) -> Enrolment:
    """What an animal must do to enter the trial, for the screening of candidates; inoculum: as in `protocol_of`."""
    inoculum = design.inoculum if inoculum is None else inoculum
    tumour, rate = model.tumour, inoculum.take_rate
    density = values.get(tumour.cell_density.path, tumour.cell_density.canonical)
    cells = inoculated_cells(inoculum, model, values) * engrafted_share(inoculum, model, values)
    take = tumour.inoculation.take_rate
    latest = design.duration if design.enrolment is None else design.enrolment.latest or design.duration
    stratified = design.randomisation.stratify_by != "nothing"
    return Enrolment(
        volume=0.0 if design.enrolment is None else float(design.enrolment.volume),
        latest=float(latest) - float(inoculum.day),
        start=cells / density,
        take_rate=values.get(take.path, take.canonical) if rate is None else float(rate),
        strata=design.randomisation.strata if stratified else 1,
        alpha=tumour.crowding.alpha.path,
        beta=tumour.crowding.beta.path,
    )


# ---- assays ----------------------------------------------------------------------------------------------------------


def observation_of(design: TrialDesign, model: Model) -> Observation:
    """All assays of the trial."""
    planned = [plan for request in design.assays for plan in planned_assays(request, design, model)]
    return Observation(tuple(planned), design.early_exit.rule == "excluded")


def planned_assays(request: AssayRequest, design: TrialDesign, model: Model) -> list[PlannedAssay]:
    """The endpoints that one assay of the file reads, with their days."""
    cell_types = tuple(model.cell_types)
    endpoint = find_endpoint(request.endpoint, list(model.host.sites), cell_types, list(model.factors))
    if endpoint is None:
        raise PagetError("unknown endpoint", key="assays.endpoint", found=request.endpoint)
    duration = float(design.duration)
    days = request.reading_days(duration)
    at_end = endpoint.kind == "survival" or duration in days
    return [
        PlannedAssay(
            order=_order(request, one, model),
            days=tuple(day for day in days if day < duration),
            at_end=at_end,
            volume=None if request.at_volume is None else float(request.at_volume),
            hours_after_last_dose=request.hours_after_last_dose,
        )
        for one in expanded(endpoint, model.cell_types_of_primary())
    ]


def _order(request: AssayRequest, endpoint: Endpoint, model: Model) -> Order:
    changes = {name: getattr(request, name) for name in _NUMBERS_OF_AN_ASSAY}
    receptors: Sequence[str] = request.receptors or list(next(iter(model.cell_types.values())).receptors)
    placed = endpoint if request.site is None else replace(endpoint, site=request.site)
    return order_for(
        placed,
        receptors if "receptors" in endpoint.settings else (),
        **{name: _plain(value) for name, value in changes.items() if value is not None},
    )


def _plain(value: float) -> float:
    """A setting as a plain number: a whole number stays one."""
    return value if isinstance(value, int) else float(value)

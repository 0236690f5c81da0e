"""Readings of one simulated animal: from assay, daily state and cascade to one number each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from paget.assays import Animal
from paget.errors import PagetError, did_you_mean
from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, SITES, SubjectRecord
from paget.model.counterpart import Reading
from paget.trial.observation import Observation

FloatArray = npt.NDArray[np.float64]


def read_all(animal: Animal, observation: Observation, readings: Sequence[Reading]) -> list[float]:
    """One number per reading; NaN where there is nothing to read."""
    _, readouts = observation.observe(animal)
    assayed = {assay.name: readout.value for assay, readout in zip(observation.assays, readouts, strict=True)}
    return [_value(reading, animal.record, assayed) for reading in readings]


def _value(reading: Reading, record: SubjectRecord, assayed: dict[str, float]) -> float:
    if reading.state is not None:
        return _of_state(reading, record)
    if reading.funnel is not None:
        return _of_funnel(reading, record)
    return sum(assayed[name] for name in reading.endpoints())


def _of_state(reading: Reading, record: SubjectRecord) -> float:
    if reading.state not in record.fields:
        near = did_you_mean(str(reading.state), record.fields)
        raise PagetError(
            "unknown field of the daily record", key="state", found=reading.state, allowed=record.fields,
            suggestion=near,
        )  # fmt: skip
    column = record.column(str(reading.state))
    start = 0.0 if math.isnan(record.enrolment_day) else record.enrolment_day
    if reading.day is not None:
        row = int(np.searchsorted(record.days, start + reading.day - 1e-9))
        return float(column[row]) if row < column.size else math.nan
    return _OVER_TIME[reading.when](column[record.days >= start - 1e-9])


_OVER_TIME: dict[str, Callable[[FloatArray], float]] = {
    "end": lambda column: float(column[-1]),
    "highest": lambda column: float(column.max()),
    "mean": lambda column: float(column.mean()),
}


def _of_funnel(reading: Reading, record: SubjectRecord) -> float:
    step = CASCADE_STEPS.index(_known(str(reading.funnel), CASCADE_STEPS, "step of the cascade"))
    counts = record.funnel[:, step, :]
    if reading.site is not None:
        counts = counts[[SITES.index(_known(reading.site, SITES, "site"))]]
    if reading.aggregate is not None:
        counts = counts[:, [AGGREGATE_KINDS.index(reading.aggregate)]]
    return float(counts.sum())


def _known(name: str, names: Sequence[str], what: str) -> str:
    if name not in names:
        raise PagetError(f"unknown {what}", found=name, allowed=names, suggestion=did_you_mean(name, names))
    return name

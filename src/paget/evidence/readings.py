"""Readings of one simulated animal: from assay, daily state, cascade and blood to one number each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from paget.assays import Animal
from paget.errors import PagetError, did_you_mean
from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, SITES, SubjectRecord
from paget.model.readings import Reading
from paget.model.tumour import TUMOUR_CELL
from paget.trial.observation import Observation

FloatArray = npt.NDArray[np.float64]
_SLACK = 1e-9
"""Slack (day) when days of the record are compared."""
_VOLUME = "primary volume"


def read_all(animal: Animal, observation: Observation, readings: Sequence[Reading]) -> list[float]:
    """One number per reading; NaN where there is nothing to read."""
    _, readouts = observation.observe(animal)
    assayed = {assay.name: readout.value for assay, readout in zip(observation.assays, readouts, strict=True)}
    return [_value(reading, animal, assayed) for reading in readings]


def _value(reading: Reading, animal: Animal, assayed: dict[str, float]) -> float:
    record = animal.record
    if reading.state is not None:
        value = _at_moment(reading, record, _column(record, reading.state))
        return value / _at_enrolment(record, reading.state) if reading.relative else value
    if reading.share_of is not None:
        return _at_moment(reading, record, _share(animal, reading.share_of))
    if reading.funnel is not None:
        return _of_funnel(reading, record)
    if reading.blood is not None:
        return in_blood(record, reading.blood)
    if reading.enrolment_day:
        return record.enrolment_day
    return sum(assayed[name] for name in reading.endpoints())


# ---- the daily record ------------------------------------------------------------------------------------------------


def _column(record: SubjectRecord, field: str) -> FloatArray:
    if field not in record.fields:
        near = did_you_mean(field, record.fields)
        raise PagetError(
            "unknown field of the daily record",
            key="state",
            found=field,
            allowed=record.fields,
            suggestion=near,
        )
    return record.column(field)


def _share(animal: Animal, cell_types: Sequence[str]) -> FloatArray:
    """Daily share of these cell types among the cells of the primary."""
    columns = {name: _cells(animal.record, name) for name in animal.cell_types}
    total = np.sum(list(columns.values()), axis=0)
    own = np.sum([columns[_known(name, animal.cell_types, "cell type")] for name in cell_types], axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0.0, own / total, np.nan)


def _cells(record: SubjectRecord, cell_type: str) -> FloatArray:
    return record.column("primary tumour cells" if cell_type == TUMOUR_CELL else f"primary {cell_type}")


def _at_moment(reading: Reading, record: SubjectRecord, column: FloatArray) -> float:
    start = _start(record)
    if reading.volume is not None:
        reached = np.flatnonzero(record.column(_VOLUME) >= reading.volume)
        return float(column[reached[0]]) if reached.size else math.nan
    if reading.trial_day is not None:
        return _on(record, column, reading.trial_day)
    if reading.day is not None:
        return _on(record, column, start + reading.day)
    return _OVER_TIME[reading.when](column[record.days >= start - _SLACK])


def _on(record: SubjectRecord, column: FloatArray, day: float) -> float:
    row = int(np.searchsorted(record.days, day - _SLACK))
    return float(column[row]) if row < column.size else math.nan


def _start(record: SubjectRecord) -> float:
    return 0.0 if math.isnan(record.enrolment_day) else record.enrolment_day


def _at_enrolment(record: SubjectRecord, field: str) -> float:
    value = _on(record, record.column(field), _start(record))
    return value if value > 0.0 else math.nan


_OVER_TIME: dict[str, Callable[[FloatArray], float]] = {
    "end": lambda column: float(column[-1]),
    "highest": lambda column: float(column.max()),
    "mean": lambda column: float(column.mean()),
}

# ---- cascade and blood -----------------------------------------------------------------------------------------------


def _of_funnel(reading: Reading, record: SubjectRecord) -> float:
    step = CASCADE_STEPS.index(_known(str(reading.funnel), CASCADE_STEPS, "step of the cascade"))
    counts = record.funnel[:, step, :]
    if reading.site is not None:
        counts = counts[[SITES.index(_known(reading.site, SITES, "site"))]]
    if reading.aggregate is not None:
        counts = counts[:, [AGGREGATE_KINDS.index(reading.aggregate)]]
    return float(counts.sum())


def in_blood(record: SubjectRecord, kind: str) -> float:
    """Aggregates of a kind in all the blood when the animal left: single cells, clusters without, any with a
    partner."""
    alone, escorted = record.circulating[:, 0], record.circulating[:, 1:]
    return float({"single": alone[:1], "cluster": alone[1:], "mixed": escorted}[kind].sum())


def _known(name: str, names: Sequence[str], what: str) -> str:
    if name not in names:
        raise PagetError(f"unknown {what}", found=name, allowed=names, suggestion=did_you_mean(name, names))
    return name

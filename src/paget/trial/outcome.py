"""What is kept of one simulated animal: plain arrays, ready for a file, without objects of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.assays import Animal, died
from paget.host.record import SubjectRecord
from paget.trial.observation import Observation

MATCHINGS = ("day", "size", "exit")

MEASUREMENT = np.dtype([("endpoint", "i2"), ("day", "f8"), ("by_size", "?"), ("value", "f8")])
READOUT = np.dtype([("day", "f8"), ("value", "f8")])
LESION = np.dtype(
    [
        ("day", "f8"),
        ("matching", "i1"),
        ("site", "i1"),
        ("tumour_cells", "f8"),
        ("volume", "f8"),
        ("founder_cells", "i4"),
        ("kind", "i1"),
        ("partner", "i1"),
    ]
)
_ARRAYS = ("measurements", "readouts", "days", "series", "funnel", "lesions", "passages", "circulating")

KEPT_IN_DRAWS = (
    "primary volume",
    "primary tumour cells",
    "primary cycling cells",
    "tumour cells in lung",
    "body weight",
    "blood neutrophils",
)
"""Fields of the daily record that parameter draws keep; the central run keeps all."""


class Seat(NamedTuple):
    """Which subject of a trial."""

    arm: int
    """Index of the arm."""
    animal: int
    """Number within the arm, from 1."""
    draw: int
    """Parameter draw, 0 for the central values."""


@dataclass(frozen=True)
class Outcome:
    """One animal, measured."""

    measurements: npt.NDArray[Any]
    """All readings, dtype MEASUREMENT; `endpoint` is an index into the assays of the trial."""
    readouts: npt.NDArray[Any]
    """One per assay of the trial, dtype READOUT."""
    days: npt.NDArray[np.float64]
    """Days of the daily record, shape (T,)."""
    series: npt.NDArray[np.float64]
    """The engine's daily state, shape (T, fields)."""
    funnel: npt.NDArray[np.int64]
    """Shape (sites, steps, kinds of aggregate)."""
    lesions: npt.NDArray[Any]
    """Lesions at the listed times, dtype LESION."""
    passages: npt.NDArray[np.int64]
    """What aggregates met in blood, shape (kinds of aggregate, PASSAGE_STEPS)."""
    circulating: npt.NDArray[np.int64]
    """Aggregates in blood at exit, shape (tumour cells, 1 + partners)."""
    facts: dict[str, Any]
    """`partners` (types, in the order of `circulating`), `notes` (one per readout), `fields` and `units` of series,
    `candidate`, `takes`, `enrolment_day`, `exit_day`, `exit_cause`, `died`."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for a file."""
        return {name: getattr(self, name) for name in _ARRAYS}

    @classmethod
    def read(cls, arrays: Mapping[str, npt.NDArray[Any]], facts: dict[str, Any]) -> Outcome:
        """The outcome from what `arrays` and `facts` held."""
        return cls(**{name: arrays[name] for name in _ARRAYS}, facts=facts)


def outcome_of(
    animal: Animal, observation: Observation, central: bool, candidate: int, takes: bool
) -> Outcome:
    """Measure an animal and keep what the tables need."""
    record = animal.record
    measurements, readouts = observation.observe(animal)
    fields = [f for f in record.fields if central or f in KEPT_IN_DRAWS]
    columns = [record.fields.index(f) for f in fields]
    facts = {
        "notes": [readout.note for readout in readouts],
        "fields": fields,
        "units": [record.units[column] for column in columns],
        "candidate": candidate,
        "takes": takes,
        "enrolment_day": record.enrolment_day,
        "exit_day": record.exit_day,
        "exit_cause": record.exit_cause,
        "died": died(record),
        "partners": list(record.partners),
    }
    return Outcome(
        measurements=np.array([tuple(m) for m in measurements], dtype=MEASUREMENT),
        readouts=np.array([(r.day, r.value) for r in readouts], dtype=READOUT),
        days=record.days,
        series=np.ascontiguousarray(record.series[:, columns]),
        funnel=record.funnel,
        lesions=_lesions(record),
        passages=record.passages,
        circulating=record.circulating,
        facts=facts,
    )


def _lesions(record: SubjectRecord) -> npt.NDArray[Any]:
    """The lesions of all snapshots below each other."""
    reached = [snapshot for snapshot in record.snapshots if not np.isnan(snapshot.day)]
    table = np.empty(sum(snapshot.site.size for snapshot in reached), dtype=LESION)
    start = 0
    for snapshot in reached:
        rows = table[start : start + snapshot.site.size]
        rows["day"], rows["matching"] = snapshot.day, MATCHINGS.index(snapshot.matching)
        rows["site"], rows["tumour_cells"] = snapshot.site, snapshot.tumour_cells
        rows["volume"], rows["founder_cells"] = snapshot.volume, snapshot.founder_cells
        rows["kind"], rows["partner"] = snapshot.kind, snapshot.partner
        start += snapshot.site.size
    return table

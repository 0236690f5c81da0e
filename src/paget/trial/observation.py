"""When each assay of a trial is done, and what one animal gives: all readings, and one readout per endpoint.

Days count from inoculation. An assay on fixed days and an assay at the end read what is there on that day; `every`
reads on its days and at the end. The *readout* of an endpoint, one number per animal that enters the statistics, is the
reading at its last day. An animal that leaves early gives its reading at exit, or none, as the trial says; one that was
never enrolled gives none. Simulated animals can be read without being killed: a terminal assay, or a size-matched one,
does not take the animal out of the trial.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paget.assays import Animal, Moment, Order, Reading, take
from paget.assays.survival import END_OF_STUDY, NOT_ENROLLED
from paget.host.record import Snapshot, SubjectRecord
from paget.host.regimen import TICKS_PER_DAY

_LATE = 1e-9
"""Slack (day) when a scheduled day is compared with the exit."""


@dataclass(frozen=True)
class PlannedAssay:
    """One endpoint with its days."""

    order: Order
    """What is asked of the assay."""
    days: tuple[float, ...] = ()
    """Days on which it is read, in order."""
    at_end: bool = False
    """Whether it is read when the animal leaves."""
    volume: float | None = None
    """Volume of the primary (mm3) at which it is read, for size-matched endpoints."""
    hours_after_last_dose: float | None = None
    """If given, animals that had a dose are read so many hours after the last one instead (on the next whole day)."""

    @property
    def name(self) -> str:
        """Name of the endpoint."""
        return self.order.endpoint.name


class Measurement(NamedTuple):
    """One reading in the notebook."""

    endpoint: int
    """Index into `Observation.assays`."""
    day: float
    by_size: bool
    value: float


class Readout(NamedTuple):
    """The number that stands for one animal and endpoint."""

    day: float
    value: float
    note: str


@dataclass(frozen=True)
class Observation:
    """All assays of a trial."""

    assays: tuple[PlannedAssay, ...]
    """In the order of the trial file, `composition` spelled out."""
    excluded_if_early: bool
    """Whether animals that leave early give no readout."""

    def snapshot_ticks(self) -> np.ndarray:
        """Hours at which lesions must be listed, sorted (int64)."""
        days = {day for assay in self.assays if assay.order.endpoint.of_lesions for day in assay.days}
        return np.array(sorted(round(day * TICKS_PER_DAY) for day in days), dtype=np.int64)

    def snapshot_volumes(self) -> np.ndarray:
        """Volumes of the primary (mm3) at whose first passage lesions must be listed, sorted."""
        return np.array(sorted({a.volume for a in self.assays if a.volume is not None}), dtype=np.float64)

    def observe(self, animal: Animal) -> tuple[list[Measurement], list[Readout]]:
        """All readings of an animal, and its readouts in the order of `assays`."""
        measurements: list[Measurement] = []
        readouts: list[Readout] = []
        for index, assay in enumerate(self.assays):
            taken = [(moment, take(animal, moment, assay.order)) for moment in moments(animal.record, assay)]
            if assay.order.endpoint.kind != "survival":
                measurements += [Measurement(index, m.day, m.matching == "size", r.value) for m, r in taken]
            readouts.append(self._readout(animal.record, assay, taken))
        return measurements, readouts

    def _readout(
        self, record: SubjectRecord, assay: PlannedAssay, taken: list[tuple[Moment, Reading]]
    ) -> Readout:
        if record.exit_cause == NOT_ENROLLED:
            return Readout(record.exit_day, math.nan, NOT_ENROLLED)
        if assay.volume is not None:
            return _of_size(assay.volume, taken)
        if assay.order.endpoint.kind == "survival" or not left_early(record, assay):
            return _last(taken)
        cause = f"left on day {record.exit_day:g}: {record.exit_cause}"
        if self.excluded_if_early:
            return Readout(record.exit_day, math.nan, f"excluded, {cause}")
        return _last(taken, cause)


def _of_size(volume: float, taken: list[tuple[Moment, Reading]]) -> Readout:
    return _last(taken) if taken else Readout(math.nan, math.nan, f"{volume:g} mm3 was never reached")


def _last(taken: list[tuple[Moment, Reading]], remark: str = "") -> Readout:
    moment, reading = taken[-1]
    return Readout(moment.day, reading.value, "; ".join(filter(None, (reading.note, remark))))


def left_early(record: SubjectRecord, assay: PlannedAssay) -> bool:
    """Whether the animal was gone before the day on which this assay is read out."""
    if assay.at_end:
        return record.exit_cause != END_OF_STUDY
    return record.exit_day < assay.days[-1] - _LATE


def moments(record: SubjectRecord, assay: PlannedAssay) -> list[Moment]:
    """When an animal is read: its scheduled days as long as it was there, and its exit if it is read then.

    An animal that is gone before the last scheduled day is read at its exit, too.
    """
    if assay.volume is not None:
        return _when_of_size(record, assay.volume)
    if assay.hours_after_last_dose is not None and not math.isnan(record.last_dose_day):
        return [_after_last_dose(record, assay.hours_after_last_dose)]
    found = [_on_day(record, day) for day in assay.days if day < record.exit_day - _LATE]
    if assay.at_end or record.exit_day <= assay.days[-1] + _LATE:
        found.append(_at_exit(record))
    return found


def _on_day(record: SubjectRecord, day: float) -> Moment:
    row = int(np.searchsorted(record.days, day + _LATE, side="right")) - 1
    return Moment(day, max(row, 0), "day", _listed(record.snapshots, "day", day))


def _after_last_dose(record: SubjectRecord, hours: float) -> Moment:
    """The first day of the daily record that is so many hours after the last dose, or the exit if that is earlier."""
    wanted = record.last_dose_day + hours / 24.0
    row = int(np.searchsorted(record.days, wanted - _LATE, side="left"))
    return _on_day(record, float(record.days[row])) if row < len(record.days) - 1 else _at_exit(record)


def _at_exit(record: SubjectRecord) -> Moment:
    exits = [snapshot for snapshot in record.snapshots if snapshot.matching == "exit"]
    return Moment(record.exit_day, len(record.days) - 1, "day", exits[0] if exits else None)


def _when_of_size(record: SubjectRecord, volume: float) -> list[Moment]:
    snapshot = _listed(record.snapshots, "size", volume)
    if snapshot is None or math.isnan(snapshot.day):
        return []
    row = int(np.searchsorted(record.days, snapshot.day + _LATE, side="right")) - 1
    return [Moment(snapshot.day, max(row, 0), "size", snapshot)]


def _listed(snapshots: Iterable[Snapshot], matching: str, at: float) -> Snapshot | None:
    for snapshot in snapshots:
        if snapshot.matching == matching and abs(snapshot.at - at) < 1e-6:
            return snapshot
    return None

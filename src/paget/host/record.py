"""What the engine leaves of one subject: daily state, lesions at chosen times, and the account of every shed cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paget.model.host import LARGEST_AGGREGATE as LARGEST_AGGREGATE
from paget.model.host import SITES as SITES

CASCADE_STEPS = (
    "shed",
    "survived blood",
    "arrested",
    "entered",
    "awake",
    "micrometastasis",
    "macrometastasis",
)
AGGREGATE_KINDS = ("single", "cluster", "mixed")

PASSAGE_STEPS = (
    "met first bed",
    "arrested in first bed",
    "passed first bed",
    "formed in blood",
    "changed in blood",
    "arrested later",
    "died in blood",
)
"""What becomes of aggregates in blood. Those that passed their first bed and those formed in blood (by break-up or by
meeting) are, in the end, changed into another class, arrested at a later pass, dead, or still in blood."""

MICROMETASTASIS_CELLS = 50
"""Tumour cells from which a group counts as a micrometastasis and follows the law of lesions."""

MACROMETASTASIS_DIAMETER = 0.5
"""Diameter (mm) from which a lesion counts as a macrometastasis."""


class Snapshot(NamedTuple):
    """All lesions outside the primary at one time; arrays have one entry per lesion."""

    day: float
    """Time (day); NaN if its volume was never reached."""
    matching: str
    """"day", "size" or "exit"."""
    at: float
    """The requested day, or the primary volume (mm3) that was waited for."""
    site: npt.NDArray[np.int64]
    """Index into SITES."""
    tumour_cells: npt.NDArray[np.float64]
    """Tumour cells of each lesion."""
    volume: npt.NDArray[np.float64]
    """Volume of each lesion (mm3), all its cells."""
    founder_cells: npt.NDArray[np.int64]
    """Tumour cells of the group that founded it."""
    kind: npt.NDArray[np.int64]
    """Kind of aggregate that founded it, an index into AGGREGATE_KINDS."""
    partner: npt.NDArray[np.int64]
    """Partner it came with: 0 for none, 1 + index into `SubjectRecord.partners` otherwise."""


@dataclass(frozen=True)
class SubjectRecord:
    """One simulated subject."""

    days: npt.NDArray[np.float64]
    """Days of the daily record, from 0 to the exit, shape (T,)."""
    fields: tuple[str, ...]
    """Names of the columns of `series`."""
    units: tuple[str, ...]
    """Unit of each column."""
    series: npt.NDArray[np.float64]
    """Daily state, shape (T, len(fields)); the last row is the state at exit."""
    snapshots: tuple[Snapshot, ...]
    """Lesions at the requested times, then at exit."""
    funnel: npt.NDArray[np.int64]
    """Counts of aggregates or groups, shape (sites, CASCADE_STEPS, AGGREGATE_KINDS); `shed` and `survived blood`
    are booked at the site that shed them (what circulated first survives at the fat pad, wherever it came from),
    later steps at the site they reached. Break-up in blood can make more aggregates than were shed."""
    passages: npt.NDArray[np.int64]
    """Counts of aggregates by what they met in blood, shape (AGGREGATE_KINDS, PASSAGE_STEPS), all sites together."""
    account: dict[str, float]
    """Conservation of shed cells: shed, dead in blood, arrested by site, in transit (cells)."""
    circulating: npt.NDArray[np.int64]
    """Aggregates in blood at exit, shape (LARGEST_AGGREGATE, 1 + number of partner types)."""
    partners: tuple[str, ...]
    """Cell types that can travel with an aggregate; column 0 of `circulating` is without partner."""
    blood_volume: float
    """Blood volume (mL)."""
    enrolment_day: float
    """Day of enrolment, NaN if never."""
    last_dose_day: float
    """Day of the last dose given, NaN without any."""
    exit_day: float
    """Day at which the subject left."""
    exit_cause: str
    """One of `regimen.EXIT_CAUSES`."""

    def column(self, field: str) -> npt.NDArray[np.float64]:
        """Daily values of one field, shape (T,)."""
        return self.series[:, self.fields.index(field)]

    def at_exit(self, field: str) -> float:
        """Value of a field when the subject left."""
        return float(self.series[-1, self.fields.index(field)])

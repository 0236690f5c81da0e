"""What an assay gets to see: one animal, a moment, and the random numbers of its own error.

Every reading has a generator keyed by (subject, purpose, hour, name of the specimen): a caliper on day 21 gives the
same error whatever else is measured, and two endpoints that are read from one specimen (foci and area from the same
sections, single cells and clusters from the same tube of blood) see the same specimen because they name it alike.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np

from paget.host.record import Snapshot, SubjectRecord
from paget.host.regimen import TICKS_PER_DAY
from paget.keyed_random import Purpose, binomial, gamma, new_generator, normal, seek
from paget.model.endpoints import Endpoint

Generator = np.ndarray
"""State of a keyed generator (uint64), see `paget.keyed_random`."""


@dataclass(frozen=True)
class Animal:
    """One simulated animal on the bench."""

    record: SubjectRecord
    """What the engine left of it."""
    key: np.uint64
    """Key of the subject's random numbers."""
    organ_volumes: Mapping[str, float]
    """Volume of each organ without metastases (mm3)."""
    cell_types: tuple[str, ...]
    """Cell types of the model, the tumour cell first."""


@dataclass(frozen=True)
class Moment:
    """When a reading is taken."""

    day: float
    """Days since day 0 of the trial."""
    row: int
    """Row of the daily record that holds the state at that time."""
    matching: str
    """"day", or "size" when the primary's volume decides."""
    snapshot: Snapshot | None = None
    """The lesions at that time, where they were listed."""

    @property
    def tick(self) -> int:
        """The hour, which keys the error of the reading."""
        return round(self.day * TICKS_PER_DAY)


class Order(NamedTuple):
    """What the trial asks an assay for."""

    endpoint: Endpoint
    """The endpoint, with site and placeholder filled in."""
    receptors: tuple[str, ...] = ()
    """Receptors to stain for, where the endpoint takes them."""
    numbers: Any = None
    """Errors and limits of this assay; None for the usual ones."""


class Reading(NamedTuple):
    """One number as the laboratory would write it down."""

    value: float
    """In the unit of the endpoint; NaN where nothing could be read."""
    note: str = ""
    """What a reader should know: below the limit of detection, hours since the last dose ..."""


NOTHING = Reading(math.nan, "no tumour tissue")


def number(value: float, unit: str, source: str, kind: str, text: str) -> Any:
    """Default of a dataclass field that is a number of an assay, with its unit, source and kind as metadata."""
    return field(default=value, metadata={"unit": unit, "source": source, "kind": kind, "note": text})


def described_numbers(settings: Any) -> list[dict[str, Any]]:
    """The numbers of one assay as rows: name, value, unit, source, kind, note (what it is)."""
    return [
        {"name": item.name, "value": getattr(settings, item.name), **item.metadata}
        for item in fields(settings)
    ]


@functools.lru_cache(maxsize=4096)
def stable_hash(name: str) -> np.uint64:
    """64 bits of a name that are the same in every process (Python's own hash of a string is not)."""
    digest = hashlib.blake2b(name.encode("utf-8"), digest_size=8, person=b"paget lineage").digest()
    return np.uint64(int.from_bytes(digest, "little"))


def generator_for(
    animal: Animal, moment: Moment, specimen: str, purpose: Purpose = Purpose.ASSAY
) -> Generator:
    """Random numbers of one specimen of one animal at one hour."""
    generator = new_generator()
    seek(generator, animal.key, int(purpose), moment.tick, stable_hash(specimen))
    return generator


def log_error(generator: Generator, sd: float) -> float:
    """A multiplicative error with median 1 and this SD of the log."""
    return math.exp(sd * float(normal(generator)))


def state(animal: Animal, moment: Moment, name: str) -> float:
    """Value of one field of the daily record; NaN where the engine does not know it."""
    record = animal.record
    if name not in record.fields:
        return math.nan
    return float(record.series[moment.row, record.fields.index(name)])


def count_in_fields(
    generator: Generator, share: float, cells: int, fields_of_view: int, correlation: float
) -> int:
    """Positive cells among `cells` counted evenly over microscope fields (beta-binomial).

    share: true share of positive cells, 0 to 1. correlation: of two cells of one field, >= 0; the variance of a field's
    count is binomial times 1 + (n - 1) correlation.
    """
    if not 0.0 < share < 1.0:
        return cells if share >= 1.0 else 0
    positive = 0
    for index in range(fields_of_view):
        counted = cells // fields_of_view + (index < cells % fields_of_view)
        positive += int(binomial(generator, counted, _share_of_field(generator, share, correlation)))
    return positive


def _share_of_field(generator: Generator, share: float, correlation: float) -> float:
    if correlation <= 0.0:
        return share
    concentration = 1.0 / correlation - 1.0
    hits = float(gamma(generator, share * concentration))
    misses = float(gamma(generator, (1.0 - share) * concentration))
    return hits / (hits + misses) if hits + misses > 0.0 else share

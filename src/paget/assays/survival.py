"""Survival: the day an animal died or was killed for humane reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paget.assays.bench import Animal, Moment, Order, Reading
from paget.host.record import SubjectRecord

NOT_ENROLLED = "not enrolled"
END_OF_STUDY = "end of study"


@dataclass(frozen=True)
class Nothing:
    """Survival is read without error."""


def died(record: SubjectRecord) -> bool:
    """Whether the animal reached a humane endpoint; animals alive at the end, or never enrolled, did not."""
    return record.exit_cause not in (END_OF_STUDY, NOT_ENROLLED)


def survival(animal: Animal, moment: Moment, order: Order, numbers: Nothing) -> Reading:
    """Day of death (day); the note says why, or that the animal was alive at the end."""
    record = animal.record
    if record.exit_cause == NOT_ENROLLED:
        return Reading(math.nan, NOT_ENROLLED)
    return Reading(record.exit_day, record.exit_cause if died(record) else "alive at the end of the study")

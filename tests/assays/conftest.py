"""A record as the engine would leave it, with everything that a test wants to choose."""

import numpy as np
import pytest

from paget.assays import Animal, Moment
from paget.host.record import (
    AGGREGATE_KINDS,
    CASCADE_STEPS,
    LARGEST_AGGREGATE,
    PASSAGE_STEPS,
    SITES,
    Snapshot,
    SubjectRecord,
)
from paget.keyed_random import subject_key

PARTNERS = ("neutrophil", "macrophage")
CELL_TYPES = ("tumour cell", "macrophage", "fibroblast")
STATE = {
    "primary volume": ("mm^3", 500.0),
    "primary tumour cells": ("cell", 3.5e7),
    "primary cycling cells": ("cell", 1.0e7),
    "primary damaged cells": ("cell", 0.5e7),
    "primary macrophage": ("cell", 5.0e6),
    "primary fibroblast": ("cell", 1.0e7),
    "IGF1R activity": ("1", 0.4),
    "IR-A activity": ("1", 0.2),
    "collagen alignment": ("1", 0.5),
    "tumour cells in lung": ("cell", 1.0e6),
    "lesion volume in lung": ("mm^3", 10.0),
    "solitary cells in lung": ("cell", 2.0e5),
    "TNF": ("nM", 0.004),
    "plasma free TNF": ("nM", 0.0005),
    "body weight": ("g", 21.0),
    "blood neutrophils": ("cell/mL", 1.0e6),
}
ORGANS = {"lung": 200.0, "liver": 1300.0}


def snapshot(volumes, site="lung", day=42.0, matching="exit", kinds=None):
    volumes = np.asarray(volumes, dtype=float)
    sites = np.full(volumes.size, SITES.index(site))
    ones = np.ones(volumes.size, dtype=np.int64)
    return Snapshot(
        day,
        matching,
        day,
        sites,
        volumes * 7e4,
        volumes,
        ones,
        0 * ones if kinds is None else np.asarray(kinds),
        0 * ones,
    )


def record(days=42, circulating=None, last_dose_day=14.0, exit_cause="end of study", snapshots=(), **changes):
    names = tuple(STATE)
    values = [changes.get(name, value) for name, (_, value) in STATE.items()]
    empty = np.zeros((LARGEST_AGGREGATE, 1 + len(PARTNERS)), dtype=np.int64)
    return SubjectRecord(
        days=np.arange(days + 1.0),
        fields=names,
        units=tuple(unit for unit, _ in STATE.values()),
        series=np.tile(np.array(values), (days + 1, 1)),
        snapshots=tuple(snapshots),
        funnel=np.zeros((len(SITES), len(CASCADE_STEPS), len(AGGREGATE_KINDS)), dtype=np.int64),
        passages=np.zeros((len(AGGREGATE_KINDS), len(PASSAGE_STEPS)), dtype=np.int64),
        account={},
        circulating=empty if circulating is None else circulating,
        partners=PARTNERS,
        blood_volume=1.7,
        enrolment_day=13.0,
        last_dose_day=last_dose_day,
        exit_day=float(days),
        exit_cause=exit_cause,
    )


@pytest.fixture
def bench():
    """bench(number, ...) -> (animal, moment at the exit); keyword arguments go to the record."""

    def make(number=1, volumes=None, kinds=None, **options):
        lesions = None if volumes is None else snapshot(volumes, kinds=kinds)
        animal = Animal(record(**options), subject_key(7, "arm", number), ORGANS, CELL_TYPES)
        day = float(animal.record.days[-1])
        return animal, Moment(day, len(animal.record.days) - 1, "day", lesions)

    return make

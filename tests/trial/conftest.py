"""Designs made from a trial of the catalog, and records as the engine would leave them."""

import copy

import numpy as np
import pytest

from paget.host.record import (
    AGGREGATE_KINDS,
    CASCADE_STEPS,
    LARGEST_AGGREGATE,
    PASSAGE_STEPS,
    SITES,
    Snapshot,
    SubjectRecord,
)
from paget.model import TrialDesign, load_catalog


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def base(catalog):
    """The igf-paclitaxel trial as the mapping that its file holds."""
    return catalog.trials["igf-paclitaxel"].model_dump(mode="json", by_alias=True, exclude_none=True)


@pytest.fixture
def design(base):
    """design(key=value, ...): the igf-paclitaxel trial with some keys of its file replaced (None: left out)."""

    def make(**changes):
        data = {**copy.deepcopy(base), **changes}
        return TrialDesign.model_validate({key: value for key, value in data.items() if value is not None})

    return make


@pytest.fixture
def small(design):
    """Three arms of three animals, few assays: enough to see whether bits are the same."""

    def make(**changes):
        arms = [
            {"name": "control"},
            {"name": "paclitaxel", "treatments": [
                {"drug": "paclitaxel", "dose": "15 mg/kg", "route": "i.v.", "from": "enrolment", "days": [0, 7]}]},
            {"name": "without IGF1R", "edits": [{"in": "tumour", "kind": "knock-out", "receptor": "IGF1R"}]},
        ]  # fmt: skip
        contrasts = [{"endpoint": "lung foci", "arms": ["paclitaxel", "control"], "primary": True}]
        return design(**{"arms": arms, "contrasts": contrasts, "animals": 3, **changes})

    return make


FIELDS = {
    "primary volume": "mm^3",
    "primary tumour cells": "cell",
    "body weight": "g",
    "lesion volume in lung": "mm^3",
}


def a_snapshot(matching, at, day, lesions=2):
    size = np.arange(1.0, lesions + 1)
    ones = np.ones(lesions, dtype=int)
    return Snapshot(
        day, matching, at, np.full(lesions, SITES.index("lung")), size, size, ones, 0 * ones, 0 * ones
    )


@pytest.fixture
def record():
    """record(exit_day, cause, ...): body weight counts the days, so that a reading tells when it was taken."""

    def make(exit_day=42, exit_cause="end of study", last_dose_day=float("nan"), snapshots=None, **changes):
        days = np.arange(exit_day + 1.0)
        columns = {
            "primary volume": 20.0 + 10.0 * days,
            "primary tumour cells": 1e6 * days,
            "body weight": days + 10,
        }
        columns |= {"lesion volume in lung": days, **changes}
        if snapshots is None:
            snapshots = (a_snapshot("exit", exit_day, exit_day),)
        return SubjectRecord(
            days=days,
            fields=tuple(FIELDS),
            units=tuple(FIELDS.values()),
            series=np.column_stack([np.broadcast_to(columns[name], days.shape) for name in FIELDS]).astype(
                float
            ),
            snapshots=tuple(snapshots),
            funnel=np.zeros((len(SITES), len(CASCADE_STEPS), len(AGGREGATE_KINDS)), dtype=np.int64),
            passages=np.zeros((len(AGGREGATE_KINDS), len(PASSAGE_STEPS)), dtype=np.int64),
            account={},
            circulating=np.zeros((LARGEST_AGGREGATE, 1), dtype=np.int64),
            partners=(),
            blood_volume=1.7,
            enrolment_day=7.0,
            last_dose_day=last_dose_day,
            exit_day=float(exit_day),
            exit_cause=exit_cause,
        )

    return make


@pytest.fixture
def snapshot():
    return a_snapshot

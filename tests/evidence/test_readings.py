"""Readings of a made-up animal: values by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from paget.assays import Animal
from paget.errors import PagetError
from paget.evidence.readings import read_all
from paget.host.record import (
    AGGREGATE_KINDS,
    CASCADE_STEPS,
    LARGEST_AGGREGATE,
    PASSAGE_STEPS,
    SITES,
    SubjectRecord,
)
from paget.model.readings import Reading
from paget.trial.observation import Observation

DAYS = np.arange(11.0)
COLUMNS = {
    "primary volume": 10.0 * (1 + DAYS),
    "primary tumour cells": 600.0 + 0 * DAYS,
    "primary macrophage": 100.0 * DAYS,
    "TNF": np.array([1.0, 2, 3, 4, 9, 4, 3, 2, 2, 2, 2]),
}


@pytest.fixture
def animal() -> Animal:
    """Enrolled on day 2, gone on day 10; clusters in blood, arrests in lung and liver."""
    funnel = np.zeros((len(SITES), len(CASCADE_STEPS), len(AGGREGATE_KINDS)), dtype=np.int64)
    arrested = CASCADE_STEPS.index("arrested")
    funnel[SITES.index("lung"), arrested] = (70, 20, 10)
    funnel[SITES.index("liver"), arrested] = (5, 0, 0)
    circulating = np.zeros((LARGEST_AGGREGATE, 2), dtype=np.int64)
    circulating[0] = (50, 4)
    circulating[1:3, 0] = (3, 2)
    record = SubjectRecord(
        days=DAYS, fields=tuple(COLUMNS), units=("1",) * len(COLUMNS), series=np.column_stack(list(COLUMNS.values())),
        snapshots=(), funnel=funnel,
        passages=np.zeros((len(AGGREGATE_KINDS), len(PASSAGE_STEPS)), dtype=np.int64), account={},
        circulating=circulating, partners=("macrophage",), blood_volume=1.7, enrolment_day=2.0,
        last_dose_day=math.nan, exit_day=10.0, exit_cause="end of study",
    )  # fmt: skip
    return Animal(record, np.uint64(1), {}, ("tumour cell", "macrophage"))


@pytest.mark.parametrize(
    "words, value",
    [
        ({"state": "TNF"}, 2.0),
        ({"state": "TNF", "when": "highest"}, 9.0),
        ({"state": "TNF", "when": "mean"}, np.mean(COLUMNS["TNF"][2:])),
        ({"state": "TNF", "day": 2}, 9.0),
        ({"state": "TNF", "trial_day": 2}, 3.0),
        ({"state": "TNF", "trial_day": 11}, math.nan),
        ({"state": "TNF", "day": 2, "relative": True}, 3.0),
        ({"state": "TNF", "volume": 45}, 9.0),
        ({"state": "TNF", "volume": 1000}, math.nan),
        ({"share_of": ["macrophage"], "trial_day": 4}, 0.4),
        ({"share_of": ["macrophage", "tumour cell"]}, 1.0),
        ({"funnel": "arrested"}, 105.0),
        ({"funnel": "arrested", "site": "lung"}, 100.0),
        ({"funnel": "arrested", "site": "lung", "aggregate": "cluster"}, 20.0),
        ({"blood": "single"}, 50.0),
        ({"blood": "cluster"}, 5.0),
        ({"blood": "mixed"}, 4.0),
        ({"enrolment_day": True}, 2.0),
    ],
)
def test_reading(animal: Animal, words: dict[str, Any], value: float) -> None:
    reading = Reading.model_validate(words)
    assert read_all(animal, Observation((), False), [reading]) == [pytest.approx(value, nan_ok=True)]
    assert reading.describe()


@pytest.mark.parametrize(
    "words, says",
    [
        ({"state": "TFN"}, "Did you mean 'TNF'"),
        ({"funnel": "arested"}, "Did you mean 'arrested'"),
        ({"funnel": "arrested", "site": "lungs"}, "Did you mean 'lung'"),
        ({"share_of": ["macrophages"]}, "Did you mean 'macrophage'"),
    ],
)
def test_unknown_names(animal: Animal, words: dict[str, Any], says: str) -> None:
    with pytest.raises(PagetError, match=says):
        read_all(animal, Observation((), False), [Reading.model_validate(words)])


def test_equal_readings_are_one_number() -> None:
    one, same = Reading(state="TNF", when="end"), Reading(state="TNF")
    assert one.key == same.key
    assert one.key != Reading(state="TNF", when="mean").key

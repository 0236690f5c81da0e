"""Light, weight, blood count, burden of an organ, survival."""

import math

import numpy as np
import pytest

from paget.assays import Order, take
from paget.assays.whole_animal import Bioluminescence, living_tumour_cells
from paget.model.endpoints import find_endpoint

ANIMALS = 400


def order(name):
    return Order(find_endpoint(name, ("lung", "liver"), ()))


def readings(bench, name, **options):
    return np.array([take(*bench(number, **options), order(name)).value for number in range(ANIMALS)])


@pytest.mark.parametrize(
    "name, truth, sd",
    [("body weight", 21.0, 0.01), ("blood neutrophils", 1e6, 0.15), ("lung burden", 10.0, 0.2)],
)
def test_errors_are_log_normal_about_the_truth(bench, name, truth, sd):
    """Null: log reading normal about the log of the truth with this SD. z of mean and variance, 3.9 is 1e-4 each."""
    logs = np.log(readings(bench, name) / truth)
    assert abs(logs.mean()) < 3.9 * sd / math.sqrt(ANIMALS)
    assert abs(logs.var(ddof=1) / sd**2 - 1) < 3.9 * math.sqrt(2 / ANIMALS)
    assert abs(logs.mean() - sd) > 3.9 * sd / math.sqrt(ANIMALS)  # planted: a bias of one SD


def test_light_comes_from_all_living_tumour_cells(bench):
    animal, moment = bench()
    assert living_tumour_cells(animal, moment) == 3.6e7
    numbers = Bioluminescence()
    dark = {"primary tumour cells": 0.0, "tumour cells in lung": 0.0}
    background = readings(bench, "bioluminescence", **dark)
    assert np.median(background) == pytest.approx(numbers.background, rel=0.05)
    light = readings(bench, "bioluminescence")
    assert np.median(light) == pytest.approx(3.6e7 * numbers.light, rel=0.06)


def test_limits_of_detection(bench):
    assert take(*bench(**{"lesion volume in lung": 0.001}), order("lung burden")) == (
        0.0,
        "below the limit of 0.01 mm3",
    )
    assert take(*bench(**{"blood neutrophils": 100.0}), order("blood neutrophils")).value == 0.0


def test_burden_is_that_of_the_list_of_lesions_where_there_is_one(bench):
    values = readings(bench, "lung burden", volumes=[1.0, 2.0])
    assert np.median(values) == pytest.approx(3.0, rel=0.05)
    assert take(*bench(volumes=[1.0]), order("liver burden")).value == 0.0


@pytest.mark.parametrize(
    "cause, value, note",
    [
        ("end of study", 42.0, "alive at the end of the study"),
        ("tumour volume", 42.0, "tumour volume"),
        ("not enrolled", math.nan, "not enrolled"),
    ],
)
def test_survival(bench, cause, value, note):
    reading = take(*bench(exit_cause=cause), order("survival"))
    assert reading.note == note
    assert reading.value == value or (math.isnan(value) and math.isnan(reading.value))

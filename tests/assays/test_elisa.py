"""Levels by ELISA: unbiased in the logarithm, blind below the limit, apart for tumour and plasma."""

import math

import numpy as np
import pytest

from paget.assays import Order, order_for, take
from paget.model.endpoints import find_endpoint

FACTORS = ("TNF", "CXCL1")


def order(name, **changes):
    endpoint = find_endpoint(name, ("lung",), (), FACTORS)
    return order_for(endpoint, **changes) if changes else Order(endpoint)


@pytest.mark.parametrize("name, level", [("level of TNF", 0.004), ("plasma level of TNF", 0.0005)])
def test_error_is_lognormal_around_the_level(bench, name, level):
    """Mean of 400 log readings: its standard error is 0.2 / 20 = 0.01, four of them is one in 16,000."""
    logs = []
    for number in range(400):
        animal, moment = bench(number)
        logs.append(math.log(take(animal, moment, order(name)).value))
    assert abs(np.mean(logs) - math.log(level)) < 0.04
    assert np.std(logs) == pytest.approx(0.2, rel=0.15)


def test_without_error_it_is_the_level(bench):
    animal, moment = bench()
    assert take(animal, moment, order("level of TNF", error=0.0)).value == pytest.approx(0.004)
    assert take(animal, moment, order("plasma level of TNF", error=0.0)).value == pytest.approx(0.0005)


def test_two_specimens_have_two_errors(bench):
    animal, moment = bench()
    tumour = take(animal, moment, order("level of TNF")).value / 0.004
    plasma = take(animal, moment, order("plasma level of TNF")).value / 0.0005
    assert tumour != pytest.approx(plasma)


def test_below_the_limit_it_is_nothing(bench):
    animal, moment = bench(TNF=1e-6)
    reading = take(animal, moment, order("level of TNF"))
    assert reading.value == 0.0
    assert "below the limit of 0.0001 nM" in reading.note


@pytest.mark.parametrize(
    "name, options, note",
    [
        ("level of CXCL1", {}, "CXCL1 is not in this model"),
        ("plasma level of CXCL1", {}, "CXCL1 is not in this model"),
        ("level of TNF", {"primary tumour cells": 0.0}, "no tumour tissue"),
    ],
)
def test_where_there_is_nothing_to_read(bench, name, options, note):
    animal, moment = bench(**options)
    reading = take(animal, moment, order(name))
    assert math.isnan(reading.value)
    assert reading.note == note

"""Half-lives measured in a simulated animal against those put in; the regression against known decays.

Null: the measured half-life is that of the class. Intervals are 95 %, so single ones may miss; checks here use five
standard errors (a false alarm in 1e6) and fixed seeds.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.analysis.circulation.half_life import decay_rate, measure_half_life
from paget.errors import PagetError
from paget.model import load_catalog, resolve
from paget.rules import compile_model

TUMOUR = "tumours/py230"


@pytest.fixture(scope="module")
def mouse():
    return compile_model(resolve(load_catalog(built_in_only=True), "py230", "c57bl6"))


@pytest.fixture(scope="module")
def plain(mouse):
    """Nothing but the half-lives takes aggregates out of their class; death weighs as much as arrest."""
    limits = ("base", "minimum", "maximum")
    values = {f"{TUMOUR}/behaviours/cluster break-up/{limit}": 0.0 for limit in limits}
    values |= {f"{TUMOUR}/behaviours/loss from blood/{limit}": 1.0 for limit in limits}
    values[f"{TUMOUR}/dissemination/pick_up_in_blood"] = 0.0
    return mouse.with_values(values)


@pytest.mark.parametrize(
    "cells, partner, minutes", [(1, None, 27.5), (3, None, 8.0), (1, "neutrophil", 15.0)]
)
def test_the_half_life_put_in_is_measured(plain, cells: int, partner: str | None, minutes: float) -> None:
    decay = measure_half_life(plain, tumour_cells=cells, partner=partner)
    error = (decay.high - decay.low) / 3.92
    assert decay.put_in == pytest.approx(minutes)
    assert abs(decay.half_life - minutes) < 5 * error
    assert abs(decay.half_life - 1.3 * minutes) > 5 * error
    assert error < 0.05 * minutes


def test_what_changes_the_class_shortens_its_half_life(mouse, plain) -> None:
    """Break-up, leukocytes picked up and death above arrest act on the measured half-life, as in an animal."""
    assert (
        measure_half_life(mouse, tumour_cells=3).half_life
        < 0.95 * measure_half_life(plain, tumour_cells=3).half_life
    )


def test_most_is_gone_in_the_first_bed(plain) -> None:
    """Passage 0.1 for a single cell, 0.1 / sqrt(4) for a cluster of four."""
    assert measure_half_life(plain).first_bed == pytest.approx(0.9, abs=2e-3)
    assert measure_half_life(plain, tumour_cells=4).first_bed == pytest.approx(0.95, abs=2e-3)


def test_regression_finds_a_known_decay() -> None:
    rng, minutes = np.random.default_rng(3), np.array([1.0, 5, 10, 20, 40])
    counts = rng.poisson(1e5 * np.exp(-math.log(2) / 12 * minutes)).astype(float)
    half_life, low, high = decay_rate(minutes, counts)
    assert low < 12 < high
    assert half_life == pytest.approx(12, rel=0.01)


@pytest.mark.parametrize("counts", [[0, 0, 0], [5, 0, 0]])
def test_too_little_to_fit(counts) -> None:
    assert all(
        math.isnan(number) for number in decay_rate(np.array([1.0, 2, 3]), np.array(counts, dtype=float))
    )


def test_counts_that_rise_have_no_half_life() -> None:
    assert math.isnan(decay_rate(np.array([1.0, 2, 3]), np.array([5.0, 50, 500]))[0])


@pytest.mark.parametrize("options", [{"tumour_cells": 13}, {"tumour_cells": 0}, {"partner": "fibroblast"}])
def test_unknown_classes(mouse, options) -> None:
    with pytest.raises(PagetError):
        measure_half_life(mouse, **options)

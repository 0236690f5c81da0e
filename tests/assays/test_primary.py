"""Calipers, microscope and flow cytometry on the primary, against their laws."""

import math

import numpy as np
import pytest

from paget.assays import Order, take
from paget.assays.caliper import true_diameters
from paget.assays.histology import share_above
from paget.model.endpoints import find_endpoint

SITES, CELL_TYPES = ("lung",), ("tumour cell", "macrophage", "fibroblast")
ANIMALS = 600


def order(name, **options):
    return Order(find_endpoint(name, SITES, CELL_TYPES), **options)


def readings(bench, wanted, animals=ANIMALS, **options):
    return np.array([take(*bench(number, **options), wanted).value for number in range(animals)])


def test_caliper_has_no_bias_and_the_error_of_the_data(bench):
    """Null: log of the reading is normal about the truth with SD 0.18. z of mean and of variance, 3.9 is 1e-4 each.

    Planted fault: a caliper that is off by 2 % in length and width is off by 6 % in volume, which the mean catches.
    """
    logs = np.log(readings(bench, order("primary volume")) / 500.0)
    assert abs(logs.mean()) < 3.9 * 0.18 / math.sqrt(ANIMALS)
    assert abs(logs.var(ddof=1) / 0.18**2 - 1) < 3.9 * math.sqrt(2 / ANIMALS)
    assert abs(logs.mean() + 3 * math.log(1.02)) > 3.9 * 0.18 / math.sqrt(ANIMALS)


@pytest.mark.parametrize("volume", [1.0, 15.0, 2000.0])
def test_diameters_give_the_volume_back(volume):
    length, width = true_diameters(volume, 1.25)
    assert 0.5 * length * width**2 == pytest.approx(volume)
    assert length / width == pytest.approx(1.25)


def test_small_tumours_cannot_be_felt(bench):
    reading = take(*bench(**{"primary volume": 14.9}), order("primary volume"))
    assert reading == (0.0, "not palpable")
    assert take(*bench(**{"primary volume": 15.1}), order("primary volume")).value > 0


def test_unknown_state_stays_unknown(bench):
    unknown = ("primary volume", "body weight", "blood neutrophils", "primary tumour cells")
    place = bench(**dict.fromkeys(unknown, math.nan))
    for name in (
        "primary volume",
        "body weight",
        "blood neutrophils",
        "bioluminescence",
        "residual tumour cells",
    ):
        assert math.isnan(take(*place, order(name)).value)


def test_ki67_counts_cycling_and_arrested_cells(bench):
    """Null: mean (1e7 + 0.5e7) / 3.5e7 and the beta-binomial variance of 5 fields of 200 cells, correlation 0.02.

    z of 600 animals, 3.9 is 1e-4. Planted faults: without arrested cells the mean is 14 points off; without a
    correlation within fields the variance is a fifth.
    """
    shares = readings(bench, order("Ki-67 index")) / 100
    p = 1.5 / 3.5
    variance = p * (1 - p) * (1 + 199 * 0.02) / 1000
    assert abs(shares.mean() - p) < 3.9 * math.sqrt(variance / ANIMALS)
    assert abs(shares.var(ddof=1) / variance - 1) < 3.9 * math.sqrt(2 / ANIMALS)
    assert abs(shares.mean() - 1 / 3.5) > 3.9 * math.sqrt(variance / ANIMALS)
    assert abs(shares.var(ddof=1) / (p * (1 - p) / 1000) - 1) > 3.9 * math.sqrt(2 / ANIMALS)


def test_ki67_says_how_long_after_the_last_dose(bench):
    assert take(*bench(last_dose_day=40.5), order("Ki-67 index")).note == "36 h after the last dose"
    assert take(*bench(last_dose_day=math.nan), order("Ki-67 index")).note == ""


def test_no_tumour_no_histology(bench):
    for name in ("Ki-67 index", "receptor-positive cells", "collagen alignment"):
        gone = {"primary tumour cells": 0.0, "primary volume": 0.0}
        reading = take(*bench(**gone), order(name, receptors=("IGF1R",)))
        assert math.isnan(reading.value)
        assert reading.note == "no tumour tissue"


@pytest.mark.parametrize("state, expected", [(0.0, 0.0), (3.5e7, 100.0)])
def test_none_or_all_positive(bench, state, expected):
    changes = {"primary cycling cells": state, "primary damaged cells": 0.0}
    assert take(*bench(**changes), order("Ki-67 index")).value == expected


def test_receptor_positive_share(bench):
    """Null: the log-normal tail above 0.35 of the more active receptor. z of 600 animals, 3.9 is 1e-4."""
    shares = readings(bench, order("receptor-positive cells", receptors=("IGF1R", "IR-A"))) / 100
    p = share_above(0.4, 0.35, 0.5)
    standard_error = math.sqrt(p * (1 - p) * (1 + 199 * 0.02) / 1000 / ANIMALS)
    assert abs(shares.mean() - p) < 3.9 * standard_error
    assert (
        abs(shares.mean() - share_above(0.2, 0.35, 0.5)) > 3.9 * standard_error
    )  # planted: the other receptor


def test_share_above_a_threshold():
    assert share_above(0.35, 0.35, 0.5) == 0.5
    assert share_above(0.35 * math.exp(0.5), 0.35, 0.5) == pytest.approx(0.8413447)
    assert share_above(0.0, 0.35, 0.5) == 0.0


def test_receptor_that_the_model_lacks(bench):
    assert "not in this model" in take(*bench(), order("receptor-positive cells", receptors=("EGFR",))).note


def test_composition_adds_up_and_finds_the_truth(bench):
    """Null: mean logit of a share is near the truth; yields of 10 % per type spread it. z of 300 animals, 1e-4."""
    by_type = {name: readings(bench, order(f"composition: {name}"), animals=300) for name in CELL_TYPES}
    assert np.allclose(sum(by_type.values()), 100.0)
    logit = np.log(by_type["macrophage"] / (100 - by_type["macrophage"]))
    truth = math.log(5e6 / (3.5e7 + 1e7))
    assert (
        abs(logit.mean() - truth) < 3.9 * logit.std(ddof=1) / math.sqrt(300) + 0.003
    )  # 0.003: convexity of the sum


def test_residual_cells_scale_an_aliquot(bench):
    """Null: mean cells times exp(0.15^2 / 2). z of 600 animals, 1e-4. Below one cell in the aliquot: 0 and a note."""
    cells = readings(bench, order("residual tumour cells"), **{"primary tumour cells": 1e5})
    expected = 1e5 * math.exp(0.5 * 0.15**2)
    assert abs(cells.mean() - expected) < 3.9 * cells.std(ddof=1) / math.sqrt(ANIMALS)
    assert take(*bench(**{"primary tumour cells": 0.0}), order("residual tumour cells")).note.startswith(
        "below"
    )


def test_collagen_alignment_stays_between_its_ends(bench):
    for truth in (0.0, 0.5, 1.0):
        read = readings(bench, order("collagen alignment"), animals=100, **{"collagen alignment": truth})
        assert read.min() >= 0.0
        assert read.max() <= 1.0
        assert abs(read.mean() - truth) < 0.03

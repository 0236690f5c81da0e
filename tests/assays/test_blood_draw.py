"""The terminal draw: binomial recovery, day-to-day factor, one tube for all endpoints."""

import numpy as np
import pytest

from paget.assays import Order, take
from paget.assays.blood_draw import BloodDraw, ctc_per_ml, multiplied, tube
from paget.host.record import LARGEST_AGGREGATE
from paget.keyed_random import new_generator, seek
from paget.model.endpoints import find_endpoint

CELL_TYPES = ("neutrophil", "macrophage", "CD8 T cell")
STEADY = BloodDraw(within_day=0.0)


def order(name):
    return Order(find_endpoint(name, ("lung",), CELL_TYPES))


def blood(singles=0, pairs=0, with_neutrophil=0):
    circulating = np.zeros((LARGEST_AGGREGATE, 3), dtype=np.int64)
    circulating[0, 0], circulating[1, 0], circulating[0, 1] = singles, pairs, with_neutrophil
    return circulating


def found_in_tubes(bench, numbers, animals=400, singles=500):
    return np.array(
        [tube(*bench(i, circulating=blood(singles)), numbers).sum() for i in range(animals)], dtype=float
    )


def test_recovery_is_binomial(bench):
    """Null: Binomial(500, 0.8 / 1.7 * 0.5). Statistics: z of mean and of variance of 400 tubes; 3.9 is 1e-4 each."""
    found = found_in_tubes(bench, STEADY)
    share = 0.8 / 1.7 * 0.5
    mean, variance = 500 * share, 500 * share * (1 - share)
    assert abs(found.mean() - mean) < 3.9 * np.sqrt(variance / 400)
    assert abs(found.var(ddof=1) / variance - 1) < 3.9 * np.sqrt(2 / 399)


def test_the_check_catches_a_tube_that_is_recovered_in_full(bench):
    """Planted fault."""
    found = found_in_tubes(bench, BloodDraw(within_day=0.0, recovery=1.0))
    share = 0.8 / 1.7 * 0.5
    assert abs(found.mean() - 500 * share) > 3.9 * np.sqrt(500 * share * (1 - share) / 400)


def test_counts_vary_within_a_day_about_the_same_mean(bench):
    """Null: mean as without the factor and variance m^2 (exp(0.49) - 1) more. z of the mean of 1,500 tubes, 1e-4."""
    found = found_in_tubes(bench, BloodDraw(), animals=1500)
    mean = 500 * 0.8 / 1.7 * 0.5
    assert abs(found.mean() - mean) < 3.9 * np.sqrt((mean**2 * (np.exp(0.49) - 1) + mean) / 1500)
    assert np.std(np.log(found[found > 0])) == pytest.approx(0.7, rel=0.1)


def test_a_factor_multiplies_a_count_without_bias():
    generator = new_generator()
    for factor in (0.3, 1.0, 2.7):
        seek(generator, np.uint64(1), 18, 0, np.uint64(int(10 * factor)))
        counts = [multiplied(generator, 10, factor) for _ in range(2000)]
        spread = np.sqrt(10 * (factor % 1) * (1 - factor % 1) / 2000)
        assert abs(np.mean(counts) - 10 * factor) <= 3.9 * spread + 1e-12


def test_all_endpoints_come_from_one_tube(bench):
    place = bench(circulating=blood(singles=400, pairs=60, with_neutrophil=100))
    found = tube(*place, BloodDraw())
    names = (
        "CTC per mL",
        "CTC clusters per mL",
        "CTC with partner: neutrophil",
        "CTC with partner: macrophage",
    )
    per_ml = {name: take(*place, order(name)).value for name in names}
    assert per_ml["CTC per mL"] == pytest.approx(found.sum() / 0.8)
    assert per_ml["CTC clusters per mL"] == pytest.approx(found[1:].sum() / 0.8)
    assert per_ml["CTC with partner: neutrophil"] == pytest.approx(found[:, 1].sum() / 0.8)
    assert per_ml["CTC with partner: macrophage"] == 0.0
    assert found[1, 0] > 0


def test_size_of_clusters(bench):
    circulating = blood(singles=1000)
    circulating[1, 0], circulating[4, 0] = 1000, 1000  # pairs and fives
    reading = take(*bench(circulating=circulating), order("CTC cluster size"))
    assert 3.2 < reading.value < 3.8
    assert np.isnan(take(*bench(circulating=blood(singles=100)), order("CTC cluster size")).value)


def test_a_partner_that_the_model_lacks_is_told(bench):
    reading = take(*bench(circulating=blood(50)), order("CTC with partner: CD8 T cell"))
    assert reading.value == 0.0
    assert "does not travel" in reading.note


def test_blood_is_drawn_once(bench):
    animal, moment = bench(circulating=blood(50))
    earlier = type(moment)(moment.day - 7, moment.row - 7, "day", None)
    assert np.isnan(ctc_per_ml(animal, earlier, order("CTC per mL"), BloodDraw()).value)


def test_a_draw_never_exceeds_the_blood(bench):
    place = bench(circulating=blood(100))
    drained = BloodDraw(draw_volume=5.0, recovery=1.0, within_day=0.0)
    assert tube(*place, drained).sum() == 100
    assert ctc_per_ml(*place, order("CTC per mL"), drained).value == pytest.approx(100 / 1.7)

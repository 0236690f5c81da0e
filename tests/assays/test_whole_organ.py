"""The whole organ: metastases by founder, their size in sections, living cells, damaged cells of the primary."""

import math

import numpy as np
import pytest

from paget.assays import Moment, Order, take
from paget.host.record import AGGREGATE_KINDS
from paget.model.endpoints import find_endpoint

SINGLE, CLUSTER, MIXED = (AGGREGATE_KINDS.index(kind) for kind in ("single", "cluster", "mixed"))
SEEN, UNSEEN = 1e-3, 1e-6
"""Volumes (mm3) of spheres of 124 and 12 um; from 50 um on a metastasis is seen."""


def order(name):
    return Order(find_endpoint(name, ("lung", "liver"), ()))


@pytest.mark.parametrize(
    "name, number",
    [
        ("lung metastases", 6),
        ("lung metastases from single cells", 3),
        ("lung metastases from clusters", 2),
        ("lung metastases from mixed clusters", 1),
        ("liver metastases", 0),
        ("liver metastases from clusters", 0),
    ],
)
def test_metastases_are_counted_by_founder_and_organ(bench, name, number):
    kinds = [SINGLE, SINGLE, SINGLE, CLUSTER, CLUSTER, MIXED, SINGLE, CLUSTER]
    animal, moment = bench(volumes=[SEEN] * 6 + [UNSEEN] * 2, kinds=kinds)
    assert take(animal, moment, order(name)).value == number


def test_kinds_add_up(bench):
    rng = np.random.default_rng(5)
    animal, moment = bench(volumes=rng.lognormal(-8, 3, 80), kinds=rng.integers(0, 3, 80))
    parts = [f"lung metastases from {kind}" for kind in ("single cells", "clusters", "mixed clusters")]
    values = [take(animal, moment, order(name)).value for name in parts]
    assert sum(values) == take(animal, moment, order("lung metastases")).value
    assert 0 < sum(values) < 80


def test_size_is_that_of_the_profiles(bench):
    """All spheres alike: a section shows at most their diameter, a large one rarely far from its centre much less."""
    diameter = 1.0
    sizes = []
    for number in range(200):
        animal, moment = bench(number, volumes=[math.pi / 6 * diameter**3] * 20)
        sizes.append(take(animal, moment, order("lung metastasis size")).value)
    sizes = np.array(sizes)
    assert np.nanmax(sizes) <= 1000 * diameter
    # The sections lie 0.5 mm apart: the nearest is uniform up to 0.25 mm from the centre of a sphere between them.
    distance = np.linspace(0, 0.25, 1001)
    expected = 1000 * np.mean(2 * np.sqrt(0.25 - distance**2))
    assert 0.8 * expected < np.nanmean(sizes) < expected


def test_size_of_none_is_no_number(bench):
    animal, moment = bench(volumes=[])
    reading = take(animal, moment, order("lung metastasis size"))
    assert math.isnan(reading.value)
    assert reading.note == "no metastasis was seen"


def test_living_cells_are_those_of_lesions_and_those_at_rest(bench):
    """Mean of 200 animals against 1.2e6 cells; the median of the yield is one, its mean exp(0.2^2 / 2)."""
    values = []
    for number in range(200):
        animal, moment = bench(number)
        values.append(take(animal, moment, order("living cells in lung")).value)
    assert np.median(values) == pytest.approx(1.2e6, rel=0.06)


def test_few_cells_may_be_missed(bench):
    animal, _ = bench(**{"tumour cells in lung": 0.0, "solitary cells in lung": 1.0})
    readings = [take(animal, Moment(day, 40, "day"), order("living cells in lung")) for day in range(40)]
    assert any(reading.value == 0 and "below the limit of 10 cells" in reading.note for reading in readings)


@pytest.mark.parametrize("name", ["lung metastases", "lung metastasis size", "lung metastases from clusters"])
def test_where_lesions_were_not_listed(bench, name):
    animal, moment = bench()
    reading = take(animal, moment, order(name))
    assert math.isnan(reading.value)
    assert reading.note == "lesions were not listed"


def test_damaged_cells_are_a_share(bench):
    """5 of 35 million are damaged: 14.3 %. Fields of 200 correlated by 0.02 give a standard error of 2.5 points,
    0.18 over 200 animals."""
    values = []
    for number in range(200):
        animal, moment = bench(number)
        reading = take(animal, moment, order("damaged tumour cells"))
        assert reading.note == "672 h after the last dose"
        values.append(reading.value)
    assert np.mean(values) == pytest.approx(100 / 7, abs=0.8)

"""Places at the start: uniform in their shapes, keyed, and packed as densely as can be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import cKDTree

from paget.keyed_random import Purpose, subject_key, uniform_at
from paget.tissue.placement import BallRegion, BoxRegion, DiscRegion, along, packed, pick, uniform_numbers

KEY = subject_key(1, "tissue", 0)
CENTRE = np.array([10.0, -20.0, 5.0])
N = 4000

REGIONS = {
    "ball": BallRegion(CENTRE, 100.0),
    "shell": BallRegion(CENTRE, 100.0, 60.0),
    "disc": DiscRegion(CENTRE, 100.0),
    "ring": DiscRegion(CENTRE, 100.0, 60.0),
    "box": BoxRegion(np.array([-5.0, 0.0, 3.0]), np.array([50.0, 10.0, 4.0])),
    "flat box": BoxRegion(np.array([-5.0, 0.0, 0.0]), np.array([50.0, 10.0, 0.0])),
}


def test_the_kernel_asks_the_keyed_generator():
    numbers = uniform_numbers(KEY, 7, 5)
    for i in range(5):
        for d in range(4):
            assert numbers[i, d] == uniform_at(KEY, int(Purpose.PLACEMENT), 7, i, d)


def test_a_cell_keeps_its_place_whatever_comes_after_it():
    np.testing.assert_array_equal(uniform_numbers(KEY, 3, 10), uniform_numbers(KEY, 3, 1000)[:10])
    assert not np.any(uniform_numbers(KEY, 3, 10) == uniform_numbers(KEY, 4, 10))


@pytest.mark.parametrize("name", REGIONS)
def test_samples_lie_inside(name):
    region = REGIONS[name]
    place = region.sample(uniform_numbers(KEY, 1, N)[:, :3])
    assert region.contains(place).all()
    low, high = region.corners
    assert ((place >= low - 1e-9) & (place <= high + 1e-9)).all()


def volume_below(region, distance):
    """Share of the volume or area nearer to the centre than `distance`."""
    power = 3 if isinstance(region, BallRegion) else 2
    return (distance**power - region.inner**power) / (region.radius**power - region.inner**power)


@pytest.mark.parametrize("name", ["ball", "shell", "disc", "ring"])
@pytest.mark.parametrize("fault", [False, True], ids=["sound", "planted fault"])
def test_samples_are_uniform(name, fault):
    """Null: the share of the volume nearer to the centre is uniform. Kolmogorov-Smirnov, false alarm 1e-3, fixed seed.

    The planted fault takes the uniform number itself for the radius.
    """
    region = REGIONS[name]
    uniform = uniform_numbers(KEY, 2, N)[:, :3]
    distance = np.linalg.norm(region.sample(uniform) - CENTRE, axis=1)
    if fault:
        distance = region.inner + uniform[:, 0] * (region.radius - region.inner)
    p = stats.kstest(volume_below(region, distance), "uniform").pvalue
    assert (p < 1e-3) == fault


def test_directions_are_uniform():
    """Null: each coordinate of a direction in space is uniform (Archimedes). False alarm 1e-3 together."""
    place = BallRegion(np.zeros(3), 1.0).sample(uniform_numbers(KEY, 5, N)[:, :3])
    direction = place / np.linalg.norm(place, axis=1)[:, None]
    for axis in range(3):
        assert stats.kstest(direction[:, axis], stats.uniform(-1, 2).cdf).pvalue > 1e-3 / 3


@pytest.mark.parametrize(
    "name, measure",
    [
        ("ball", 4 / 3 * math.pi * 1e6),
        ("shell", 4 / 3 * math.pi * (1e6 - 216e3)),
        ("ring", math.pi * 6400.0),
        ("box", 550.0),
        ("flat box", 550.0),
    ],
)
def test_measures(name, measure):
    assert REGIONS[name].measure == pytest.approx(measure)


@pytest.mark.parametrize(
    "name, flat", [("ball", False), ("shell", False), ("disc", True), ("flat box", True)]
)
def test_packing_is_the_densest(name, flat):
    """Neighbours at the spacing, twelve or six of them inside, as many cells as the lattice has room for."""
    region, spacing = REGIONS[name], 4.0
    place = packed(region, spacing, flat)
    tree = cKDTree(place)
    nearest, _ = tree.query(place, k=2)
    np.testing.assert_allclose(nearest[:, 1], spacing, rtol=1e-9)
    counts = np.array([len(found) - 1 for found in tree.query_ball_point(place, spacing * 1.001)])
    assert counts.max() == (6 if flat else 12)
    each = spacing**2 * math.sqrt(3) / 2 if flat else spacing**3 / math.sqrt(2)
    assert len(place) == pytest.approx(region.measure / each, rel=0.1)


def test_the_centre_of_a_packed_ball_is_taken():
    place = packed(REGIONS["ball"], 16.0, flat=False)
    assert np.linalg.norm(place - CENTRE, axis=1).min() < 1e-12


def test_a_line():
    np.testing.assert_allclose(
        along(np.zeros(3), np.array([8.0, 0, 0]), 3), [[0, 0, 0], [4, 0, 0], [8, 0, 0]]
    )
    np.testing.assert_allclose(along(np.zeros(3), np.array([8.0, 0, 0]), 1), [[4, 0, 0]])


def test_a_mixture_has_its_shares():
    """Null: multinomial with these shares. Chi-square, false alarm 1e-3."""
    shares = np.array([0.5, 0.2, 0.3])
    kinds = pick(shares, uniform_numbers(KEY, 9, N)[:, 3])
    assert stats.chisquare(np.bincount(kinds), shares * N).pvalue > 1e-3
    assert pick(np.array([1.0]), np.array([0.99])).tolist() == [0]

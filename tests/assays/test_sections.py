"""Virtual histology against the geometry of spheres and sections."""

import numpy as np
import pytest

from paget.assays import Order, take
from paget.assays.registry import ASSAYS
from paget.assays.sections import Sections, section_places
from paget.model.endpoints import find_endpoint

FOCI = Order(find_endpoint("lung foci", ("lung",), ()))
AREA = Order(find_endpoint("metastatic area", ("lung",), ()))
NUMBERS = Sections()


def sphere(diameter):
    return np.pi / 6 * diameter**3


def chance_to_be_seen(diameter, height, numbers=NUMBERS):
    """The formula of the module."""
    h = np.sqrt(max(0.0, diameter**2 - numbers.least_profile**2)) / 2
    return (min(2 * h, numbers.spacing) * (numbers.sections - 1) + 2 * h) / height


def z_of_foci(bench, diameter, expected_chance, animals=60, lesions=100):
    """Standardised difference of the number of foci from its binomial expectation."""
    seen = 0
    for number in range(animals):
        seen += take(*bench(number, volumes=[sphere(diameter)] * lesions), FOCI).value
    n = animals * lesions
    return (seen - n * expected_chance) / np.sqrt(n * expected_chance * (1 - expected_chance))


@pytest.mark.parametrize("diameter", [0.06, 0.2, 0.45, 0.8, 1.2])
def test_share_of_spheres_that_are_seen(bench, diameter):
    """Null: a sphere is seen with the chance of the formula. Statistic: z of 6,000 spheres; |z| > 3.9 has chance 1e-4.

    Planted fault: the same statistic against the chance that forgets the least profile that is seen.
    """
    height = (200.0 + 100 * sphere(diameter)) ** (1 / 3)
    assert abs(z_of_foci(bench, diameter, chance_to_be_seen(diameter, height))) < 3.9


def test_the_check_catches_a_microscope_without_a_limit(bench):
    height = (200.0 + 100 * sphere(0.06)) ** (1 / 3)
    every_disc = chance_to_be_seen(0.06, height, Sections(least_profile=0.0))
    assert abs(z_of_foci(bench, 0.06, every_disc)) > 3.9


def test_a_metastasis_in_several_sections_counts_once(bench):
    reading = take(*bench(volumes=[sphere(4.0)]), FOCI)
    assert reading.value == 1


def test_spheres_below_the_least_profile_are_never_seen(bench):
    assert take(*bench(volumes=[sphere(0.049)] * 500), FOCI).value == 0


def test_only_the_organ_asked_for_is_cut(bench):
    liver = Order(find_endpoint("liver foci", ("lung", "liver"), ()))
    assert take(*bench(volumes=[1.0] * 50), liver).value == 0


def test_area_is_the_volume_share(bench):
    """Delesse: the mean share of area is the share of volume. Null: equality; z of 400 animals, |z| > 3.9: 1e-4.

    Planted fault: profiles counted with diameter for radius are four times too large.
    """
    volumes = [sphere(d) for d in (0.3, 0.6, 0.6, 1.0, 1.5)]
    shares = [take(*bench(number, volumes=volumes), AREA).value for number in range(400)]
    expected = 100 * sum(volumes) / (200 + sum(volumes))
    standard_error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert abs(np.mean(shares) - expected) < 3.9 * standard_error
    assert abs(4 * np.mean(shares) - expected) > 3.9 * 4 * standard_error


def test_foci_and_area_see_the_same_sections(bench):
    """One lesion: either both find it or neither does."""
    for number in range(40):
        bench_place = bench(number, volumes=[sphere(0.5)])
        assert (take(*bench_place, FOCI).value > 0) == (take(*bench_place, AREA).value > 0)


def test_sections_lie_inside_thin_organs():
    for height in (0.3, 2.0, 5.8):
        places = section_places(NUMBERS, height)
        assert places.size == NUMBERS.sections
        assert places[0] > 0
        assert places[-1] < height
        assert places.mean() == pytest.approx(height / 2)


def test_no_list_of_lesions_no_reading(bench):
    animal, moment = bench()
    for order in (FOCI, AREA):
        assert np.isnan(take(animal, moment, order).value)


def test_numbers_of_both_endpoints_are_one_microscope():
    assert ASSAYS["{site} foci"].numbers == ASSAYS["metastatic area"].numbers

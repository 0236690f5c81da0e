"""Randomisation: balance of strata, the law of the accepted animals, independence of places."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from paget.errors import PagetError
from paget.trial.growth_prediction import days_to_volume
from paget.trial.screening import Enrolment, Screening, population_sample
from paget.trial.subjects import population_of

ENROLMENT = Enrolment(
    volume=100.0, latest=28.0, start=1.0, take_rate=0.8, strata=4, alpha="alpha", beta="beta"
)


def growth_population():
    quantities = [
        SimpleNamespace(path=path, canonical=value, between=SimpleNamespace(sd=sd))
        for path, value, sd in [("alpha", 0.558, 0.23), ("beta", 0.0708, 0.32), ("shedding", 6e4, 0.6)]
    ]
    return population_of(quantities, [("alpha", "beta", 0.93)])


POPULATION = growth_population()
SAMPLE = population_sample(POPULATION)


def screening(seed=1, draw=0, **changes):
    return Screening(POPULATION, SAMPLE, {}, replace(ENROLMENT, **changes), seed, draw)


def predicted(values):
    return float(days_to_volume(values["alpha"], values["beta"], 1.0, 100.0))


def accepted_days(places):
    return np.array([predicted(place.values) for place in places])


@pytest.mark.parametrize("volume", [2.0, 100.0, 900.0])
def test_predicted_day_satisfies_the_growth_law(volume):
    """The solution of the Gompertz law at that day is the volume."""
    alpha, beta = 0.558, 0.0708
    day = float(days_to_volume(alpha, beta, 1.5, volume))
    ceiling = alpha / beta
    assert math.exp(ceiling + (math.log(1.5) - ceiling) * math.exp(-beta * day)) == pytest.approx(volume)


def test_volumes_that_are_never_or_already_reached():
    assert math.isinf(days_to_volume(0.1, 0.1, 1.0, 100.0))
    assert days_to_volume(0.558, 0.0708, 100.0, 100.0) == 0.0


@pytest.mark.parametrize("arm", ["control", "paclitaxel", "twin"])
def test_every_block_of_an_arm_holds_every_stratum_once(arm):
    screen = screening()
    strata = [screen.stratum(predicted(screen.place(arm, animal).values)) for animal in range(1, 41)]
    assert [sorted(strata[i : i + 4]) for i in range(0, 40, 4)] == [[0, 1, 2, 3]] * 10
    assert [screen.stratum_of_place(arm, animal) for animal in range(1, 41)] == strata


def test_order_within_blocks_differs_between_blocks_and_arms():
    screen = screening()
    orders = {
        (arm, block): tuple(screen.stratum_of_place(arm, 4 * block + i) for i in (1, 2, 3, 4))
        for arm in ("control", "paclitaxel")
        for block in range(10)
    }
    assert len(set(orders.values())) > 6


def test_accepted_animals_follow_the_population_that_enrols():
    """Null: predicted days of accepted animals have the quantiles of the population given enrolment in time.

    Statistic: Kolmogorov-Smirnov between 600 accepted animals and 4,000 animals without strata; the bound has chance
    1e-4. Planted fault: an arm filled from the two fast strata only.
    """
    screen = screening()
    stratified = accepted_days(screen.place("control", animal) for animal in range(1, 601))
    free = screening(seed=2, strata=1)
    population = accepted_days(free.place("control", animal) for animal in range(1, 4001))
    bound = math.sqrt(-0.5 * math.log(0.5e-4) * (1 / 600 + 1 / 4000))
    assert distance(stratified, population) < bound
    assert distance(stratified[stratified < np.median(stratified)], population) > bound


def distance(one, other):
    """Largest distance of two empirical distributions."""
    places = np.concatenate([one, other])
    return np.max(
        np.abs(
            np.searchsorted(np.sort(one), places, side="right") / len(one)
            - np.searchsorted(np.sort(other), places, side="right") / len(other)
        )
    )


def test_nobody_enrols_late_or_without_a_tumour():
    screen = screening(latest=12.0)
    places = [screen.place("control", animal) for animal in range(1, 41)]
    assert accepted_days(places).max() <= 12.0
    assert all(place.takes for place in places)
    assert np.mean([place.candidate for place in places]) > 3


def test_arms_are_balanced_in_expected_growth():
    """Mean predicted day of two arms of 40: strata make it far closer than chance would (a quarter of its variance)."""
    differences = {1: [], 4: []}
    for strata, found in differences.items():
        for seed in range(12):
            screen = screening(seed=seed, strata=strata)
            one, other = (
                accepted_days(screen.place(arm, animal) for animal in range(1, 21)).mean()
                for arm in ("a", "b")
            )
            found.append(one - other)
    assert np.std(differences[4]) < 0.7 * np.std(differences[1])


def test_places_depend_on_seed_arm_animal_and_draw_alone():
    place = screening().place("control", 7)
    assert screening().place("control", 7) == place
    others = [
        screening(seed=2).place("control", 7),
        screening().place("paclitaxel", 7),
        screening().place("control", 8),
        screening(draw=1).place("control", 7),
    ]
    assert all(other.values != place.values for other in others)


def test_animals_that_enter_at_inoculation_are_not_screened():
    """They take or not; one without a tumour stays in the trial."""
    screen = screening(volume=0.0)
    places = [screen.place("control", animal) for animal in range(1, 201)]
    assert {place.candidate for place in places} == {0}
    assert 0.65 < np.mean([place.takes for place in places]) < 0.92


def test_no_strata_where_all_animals_are_alike():
    fixed = {"alpha": 0.558, "beta": 0.0708}
    nothing = population_of([], [])
    screen = Screening(nothing, population_sample(nothing), fixed, ENROLMENT, 1, 0)
    assert screen.edges.size == 0
    assert screen.place("control", 1).takes


def test_an_impossible_enrolment_is_told():
    with pytest.raises(PagetError, match="hardly any animal"):
        screening(latest=1.0).place("control", 1)

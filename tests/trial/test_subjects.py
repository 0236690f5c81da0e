"""Differences between animals and parameter draws, against their laws."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from paget.errors import PagetError
from paget.keyed_random import subject_key
from paget.trial.subjects import parameter_draw, population_of

ANIMALS = 3000


def quantity(path, value=1.0, sd=None, limits=None, kind="assumed"):
    between = None if sd is None else SimpleNamespace(sd=sd)
    return SimpleNamespace(path=path, canonical=value, between=between, canonical_range=limits, kind=kind)


GROWTH = [
    quantity("alpha", 0.558, 0.23),
    quantity("fixed", 3.0),
    quantity("beta", 0.0708, 0.32),
    quantity("shedding", 6e4, 0.6),
]
CORRELATION = [("alpha", "beta", 0.93)]


def logs_of(population, animals=ANIMALS, seed=1):
    """Logs of all varying numbers, shape (animals, paths)."""
    keys = [subject_key(seed, "arm", animal) for animal in range(animals)]
    return np.log([list(population.values(population.scores(key, 0)).values()) for key in keys])


def z_of_correlation(sample, expected):
    """Fisher's z of a sample correlation, standardised."""
    return (math.atanh(np.corrcoef(*sample.T)[0, 1]) - math.atanh(expected)) * math.sqrt(len(sample) - 3)


def test_numbers_follow_their_law_between_animals():
    """Null: log-normal, median value, SD as stated. z of mean and variance of the logs; 3.9 has chance 1e-4 each."""
    logs = logs_of(population_of(GROWTH, CORRELATION))
    for index, (median, sd) in enumerate([(0.558, 0.23), (0.0708, 0.32), (6e4, 0.6)]):
        assert abs(logs[:, index].mean() - math.log(median)) < 3.9 * sd / math.sqrt(ANIMALS)
        assert abs(logs[:, index].var(ddof=1) / sd**2 - 1) < 3.9 * math.sqrt(2 / ANIMALS)


def test_logs_are_correlated_as_asked():
    """Null: correlation 0.93 and 0. Statistic: Fisher's z; 3.9 has chance 1e-4. Planted fault: no correlation asked."""
    logs = logs_of(population_of(GROWTH, CORRELATION))
    assert abs(z_of_correlation(logs[:, [0, 1]], 0.93)) < 3.9
    assert abs(z_of_correlation(logs[:, [0, 2]], 0.0)) < 3.9
    faulty = logs_of(population_of(GROWTH, []))
    assert abs(z_of_correlation(faulty[:, [0, 1]], 0.93)) > 3.9


def test_a_further_number_changes_no_other():
    key = subject_key(3, "arm", 5)
    before = population_of(GROWTH, CORRELATION)
    after = population_of([quantity("a new one", 1.0, 0.5), *GROWTH], CORRELATION)
    old = before.values(before.scores(key, 0))
    new = after.values(after.scores(key, 0))
    assert {path: new[path] for path in old} == old


def test_candidates_and_animals_differ():
    population = population_of(GROWTH, CORRELATION)
    key = subject_key(1, "arm", 1)
    first = population.scores(key, 0)
    assert np.array_equal(first, population.scores(key, 0))
    for other in (population.scores(key, 1), population.scores(subject_key(1, "arm", 2), 0)):
        assert not np.any(first == other)


def test_other_medians_keep_the_scores():
    population = population_of(GROWTH, CORRELATION)
    shifted = population.with_medians({"alpha": 1.116, "unknown": 5.0})
    scores = population.scores(subject_key(1, "arm", 1), 0)
    assert shifted.values(scores)["alpha"] == pytest.approx(2 * population.values(scores)["alpha"])
    assert shifted.values(scores)["beta"] == population.values(scores)["beta"]


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_perfect_correlation(value):
    logs = logs_of(population_of(GROWTH, [("alpha", "beta", value)]), animals=50)
    assert np.corrcoef(logs[:, 0], logs[:, 1])[0, 1] == pytest.approx(value)


def test_impossible_correlations_are_refused():
    pairs = [("alpha", "beta", 0.9), ("beta", "shedding", 0.9), ("alpha", "shedding", -0.9)]
    with pytest.raises(PagetError, match="contradict each other"):
        population_of(GROWTH, pairs)


def test_a_correlation_with_a_number_that_does_not_vary_is_left_out():
    assert population_of(GROWTH, [("alpha", "fixed", 0.5)]).paths == ("alpha", "beta", "shedding")


def test_nothing_varies():
    population = population_of([quantity("fixed", 3.0)], [])
    assert population.values(population.scores(subject_key(1, "arm", 1), 0)) == {}


UNCERTAIN = [
    quantity("log", 1.0, limits=(0.1, 10.0)),
    quantity("plain", 0.5, limits=(0.0, 1.0)),
    quantity("fitted", 2.0, limits=(1.0, 4.0), kind="fitted"),
    quantity("measured", 2.0, limits=(1.0, 4.0), kind="measured"),
    quantity("sure", 2.0),
]


def test_parameter_draws_follow_their_ranges():
    """Null: log of `log` and `plain` itself uniform. Statistic: Kolmogorov-Smirnov; the bound has chance 1e-4.

    Planted fault: the log-uniform number taken as uniform.
    """
    draws = [parameter_draw(UNCERTAIN, 1, draw) for draw in range(1, 2001)]
    assert all(set(draw) == {"log", "plain", "fitted"} for draw in draws)
    bound = math.sqrt(-0.5 * math.log(0.5e-4) / len(draws))
    log = np.array([draw["log"] for draw in draws])
    assert distance_from_uniform(0.5 + 0.5 * np.log10(log)) < bound
    assert distance_from_uniform(np.array([draw["plain"] for draw in draws])) < bound
    assert distance_from_uniform((log - 0.1) / 9.9) > bound


def distance_from_uniform(values):
    """Largest distance of the empirical distribution from the uniform one on (0, 1)."""
    ordered, n = np.sort(values), len(values)
    return max(np.max(np.arange(1, n + 1) / n - ordered), np.max(ordered - np.arange(n) / n))


def test_draw_0_holds_the_central_values():
    assert parameter_draw(UNCERTAIN, 1, 0) == {}


def test_parameter_draws_depend_on_seed_draw_and_path_alone():
    draw = parameter_draw(UNCERTAIN, 1, 3)
    assert draw == parameter_draw(UNCERTAIN[::-1], 1, 3)
    assert draw["log"] == parameter_draw(UNCERTAIN[:1], 1, 3)["log"]
    assert not set(draw.values()) & set(parameter_draw(UNCERTAIN, 1, 4).values())
    assert not set(draw.values()) & set(parameter_draw(UNCERTAIN, 2, 3).values())

"""Elementary effects against functions whose effects are known."""

from itertools import product

import numpy as np
import pytest

from paget.analysis.sensitivity import morris

GRID = np.arange(morris.LEVELS) / (morris.LEVELS - 1.0)


def ishigami(x):
    """Ishigami and Homma 1990, on -pi..pi."""
    a, b, c = (2.0 * np.pi * (np.asarray(x) - 0.5)).T
    return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def sobol_g(x):
    """Sobol's g function with importance falling from the first input to the last."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
    return np.prod((np.abs(4.0 * np.asarray(x) - 2.0) + a) / (1.0 + a), axis=-1)


def exact(function, inputs):
    """mu, mu* and sigma of every input over the whole grid of starting points, by enumeration."""
    found = np.empty((inputs, 3))
    for which in range(inputs):
        others = np.array(list(product(GRID, repeat=inputs - 1)))
        effects = []
        for low in GRID[: morris.LEVELS // 2]:
            start = np.insert(others, which, low, axis=1)
            effects.append(
                (function(start + np.eye(inputs)[which] * morris.STEP) - function(start)) / morris.STEP
            )
        ee = np.concatenate(effects)
        found[which] = ee.mean(), np.abs(ee).mean(), ee.std()
    return found


def screened(function, inputs, trajectories, seed=1, error=0.0, rng=None):
    """Summary of a screen of a function, each value with a normal error where one is given."""
    effects, noise = [], []
    for number in range(trajectories):
        points, order = morris.trajectory(inputs, number, seed)
        values = function(points)
        errors = np.zeros(inputs)
        if error:
            values = values + rng.normal(0.0, error, values.size)
            errors = np.full(inputs, error * np.sqrt(2.0))
        ee, s = morris.elementary_effects(points, order, values, errors)
        effects.append(ee)
        noise.append(s)
    return morris.summary(np.array(effects), np.array(noise), animals=1000)


@pytest.mark.parametrize("function, inputs", [(ishigami, 3), (sobol_g, 6)])
def test_known_functions(function, inputs):
    found = screened(function, inputs, 3000)[["mu", "mu_star", "sigma"]].to_numpy()
    expected = exact(function, inputs)
    np.testing.assert_allclose(found, expected, atol=0.05 * expected[:, 1].max())


def test_the_order_of_the_g_function():
    stars = screened(sobol_g, 6, 40)["mu_star"].to_numpy()
    assert (np.argsort(-stars)[:4] == [0, 1, 2, 3]).all()
    assert stars[4:].max() < 0.1 * stars[0]


def test_a_linear_function_has_its_slopes_and_no_interaction():
    slopes = np.array([3.0, -2.0, 0.5, 0.0])
    found = screened(lambda x: x @ slopes, 4, 6)
    np.testing.assert_allclose(found["mu"], slopes, atol=1e-12)
    np.testing.assert_allclose(found["mu_star"], np.abs(slopes), atol=1e-12)
    np.testing.assert_allclose(found["sigma"], 0.0, atol=1e-12)
    assert list(found["kind"]) == ["linear", "linear", "linear", "no effect"]


def test_a_product_interacts():
    found = screened(lambda x: 4.0 * (x[:, 0] - 0.5) * (x[:, 1] - 0.5) + x[:, 2], 3, 20)
    assert list(found["kind"]) == ["interacting", "interacting", "linear"]


@pytest.mark.parametrize("number", range(4))
def test_a_trajectory_moves_each_input_once_on_the_grid(number):
    points, order = morris.trajectory(9, number, 5)
    moved = np.diff(points, axis=0)
    assert (np.count_nonzero(moved, axis=1) == 1).all()
    assert sorted(order) == list(range(9))
    np.testing.assert_allclose(np.abs(moved[np.arange(9), order]), morris.STEP)
    assert np.isclose(points[..., None], GRID).any(axis=-1).all()


# Null: no input has an effect, 200 inputs, 10 trajectories; statistic: inputs that are not called noise. The false
# discovery rate of 5 % allows any only in one screen of twenty; more than two in five screens come by chance less than
# once in 1000.
def test_noise_is_called_noise():
    rng = np.random.default_rng(2)
    false = 0
    for seed in range(5):
        kinds = screened(lambda x: np.zeros(len(x)), 200, 10, seed, error=0.3, rng=rng)["kind"]
        false += (kinds != "noise").sum()
    assert false <= 2


def test_a_planted_input_stands_out_of_noise():
    def planted(x):
        return 2.0 * x[:, 17] + 1.5 * x[:, 3] * x[:, 4]

    found = screened(planted, 100, 12, error=0.2, rng=np.random.default_rng(3))
    assert found["mu_star"].idxmax() == 17
    assert set(found.index[found["kind"] != "noise"]) >= {3, 4, 17}
    assert (found["kind"] != "noise").sum() <= 5
    assert found.loc[17, "mu_star"] == pytest.approx(2.0, abs=0.3)
    assert found.loc[17, "sigma"] < 0.5, "noise does not count as interaction"
    quiet = found[found["kind"] == "noise"]
    assert quiet["mu_star"].mean() == pytest.approx(quiet["noise"].mean(), rel=0.1)


def test_lost_points_are_left_out_and_counted():
    effects = np.array([[1.0, np.nan], [1.0, 2.0], [np.nan, np.nan], [1.0, 2.0]])
    found = morris.summary(effects, np.zeros_like(effects), animals=10)
    assert list(found["lost"]) == [1, 2]
    np.testing.assert_allclose(found["mu_star"], [1.0, 2.0])


def test_an_input_that_was_never_evaluated():
    found = morris.summary(np.full((3, 1), np.nan), np.full((3, 1), np.nan), animals=10)
    assert found.loc[0, "kind"] == "no effect"
    assert np.isnan(found.loc[0, "mu_star"])

"""The population fit of growth: against the ODE, brute-force integration, and simulated mice that leave when large."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from paget.analysis.gompertz import log_volume, slopes, volume
from paget.analysis.growth_data import Volumes, drop_out, on_days, read_volumes
from paget.analysis.growth_fit import (
    fit_each,
    fit_population,
    median_volumes,
    population_medians,
    summarise_each,
)
from paget.analysis.growth_likelihood import Readings, law_of, log_likelihoods
from paget.errors import PagetError

TRUTH = np.array([np.log(0.57), np.log(0.072), np.log(0.22), np.log(0.29), np.arctanh(0.97), np.log(0.17)])
SCHEDULE = np.arange(8.0, 39.0, 3.0)
LIMIT = 1400.0
"""Reading (mm3) after which an animal is gone."""
DATA_SETS, ANIMALS = 24, 40


def simulated(seed, animals=ANIMALS, parameters=TRUTH, days=SCHEDULE):
    """Volumes of animals from the law itself, before anyone leaves."""
    generator = np.random.default_rng(seed)
    mean, covariance, sigma = law_of(parameters)
    effects = generator.multivariate_normal(mean, covariance, size=animals)
    logs = log_volume(effects[:, :1], effects[:, 1:], days[None, :])
    return on_days(days, np.exp(logs + sigma * generator.standard_normal(logs.shape)))


# ---- the law ---------------------------------------------------------------------------------------------------------


def test_law_solves_its_equation():
    alpha, beta = 0.6, 0.08
    days = np.array([0.0, 3.0, 10.0, 40.0])
    ode = solve_ivp(
        lambda t, v: v * (alpha - beta * np.log(v)), (0, 40), [1.0], t_eval=days, rtol=1e-10, atol=1e-10
    )
    assert np.allclose(volume(alpha, beta, days), ode.y[0], rtol=1e-7)


def test_slopes_are_derivatives():
    days, step = np.linspace(1.0, 60.0, 7), 1e-6
    value, by_alpha, by_beta = slopes(-0.5, -2.6, days)
    assert np.allclose(value, log_volume(-0.5, -2.6, days))
    numeric = [
        (log_volume(-0.5 + step * a, -2.6 + step * b, days) - value) / step for a, b in ((1, 0), (0, 1))
    ]
    assert np.allclose([by_alpha, by_beta], numeric, rtol=1e-4)


# ---- the likelihood --------------------------------------------------------------------------------------------------


def brute_force(parameters, days, logs):
    """Log-likelihood of one animal by summing over a fine grid of 12 SDs."""
    mean, covariance, sigma = law_of(parameters)
    root = np.linalg.cholesky(covariance)
    axis = np.linspace(-6.0, 6.0, 1201)
    one, other = np.meshgrid(axis, axis)
    effects = mean[:, None] + root @ np.array([one.ravel(), other.ravel()])
    value = log_volume(effects[0][:, None], effects[1][:, None], days[None, :])
    data = -0.5 * ((logs - value) / sigma) ** 2 - np.log(sigma * np.sqrt(2 * np.pi))
    prior = -0.5 * (one.ravel() ** 2 + other.ravel() ** 2) - np.log(2 * np.pi)
    return np.log(np.exp(data.sum(axis=1) + prior).sum() * (axis[1] - axis[0]) ** 2)


@pytest.mark.parametrize("readings", [1, 3, 11])
def test_quadrature_agrees_with_brute_force(readings):
    """Planted fault: one node (Laplace) misses the integral of three readings by more than the tolerance."""
    volumes = simulated(5, animals=1)
    few = Volumes(volumes.animals, volumes.days[:, :readings], volumes.volumes[:, :readings])
    exact = brute_force(TRUTH, few.days[0], np.log(few.volumes[0]))
    assert log_likelihoods(TRUTH, Readings.of(few), 9)[0] == pytest.approx(exact, abs=2e-3)
    if readings == 3:
        assert log_likelihoods(TRUTH, Readings.of(few), 1)[0] != pytest.approx(exact, abs=2e-3)


def test_absent_readings_carry_nothing():
    volumes = simulated(6, animals=3)
    padded = Volumes(
        volumes.animals,
        np.pad(volumes.days, ((0, 0), (0, 4)), constant_values=np.nan),
        np.pad(volumes.volumes, ((0, 0), (0, 4)), constant_values=np.nan),
    )
    assert np.allclose(
        log_likelihoods(TRUTH, Readings.of(volumes)), log_likelihoods(TRUTH, Readings.of(padded))
    )


# ---- recovery --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fits():
    """Fits to many data sets whose animals leave when read large, with the data."""
    data = [drop_out(simulated(seed), LIMIT) for seed in range(DATA_SETS)]
    return [(volumes, fit_population(volumes)) for volumes in data]


def test_intervals_cover_the_truth(fits):
    """Null: 95 % intervals cover in 95 of 100 data sets. Statistic: misses of 24; more than 7 has a chance of 7e-5.

    Planted fault: intervals of a third of the width miss more often.
    """
    scores = np.array([(fit.parameters - TRUTH) / np.sqrt(np.diag(fit.covariance)) for _, fit in fits])
    assert ((np.abs(scores) > 1.96).sum(axis=0) <= 7).all()
    assert (np.abs(scores) > 1.96 / 3).sum(axis=0).max() > 7


def test_medians_have_no_bias_from_drop_out_and_those_of_survivors_do(fits):
    """Null: the mean over data sets of the log of the estimated median on day 35 is that of the truth.

    Statistic: t over 24 data sets, limit 4.0 (a chance of 6e-4). Planted fault: the median of the animals that are
    still read on day 35 has lost the large ones.
    """
    truth = np.log(median_volumes(TRUTH, np.array([35.0]))[0])
    fitted = (
        np.array([np.log(population_medians(fit, [35], draws=2)["median"][0]) for _, fit in fits]) - truth
    )
    column = int(np.flatnonzero(SCHEDULE == 35.0)[0])
    naive = np.array([np.log(np.nanmedian(volumes.volumes[:, column])) for volumes, _ in fits]) - truth
    assert abs(z_score(fitted)) < 4.0
    assert z_score(naive) < -4.0
    assert naive.mean() < -0.1


def z_score(values):
    return values.mean() / (values.std(ddof=1) / np.sqrt(len(values)))


def test_interval_of_the_median_holds_it(fits):
    """Null: 95 % intervals; misses of 24 on day 28, more than 7 has a chance of 7e-5."""
    truth = median_volumes(TRUTH, np.array([28.0]))[0]
    tables = [population_medians(fit, [28], draws=200) for _, fit in fits]
    misses = sum(not table["low"][0] < truth < table["high"][0] for table in tables)
    assert misses <= 7


def test_order_of_animals_and_laplace_change_little(fits):
    volumes, fit = fits[0]
    turned = fit_population(volumes.of_animals(range(ANIMALS - 1, -1, -1)))
    assert np.allclose(turned.parameters, fit.parameters, atol=5e-3)
    assert np.allclose(fit_population(volumes, nodes=1).parameters[:2], fit.parameters[:2], atol=0.02)


def test_table_of_estimates(fits):
    table = fits[0][1].table()
    assert list(table["name"][:2]) == ["alpha", "beta"]
    assert (table["low"] < table["estimate"]).all()
    assert (table["estimate"] < table["high"]).all()
    assert table["high"][4] < 1.0


def test_each_animal_by_itself_without_noise():
    quiet = TRUTH.copy()
    quiet[5] = np.log(1e-6)
    volumes = simulated(9, animals=6, parameters=quiet)
    each = fit_each(volumes)
    for row, days, read in zip(each.itertuples(), volumes.days, volumes.volumes, strict=True):
        assert np.allclose(volume(row.alpha, row.beta, days), read, rtol=1e-3)
    summary = summarise_each(each)
    assert summary["residual_sd"] < 1e-3
    assert summary["correlation"] > 0.85
    assert len(fit_each(volumes, fewest=20)) == 0


def test_too_little_to_fit():
    with pytest.raises(PagetError, match="too few animals"):
        fit_population(simulated(1, animals=3))
    with pytest.raises(PagetError, match="do not determine"):
        fit_population(on_days([20.0], np.full((8, 1), 300.0)))


# ---- data ------------------------------------------------------------------------------------------------------------


def test_drop_out_keeps_the_large_reading_and_nothing_after():
    volumes = drop_out(on_days([1, 2, 3, 4], np.array([[1.0, 5.0, 2.0, 9.0], [1.0, 2.0, 3.0, 4.0]])), 5.0)
    assert np.isnan(volumes.volumes[0, 2:]).all()
    assert np.isnan(volumes.days[0, 2:]).all()
    assert volumes.volumes[0, 1] == 5.0
    assert volumes.readings == 6


def test_read_volumes(tmp_path):
    path = tmp_path / "volumes.tsv"
    path.write_text("ID\tTime\tObservation\n7\t14\t100\n7\t11\t0\n8\t11\t60.5\n", encoding="utf-8")
    volumes = read_volumes(path)
    assert volumes.animals == ("7", "8")
    assert (volumes.readings, volumes.not_felt) == (2, 1)
    assert volumes.days[0].tolist() == [11.0, 14.0]
    assert np.array_equal(volumes.volumes, [[np.nan, 100.0], [60.5, np.nan]], equal_nan=True)


BAD_FILES = {
    "empty": ("", "empty"),
    "header only": ("ID,Time,Observation\n", "no readings"),
    "column missing": ("ID,Time,Volume\n1,2,3\n", "Observation: a column is missing"),
    "column misspelt": ("ID,time,Observation\n1,2,3\n", "Did you mean 'time'"),
    "text for a day": ("ID,Time,Observation\n1,7,30\n1,late,30\n", r":3: Time: .*found 'late'"),
    "negative volume": ("ID,Time,Observation\n1,7,-1\n", r":2: Observation"),
    "negative day": ("ID,Time,Observation\n1,-7,1\n", r":2: Time"),
    "nan": ("ID,Time,Observation\n1,7,nan\n", "Observation"),
    "infinite": ("ID,Time,Observation\n1,7,inf\n", "Observation"),
    "no number": ("ID,Time,Observation\n1,7,\n", "Observation"),
    "twice": ("ID,Time,Observation\n1,7,1\n1,7,2\n", ":3: the same animal and day twice"),
    "never felt": ("ID,Time,Observation\n1,7,0\n1,9,0\n", "no volume above 0"),
}


@pytest.mark.parametrize(("text", "message"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_files(tmp_path, text, message):
    path = tmp_path / "volumes.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PagetError, match=message) as caught:
        read_volumes(path)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(PagetError, match="cannot be read"):
        read_volumes(tmp_path / "nothing.tsv")
    with pytest.raises(PagetError, match="cannot be read"):
        read_volumes(tmp_path)

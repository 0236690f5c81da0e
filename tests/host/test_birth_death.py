"""Linear birth and death over a step against closed forms and the master equation.

Statistical checks. Null: sizes follow the exact law. Statistic: Pearson's chi-square over cells of expected count >= 20
(or a z score of mean and variance for large counts). False-alarm rate: 1e-4 per check; seeds are fixed. The same check
must catch a planted fault (a birth rate off by 5 %).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats

from paget.compiled import kernel
from paget.host.birth_death import (
    accumulate,
    birth_death_step,
    immigration_death_step,
    kendall_law,
    kendall_step,
    survival_and_stop,
    survivor_law,
)
from paget.keyed_random import LARGEST_COUNT, Purpose, new_generator, seek, subject_key

FALSE_ALARM = 1e-4
SAMPLES = 40_000
RATES = [(0.7, 0.25), (0.25, 0.7), (0.5, 0.5), (0.5, 0.5 + 1e-10), (0.8, 0.0), (0.0, 0.6), (0.0, 0.0)]


@kernel
def _fill(n, birth, death, dt, steps, generator, out):
    for index in range(out.shape[0]):
        size = n
        for _ in range(steps):
            size = birth_death_step(size, birth, death, dt / steps, generator)
        out[index] = size


@kernel
def _fill_kendall(n, rho, integral, generator, out):
    for index in range(out.shape[0]):
        out[index] = kendall_step(n, rho, integral, generator)


@kernel
def _fill_immigration(n, immigration, death, dt, generator, out):
    for index in range(out.shape[0]):
        out[index] = immigration_death_step(n, immigration, death, dt, generator)


def _generator(name: str) -> np.ndarray:
    generator = new_generator()
    seek(generator, subject_key(20260102, name, 1), Purpose.BIRTH_DEATH, 1, 0)
    return generator


def _master_equation(n: int, birth: float, death: float, dt: float, states: int = 400) -> np.ndarray:
    """Probabilities of sizes 0 ... states - 1, by the exponential of the truncated generator matrix."""
    size = np.arange(states)
    rates = np.diag(-(birth + death) * size) + np.diag(birth * size[:-1], 1) + np.diag(death * size[1:], -1)
    return linalg.expm(rates * dt)[n]


def _chi_square_p(counts: np.ndarray, law: np.ndarray) -> float:
    """p value of sampled sizes under the probabilities of 0, 1, 2 ...; rare sizes are pooled into one cell."""
    expected = law * counts.size
    common = expected >= 20
    observed = np.bincount(np.minimum(counts, law.size - 1), minlength=law.size)
    observed = np.append(observed[common], observed[~common].sum())
    expected = np.append(expected[common], counts.size - expected[common].sum())
    if expected[-1] < 20:
        observed, expected = observed[:-1], expected[:-1]
    return float(stats.chi2.sf(((observed - expected) ** 2 / expected).sum(), max(len(expected) - 1, 1)))


def _textbook(birth: float, death: float, dt: float) -> tuple[float, float]:
    growth = math.exp((birth - death) * dt)
    below = birth * growth - death
    return death * (growth - 1) / below, birth * (growth - 1) / below


@pytest.mark.parametrize("birth, death", [(0.7, 0.25), (0.25, 0.7), (0.8, 0.0), (1.3, 0.02)])
@pytest.mark.parametrize("dt", [1e-3, 0.25, 1.0, 30.0])
def test_the_law_is_the_textbook_law(birth: float, death: float, dt: float) -> None:
    assert survivor_law(birth, death, dt) == pytest.approx(_textbook(birth, death, dt), rel=1e-11)


def test_special_rates() -> None:
    assert survivor_law(0.5, 0.5, 2.0) == pytest.approx((0.5, 0.5))
    assert survivor_law(0.0, 0.5, 2.0) == pytest.approx((1 - math.exp(-1), 0.0))
    assert survivor_law(0.5, 0.0, 2.0) == pytest.approx((0.0, 1 - math.exp(-1)))
    assert survivor_law(0.0, 0.0, 2.0) == (0.0, 0.0)
    assert survivor_law(0.5, 0.5, 0.0) == (0.0, 0.0)
    assert survival_and_stop(9.0, 1.0, 1000.0) == pytest.approx((8 / 9, 0.0), abs=1e-300)
    assert survival_and_stop(1.0, 9.0, 1000.0) == pytest.approx((0.0, 8 / 9), abs=1e-300)


rate = st.floats(0.0, 5.0)


@given(rate, rate, st.floats(0.0, 10.0))
def test_law_and_complements_agree_and_the_mean_is_exponential(birth: float, death: float, dt: float) -> None:
    alpha, beta = survivor_law(birth, death, dt)
    survival, stop = survival_and_stop(birth, death, dt)
    assert 0 <= alpha <= 1
    assert 0 <= beta <= 1
    assert alpha + survival == pytest.approx(1, abs=1e-12)
    assert beta + stop == pytest.approx(1, abs=1e-12)
    assert survival / stop == pytest.approx(math.exp((birth - death) * dt), rel=1e-9)


@given(rate, rate, st.floats(0.0, 5.0), rate, rate, st.floats(0.0, 5.0), st.floats(0.0, 1.0))
def test_two_steps_compose_to_kendalls_law(b1, d1, t1, b2, d2, t2, s) -> None:
    """The generating function of a line over two pieces is the composition of those of the pieces."""

    def generating(law, argument):
        alpha, beta = law
        return (alpha + (1 - alpha - beta) * argument) / (1 - beta * argument) if argument < 1 else 1.0

    rho, integral = accumulate(*accumulate(0.0, 0.0, b1, d1, t1), b2, d2, t2)
    composed = generating(survivor_law(b1, d1, t1), generating(survivor_law(b2, d2, t2), s))
    assert generating(kendall_law(rho, integral), s) == pytest.approx(composed, abs=1e-7)


@pytest.mark.parametrize("birth, death", RATES)
@pytest.mark.parametrize("n, dt, steps", [(1, 1.0, 1), (5, 1.0, 1), (5, 1.0, 24), (12, 0.25, 1)])
def test_sizes_follow_the_master_equation(n: int, birth: float, death: float, dt: float, steps: int) -> None:
    """A day-long step, the same day in 24 steps, and a six-hour step."""
    out = np.empty(SAMPLES if steps == 1 else SAMPLES // 4, dtype=np.int64)
    _fill(n, birth, death, dt, steps, _generator("master"), out)
    assert _chi_square_p(out, _master_equation(n, birth, death, dt)) > FALSE_ALARM


@pytest.mark.parametrize("birth, death", [(0.7, 0.25), (0.25, 0.7)])
def test_planted_fault_is_caught(birth: float, death: float) -> None:
    out = np.empty(5 * SAMPLES, dtype=np.int64)
    _fill(5, birth * 1.05, death, 1.0, 1, _generator("fault"), out)
    assert _chi_square_p(out, _master_equation(5, birth, death, 1.0)) < FALSE_ALARM


def _pulsed(t: float) -> float:
    """Death of 0.25/day, 0.70 during the first two days of each week of treatment."""
    return 0.25 + (0.45 if t % 7 < 2 else 0.0)


def test_weekly_pulses() -> None:
    """Five cells under weekly two-day pulses: Kendall's extinction probability by day 21 is 0.1446.

    Null: extinct with that probability; statistic: exact binomial test, 1e-4; planted fault: no pulses.
    """
    rho = integral = 0.0
    for start in (0.0, 7.0, 14.0):
        rho, integral = accumulate(rho, integral, 0.7, _pulsed(start), 2.0)
        rho, integral = accumulate(rho, integral, 0.7, _pulsed(start + 2.0), 5.0)
    extinct = kendall_law(rho, integral)[0] ** 5
    assert extinct == pytest.approx(0.1446, abs=1e-3)
    assert rho == pytest.approx(sum(_pulsed(day + 0.5) - 0.7 for day in range(21)))
    out = np.empty(SAMPLES, dtype=np.int64)
    _fill_kendall(5, rho, integral, _generator("pulses"), out)
    assert stats.binomtest(int((out == 0).sum()), SAMPLES, extinct).pvalue > FALSE_ALARM
    day_by_day = np.full(4000, 5, dtype=np.int64)
    generator = _generator("day by day")
    for day in range(21):
        day_by_day = [birth_death_step(size, 0.7, _pulsed(day), 1.0, generator) for size in day_by_day]
    lost = sum(size == 0 for size in day_by_day)
    assert stats.binomtest(lost, 4000, extinct).pvalue > FALSE_ALARM
    unpulsed = survivor_law(0.7, 0.25, 21.0)[0] ** 5
    assert stats.binomtest(lost, 4000, unpulsed).pvalue < FALSE_ALARM


def test_varying_rates_converge_with_order_two() -> None:
    """Rates read at the middle of each step: the error of the extinction probability falls with the step squared."""

    def extinction(steps: int) -> float:
        rho = integral = 0.0
        dt = 4.0 / steps
        for step in range(steps):
            t = (step + 0.5) * dt
            rho, integral = accumulate(rho, integral, 0.7 + 0.3 * math.sin(t), 0.5 / (1 + t), dt)
        return kendall_law(rho, integral)[0]

    exact = extinction(20_000)
    errors = [abs(extinction(steps) - exact) for steps in (8, 16, 32, 64)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders == pytest.approx(2.0, abs=0.1)


def test_large_counts_keep_mean_and_variance() -> None:
    """Null: mean and variance of the exact law, above and below 1e9; z scores at 1e-4; a 1e-6 shift is caught."""
    birth, death, dt, samples = 0.7, 0.25, 0.25, 4000
    growth = math.exp((birth - death) * dt)
    spread = (birth + death) / (birth - death) * growth * (growth - 1)
    limit = stats.norm.isf(FALSE_ALARM / 2)
    for n in (900_000_000, 3_000_000_000, 10**15):
        out = np.empty(samples, dtype=np.int64)
        _fill(n, birth, death, dt, 1, _generator("large"), out)
        deviation = math.sqrt(n * spread)
        z = (out.astype(float) - n * growth).mean() / deviation * math.sqrt(samples)
        assert abs(z) < limit
        ratio = (out.astype(float) - n * growth).var() / deviation**2
        assert abs(ratio - 1) < limit * math.sqrt(2 / samples)
        shifted = (out.astype(float) - n * growth * (1 + 1e-5)).mean() / deviation * math.sqrt(samples)
        assert abs(shifted) > limit


def test_edges() -> None:
    generator = _generator("edges")
    assert birth_death_step(0, 1.0, 1.0, 1.0, generator) == 0
    assert birth_death_step(-4, 1.0, 1.0, 1.0, generator) == 0
    assert birth_death_step(7, 0.0, 0.0, 1.0, generator) == 7
    assert birth_death_step(7, 0.3, 0.2, 0.0, generator) == 7
    assert birth_death_step(7, 1.0, 0.0, 1000.0, generator) == LARGEST_COUNT
    assert birth_death_step(7, 0.0, 1.0, 1000.0, generator) == 0
    assert kendall_step(0, 0.0, 0.0, generator) == 0
    assert kendall_step(7, 0.0, 0.0, generator) == 7
    assert immigration_death_step(0, 0.0, 0.0, 1.0, generator) == 0


def test_immigration_and_death() -> None:
    """Null: binomial survivors plus Poisson newcomers, here from their convolution; planted fault: no deaths."""
    n, immigration, death, dt = 10, 8.0, 0.7, 1.0
    stay = math.exp(-death * dt)
    arrivals = stats.poisson(immigration * (1 - stay) / death).pmf(np.arange(80))
    law = np.convolve(stats.binom(n, stay).pmf(np.arange(n + 1)), arrivals)
    out = np.empty(SAMPLES, dtype=np.int64)
    _fill_immigration(n, immigration, death, dt, _generator("immigration"), out)
    assert _chi_square_p(out, law) > FALSE_ALARM
    _fill_immigration(n, immigration, death * 0.95, dt, _generator("immigration"), out)
    assert _chi_square_p(out, law) < FALSE_ALARM

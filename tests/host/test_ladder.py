"""The ladder of founder sizes against its closed form and the master equation.

Statistical checks. Null: a group survives with the closed-form probability (exact binomial test), its size follows the
master equation (chi-square). False-alarm rate: 1e-4 per check; seeds are fixed. The same test must catch a planted
fault (death off by 5 %, birth off by 15 %).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats

from paget.compiled import kernel
from paget.host.birth_death import survivor_law
from paget.host.ladder import climb, establishment_probability, fill_ascent, fill_deaths, group_death
from paget.keyed_random import Purpose, new_generator, seek, subject_key

FALSE_ALARM = 1e-4
LM2_LIKE = (0.70, 0.252, 0.70 * (4.0 - 0.36), 2.0)
"""birth and death (1/day), excess (1/day), scale (cells): death over birth 4.0 for one cell, 0.36 in company."""
PYMT_LIKE = (0.75, 0.33, 0.75 * (2.5 - 0.44), 2.0)


@kernel
def _fill(size, birth, deaths, dt, top, generator, sizes, left):
    for index in range(sizes.shape[0]):
        sizes[index], left[index] = climb(size, birth, deaths, dt, top, generator)


def _deaths(death: float, excess: float, scale: float, top: int) -> np.ndarray:
    deaths = np.full(top, np.nan)
    fill_deaths(death, excess, scale, deaths)
    return deaths


def _climb_many(size: int, ladder: tuple, dt: float, top: int, groups: int, name: str = "climb"):
    generator = new_generator()
    seek(generator, subject_key(20260103, name, 1), Purpose.LADDER, 1, 0)
    sizes, left = np.empty(groups, dtype=np.int64), np.empty(groups)
    _fill(size, ladder[0], _deaths(*ladder[1:], top), dt, top, generator, sizes, left)
    return sizes, left


def _ascent(ladder: tuple, top: int) -> np.ndarray:
    chance = np.empty(top + 1)
    fill_ascent(*ladder, chance)
    return chance


@pytest.mark.parametrize(
    "ladder, expected", [(LM2_LIKE, [0.0107, 0.0536, 0.1637]), (PYMT_LIKE, [0.041, 0.142, 0.313])]
)
def test_published_inefficiency(ladder: tuple, expected: list[float]) -> None:
    chance = establishment_probability(*ladder)
    assert chance[0] == 0.0
    assert chance[1:4] == pytest.approx(expected, abs=6e-4)
    assert chance[2] / chance[1] == pytest.approx(1 + group_death(1.0, *ladder[1:]) / ladder[0])


def test_without_excess_it_is_the_plain_law() -> None:
    chance = establishment_probability(0.7, 0.25, 0.0, 2.0, top=20)
    assert chance == pytest.approx(1 - (0.25 / 0.7) ** np.arange(21), rel=1e-12)


def test_hopeless_and_certain_groups() -> None:
    assert not establishment_probability(0.5, 0.5, 1.0, 2.0).any()
    assert not establishment_probability(0.0, 0.1, 1.0, 2.0).any()
    assert establishment_probability(0.5, 0.0, 0.0, 2.0)[1:] == pytest.approx(1.0)
    assert _ascent((0.0, 0.1, 0.0, 1.0), 5).tolist() == [0, 0, 0, 0, 0, 1]


@given(st.floats(0.05, 2.0), st.floats(0.0, 0.95), st.floats(0.0, 5.0), st.floats(0.3, 6.0))
def test_chance_grows_with_size_and_top_hardly_matters(birth, ratio, excess, scale) -> None:
    ladder = (birth, birth * ratio, excess, scale)
    short, long = establishment_probability(*ladder, top=120), establishment_probability(*ladder, top=400)
    assert (np.diff(long) >= 0).all()
    assert (long <= 1 + 1e-12).all()
    assert short[:50] == pytest.approx(long[:50], rel=1e-4, abs=1e-300)


@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_survival_of_climbing_groups(size: int) -> None:
    """Groups followed until 0 or 60 cells; survival is compared with the closed form and with a faulty one."""
    groups = 60_000
    sizes, left = _climb_many(size, LM2_LIKE, 1e9, 60, groups)
    assert set(np.unique(sizes)) == {0, 60}
    assert (left > 0).all()
    survived = int((sizes == 60).sum())
    chance = _ascent(LM2_LIKE, 60)[size]
    assert chance == pytest.approx(establishment_probability(*LM2_LIKE)[size], rel=1e-9)
    assert stats.binomtest(survived, groups, chance).pvalue > FALSE_ALARM
    faulty = (LM2_LIKE[0], LM2_LIKE[1] * 1.05, LM2_LIKE[2] * 1.05, LM2_LIKE[3])
    assert stats.binomtest(survived, groups, _ascent(faulty, 60)[size]).pvalue < FALSE_ALARM


def _master_equation(size: int, ladder: tuple, dt: float, top: int) -> np.ndarray:
    birth, death, excess, scale = ladder
    n = np.arange(top + 1)
    up, down = birth * n, n * (death + excess * np.exp(-(n - 1) / scale))
    up[top] = down[top] = 0.0  # absorbed on arrival
    rates = np.diag(-(up + down)) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    return linalg.expm(rates * dt)[size]


@pytest.mark.parametrize("size, dt, top", [(2, 0.5, 12), (6, 1.0, 12), (6, 3.0, 12)])
def test_size_after_a_step(size: int, dt: float, top: int) -> None:
    groups = 40_000
    sizes, left = _climb_many(size, LM2_LIKE, dt, top, groups)
    expected = _master_equation(size, LM2_LIKE, dt, top) * groups
    observed = np.bincount(sizes, minlength=top + 1)
    common = expected >= 20
    statistic = ((observed - expected)[common] ** 2 / expected[common]).sum()
    assert stats.chi2.sf(statistic, common.sum() - 1) > FALSE_ALARM
    assert (left[(sizes > 0) & (sizes < top)] == 0).all()
    assert ((left[sizes == top] > 0) & (left[sizes == top] < dt)).all()
    faulty = _master_equation(size, (LM2_LIKE[0] * 1.15, *LM2_LIKE[1:]), dt, top) * groups
    statistic = ((observed - faulty)[common] ** 2 / faulty[common]).sum()
    assert stats.chi2.sf(statistic, common.sum() - 1) < FALSE_ALARM


def test_many_short_steps_are_one_long_step() -> None:
    """Without excess and far from the top, 10 steps of 0.1 day give the extinction law of one day."""
    generator, lost, groups = new_generator(), 0, 5000
    deaths = _deaths(0.9, 0.0, 2.0, 10_000)
    seek(generator, subject_key(20260103, "short", 1), Purpose.LADDER, 1, 0)
    for _ in range(groups):
        size = 3
        for _ in range(10):
            size, _ = climb(size, 0.7, deaths, 0.1, 10_000, generator)
        lost += size == 0
    assert stats.binomtest(lost, groups, survivor_law(0.7, 0.9, 1.0)[0] ** 3).pvalue > FALSE_ALARM


def test_edges() -> None:
    generator = new_generator()
    seek(generator, np.uint64(1), Purpose.LADDER, 0, 0)
    deaths, none = _deaths(0.2, 1.0, 2.0, 50), np.zeros(50)
    assert climb(0, 0.7, deaths, 1.0, 50, generator) == (0, 1.0)
    assert climb(50, 0.7, deaths, 1.0, 50, generator) == (50, 1.0)
    assert climb(3, 0.0, none, 1.0, 50, generator) == (3, 0.0)
    assert climb(3, 1e3, none, 1.0, 50, generator)[0] == 50
    assert climb(3, 0.0, deaths, 1e3, 50, generator)[0] == 0


def test_deaths_by_size_are_those_of_a_group() -> None:
    deaths = _deaths(0.252, 2.55, 2.0, 50)
    assert np.isnan(deaths[0])
    assert deaths[1:] == pytest.approx(
        [group_death(float(n), 0.252, 2.55, 2.0) for n in range(1, 50)], rel=1e-13
    )

"""Cycle stages: balanced growth, the matrix exponential of the mean, the crowding law, long steps, order in the step.

Statistical checks. Null: mean counts after a step are those of the matrix exponential (normal test with the variance of
repeated runs). False-alarm rate 1e-5 per check; seeds are fixed. The same check rejects a planted fault.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, linalg, stats

from paget.compiled import kernel
from paget.host.stages import (
    CYCLING,
    DAMAGED,
    LARGEST_SHARE,
    QUIESCENT,
    advance_shares,
    advance_stages,
    balanced_share,
    crowding_loss,
    crowding_pressure,
    entry_for_share,
    stage_flow,
    undamaged_flow,
)
from paget.keyed_random import Purpose, new_generator, seek, subject_key

FALSE_ALARM = 1e-5
rate = st.floats(0.0, 6.0)


def mean_equations(entry: float, division: float, damage: float, repair: float, lethal: float) -> np.ndarray:
    """Matrix of the mean, columns by the stage a cell is in."""
    return np.array(
        [
            [-entry, 2.0 * division, repair],
            [entry, -division - damage, 0.0],
            [0.0, damage, -repair - lethal],
        ]
    )


# ---- balanced growth -------------------------------------------------------------------------------------------------


@given(st.floats(1e-4, 0.999), st.floats(0.05, 5.0))
def test_entry_and_share_are_inverse(share: float, division: float) -> None:
    assert balanced_share(entry_for_share(share, division), division) == pytest.approx(share, rel=1e-9)


@given(st.floats(0.01, 20.0), st.floats(0.05, 5.0))
def test_balanced_share_is_the_leading_eigenvector(entry: float, division: float) -> None:
    values, vectors = np.linalg.eig(mean_equations(entry, division, 0.0, 0.0, 0.0)[:2, :2])
    leading = vectors[:, np.argmax(values.real)].real
    share = balanced_share(entry, division)
    assert share == pytest.approx(leading[1] / leading.sum(), rel=1e-9)
    assert max(values.real) == pytest.approx(division * share, rel=1e-9)  # net growth without death


@pytest.mark.parametrize("start", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.2, 0.3, 0.5)])
@pytest.mark.parametrize("dt", [0.25, 1.0, 30.0])
def test_shares_converge_to_balanced_growth(start, dt: float) -> None:
    shares = np.array(start)
    for _ in range(math.ceil(60.0 / dt)):
        growth = advance_shares(shares, 3.0, 1.0, 0.0, 0.5, 0.2, dt)
    balanced = balanced_share(3.0, 1.0)
    assert shares == pytest.approx([1 - balanced, balanced, 0.0], abs=1e-9)
    assert math.log(growth) / dt == pytest.approx(balanced, rel=1e-6)


# ---- the mean over a step --------------------------------------------------------------------------------------------


@given(rate, rate, rate, rate, rate, st.floats(1e-3, 14.0), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_flow_is_the_matrix_exponential(entry, division, damage, repair, lethal, dt, start) -> None:
    expected = linalg.expm(mean_equations(entry, division, damage, repair, lethal) * dt) @ start
    found = stage_flow(*start, entry, division, damage, repair, lethal, dt)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12 * max(1.0, expected.max()))


@given(rate, rate, st.floats(1e-3, 30.0))
def test_undamaged_flow_is_the_same(entry, division, dt) -> None:
    stay, enter, renew, cycle = undamaged_flow(entry, division, dt)
    for start, found in (((1.0, 0.0), (stay, enter)), ((0.0, 1.0), (renew, cycle))):
        expected = stage_flow(*start, 0.0, entry, division, 0.0, 0.0, 0.0, dt)
        assert found == pytest.approx(expected[:2], rel=1e-9, abs=1e-12 * max(expected))


def test_nothing_happens_without_rates() -> None:
    assert stage_flow(1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0) == (1.0, 2.0, 3.0)


@given(rate, rate, rate, rate, rate)
def test_two_half_steps_are_one_step(entry, division, damage, repair, lethal) -> None:
    one, two = np.array([0.5, 0.4, 0.1]), np.array([0.5, 0.4, 0.1])
    growth = advance_shares(one, entry, division, damage, repair, lethal, 1.0)
    halves = [advance_shares(two, entry, division, damage, repair, lethal, 0.5) for _ in range(2)]
    assert one == pytest.approx(two, rel=1e-9, abs=1e-12)
    assert growth == pytest.approx(halves[0] * halves[1], rel=1e-9)


@kernel
def _repeat(start, rates, dt, generator, results):
    """Advance the same start (int64, shape (3,)) again and again; results has shape (runs, 3)."""
    entry, division, death, damage, repair, lethal = rates
    for run in range(results.shape[0]):
        for stage in range(3):
            results[run, stage] = start[stage]
        advance_stages(results[run], entry, division, death, damage, repair, lethal, dt, generator)


def repeated(start, rates: tuple, dt: float, runs: int, name: str) -> np.ndarray:
    generator = new_generator()
    seek(generator, subject_key(20260403, name, 1), Purpose.BIRTH_DEATH, 1, 0)
    results = np.empty((runs, 3), dtype=np.int64)
    _repeat(np.array(start, dtype=np.int64), rates, dt, generator, results)
    return results


UNTREATED = (3.5, 1.0, 0.25, 0.0, 0.1, 0.8)
TREATED = (3.5, 1.0, 0.25, 1.8, 0.1, 0.8)
HARD = (3.5, 1.0, 0.25, 4.0, 0.0, 3.0)


@pytest.mark.parametrize("rates", [UNTREATED, TREATED, HARD])
@pytest.mark.parametrize("dt", [0.25, 1.0, 7.0])
@pytest.mark.parametrize("start", [(40, 60, 0), (300, 0, 0), (100, 100, 100)])
def test_mean_of_counts_for_any_step(rates, dt: float, start) -> None:
    """Mean cells by stage over 20,000 runs against the matrix exponential; division 2 % too fast must be rejected."""
    runs = 20_000
    entry, division, death, damage, repair, lethal = rates
    results = repeated(start, rates, dt, runs, f"{rates} {dt} {start}")
    error = np.maximum(results.std(axis=0, ddof=1), 1e-9) / math.sqrt(runs)
    limit = stats.norm.isf(FALSE_ALARM / 2)

    def distance(factor: float) -> float:
        rhythm = mean_equations(entry, division * factor, damage, repair, lethal)
        expected = math.exp(-death * dt) * linalg.expm(rhythm * dt) @ start
        return float(
            np.max(np.abs(results.mean(axis=0) - expected) / np.maximum(error, 1e-3 / math.sqrt(runs)))
        )

    assert distance(1.0) < limit
    if dt >= 1.0 and rates is not HARD:
        assert distance(1.02) > limit


def spread_of_total(start, rates: tuple, dt: float) -> float:
    """Standard deviation of all cells after dt (day) in the true branching process, from its moment equations."""
    entry, division, death, damage, repair, lethal = rates
    events = [
        (0, entry, (-1, 1, 0)), (0, death, (-1, 0, 0)),
        (1, division, (2, -1, 0)), (1, damage, (0, -1, 1)), (1, death, (0, -1, 0)),
        (2, repair, (1, 0, -1)), (2, death + lethal, (0, 0, -1)),
    ]  # fmt: skip
    drift, noise = np.zeros((3, 3)), np.zeros((3, 3, 3))
    for stage, per_day, change in events:
        drift[:, stage] += per_day * np.array(change)
        noise[stage] += per_day * np.outer(change, change)

    def slopes(_, y):
        mean, covariance = y[:3], y[3:].reshape(3, 3)
        moved = drift @ covariance + covariance @ drift.T + np.tensordot(mean, noise, 1)
        return np.concatenate([drift @ mean, moved.ravel()])

    end = integrate.solve_ivp(slopes, (0.0, dt), [*start, *np.zeros(9)], rtol=1e-8).y[:, -1]
    return math.sqrt(end[3:].sum())


@pytest.mark.parametrize("rates, dt, low, high", [
    (UNTREATED, 0.25, 1.0, 1.2), (UNTREATED, 1.0, 1.1, 1.3), (TREATED, 0.25, 0.85, 1.0), (TREATED, 1.0, 0.6, 1.0),
])  # fmt: skip
def test_spread_of_counts(rates, dt: float, low: float, high: float) -> None:
    """The stated price of one step: siblings are independent, so the spread is not exact; here is how far off it is."""
    total = repeated((300, 700, 0), rates, dt, 20_000, f"spread {rates} {dt}").sum(axis=1)
    assert low < total.std(ddof=1) / spread_of_total((300, 700, 0), rates, dt) < high


def test_edges_of_counts() -> None:
    generator = new_generator()
    seek(generator, np.uint64(1), Purpose.BIRTH_DEATH, 1, 0)
    cells = np.zeros(3, dtype=np.int64)
    advance_stages(cells, *UNTREATED, 1.0, generator)
    assert cells.tolist() == [0, 0, 0]
    cells[:] = (10, 20, 30)
    advance_stages(cells, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, generator)
    assert cells.tolist() == [10, 20, 30]
    advance_stages(cells, 0.0, 0.0, 1e4, 0.0, 0.0, 0.0, 1.0, generator)
    assert cells.tolist() == [0, 0, 0]
    cells[:] = (10**13, 10**13, 0)  # a tumour of kilograms
    advance_stages(cells, *UNTREATED, 1.0, generator)
    expected = math.exp(-0.25) * linalg.expm(mean_equations(3.5, 1.0, 0.0, 0.1, 0.8)) @ [1e13, 1e13, 0]
    assert cells[:2] == pytest.approx(expected[:2], rel=1e-5)


# ---- crowding --------------------------------------------------------------------------------------------------------

ALPHA, BETA, DIVISION, DEATH, ENTRY = 0.558, 0.0708, 1.0, 0.207, 3.967
FREE = DIVISION * balanced_share(ENTRY, DIVISION) - DEATH
"""Net growth of unhindered cells (1/day)."""
law = (ALPHA, BETA, DIVISION, DEATH, ENTRY)


def crowding(volume: float, loss_share: float) -> tuple[float, float]:
    """Pressure and additional death rate (1/day)."""
    loss = crowding_loss(volume, *law, loss_share)
    return crowding_pressure(volume, *law, loss), loss


def net_growth(volume: float, loss_share: float) -> float:
    pressure, loss = crowding(volume, loss_share)
    return DIVISION * balanced_share(ENTRY / (1.0 + pressure), DIVISION) - DEATH - loss


@given(st.floats(2.6, 2500.0), st.floats(0.0, 0.9))
def test_crowding_gives_gompertz_growth(volume: float, loss_share: float) -> None:
    """Pressure and cell loss together slow balanced growth to the Gompertz rate, however they share the work."""
    assert net_growth(volume, loss_share) == pytest.approx(ALPHA - BETA * math.log(volume), abs=1e-9)


@given(st.floats(2.6, 2000.0), st.floats(0.0, 1.0))
def test_shares_of_the_slowing(volume: float, loss_share: float) -> None:
    pressure, loss = crowding(volume, loss_share)
    missing = FREE - (ALPHA - BETA * math.log(volume))
    assert loss == pytest.approx(loss_share * missing)
    fewer = balanced_share(ENTRY, DIVISION) - balanced_share(ENTRY / (1.0 + pressure), DIVISION)
    assert DIVISION * fewer == pytest.approx((1.0 - loss_share) * missing, abs=1e-9)


@pytest.mark.parametrize("loss_share", [0.0, 0.5])
def test_founders_grow_no_faster_than_their_cycle(loss_share: float) -> None:
    """Below the volume at which the law asks for more than the free cycle gives, there is no crowding."""
    assert crowding(1e-6, loss_share) == (0.0, 0.0)
    assert net_growth(1e-6, loss_share) == pytest.approx(FREE)
    assert net_growth(0.0, loss_share) == net_growth(1e-9, loss_share) == net_growth(1e-6, loss_share)
    assert ALPHA - BETA * math.log(1e-6) > FREE
    assert FREE < DIVISION * LARGEST_SHARE


def test_beyond_the_plateau_cells_only_die() -> None:
    assert net_growth(1e9, 0.0) == pytest.approx(-DEATH, abs=1e-5)
    assert net_growth(1e9, 0.5) < -DEATH


def grow(dt: float, days: float = 42.0, loss_share: float = 0.0) -> float:
    """Volume (mm3) after some days from 1 mm3 in the mean, rates read at the start of each step as the engine does."""
    share = balanced_share(ENTRY, DIVISION)
    shares, volume = np.array([1 - share, share, 0.0]), 1.0
    for _ in range(round(days / dt)):
        pressure, loss = crowding(volume, loss_share)
        growth = advance_shares(shares, ENTRY / (1.0 + pressure), DIVISION, 0.0, 0.1, 0.8, dt)
        volume *= growth * math.exp(-(DEATH + loss) * dt)
    return volume


@pytest.mark.parametrize("loss_share", [0.0, 0.5])
@pytest.mark.parametrize("days", [7.0, 14.0, 28.0, 42.0])
def test_an_untreated_lesion_follows_gompertz(days: float, loss_share: float) -> None:
    """Within 5 %: cells in cycle when the space gets tight still divide, so growth lags the law by half a day."""
    expected = math.exp(ALPHA / BETA * (1.0 - math.exp(-BETA * days)))
    assert grow(1 / 24, days, loss_share) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("loss_share, largest", [(0.0, 0.06), (0.5, 0.06)])
def test_crowding_makes_the_scheme_first_order(loss_share: float, largest: float) -> None:
    """Halving the step halves the error, because the rates of a step are those of its start; 1 % at six hours."""
    exact = grow(1 / 384, loss_share=loss_share)
    errors = [grow(dt, loss_share=loss_share) / exact - 1.0 for dt in (1.0, 0.5, 0.25, 0.125)]
    assert all(1.7 < one / other < 2.3 for one, other in itertools.pairwise(errors))
    assert errors[2] == pytest.approx(0.010, abs=0.004)
    assert errors[0] < largest


def test_stages_are_named_in_order() -> None:
    assert (QUIESCENT, CYCLING, DAMAGED) == (0, 1, 2)

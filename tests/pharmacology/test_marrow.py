"""Blood neutrophils: steady state, nadir, rebound, egress block, order of convergence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from paget.pharmacology.marrow import (
    BLOOD,
    N_CELLS,
    TRANSIT_3,
    advance,
    advance_in_steps,
    feedback_factor,
    fill_baseline,
)

BASELINE, TRANSIT_RATE, LOSS, FEEDBACK = 5.0, 1.3, 2.0, 0.2
SYSTEM = (BASELINE, TRANSIT_RATE, LOSS, FEEDBACK)


def _healthy() -> np.ndarray:
    cells = np.empty(N_CELLS)
    fill_baseline(cells, BASELINE, TRANSIT_RATE, LOSS)
    return cells


def _course(days: int, dosed: int, effect: float, release: float = 1.0, stimulus: float = 1.0) -> np.ndarray:
    """Blood neutrophils every quarter day; the drug acts on the first `dosed` days."""
    cells, blood = _healthy(), []
    for quarter in range(4 * days):
        on = quarter < 4 * dosed
        advance(cells, *SYSTEM, effect if on else 0.0, stimulus, release, 0.25)
        blood.append(cells[BLOOD])
    return np.array(blood)


def test_health_is_steady() -> None:
    assert _course(200, 0, 0.0) == pytest.approx(BASELINE)


def test_a_course_gives_a_nadir_then_an_overshoot_then_recovery() -> None:
    blood = _course(120, 2, 0.9)
    nadir, peak = blood.argmin() / 4, blood.argmax() / 4
    assert blood.min() < 0.6 * BASELINE
    assert 2 < nadir < 8
    assert blood.max() > 1.02 * BASELINE
    assert peak > nadir
    assert blood[-1] == pytest.approx(BASELINE, rel=0.02)


def test_more_drug_gives_a_deeper_nadir() -> None:
    nadirs = [_course(20, 2, effect).min() for effect in (0.0, 0.3, 0.9, 2.0)]
    assert (np.diff(nadirs) < 0).all()


@given(st.floats(0.0, 0.8), st.floats(0.5, 2.0))
def test_steady_state_under_a_constant_drug(effect: float, stimulus: float) -> None:
    """The marrow balances where stimulus (1 - effect) (baseline / blood)^feedback = 1."""
    cells = _healthy()
    for _ in range(150):
        advance(cells, *SYSTEM, effect, stimulus, 1.0, 4.0)
    expected = BASELINE * (stimulus * (1 - effect)) ** (1 / FEEDBACK)
    if expected > 1e-4:
        assert cells[BLOOD] == pytest.approx(expected, rel=0.02)


def test_blocked_egress_empties_blood_and_fills_the_marrow_for_a_while() -> None:
    cells = _healthy()
    advance(cells, *SYSTEM, 0.0, 1.0, 0.3, 0.5)
    assert cells[BLOOD] < 0.8 * BASELINE
    assert cells[TRANSIT_3] > _healthy()[TRANSIT_3]
    advance(cells, *SYSTEM, 0.0, 1.0, 1.0, 0.5)
    assert cells[BLOOD] > 0.8 * BASELINE


def _exact(dt: float, effect: float) -> np.ndarray:
    def field(_, y):
        p, a, b, c, n = y
        k, drive = TRANSIT_RATE, (1 - effect) * (BASELINE / n) ** FEEDBACK
        return [k * p * (drive - 1), k * (p - a), k * (a - b), k * (b - c), k * c - LOSS * n]

    return integrate.solve_ivp(field, (0, dt), _healthy(), rtol=1e-11, atol=1e-12, method="DOP853").y[:, -1]


def test_against_an_independent_integrator() -> None:
    cells = _healthy()
    advance(cells, *SYSTEM, 0.8, 1.0, 1.0, 3.0)
    assert cells == pytest.approx(_exact(3.0, 0.8), rel=1e-5)
    cells = _healthy()
    advance(cells, *SYSTEM, 0.82, 1.0, 1.0, 3.0)  # planted fault
    assert cells != pytest.approx(_exact(3.0, 0.8), rel=1e-5)


def test_runge_kutta_has_order_four() -> None:
    exact, errors = _exact(4.0, 0.8), []
    for steps in (8, 16, 32):
        cells = _healthy()
        advance_in_steps(cells, *SYSTEM, 0.8, 1.0, 1.0, 4.0, steps)
        errors.append(np.abs(cells - exact).max())
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx(4.0, abs=0.5)


def test_feedback_is_capped_and_cells_stay_positive() -> None:
    assert feedback_factor(0.0, 5.0, 0.2) == pytest.approx(1e6**0.2)
    cells = _healthy()
    for _ in range(100):
        advance(cells, *SYSTEM, 5.0, 1.0, 1.0, 1.0)
        assert (cells >= 0).all()
        assert np.isfinite(cells).all()

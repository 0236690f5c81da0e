"""An antibody and its ligands: limits, steady states, mass balance, order of convergence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize

from paget.pharmacology.binding import bind, free_sites
from paget.pharmacology.target_mediated import WORK_ROWS, advance, advance_in_steps, relax_ligands

BASELINES = np.array([28.8, 101.0])
CONSTANTS = np.array([0.07, 0.8])
BUFFERS = BASELINES / np.array([0.084, 0.20])
LIGAND_LOSS = np.array([1.2, 0.45])


def _system(
    absorption=0.0, antibody_loss=0.07, complex_loss=0.3, ligand_loss=LIGAND_LOSS, constants=CONSTANTS
):
    return absorption, antibody_loss, complex_loss, ligand_loss, BASELINES, constants, BUFFERS


def _run(state, system, dt: float, steps: int = 0) -> np.ndarray:
    state, work = np.array(state, dtype=float), np.zeros((WORK_ROWS, len(state)))
    if steps:
        advance_in_steps(state, system, dt, steps, work)
    else:
        advance(state, system, dt, work)
    return state


def test_without_antibody_nothing_moves() -> None:
    assert _run([0.0, 0.0, *BASELINES], _system(), 10.0) == pytest.approx([0.0, 0.0, *BASELINES])


def test_a_disturbed_ligand_returns_at_its_own_rate() -> None:
    end = _run([0.0, 0.0, 2 * BASELINES[0], BASELINES[1]], _system(), 1.0)
    assert end[2] == pytest.approx(BASELINES[0] * (1 + np.exp(-1.2)), rel=1e-6)


def test_an_antibody_that_binds_nothing_is_linear() -> None:
    system = _system(absorption=2.0, constants=np.array([np.inf, np.inf]))
    depot, antibody, *ligands = _run([300.0, 100.0, *BASELINES], system, 3.0)
    ka, loss = 2.0, 0.07
    absorbed = 300 * ka / (ka - loss) * (np.exp(-loss * 3) - np.exp(-ka * 3))
    assert depot == pytest.approx(300 * np.exp(-6), rel=1e-5)
    assert antibody == pytest.approx(100 * np.exp(-loss * 3) + absorbed, rel=1e-6)
    assert ligands == pytest.approx(BASELINES)


def test_saturating_antibody_raises_total_fourfold_and_leaves_little_free() -> None:
    """All bound: total rises to k_free / k_complex of baseline (1.2 / 0.3 = 4 for IGF-1, 1.5 for IGF-2)."""
    system = _system(antibody_loss=0.0, complex_loss=0.3)
    state = np.array([0.0, 1e7, *BASELINES])
    state = _run(state, system, 60.0)
    assert state[2:] / BASELINES == pytest.approx([4.0, 1.5], rel=2e-3)
    free = np.empty(2)
    bind(state[1], state[2:].copy(), CONSTANTS, BUFFERS, free)
    assert (free < 1e-4).all()


def test_total_rises_with_dose_at_steady_state() -> None:
    """With the antibody held, totals rise and free ligand falls from dose to dose."""
    rises, shares = [], []
    for held in (100.0, 500.0, 2000.0, 5000.0):
        totals, free = BASELINES.copy(), np.empty(2)
        for _ in range(400):
            relax_ligands(totals, held, 0.3, LIGAND_LOSS, BASELINES, CONSTANTS, BUFFERS, 0.25, free)
        rises.append(totals / BASELINES)
        shares.append(free * BUFFERS / BASELINES)
        assert LIGAND_LOSS * (BASELINES - free * BUFFERS) == pytest.approx(0.3 * (totals - free * BUFFERS))
    assert (np.diff(rises, axis=0) > 0).all()
    assert (np.diff(shares, axis=0) < 0).all()


def test_relaxed_ligands_agree_with_the_full_system() -> None:
    """Same steady state; first order on the way there."""
    system = _system(antibody_loss=0.0, complex_loss=0.0, ligand_loss=LIGAND_LOSS)
    full = _run([0.0, 500.0, *BASELINES], system, 0.5)

    def relaxed(steps: int) -> float:
        totals, free = BASELINES.copy(), np.empty(2)
        for _ in range(steps):
            relax_ligands(totals, 500.0, 0.0, LIGAND_LOSS, BASELINES, CONSTANTS, BUFFERS, 0.5 / steps, free)
        return totals[0]

    errors = np.array([abs(relaxed(steps) - full[2]) for steps in (4, 8, 16, 32)])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(1.0, abs=0.25)


def test_mass_balance_of_the_antibody() -> None:
    """Lost antibody = antibody_loss x free sites + complex_loss x bound sites, integrated independently."""
    system = _system()
    start = np.array([0.0, 480.0, *BASELINES])

    def field(_, y):
        left = free_sites(y[0], y[1:].copy(), CONSTANTS, BUFFERS)
        bound = y[1:] * left / (BUFFERS * CONSTANTS + left)
        antibody = -0.07 * left - 0.3 * bound.sum()
        return [antibody, *(LIGAND_LOSS * (BASELINES - y[1:] + bound) - 0.3 * bound)]

    exact = integrate.solve_ivp(field, (0, 2.0), start[1:], rtol=1e-10, atol=1e-10).y[:, -1]
    assert _run(start, system, 2.0)[1:] == pytest.approx(exact, rel=1e-5)
    faulty = _system(complex_loss=0.31)
    assert _run(start, faulty, 2.0)[1:] != pytest.approx(exact, rel=1e-5)


def test_runge_kutta_has_order_four() -> None:
    start, system = [200.0, 480.0, *BASELINES], _system(absorption=2.0)
    exact = _run(start, system, 2.0, 4000)
    errors = np.array([np.abs(_run(start, system, 2.0, steps) - exact).max() for steps in (8, 16, 32)])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(4.0, abs=0.5)


def test_weekly_dosing_holds_a_steady_state_that_solves_the_balance() -> None:
    """With constant input of antibody the long run solves the algebraic balance, found by a root finder."""
    system = _system(absorption=0.05)
    state = np.array([2000.0, 0.0, *BASELINES])
    for _ in range(600):
        state = _run(state, system, 1.0)
        state[0] = 2000.0  # a depot that is kept full gives 100 nM a day

    def balance(y):
        left = free_sites(y[0], y[1:].copy(), CONSTANTS, BUFFERS)
        bound = y[1:] * left / (BUFFERS * CONSTANTS + left)
        return [
            2000.0 * -np.expm1(-0.05) - 0.07 * left - 0.3 * bound.sum(),
            *(LIGAND_LOSS * (BASELINES - y[1:] + bound) - 0.3 * bound),
        ]

    expected = optimize.fsolve(balance, state[1:])
    assert state[1:] == pytest.approx(expected, rel=0.02)

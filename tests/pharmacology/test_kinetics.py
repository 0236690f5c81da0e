"""Plasma kinetics against closed forms, a general matrix exponential and an independent integrator."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, linalg

from paget.errors import PagetError
from paget.pharmacology import kinetics
from paget.pharmacology.kinetics import (
    ABSORBED,
    CENTRAL,
    DEPOT,
    EFFECT,
    EXPOSURE,
    INTRAVENOUS,
    N_AMOUNTS,
    PERIPHERAL,
    advance,
    advance_saturable,
    concentration,
    drug_parameters,
    give,
    one_compartment,
    steady_state_average,
    two_compartment,
)

positive = st.floats(0.01, 50.0)


def _after(parameters: np.ndarray, dose: float, route: int, *times: float) -> np.ndarray:
    amounts = np.zeros(N_AMOUNTS)
    give(amounts, parameters, dose, route)
    for dt in times:
        advance(amounts, parameters, dt)
    return amounts


@given(positive, positive, st.floats(0.1, 200.0), st.floats(0.05, 1.0), st.floats(0.0, 5.0))
def test_one_compartment_with_absorption(clearance, volume, absorption, bioavailability, t) -> None:
    parameters = drug_parameters(
        clearance=clearance, volume=volume, absorption=absorption, bioavailability=bioavailability
    )
    expected = one_compartment(t, 10.0, clearance, volume, absorption, bioavailability)
    got = concentration(_after(parameters, 10.0, ABSORBED, t), parameters)
    assert got == pytest.approx(expected, rel=1e-6, abs=1e-9 * 10 / volume)


@given(positive, positive, positive, positive, st.floats(0.0, 5.0))
def test_two_compartments_are_biexponential(clearance, volume, exchange, peripheral_volume, t) -> None:
    parameters = drug_parameters(
        clearance=clearance, volume=volume, exchange=exchange, peripheral_volume=peripheral_volume
    )
    expected = two_compartment(t, 10.0, clearance, volume, exchange, peripheral_volume)
    got = concentration(_after(parameters, 10.0, INTRAVENOUS, t), parameters)
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-11 * 10 / volume)


def _matrix(p: np.ndarray) -> np.ndarray:
    """The linear system as one 5 x 5 matrix, written independently of the kernel."""
    ka, cl, v, q, vp, ke0 = p[0], p[2], p[3], p[4], p[5], p[8]
    return np.array(
        [
            [-ka, 0, 0, 0, 0],
            [ka, -(cl + q) / v, q / vp, 0, 0],
            [0, q / v, -q / vp, 0, 0],
            [0, ke0 / v, 0, -ke0, 0],
            [0, 1 / v, 0, 0, 0],
        ]
    )


def _some_drug(**changes) -> np.ndarray:
    numbers = {
        "clearance": 0.2,
        "volume": 0.05,
        "absorption": 3.0,
        "bioavailability": 0.6,
        "exchange": 0.3,
        "peripheral_volume": 0.1,
        "effect_rate": 2.0,
    }
    return drug_parameters(**(numbers | changes))


@pytest.mark.parametrize("dt", [0.0, 1e-4, 0.25, 1.0, 30.0])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"absorption": 10.0},
        {"effect_rate": 4.0, "absorption": 4.0},
        {"clearance": 0.0},
        {"exchange": 0.0},
    ],
)
def test_all_five_against_the_matrix_exponential(dt: float, changes: dict) -> None:
    """Equal rates (where closed forms divide by zero) included; dose in every place."""
    parameters = _some_drug(**changes)
    start = np.array([3.0, 2.0, 1.0, 5.0, 0.7])
    amounts = start.copy()
    advance(amounts, parameters, dt)
    assert amounts == pytest.approx(linalg.expm(_matrix(parameters) * dt) @ start, rel=1e-11, abs=1e-13)
    if 0.25 <= dt <= 1.0:  # planted fault: volume off by 3 %
        faulty = start.copy()
        advance(faulty, _some_drug(**(changes | {"volume": 0.0515})), dt)
        assert faulty != pytest.approx(linalg.expm(_matrix(parameters) * dt) @ start, rel=1e-11, abs=1e-13)


@given(st.floats(0.0, 40.0), st.floats(0.0, 40.0), st.floats(0.0, 3.0), st.floats(0.001, 3.0))
def test_doses_superpose(first: float, second: float, gap: float, rest: float) -> None:
    parameters = _some_drug()
    amounts = _after(parameters, first, ABSORBED, gap)
    give(amounts, parameters, second, ABSORBED)
    advance(amounts, parameters, rest)
    apart = _after(parameters, first, ABSORBED, gap + rest) + _after(parameters, second, ABSORBED, rest)
    assert amounts == pytest.approx(apart, rel=1e-9, abs=1e-10)


@given(st.lists(st.floats(0.001, 2.0), min_size=1, max_size=6))
def test_steps_compose(times: list[float]) -> None:
    parameters = _some_drug()
    assert _after(parameters, 10.0, ABSORBED, *times) == pytest.approx(
        _after(parameters, 10.0, ABSORBED, sum(times)), rel=1e-9, abs=1e-11
    )


@given(st.floats(1.0, 100.0), st.floats(0.05, 1.0), st.floats(0.05, 3.0))
def test_area_under_the_curve_is_dose_over_clearance(
    dose: float, bioavailability: float, clearance: float
) -> None:
    parameters = _some_drug(bioavailability=bioavailability, clearance=clearance)
    amounts = _after(parameters, dose, ABSORBED, *[10.0] * 50)
    assert amounts[EXPOSURE] == pytest.approx(dose * bioavailability / clearance, rel=1e-6)


@given(st.floats(0.0, 10.0))
def test_mass_balance(t: float) -> None:
    """Given = still in the body + clearance times exposure."""
    parameters = _some_drug(clearance=0.2)
    amounts = _after(parameters, 10.0, INTRAVENOUS, t)
    assert amounts[[DEPOT, CENTRAL, PERIPHERAL]].sum() + 0.2 * amounts[EXPOSURE] == pytest.approx(10.0)
    assert (amounts >= 0).all()


def test_repeated_doses_reach_the_steady_state() -> None:
    parameters = _some_drug()
    amounts, before = np.zeros(N_AMOUNTS), 0.0
    for _ in range(60):
        before = amounts[EXPOSURE]
        give(amounts, parameters, 5.0, ABSORBED)
        advance(amounts, parameters, 3.5)
    average = (amounts[EXPOSURE] - before) / 3.5
    assert average == pytest.approx(steady_state_average(5.0, 3.5, 0.2, 0.6), rel=1e-9)


def test_the_effect_compartment_follows_and_forgets() -> None:
    parameters = _some_drug(effect_rate=1000.0)
    amounts = _after(parameters, 10.0, INTRAVENOUS, 2.0)
    assert amounts[EFFECT] == pytest.approx(concentration(amounts, parameters), rel=0.01)
    gone = np.array([0.0, 0.0, 0.0, 4.0, 9.0])
    advance(gone, _some_drug(effect_rate=2.0), 0.5)
    assert gone == pytest.approx([0, 0, 0, 4 * math.exp(-1), 9])


def _saturable(vmax: float, km: float, **changes) -> np.ndarray:
    return _some_drug(
        clearance=changes.pop("clearance", 0.0), maximum_rate=vmax, half_saturation=km, **changes
    )


def test_saturable_low_dose_is_linear() -> None:
    """Far below Km: Vmax / Km acts as a clearance."""
    low = _after(_saturable(20.0, 100.0), 1e-4, INTRAVENOUS, 0.5, 0.5)
    linear = _after(_some_drug(clearance=0.2), 1e-4, INTRAVENOUS, 1.0)
    assert low == pytest.approx(linear, rel=1e-4)


def test_saturable_high_dose_is_of_order_zero() -> None:
    """Far above Km the body loses Vmax a day."""
    high = _after(_saturable(20.0, 1e-3, exchange=0.0), 1000.0, INTRAVENOUS, 2.0)
    assert high[CENTRAL] == pytest.approx(1000.0 - 40.0, rel=1e-4)


def test_saturable_against_an_independent_integrator() -> None:
    p = _saturable(20.0, 10.0, clearance=0.05)
    ka, cl, v, q, vp, vmax, km, ke0 = p[0], p[2], p[3], p[4], p[5], p[6], p[7], p[8]

    def field(_, y):
        level = y[1] / v
        exchanged = q * (level - y[2] / vp)
        lost = cl * level + vmax * level / (km + level)
        return [-ka * y[0], ka * y[0] - lost - exchanged, exchanged, ke0 * (level - y[3]), level]

    start = [4.0, 10.0, 0.0, 0.0, 0.0]
    exact = integrate.solve_ivp(field, (0, 1.5), start, rtol=1e-11, atol=1e-12, method="DOP853").y[:, -1]
    amounts = np.array(start)
    advance(amounts, p, 1.5)
    assert amounts == pytest.approx(exact, rel=1e-5, abs=1e-7)
    amounts = np.array(start)
    advance(amounts, _saturable(20.6, 10.0, clearance=0.05), 1.5)
    assert amounts != pytest.approx(exact, rel=1e-5, abs=1e-7)


def test_runge_kutta_has_order_four() -> None:
    parameters = _saturable(20.0, 10.0)

    def central(steps: int) -> float:
        amounts = np.array([4.0, 10.0, 0.0, 0.0, 0.0])
        advance_saturable(amounts, parameters, 1.0, steps)
        return amounts[CENTRAL]

    exact = central(20_000)
    errors = np.array([abs(central(steps) - exact) for steps in (64, 128, 256)])
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(4.0, abs=0.35)


def test_mouse_paclitaxel_exposure() -> None:
    """Clearance 4.54 mL/min/kg: 10 mg/kg i.v. gives about 37 ug h/mL; i.p. a tenth."""
    clearance = 4.54e-3 * 1440
    parameters = drug_parameters(clearance=clearance, volume=0.28, absorption=24.0, bioavailability=0.1)
    vein = _after(parameters, 10.0, INTRAVENOUS, 5.0)[EXPOSURE] * 24
    cavity = _after(parameters, 10.0, ABSORBED, 5.0)[EXPOSURE] * 24
    assert vein == pytest.approx(36.7, abs=0.1)
    assert cavity == pytest.approx(3.67, abs=0.01)


def test_a_drug_that_is_gone_costs_nothing_and_is_zero() -> None:
    parameters = _some_drug()
    amounts = _after(parameters, 1e-13, INTRAVENOUS, 1.0)
    assert amounts[:3].tolist() == [0.0, 0.0, 0.0]
    amounts = _after(parameters, 10.0, INTRAVENOUS, 1e4)
    assert amounts[CENTRAL] < kinetics.NEGLIGIBLE


def test_an_absent_compartment_may_have_no_volume() -> None:
    parameters = _some_drug(exchange=0.0)
    parameters[kinetics.PERIPHERAL_VOLUME] = 0.0
    assert _after(parameters, 10.0, INTRAVENOUS, 0.25)[CENTRAL] == pytest.approx(10 * math.exp(-1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"clearance": -1.0},
        {"volume": 0.0},
        {"bioavailability": 1.1},
        {"peripheral_volume": 0.0},
        {"half_saturation": 0.0},
        {"absorption": math.nan},
        {"exchange": math.inf},
    ],
)
def test_unphysical_parameters_are_refused(wrong: dict) -> None:
    with pytest.raises(PagetError, match="not physical"):
        _some_drug(**wrong)

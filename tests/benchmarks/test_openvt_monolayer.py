"""Parts of OpenVT's monolayer that have a closed form or an independent solution."""

import numpy as np
import pytest


def test_relaxation_of_the_chain_against_its_differential_equation():
    from openvt_monolayer import DIAMETER, chain, independent_relaxation, relaxation, when

    times, found = relaxation(chain(0), 95.0)
    exact = independent_relaxation(chain(0), times)
    unit = when(times, np.ptp(exact, axis=1) / DIAMETER, 9.0)
    # Chaste's strength for a unit of 1 is 88.54, with Euler steps of 0.001
    assert unit == pytest.approx(88.54, abs=0.2)
    assert when(times, np.ptp(found, axis=1) / DIAMETER, 9.0) == pytest.approx(unit, abs=0.1)
    assert np.abs(found[50:] - exact[50:]).max() < 0.04  # the first step of Adams-Bashforth is too long
    stronger = independent_relaxation(chain(0), times, 10.5)
    assert np.abs(found[50:] - stronger[50:]).max() > 0.2  # planted fault: 5 % more repulsion


def test_free_fractions_of_two_circles():
    """Equal circles a radius apart: the chord subtends 120 degrees."""
    from openvt_growth import free_fractions

    place = np.array([[0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0], [9.0, 0.0, 0.0, 1.0]])
    surface, area = free_fractions(place)
    assert surface == pytest.approx([1.0 - np.sqrt(0.75) / np.pi] * 2 + [1.0])
    assert area == pytest.approx([1.0 - (np.pi / 3.0 - np.sqrt(3.0) / 4.0) / np.pi] * 2 + [1.0])


def test_fixed_sizes_divide_in_step():
    from openvt_growth import REFERENCE, grow

    tau = 200.0
    simulation, times, counts = grow(100, tau, 0, spread=0.0, until=3.5 * tau)
    doublings = times[np.flatnonzero(np.diff(counts)) + 1]
    assert doublings == pytest.approx([tau, 2 * tau, 3 * tau], abs=4.0)
    assert counts[-1] == 8
    area = np.pi * simulation.cells["place"][:, 3] ** 2
    assert area == pytest.approx(np.full(8, 1.5 * REFERENCE), rel=0.02)


def test_an_inhibited_cell_does_not_grow():
    """Daughters wait until they hardly overlap: the second divisions are late."""
    from openvt_growth import grow

    tau = 200.0
    _, free, _ = grow(4, tau, 0, spread=0.0)
    _, held, _ = grow(4, tau, 0, spread=0.0, gamma=0.9)
    assert free[-1] + 2.0 < held[-1] < 3.0 * tau


def test_branching_without_mechanics_doubles_in_step_for_fixed_sizes():
    from openvt_growth import independent_times

    assert independent_times(9, 2, spread=0.0) == pytest.approx([4.0, 4.0])


def test_time_to_forty_cells_is_that_of_branching():
    """Null: the engine's mean is that of the process without mechanics, SD 0.153 over 8 seeds. z within 4 (1e-4)."""
    from openvt_growth import grow, independent_times

    found = [grow(40, 200.0, seed)[1][-1] / 200.0 for seed in range(8)]
    alone = independent_times(40, 400)
    lag = 6.0 * 0.75 / 200.0  # up to a step of 1 min per generation
    assert abs(np.mean(found) - lag - alone.mean()) < 4.0 * alone.std() / np.sqrt(8) + lag

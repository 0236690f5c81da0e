"""Unit tests of PerMedCoE that have a closed form, in short."""

import numpy as np
import pytest

from paget.tissue.definition import Steps


def test_steady_level_at_one_sink():
    from permedcoe_transport import EXCHANGE, HELD, SINK, sink_tissue

    level = sink_tissue(3, Steps(), "default").run(0.1).fields.level[0, 1, 1, 1]
    assert level == pytest.approx(HELD * 6.0 * EXCHANGE / (6.0 * EXCHANGE + SINK), rel=1e-6)


def test_rise_at_one_sink_is_of_first_order_in_the_step():
    from permedcoe_transport import EXCHANGE, HELD, SINK, sink_tissue

    rate = 6.0 * EXCHANGE + SINK
    exact = HELD * 6.0 * EXCHANGE / rate * (1.0 - np.exp(-rate * 0.08))
    errors = []
    for step in (0.01, 0.005):
        tissue = sink_tissue(3, Steps(step, step, 0.1, field=step), "default").run(0.08)
        errors.append(abs(tissue.fields.level[0, 1, 1, 1] - exact))
    assert errors[0] / errors[1] == pytest.approx(2.0, abs=0.15)


def test_thousand_sinks_against_the_sine_series():
    from permedcoe_transport import mean_of_series, sink_tissue

    steady = sink_tissue(12, Steps(), "default").run(0.1).fields.level[0]
    assert steady.mean() == pytest.approx(mean_of_series(np.array([np.inf]))[0], rel=1e-5)


def test_series_without_time_is_the_held_faces():
    from permedcoe_transport import HELD, mean_of_series

    assert mean_of_series(np.array([0.0]))[0] == pytest.approx(HELD * 728 / 1728)


def test_volume_of_a_cycling_cell_and_its_divisions():
    from comparison import cells_at
    from permedcoe_cycle import LENGTHS, cycling, volume_curve

    from paget.tissue.cells import TOTAL
    from paget.tissue.simulation import Simulation

    errors = []
    for step in (6.0, 3.0):
        simulation = Simulation(cycling(LENGTHS, Steps(step, step, step)), cells_at([0.0, 0.0, 0.0]))
        start, found = simulation.cells["volume"][0, TOTAL], []
        times = np.arange(step, 1080.0, step)
        for _ in times:
            simulation.advance()
            found.append(100.0 * simulation.cells["volume"][0, TOTAL] / start)
        errors.append(np.abs(np.array(found) - volume_curve(times, LENGTHS, 1)).max())
        assert simulation.cells.count == 1
        simulation.advance()
        assert simulation.cells.count == 2
    assert errors[0] < 0.7
    assert errors[0] / errors[1] == pytest.approx(2.0, abs=0.2)


def test_a_pushed_cell_has_gone_one_step():
    from permedcoe_mechanics import SPEED, STEP, pushed_once

    assert pushed_once().rows[0].paget == pytest.approx(SPEED * STEP, abs=1e-12)


def test_two_cells_that_push_each_other_rest_where_forces_are_equal():
    from permedcoe_mechanics import APART, on_a_track, push, resting_distance

    place = on_a_track([-APART / 2, APART / 2], 40.0).run(6.0).cells["place"][:, 0]
    assert abs(place[0] - place[1]) == pytest.approx(resting_distance(40.0), abs=1e-6)
    assert push(resting_distance(40.0), 40.0) == pytest.approx(10.0)


def test_gaussian_phases_by_the_mean_and_spread_of_division_times():
    """Null: mean 18 h, seen up to 0.1 h late, and SD 0.99 h, of 2,000 cells. z within 3.9 (false alarm 2e-4)."""
    from permedcoe_cycle import gaussian_phases

    mean, spread, divided = (row.paget for row in gaussian_phases(2000).rows)
    assert divided == 2000
    assert (
        abs(mean - 18.0 - 0.05 / 2) < 3.9 * 0.99 / np.sqrt(2000) + 0.05
    )  # divisions are seen at steps of 0.1 h
    assert abs(spread - 0.99) < 3.9 * 0.99 / np.sqrt(4000)

"""The blood of a patient: sampled stocks against their means, means against pencil and paper.

Null: counts of a class are Poisson with the mean of `mean_blood`. False-alarm rate 1e-5 per check; seeds are fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.host.patient import empty_blood, fill_blood, fill_tube, mean_arrests, mean_blood
from paget.host.record import LARGEST_AGGREGATE, SITES
from paget.keyed_random import subject_key

FALSE_ALARM = 1e-5
DAY = 1.0
STEP, STEPS = 1.0 / 48.0, 24


@pytest.fixture
def blood(black6, rest):
    """Tables that may be changed and a state; no leukocyte is picked up in blood, no cluster breaks."""
    tables, (_, state) = black6.record.copy()[0], rest(black6)
    tables["tumour"]["pick_up_in_blood"] = 0.0
    state["blood_behaviours"][:] = (1.0, 0.0, 0.1)
    state["pull"][:] = 0.0
    return tables, state


def means(tables, state, rate=1e6, cohesion=0.3, passage=0.1) -> np.ndarray:
    stock = np.zeros(state["circulating"].shape)
    mean_blood(tables, state, rate, cohesion, passage, stock)
    return stock


def sampled(tables, state, patients: int, rate=1e6, cohesion=0.3, passage=0.1) -> np.ndarray:
    total = np.zeros(state["circulating"].shape, dtype=np.int64)
    for patient in range(patients):
        key = subject_key(20260408, "patient", patient)
        fill_blood(tables, state, key, rate, cohesion, passage, STEP, STEPS)
        total += state["circulating"]
    return total


def test_stock_of_single_cells_is_rate_times_passage_times_residence(blood) -> None:
    tables, state = blood
    residence = float(tables["tumour"]["half_life_single"]) / math.log(2.0)
    stock = means(tables, state, cohesion=0.0)
    assert stock[0, 0] == pytest.approx(1e6 * 0.1 * residence, rel=2e-3)
    assert stock.sum() == stock[0, 0]


def test_clusters_pass_less_and_stay_shorter(blood) -> None:
    """Per class: share of the size, passage n^-1/2, residence of clusters."""
    tables, state = blood
    stock = means(tables, state)
    residence = float(tables["tumour"]["half_life_cluster"]) / math.log(2.0)
    for cells in (2, 5):
        expected = 1e6 * 0.7 * 0.3 ** (cells - 1) * 0.1 * cells**-0.5 * residence
        assert stock[cells - 1, 0] == pytest.approx(expected, rel=5e-3)


def test_partners_by_pull(blood) -> None:
    tables, state = blood
    state["pull"][:2] = (0.3, 0.1)
    stock = means(tables, state, cohesion=0.0)
    assert stock[0, 1] == pytest.approx(3.0 * stock[0, 2])
    residence = float(tables["tumour"]["half_life_mixed"]) / math.log(2.0)
    expected = 1e6 * -math.expm1(-0.4) * 0.75 * 0.1 * 2**-0.5 * residence
    assert stock[0, 1] == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("break_up, picking", [(0.0, 0.0), (0.05, 0.0), (0.0, 1e-4), (0.02, 5e-5)])
def test_sampled_stocks_have_these_means(blood, break_up: float, picking: float) -> None:
    """The walk of the engine, step by step, against the chain of means, with break-up and leukocytes met in blood."""
    tables, state = blood
    state["blood_behaviours"][1], tables["tumour"]["pick_up_in_blood"] = break_up, picking
    state["pull"][:2], state["blood_affinity"][:2] = (0.2, 0.1), (0.5, 0.2)
    patients = 40
    stock, found = means(tables, state), sampled(tables, state, patients)
    for place in ((0, 0), (0, 1), (1, 0), (1, 2), (3, 0), (LARGEST_AGGREGATE - 1, 0)):
        mean = patients * stock[place]
        slack = 0.01 * mean  # fragments of a step circulate from its start: first order in the step
        low, high = (stats.poisson.ppf(p, mean) for p in (FALSE_ALARM / 2, 1 - FALSE_ALARM / 2))
        assert low - slack <= found[place] <= high + slack, place
    assert found[0, 0] < stats.poisson.ppf(FALSE_ALARM / 2, 1.05 * patients * stock[0, 0])


def test_a_tube_holds_its_share(blood) -> None:
    tables, state = blood
    state["pull"][0] = 0.2
    sampled(tables, state, 1, rate=1e8)
    found = np.zeros(state["circulating"].shape, dtype=np.int64)
    fill_tube(state, subject_key(1, "tube", 1), 0.25, found)
    for place in ((0, 0), (0, 1), (1, 0)):
        assert stats.binomtest(int(found[place]), int(state["circulating"][place]), 0.25).pvalue > FALSE_ALARM
    empty_blood(state)
    fill_tube(state, subject_key(1, "tube", 1), 0.25, found)
    assert not found.any()


# ---- where aggregates stop -------------------------------------------------------------------------------------------


def arrests(tables, state, cohesion=0.0, passage=0.1) -> np.ndarray:
    stock, found = np.zeros(state["circulating"].shape), np.zeros(len(SITES))
    mean_arrests(tables, state, 1e6, cohesion, passage, stock, found)
    return found


@pytest.mark.parametrize("cohesion", [0.0, 0.4])
def test_what_does_not_die_stops_somewhere(blood, cohesion: float) -> None:
    """Per day as many stop as are shed, less the share that dies of what passes the lungs."""
    tables, state = blood
    state["pull"][:2] = (0.1, 0.2)
    tables["tumour"]["lost_by_death"] = 0.0
    assert arrests(tables, state, cohesion).sum() == pytest.approx(1e6, rel=1e-9)
    assert arrests(tables, state, cohesion, passage=0.0).sum() == pytest.approx(1e6, rel=1e-9)
    dead = {}
    for share in (0.25, 1.0):
        tables["tumour"]["lost_by_death"] = share
        dead[share] = 1e6 - arrests(tables, state, cohesion).sum()
    assert 0.03e6 < dead[1.0] <= 0.1e6  # all that pass the lungs
    assert dead[0.25] == pytest.approx(0.25 * dead[1.0], rel=1e-3)


def test_the_lungs_hold_what_does_not_pass_and_organs_share_the_rest_by_flow(blood) -> None:
    tables, state = blood
    tables["tumour"]["lost_by_death"], tables["tumour"]["late_arrest_in_lung"] = 0.0, 0.0
    found, flow = arrests(tables, state), tables["sites"]["flow"]
    lung, bone, brain = (SITES.index(name) for name in ("lung", "bone", "brain"))
    assert found[lung] == pytest.approx(0.9e6, rel=1e-9)
    assert found[bone] / found[brain] == pytest.approx(flow[bone] / flow[brain], rel=1e-9)
    tables["sites"]["flow"][bone] *= 2.0
    assert arrests(tables, state)[bone] / found[bone] > 1.7


def test_blood_of_the_gut_meets_the_liver_too(blood) -> None:
    tables, state = blood
    liver = SITES.index("liver")
    with_gut = arrests(tables, state)[liver]
    tables["body"]["portal_share"] = 0.0
    without = arrests(tables, state)[liver]
    assert with_gut > 3.0 * without

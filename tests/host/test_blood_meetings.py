"""Aggregates that form in blood: leukocytes picked up, single cells that join; rates against closed forms.

Null: counts are binomial with the stated chance. False-alarm rate 1e-5 per check; seeds are fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.host.blood import circulate
from paget.host.blood_meetings import fill_pick_up, join_singles, keep_adhesion, leukocytes
from paget.host.passages import CHANGED, FORMED
from paget.host.record import LARGEST_AGGREGATE
from paget.host.state import new_state
from paget.keyed_random import Purpose, seek, subject_key

FALSE_ALARM = 1e-5
KEY = subject_key(20260407, "meetings", 1)
SIZES = np.arange(1, LARGEST_AGGREGATE + 1)


@pytest.fixture
def blood(black6, rest):
    """Tables that may be changed, a state at rest, and the place of each partner; nothing leaves the blood."""
    tables, (_, state) = black6.record.copy()[0], rest(black6)
    seek(state["generator"], KEY, Purpose.WALK, 1, 7)
    for name in ("half_life_single", "half_life_cluster", "half_life_mixed"):
        tables["tumour"][name] = 1e12
    state["blood_behaviours"][:] = (1.0, 0.0, 0.1)
    state["blood_affinity"][:] = 0.0
    tables["behaviour"]["adhesion_back"][:] = -1
    return tables, state, {name: place for place, name in enumerate(black6.partners)}


def cells(state) -> int:
    return int((state["circulating"].sum(axis=1) * SIZES).sum())


def test_rate_is_affinity_times_density(blood) -> None:
    """Neutrophils count as the marrow has them, others as the host states them."""
    tables, state, place = blood
    tables["tumour"]["pick_up_in_blood"] = 2e-7
    state["blood_affinity"][place["neutrophil"]] = 0.15
    state["blood_affinity"][place["CD8 T cell"]] = 0.85
    state["marrow"][4] = 0.5
    assert fill_pick_up(tables, state) == pytest.approx(2e-7 * (0.15 * 0.5e6 + 0.85 * 8e5))
    assert state["pick_up"][place["CD8 T cell"]] == pytest.approx(2e-7 * 0.85 * 8e5)


def test_circulating_cells_keep_the_affinity_of_their_lesion(blood) -> None:
    """The product of both adhesions, as the lesion's behaviours are: a blocker of one side ends all meetings."""
    tables, state, place = blood
    tables["tumour"]["pick_up_in_blood"] = 2e-7
    cd8, index = place["CD8 T cell"], tables["behaviour"]
    index["adhesion"][:], back = -1, int(tables["count"]["behaviours"])
    index["adhesion"][cd8], index["adhesion_back"][cd8] = back + 1, back
    state["behaviours"][back + 1], state["behaviours"][back] = 0.8, 0.25
    keep_adhesion(tables, state)
    assert fill_pick_up(tables, state) == pytest.approx(2e-7 * 0.8 * 0.25 * 8e5)
    state["behaviours"][back] = 0.0
    keep_adhesion(tables, state)
    assert fill_pick_up(tables, state) == 0.0


def test_before_any_lesion_affinities_are_the_bases(black6) -> None:
    tables = black6.tables
    index, base = tables["behaviour"], tables["rules"]["base"]
    state = new_state(tables, black6.axes)[0]
    both = [p for p in range(len(black6.partners)) if index["adhesion_back"][p] >= 0]
    assert both
    for partner in both:
        expected = base[index["adhesion"][partner]] * base[index["adhesion_back"][partner]]
        assert state["blood_affinity"][partner] == pytest.approx(expected)


def test_depletion_lowers_leukocytes_in_blood(blood) -> None:
    tables, state, place = blood
    cell_type = tables["behaviour"]["partner"][place["CD8 T cell"]]
    loss = float(tables["rules"]["base"][tables["behaviour"]["death"][cell_type]])
    assert leukocytes(tables, state, place["CD8 T cell"]) == 8e5
    state["depletion"][cell_type] = 3.0 * loss
    assert leukocytes(tables, state, place["CD8 T cell"]) == pytest.approx(2e5)


def test_picked_up_leukocytes_by_type(blood) -> None:
    """Over a step passers without partner find one with 1 - exp(-rate t), of a type by its share of the rate."""
    tables, state, place = blood
    tables["tumour"]["pick_up_in_blood"] = 1e-6
    state["blood_affinity"][place["neutrophil"]] = 0.2
    state["blood_affinity"][place["CD8 T cell"]] = 0.5
    rate, number, dt = 1e-6 * (0.2e6 + 0.4e6), 400_000, 0.5
    columns = [1 + place["neutrophil"], 1 + place["CD8 T cell"]]
    state["circulating"][0, 0] = state["circulating"][4, 0] = number
    state["circulating"][1, columns[0]] = number
    circulate(tables, state, KEY, 1, dt)
    chance = -math.expm1(-rate * dt)
    for size in (0, 4):
        found = state["circulating"][size, columns]
        assert stats.binomtest(int(found.sum()), number, chance).pvalue > FALSE_ALARM
        assert stats.binomtest(int(found.sum()), number, 1.03 * chance).pvalue < FALSE_ALARM
        assert stats.binomtest(int(found[0]), int(found.sum()), 1 / 3).pvalue > FALSE_ALARM
        assert found.sum() + state["circulating"][size, 0] == number
    assert state["circulating"][1, columns[0]] == number  # who has a partner takes no other
    assert cells(state) == (1 + 5 + 2) * number
    joined = 2 * number - int(state["circulating"][:, 0].sum())
    assert state["passages"][:, CHANGED].tolist() == [
        number - int(state["circulating"][0, 0]),
        number - int(state["circulating"][4, 0]),
        0,
    ]
    assert state["passages"][:, FORMED].tolist() == [0, 0, joined]


def test_pairs_of_singles(blood) -> None:
    """Singles meet at rate x n (n - 1) / 2 / volume, and no cell is lost."""
    tables, state, _ = blood
    tables["tumour"]["aggregation_in_blood"] = 2e-6
    number, dt = 100_000, 0.05
    state["circulating"][0, 0] = number
    join_singles(tables, state, dt)
    expected = 0.5 * number * (number - 1) * 2e-6 / float(tables["body"]["blood_volume"]) * dt
    pairs = int(state["circulating"][1, 0])
    assert abs(pairs - expected) < 5 * math.sqrt(expected) + 0.01 * expected
    assert abs(pairs - 2.0 * expected) > 5 * math.sqrt(expected) + 0.01 * expected
    assert cells(state) == number
    assert state["passages"][:, CHANGED].tolist() == [2 * pairs, 0, 0]
    assert state["passages"][:, FORMED].tolist() == [0, pairs, 0]


def test_joining_never_takes_more_singles_than_there_are(blood) -> None:
    tables, state, _ = blood
    tables["tumour"]["aggregation_in_blood"] = 1e9
    state["circulating"][0, 0], state["circulating"][1:, 0] = 7, 5
    before = cells(state)
    for _ in range(5):
        join_singles(tables, state, 1.0)
        assert (state["circulating"] >= 0).all()
        assert cells(state) == before
    assert state["circulating"][LARGEST_AGGREGATE - 1, 0] > 5


def test_off_by_default_for_tumour_cells_among_themselves(blood) -> None:
    tables, state, _ = blood
    state["circulating"][0, 0] = 1_000_000
    join_singles(tables, state, 10.0)
    assert state["circulating"][0, 0] == 1_000_000
    assert not state["passages"].any()


def test_every_cell_is_accounted_for_when_aggregates_form(black6, protocol, run) -> None:
    """A whole course with meetings a hundred times as frequent; the balance of passages closes for each kind."""
    dense = black6.with_values(
        {
            "tumours/py230/dissemination/pick_up_in_blood": 2e-5,
            "tumours/py230/dissemination/aggregation_in_blood": 1e-3,
        }
    )
    record = run(dense, protocol(3, inoculum_route=1, inoculum_cells=300_000, engrafted_share=1.0))
    account, passages = record.account, record.passages
    arrested = sum(value for name, value in account.items() if name.startswith("arrested in "))
    assert account["shed"] == account["dead in blood"] + account["in transit"] + arrested
    passed, formed, changed, later, dead = passages.T[2:]
    counts = record.circulating
    there = np.array([counts[0, 0], counts[1:, 0].sum(), counts[:, 1:].sum()])
    assert (passed + formed - changed - later - dead == there).all()
    assert formed[1] > 0
    assert formed[2] > 1000
    assert passed[2] == 0

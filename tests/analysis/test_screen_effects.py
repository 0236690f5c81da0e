"""Interactions: recovered where they were planted, rarely found where there are none."""

import numpy as np
import pandas as pd
import pytest

from paget.analysis.batches import Kept
from paget.analysis.screen.effects import benjamini_hochberg, interactions_table, log_means
from paget.analysis.screen.plan import Treated
from paget.analysis.screen.ranking import over_draws, ranking_table, tolerability_table

A, B = Treated(("a",), "adjuvant"), Treated(("b",), "adjuvant")
AB = Treated(("a", "b"), "adjuvant")


def twins(rng, animals, a=0.5, b=0.6, excess=1.0):
    """Counts of twins: control, a, b, and both, whose mean is a times b times `excess`."""
    prone = rng.gamma(3.0, 12.0, size=animals)
    return [rng.poisson(prone * fold) + 0.0 for fold in (1.0, a, b, a * b * excess)]


def table(counts, resamples=600):
    control, a, b, both = counts
    return interactions_table(log_means(control, {A: a, B: b, AB: both}, 1, True, resamples)).iloc[0]


@pytest.mark.parametrize("excess", [0.5, 1.0, 2.0])
def test_a_planted_interaction_is_recovered(excess):
    row = table(twins(np.random.default_rng(3), 4000, excess=excess))
    assert row["bliss"] == pytest.approx(np.log(excess), abs=0.08)
    assert row["bliss_low"] < np.log(excess) < row["bliss_high"]
    assert row["hsa"] == pytest.approx(np.log(0.6 * excess), abs=0.08)


def alarms(excess, test, studies=400, animals=20):
    """Share of simulated studies in which `test` of the row is true."""
    rng = np.random.default_rng(11)
    return np.mean([test(table(twins(rng, animals, excess=excess), 400)) for _ in range(studies)])


# Null: independent drugs. Statistic: share of 400 studies of 20 twins whose Bliss interval excludes zero, or whose p is
# below 0.05. At a true 5 %, more than 10 % (or less than 1.5 %) comes by chance about once in 10^5.
def test_false_alarms_of_bliss_are_about_one_in_twenty():
    assert 0.015 < alarms(1.0, lambda row: not row["bliss_low"] <= 0 <= row["bliss_high"]) < 0.10
    assert 0.015 < alarms(1.0, lambda row: row["p"] < 0.05) < 0.10


def test_a_pair_as_good_as_its_better_drug_is_rarely_said_to_beat_it():
    """Null: b adds nothing to a (the pair has a's mean). At most 2.5 % one-sided; more than 6 % of 400 is no chance."""
    assert alarms(1.0 / 0.6, lambda row: row["hsa_high"] < 0) < 0.06


def test_strong_synergy_is_seen():
    """Planted fault for the two tests above: a pair that leaves half of what was expected."""
    assert alarms(0.5, lambda row: row["bliss_high"] < 0 and row["hsa_high"] < 0, studies=60) > 0.9


def test_twins_that_were_lost_anywhere_are_left_out_everywhere():
    counts = twins(np.random.default_rng(5), 30)
    lost = [values.copy() for values in counts]
    lost[1][4] = np.nan
    whole = log_means(lost[0], {A: lost[1], B: lost[2], AB: lost[3]}, 1, True)
    without = [np.delete(values, 4) for values in counts]
    assert whole.animals == 29
    assert whole.arms[AB][0] == pytest.approx(np.log((without[3].sum() + 0.5) / 29))


def test_false_discovery_rate():
    p = np.array([0.01, 0.04, np.nan, 0.03, 0.5])
    np.testing.assert_allclose(benjamini_hochberg(p), [0.04, 4 * 0.04 / 3, np.nan, 4 * 0.04 / 3, 0.5])


def kept(values, loss=0.02, died=()):
    n = len(values)
    return Kept(
        values=np.array(values, dtype=float).reshape(n, 1), funnel=np.zeros((n, 1, 1, 1)),
        weight_loss=np.full(n, loss), neutrophils=np.full(n, 1e6), enrolled=np.ones(n, dtype=bool),
        died=np.array([i in died for i in range(n)]),
    )  # fmt: skip


def test_arms_that_are_not_tolerated_come_last():
    arms = {A: kept([1] * 10, loss=0.18), B: kept([5] * 10), AB: kept([0] * 10, died=(0, 1))}
    costs = tolerability_table(kept([10] * 10), arms)
    assert costs.set_index("arm")["tolerated"].to_dict() == {
        "": True,
        A.name: False,
        B.name: True,
        AB.name: False,
    }
    effects = pd.DataFrame({"arm": [A.name, B.name, AB.name], "fraction": 1.0, "effect": [-2.3, -0.7, -4.0]})
    assert list(ranking_table(effects, costs)["arm"]) == [B.name, AB.name, A.name]


def test_how_often_the_best_over_draws():
    controls = {1: kept([8, 8]), 2: kept([8, 8]), 3: kept([0, 0]), 4: kept([4, 4])}
    one = {1: kept([1, 1]), 2: kept([2, 2]), 3: kept([0, 0]), 4: kept([2, 2])}
    other = {1: kept([2, 2]), 2: kept([1, 1]), 3: kept([0, 0]), 4: kept([2, 2])}
    found, compared = over_draws(controls, {A: one, B: other}, counts=True)
    assert compared == 3, "a control without any cannot be lowered"
    np.testing.assert_allclose(found["best"], [0.5, 0.5])
    np.testing.assert_allclose(found["mean_rank"], [4 / 3, 4 / 3])

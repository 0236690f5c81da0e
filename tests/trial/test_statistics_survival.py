"""Kaplan-Meier, log-rank and the hazard ratio against hand calculation, lifelines and their own promises.

Statistical checks state their null as in test_statistics.py: binomial counts, false alarm below 1e-3, fixed seed.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter

from paget.trial import survival


def table(**arms) -> pd.DataFrame:
    """A survival table from `arm=[(day, event), ...]`."""
    rows = [
        (arm, animal, 0, float(day), bool(event), "humane")
        for arm, mice in arms.items()
        for animal, (day, event) in enumerate(mice, 1)
    ]
    return pd.DataFrame(rows, columns=["arm", "animal", "draw", "day", "event", "cause"])


def exponential_trial(rng, n: int, hazard_ratio: float) -> pd.DataFrame:
    """Exponential deaths with a mean of 40 days in b, observed for 42 days; days are whole, so there are ties."""
    days = {"a": rng.exponential(40 / hazard_ratio, n), "b": rng.exponential(40, n)}
    return table(**{arm: [(min(math.ceil(d), 42), d <= 42) for d in x] for arm, x in days.items()})


HAND = table(a=[(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (10, 1)], b=[(9, 1), (10, 0), (11, 0), (12, 0)])


class TestKaplanMeier:
    def test_by_hand(self):
        found = survival.kaplan_meier(HAND)
        a = found[found["arm"] == "a"].set_index("day")
        assert a["survival"].to_dict() == pytest.approx({0: 1, 6: 0.5, 7: 0.25, 10: 0})
        assert a["at_risk"].to_dict() == {0: 6, 6: 6, 7: 2, 10: 1}

    def test_interval_is_greenwoods_on_the_log_log_scale(self):
        found = survival.kaplan_meier(HAND).set_index(["arm", "day"]).loc[("a", 6.0)]
        error = math.sqrt(3 / (6 * 3)) / math.log(0.5)
        z = scipy.stats.norm.ppf(0.975)
        expected = sorted(
            math.exp(-math.exp(math.log(-math.log(0.5)) + sign * z * error)) for sign in (-1, 1)
        )
        assert (found["low"], found["high"]) == pytest.approx(expected)

    def test_median_and_its_absence(self):
        found = survival.median_survival(HAND).set_index("arm")
        assert found.loc["a", "median"] == 6
        assert found.loc["b", "median"] == math.inf
        assert found["events"].to_dict() == {"a": 5, "b": 1}

    def test_only_the_central_draw_counts(self):
        more = pd.concat([HAND, HAND.assign(draw=1, day=1.0)])
        pd.testing.assert_frame_equal(survival.kaplan_meier(more), survival.kaplan_meier(HAND))

    def test_empty_table(self):
        assert survival.kaplan_meier(HAND.iloc[:0]).empty


class TestLogRank:
    def test_statistic_by_hand(self):
        """Observed minus expected deaths with hypergeometric variance, day by day."""
        days = HAND["day"].to_numpy()
        events, in_a = HAND["event"].to_numpy(), (HAND["arm"] == "a").to_numpy()
        difference = variance = 0.0
        for day in np.unique(days[events]):
            n, n_a = (days >= day).sum(), ((days >= day) & in_a).sum()
            d, d_a = ((days == day) & events).sum(), ((days == day) & events & in_a).sum()
            difference += d_a - d * n_a / n
            variance += d * n_a / n * (1 - n_a / n) * (n - d) / max(n - 1, 1)
        expected = scipy.stats.chi2.sf(difference**2 / variance, 1)
        assert survival.logrank(HAND, "a", "b").p == pytest.approx(expected)

    def test_hazard_ratio_is_lifelines_cox_with_efron_ties(self):
        data = exponential_trial(np.random.default_rng(5), 25, 2.0)
        fitted = CoxPHFitter().fit(
            pd.DataFrame({"T": data["day"], "E": data["event"], "x": (data["arm"] == "a").astype(float)}),
            "T",
            "E",
        )
        ours = survival.logrank(data, "a", "b")
        assert ours.effect == pytest.approx(math.exp(fitted.params_["x"]), rel=1e-4)
        wald = np.exp(fitted.confidence_intervals_.to_numpy().ravel())
        assert (ours.low, ours.high) == pytest.approx(wald, rel=0.05)

    def test_interval_is_where_lifelines_likelihood_falls_by_half_of_3_84(self):
        data = exponential_trial(np.random.default_rng(6), 15, 1.5)
        x = (data["arm"] == "a").to_numpy(dtype=float)
        frame = pd.DataFrame({"T": data["day"], "E": data["event"], "x": x})
        best = CoxPHFitter().fit(frame, "T", "E")
        ours = survival.logrank(data, "a", "b")
        groups = [data[data["arm"] == arm] for arm in ("a", "b")]
        arrays = [part for g in groups for part in (g["day"].to_numpy(), g["event"].to_numpy())]
        deaths = survival._death_table(*arrays)
        highest = survival._log_likelihood(math.log(ours.effect), deaths)
        null = survival._log_likelihood(0.0, deaths)
        assert 2 * (highest - null) == pytest.approx(
            best.log_likelihood_ratio_test().test_statistic, abs=1e-4
        )
        for bound in (ours.low, ours.high):
            fall = 2 * (highest - survival._log_likelihood(math.log(bound), deaths))
            assert fall == pytest.approx(scipy.stats.chi2.ppf(0.95, 1), rel=1e-6)

    def test_one_arm_without_events_has_one_bound(self):
        data = table(a=[(10, 1), (20, 1), (30, 1), (42, 0)], b=[(42, 0)] * 4)
        found, inverse = survival.logrank(data, "a", "b"), survival.logrank(data, "b", "a")
        assert (found.effect, found.high) == (math.inf, math.inf)
        assert found.low > 1
        assert inverse.effect == inverse.low == 0
        assert inverse.high == pytest.approx(1 / found.low)
        assert "bound" in found.note

    @pytest.mark.parametrize(
        "data",
        [
            table(a=[(42, 0)] * 4, b=[(42, 0)] * 4),
            table(a=[(3, 1)], b=[(5, 1), (6, 0)]),
            table(a=[(3, 1), (4, 1)]),
            table(a=[(3, 0), (4, 0)], b=[(8, 1), (9, 1)]),
            table(a=[(math.nan, 1)] * 3, b=[(5, 1), (6, 1)]),
        ],
    )
    def test_degenerate_is_nan_with_a_note(self, data):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = survival.logrank(data, "a", "b")
        assert math.isnan(found.effect)
        assert math.isnan(found.p)
        assert found.note


class TestPromises:
    def test_false_alarms_and_coverage(self):
        """Null: 5 % rejections under equal hazards, 95 % of intervals hold the true ratio of 2 (n = 20, ties)."""
        rng = np.random.default_rng(41)
        hits = sum(survival.logrank(exponential_trial(rng, 20, 1.0), "a", "b").p < 0.05 for _ in range(400))
        assert scipy.stats.binomtest(hits, 400, 0.05).pvalue > 1e-3
        found = [survival.logrank(exponential_trial(rng, 20, 2.0), "a", "b") for _ in range(300)]
        held = sum(e.low <= 2.0 <= e.high for e in found)
        assert scipy.stats.binomtest(held, 300, 0.95).pvalue > 1e-3

    def test_planted_effect_is_found(self):
        rng = np.random.default_rng(42)
        hits = sum(survival.logrank(exponential_trial(rng, 20, 3.0), "a", "b").p < 0.05 for _ in range(60))
        assert hits > 36

    def test_planted_fault_departures_counted_as_deaths_is_caught(self):
        """A test that calls animals removed early in one arm dead rejects equal hazards far too often."""
        rng = np.random.default_rng(43)
        hits = 0
        for _ in range(80):
            data = exponential_trial(rng, 20, 1.0)
            removed = (data["arm"] == "a") & (data["animal"] <= 8) & (data["day"] > 7)
            data.loc[removed, "day"] = 7.0
            data.loc[removed, "event"] = True
            hits += survival.logrank(data, "a", "b").p < 0.05
        assert scipy.stats.binomtest(hits, 80, 0.05).pvalue < 1e-3


MICE = st.lists(st.tuples(st.integers(1, 42), st.booleans()), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(a=MICE, b=MICE)
def test_swapping_the_arms_inverts_the_hazard_ratio(a, b):
    data = table(a=a, b=b)
    one, other = survival.logrank(data, "a", "b"), survival.logrank(data, "b", "a")
    assert other.p == pytest.approx(one.p, nan_ok=True)
    for here, there in ((one.effect, other.effect), (one.low, other.high), (one.high, other.low)):
        if math.isnan(here):
            assert math.isnan(there)
        else:
            assert there == pytest.approx(math.inf if here == 0 else 1 / here, rel=1e-6)

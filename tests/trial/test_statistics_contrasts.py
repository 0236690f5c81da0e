"""The table of contrasts: which rows, which tests, which family, what is said when data are missing."""

from __future__ import annotations

import math
import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from paget.trial import statistics
from paget.trial.contrasts import (
    CONTRAST_COLUMNS,
    TESTS,
    TWO_SAMPLE_TESTS,
    analyse,
    choose_test,
    endpoint_kind,
)

ARMS = ("control", "paclitaxel", "xentuzumab")


def contrast(endpoint, arm, reference="control", test="auto", primary=False, margin=None):
    names = {"endpoint": endpoint, "arm": arm, "reference": reference}
    return SimpleNamespace(**names, test=test, primary=primary, margin=margin)


def design(*contrasts, arms=ARMS):
    return SimpleNamespace(arms=[SimpleNamespace(name=name) for name in arms], contrasts=list(contrasts))


def frames(draws: int = 0, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Three arms of eight mice; paclitaxel divides volumes by 4 and foci by 3, everything shifts a little by draw."""
    rng = np.random.default_rng(seed)
    rows, deaths = [], []
    for draw in range(draws + 1):
        for arm in ARMS:
            factor = 0.25 if arm == "paclitaxel" else 1.0
            for animal in range(1, 9):
                volume = 800 * factor * rng.lognormal(0.1 * draw, 0.3)
                foci = float(rng.poisson(12 * (1 / 3 if arm == "paclitaxel" else 1) * rng.gamma(4, 0.25)))
                for endpoint, value, unit in (
                    ("primary volume", volume, "mm^3"),
                    ("lung foci", foci, "count"),
                    ("Ki-67 index", rng.normal(40, 8), "percent"),
                    ("CTC per mL", float(rng.poisson(1.5)) * 1.25, "1/mL"),
                ):
                    rows.append((arm, animal, draw, endpoint, 42.0, value, unit, ""))
                day = min(rng.exponential(60 / factor), 42.0)
                deaths.append((arm, animal, draw, day, day < 42, "humane endpoint"))
    endpoints = pd.DataFrame(
        rows, columns=["arm", "animal", "draw", "endpoint", "day", "value", "unit", "note"]
    )
    return {
        "endpoints": endpoints,
        "survival": pd.DataFrame(deaths, columns=["arm", "animal", "draw", "day", "event", "cause"]),
    }


def values(data, endpoint, arm, draw=0):
    table = data["endpoints"]
    return table[(table["endpoint"] == endpoint) & (table["arm"] == arm) & (table["draw"] == draw)]["value"]


DECLARED = (
    contrast("primary volume", "paclitaxel", primary=True),
    contrast("lung foci", "paclitaxel", primary=True),
    contrast("Ki-67 index", "paclitaxel", "xentuzumab", test="mann_whitney"),
    contrast("survival", "paclitaxel"),
)


class TestTable:
    def test_declared_first_then_all_other_arms_against_the_first(self):
        found = analyse(frames(), design(*DECLARED))
        assert tuple(found.columns) == CONTRAST_COLUMNS
        assert found["family"].tolist()[:4] == ["primary", "primary", "secondary", "secondary"]
        assert (
            found["declared"].tolist() == [True] * 4 + [False] * 7
        )  # five endpoints, two arms, three declared
        rest = found[~found["declared"]]
        assert set(rest["reference"]) == {"control"}
        assert rest["p_holm"].isna().all()
        assert rest["note"].str.contains("exploratory").all()
        assert not found.duplicated(["endpoint", "arm", "reference"]).any()

    def test_numbers_are_those_of_the_tests(self):
        data = frames()
        found = analyse(data, design(*DECLARED)).set_index(["endpoint", "arm", "reference"])
        by_hand = statistics.log_welch(
            values(data, "primary volume", "paclitaxel"), values(data, "primary volume", "control")
        )
        row = found.loc[("primary volume", "paclitaxel", "control")]
        assert (row["effect"], row["low"], row["high"], row["p"]) == (
            by_hand.effect, by_hand.low, by_hand.high, by_hand.p,
        )  # fmt: skip
        assert row["test"] == "log-welch"
        assert row["effect"] == pytest.approx(0.25, rel=0.6)
        assert (row["n_arm"], row["n_reference"]) == (8, 8)

    def test_auto_chooses_by_kind(self):
        found = analyse(frames(), design()).drop_duplicates("endpoint").set_index("endpoint")["test"]
        assert found.to_dict() == {
            "primary volume": "log-welch",
            "lung foci": "negative-binomial",
            "Ki-67 index": "welch",
            "CTC per mL": "mann-whitney",
            "survival": "log-rank",
        }

    def test_holm_within_each_family_only(self):
        found = analyse(frames(), design(*DECLARED))
        for family in ("primary", "secondary"):
            rows = found[found["family"] == family]
            assert rows["p_holm"].to_numpy() == pytest.approx(statistics.holm(rows["p"]))
        primary = found[found["family"] == "primary"]["p"]
        assert found["p_holm"].min() == pytest.approx(2 * primary.min())

    def test_order_of_rows_does_not_matter(self):
        data = frames()
        mixed = {name: table.sample(frac=1, random_state=3) for name, table in data.items()}
        one, other = analyse(data, design(*DECLARED)), analyse(mixed, design(*DECLARED))
        key = ["endpoint", "arm", "reference"]
        one, other = (t.set_index(key).sort_index() for t in (one, other))
        pd.testing.assert_frame_equal(one, other)

    def test_another_arm_changes_no_declared_row(self):
        """The undisturbed comparison: an added arm adds rows, and auto keeps its choice for these endpoints."""
        data = frames()
        smaller = {name: t[t["arm"] != "xentuzumab"] for name, t in data.items()}
        two = analyse(smaller, design(DECLARED[0], DECLARED[1], arms=ARMS[:2]))
        three = analyse(data, design(DECLARED[0], DECLARED[1]))
        pd.testing.assert_frame_equal(two.iloc[:2], three.iloc[:2])


class TestDraws:
    def test_range_over_draws_is_apart_from_the_interval(self):
        data = frames(draws=5)
        found = analyse(data, design(*DECLARED)).set_index(["endpoint", "arm", "reference"])
        without = analyse(frames(), design(*DECLARED)).set_index(["endpoint", "arm", "reference"])
        row = found.loc[("primary volume", "paclitaxel", "control")]
        ratios = [
            math.exp(
                np.log(values(data, "primary volume", "paclitaxel", d)).mean()
                - np.log(values(data, "primary volume", "control", d)).mean()
            )
            for d in range(1, 6)
        ]
        assert (row["draws_low"], row["draws_high"]) == pytest.approx((min(ratios), max(ratios)))
        assert row["n_arm"] == 8
        assert without["draws_low"].isna().all()
        survival = found.loc[("survival", "paclitaxel", "control")]
        assert survival["draws_low"] <= survival["draws_high"]


class TestMissingData:
    def test_lost_animals_are_left_out_and_counted(self):
        data = frames()
        table = data["endpoints"]
        table.loc[(table["arm"] == "paclitaxel") & (table["animal"] <= 3), "value"] = np.nan
        row = analyse(data, design(*DECLARED)).iloc[0]
        assert (row["n_arm"], row["n_reference"]) == (5, 8)
        assert "3 of 16 animals" in row["note"]

    @pytest.mark.parametrize("spoil", ["nan", "zero", "one animal", "no rows", "no deaths"])
    def test_degenerate_trials_give_nan_without_a_warning(self, spoil):
        data = frames(draws=1)
        table = data["endpoints"]
        if spoil == "nan":
            table["value"] = np.nan
        elif spoil == "zero":
            table["value"] = 0.0
        elif spoil == "one animal":
            data = {name: t[t["animal"] == 1] for name, t in data.items()}
        elif spoil == "no rows":
            data = {name: t.iloc[:0] for name, t in data.items()}
        data["survival"] = data["survival"].assign(day=42.0, event=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = analyse(data, design(*DECLARED))
        measured = found if spoil != "no deaths" else found[found["endpoint"] == "survival"]
        assert measured["p"].isna().all()
        assert measured["effect"].isna().all()
        assert (measured["note"] != "").all()

    def test_a_contrast_that_cannot_be_made_says_why(self):
        found = analyse(
            frames(), design(contrast("tail length", "paclitaxel"), contrast("lung foci", "nobody"))
        )
        assert "not measured" in found.loc[0, "note"]
        assert "no animal" in found.loc[1, "note"]
        assert found["p"].iloc[:2].isna().all()

    def test_frames_may_come_as_attributes(self):
        data = frames()
        pd.testing.assert_frame_equal(analyse(SimpleNamespace(**data), design()), analyse(data, design()))


class TestKinds:
    @pytest.mark.parametrize(
        "unit, numbers, kind",
        [
            ("count", [0, 3, 9], "count"),
            ("cell", [0, 3e7], "count"),
            ("1", [0.1, 0.7], "fraction"),
            ("1", [0, 1, 1], "fraction"),
            ("1", [0, 7, 2], "count"),
            ("percent", [12.0, 40.0], "fraction"),
            ("percent", [12.5, 140.0], "fraction"),
            ("mm^3", [120.0, 900.5], "continuous"),
            ("mm^3", [0.0, 900.5], "continuous"),
            ("g", [-1.0, 2.0], "continuous"),
            ("1/mL", [0.0, 1.25], "continuous"),
            ("count", [], "continuous"),
        ],
    )
    def test_kind(self, unit, numbers, kind):
        assert endpoint_kind(unit, numbers) == kind

    @pytest.mark.parametrize(
        "kind, numbers, test",
        [
            ("count", [0, 4], "negative-binomial"),
            ("count", [5e5, 2e6], "log-welch"),
            ("count", [0, 2e6], "negative-binomial"),
            ("fraction", [0.2], "welch"),
            ("continuous", [3.0], "log-welch"),
            ("continuous", [0.0, 3.0], "mann-whitney"),
            ("continuous", [-2.0, 3.0], "welch"),
            ("survival", [], "log-rank"),
        ],
    )
    def test_choice(self, kind, numbers, test):
        assert choose_test(kind, numbers) == test

    def test_a_kind_may_be_stated(self):
        found = analyse(frames(), design(), kinds={"CTC per mL": "count"})
        assert set(found[found["endpoint"] == "CTC per mL"]["test"]) == {"negative-binomial"}

    def test_every_test_name_works_in_a_declaration(self):
        assert set(TESTS) == {"auto", "log-rank", "equivalence", *TWO_SAMPLE_TESTS}
        declared = [
            contrast("CTC per mL" if test == "fisher" else "lung foci", "paclitaxel", test=test, margin=2.0)
            for test in TESTS
            if test != "log-rank"
        ]
        found = analyse(frames(), design(*declared))
        assert found[found["declared"]]["p"].notna().all()

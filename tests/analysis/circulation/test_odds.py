"""Potency and share of metastases: by hand, and against animals of a known potency.

The coverage test: null, the interval of the log of a known potency covers it in 95 % of 200 simulated experiments of 20
animals; fewer than 175 would be seen by chance once in 1e5 if it did.
"""

from __future__ import annotations

import numpy as np
import pytest

from paget.analysis.circulation.odds import odds_table


def cell(table, aggregates: str, quantity: str):
    return table[(table["aggregates"] == aggregates) & (table["quantity"] == quantity)].iloc[0]


def test_by_hand() -> None:
    """Two foci from clusters and four from singles, ten clusters and 200 singles in blood: odds 0.5 over 0.05."""
    foci = np.array([[4, 2, 0], [4, 2, 1], [4, 2, 1], [4, 2, 0], [4, 2, 1], [4, 2, 1]])
    blood = np.array([[200, 10, 5]] * 6)
    table = odds_table(foci, blood, seed=1)
    assert cell(table, "cluster", "potency")["value"] == pytest.approx(10.0)
    assert cell(table, "cluster", "share of metastases")["value"] == pytest.approx(12 / 40)
    assert cell(table, "mixed", "share of metastases")["value"] == pytest.approx(4 / 40)
    assert cell(table, "cluster or mixed", "share of events in blood")["value"] == pytest.approx(15 / 215)
    alike = cell(table, "cluster", "potency")
    assert alike["low"] == alike["high"] == pytest.approx(10.0)  # animals that do not differ


def test_share_and_potency_tell_the_same() -> None:
    """Without mixed aggregates the share of foci is k o / (1 + k o) with blood odds o."""
    foci, blood = np.array([[30, 20, 0]] * 5), np.array([[900, 25, 0]] * 5)
    table = odds_table(foci, blood, seed=2)
    potency, odds = cell(table, "cluster", "potency")["value"], 25 / 900
    share = cell(table, "cluster", "share of metastases")["value"]
    assert share == pytest.approx(potency * odds / (1 + potency * odds))


def experiment(seed: int, potency: float = 20.0, animals: int = 20):
    """Animals that differ fourfold in what they shed; foci and blood of one go together."""
    rng = np.random.default_rng(seed)
    shed = rng.lognormal(0, 0.7, animals)
    blood = rng.poisson(np.outer(shed, [2000, 100, 0]))
    foci = rng.poisson(np.outer(shed * rng.lognormal(0, 0.5, animals), [40, 40 * potency * 0.05, 0]))
    return foci, blood


def test_intervals_cover_a_known_potency() -> None:
    covered = 0
    for seed in range(200):
        row = cell(odds_table(*experiment(seed), seed=seed), "cluster", "potency")
        covered += row["low"] <= 20.0 <= row["high"]
    assert 175 <= covered <= 200
    far = [cell(odds_table(*experiment(s), seed=s), "cluster", "potency")["low"] < 10.0 for s in range(20)]
    assert sum(far) <= 3


def test_nothing_in_blood_gives_no_potency() -> None:
    table = odds_table(np.array([[3, 1, 0]] * 4), np.zeros((4, 3)), seed=1)
    assert np.isnan(cell(table, "cluster", "potency")["value"])
    assert cell(table, "cluster", "share of metastases")["value"] == 0.25


def test_few_animals_have_no_interval() -> None:
    row = cell(
        odds_table(np.array([[4, 2, 0]] * 3), np.array([[200, 10, 5]] * 3), seed=1), "cluster", "potency"
    )
    assert row["value"] == pytest.approx(10.0)
    assert np.isnan(row["low"])


def test_without_any_metastasis() -> None:
    table = odds_table(np.zeros((4, 3)), np.array([[3, 1, 0]] * 4), seed=1)
    assert np.isnan(cell(table, "cluster", "share of metastases")["value"])
    assert np.isnan(cell(table, "cluster", "potency")["value"])

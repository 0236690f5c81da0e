"""Virtual draws: patients by key, expectations against samples, the fit against the file, tables by hand."""

from __future__ import annotations

import numpy as np
import pytest

from paget.analysis.circulation.draw import (
    Draws,
    draw,
    partner_table,
    patient_table,
    size_table,
    summary_table,
)
from paget.analysis.circulation.expectations import Free, expected
from paget.analysis.circulation.fit import affinity_for, fit_population, misfits
from paget.analysis.circulation.patients import (
    circulation_of,
    median_rate,
    patient_key,
    spread_of_rate,
    state_of,
    traits_of,
)
from paget.errors import PagetError
from paget.model import load_catalog
from paget.model.walking import numbers

STATES = ("all visible", "some silent")


@pytest.fixture(scope="module")
def population():
    return load_catalog(built_in_only=True).get("population", "stage-iii-iv")


@pytest.fixture(scope="module")
def draws(population):
    return draw(population, patients=3000, seed=7)


# ---- patients --------------------------------------------------------------------------------------------------------


def test_rates_are_lognormal_with_the_stated_spread(population) -> None:
    """Mean and SD of 4,000 logs within five standard errors: a false alarm in 1e6."""
    state = state_of(population, "all visible")
    rates = np.log([traits_of(population, state, patient_key(population, 3, n)).rate for n in range(4000)])
    spread = spread_of_rate(population, state)
    assert abs(rates.mean() - np.log(median_rate(population, state))) < 5 * spread / np.sqrt(4000)
    assert rates.std() == pytest.approx(spread, abs=5 * spread / np.sqrt(8000))
    assert rates.std() != pytest.approx(1.1 * spread, abs=5 * spread / np.sqrt(8000))


def test_silent_patients_are_the_same_patients(population) -> None:
    """The states differ in what the assay sees; the share of silent draws is the stated one."""
    visible, silent = (state_of(population, name) for name in STATES)
    keys = [patient_key(population, 3, n) for n in range(2000)]
    assert not any(traits_of(population, visible, key).silent for key in keys)
    share = np.mean([traits_of(population, silent, key).silent for key in keys])
    assert share == pytest.approx(silent.silent_share.canonical, abs=5 * np.sqrt(0.25 / 2000))


def test_tumours_keep_their_junctions_or_do_not(population) -> None:
    """The share of cohesive patients is the stated one (5 SE); the others have no homotypic cluster in any tube."""
    state = state_of(population, "all visible")
    cohesion = np.array(
        [traits_of(population, state, patient_key(population, 3, n)).cohesion for n in range(1, 2001)]
    )
    assert set(cohesion) == {0.0, state.cohesion.canonical}
    assert (cohesion > 0).mean() == pytest.approx(
        state.cohesive_share.canonical, abs=5 * np.sqrt(0.25 / 2000)
    )
    tubes = draw(population, patients=2000, seed=3, state="all visible").counts
    assert tubes[cohesion == 0.0][:, 1:].sum() == 0
    assert tubes[cohesion == 0.0][:, 0].sum() > 10_000
    assert tubes[cohesion > 0.0][:, 1:].sum() > 1_000


def test_more_patients_change_none(population) -> None:
    few, many = draw(population, patients=5, seed=2), draw(population, patients=9, seed=2)
    assert (many.counts[:5] == few.counts).all()
    assert (draw(population, patients=9, seed=3).counts != many.counts).any()


def test_a_larger_tube_holds_more_of_the_same_blood(population) -> None:
    small, large = (draw(population, patients=200, seed=2, volume=v) for v in (7.5, 750.0))
    ratio = large.by_class.sum(axis=0) / small.by_class.sum(axis=0)
    assert (ratio > 80).all()
    assert (ratio < 125).all()


@pytest.mark.parametrize("volume", [0.0, -1.0, 1e5])
def test_no_such_tube(population, volume: float) -> None:
    with pytest.raises(PagetError, match="no such tube"):
        draw(population, patients=3, volume=volume)


def test_unknown_state(population) -> None:
    with pytest.raises(PagetError, match="unknown assay state"):
        draw(population, patients=3, state="nothing")


# ---- expectations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
def test_expected_shares_are_those_of_samples(population, name: str) -> None:
    """Integrals against 3,000 sampled draws: shares within five binomial standard errors."""
    state = state_of(population, name)
    table = summary_table(draw(population, patients=3000, seed=7, state=name)).set_index("quantity")["value"]
    model = expected(population, state)
    positive = 3000 * model.positive
    for quantity, share, counted in (
        ("positive draws", model.positive, 3000),
        ("homotypic in positive draws", model.homotypic_in_positive, positive),
        ("mixed in positive draws", model.mixed_in_positive, positive),
    ):
        error = np.sqrt(share * (1 - share) / counted)
        assert abs(table[quantity] - share) < 5 * error, quantity


def test_expected_sizes_are_those_of_samples(population, draws) -> None:
    """Cohesive tumours shed sizes by one law: shares within five standard errors, not so at 1.2 times the cohesion."""
    state = state_of(population, None)
    sizes = draws.counts[:, 1:, 0].sum(axis=0)[:4]
    total = draws.counts[:, 1:, 0].sum()
    wrong = Free.of(state)._replace(cohesion=1.2 * state.cohesion.canonical)

    def far(model: np.ndarray) -> float:
        share = model[:4]
        return float(np.max(np.abs(sizes / total - share) / np.sqrt(share * (1 - share) / total)))

    assert far(expected(population, state).sizes) < 5
    assert far(expected(population, state, wrong).sizes) > 5


# ---- fit -------------------------------------------------------------------------------------------------------------


def test_the_file_holds_what_the_fit_finds(population) -> None:
    """Repeating the fit gives the numbers of the catalog to within rounding, by their paths."""
    found = fit_population(population)
    stated = {q.path: q for _, q in numbers(population, "")}
    fitted = {path for path, quantity in stated.items() if quantity.kind == "fitted"}
    assert set(found) == fitted
    for path, value in found.items():
        assert value == pytest.approx(stated[path].canonical, rel=0.02), path


@pytest.mark.parametrize("name", STATES)
def test_no_statistic_of_the_fit_is_far_off(population, name: str) -> None:
    for misfit in misfits(expected(population, state_of(population, name))):
        assert abs(misfit.scaled) < 2.5, misfit


def test_a_wrong_number_is_seen(population) -> None:
    """The planted fault: twice the cohesion is far from the published share of draws with clusters."""
    state = state_of(population, None)
    wrong = Free.of(state)._replace(cohesion=2 * state.cohesion.canonical)
    assert max(abs(m.scaled) for m in misfits(expected(population, state, wrong))) > 4


def test_enrichment_follows_from_the_affinity(population, draws) -> None:
    table = partner_table(draws).set_index("partner")
    row = table.loc["double-positive T cell"]
    assert row["low"] < 140 < row["high"]
    assert table.loc["T cell", "enrichment"] > 1.2
    assert table.loc["neutrophil", "enrichment"] < 0.5
    stated = population.leukocytes["double-positive T cell"].affinity.canonical
    assert affinity_for(population, "double-positive T cell") == pytest.approx(stated, rel=0.01)


# ---- tables ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_hand(population):
    """Four patients: nothing; six singles; five singles, a pair, a neutrophil; seven singles and a mixed pair."""
    partners = circulation_of(population).partners
    counts = np.zeros((4, 12, 1 + len(partners)), dtype=np.int64)
    counts[1:, 0, 0] = (6, 5, 7)
    counts[2, 1, 0] = 1
    counts[2, 0, 1 + partners.index("neutrophil")] = 1
    counts[3, 1, 1 + partners.index("T cell")] = 2
    return Draws(population, "all visible", 1, 7.5, counts, partners)


def test_tables_by_hand(by_hand) -> None:
    patients = patient_table(by_hand)
    assert patients["singles"].tolist() == [0, 6, 5, 7]
    assert patients["homotypic"].tolist() == [0, 0, 1, 0]
    assert patients["mixed"].tolist() == [0, 0, 1, 2]
    assert patients["tumour cells"].tolist() == [0, 6, 8, 11]
    summary = summary_table(by_hand).set_index("quantity")
    assert summary.loc["positive draws", "value"] == 0.75
    assert summary.loc["homotypic in positive draws", "value"] == pytest.approx(1 / 3)
    assert summary.loc["mixed in positive draws", "value"] == pytest.approx(2 / 3)
    assert summary.loc["mixed clusters of one tumour cell", "value"] == pytest.approx(1 / 3)
    assert summary.loc["singles, median", "value"] == 5.5
    assert summary.loc["singles, largest", "value"] == 7
    sizes = size_table(by_hand)
    assert sizes["homotypic"].tolist()[:3] == [0, 1, 0]
    assert sizes["mixed"].tolist()[:3] == [1, 2, 0]
    held = partner_table(by_hand).set_index("partner")
    assert held["count"].sum() == 3
    assert held.loc["T cell", "share"] == pytest.approx(2 / 3)
    expected_enrichment = (2 / 3) / held.loc["T cell", "in_blood"]
    assert held.loc["T cell", "enrichment"] == pytest.approx(expected_enrichment)

"""The walk of a passer against the fundamental matrix of its Markov chain, and first beds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.host.record import SITES
from paget.host.walk import (
    BREAKS,
    DIES,
    FIRST_ARREST,
    LEFT_HEART,
    LIVER,
    LUNG,
    REST,
    fill_fates,
    fill_first_bed,
    first_pass_passage,
    loss_per_circuit,
)

FATES = FIRST_ARREST + len(SITES)
GUT, BEHIND_GUT = len(SITES), len(SITES) + 1
"""Further transient states: the bed of the gut (booked as rest), and the liver reached through the portal vein."""
BEDS = len(SITES) + 2


def chain(tables, loss: float, death_factor: float, break_up: float) -> tuple[np.ndarray, np.ndarray]:
    """(between beds, from bed to fate): the whole transition matrix, in the definition of the model.

    A bed kills, breaks or arrests; what passes a bed of the body goes to the lungs, what passes the lungs to one
    bed of the body by flow. Half of a circuit's chances fall on the lungs, half on the mean number of beds of the body.
    """
    tumour, body = tables["tumour"], tables["body"]
    flow = tables["sites"]["flow"].copy()
    flow[LUNG] = 0.0
    gut = float(body["portal_share"]) / flow.sum()
    entry = np.zeros(BEDS)
    entry[: len(SITES)] = flow / flow.sum()
    entry[REST] -= gut
    entry[GUT] = gut
    arrest = loss * (1 - tumour["lost_by_death"])
    between, ending = np.zeros((BEDS, BEDS)), np.zeros((BEDS, FATES))
    for bed in range(BEDS):
        of_circuit = 1.0 if bed == LUNG else 1.0 / (1.0 + gut)
        share = tumour["late_arrest_in_lung"] if bed == LUNG else 1 - tumour["late_arrest_in_lung"]
        site = {GUT: REST, BEHIND_GUT: LIVER}.get(bed, bed)
        ending[bed, DIES] = 0.5 * loss * tumour["lost_by_death"] * death_factor * of_circuit
        ending[bed, BREAKS] = 0.5 * break_up * of_circuit
        ending[bed, FIRST_ARREST + site] = arrest * share * of_circuit
        passes = 1.0 - ending[bed].sum()
        if bed == LUNG:
            between[bed] = passes * entry
        elif bed == GUT:
            between[bed, BEHIND_GUT] = passes
        else:
            between[bed, LUNG] = passes
    return between, ending


def absorbed(tables, loss: float, death_factor: float, break_up: float, after_lungs: bool) -> np.ndarray:
    """Chance of each fate, by the fundamental matrix (I - T)^-1 R."""
    between, ending = chain(tables, loss, death_factor, break_up)
    chances = np.linalg.solve(np.eye(BEDS) - between, ending)
    if not after_lungs:
        return chances[LUNG]
    entry = between[LUNG] / between[LUNG].sum()
    return entry @ chances


def left_per_circuit(tables, loss: float, death_factor: float, break_up: float) -> float:
    """Chance of not coming back to the lungs: one minus the chance over all ways around."""
    between, _ = chain(tables, loss, death_factor, break_up)
    around = between[LUNG] @ (between @ between)[:, LUNG] + between[LUNG] @ between[:, LUNG]
    return 1.0 - around


def walk(tables, *parameters) -> tuple[np.ndarray, float]:
    fates = np.full(FATES, np.nan)
    left = fill_fates(tables, *parameters, fates)
    return fates, left


@pytest.fixture
def tables(black6):
    return black6.record.copy()[0]


CASES = [
    (0.003, 1.0, 0.0),
    (0.003, 1.1, 0.001),
    (0.05, 5.0, 0.02),
    (0.3, 1.0, 0.2),
    (0.01, 0.0, 0.0),
    (1e-9, 1.0, 0.5),
]


@pytest.mark.parametrize("after_lungs", [True, False])
@pytest.mark.parametrize("loss, death_factor, break_up", CASES)
def test_fates_are_those_of_the_fundamental_matrix(tables, loss, death_factor, break_up, after_lungs) -> None:
    fates, left = walk(tables, loss, death_factor, break_up, after_lungs)
    assert fates == pytest.approx(
        absorbed(tables, loss, death_factor, break_up, after_lungs), rel=1e-6, abs=1e-15
    )
    assert left == pytest.approx(left_per_circuit(tables, loss, death_factor, break_up), rel=1e-5)
    assert fates.sum() == pytest.approx(1.0, abs=1e-12)


def test_planted_fault_is_seen(tables) -> None:
    """Forgetting that blood of the gut passes the liver shows in the fates."""
    fates, _ = walk(tables, 0.05, 1.0, 0.01, True)
    expected = absorbed(tables, 0.05, 1.0, 0.01, True)
    assert fates == pytest.approx(expected, rel=1e-6)
    tables["body"]["portal_share"] = 0.0
    assert absorbed(tables, 0.05, 1.0, 0.01, True) != pytest.approx(expected, rel=1e-3)


@settings(max_examples=60)
@given(
    st.floats(1e-6, 0.3),
    st.floats(0, 2),
    st.floats(0, 0.3),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 0.3),
    st.booleans(),
)
def test_any_parameters(black6, loss, death_factor, break_up, by_death, in_lung, portal, after_lungs) -> None:
    tables = black6.record.copy()[0]
    tables["tumour"]["lost_by_death"] = by_death
    tables["tumour"]["late_arrest_in_lung"] = in_lung
    tables["body"]["portal_share"] = portal
    if (1 - by_death) + by_death * death_factor + break_up < 1e-3:
        return  # nothing is ever lost: see below
    fates, _ = walk(tables, loss, death_factor, break_up, after_lungs)
    expected = absorbed(tables, loss, death_factor, break_up, after_lungs)
    assert fates == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert (fates >= 0).all()


def test_where_nothing_is_lost_nothing_leaves(tables) -> None:
    fates, left = walk(tables, 0.0, 1.0, 0.0, True)
    assert left == 0.0
    assert fates.sum() == 1.0


def test_certain_loss_leaves_at_once(tables) -> None:
    tables["tumour"]["lost_by_death"] = 0.0
    fates, left = walk(tables, 1.0, 1.0, 0.0, False)
    assert left > 0.7
    assert fates[DIES] == 0.0
    assert fates[FIRST_ARREST + LUNG] >= 0.5


def test_loss_per_circuit_recovers_the_half_life() -> None:
    minute = 1.0 / 1440
    loss = loss_per_circuit(27.5 * minute, 7.3 / 60 * minute)
    assert loss == pytest.approx(0.0031, rel=0.02)  # 0.30 % per circuit
    circuits = 27.5 * 60 / 7.3
    assert (1 - loss) ** circuits == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("size, expected", [(1, 0.1), (4, 0.05), (100, 0.01)])
def test_passage_falls_with_the_root_of_the_size(size: int, expected: float) -> None:
    assert first_pass_passage(0.1, float(size), 0.5) == pytest.approx(expected)
    assert first_pass_passage(0.1, float(size), 0.0) == 0.1
    assert first_pass_passage(3.0, 1.0, 0.5) == 1.0


@pytest.mark.parametrize("source", [site for site in range(len(SITES)) if site != LUNG])
def test_blood_of_organs_meets_the_lungs_first(tables, source: int) -> None:
    fates = np.empty(FATES)
    fill_first_bed(tables, source, fates)
    assert fates[FIRST_ARREST + LUNG] == 1.0
    assert fates.sum() == 1.0


@pytest.mark.parametrize("source", [LUNG, LEFT_HEART])
def test_blood_of_the_lungs_meets_organs_by_flow(tables, source: int) -> None:
    fates = np.empty(FATES)
    fill_first_bed(tables, source, fates)
    flow = tables["sites"]["flow"].copy()
    flow[LUNG] = 0.0
    assert fates[FIRST_ARREST:] == pytest.approx(flow / flow.sum())
    assert math.isclose(fates.sum(), 1.0)
